"""The outside systems: one module each, over the same `base.Gateway`."""

from models.pairings import SceneCodes
from models.people import Followers, Identity, Verifier
from models.privacy import Privacy
from models.store import Database
from wechat_backend.gateways.base import Clock
from wechat_backend.gateways.government import Government
from wechat_backend.gateways.realname import RealName
from wechat_backend.gateways.sms import Sms
from wechat_backend.gateways.tokens import Tokens
from wechat_backend.gateways.wechat import WeChat
from wechat_backend.settings import Settings


class Gateways:
    """All of them; made in the event loop that they will work in."""

    def __init__(self, settings: Settings, database: Database, privacy: Privacy, clock: Clock) -> None:
        self.wechat = WeChat.of(settings, Tokens(database, privacy, clock))
        self.sms = Sms.of(settings)
        self.government = Government.of(settings, clock)
        self.realname = RealName.of(settings, self.government)

    @property
    def identity(self) -> Identity:
        return self.wechat

    @property
    def scenes(self) -> SceneCodes:
        return self.wechat

    @property
    def followers(self) -> Followers:
        return self.wechat

    @property
    def verifier(self) -> Verifier:
        return self.realname

    def close(self) -> None:
        for gateway in vars(self).values():
            gateway.close()
