"""Which workers are alive, and how their loops are, for a week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, TypedDict

from pymongo import DESCENDING, IndexModel

from models.store import Store

SILENT = timedelta(seconds=30)
"""A worker that has not been heard of for so long counts as gone."""
KEPT = timedelta(days=7)


class Heartbeat(TypedDict):
    """`_id` is the worker's own name; `relayed` and `sent` are its counts since `started_at`; `unwell` are
    the loops that fail or hang."""

    _id: str
    at: datetime
    started_at: datetime
    relayed: int
    sent: int
    unwell: list[str]


@dataclass(frozen=True)
class Standing:
    """Of all workers together: how many are alive, when one was last heard of, and which loops are unwell."""

    alive: int
    heard_at: datetime | None
    unwell: tuple[str, ...]

    def __str__(self) -> str:
        if self.heard_at is None:
            return "never heard of"
        if not self.alive:
            return f"silent since {self.heard_at.isoformat(timespec='seconds')}"
        return f"unwell: {', '.join(self.unwell)}" if self.unwell else "working"


class Workers(Store[Heartbeat]):
    collection = "workers"
    indexes: ClassVar = [
        IndexModel([("at", DESCENDING)], name="heard_of", expireAfterSeconds=round(KEPT.total_seconds()))
    ]

    async def beat(self, name: str, now: datetime, unwell: Sequence[str], **counts: int) -> None:
        """The worker `name` is alive, its loops but the `unwell` are well; `counts` is what it has done."""
        await self.documents.update_one(
            {"_id": name},
            {"$set": {"at": now, "unwell": list(unwell), **counts}, "$setOnInsert": {"started_at": now}},
            upsert=True,
        )

    async def alive(self, now: datetime) -> list[Heartbeat]:
        return await self._each(self.documents.find({"at": {"$gt": now - SILENT}}))

    async def standing(self, now: datetime) -> Standing:
        alive = await self.alive(now)
        last = await self.documents.find_one({}, sort=[("at", DESCENDING)])
        unwell = {loop for worker in alive for loop in worker["unwell"]}
        return Standing(len(alive), last["at"] if last else None, tuple(sorted(unwell)))
