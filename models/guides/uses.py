"""How much an item is asked for: what is asked for most comes first in every list."""

from collections.abc import Sequence
from typing import TypedDict

from models.store import Document, Store, insert_or_update


class Use(TypedDict):
    """By its item: how often it was applied for or booked, and how often that was `expected` before anything
    was counted."""

    _id: str
    counted: int
    expected: int


class Uses(Store[Use]):
    """Counts without events: nothing follows from one, and nobody is told."""

    collection = "uses"

    async def count(self, item: str) -> None:
        """Somebody applies for the item, or books a time for it."""
        await insert_or_update(
            self.documents, {"_id": item}, {"$inc": {"counted": 1}, "$setOnInsert": {"expected": 0}}
        )

    async def expect(self, item: str, times: int) -> None:
        """Begin with so many times, as the data say."""
        await insert_or_update(
            self.documents, {"_id": item}, {"$set": {"expected": times}, "$setOnInsert": {"counted": 0}}
        )


def demand(found: Sequence[Document]) -> int:
    """Of an item with these documents, one or none."""
    return sum(each["counted"] + each["expected"] for each in found)
