"""A visit is moved in one step (article 9): the old place is kept unless the new one is won."""

import asyncio
from datetime import datetime, timedelta

import pytest

from models.appointments import Appointments, State, can_move
from models.errors import Conflict, DomainError, NotFound
from models.people.parties import Party
from tests.house.clock import Clock, MakeCause
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.places import WHOLE_DAY, with_windows
from tests.models.appointments.test_booking import CALENDAR, GUIDE, NINE, TOMORROW, crowd

HALL = with_windows(1, WHOLE_DAY)
OTHER = with_windows(1, WHOLE_DAY, code="wanbo", name="万博24小时智慧政务大厅")
BOTH = plain_guide(places=["district", "wanbo"])
TEN = NINE + timedelta(hours=1)


async def left(appointments: Appointments, cause: MakeCause) -> list[int]:
    return [slot.left for slot in await appointments.free(HALL, "general", TOMORROW, CALENDAR, cause())]


@pytest.mark.article("9.time")
async def test_a_move_takes_the_new_place_and_gives_the_old_one_back(
    appointments: Appointments, cause: MakeCause, party: Party, other: Party
) -> None:
    booked = await appointments.book(party, GUIDE, HALL, NINE, CALENDAR, cause())
    moved = await appointments.move(booked["_id"], party, GUIDE, HALL, TEN, CALENDAR, cause())
    assert (moved["start"], moved["state"], moved["moves"]) == (TEN, State.BOOKED, 1)
    assert [line["what"] for line in moved["timeline"]] == ["appointment.booked", "appointment.moved"]
    assert (await left(appointments, cause))[:3] == [1, 1, 0]
    await appointments.book(other, GUIDE, HALL, NINE, CALENDAR, cause())


async def test_to_another_hall_and_another_day(
    appointments: Appointments, cause: MakeCause, party: Party
) -> None:
    booked = await appointments.book(party, BOTH, HALL, NINE, CALENDAR, cause())
    later = NINE + timedelta(days=1)
    moved = await appointments.move(booked["_id"], party, BOTH, OTHER, later, CALENDAR, cause())
    assert (moved["hall"], moved["day"], moved["hall_name"]) == ("wanbo", "2026-11-26", OTHER.name)
    assert moved["closes_at"] == datetime.fromisoformat("2026-11-26T16:00:00+00:00")
    number = f"number:wanbo:2026-11-26:{moved['number']}"
    assert number in moved["claims"]
    assert not [claim for claim in moved["claims"] if "district" in claim or "2026-11-25" in claim]


@pytest.mark.article("9.place")
async def test_where_the_new_place_is_not_won_the_old_one_is_kept(
    appointments: Appointments, cause: MakeCause, party: Party, other: Party
) -> None:
    booked = await appointments.book(party, GUIDE, HALL, NINE, CALENDAR, cause())
    await appointments.book(other, GUIDE, HALL, TEN, CALENDAR, cause())
    with pytest.raises(Conflict) as full:
        await appointments.move(booked["_id"], party, GUIDE, HALL, TEN, CALENDAR, cause())
    assert full.value.code == "slot_full"
    assert booked.items() <= (await appointments.own(booked["_id"], party)).items()
    assert (await left(appointments, cause))[:3] == [0, 1, 0]


@pytest.mark.article("9.place")
async def test_many_move_at_once_to_one_place(
    house: House, appointments: Appointments, cause: MakeCause
) -> None:
    """Each of them has a place before and after, and nobody shares one."""
    people, wide = list((await crowd(house, 8)).values()), with_windows(8, WHOLE_DAY)
    booked = [await appointments.book(one, GUIDE, wide, NINE, CALENDAR, cause()) for one in people]
    said = await asyncio.gather(
        *(
            appointments.move(visit["_id"], one, GUIDE, HALL, TEN, CALENDAR, cause())
            for visit, one in zip(booked, people, strict=True)
        ),
        return_exceptions=True,
    )
    assert sorted(getattr(one, "code", "moved") for one in said) == ["moved", *["slot_full"] * 7]
    held = await appointments.documents.find({"state": "booked"}).to_list()
    assert sorted(one["start"] for one in held) == [NINE] * 7 + [TEN]
    claims = [claim for one in held for claim in one["claims"]]
    assert len(claims) == len({*claims})


async def test_two_moves_of_one_visit_at_once(
    appointments: Appointments, cause: MakeCause, party: Party
) -> None:
    booked = await appointments.book(party, GUIDE, HALL, NINE, CALENDAR, cause())
    said = await asyncio.gather(
        *(
            appointments.move(
                booked["_id"], party, GUIDE, HALL, TEN + timedelta(minutes=30 * n), CALENDAR, cause()
            )
            for n in range(3)
        ),
        return_exceptions=True,
    )
    moved = [one for one in said if isinstance(one, dict)]
    assert len(moved) >= 1
    assert sum(await left(appointments, cause)) == 14 - 1
    assert {one.code for one in said if isinstance(one, DomainError)} <= {"changed_meanwhile"}


@pytest.mark.parametrize("end", ["arrived", "cancelled", "begun"])
async def test_what_is_over_is_not_moved(
    end: str, appointments: Appointments, cause: MakeCause, clock: Clock, party: Party
) -> None:
    booked = await appointments.book(party, GUIDE, HALL, NINE, CALENDAR, cause())
    if end == "arrived":
        await appointments.documents.update_one({"_id": booked["_id"]}, {"$set": {"arrived_at": NINE}})
    if end == "cancelled":
        await appointments.cancel(booked["_id"], party, cause())
    if end == "begun":
        clock.set(NINE)
    found = await appointments.own(booked["_id"], party)
    assert not can_move(found, clock.now())
    with pytest.raises(DomainError) as refused:
        await appointments.move(booked["_id"], party, GUIDE, HALL, TEN, CALENDAR, cause())
    codes = {"arrived": "arrival_recorded", "cancelled": "appointment_ended", "begun": "appointment_begun"}
    assert refused.value.code == codes[end]


async def test_who_cannot_move_it_and_where_it_is_already(
    appointments: Appointments, cause: MakeCause, party: Party, other: Party
) -> None:
    booked = await appointments.book(party, GUIDE, HALL, NINE, CALENDAR, cause())
    with pytest.raises(NotFound):
        await appointments.move(booked["_id"], other, GUIDE, HALL, TEN, CALENDAR, cause())
    with pytest.raises(Conflict) as same:
        await appointments.move(booked["_id"], party, GUIDE, HALL, NINE, CALENDAR, cause())
    assert same.value.code == "slot_same"
