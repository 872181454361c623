"""What is read of many visits at once: the lists of a day, and what is booked at a hall."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from models.appointments.document import Appointment, State, Visits
from models.appointments.seats import Held
from models.paging import EPOCH, Position
from models.places import Hall
from models.store import Document

OF_VISITS: Mapping[Visits, Document] = {
    Visits.ALL: {},
    Visits.OPEN: {"state": State.BOOKED.value},
    Visits.ARRIVED: {"state": State.BOOKED.value, "arrived_at": {"$gt": EPOCH}},
    Visits.ENDED: {"state": {"$ne": State.BOOKED.value}},
}


def place_before(found: Appointment) -> str:
    """The place in the list of its day behind which this appointment is the first."""
    return Position(found["start"], f"{int(found['_id'], 16) - 1:032x}").cursor


def by_visit(appointments: Iterable[Appointment]) -> list[list[Appointment]]:
    """Those of one visit, hall and day together, in the order of their times, where the first of them stands:
    what ended stays where it was when the others are moved."""
    visits: dict[tuple[str, str, str], list[Appointment]] = {}
    for one in appointments:
        visits.setdefault((one["visit"], one["hall"], one["day"]), []).append(one)
    return [sorted(each, key=lambda one: one["start"]) for each in visits.values()]


def day_query(halls: Iterable[str], day: date, which: Visits) -> Document:
    return {"hall": {"$in": sorted(halls)}, "day": day.isoformat(), **OF_VISITS[which]}


def objection_query(states: Collection[str]) -> Document:
    return {"objection.state": {"$in": sorted(states)}}


async def held_on(
    documents: Any, hall: Hall, days: Sequence[date], without: Collection[str] = ()
) -> Mapping[date, list[Held]]:
    """What is booked at the windows of a hall, counted by day, window and time; but for some visits."""
    held = defaultdict[date, list[Held]](list)
    if not days:
        return held
    query: Document = {"hall": hall.code, "day": {"$in": [day.isoformat() for day in days]}}
    query |= {"state": State.BOOKED.value, **({"_id": {"$nin": [*without]}} if without else {})}
    by_time = {name: f"${name}" for name in ("day", "window", "start", "end")}
    counted = [{"$match": query}, {"$group": {"_id": by_time, "count": {"$sum": 1}}}]
    async for row in await documents.aggregate(counted):
        at = row["_id"]
        one = Held(at["window"], at["start"], at["end"], row["count"])
        held[date.fromisoformat(at["day"])].append(one)
    return held
