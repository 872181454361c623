"""The simulator's settings: its own address, the address that it pushes to, and the secrets that both
sides share."""

from dataclasses import dataclass
from pathlib import Path


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
    site_url: str = "http://127.0.0.1:8888"
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
    devices: Path | None = None
    """The keys of the kiosks' devices that it plays; None: none."""
    desk_cookies: frozenset[str] = frozenset(
        {"_xsrf", "staff", "device", "kiosk", "place", "device_session", "person", "pairing"}
    )
    """Cookies of the desk that the phone stands on, which stay when the person changes (see `cookies`)."""

    @property
    def url(self) -> str:
        return self.base_url or f"http://{self.bind}:{self.port}"
