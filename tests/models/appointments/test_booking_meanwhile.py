"""What a booking, a move and a cancellation count and guard (article 9), each for itself."""

from datetime import timedelta
from typing import Any

import pytest

from models.appointments import Appointment, Appointments, State, Visits
from models.people import Party
from tests.house.clock import START, Clock, MakeCause
from tests.house.guides import plain_guide
from tests.house.house import said
from tests.house.meanwhile import overwritten
from tests.house.places import WHOLE_DAY, with_windows
from tests.models.appointments.test_booking import CALENDAR, GUIDE, NINE, TOMORROW

HALL = with_windows(1, WHOLE_DAY)
OTHER = with_windows(1, WHOLE_DAY, code="wanbo", name="万博24小时智慧政务大厅")
BOTH = plain_guide(places=["district", "wanbo"])
HALF, HOUR = timedelta(minutes=30), timedelta(hours=1)
TEN = NINE + HOUR


@pytest.fixture
async def booked(appointments: Appointments, party: Party, cause: MakeCause) -> Appointment:
    """The only place at nine tomorrow."""
    return await appointments.book(party, BOTH, HALL, NINE, CALENDAR, cause())


@pytest.mark.article("9.place", "9.time")
async def test_what_is_left(
    appointments: Appointments, booked: Appointment, party: Party, cause: MakeCause, clock: Clock
) -> None:
    """Neither a slot that has begun, nor what was cancelled, nor what is booked at another hall counts."""

    async def first(hall: Any) -> tuple[Any, int]:
        free = await appointments.free(hall, "general", TOMORROW, CALENDAR, cause())
        return free[0].start, free[0].left

    assert (await first(HALL), await first(OTHER)) == ((NINE, 0), (NINE, 1))
    clock.set(NINE - timedelta(seconds=1))
    await appointments.cancel(booked["_id"], party, cause())
    assert await first(HALL) == (NINE, 1)
    clock.set(NINE)
    assert await first(HALL) == (NINE + HALF, 1)


@pytest.mark.article("9.place")
async def test_why_a_full_slot_is_not_booked(
    appointments: Appointments, booked: Appointment, party: Party, other: Party, cause: MakeCause
) -> None:
    """By who has the matter booked already, since it is; by others, since it is full."""

    def again(of: Party, hall: Any = HALL) -> Any:
        return appointments.book(of, BOTH, hall, NINE, CALENDAR, cause())

    assert (await said(again(party)), await said(again(other))) == ("already_booked", "slot_full")
    cancelled = await appointments.cancel(booked["_id"], party, cause())
    assert (cancelled["closes_at"], "claims" in cancelled) == (None, False)
    assert await said(again(other)) == "done"
    assert await said(again(party)) == "slot_full"
    assert await said(again(party, OTHER)) == "done"


@pytest.mark.article("9.reminded", "9.unrecorded")
async def test_what_is_planned_and_told(
    appointments: Appointments, booked: Appointment, party: Party, cause: MakeCause
) -> None:
    """With the booking, and anew with a move, which puts away what was said of the old place."""
    key, plans = booked["_id"], ["remind_evening", "remind_hour", "day_over"]
    said_of_it = {"pause": {}, "kept_for": "closed", "asked_to_move_at": START, "giving_up": "declined"}
    await appointments.documents.update_one({"_id": key}, {"$set": said_of_it})
    moved: Any = await appointments.move(key, party, BOTH, OTHER, NINE, CALENDAR, cause())
    assert [event["name"] for event in moved["events"]] == ["appointment.booked", "appointment.moved"]
    for event in moved["events"]:
        assert [plan["what"] for plan in event["plans"]] == [f"appointment.{one}" for one in plans]
    assert moved["events"][-1]["data"] == {"from_hall": HALL.name, "from_start": NINE}
    assert (moved["hall"], moved["giving_up"], moved["moves"]) == ("wanbo", None, 1)
    assert not {"pause", "kept_for", "asked_to_move_at"} & moved.keys()


