"""The simulator that fits a service: the secrets that both sides share, and devices that it plays."""

from pathlib import Path

from simulator.config import SimulatorConfig
from simulator.devices.keys import Devices, new_key, public
from simulator.devices.manners import Manner
from wechat_backend.settings import Settings

__all__ = ["Devices", "Manner", "new_key", "public", "simulator_of"]


def simulator_of(
    settings: Settings, port: int = 8889, state: Path | None = None, devices: Path | None = None
) -> SimulatorConfig:
    """The peer of a service with these settings, on this machine."""
    return SimulatorConfig(
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
        site_url=settings.base_url,
        callback_url=f"{settings.base_url}/wechat/callback",
        sms_sign_name=settings.sms_sign_name,
        state=state,
        devices=devices,
    )
