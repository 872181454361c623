"""Every setting of the service, read from the environment (prefix `PANYU_`). `.env.example` explains them."""

import re
from base64 import b64decode
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as Unreadable

WeChatTemplates = dict[str, str]


class SettingsError(Exception):
    """The service cannot start; each line names one setting and what is wrong with it."""


class Settings(BaseSettings):
    """Names are those of the environment without the prefix, in lower case."""

    model_config = SettingsConfigDict(env_prefix="PANYU_", extra="ignore", frozen=True)

    base_url: str = Field(
        pattern=r"^https?://[^/]+$", description="The public address, without a slash at the end."
    )
    bind: str = Field("127.0.0.1", description="The address on which the web server listens.")
    port: int = Field(8888, ge=1, le=65535, description="The port on which the web server listens.")
    operations_bind: str = Field("127.0.0.1", description="The address on which the figures are told.")
    operations_port: int = Field(
        8890, ge=0, le=65535, description="The port of `/metrics`; 0 is any free one, which the log tells."
    )
    processes: int = Field(
        0, ge=0, description="Processes of one web server; 0 is one for each processor, in the demo one."
    )
    connections: int = Field(2000, ge=1, description="Connections that may be open at once.")
    connections_per_address: int = Field(200, ge=1, description="The same, from one network address.")
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (), description="The proxies in front whose X-Forwarded-For is believed, separated by commas."
    )
    demo: bool = Field(default=False, description="1 in the demo only: accepts secrets of the demo.")
    frame_ancestors: str = Field("'none'", description="Who may show the pages in a frame, for the CSP.")
    help_phone: str = Field("020-12345", description="The help line that every page shows.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    mongo_uri: SecretStr = Field(description="A replica set or a sharded cluster of MongoDB 6.0 or later.")
    mongo_database: str = Field("panyu", description="The name of the database.")
    mongo_driver: str = Field("pymongo", pattern="^(pymongo|motor)$", description="pymongo or motor.")

    encryption_keys: Annotated[dict[str, SecretStr], NoDecode] = Field(
        description="ID:KEY, separated by commas. The first seals credentials, phones and files; all open."
    )
    index_key: SecretStr = Field(min_length=32, description="Finds sealed values again; is never changed.")

    wechat_appid: str = Field(min_length=1, description="The official account's AppID.")
    wechat_secret: SecretStr = Field(min_length=1, description="The official account's AppSecret.")
    wechat_token: SecretStr = Field(min_length=3, max_length=32, description="Signs WeChat's callback.")
    wechat_aes_key: SecretStr = Field(min_length=43, max_length=43, description="Encrypts WeChat's callback.")
    wechat_aes_key_previous: SecretStr | None = Field(
        None, description="The key before, while WeChat may still use it."
    )
    wechat_mode: str = Field(
        "safe", pattern="^(safe|compatible)$", description="safe: only encrypted messages; or compatible."
    )
    wechat_api_url: str = Field("https://api.weixin.qq.com", description="The address of WeChat's API.")
    wechat_oauth_url: str = Field(
        "https://open.weixin.qq.com", description="The address of WeChat's sign-in."
    )
    wechat_templates: WeChatTemplates = Field({}, description="Notice → id of its WeChat template, as JSON.")

    miniprogram_appid: str = Field(min_length=1, description="The mini-program's AppID.")
    miniprogram_secret: SecretStr = Field(min_length=1, description="The mini-program's AppSecret.")

    aliyun_key_id: str = Field(min_length=1, description="An AccessKey for Dysmsapi and Cloudauth only.")
    aliyun_key_secret: SecretStr = Field(min_length=1, description="The secret of that AccessKey.")
    aliyun_sms_url: str = Field("https://dysmsapi.aliyuncs.com", description="The address of Aliyun's SMS.")
    aliyun_realname_url: str = Field(
        "https://cloudauth.aliyuncs.com",
        description="The address of Aliyun's real-name check.",
    )
    sms_sign_name: str = Field("番禺政务", description="The signature approved for SMS.")
    sms_templates: dict[str, str] = Field({}, description="Notice → code of its SMS template, as JSON.")
    sms_a_day: int = Field(10_000, ge=10, description="Short messages a day, for all purposes.")
    sms_codes_share: float = Field(0.5, gt=0, lt=1, description="The part of them that codes may use.")
    sms_courtesy_share: float = Field(
        0.2, gt=0, lt=1, description="The part of them for notices that no law asks for."
    )
    codes_per_account: int = Field(10, ge=1, description="Codes for one account in a day.")
    codes_per_address_hour: int = Field(60, ge=1, description="Codes for one network address in an hour.")
    codes_per_address: int = Field(300, ge=1, description="Codes for one network address in a day.")

    government_url: str = Field(
        pattern=r"^https?://[^/]+", description="The exchange of the acceptance, review and sharing systems."
    )
    government_app_id: str = Field(min_length=1, description="Names this service to the exchange.")
    government_secret: SecretStr = Field(min_length=16, description="Signs the requests to the exchange.")

    @field_validator("sms_courtesy_share")
    @classmethod
    def _leave_a_share(cls, share: float, given: ValidationInfo) -> float:
        """Receipts and legal notices keep what codes and courtesies leave."""
        if share + given.data.get("sms_codes_share", 0) >= 1:
            raise ValueError("with PANYU_SMS_CODES_SHARE it leaves nothing for receipts and legal notices")
        return share

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _parse_proxies(cls, value: Any) -> Any:
        """`10.0.0.0/8,127.0.0.1`"""
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("encryption_keys", mode="before")
    @classmethod
    def _parse_keys(cls, value: Any) -> Any:
        """`2026a:<base64 of 32 bytes>,2025a:<…>`; the first key seals."""
        return (
            dict(part.strip().split(":", 1) for part in value.split(",")) if isinstance(value, str) else value
        )

    @field_validator("encryption_keys")
    @classmethod
    def _check_keys(cls, keys: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, key in keys.items():
            if not re.fullmatch(r"\w+", name) or len(b64decode(key.get_secret_value())) != 32:
                raise ValueError("each key is ID:BASE64 of 32 bytes")
        return keys


def load_settings() -> Settings:
    """Settings from the environment.

    Raises:
        SettingsError: a setting is missing, malformed, or a secret of the demo outside the demo.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        lines = [f"PANYU_{'_'.join(map(str, e['loc'][:1])).upper()}: {e['msg']}" for e in error.errors()]
        raise SettingsError("\n".join(lines)) from None
    except Unreadable as error:
        found = re.search(r'field "(\w+)"', str(error))
        raise SettingsError(f"PANYU_{found[1].upper() if found else ''}: not JSON") from None
    demo = [name for name in type(settings).model_fields if _is_demo_secret(getattr(settings, name))]
    if demo and not settings.demo:
        raise SettingsError("\n".join(f"PANYU_{name.upper()}: a secret of the demo" for name in demo))
    return settings


def as_given(value: object) -> str:
    """A default as the environment would give it; "" for none."""
    if isinstance(value, bool):
        return str(int(value))
    return str(value) if value else ""


def _is_demo_secret(value: object) -> bool:
    """The demo's generated secrets begin with `demo`; encryption keys carry it in their key id."""
    if isinstance(value, dict):
        return any(name.startswith("demo") and isinstance(key, SecretStr) for name, key in value.items())
    return isinstance(value, SecretStr) and value.get_secret_value().startswith("demo")
