"""Visits that do not fit any more: listed until it is decided on, and that once (article 9)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.appointments import Decision, Matter
from models.appointments.rules import SlotSame
from models.errors import DomainError, Forbidden
from models.staff import Member
from tests.house.clock import Clock, MakeCause
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.schedules import keeper, rows
from tests.models.appointments.test_booking import CALENDAR, NINE
from tests.models.appointments.test_rescheduling import AFTERNOON, GUIDES, HALL, booked, kept, save

pytestmark = pytest.mark.article("9.place")


@pytest.fixture
async def member(house: House, cause: MakeCause) -> Member:
    await house.stores.halls.put(HALL, cause())
    return await keeper(house)


@pytest.fixture
async def visit(house: House, member: Member, cause: MakeCause) -> Any:
    """One in the morning, of a hall that opens in the afternoon by now."""
    made = await booked(house, cause)
    await save(house, member, cause, weekdays=AFTERNOON)
    return made


async def listed(house: House, member: Member, cause: MakeCause) -> list[str]:
    found = await house.stores.unfit.listed(member, cause().at)
    ids = [row.visit["_id"] for hall in found for row in hall.visits]
    assert await house.stores.unfit.count(member, cause().at) == sum(hall.total for hall in found) == len(ids)
    return ids


async def events(house: House, key: str, name: str) -> int:
    found: Any = await house.stores.appointments.documents.find_one({"_id": key})
    return [one["name"] for one in found["events"]].count(name)


async def test_one_that_is_kept_leaves_the_list(
    house: House, member: Member, visit: Any, cause: MakeCause
) -> None:
    unfit, key = house.stores.unfit, visit["_id"]
    assert await listed(house, member, cause) == [key]
    await asyncio.gather(*(unfit.keep(key, member, cause()) for _ in range(4)))
    assert await listed(house, member, cause) == []
    assert await events(house, key, "appointment.kept_anyway") == 1
    await save(house, member, cause, windows=rows((await kept(house)).hall, w1=0))
    assert await listed(house, member, cause) == []  # still for the hours
    before = [("09:00", "12:00"), ("13:00", "17:00")]
    await save(house, member, cause, weekdays=dict.fromkeys(range(1, 6), before))
    assert await listed(house, member, cause) == [key]  # for its window


async def test_one_that_is_asked_to_move_stays_until_it_is_moved(
    house: House, member: Member, visit: Any, cause: MakeCause
) -> None:
    unfit, key = house.stores.unfit, visit["_id"]
    await asyncio.gather(*(unfit.ask_to_move(key, member, cause()) for _ in range(4)))
    assert await events(house, key, "appointment.asked_to_move") == 1
    assert await listed(house, member, cause) == [key]
    party, now = await house.party_of(visit), (await kept(house)).hall
    moved = await house.stores.appointments.move(
        key, party, GUIDES[0], now, NINE + timedelta(hours=5), CALENDAR, cause()
    )
    assert "asked_to_move_at" not in moved
    assert await listed(house, member, cause) == []


async def test_one_whose_window_is_gone_can_stay_at_its_time(
    house: House, member: Member, cause: MakeCause
) -> None:
    """At another window of its hall, if that has a place: the same time is no mistake then."""
    made, appointments = await booked(house, cause, which=1), house.stores.appointments
    party = await house.party_of(made)

    async def again() -> Any:
        now = (await kept(house)).hall
        return await appointments.move(made["_id"], party, GUIDES[1], now, NINE, CALENDAR, cause())

    with pytest.raises(SlotSame):
        await again()
    await save(house, member, cause, windows=rows(HALL, social=0))
    assert await listed(house, member, cause) == [made["_id"]]
    moved = await again()
    assert (made["window"], moved["window"], moved["start"]) == ("social", "w1", NINE)
    assert await listed(house, member, cause) == []
    with pytest.raises(SlotSame):
        await again()


async def test_of_many_the_first_are_read_and_all_are_counted(
    house: House, member: Member, cause: MakeCause
) -> None:
    made = [await booked(house, cause, minutes) for minutes in (30, 0, 60)]
    await save(house, member, cause, weekdays=AFTERNOON)
    [found] = await house.stores.unfit.listed(member, cause().at, most=2)
    assert [row.visit["_id"] for row in found.visits] == [made[1]["_id"], made[0]["_id"]]
    assert found.total == 3


async def test_of_several_each_is_decided_on_by_itself(
    house: House, member: Member, visit: Any, cause: MakeCause
) -> None:
    fits, unfit = await booked(house, cause, 5 * 60), house.stores.unfit
    keys = [fits["_id"], "0" * 32, visit["_id"], visit["_id"]]
    said = await unfit.decide_each(Decision.KEEP, keys, member, cause())
    told = [(one.visit and one.visit["_id"], one.error and one.error.code) for one in said]
    assert told == [(keys[0], "visit_fits"), (None, "appointment_not_found"), (keys[2], None)]
    [hidden] = await unfit.decide_each(
        Decision.ASK, keys[2:], await keeper(house, "keeps-other", "wanbo"), cause()
    )
    assert (hidden.visit, hidden.error and hidden.error.code) == (None, "other_hall")


async def test_matters_of_one_visit_are_asked_to_move_at_once(
    house: House, member: Member, visit: Any, cause: MakeCause
) -> None:
    """By one letter, that names those that are asked; others, and who was asked before, are as ever."""
    appointments, unfit = house.stores.appointments, house.stores.unfit
    party = await house.applicant()
    starts = [NINE + timedelta(minutes=30 * number) for number in range(3)]
    matters = [Matter(*one) for one in zip([*GUIDES, plain_guide(3)], starts, strict=True)]
    made = await house.stores.several.book(party, matters, HALL, CALENDAR, cause())
    keys = [one["_id"] for one in made]
    ended = await appointments.cancel(keys[0], party, cause())
    each = await unfit.decide_each(Decision.ASK, [visit["_id"], *keys], member, cause())
    assert [one.error and one.error.code for one in each] == [None, "appointment_ended", None, None]
    assert ended["state"] == "cancelled"
    assert [one.visit and one.visit["_id"] for one in each] == [visit["_id"], *keys]
    again = await unfit.decide_each(Decision.ASK, keys[1:], member, cause())
    assert [one.error for one in again] == [None, None]
    for key, together in ((visit["_id"], None), (keys[1], keys[1:]), (keys[2], keys[1:])):
        found: Any = await appointments.documents.find_one({"_id": key})
        asked = [one["data"] for one in found["events"] if one["name"] == "appointment.asked_to_move"]
        assert [one.get("together") for one in asked] == [together]
        assert found["asked_to_move_at"]


async def test_one_that_is_over_leaves_the_list(
    house: House, member: Member, visit: Any, cause: MakeCause, clock: Clock
) -> None:
    await house.stores.appointments.cancel(visit["_id"], await house.party_of(visit), cause())
    assert await listed(house, member, cause) == []
    with pytest.raises(DomainError) as ended:
        await house.stores.unfit.keep(visit["_id"], member, cause())
    assert ended.value.code == "appointment_ended"


async def test_what_is_not_to_be_decided(
    house: House, member: Member, visit: Any, cause: MakeCause, clock: Clock
) -> None:
    unfit, fits = house.stores.unfit, await booked(house, cause, 5 * 60)
    for verb in (unfit.keep, unfit.ask_to_move):
        with pytest.raises(DomainError) as refused:
            await verb(fits["_id"], member, cause())
        assert refused.value.code == "visit_fits"
        with pytest.raises(Forbidden):
            await verb(visit["_id"], await keeper(house, "keeps-other", "wanbo"), cause())
    clock.set(visit["start"])
    with pytest.raises(DomainError) as begun:
        await unfit.ask_to_move(visit["_id"], member, cause())
    assert begun.value.code == "appointment_begun"
    assert await listed(house, member, cause) == [visit["_id"]]
    clock.set(visit["end"])
    assert await listed(house, member, cause) == []
