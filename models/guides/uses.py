"""How much an item is asked for: what is asked for most comes first in every list."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import TypedDict

from pymongo.errors import PyMongoError

from models.concurrency import begun
from models.store import Database, Document, Store, insert_or_update


class Use(TypedDict):
    """By its item: how often it was applied for or booked, and how often that was `expected` before anything
    was counted."""

    _id: str
    counted: int
    expected: int


class Uses(Store[Use]):
    """Counts without events: nothing follows from one, and nobody is told."""

    collection = "uses"

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._counted = Counter[str]()
        self._writing: asyncio.Future[None] | None = None

    def count(self, item: str) -> None:
        """Somebody applies for the item, or books a time for it.

        They do not wait for that. Where many want an item at once, what is counted during one write is
        written together by the next; a process that dies has not counted the last of them.
        """
        self._counted[item] += 1
        if self._writing is None or self._writing.done():
            self._writing = begun(self._write())

    async def written(self) -> None:
        """Return when what was counted is written, or could not be."""
        if self._writing:
            await asyncio.wait({self._writing})

    async def _write(self) -> None:
        while self._counted:
            item, times = self._counted.popitem()
            how = {"$inc": {"counted": times}, "$setOnInsert": {"expected": 0}}
            try:
                await insert_or_update(self.documents, {"_id": item}, how)
            except PyMongoError:
                self._counted[item] += times  # written with the next that is counted
                return

    async def expect(self, item: str, times: int) -> None:
        """Begin with so many times, as the data say."""
        await insert_or_update(
            self.documents, {"_id": item}, {"$set": {"expected": times}, "$setOnInsert": {"counted": 0}}
        )


def demand(found: Sequence[Document]) -> int:
    """Of an item with these documents, one or none."""
    return sum(each["counted"] + each["expected"] for each in found)
