"""Which of the seats a write tries, and what it makes of a claim that another visit has (article 9)."""

from collections.abc import Awaitable, Callable

import pytest
from pymongo.errors import DuplicateKeyError

from models.appointments.claiming import Claimed, first_won
from models.appointments.seats import Seat
from tests.house.house import said

SEATS = [*(Seat("own", number) for number in range(6)), *(Seat("shared", number) for number in range(6))]


def lost(claim: str) -> DuplicateKeyError:
    return DuplicateKeyError("", 11000, {"keyValue": {"claims": claim}})


def writing(tried: list[Claimed], *claims: str) -> Callable[[Claimed], Awaitable[Claimed]]:
    """Loses these claims one after the other, then wins; notes what it tried."""
    left = list(claims)

    async def write(won: Claimed) -> Claimed:
        tried.append(won)
        if left:
            raise lost(left.pop(0))
        return won

    return write


@pytest.mark.article("9.place")
async def test_all_seats_are_tried_before_a_slot_is_full() -> None:
    tried: list[Claimed] = []
    assert await said(first_won(SEATS, writing(tried, *["seat:district:own:x:0"] * 12))) == "slot_full"
    assert sorted(one.seat for one in tried) == SEATS
    assert {one.seat.window for one in tried[:6]} == {"own"}
    assert await said(first_won([], writing([]))) == "slot_full"


async def test_seats_of_a_window_are_tried_in_any_order() -> None:
    """So that many at once do not all try the same one. Of 6! orders nearly all come up in many tries."""
    orders = set()
    for _ in range(40):
        tried: list[Claimed] = []
        await first_won(SEATS, writing(tried, *["seat:district:own:x:0"] * 5))
        orders.add(tuple(one.seat.number for one in tried))
    assert len(orders) > 20


@pytest.mark.article("9.place")
async def test_a_claim_that_another_visit_has() -> None:
    """A second visit for one matter ends it; of the others the next one is tried, with the same seat."""
    tried: list[Claimed] = []
    assert await said(first_won(SEATS, writing(tried, "item:p:x"))) == "already_booked"
    assert len(tried) == 1
    tried.clear()
    won = await first_won(SEATS, writing(tried, "day:p:2026-11-25:0", "day:p:2026-11-25:1"))
    assert won.ordinal == 2
    assert {one.seat for one in tried} == {won.seat}
    tried.clear()
    assert await said(first_won(SEATS, writing(tried, *["day:p:2026-11-25:0"] * 3))) == "too_many_bookings"
    assert [one.ordinal for one in tried] == [0, 1, 2]


async def test_another_number_is_called_out_where_one_is_taken() -> None:
    tried: list[Claimed] = []
    won = await first_won(SEATS, writing(tried, *["number:district:2026-11-25:0000"] * 30))
    assert {one.seat for one in tried} == {won.seat}
    assert len({one.number for one in tried}) > 20
    assert all(len(one.number) == 4 and one.number.isdecimal() for one in tried)
