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

    base_url: str = Field(pattern=r"^https?://[^/]+$")
    bind: str = "127.0.0.1"
    port: int = Field(8888, ge=1, le=65535)
    connections: int = Field(2000, ge=1)
    connections_per_address: int = Field(200, ge=1)
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    demo: bool = False
    frame_ancestors: str = "'none'"
    help_phone: str = "020-12345"
    log_level: str = "INFO"

    mongo_uri: SecretStr
    mongo_database: str = "panyu"
    mongo_driver: str = Field("pymongo", pattern="^(pymongo|motor)$")

    encryption_keys: Annotated[dict[str, SecretStr], NoDecode]
    index_key: SecretStr = Field(min_length=32)

    wechat_appid: str = Field(min_length=1)
    wechat_secret: SecretStr = Field(min_length=1)
    wechat_token: SecretStr = Field(min_length=3, max_length=32)
    wechat_aes_key: SecretStr = Field(min_length=43, max_length=43)
    wechat_aes_key_previous: SecretStr | None = None
    wechat_mode: str = Field("safe", pattern="^(safe|compatible)$")
    wechat_api_url: str = "https://api.weixin.qq.com"
    wechat_oauth_url: str = "https://open.weixin.qq.com"
    wechat_templates: WeChatTemplates = {}

    miniprogram_appid: str = Field(min_length=1)
    miniprogram_secret: SecretStr = Field(min_length=1)

    aliyun_key_id: str = Field(min_length=1)
    aliyun_key_secret: SecretStr = Field(min_length=1)
    aliyun_sms_url: str = "https://dysmsapi.aliyuncs.com"
    aliyun_realname_url: str = "https://cloudauth.aliyuncs.com"
    sms_sign_name: str = "番禺政务"
    sms_templates: dict[str, str] = {}
    sms_a_day: int = Field(10_000, ge=10)
    sms_codes_share: float = Field(0.5, gt=0, lt=1)
    sms_courtesy_share: float = Field(0.2, gt=0, lt=1)
    codes_per_account: int = Field(10, ge=1)
    codes_per_address_hour: int = Field(60, ge=1)
    codes_per_address: int = Field(300, ge=1)

    government_url: str = Field(pattern=r"^https?://[^/]+")
    government_app_id: str = Field(min_length=1)
    government_secret: SecretStr = Field(min_length=16)

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


def _is_demo_secret(value: object) -> bool:
    """The demo's generated secrets begin with `demo`; encryption keys carry it in their key id."""
    if isinstance(value, dict):
        return any(name.startswith("demo") and isinstance(key, SecretStr) for name, key in value.items())
    return isinstance(value, SecretStr) and value.get_secret_value().startswith("demo")
