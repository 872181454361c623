"""The settings of a service in the tests, as its environment has them and as they are read."""

import json
from base64 import b64encode
from typing import Any

from models.outgoing.deliveries import Via
from models.outgoing.notices import sent_by
from wechat_backend.settings import Settings


def environment(peer: str, mongo_uri: str, database: str) -> dict[str, str]:
    """The settings of a service whose outside is `peer`."""
    return {
        "PANYU_BASE_URL": "https://panyu.test",
        "PANYU_OPERATIONS_PORT": "0",
        "PANYU_PROCESSES": "1",
        "PANYU_MONGO_URI": mongo_uri,
        "PANYU_MONGO_DATABASE": database,
        "PANYU_ENCRYPTION_KEYS": f"test:{b64encode(bytes(range(32))).decode()}",
        "PANYU_INDEX_KEY": "index key of the tests, 32 bytes",
        "PANYU_WECHAT_APPID": "wx0123456789abcdef",
        "PANYU_WECHAT_SECRET": "secret",
        "PANYU_WECHAT_TOKEN": "token-of-the-tests",
        "PANYU_WECHAT_AES_KEY": "k" * 42 + "A",
        "PANYU_WECHAT_API_URL": peer,
        "PANYU_WECHAT_TEMPLATES": json.dumps({name: f"TM_{name.upper()}" for name in sent_by(Via.WECHAT)}),
        "PANYU_MINIPROGRAM_APPID": "wxmini",
        "PANYU_MINIPROGRAM_SECRET": "mini",
        "PANYU_ALIYUN_KEY_ID": "key-id",
        "PANYU_ALIYUN_KEY_SECRET": "key-secret",
        "PANYU_ALIYUN_SMS_URL": peer,
        "PANYU_ALIYUN_REALNAME_URL": peer,
        "PANYU_SMS_TEMPLATES": json.dumps({name: f"SMS_{name.upper()}" for name in sent_by(Via.SMS)}),
        "PANYU_GOVERNMENT_URL": f"{peer}/government",
        "PANYU_GOVERNMENT_APP_ID": "panyu",
        "PANYU_GOVERNMENT_SECRET": "government-secret",
    }


def settings_of(variables: dict[str, str]) -> Settings:
    """As `load_settings` makes them, without the environment of this process."""
    given: dict[str, Any] = {name.removeprefix("PANYU_").lower(): v for name, v in variables.items()}
    for name in ("wechat_templates", "sms_templates"):
        given[name] = json.loads(given[name])
    return Settings(**given)
