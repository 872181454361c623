"""Appointments (article 9): never more than there are places, and never refused."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from models.appointments import A_DAY, Appointments, Ending, State, bookable_days
from models.errors import BadInput, Conflict, NotFound, Refused
from models.events import Cause
from models.halls import Hall, slots
from models.items import Guide
from models.parties import Party
from models.store import Database
from models.workdays import Workdays
from tests.conftest import START, Clock

CALENDAR = Workdays()
TOMORROW = date(2026, 11, 25)
NINE = datetime.fromisoformat("2026-11-25T01:00:00+00:00")
MakeCause = Callable[..., Cause]

HALL = Hall.model_validate(
    {
        "code": "centre",
        "kind": "centre",
        "name": "区政务服务中心",
        "address": "-",
        "township": "市桥街道",
        "location": {"coordinates": [113.38, 22.93]},
        "all_day": True,
        "hours": "-",
        "phone": "020-84600000",
        "windows": {
            "weekday_hours": [["09:00", "12:00"], ["14:00", "17:00"]],
            "slot_minutes": 30,
            "capacity": {"general": 5},
        },
    }
)


def guide(number: int = 1, **changes: Any) -> Guide:
    return Guide.model_validate(
        {
            "item": f"11440113007512345A{number:013}",
            "name": "老年人优待证申领",
            "summary": "-",
            "department": "11440113007512345A",
            "audience": ["person"],
            "topics": ["养老"],
            "basis": ["-"],
            "conditions": ["-"],
            "materials": [
                {"code": "id_card", "name": "身份证", "kinds": ["copy"]},
                {"code": "photo", "name": "照片", "kinds": ["electronic"], "required": False},
            ],
            "window_steps": [{"name": "受理"}, {"name": "办结"}],
            "online_steps": [{"name": "受理"}, {"name": "办结"}],
            "handling": "fully_online",
            "visits": 0,
            "places": ["centre"],
            "group": "general",
            "consult_phone": "020-84600001",
            "complaint_phone": "12345",
            "channels": ["wechat"],
            "form": {
                "sections": [{"title": "-", "questions": [{"name": "q", "label": "-", "kind": "text"}]}]
            },
            **changes,
        }
    )


def party(name: str) -> Party:
    person = {"_id": name, "masked_name": "陈**"}
    return Party(person, person, f"account-{name}")


@pytest.fixture
async def appointments(any_database: Database) -> AsyncIterator[Appointments]:
    store = Appointments(any_database)
    await store.prepare()
    yield store
    await store.documents.delete_many({})


@pytest.mark.article(9)
def test_slots_follow_hours_lunch_and_holidays() -> None:
    day = slots(HALL, "general", TOMORROW, CALENDAR)
    assert [slot.start.strftime("%H:%M") for slot in day][:7] == [
        "01:00", "01:30", "02:00", "02:30", "03:00", "03:30", "06:00",
    ]  # fmt: skip
    assert len(day) == 12
    assert slots(HALL, "general", date(2026, 10, 1), CALENDAR) == []
    assert len(slots(HALL, "general", date(2026, 10, 10), CALENDAR)) == 12  # a Saturday that is worked
    assert slots(HALL, "police", TOMORROW, CALENDAR) == []


@pytest.mark.article(9)
async def test_fifty_at_once_for_five_places(appointments: Appointments, cause: MakeCause) -> None:
    results = await asyncio.gather(
        *(appointments.book(party(f"p{n}"), guide(), HALL, NINE, CALENDAR, cause()) for n in range(50)),
        return_exceptions=True,
    )
    booked = [result for result in results if isinstance(result, dict)]
    refused = [result for result in results if isinstance(result, Conflict)]
    assert (len(booked), len(refused)) == (5, 45)
    assert {conflict.code for conflict in refused} == {"slot_full"}
    assert sorted(document["seat"] for document in booked) == [0, 1, 2, 3, 4]
    free = await appointments.free(HALL, "general", TOMORROW, CALENDAR, cause())
    assert [slot.left for slot in free][:2] == [0, 5]


@pytest.mark.article(9)
async def test_one_active_booking_an_item(appointments: Appointments, cause: MakeCause) -> None:
    results = await asyncio.gather(
        *(
            appointments.book(party("p"), guide(), HALL, NINE + timedelta(minutes=30 * n), CALENDAR, cause())
            for n in range(6)
        ),
        return_exceptions=True,
    )
    booked = [result for result in results if isinstance(result, dict)]
    assert len(booked) == 1
    assert {error.code for error in results if isinstance(error, Conflict)} == {"already_booked"}
    await appointments.cancel(booked[0]["_id"], party("p"), cause())
    again = await appointments.book(party("p"), guide(), HALL, NINE, CALENDAR, cause())
    assert again["state"] == State.BOOKED


async def test_three_a_day(appointments: Appointments, cause: MakeCause) -> None:
    for number in range(A_DAY):
        await appointments.book(party("p"), guide(number), HALL, NINE, CALENDAR, cause())
    with pytest.raises(Refused) as refused:
        await appointments.book(party("p"), guide(9), HALL, NINE, CALENDAR, cause())
    assert refused.value.code == "too_many_bookings"
    next_day = NINE + timedelta(days=1)
    await appointments.book(party("p"), guide(9), HALL, next_day, CALENDAR, cause())


@pytest.mark.parametrize(
    "start",
    [
        NINE + timedelta(minutes=10),
        datetime.fromisoformat("2026-11-24T01:00:00+00:00"),
        NINE + timedelta(days=3),
    ],
    ids=["between slots", "past", "Saturday"],
)
async def test_no_such_slot(appointments: Appointments, cause: MakeCause, start: datetime) -> None:
    with pytest.raises(BadInput) as refused:
        await appointments.book(party("p"), guide(), HALL, start, CALENDAR, cause())
    assert refused.value.code == "slot_unknown"


async def test_somebody_elses_appointment_is_not_found(appointments: Appointments, cause: MakeCause) -> None:
    booked = await appointments.book(party("p"), guide(), HALL, NINE, CALENDAR, cause())
    with pytest.raises(NotFound):
        await appointments.find(booked["_id"], party("q"))
    with pytest.raises(NotFound):
        await appointments.cancel(booked["_id"], party("q"), cause())


@pytest.mark.article(9)
async def test_a_booked_applicant_can_only_be_sent_away_for_a_required_material(
    appointments: Appointments, cause: MakeCause
) -> None:
    assert {ending.value for ending in Ending} == {"served", "no_show", "given_up", "missing_material"}
    booked = await appointments.book(party("p"), guide(), HALL, NINE, CALENDAR, cause())
    for material in (None, "photo", "invented"):
        with pytest.raises(Refused) as refused:
            await appointments.end(booked["_id"], Ending.MISSING_MATERIAL, guide(), cause(), material)
        assert refused.value.code == "material_not_required"
    ended = await appointments.end(booked["_id"], Ending.MISSING_MATERIAL, guide(), cause(), "id_card")
    assert (ended["state"], ended["material"]) == ("missing_material", "id_card")
    with pytest.raises(Conflict):
        await appointments.end(booked["_id"], Ending.SERVED, guide(), cause())


async def test_nobody_is_absent_before_the_time(
    appointments: Appointments, cause: MakeCause, clock: Clock
) -> None:
    booked = await appointments.book(party("p"), guide(), HALL, NINE, CALENDAR, cause())
    with pytest.raises(Refused):
        await appointments.end(booked["_id"], Ending.NO_SHOW, guide(), cause())
    clock.set(NINE)
    ended = await appointments.end(booked["_id"], Ending.NO_SHOW, guide(), cause())
    assert ended["state"] == "no_show"
    assert [line["what"] for line in ended["timeline"]] == ["appointment.booked", "appointment.no_show"]


async def test_hot_paths_use_indexes(appointments: Appointments, cause: MakeCause) -> None:
    await appointments.book(party("p"), guide(), HALL, NINE, CALENDAR, cause())
    for query in (
        {"hall": "centre", "day": "2026-11-25", "group": "general", "state": "booked"},
        {"applicant": "p"},
        {"claims": "item:p:x"},
        {"events.0.id": {"$exists": True}},
    ):
        plan = await appointments.documents.find(query).explain()
        assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"]), query


def test_bookable_days_leave_out_days_off(cause: MakeCause, clock: Clock) -> None:
    assert bookable_days(CALENDAR, cause(), 4) == [date(2026, 11, day) for day in (24, 25, 26, 27)]
    clock.set(START + timedelta(hours=8))
    assert bookable_days(CALENDAR, cause(), 3) == [date(2026, 11, day) for day in (25, 26, 27)]
