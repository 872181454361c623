"""The figures of reviews.

There were none: `review_ticks` and `review_figures` are filled from what can be reviewed, what was said of it
and what was rectified.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from pymongo import ASCENDING, UpdateOne

from models.store import Document
from models.workdays import local, local_moment
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.steps import BATCH, Migration

NAMES = ("day", "kind", "department", "item", "hall", "channel")
"""The parts of a cell's key, and of a tick before the name of its box."""
Part = Document | None


@dataclass(frozen=True)
class Tick:
    """Keep the ticks of each matter that has none: of the documents of a collection that fulfil `query`,
    whose matter is their id behind `prefix`."""

    collection: str
    query: Document
    prefix: str

    async def count(self, database: Database) -> int:
        return sum([len(matters) async for matters in self._without(database)])

    async def batches(self, database: Database) -> AsyncIterator[int]:
        async for matters in self._without(database):
            writes = [
                UpdateOne({"_id": matter}, {"$setOnInsert": {"ticks": ticks, "looks": 1}}, upsert=True)
                for matter, ticks in (await _ticks(database, matters)).items()
            ]
            written = await database["review_ticks"].bulk_write(writes, ordered=False)
            yield written.upserted_count

    async def _without(self, database: Database) -> AsyncIterator[list[str]]:
        documents, query = database[self.collection], self.query
        while found := await documents.find(query, {"_id": 1}).sort("_id", ASCENDING).limit(BATCH).to_list():
            matters = [f"{self.prefix}{one['_id']}" for one in found]
            ticked = await _by_id(database, "review_ticks", matters)
            if left := [matter for matter in matters if matter not in ticked]:
                yield left
            query = {"$and": [self.query, {"_id": {"$gt": found[-1]["_id"]}}]}


@dataclass(frozen=True)
class SumUp:
    """Make each cell the sum of the ticks."""

    async def count(self, database: Database) -> int:
        return len(await self._wrong(database))

    async def batches(self, database: Database) -> AsyncIterator[int]:
        writes = [
            UpdateOne({"_id": key}, {"$set": {"n": boxes, **_place(key)}}, upsert=True)
            for key, boxes in (await self._wrong(database)).items()
        ]
        for first in range(0, len(writes), BATCH):
            batch = writes[first : first + BATCH]
            await database["review_figures"].bulk_write(batch, ordered=False)
            yield len(batch)

    async def _wrong(self, database: Database) -> dict[str, dict[str, int]]:
        sums: dict[str, Counter[str]] = {}
        async for one in database["review_ticks"].find({}):
            for tick in one["ticks"]:
                key, _, box = tick.rpartition("|")
                sums.setdefault(key, Counter())[box] += 1
        async for cell in database["review_figures"].find({}):
            kept = Counter({box: number for box, number in cell["n"].items() if number})
            if kept == sums.get(cell["_id"], Counter()):
                sums.pop(cell["_id"], None)
            else:
                sums.setdefault(cell["_id"], Counter())
        return {key: dict(sums[key]) for key in sorted(sums)}


async def _by_id(database: Database, collection: str, keys: Sequence[str]) -> dict[str, Document]:
    return {one["_id"]: one async for one in database[collection].find({"_id": {"$in": list(keys)}})}


async def _ticks(database: Database, matters: Sequence[str]) -> dict[str, list[str]]:
    subjects: dict[str, Document] = {}
    for kind in ("application", "appointment"):
        keys = [matter.partition(":")[2] for matter in matters if matter.startswith(f"{kind}:")]
        found = await _by_id(database, f"{kind}s", keys)
        subjects |= {f"{kind}:{key}": one for key, one in found.items()}
    reviews = await _by_id(database, "reviews", matters)
    cases = await _by_id(database, "rectifications", matters)
    return {
        matter: sorted(set(_of(matter, subjects.get(matter), reviews.get(matter), cases.get(matter))))
        for matter in matters
    }


def _of(matter: str, subject: Part, review: Part, case: Part) -> Iterator[str]:
    counts = bool(review) and "set_aside" not in (review or {})["marks"]
    if subject and (matter.partition(":")[0], subject["state"]) in FINISHED:
        day = subject["day"] if matter.startswith("appointment:") else _day(subject["concluded_at"])
        yield from _ticked(matter, subject, day, "", ["finished", *["reviewed"] * counts])
    if not review:
        return
    day, channel = _day(review["day"]), review["channel"]
    if not counts:
        yield from _ticked(matter, review, day, channel, ["set_aside"])
        return
    said = [f"level_{review['level']}", *(f"tag_{tag}" for tag in review["tags"])]
    yield from _ticked(matter, review, day, channel, said)
    if again := review["again"]:
        yield from _ticked(matter, review, _day(again["at"]), again["channel"], [f"again_{again['level']}"])
    if case:
        fixed, limit = case["done"].get("fix"), case["fix_due"]
        yield from _ticked(matter, review, _day(case["opened_at"]), channel, ["opened"])
        if fixed and fixed["at"] <= limit:
            yield from _ticked(matter, review, _day(fixed["at"]), channel, ["in_time"])
        else:
            yield from _ticked(matter, review, _day(limit), channel, ["due", *["late"] * bool(fixed)])


FINISHED = {("application", "concluded"), ("appointment", "served")}


def _ticked(matter: str, of: Document, day: str, channel: str, boxes: Sequence[str]) -> Iterator[str]:
    kind = "guide" if matter.startswith("guide:") else "service"
    place = [day, kind, *(of.get(name) or "" for name in NAMES[2:5]), channel]
    return ("|".join([*place, box]) for box in boxes)


def _day(moment: datetime) -> str:
    return local(moment, "%Y-%m-%d")


def _place(key: str) -> dict[str, Any]:
    place: dict[str, Any] = dict(zip(NAMES, key.split("|"), strict=True))
    return place | {"day": local_moment(datetime.fromisoformat(place["day"]).date(), time())}


MIGRATION = Migration(
    17,
    "the figures of reviews",
    [
        Tick("reviews", {}, ""),
        Tick("applications", {"state": "concluded"}, "application:"),
        Tick("appointments", {"state": "served"}, "appointment:"),
        SumUp(),
    ],
)
