"""Who sees to visits that do not fit any more (article 9), which they are, and what is written meanwhile."""

from datetime import timedelta
from typing import Any

import pytest

from models.appointments import Appointment
from models.staff import Member, Role
from tests.house.clock import START, Clock, MakeCause
from tests.house.guides import plain_guide
from tests.house.house import House, said
from tests.house.meanwhile import after, overwritten
from tests.house.places import WHOLE_DAY, hall, with_windows
from tests.house.schedules import keeper
from tests.house.staff import Post
from tests.models.appointments.test_booking import CALENDAR, NINE
from tests.models.appointments.test_rescheduling import AFTERNOON, HALL, booked, save

OTHER = with_windows(1, WHOLE_DAY, code="wanbo", name="万博24小时智慧政务大厅")
BARE = hall("bare", windows=None, name="没有窗口的大厅")


@pytest.fixture
async def member(house: House, cause: MakeCause) -> Member:
    await house.stores.halls.put(HALL, cause())
    return await keeper(house)


@pytest.fixture
async def visit(house: House, member: Member, cause: MakeCause) -> Appointment:
    """One in the morning, of a hall that opens in the afternoon by now."""
    made: Appointment = await booked(house, cause)
    await save(house, member, cause, weekdays=AFTERNOON)
    return made


@pytest.mark.article("5.duties")
async def test_who_keeps_no_schedule_is_told_nothing(house: House, member: Member, cause: MakeCause) -> None:
    """Not even whether there is such a visit, or hall."""
    unfit, other, now = house.stores.unfit, await house.member("window"), cause().at
    for asked in (
        unfit.kept_by(other),
        unfit.count(other, now),
        unfit.listed(other, now),
        unfit.listed(other, now, "nowhere"),
        unfit.keep("0" * 32, other, cause()),
        unfit.ask_to_move("0" * 32, other, cause()),
    ):
        assert await said(asked) == "scope_missing"


@pytest.mark.article("5.duties")
async def test_of_which_halls_they_are_listed(house: House, cause: MakeCause) -> None:
    """Those that have windows and are the member's; one that is asked for also where all visits fit."""
    unfit, now = house.stores.unfit, cause().at
    for one in (HALL, OTHER, BARE):
        await house.stores.halls.put(one, cause())
    member = await house.member("keeps", Post((Role.SERVICE_CENTRE,), halls=(HALL.code, BARE.code)))
    assert [one.code for one in await unfit.kept_by(member)] == [HALL.code]
    assert await unfit.listed(member, now) == []
    assert await unfit.listed(member, now, HALL.code) == [(HALL, [], 0)]
    assert await said(unfit.listed(member, now, OTHER.code)) == "other_hall"
    assert await said(unfit.listed(member, now, "nowhere")) == "hall_not_found"


async def test_those_ahead_are_in_the_order_of_their_times(
    house: House, member: Member, cause: MakeCause
) -> None:
    """Of several halls too."""
    late = await booked(house, cause, 30)
    early = await house.stores.appointments.book(
        await house.applicant(), plain_guide(places=["wanbo"]), OTHER, NINE, CALENDAR, cause()
    )
    ahead = await house.stores.unfit.ahead([HALL.code, OTHER.code], cause().at)
    assert [one.id for one in ahead] == [early["_id"], late["_id"]]


async def test_those_ahead_are_read_from_an_index(house: House, visit: Appointment, cause: MakeCause) -> None:
    documents: Any = house.stores.appointments.documents

    async def used() -> Any:
        rows = await (await documents.aggregate([{"$indexStats": {}}])).to_list()
        return next(one["accesses"]["ops"] for one in rows if one["name"] == "ahead")

    before = await used()
    assert len(await house.stores.unfit.ahead([HALL.code], cause().at)) == 1
    assert await used() == before + 1


@pytest.mark.article("9.place")
@pytest.mark.parametrize("verb", ["keep", "ask_to_move"])
@pytest.mark.parametrize(
    "written",
    [{"state": "served"}, {"hall": "wanbo"}, {"start": NINE + timedelta(hours=1)}, {"window": "social"}],
    ids=lambda written: next(iter(written)),
)
async def test_what_is_written_while_it_is_decided_is_not_overwritten(
    house: House,
    member: Member,
    visit: Appointment,
    cause: MakeCause,
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
    written: dict[str, Any],
) -> None:
    appointments, key = house.stores.appointments, visit["_id"]
    before: Any = await appointments.documents.find_one({"_id": key})
    with monkeypatch.context() as patch:
        overwritten(patch, appointments, key, written)
        deciding = getattr(house.stores.unfit, verb)(key, member, cause())
        assert await said(deciding) == "changed_meanwhile"
    assert await appointments.documents.find_one({"_id": key}) == before | written


@pytest.mark.article("9.place")
@pytest.mark.parametrize("verb", ["keep", "ask_to_move"])
async def test_two_who_decide_the_same_at_once_decide_it_once(
    house: House,
    member: Member,
    visit: Appointment,
    cause: MakeCause,
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
) -> None:
    appointments, key = house.stores.appointments, visit["_id"]
    decide = getattr(house.stores.unfit, verb)
    after(monkeypatch, appointments, "get", lambda: decide(key, member, cause()))
    decided = await decide(key, member, cause())
    assert [one["name"] for one in decided["events"]][1:] == [decided["timeline"][-1]["what"]]
    assert decided == await appointments.get(key)
    assert decided["events"][-1]["data"] == {"reason": "outside_hours"}


@pytest.mark.article("9.place")
async def test_who_is_asked_to_move_is_asked_once(
    house: House, member: Member, visit: Appointment, cause: MakeCause, clock: Clock
) -> None:
    unfit, key = house.stores.unfit, visit["_id"]
    asked = await unfit.ask_to_move(key, member, cause())
    assert asked["asked_to_move_at"] == START
    clock.set(visit["start"])
    assert await unfit.ask_to_move(key, member, cause()) == asked


@pytest.mark.article("9.place")
async def test_one_that_is_kept_is_not_asked_to_move(
    house: House, member: Member, visit: Appointment, cause: MakeCause
) -> None:
    unfit, key = house.stores.unfit, visit["_id"]
    kept = await unfit.keep(key, member, cause())
    assert await said(unfit.ask_to_move(key, member, cause())) == "visit_fits"
    assert await unfit.keep(key, member, cause()) == kept
