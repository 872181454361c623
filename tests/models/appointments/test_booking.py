"""Appointments (article 9): never more than there are places, and never refused."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.appointments import Appointments, State, Visits, bookable_days, can_cancel
from models.errors import BadInput, Conflict, NotFound, Refused
from models.people.parties import Party
from models.places import slots
from models.store import Database
from models.workdays import Workdays
from tests.house.clock import START, Clock, MakeCause
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.outside import Register
from tests.house.places import with_windows
from tests.house.stores import stores_over

CALENDAR = Workdays()
TOMORROW = date(2026, 11, 25)
NINE = datetime.fromisoformat("2026-11-25T01:00:00+00:00")

GUIDE = plain_guide()
HALL = with_windows(5, [["09:00", "12:00"], ["14:00", "17:00"]])


async def crowd(house: House, size: int) -> dict[str, Party]:
    """So many people, by their ids."""
    people = [await house.applicant() for _ in range(size)]
    return {one.id: one for one in people}


@pytest.mark.article("9.time")
def test_slots_follow_hours_lunch_and_holidays() -> None:
    day = slots(HALL, "general", TOMORROW, CALENDAR)
    assert [slot.start.strftime("%H:%M") for slot in day][:7] == [
        "01:00", "01:30", "02:00", "02:30", "03:00", "03:30", "06:00",
    ]  # fmt: skip
    assert len(day) == 12
    assert slots(HALL, "general", date(2026, 10, 1), CALENDAR) == []
    assert len(slots(HALL, "general", date(2026, 10, 10), CALENDAR)) == 12  # a Saturday that is worked
    assert slots(HALL, "police", TOMORROW, CALENDAR) == []


@pytest.mark.article("9.place")
async def test_fifty_at_once_for_five_places(
    house: House, appointments: Appointments, cause: MakeCause
) -> None:
    people = (await crowd(house, 50)).values()
    results = await asyncio.gather(
        *(appointments.book(one, GUIDE, HALL, NINE, CALENDAR, cause()) for one in people),
        return_exceptions=True,
    )
    booked = [result for result in results if isinstance(result, dict)]
    refused = [result for result in results if isinstance(result, Conflict)]
    assert (len(booked), len(refused)) == (5, 45)
    assert {conflict.code for conflict in refused} == {"slot_full"}
    assert sorted(document["seat"] for document in booked) == [0, 1, 2, 3, 4]
    free = await appointments.free(HALL, "general", TOMORROW, CALENDAR, cause())
    assert [slot.left for slot in free][:2] == [0, 5]


@pytest.mark.article("9.place")
async def test_bookings_stay_when_the_capacity_shrinks_and_count(
    house: House, appointments: Appointments, party: Party, cause: MakeCause
) -> None:
    people = await crowd(house, 5)
    for one in people.values():
        await appointments.book(one, GUIDE, HALL, NINE, CALENDAR, cause())
    for booked in (await appointments.of_day([HALL.code], TOMORROW, Visits.ALL, 1000)).rows:
        if booked["seat"] < 2:
            await appointments.cancel(booked["_id"], people[booked["applicant"]], cause())
    smaller = with_windows(2, minutes=30)
    free = await appointments.free(smaller, "general", TOMORROW, CALENDAR, cause())
    assert free[0].left == 0
    with pytest.raises(Conflict) as full:
        await appointments.book(party, GUIDE, smaller, NINE, CALENDAR, cause())
    assert full.value.code == "slot_full"


@pytest.mark.article("9.place")
async def test_bookings_of_slots_of_another_length_count(
    appointments: Appointments, cause: MakeCause, party: Party, other: Party
) -> None:
    half_past = NINE + timedelta(minutes=30)
    await appointments.book(party, GUIDE, with_windows(1, minutes=30), half_past, CALENDAR, cause())
    with pytest.raises(Conflict) as full:
        await appointments.book(other, GUIDE, with_windows(1, minutes=60), NINE, CALENDAR, cause())
    assert full.value.code == "slot_full"
    free = await appointments.free(with_windows(1, minutes=60), "general", TOMORROW, CALENDAR, cause())
    assert [slot.left for slot in free] == [0, 1, 1]


@pytest.mark.article("9.place")
@pytest.mark.parametrize(
    ("earlier", "later"),
    [((30, 30), (60, 0)), ((45, 45), (60, 60)), ((12, 24), (30, 0)), ((60, 0), (7, 56))],
    ids=["the second half", "the end", "inside", "the last minutes"],
)
async def test_two_in_flight_over_a_change_of_slot_length_are_one_place(
    appointments: Appointments,
    cause: MakeCause,
    party: Party,
    other: Party,
    monkeypatch: pytest.MonkeyPatch,
    earlier: tuple[int, int],
    later: tuple[int, int],
) -> None:
    """Both have read that nothing is booked; one knows the hall as it was, one as it is. Slots in minutes:
    length and beginning."""
    read, booked = asyncio.Barrier(2), appointments.taken.of

    async def both_have_read(*asked: Any) -> Any:
        found = await booked(*asked)
        await read.wait()
        return found

    monkeypatch.setattr(appointments.taken, "of", both_have_read)
    said = await asyncio.gather(
        *(
            appointments.book(
                one, GUIDE, with_windows(1, minutes=minutes), NINE + timedelta(minutes=at), CALENDAR, cause()
            )
            for one, (minutes, at) in ((party, earlier), (other, later))
        ),
        return_exceptions=True,
    )
    assert sorted(getattr(one, "code", "booked") for one in said) == ["booked", "slot_full"]


MOST_AT_ONCE, MOST_STEPS = 6, 4
STEPS = st.lists(
    st.tuples(
        st.integers(1, 4),  # capacity
        st.sampled_from([30, 45, 60]),  # slot length
        st.lists(st.integers(0, 2), max_size=MOST_AT_ONCE),  # the slots that people try for at once
        st.lists(st.integers(0, 9), max_size=3),  # which bookings are cancelled meanwhile
    ),
    min_size=1,
    max_size=MOST_STEPS,
)


@dataclass
class Crowded:
    """A house of its own with as many people as the steps can ask for."""

    house: House
    people: dict[str, Party]


@pytest.fixture(scope="module")
async def crowded(database: Database) -> Crowded:
    house = House(stores_over(database, lambda: START, Register()))
    await house.stores.prepare()
    return Crowded(house, await crowd(house, MOST_AT_ONCE * MOST_STEPS))


@pytest.mark.article("9.place")
@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
async def test_never_more_than_places_however_the_hours_change(crowded: Crowded, steps: Any) -> None:
    """A slot fills up to its capacity and no further, whatever older bookings overlap it."""
    store, by = crowded.house.stores.appointments, crowded.house.by()
    await store.documents.delete_many({})
    strangers = iter(crowded.people.values())
    for capacity, minutes, tried, cancelled in steps:
        hall = with_windows(capacity, minutes=minutes)
        before = (await store.of_day([HALL.code], TOMORROW, Visits.ALL, 1000)).rows
        booked = [one for one in before if one["state"] == State.BOOKED]
        chosen = [booked[n % len(booked)] for n in cancelled if booked]
        given_up = {one["_id"]: crowded.people[one["applicant"]] for one in chosen}
        free = {slot.start: slot.left for slot in await store.free(hall, "general", TOMORROW, CALENDAR, by)}
        starts = [NINE + timedelta(minutes=minutes) * n for n in tried]
        said = await asyncio.gather(
            *(store.book(next(strangers), GUIDE, hall, start, CALENDAR, by) for start in starts),
            *(store.cancel(key, party, by) for key, party in given_up.items()),
            return_exceptions=True,
        )
        assert all(isinstance(one, dict) or getattr(one, "code", "") == "slot_full" for one in said), said
        new = [one for one in said[: len(starts)] if isinstance(one, dict)]
        left = [one for one in booked if one["_id"] not in given_up]
        for start in set(starts):
            got = sum(one["start"] == start for one in new)
            end = start + timedelta(minutes=minutes)
            older = sum(one["start"] < end and one["end"] > start for one in left)
            assert got + older <= max(capacity, older)
            assert got >= min(starts.count(start), free[start])


@pytest.mark.article("9.place")
async def test_one_active_booking_an_item(appointments: Appointments, cause: MakeCause, party: Party) -> None:
    results = await asyncio.gather(
        *(
            appointments.book(party, GUIDE, HALL, NINE + timedelta(minutes=30 * n), CALENDAR, cause())
            for n in range(6)
        ),
        return_exceptions=True,
    )
    booked = [result for result in results if isinstance(result, dict)]
    assert len(booked) == 1
    assert {error.code for error in results if isinstance(error, Conflict)} == {"already_booked"}
    await appointments.cancel(booked[0]["_id"], party, cause())
    again = await appointments.book(party, GUIDE, HALL, NINE, CALENDAR, cause())
    assert again["state"] == State.BOOKED


async def test_three_a_day(appointments: Appointments, cause: MakeCause, party: Party) -> None:
    for number in range(3):
        await appointments.book(party, plain_guide(number), HALL, NINE, CALENDAR, cause())
    with pytest.raises(Refused) as refused:
        await appointments.book(party, plain_guide(9), HALL, NINE, CALENDAR, cause())
    assert refused.value.code == "too_many_bookings"
    next_day = NINE + timedelta(days=1)
    await appointments.book(party, plain_guide(9), HALL, next_day, CALENDAR, cause())


@pytest.mark.article("9.booking")
async def test_an_item_for_enterprises_is_not_booked_by_a_person(
    appointments: Appointments, cause: MakeCause, party: Party
) -> None:
    of = plain_guide(audience=["enterprise"])
    with pytest.raises(Refused) as refused:
        await appointments.book(party, of, HALL, NINE, CALENDAR, cause())
    assert refused.value.code == "not_for_applicant"


@pytest.mark.parametrize(
    "start",
    [
        NINE + timedelta(minutes=10),
        datetime.fromisoformat("2026-11-24T01:00:00+00:00"),
        NINE + timedelta(days=3),
    ],
    ids=["between slots", "past", "Saturday"],
)
async def test_no_such_slot(
    appointments: Appointments, cause: MakeCause, start: datetime, party: Party
) -> None:
    with pytest.raises(BadInput) as refused:
        await appointments.book(party, GUIDE, HALL, start, CALENDAR, cause())
    assert refused.value.code == "slot_unknown"


async def test_somebody_elses_appointment_is_not_found(
    appointments: Appointments, cause: MakeCause, party: Party, other: Party
) -> None:
    booked = await appointments.book(party, GUIDE, HALL, NINE, CALENDAR, cause())
    with pytest.raises(NotFound):
        await appointments.own(booked["_id"], other)
    with pytest.raises(NotFound):
        await appointments.cancel(booked["_id"], other, cause())


async def test_a_booking_can_be_cancelled_until_it_begins(
    appointments: Appointments, cause: MakeCause, party: Party
) -> None:
    booked = await appointments.book(party, GUIDE, HALL, NINE, CALENDAR, cause())
    assert can_cancel(booked, NINE - timedelta(seconds=1))
    assert not can_cancel(booked, NINE)
    cancelled = await appointments.cancel(booked["_id"], party, cause())
    assert not can_cancel(cancelled, NINE - timedelta(seconds=1))


@pytest.mark.article("9.abandon")
async def test_what_has_begun_is_not_cancelled(
    appointments: Appointments, cause: MakeCause, clock: Clock, party: Party
) -> None:
    booked = await appointments.book(party, GUIDE, HALL, NINE, CALENDAR, cause())
    clock.set(NINE)
    with pytest.raises(Refused) as late:
        await appointments.cancel(booked["_id"], party, cause())
    assert late.value.code == "appointment_begun"
    clock.set(NINE - timedelta(seconds=1))
    assert (await appointments.cancel(booked["_id"], party, cause()))["state"] == "cancelled"
    clock.set(NINE)
    with pytest.raises(Conflict):
        await appointments.cancel(booked["_id"], party, cause())


async def test_hot_paths_use_indexes(appointments: Appointments, cause: MakeCause, party: Party) -> None:
    await appointments.book(party, GUIDE, HALL, NINE, CALENDAR, cause())
    for query in (
        {"hall": HALL.code, "day": "2026-11-25", "state": "booked", "start": {"$lt": NINE}},
        {"hall": HALL.code, "day": "2026-11-25"},
        {"hall": {"$in": [HALL.code]}, "day": {"$in": ["2026-11-25"]}, "state": "booked"},
        {"applicant": party.id},
        {"claims": f"item:{party.id}:x"},
        {"objection.state": {"$in": ["open"]}},
        {"events.0.id": {"$exists": True}},
    ):
        plan = await appointments.documents.find(query).explain()
        assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"]), query


def test_bookable_days_leave_out_days_off(clock: Clock) -> None:
    assert bookable_days(CALENDAR, clock.now(), 4) == [date(2026, 11, day) for day in (24, 25, 26, 27)]
    clock.set(START + timedelta(hours=8))
    assert bookable_days(CALENDAR, clock.now(), 3) == [date(2026, 11, day) for day in (25, 26, 27)]
