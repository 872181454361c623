"""When a provider turns everything away: no credit, a quota that is used up, a key that is refused."""

from datetime import datetime
from typing import ClassVar, TypedDict

from models.outgoing.deliveries import Via
from models.store import Document, Store


class Closure(TypedDict):
    """`_id` is the way that is closed, `code` the provider's; it is tried again at `until`."""

    _id: Via
    code: str
    until: datetime


class Closures(Store[Closure]):
    collection = "closures"
    indexes: ClassVar = []

    def shaped(self, document: Document) -> Closure:
        return super().shaped({**document, "_id": Via(document["_id"])})

    async def close(self, channel: Via, code: str, until: datetime) -> None:
        """Note that nothing goes through a channel until then."""
        await self.documents.replace_one({"_id": channel}, {"code": code, "until": until}, upsert=True)

    async def open_again(self, channel: Via) -> None:
        await self.documents.delete_one({"_id": channel})

    async def until(self, channel: Via, now: datetime) -> datetime | None:
        """When a channel that is closed now is tried again."""
        found = await self._first({"_id": channel, "until": {"$gt": now}})
        return found["until"] if found else None

    async def closed(self, now: datetime) -> list[Closure]:
        """The channels that are closed now."""
        return await self._each(self.documents.find({"until": {"$gt": now}}).sort("_id", 1))
