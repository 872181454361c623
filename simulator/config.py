"""What the simulator is told: where it lives, whom it pushes to, and the secrets that both sides share."""

from dataclasses import dataclass
from pathlib import Path

from wechat_backend.settings import Settings


@dataclass(frozen=True)
class SimulatorConfig:
    """`base_url` empty means `http://bind:port`; `account` is the official account's original id (gh_…)."""

    wechat_appid: str
    wechat_secret: str
    wechat_token: str
    wechat_aes_key: str
    miniprogram_appid: str
    miniprogram_secret: str
    aliyun_key_id: str
    aliyun_key_secret: str
    government_app_id: str
    government_secret: str
    port: int = 8889
    bind: str = "127.0.0.1"
    base_url: str = ""
    callback_url: str = "http://127.0.0.1:8888/wechat/callback"
    encrypted: bool = True
    account: str = "gh_panyuzhengwu"
    account_name: str = "番禺智慧政务"
    sms_sign_name: str = "番禺政务"
    callback_seconds: float = 5.0
    callback_attempts: int = 3
    report_seconds: float = 0.3
    state: Path | None = None
    """Where phones keep what they remember; None: nowhere."""
    desk_cookies: frozenset[str] = frozenset({"_xsrf", "staff", "kiosk"})
    """Cookies of the desk that the phone stands on, which stay when the person changes (see `jars`)."""

    @property
    def url(self) -> str:
        return self.base_url or f"http://{self.bind}:{self.port}"

    @classmethod
    def from_settings(
        cls, settings: Settings, port: int = 8889, state: Path | None = None
    ) -> "SimulatorConfig":
        """The peer of a service with these settings, on this machine."""
        return cls(
            wechat_appid=settings.wechat_appid,
            wechat_secret=settings.wechat_secret.get_secret_value(),
            wechat_token=settings.wechat_token.get_secret_value(),
            wechat_aes_key=settings.wechat_aes_key.get_secret_value(),
            miniprogram_appid=settings.miniprogram_appid,
            miniprogram_secret=settings.miniprogram_secret.get_secret_value(),
            aliyun_key_id=settings.aliyun_key_id,
            aliyun_key_secret=settings.aliyun_key_secret.get_secret_value(),
            government_app_id=settings.government_app_id,
            government_secret=settings.government_secret.get_secret_value(),
            port=port,
            callback_url=f"{settings.base_url}/wechat/callback",
            sms_sign_name=settings.sms_sign_name,
            state=state,
        )
