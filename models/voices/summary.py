"""Reads the figures: of a period and a place, as a whole and cut by what one looks for."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any

from models.staff import Member, Scope, check_within
from models.store import Document
from models.voices.document import Kind
from models.voices.figures import Figures
from models.voices.tally import Tally, least
from models.voices.ticks import APART, Box
from models.workdays import local_moment


class Cut(StrEnum):
    """By what the whole is divided."""

    DAY = "day"
    MONTH = "month"
    DEPARTMENT = "department"
    ITEM = "item"
    HALL = "hall"
    CHANNEL = "channel"


@dataclass(frozen=True)
class WantedFigures:
    """From the `first` to the `last` day. `where` has codes by the name of a cut; "" is of no hall."""

    kind: Kind
    first: date
    last: date
    where: Mapping[str, str] = field(default_factory=dict)

    def of_whole_months(self, today: date) -> bool:
        """Whether it begins with a month, and ends with one or with what there is of it."""
        return self.first.day == 1 and (self.last >= today or (self.last + timedelta(days=1)).day == 1)

    def query(self) -> Document:
        begin, end = local_moment(self.first, time()), local_moment(self.last + timedelta(days=1), time())
        return {"day": {"$gte": begin, "$lt": end}, "kind": self.kind.value, **self.where}


@dataclass(frozen=True)
class Summary:
    """`items` are those of each department."""

    total: Tally
    by: Mapping[Cut, Mapping[str, Tally]]
    items: Mapping[str, Mapping[str, Tally]]


@dataclass(frozen=True)
class Summaries:
    """`running` are the readings for everybody that have not ended."""

    figures: Figures
    running: dict[str, asyncio.Future[Summary]] = field(default_factory=dict)

    async def of_all(self, wanted: WantedFigures, cuts: Collection[Cut], today: date) -> Summary:
        """For everybody: what of it may be published, `tally.published` says. Of many who ask for the same at
        once, one reads for all."""
        query, name = wanted.query(), repr((wanted, cuts, today))
        if name not in self.running:
            self.running[name] = asyncio.ensure_future(self._read(query, cuts, today))
            self.running[name].add_done_callback(lambda _: self.running.pop(name))
        return await asyncio.shield(self.running[name])

    async def for_member(
        self, member: Member, wanted: WantedFigures, cuts: Collection[Cut], today: date
    ) -> Summary:
        """As far as the member reads reviews. How much of what finished was reviewed is told of whole months
        and of several matters alone: of the one matter of a day it would say that its person has reviewed it.

        Raises:
            Forbidden: `scope_missing`.
        """
        within = check_within(member, Scope.REVIEWS_READ)
        found = await self._read({"$and": [within, wanted.query()]}, cuts, today)
        number, whole = least(today), wanted.of_whole_months(today)

        def told(tally: Tally, cut: Cut | None = None) -> Tally:
            shown = whole and cut is not Cut.DAY and tally.finished >= number
            return tally if shown else tally.without_rate()

        by = {cut: {key: told(one, cut) for key, one in groups.items()} for cut, groups in found.by.items()}
        return replace(found, total=told(found.total), by=by)

    async def _read(self, query: Document, cuts: Collection[Cut], today: date) -> Summary:
        """One reading of the cells: each box by itself, summed up for each cut."""
        pipeline = [
            {"$match": query},
            {"$project": {**FIELDS, "n": {"$objectToArray": "$n"}}},
            {"$unwind": "$n"},
            {"$match": {"$or": [{"n.k": {"$nin": NOT_YET}}, {"day": {"$lt": local_moment(today, time())}}]}},
            {
                "$facet": {
                    "total": [_sums("")],
                    "items": [_sums({"$concat": ["$department", APART, "$item"]})],
                    **{cut.value: [_sums(_group(cut))] for cut in cuts},
                }
            },
        ]
        found = await self.figures.documents.aggregate(pipeline)
        [parts] = [one async for one in found]
        total = _tallies(parts["total"]).get("", Tally())
        by = {cut: _tallies(parts[cut.value]) for cut in cuts}
        by.get(Cut.CHANNEL, {}).pop("", None)  # what finished, in no channel
        return Summary(total, by, _by_department(_tallies(parts["items"])))


NOT_YET = [Box.DUE.value, Box.LATE.value]
"""What counts once its day is over."""
LENGTHS = {Cut.DAY: len("2026-11-24"), Cut.MONTH: len("2026-11")}
"""A cell's key begins with its day."""
FIELDS: Document = {"day": 1, **{cut.value: f"${cut}" for cut in Cut if cut not in LENGTHS}}


def _group(cut: Cut) -> Any:
    """The expression for the key of a cell's group."""
    return {"$substrBytes": ["$_id", 0, LENGTHS[cut]]} if cut in LENGTHS else f"${cut}"


def _sums(group: Any) -> Document:
    """What stands in each box, of each group."""
    return {"$group": {"_id": {"group": group, "box": "$n.k"}, "number": {"$sum": "$n.v"}}}


def _tallies(sums: Iterable[Document]) -> dict[str, Tally]:
    """By the key of each group, in its order; what has nothing in any box is left out."""
    found: dict[str, dict[str, int]] = {}
    for one in sums:
        if one["number"]:
            found.setdefault(one["_id"]["group"], {})[one["_id"]["box"]] = one["number"]
    return {key: Tally(found[key]) for key in sorted(found)}


def _by_department(groups: Mapping[str, Tally]) -> dict[str, dict[str, Tally]]:
    """Tallies by department and item."""
    found: dict[str, dict[str, Tally]] = {}
    for key, tally in groups.items():
        department, _, item = key.partition(APART)
        found.setdefault(department, {})[item] = tally
    return found