@pytest.mark.article("9.booking")
async def test_for_what_a_visit_is_not_moved(
    appointments: Appointments, booked: Appointment, party: Party, cause: MakeCause
) -> None:
    """By a guide that is not for the person, or of another matter."""
    for guide, code in (
        (plain_guide(audience=["enterprise"]), "not_for_applicant"),
        (plain_guide(2), "changed_meanwhile"),
    ):
        assert (
            await said(appointments.move(booked["_id"], party, guide, HALL, TEN, CALENDAR, cause())) == code
        )


@pytest.mark.article("9.place")
async def test_ones_own_old_place_is_no_hindrance(
    appointments: Appointments, party: Party, cause: MakeCause
) -> None:
    """To a slot of another length that overlaps it, at the only window."""
    made = await appointments.book(party, GUIDE, HALL, NINE + HALF, CALENDAR, cause())
    longer = with_windows(1, WHOLE_DAY, minutes=60)
    moved = await appointments.move(made["_id"], party, GUIDE, longer, NINE, CALENDAR, cause())
    assert (moved["start"], moved["end"]) == (NINE, TEN)


@pytest.mark.article("9.place")
async def test_a_seat_that_is_no_more_counts_in_each_slot_that_it_overlaps(
    appointments: Appointments, party: Party, other: Party, cause: MakeCause
) -> None:
    """Of two seats the second is booked from half past nine; then there is one, and slots are of an hour."""
    both = [
        await appointments.book(one, GUIDE, with_windows(2), NINE + HALF, CALENDAR, cause())
        for one in (party, other)
    ]
    [lower] = [one for one in both if one["seat"] == 0]
    who = party if lower["applicant"] == party.id else other
    await appointments.cancel(lower["_id"], who, cause())
    longer = with_windows(1, minutes=60)
    assert await said(appointments.book(who, GUIDE, longer, NINE, CALENDAR, cause())) == "slot_full"
    assert await said(appointments.book(who, GUIDE, longer, TEN, CALENDAR, cause())) == "done"


@pytest.mark.article("9.place", "9.abandon")
@pytest.mark.parametrize(
    ("act", "written"),
    [
        *(("cancel", {name: "served"}) for name in ("state", "applicant")),
        *(("move", {name: "served"}) for name in ("state", "applicant", "visit")),
        ("move", {"arrived_at": START}),
        ("move", {"start": TEN + HALF, "moves": 1}),
    ],
    ids=lambda given: given if isinstance(given, str) else next(iter(given)),
)
async def test_what_is_written_while_the_person_acts_is_not_overwritten(
    appointments: Appointments,
    booked: Appointment,
    party: Party,
    cause: MakeCause,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
    written: dict[str, Any],
) -> None:
    """Between the reading and the writing."""
    key = booked["_id"]
    before: Any = await appointments.documents.find_one({"_id": key})

    acts = {
        "cancel": lambda: appointments.cancel(key, party, cause()),
        "move": lambda: appointments.move(key, party, BOTH, HALL, TEN, CALENDAR, cause()),
    }
    with monkeypatch.context() as patch:
        overwritten(patch, appointments, key, written)
        codes = {"cancel": "appointment_ended", "move": "changed_meanwhile"}
        assert await said(acts[act]()) == codes[act]
    assert await appointments.documents.find_one({"_id": key}) == before | written


async def test_which_of_a_days_visits_are_listed(
    appointments: Appointments, party: Party, other: Party, cause: MakeCause
) -> None:
    wide, keys = with_windows(3), []
    for number in range(3):
        made = await appointments.book(party, plain_guide(number), wide, NINE, CALENDAR, cause())
        keys.append(made["_id"])
    arrived = {"$set": {"arrived_at": START}}
    await appointments.documents.update_many({"_id": {"$in": keys[1:]}}, arrived)
    await appointments.cancel(keys[2], party, cause())
    for which, wanted in {
        Visits.ALL: keys,
        Visits.OPEN: keys[:2],
        Visits.ARRIVED: keys[1:2],
        Visits.ENDED: keys[2:],
    }.items():
        rows = (await appointments.of_day(["district"], TOMORROW, which, 10)).rows
        assert {one["_id"] for one in rows} == {*wanted}
        assert await appointments.count_of_day(["district"], TOMORROW, which) == len(wanted)
    assert (await appointments.get(keys[2]))["state"] is State.CANCELLED
