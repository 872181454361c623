"""The places of a slot and what a visit claims (article 9): the rules alone, nothing is stored."""

from datetime import timedelta

import pytest

from models.appointments.document import Booked
from models.appointments.seats import Held, Seat, claims, left, open_seats
from models.places import Slot, Window
from tests.models.appointments.test_booking import NINE

MINUTE = timedelta(minutes=1)
HALF = 30 * MINUTE
OWN, SHARED = Window(code="own", groups=("a",), seats=2), Window(code="shared", groups=("a", "b"), seats=3)
SLOT = Slot("district", "a", NINE, NINE + HALF, (OWN, SHARED))


def booked(window: str, seat: int, starts: timedelta = timedelta(), ends: timedelta = HALF) -> Booked:
    return Booked(start=NINE + starts, end=NINE + ends, window=window, seat=seat)


@pytest.mark.article("9.place")
@pytest.mark.parametrize(
    ("starts", "ends", "places"),
    [
        (-HALF, timedelta(), 5),  # until the slot begins
        (-HALF, MINUTE, 3),
        (10 * MINUTE, 20 * MINUTE, 3),
        (-HALF, 2 * HALF, 3),
        (HALF - MINUTE, 2 * HALF, 3),
        (HALF, 2 * HALF, 5),  # from when it ends
    ],
)
def test_what_overlaps_a_slot_takes_its_places(starts: timedelta, ends: timedelta, places: int) -> None:
    assert left(SLOT, [Held("own", NINE + starts, NINE + ends, 2)]) == places
    seats = open_seats(SLOT, [booked("own", seat, starts, ends) for seat in (0, 1)])
    assert len(seats) == places


@pytest.mark.article("9.place")
def test_what_is_booked_at_one_window_takes_no_place_of_another() -> None:
    """Also where more is booked there than it has places by now, or at a window that is gone."""
    many = [
        Held("own", NINE, NINE + HALF),
        Held("own", NINE, NINE + HALF, 3),
        Held("gone", NINE, NINE + HALF),
    ]
    assert left(SLOT, many) == 3
    at_own = [booked("own", seat) for seat in range(4)] + [booked("gone", 0)]
    assert open_seats(SLOT, at_own) == [Seat("shared", seat) for seat in range(3)]


@pytest.mark.article("9.place")
def test_the_lowest_seats_that_are_free_and_as_many_as_places() -> None:
    """Of three places one is taken by a visit whose seat, 7, is not there any more: two may be tried."""
    assert open_seats(SLOT, []) == [Seat("own", 0), Seat("own", 1), *(Seat("shared", n) for n in range(3))]
    assert open_seats(SLOT, [booked("own", 0), booked("shared", 7)]) == [
        Seat("own", 1),
        Seat("shared", 0),
        Seat("shared", 1),
    ]
    assert open_seats(SLOT, [booked("own", 7), booked("own", 8), booked("own", 9)])[0].window == "shared"


@pytest.mark.article("9.place")
def test_what_a_visit_claims() -> None:
    made = claims("p", "item", SLOT, Seat("own", 1), 2, "0042")
    assert made == [
        *(f"seat:district:own:{(NINE + n * MINUTE).isoformat()}:1" for n in range(30)),
        "item:p:item",
        "day:p:2026-11-25:2",
        "number:district:2026-11-25:0042",
    ]
