"""Publishes the menu when it is not the one that was published last, by one worker at a time."""

from datetime import timedelta
from typing import Any

from models.leases import Leases
from wechat_backend.gateways.base import Clock
from wechat_backend.gateways.wechat import WeChat
from wechat_backend.worker.menu_buttons import fingerprint

LEASE = timedelta(seconds=45)


class MenuPublisher:
    """The lease `menu:<appid>` keeps the fingerprint of the menu that was `published` last.

    WeChat is asked once a LEASE whether it has a menu at all: it may have been deleted there.
    """

    def __init__(self, leases: Leases, wechat: WeChat, content: dict[str, Any], clock: Clock) -> None:
        self.leases, self.wechat, self.content, self.clock = leases, wechat, content, clock
        self.key = f"menu:{wechat.account.appid}"

    async def publish(self) -> bool:
        """True if this call published it.

        Raises:
            wechat_backend.gateways.base.GatewayError: the lease runs out, and another try is due.
        """
        wanted, now = fingerprint(self.content), self.clock()
        lease = await self.leases.take(self.key, now, now + LEASE)
        if lease is None:
            return False
        if lease.get("published") == wanted and await self.wechat.menu() is not None:
            return False
        await self.wechat.create_menu(self.content)
        await self.leases.keep(lease, published=wanted)
        return True
