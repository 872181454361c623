"""Visits for what a kiosk alone offers, while it is out of service (article 21): which, and what is told."""

from datetime import timedelta
from typing import Any

import pytest

from models.appointments import Appointment, Appointments
from models.appointments.pauses import Pauses
from models.people import Party
from tests.house.clock import START, Clock, MakeCause
from tests.house.guides import plain_guide
from tests.house.places import WHOLE_DAY, with_windows
from tests.models.appointments.test_booking import CALENDAR, NINE

HALF = timedelta(minutes=30)
HALLS = {one: with_windows(9, WHOLE_DAY, code=one) for one in ("district", "wanbo")}
GUIDES = [plain_guide(number, places=[*HALLS]) for number in range(3)]
ITEM = GUIDES[0].item
PAUSE: Any = {"kiosk": "k1", "since": START, "start": NINE, "end": None, "reason": "检修", "elsewhere": ""}

pytestmark = pytest.mark.article("21.4")


@pytest.fixture
def pauses(appointments: Appointments) -> Pauses:
    return Pauses(appointments)


@pytest.fixture
async def visit(appointments: Appointments, party: Party, cause: MakeCause) -> Appointment:
    """At half past nine."""
    return await appointments.book(party, GUIDES[0], HALLS["district"], NINE + HALF, CALENDAR, cause())


async def told(appointments: Appointments, visit: Appointment) -> list[str]:
    found = await appointments.get(visit["_id"])
    return [one["what"].partition("kiosk_")[2] for one in found["timeline"] if "kiosk" in one["what"]]


async def test_which_visits_a_pause_touches(
    appointments: Appointments,
    pauses: Pauses,
    visit: Appointment,
    party: Party,
    other: Party,
    cause: MakeCause,
) -> None:
    """Those booked there for the item, in its time, in their order."""

    async def book(which: int, hall: str, ahead: timedelta, who: Party = other) -> Appointment:
        start = NINE + ahead
        return await appointments.book(who, GUIDES[which], HALLS[hall], start, CALENDAR, cause())

    later = await book(0, "district", timedelta(days=1))
    second = await book(1, "district", HALF)
    first = await book(1, "district", timedelta(), party)
    await book(2, "wanbo", 2 * HALF)

    async def touched(start: timedelta, end: timedelta | None, items: Any = (ITEM,)) -> list[str]:
        found = await pauses.booked("district", items, NINE + start, end if end is None else NINE + end)
        return [one["_id"] for one in found]

    own, nothing = visit["_id"], timedelta()
    assert await touched(nothing, None) == [own, later["_id"]]
    assert await touched(nothing, timedelta(days=1)) == [own]
    assert await touched(nothing, timedelta(days=1) + HALF) == [own, later["_id"]]
    assert await touched(nothing, HALF) == await touched(2 * HALF, 3 * HALF) == []
    assert await touched(nothing, HALF + timedelta(seconds=1)) == [own]
    assert await touched(2 * HALF - timedelta(seconds=1), 3 * HALF) == [own]
    assert await touched(nothing, timedelta(days=1), [GUIDES[2].item]) == []
    assert await touched(nothing, None, [GUIDES[1].item]) == [first["_id"], second["_id"]]
    await appointments.cancel(later["_id"], other, cause())
    assert await touched(nothing, None) == [own]


async def test_of_a_pause_people_are_told_once_and_before_their_visit(
    appointments: Appointments, pauses: Pauses, visit: Appointment, cause: MakeCause, clock: Clock
) -> None:
    pauses_told: list[Any] = [PAUSE, PAUSE, PAUSE | {"since": START + HALF}, PAUSE | {"kiosk": "k2"}]
    for pause in pauses_told:
        await pauses.tell([visit], pause, {}, cause())
    assert await told(appointments, visit) == ["stops"] * 3
    clock.set(visit["start"])
    await pauses.tell([visit], PAUSE, {}, cause())
    found = await appointments.get(visit["_id"])
    assert found["pause"] == PAUSE | {"kiosk": "k2"}
    assert await told(appointments, visit) == ["stops"] * 3


async def test_who_was_told_is_told_that_it_goes_on_after_all(
    appointments: Appointments, pauses: Pauses, visit: Appointment, cause: MakeCause, clock: Clock
) -> None:
    async def listed(kiosk: str = "k1") -> list[Any]:
        return await pauses.told(kiosk, clock.now())

    assert await listed() == []
    await pauses.tell([visit], PAUSE, {}, cause())
    [known] = await listed()
    assert await listed("k2") == []
    for other in ({"kiosk": "k2"}, {"since": START + HALF}):
        mistaken: Any = {**known, "pause": PAUSE | other}
        await pauses.take_back([mistaken], cause())
    assert await listed() == [known]
    for _ in range(2):
        await pauses.take_back([known], cause())
    assert await listed() == []
    assert await told(appointments, visit) == ["stops", "goes_on"]
    await pauses.tell([visit], PAUSE, {}, cause())
    clock.set(visit["start"])
    assert await listed() == []


async def test_who_has_cancelled_is_told_nothing(
    appointments: Appointments, pauses: Pauses, visit: Appointment, party: Party, cause: MakeCause
) -> None:
    await pauses.tell([visit], PAUSE, {}, cause())
    [known] = await pauses.told("k1", cause().at)
    await appointments.cancel(visit["_id"], party, cause())
    assert await pauses.told("k1", cause().at) == []
    await pauses.tell([visit], PAUSE | {"kiosk": "k2"}, {}, cause())
    await pauses.take_back([known], cause())
    assert await told(appointments, visit) == ["stops"]
