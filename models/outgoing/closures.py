"""When a provider turns everything away: no credit, a quota that is used up, a key that is refused."""

from datetime import datetime
from typing import ClassVar

from models.store import Document, Store


class Closures(Store):
    """`{_id: channel, code: the provider's, until: when it is tried again}`."""

    collection = "closures"
    indexes: ClassVar = []

    async def close(self, channel: str, code: str, until: datetime) -> None:
        """Note that nothing goes through a channel until then."""
        await self.documents.replace_one({"_id": channel}, {"code": code, "until": until}, upsert=True)

    async def open_again(self, channel: str) -> None:
        await self.documents.delete_one({"_id": channel})

    async def until(self, channel: str, now: datetime) -> datetime | None:
        """When a channel that is closed now is tried again."""
        found = await self.documents.find_one({"_id": channel, "until": {"$gt": now}})
        return found["until"] if found else None

    async def closed(self, now: datetime) -> list[Document]:
        """The channels that are closed now."""
        return [each async for each in self.documents.find({"until": {"$gt": now}}).sort("_id", 1)]
