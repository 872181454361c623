"""The counters of reviews, and the ticks that each matter has in them (docs/decisions/0009-figures.md).

`review_ticks` keeps what each matter adds, `review_figures` the sums. `Counting.count` reads what is true of
a matter and brings both to it in one transaction. So an event that comes twice, late or in another order, a
worker that dies at any line and two workers at once all end in the same figures.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from typing import Any, ClassVar, TypedDict, TypeVar

from pymongo import ASCENDING, IndexModel, UpdateOne

from models.applications import Applications
from models.appointments import Appointments
from models.events import KeptEvent
from models.store import ChangedMeanwhile, Document, Store
from models.voices.rectifications import Rectifications
from models.voices.reviews import Reviews
from models.voices.ticks import RECTIFICATION, REVIEW, SUBJECT, cell_of, split, ticks_of
from models.workdays import local_moment

COUNTED: Mapping[str, str] = {
    "review.given": "",
    "review.followed_up": "",
    "review.set_aside": "",
    "rectification.opened": "",
    "rectification.reopened": "",
    "rectification.fixed": "",
    "application.concluded": "application:",
    "appointment.served": "appointment:",
    "appointment.no_show": "appointment:",
    "appointment.missing_material": "appointment:",
    "appointment.objection_upheld": "appointment:",
}
"""The events after which a matter may have other ticks; with what stands before `about`, it is the matter."""
TRIES, PAUSE = 20, 0.02
"""How often a transaction is done anew because another worker writes the same cell, and seconds between."""
T = TypeVar("T")


class Figure(TypedDict):
    """One cell: `_id` is its key, `day` the beginning of the day in Panyu, `n` what stands in each box."""

    _id: str
    day: datetime
    kind: str
    department: str
    item: str
    hall: str
    channel: str
    n: dict[str, int]


class Ticked(TypedDict):
    """What a matter, its `_id`, has in the figures; `looks` grows whenever it is counted."""

    _id: str
    ticks: list[str]
    looks: int


class Figures(Store[Figure]):
    """The sums. Nothing but `Counting` and `Recount` writes here."""

    collection = "review_figures"
    indexes: ClassVar = [
        IndexModel([("day", ASCENDING)], name="day"),
        IndexModel([("department", ASCENDING), ("day", ASCENDING)], name="of_office"),
        IndexModel([("item", ASCENDING), ("day", ASCENDING)], name="of_item"),
        IndexModel([("hall", ASCENDING), ("day", ASCENDING)], name="of_hall"),
    ]

    async def add_up(self, changes: Mapping[str, int], session: Any) -> None:
        """Add to the boxes of these ticks; a cell that is new is made."""
        by_cell: dict[str, dict[str, int]] = {}
        for tick, number in sorted(changes.items()):
            key, box = split(tick)
            by_cell.setdefault(key, {})[f"n.{box}"] = number
        writes = [
            UpdateOne({"_id": key}, {"$inc": boxes, "$setOnInsert": place_of(key)}, upsert=True)
            for key, boxes in by_cell.items()
        ]
        if writes:
            await self.documents.bulk_write(writes, session=session)

    async def put(self, key: str, boxes: Mapping[str, int], session: Any) -> None:
        """Make a cell hold this, and nothing besides."""
        values = {"n": dict(boxes), **place_of(key)}
        await self.documents.update_one({"_id": key}, {"$set": values}, upsert=True, session=session)


class ReviewTicks(Store[Ticked]):
    collection = "review_ticks"
    indexes: ClassVar = [IndexModel("ticks", name="ticks")]

    async def of(self, matters: Iterable[str], session: Any = None) -> dict[str, tuple[str, ...]]:
        """By matter; one that was never counted is not there."""
        found = self.documents.find({"_id": {"$in": list(matters)}}, session=session)
        return {one["_id"]: tuple(one["ticks"]) async for one in found}

    async def put(self, matter: str, ticks: Iterable[str], session: Any) -> None:
        """Keep them, and be seen to: of two that count a matter at once, one does so again."""
        update = {"$set": {"ticks": list(ticks)}, "$inc": {"looks": 1}}
        await self.documents.update_one({"_id": matter}, update, upsert=True, session=session)


def place_of(key: str) -> Document:
    """What a cell says besides its counts."""
    cell = cell_of(key)
    names = ("department", "item", "hall", "channel")
    return {
        "day": local_moment(cell.day, time()),
        "kind": cell.kind.value,
        **{name: getattr(cell, name) for name in names},
    }


async def again(transaction: Callable[[], Awaitable[T]]) -> T:
    """Its result; it is done anew while others write what it writes.

    Raises:
        Conflict: `changed_meanwhile`, they do so all the time.
    """
    for _ in range(TRIES):
        with suppress(ChangedMeanwhile):
            return await transaction()
        await asyncio.sleep(PAUSE)
    return await transaction()


NONE: tuple[str, ...] = ()


@dataclass(frozen=True)
class Truth:
    """The ticks that a matter must have; `waiting` while an event of it waits for a worker, who counts it."""

    ticks: tuple[str, ...]
    waiting: bool


@dataclass(frozen=True)
class Counting:
    figures: Figures
    ticks: ReviewTicks
    reviews: Reviews
    rectifications: Rectifications
    applications: Applications
    appointments: Appointments

    async def follow(self, events: Sequence[KeptEvent]) -> None:
        """Count the matters that these events are about, if they can change what they add."""
        told = [event for event in events if event["name"] in COUNTED]
        for matter in dict.fromkeys(f"{COUNTED[event['name']]}{event['about']}" for event in told):
            await self.count(matter)

    async def count(self, matter: str) -> bool:
        """Bring ticks and figures of a matter to what is true of it; whether that changed anything.

        Raises:
            Conflict: `changed_meanwhile`, others counted in the same cells all the time.
        """
        return await again(partial(self._counted, matter))

    async def _counted(self, matter: str) -> bool:
        """The ticks are read before what is true, and always written: so who read something older than
        another one has counted is refused at the write."""
        async with self.figures.database.transaction() as session:
            before = (await self.ticks.of([matter], session)).get(matter, NONE)
            true = (await self.true([matter], session))[matter].ticks
            await self.ticks.put(matter, true, session)
            changes = Counter(true)
            changes.subtract(before)
            await self.figures.add_up({tick: number for tick, number in changes.items() if number}, session)
        return before != true

    async def true(self, matters: Sequence[str], session: Any = None) -> dict[str, Truth]:
        """What these matters must have by what is true of them."""
        subjects = await self._subjects(matters, session)
        reviews = await self.reviews.parts(matters, REVIEW, session)
        rectifications = await self.rectifications.parts(matters, RECTIFICATION, session)
        parts = {one: (subjects.get(one), reviews.get(one), rectifications.get(one)) for one in matters}
        return {
            matter: Truth(ticks_of(matter, *of), any(part and part.get("events") for part in of))
            for matter, of in parts.items()
        }

    async def _subjects(self, matters: Sequence[str], session: Any) -> dict[str, Document]:
        """The applications and appointments among them."""
        found: dict[str, Document] = {}
        stores: Mapping[str, Store[Any]] = {
            "application:": self.applications,
            "appointment:": self.appointments,
        }
        for kind, store in stores.items():
            keys = [matter.removeprefix(kind) for matter in matters if matter.startswith(kind)]
            parts = await store.parts(keys, SUBJECT, session) if keys else {}
            found |= {f"{kind}{key}": part for key, part in parts.items()}
        return found
