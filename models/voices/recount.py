"""Rebuilds the figures of reviews from what is true, beside the running service, and compares.

Two comparisons: each matter's ticks with what is true of it, then each cell with the sum of the ticks. What
differs is looked at in one transaction, and put right in one, so that a worker that counts meanwhile neither
loses nor doubles anything. What an event still waits for is no difference: a worker is about to count it.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pymongo import ASCENDING

from models.store import Document, Store
from models.voices.figures import NONE, Counting, again
from models.voices.rules import REVIEWABLE
from models.voices.ticks import APART, split

BATCH = 500
"""Matters that are read at once."""
Boxes = Mapping[str, int]


@dataclass
class Found:
    """How many matters and cells were looked at; which differed, in words, by their key; and which matters
    a worker is about to count."""

    matters: int = 0
    cells: int = 0
    waiting: set[str] = field(default_factory=set)
    differences: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Recount:
    counting: Counting

    async def run(self, *, replace: bool) -> Found:
        """Compare, and with `replace` put right what differs."""
        found = Found()
        async for matters in self._matters():
            found.matters += len(matters)
            for matter in await self._suspects(matters):
                await self._matter(matter, found, replace=replace)
        async for month in self._months():
            cells = await again(partial(self._month, month))
            found.cells += len(cells)
            for key, (kept, true) in sorted(cells.items()):
                if kept != true:
                    found.differences[key] = f"{_words(kept)}, must be {_words(true)}"
                    if replace:
                        await again(partial(self._put, key))
        return found

    async def _matters(self) -> AsyncIterator[list[str]]:
        """All that were counted, and those that have to be and never were; of these some come twice."""
        counting = self.counting
        async for keys in batches(counting.ticks, {}):
            yield keys
        concluded, served = ({"state": REVIEWABLE[kind]} for kind in ("application", "appointment"))
        for store, query, prefix in (
            (counting.reviews, {}, ""),
            (counting.applications, concluded, "application:"),
            (counting.appointments, served, "appointment:"),
        ):
            async for keys in batches(store, query):
                matters = [f"{prefix}{key}" for key in keys]
                counted = await counting.ticks.of(matters)
                yield [matter for matter in matters if matter not in counted]

    async def _suspects(self, matters: list[str]) -> list[str]:
        """Those that differ at a first look."""
        kept, true = await self.counting.ticks.of(matters), await self.counting.true(matters)
        return [matter for matter in matters if kept.get(matter, NONE) != true[matter].ticks]

    async def _matter(self, matter: str, found: Found, *, replace: bool) -> None:
        kept, true, waiting = await again(partial(self._look, matter))
        if kept == true:
            return
        if waiting:
            found.waiting.add(matter)
            return
        lacking, too_much = (
            sorted((one - other).elements())
            for one, other in ((Counter(true), Counter(kept)), (Counter(kept), Counter(true)))
        )
        found.differences[matter] = f"lacks {lacking}, has too much {too_much}"
        if replace:
            await self.counting.count(matter)

    async def _look(self, matter: str) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        """Its ticks, and what they must be, at one moment."""
        async with self.counting.figures.database.transaction() as session:
            kept = (await self.counting.ticks.of([matter], session)).get(matter, NONE)
            truth = (await self.counting.true([matter], session))[matter]
        return kept, truth.ticks, truth.waiting

    async def _months(self) -> AsyncIterator[str]:
        """Each month that has a cell or a tick, `2026-11`, the earliest first."""
        figures, ticks = self.counting.figures.documents, self.counting.ticks.documents
        behind = ""
        while True:
            later = {"$gt": behind}
            cell = await figures.find_one({"_id": later}, sort=[("_id", ASCENDING)])
            ticked = await ticks.find_one({"ticks": later}, sort=[("ticks", ASCENDING)])
            names = [cell["_id"]] if cell else []
            names += [tick for tick in (ticked["ticks"] if ticked else ()) if tick > behind]
            if not names:
                return
            month = min(names)[: len("2026-11")]
            yield month
            behind = f"{month}{LAST}"

    async def _month(self, month: str) -> dict[str, tuple[Boxes, Boxes]]:
        """What each cell of a month holds, and what it must hold, at one moment."""
        async with self.counting.figures.database.transaction() as session:
            true = await self._sums(month, session)
            found = self.counting.figures.documents.find({"_id": between(month)}, {"n": 1}, session=session)
            kept = {one["_id"]: _filled(one["n"]) async for one in found}
        return {key: (kept.get(key, {}), true.get(key, {})) for key in kept.keys() | true.keys()}

    async def _put(self, key: str) -> None:
        """Make one cell what its ticks say; a worker that counts in it at once does so before or after."""
        async with self.counting.figures.database.transaction() as session:
            true = await self._sums(f"{key}{APART}", session)
            await self.counting.figures.put(key, true.get(key, {}), session)

    async def _sums(self, prefix: str, session: Any) -> dict[str, Boxes]:
        """What the ticks that begin so come to, by cell."""
        sums: dict[str, Counter[str]] = {}
        query = {"ticks": {"$elemMatch": between(prefix)}}
        async for one in self.counting.ticks.documents.find(query, {"ticks": 1}, session=session):
            for tick in one["ticks"]:
                if tick.startswith(prefix):
                    key, box = split(tick)
                    sums.setdefault(key, Counter())[box] += 1
        return {key: dict(boxes) for key, boxes in sums.items()}


LAST = "\U0010ffff"
"""Behind all that begins with the same text."""


def between(prefix: str) -> Document:
    """The query for texts that begin so, read in an index."""
    return {"$gte": prefix, "$lt": f"{prefix}{LAST}"}


async def batches(store: Store[Any], query: Document) -> AsyncIterator[list[str]]:
    """The ids of the documents that fulfil it, some at a time."""
    keys: list[str] = []
    async for one in store.documents.find(query, {"_id": 1}).batch_size(BATCH):
        keys.append(one["_id"])
        if len(keys) == BATCH:
            yield keys
            keys = []
    if keys:
        yield keys


def _filled(boxes: Boxes) -> Boxes:
    return {box: number for box, number in boxes.items() if number}


def _words(boxes: Boxes) -> str:
    return ", ".join(f"{box} {number}" for box, number in sorted(boxes.items())) or "nothing"
