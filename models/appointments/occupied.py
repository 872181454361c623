"""What is booked at the windows of halls, read for all who ask at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, TypeAlias, cast

from models.appointments.document import Booked, State
from models.appointments.seats import Held
from models.places import Hall, Slot
from models.store import Document
from models.together import Together
from models.workdays import local_date

ByDay: TypeAlias = Mapping[date, Sequence[Held]]


class Asked(NamedTuple):
    """Days of one hall, by its code."""

    hall: str
    days: tuple[date, ...]


class Occupied(Together[Asked, ByDay]):
    """`documents` are appointments. What is told was there after it was asked for; those who ask at once for
    the same days are given the same lists, and change nothing in them."""

    async def on(self, hall: Hall, days: Sequence[date], without: Collection[str] = ()) -> ByDay:
        """What is booked at the windows of a hall, counted by day, window and time; but for some visits."""
        if not days:
            return defaultdict(list)
        asked = Asked(hall.code, tuple(days))
        if without:
            return (await self._counted([asked], without))[asked.hall]
        return await self.ask(asked)

    async def _round(self, asked: Sequence[Asked]) -> Sequence[ByDay]:
        counted = await self._counted(list(dict.fromkeys(asked)))
        return [counted[one.hall] for one in asked]

    async def _counted(self, asked: Sequence[Asked], without: Collection[str] = ()) -> Mapping[str, ByDay]:
        """By hall: all days that are asked of any, in one round trip."""
        held = defaultdict[str, defaultdict[date, list[Held]]](lambda: defaultdict(list))
        days = sorted({day.isoformat() for one in asked for day in one.days})
        query: Document = {"hall": {"$in": sorted({one.hall for one in asked})}, "day": {"$in": days}}
        query |= {"state": State.BOOKED.value, **({"_id": {"$nin": [*without]}} if without else {})}
        by_time = {name: f"${name}" for name in ("hall", "day", "window", "start", "end")}
        counted = [{"$match": query}, {"$group": {"_id": by_time, "count": {"$sum": 1}}}]
        async for row in await self.documents.aggregate(counted):
            at = row["_id"]
            one = Held(at["window"], at["start"], at["end"], row["count"])
            held[at["hall"]][date.fromisoformat(at["day"])].append(one)
        return held


class Time(NamedTuple):
    """Of a slot, by the code of its hall."""

    hall: str
    day: str
    start: datetime
    end: datetime

    @property
    def query(self) -> Document:
        """All that is booked and touches it."""
        during = {"start": {"$lt": self.end}, "end": {"$gt": self.start}}
        return {"hall": self.hall, "day": self.day, "state": State.BOOKED.value, **during}

    def touches(self, booked: Document) -> bool:
        return bool(booked["hall"] == self.hall and booked["start"] < self.end and booked["end"] > self.start)


class Taken(Together[Time, Sequence[Document]]):
    """`documents` are appointments; what is told was there after it was asked for, and is not changed."""

    async def of(self, slot: Slot, without: Collection[str] = ()) -> Sequence[Booked]:
        """What is booked at a slot's windows in its time, but for some visits."""
        asked = Time(slot.hall, local_date(slot.start).isoformat(), slot.start, slot.end)
        found = await self.ask(asked)
        return cast(Sequence[Booked], [one for one in found if one["_id"] not in without])

    async def _round(self, asked: Sequence[Time]) -> Sequence[Sequence[Document]]:
        times = dict.fromkeys(asked)
        query = {"$or": [one.query for one in times]}
        booked = [one async for one in self.documents.find(query, ["hall", *Booked.__annotations__])]
        touching = {time: [one for one in booked if time.touches(one)] for time in times}
        return [touching[time] for time in asked]
