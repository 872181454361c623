"""Which workers are alive: `{_id: the worker's own name, at, started_at, relayed, sent}`, for an hour."""

from datetime import datetime, timedelta
from typing import ClassVar

from pymongo import DESCENDING, IndexModel

from models.store import Document, Store

SILENT = timedelta(seconds=30)
"""A worker that has not been heard of for so long counts as gone."""


class Workers(Store):
    collection = "workers"
    indexes: ClassVar = [IndexModel([("at", DESCENDING)], expireAfterSeconds=3600)]

    async def beat(self, name: str, now: datetime, **counts: int) -> None:
        """The worker `name` is alive; `counts` says what it has done so far."""
        await self.documents.update_one(
            {"_id": name}, {"$set": {"at": now, **counts}, "$setOnInsert": {"started_at": now}}, upsert=True
        )

    async def alive(self, now: datetime) -> list[Document]:
        return [worker async for worker in self.documents.find({"at": {"$gt": now - SILENT}})]
