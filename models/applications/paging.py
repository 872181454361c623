"""Where a page of a list ends: its last line's place in the order, as a value.

The line itself may change or go meanwhile: the next page goes on behind the place where it was.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from models.store import Document, PageUnknown

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR = re.compile(r"(\d{1,13}|none)-([0-9a-f]{32})", re.ASCII)


class Position(NamedTuple):
    """The moment by which a list is ordered, and the `_id`. What is listed from the earliest on may have no
    moment, and comes first."""

    moment: datetime | None
    key: str

    @property
    def cursor(self) -> str:
        """The moment in milliseconds, as MongoDB keeps it, and the id."""
        if self.moment is None:
            return f"none-{self.key}"
        return f"{(self.moment - EPOCH) // timedelta(milliseconds=1)}-{self.key}"


def position(cursor: str) -> Position:
    """
    Raises:
        PageUnknown
    """
    if not (parts := CURSOR.fullmatch(cursor)):
        raise PageUnknown
    at = None if parts[1] == "none" else EPOCH + timedelta(milliseconds=int(parts[1]))
    return Position(at, parts[2])


def behind(place: Position, field: str, *, latest_first: bool = False, backwards: bool = False) -> Document:
    """The query for what comes behind a place in the order of `field`, then of `_id`; `backwards`, for what
    comes before it."""
    value, key = place
    same: Document = {field: value}
    if latest_first == backwards:
        further: Document = {field: {"$gt": value} if value else {"$ne": None}}
        bound: Document = {field: {"$gte": value}} if value else {}
        return {**bound, "$or": [further, same | {"_id": {"$gt": key}}]}
    if value is None:
        return same | {"_id": {"$lt": key}}
    bound = {field: {"$not": {"$gt": value}}}
    return {**bound, "$or": [{field: {"$lt": value}}, {field: None}, same | {"_id": {"$lt": key}}]}
