"""The store of the places, and the nearest of them (article 18)."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar

from pymongo import ASCENDING, GEOSPHERE, IndexModel

from models.described import Described
from models.errors import BadInput, NotFound
from models.events import Cause, Event
from models.places.hall import Hall, HallKind
from models.places.positions import Position
from models.places.schedules import retired_by
from models.store import ChangedMeanwhile, Document


class HallNotFound(NotFound):
    code = "hall_not_found"
    message = "没有找到该大厅"


class TownshipUnknown(BadInput):
    code = "township_unknown"
    message = "没有镇街“{township}”"
    field = "townships"


ORDER = list(HallKind)
BATCH = 1000
"""Places that the server sends at once: all there are, where its own first answer ends at 101."""


OF_SCHEDULE = ("windows", "closures")
"""The fields of a hall that staff write in the panel; from the first time on, `data/` does not."""
RESCHEDULED = "hall.rescheduled"


@dataclass(frozen=True)
class Kept:
    """A hall as it is kept. `number` counts how often its schedule was written in the panel, and `retired`
    are the codes of the windows that went; `revision` differs where anything of the schedule does."""

    hall: Hall
    number: int
    retired: frozenset[str]
    document: Document

    @property
    def revision(self) -> str:
        said = [self.number, *(self.document.get(name) for name in OF_SCHEDULE)]
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


class Halls(Described[Hall]):
    """A document is a `Hall` by its code, with `groups`: the item groups for which it has windows.

    One whose schedule was written in the panel has `schedule`: how often (`number`), and the codes of windows
    that went (`retired`).
    """

    collection = "halls"
    model = Hall
    missing = HallNotFound
    tells = ("hall.added", "hall.changed", RESCHEDULED)
    indexes: ClassVar[Sequence[IndexModel]] = [
        IndexModel([("location", GEOSPHERE)]),
        IndexModel([("kind", ASCENDING), ("township", ASCENDING)]),
        IndexModel([("groups", ASCENDING)]),
    ]

    def content(self, thing: Hall) -> Document:
        groups = sorted(thing.windows.capacity) if thing.windows else []
        return {**super().content(thing), "groups": groups}

    async def kept(self, code: str) -> Kept:
        """
        Raises:
            NotFound: `hall_not_found`.
        """
        found: Document | None = await self.documents.find_one({"_id": code})
        if found is None:
            raise HallNotFound
        schedule = found.get("schedule") or {"number": 0, "retired": []}
        return Kept(self.shaped(found), schedule["number"], frozenset(schedule["retired"]), found)

    async def put(
        self, thing: Hall, by: Cause, data: Document | None = None, expects: Document | None = None
    ) -> bool:
        """As `Described.put`; a schedule that was written in the panel is left as it is."""
        while True:
            number, owned = await self._owned(thing.code)
            left = thing.model_copy(update={name: getattr(owned, name) for name in OF_SCHEDULE if owned})
            unchanged = {"schedule.number": number or None, **(expects or {})}
            if await super().put(left, by, data, unchanged):
                return True
            if (await self._owned(thing.code))[0] == number:
                return False

    async def _owned(self, code: str) -> tuple[int, Hall | None]:
        """How often the schedule of a hall was written in the panel, and the hall if it was."""
        try:
            kept = await self.kept(code)
        except HallNotFound:
            return 0, None
        return kept.number, kept.hall if kept.number else None

    async def differing(self, halls: Sequence[Hall]) -> list[str]:
        """The codes of those whose schedule is kept otherwise than it is here, since it was written in the
        panel."""
        written = {"_id": {"$in": [hall.code for hall in halls]}, "schedule.number": {"$gt": 0}}
        kept = {one.code: one for one in await self._each(self.documents.find(written))}
        return [
            hall.code
            for hall in halls
            if hall.code in kept and any(getattr(hall, f) != getattr(kept[hall.code], f) for f in OF_SCHEDULE)
        ]

    async def reschedule(self, before: Kept, after: Hall, by: Cause, data: Document) -> Hall:
        """Write another schedule in place of the one that was read; `data` is what the event says besides.

        Raises:
            Conflict: `changed_meanwhile`, where it is another one by now.
        """
        content, number = self.content(after), before.number + 1
        sets = {name: content[name] for name in (*OF_SCHEDULE, "groups")}
        retired = sorted(before.retired | retired_by(before.hall, after))
        event = Event(RESCHEDULED, after.code, by, {**data, "number": number, "schedule": sets})
        return await self.change(
            after.code,
            expects={
                "schedule.number": before.number or None,
                **{name: before.document.get(name) for name in OF_SCHEDULE},
            },
            sets={**sets, "schedule": {"number": number, "retired": retired}},
            event=event,
            otherwise=ChangedMeanwhile,
        )

    async def all(self, kind: HallKind | None = None) -> list[Hall]:
        """The centre first, then the halls and so on, each kind by township."""
        query: Document = {"kind": kind} if kind else {}
        found = self.documents.find(query).sort([("kind", ASCENDING), ("township", ASCENDING)])
        return in_order(await self._each(found.batch_size(BATCH)))

    async def townships(self) -> list[str]:
        """Those in which there is a hall, as halls name them."""
        return sorted(await self.documents.distinct("township"))

    async def check_townships(self, names: Collection[str]) -> None:
        """
        Raises:
            TownshipUnknown: there is no hall in one of them.
        """
        known = await self.townships() if names else []
        for name in names:
            if name not in known:
                raise TownshipUnknown(township=name)

    async def offering(self, group: str, places: Collection[str] | None = None) -> list[Hall]:
        """Those with a window for an item group, of `places` (codes) alone where given."""
        query: Document = {"groups": group}
        if places is not None:
            query["_id"] = {"$in": sorted(places)}
        found = self.documents.find(query).sort("_id", ASCENDING)
        return await self._each(found)

    async def those(self, codes: Sequence[str]) -> list[Hall]:
        """The halls with these codes, in their order; one that is gone is left out."""
        found = self.documents.find({"_id": {"$in": list(codes)}})
        halls = {hall.code: hall for hall in await self._each(found)}
        return [halls[code] for code in codes if code in halls]

    async def near(
        self,
        position: Position,
        limit: int = 0,
        *,
        group: str | None = None,
        places: Collection[str] | None = None,
    ) -> list[Hall]:
        """The nearest places, the nearest first; all of them if `limit` is 0. Where `group` and `places` are
        given, only those of `places` (codes) with a window for that item group."""
        point = {"type": "Point", "coordinates": [position.longitude, position.latitude]}
        query: Document = {"location": {"$nearSphere": {"$geometry": point}}}
        if group is not None:
            query["groups"] = group
        if places is not None:
            query["_id"] = {"$in": sorted(places)}
        return await self._each(self.documents.find(query).limit(limit).batch_size(BATCH))


def in_order(halls: Iterable[Hall]) -> list[Hall]:
    """The centre first, then the halls and so on, each kind by township."""
    return sorted(halls, key=lambda hall: (ORDER.index(hall.kind), hall.township, hall.code))
