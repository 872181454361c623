"""The settings of the demo: a complete set of `PANYU_*` in `DATA/demo.env`, its secrets made once.

With that file any other program can act as WeChat against the demo. Every secret begins with `demo`,
so that a real service refuses it (`settings.load_settings`).
"""

import json
import os
import secrets
import shlex
import string
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path

from models.outgoing import Via
from models.outgoing.notices import sent_by
from wechat_backend.database.mongod import free_port

ALPHABET = string.ascii_letters + string.digits
LAST_OF_32_BYTES = "AEIMQUYcgkosw048"
"""What the 43rd character of 32 bytes in base64 can be."""


def _secret(length: int) -> str:
    return "demo" + "".join(secrets.choice(ALPHABET) for _ in range(length - 4))


def _appid() -> str:
    return "wx" + secrets.token_hex(8)


STAFF_SECRET = "PANYU_DEMO_STAFF_SECRET"  # noqa: S105 - the name of one
CODES = "PANYU_DEMO_ACTIVATION_CODES"
"""With commas between them: those of the kiosks that wait for their devices."""
BASE_32 = string.ascii_uppercase + "234567"


def _authenticator() -> str:
    """The secret of an authenticator: 160 bits in base 32, of which 140 are random."""
    return "DEMO" + "".join(secrets.choice(BASE_32) for _ in range(28))


SECRETS: dict[str, Callable[[], str]] = {
    "PANYU_ENCRYPTION_KEYS": lambda: f"demo:{b64encode(secrets.token_bytes(32)).decode()}",
    "PANYU_INDEX_KEY": lambda: _secret(43),
    "PANYU_WECHAT_APPID": _appid,
    "PANYU_WECHAT_SECRET": lambda: _secret(32),
    "PANYU_WECHAT_TOKEN": lambda: _secret(24),
    "PANYU_WECHAT_AES_KEY": lambda: _secret(42) + secrets.choice(LAST_OF_32_BYTES),
    "PANYU_MINIPROGRAM_APPID": _appid,
    "PANYU_MINIPROGRAM_SECRET": lambda: _secret(32),
    "PANYU_ALIYUN_KEY_ID": lambda: "LTAI" + _secret(20),
    "PANYU_ALIYUN_KEY_SECRET": lambda: _secret(30),
    "PANYU_GOVERNMENT_APP_ID": lambda: "panyu-demo",
    "PANYU_GOVERNMENT_SECRET": lambda: _secret(32),
    "PANYU_DEMO_STAFF_PASSWORD": lambda: _secret(12),
    STAFF_SECRET: _authenticator,
}
"""Made on the first run and kept. The last two are no settings: they are how the demo's staff sign in."""


def addresses(port: int, simulator_port: int, mongo_uri: str) -> dict[str, str]:
    """The settings that follow from where things run, and those that are always the same."""
    simulator = f"http://127.0.0.1:{simulator_port}"
    return {
        "PANYU_DEMO": "1",
        "PANYU_BASE_URL": f"http://127.0.0.1:{port}",
        "PANYU_BIND": "127.0.0.1",
        "PANYU_PORT": str(port),
        "PANYU_OPERATIONS_PORT": str(free_port()),
        "PANYU_CONNECTIONS_PER_ADDRESS": "1800",  # 300 people's browsers, with six each
        "PANYU_FRAME_ANCESTORS": simulator,
        "PANYU_MONGO_URI": mongo_uri,
        "PANYU_MONGO_DATABASE": "panyu_demo",
        "PANYU_MONGO_DRIVER": os.environ.get("PANYU_MONGO_DRIVER", "pymongo"),
        "PANYU_LOG_LEVEL": os.environ.get("PANYU_LOG_LEVEL", "INFO"),
        "PANYU_WECHAT_MODE": "compatible",
        "PANYU_WECHAT_API_URL": simulator,
        "PANYU_WECHAT_OAUTH_URL": simulator,
        "PANYU_ALIYUN_SMS_URL": simulator,
        "PANYU_ALIYUN_REALNAME_URL": simulator,
        "PANYU_SMS_A_DAY": "100000",
        "PANYU_CODES_PER_ADDRESS_HOUR": "3000",
        "PANYU_CODES_PER_ADDRESS": "30000",
        "PANYU_GOVERNMENT_URL": f"{simulator}/government",
        "PANYU_WECHAT_TEMPLATES": json.dumps({name: f"TM_{name.upper()}" for name in sent_by(Via.WECHAT)}),
        "PANYU_SMS_TEMPLATES": json.dumps({name: f"SMS_{name.upper()}" for name in sent_by(Via.SMS)}),
    }


def read(file: Path) -> dict[str, str]:
    """The variables in `file`; none if it is not there."""
    if not file.exists():
        return {}
    words = shlex.split(file.read_text(), comments=True)
    return dict(word.split("=", 1) for word in words)


def write(file: Path, variables: Mapping[str, str]) -> None:
    """Replace `file` in one step; only its owner may read it."""
    new = file.with_suffix(".new")
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in sorted(variables.items())]
    new.touch(mode=0o600)
    new.write_text(
        "# The settings of this demo, for tools that take part in it. Made by the demo.\n" + "".join(lines)
    )
    new.replace(file)


def complete(kept: Mapping[str, str]) -> dict[str, str]:
    """The secrets in `kept`, and new ones for those that it lacks."""
    return {name: kept.get(name) or make() for name, make in SECRETS.items()}
