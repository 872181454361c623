"""A write that wins all that a visit claims, or nothing (docs/decisions/0004-claims.md)."""

import random
import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple, TypeVar

from pymongo.errors import DuplicateKeyError

from models.appointments.rules import MOST_A_DAY, AlreadyBooked, SlotFull, TooManyBookings, VisitOverlaps
from models.appointments.seats import Seat

Made = TypeVar("Made")


class Claimed(NamedTuple):
    """What a write claims besides its item: a seat, one of the bookings of the day, a number to call out."""

    seat: Seat
    ordinal: int
    number: str


async def first_won(seats: Sequence[Seat], write: Callable[[Claimed], Awaitable[Made]]) -> Made:
    """What `write` made of the first of the seats that it won; in each window they are tried in any order.

    Raises:
        Conflict: `slot_full`, `already_booked`.
        BadInput: `visit_overlaps`.
        Refused: `too_many_bookings`.
    """
    untried = shuffled(seats)
    seat, ordinal, number = next(untried, None), 0, a_number()
    while seat:
        try:
            return await write(Claimed(seat, ordinal, number))
        except DuplicateKeyError as error:
            match lost_claim(error):
                case "item":
                    raise AlreadyBooked from None
                case "visit":
                    raise VisitOverlaps from None
                case "day":
                    ordinal += 1
                case "number":
                    number = a_number()
                case _:
                    seat = next(untried, None)
        if ordinal == MOST_A_DAY:
            raise TooManyBookings(limit=MOST_A_DAY)
    raise SlotFull


def shuffled(seats: Iterable[Seat]) -> Iterator[Seat]:
    """The windows in their order, the seats of each in any."""
    for _, row in groupby(seats, key=lambda seat: seat.window):
        of_window = list(row)
        while of_window:
            yield of_window.pop(random.randrange(len(of_window)))  # noqa: S311 - nobody gains by guessing it


def lost_claim(error: DuplicateKeyError) -> str:
    """The kind of the claim that another visit has."""
    claim = str((error.details or {}).get("keyValue", {}).get("claims", ""))
    return claim.partition(":")[0]


def a_number() -> str:
    return f"{secrets.randbelow(10_000):04}"
