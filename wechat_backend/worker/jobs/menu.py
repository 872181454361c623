"""Publishes the menu when it is not the one that was published last, by one worker at a time."""

from typing import Any

from models.leases import Leases
from models.store import Document
from wechat_backend.gateways.base import Clock
from wechat_backend.gateways.wechat import WeChat
from wechat_backend.worker.alone import Alone
from wechat_backend.worker.job import LATER, Job
from wechat_backend.worker.menu_buttons import fingerprint

MENU_EVERY = 60.0


class MenuPublisher:
    """The lease `menu:<appid>` keeps the fingerprint of the menu that was `published` last.

    WeChat is asked in each round whether it has a menu at all: it may have been deleted there.
    """

    def __init__(self, leases: Leases, wechat: WeChat, content: dict[str, Any], clock: Clock) -> None:
        self.leases, self.wechat, self.content = leases, wechat, content
        alone = Alone(leases, f"menu:{wechat.account.appid}", MENU_EVERY, self.publish, clock)
        self.job = Job("menu", MENU_EVERY, alone.run)

    async def publish(self, lease: Document) -> float:
        """
        Raises:
            wechat_backend.gateways.base.GatewayError: another try is due.
        """
        wanted = fingerprint(self.content)
        if lease.get("published") == wanted and await self.wechat.menu() is not None:
            return LATER
        await self.wechat.create_menu(self.content)
        await self.leases.keep(lease, published=wanted)
        return LATER
