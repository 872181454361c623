"""What is read of many visits at once: the lists of a day."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from models.appointments.document import Appointment, State, Visits
from models.paging import EPOCH, Position
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
