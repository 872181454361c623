"""When a provider turns everything away: no credit, a quota that is used up, a key that is refused."""

from datetime import datetime
from typing import ClassVar, TypedDict

from models.outgoing.deliveries import Via
from models.store import Document, Store, insert_or_update


class Closure(TypedDict):
    """`_id` is the way that is closed, `code` the provider's; nothing has gone through `since`, and it is
    tried again at `until`."""

    _id: Via
    code: str
    since: datetime
    until: datetime


class Closures(Store[Closure]):
    """The channels that are down, until something goes through them again."""

    collection = "closures"
    indexes: ClassVar = []

    def shaped(self, document: Document) -> Closure:
        return super().shaped({**document, "_id": Via(document["_id"])})

    async def close(self, channel: Via, code: str, now: datetime, until: datetime) -> None:
        """Note that nothing goes through a channel, from now on or still, and when it is tried again."""
        update = {"$set": {"code": code, "until": until}, "$setOnInsert": {"since": now}}
        await insert_or_update(self.documents, {"_id": channel}, update)

    async def open_again(self, channel: Via, began: datetime) -> bool:
        """Note that what was sent at `began` went through; whether the channel was closed. One that has been
        closed since stays so."""
        deleted = await self.documents.delete_one({"_id": channel, "since": {"$lt": began}})
        return bool(deleted.deleted_count)

    async def until(self, channel: Via, now: datetime) -> datetime | None:
        """When a channel that is closed now is tried again."""
        found = await self._first({"_id": channel, "until": {"$gt": now}})
        return found["until"] if found else None

    async def closed(self) -> list[Closure]:
        """The channels through which nothing goes."""
        return await self._each(self.documents.find({}).sort("_id", 1))
