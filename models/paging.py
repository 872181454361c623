"""Lists page by page. Where a page ends is its last line's place in the order, as a value.

The line itself may change or go meanwhile: the next page goes on behind the place where it was.
"""

import re
from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any, Generic, NamedTuple, TypeVar

from pymongo import ASCENDING, DESCENDING

from models.store import Document, PageUnknown, Shape, Store

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR = re.compile(r"(\d{1,13}|none)-((?:[a-z_]{1,20}:)?[0-9a-f]{32}(?::[\w:.-]{1,150})?)", re.ASCII)
ENOUGH = 1000
"""Counted no further."""
Row = TypeVar("Row")


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


def behind(
    place: Position, field: str, *, latest_first: bool = False, backwards: bool = False, by: str = "_id"
) -> Document:
    """The query for what comes behind a place in the order of `field`, then of the id in `by`; `backwards`,
    for what comes before it."""
    value, key = place
    same: Document = {field: value}
    if latest_first == backwards:
        further: Document = {field: {"$gt": value} if value else {"$ne": None}}
        bound: Document = {field: {"$gte": value}} if value else {}
        return {**bound, "$or": [further, same | {by: {"$gt": key}}]}
    if value is None:
        return same | {by: {"$lt": key}}
    bound = {field: {"$not": {"$gt": value}}}
    return {**bound, "$or": [{field: {"$lt": value}}, {field: None}, same | {by: {"$lt": key}}]}


@dataclass(frozen=True)
class Order:
    """A list's order: by the moment in `field`, then by the id in `key`."""

    field: str
    latest_first: bool = False
    key: str = "_id"

    def selection(
        self, query: Document, *, after: str = "", before: str = ""
    ) -> tuple[Document, list[tuple[str, int]]]:
        """The query for what is behind the place `after`, and its order; `before` a place, in the opposite
        one.

        Raises:
            PageUnknown: it is none of a list's places.
        """
        backwards = bool(before)
        if place := before or after:
            rest = behind(
                position(place),
                self.field,
                latest_first=self.latest_first,
                backwards=backwards,
                by=self.key,
            )
            query = {"$and": [query, rest]}
        direction = ASCENDING if self.latest_first == backwards else DESCENDING
        return query, [(self.field, direction), (self.key, direction)]


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`previous` and `next` are the places before and behind which the neighbouring pages are; "" where there
    is none."""

    rows: list[Row]
    previous: str = ""
    next: str = ""


async def page_of(
    read: Callable[[int, str, str], AsyncIterable[Row]],
    place: Callable[[Row], str],
    limit: int,
    *,
    after: str = "",
    before: str = "",
) -> Page[Row]:
    """The page behind the place `after`, or that `before` a place. `read` gives at most so many rows behind
    the one, or in the opposite order before the other; `place` is a row's own.

    Raises:
        PageUnknown: see `Order.selection`.
    """
    found = [row async for row in read(limit + 1, after, before)]
    further, rows = len(found) > limit, found[:limit]
    if before:
        rows.reverse()
    if not rows:  # what was there has gone meanwhile
        return await page_of(read, place, limit) if before else Page([], previous=after)
    first, last = place(rows[0]), place(rows[-1])
    return Page(rows, first if after or (before and further) else "", last if before or further else "")


async def page_in(
    store: Store[Shape], query: Document, order: Order, limit: int, *, after: str = "", before: str = ""
) -> Page[Shape]:
    """A page of what a store has, without events.

    Raises:
        PageUnknown: see `Order.selection`.
    """

    def read(most: int, after: str, before: str) -> AsyncIterable[Document]:
        whole, sort = order.selection(query, after=after, before=before)
        found: AsyncIterable[Document] = store.documents.find(whole, {"events": 0}).sort(sort).limit(most)
        return found

    def place(one: Document) -> str:
        return Position(_value(one, order.field), one[order.key]).cursor

    found = await page_of(read, place, limit, after=after, before=before)
    return Page([store.shaped(one) for one in found.rows], found.previous, found.next)


async def count_in(store: Store[Any], query: Document, index: str | None = None) -> int:
    """How many a store has; of more than `ENOUGH`, one more. `index` is the name of the one to count
    in, where the database would not find it by itself."""
    hint = {"hint": index} if index else {}
    counted: int = await store.documents.count_documents(query, limit=ENOUGH + 1, **hint)
    return counted


def _value(document: Document, path: str) -> Any:
    """What stands at a path of names, parted by dots."""
    return reduce(lambda part, name: part[name], path.split("."), document)
