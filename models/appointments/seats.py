"""The places of a slot, and what no two appointments may share (docs/decisions/0004-claims.md).

Never more bookings than places, and no second one for the same matter: an appointment holds `claims`, whose
every element is unique among all appointments.

Bookings stay when the places of a window or the length of slots change, and count in every slot that they
overlap.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from models.appointments.document import Booked
from models.places import Slot, Window
from models.workdays import local_date


@dataclass(frozen=True)
class FreeSlot:
    """A slot that has not begun, and how many places are left in it."""

    start: datetime
    end: datetime
    left: int


@dataclass(frozen=True)
class Held:
    """So many places of a window that are taken from `start` to `end`."""

    window: str
    start: datetime
    end: datetime
    count: int = 1


class Seat(NamedTuple):
    """A place of a window, counted from 0."""

    window: str
    number: int


def left(slot: Slot, held: Iterable[Held]) -> int:
    """The places left in a slot, of all windows that serve it; bookings made when slots had other lengths or
    windows fewer places count too."""
    taken = Counter[str]()
    for one in held:
        if one.start < slot.end and one.end > slot.start:
            taken[one.window] += one.count
    return sum(max(0, window.seats - taken[window.code]) for window in slot.windows)


def open_seats(slot: Slot, booked: Iterable[Booked]) -> list[Seat]:
    """The seats that a booking may try: of each window the lowest that are free for the whole slot, as many
    as places are left there; those of windows that serve few other groups first."""
    overlapping = [one for one in booked if one["start"] < slot.end and one["end"] > slot.start]
    return [seat for window in slot.windows for seat in _open(window, overlapping)]


def _open(window: Window, overlapping: Iterable[Booked]) -> list[Seat]:
    taken = [one["seat"] for one in overlapping if one["window"] == window.code]
    free = [number for number in range(window.seats) if number not in taken]
    return [Seat(window.code, number) for number in free[: max(0, window.seats - len(taken))]]


def item_claim(applicant: str, item: str) -> str:
    """The claim by which an applicant has one booking of an item."""
    return f"item:{applicant}:{item}"


def day_claim(applicant: str, day: str, ordinal: int) -> str:
    """The claim of one of the bookings that an applicant may have for a day."""
    return f"day:{applicant}:{day}:{ordinal}"


def claims(
    applicant: str, item: str, slot: Slot, seat: Seat, ordinal: int, number: str, visit: str = ""
) -> list[str]:
    """What nobody else can have: this seat in each minute of the slot, a booking of this item by this
    applicant, one of the bookings that an applicant may have for a day (`ordinal`, from 0), and the number
    that is called out. Where it is one of several of a `visit`, also each minute of that visit: nobody is at
    two windows at once."""
    day, where = local_date(slot.start).isoformat(), f"{slot.hall}:{seat.window}"
    minutes = _minutes(slot.start, slot.end)
    return [
        *(f"seat:{where}:{minute}:{seat.number}" for minute in minutes),
        *(f"visit:{visit}:{minute}" for minute in minutes if visit),
        item_claim(applicant, item),
        day_claim(applicant, day, ordinal),
        f"number:{slot.hall}:{day}:{number}",
    ]


@lru_cache(1024)
def _minutes(start: datetime, end: datetime) -> Sequence[str]:
    """Slots of any two lengths that overlap have a minute in common."""
    first = start.replace(second=0, microsecond=0)
    count = -(-(end - first) // timedelta(minutes=1))
    return [(first + timedelta(minutes=number)).isoformat() for number in range(count)]
