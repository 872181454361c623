"""Publishes the menu when it is not the one that was published last, by one worker at a time."""

from datetime import timedelta
from typing import Any

from pymongo.errors import DuplicateKeyError

from models.store import Database
from wechat_backend.gateways.base import Clock
from wechat_backend.gateways.wechat import WeChat
from wechat_backend.worker.menu import fingerprint

LEASE = timedelta(seconds=45)


class MenuPublisher:
    """`tokens` keeps `{_id: "menu:<appid>", published: fingerprint, leased_until}`.

    WeChat is asked once a LEASE whether it has a menu at all: somebody may have deleted it there.
    """

    def __init__(self, database: Database, wechat: WeChat, content: dict[str, Any], clock: Clock) -> None:
        self.documents = database["tokens"]
        self.wechat, self.content, self.clock = wechat, content, clock
        self.key = f"menu:{wechat.account.appid}"

    async def publish(self) -> bool:
        """True if this call published it.

        Raises:
            wechat_backend.gateways.base.GatewayError: the lease runs out, and another try is due.
        """
        wanted, now = fingerprint(self.content), self.clock()
        free = {"_id": self.key, "$or": [{"leased_until": None}, {"leased_until": {"$lte": now}}]}
        try:
            kept = await self.documents.find_one_and_update(
                free, {"$set": {"leased_until": now + LEASE}}, upsert=True
            )
        except DuplicateKeyError:  # somebody is at it, or was just now
            return False
        if kept and kept.get("published") == wanted and await self.wechat.menu() is not None:
            return False
        await self.wechat.create_menu(self.content)
        await self.documents.update_one({"_id": self.key}, {"$set": {"published": wanted}})
        return True
