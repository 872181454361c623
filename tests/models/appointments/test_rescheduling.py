"""A hall's schedule written in the panel (article 9): what was shown is what is saved, and nobody who booked
is lost."""

import asyncio
import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from models.appointments import Preview, Reason, misfit
from models.appointments.unfit import AHEAD, Ahead
from models.errors import BadInput, DomainError, Forbidden
from models.places import Changes, ClosureRow, Kept, WindowRow
from models.staff import Member, Role
from models.workdays import Workdays
from tests.house.clock import Clock, MakeCause
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.places import MORNING, WHOLE_DAY, hall
from tests.house.schedules import keeper, rows, written
from tests.house.staff import Post
from tests.models.appointments.test_booking import CALENDAR, NINE, TOMORROW, crowd

GUIDES = [plain_guide(1), plain_guide(2, group="social")]
HALL = hall(
    windows={
        "weekday_hours": WHOLE_DAY,
        "by_date": {"2026-11-02": []},
        "windows": [
            {"code": "w1", "name": "综合", "groups": ["general", "social"], "seats": 2},
            {"code": "social", "name": "社保", "groups": ["social"], "seats": 1},
        ],
    }
)
TIMES = [tuple(one) for one in WHOLE_DAY]
AFTERNOON = dict.fromkeys(range(1, 6), TIMES[1:])


@pytest.fixture
async def member(house: House, cause: MakeCause) -> Member:
    await house.stores.halls.put(HALL, cause())
    return await keeper(house)


async def kept(house: House) -> Kept:
    return await house.stores.halls.kept(HALL.code)


async def shown(house: House, member: Member, changes: Changes, cause: MakeCause) -> Preview:
    return await house.stores.rescheduling.preview(HALL.code, changes, member, cause().at)


async def save(house: House, member: Member, cause: MakeCause, **changes: Any) -> Any:
    made = written(await kept(house), **changes)
    mark = (await shown(house, member, made, cause)).mark
    return await house.stores.rescheduling.reschedule(HALL.code, made, member, cause(), seen=mark)


async def booked(house: House, cause: MakeCause, minutes: int = 0, which: int = 0) -> Any:
    start = NINE + timedelta(minutes=minutes)
    party = await house.applicant()
    return await house.stores.appointments.book(party, GUIDES[which], HALL, start, CALENDAR, cause())


@pytest.mark.article("9.time")
async def test_what_a_schedule_does_is_shown_before_it_is_saved(
    house: House, member: Member, cause: MakeCause
) -> None:
    early, late = await booked(house, cause), await booked(house, cause, 5 * 60)
    made = written(await kept(house), weekdays=AFTERNOON, windows=rows(HALL, social=0))
    foreseen = await shown(house, member, made, cause)
    assert [(one.id, why.reason) for one, why in foreseen.unfit] == [(early["_id"], Reason.OUTSIDE_HOURS)]
    day = next(one for one in foreseen.days if one.day == TOMORROW)
    assert (day.before, day.after, day.booked, day.unfit) == (14 * 3, 8 * 2, 2, 1)
    assert (await kept(house)).hall == HALL
    after = await house.stores.rescheduling.reschedule(HALL.code, made, member, cause(), seen=foreseen.mark)
    assert (await kept(house)).hall == after == foreseen.after
    for visit in (early, late):
        assert (await house.stores.appointments.get(visit["_id"]))["claims"] == visit["claims"]
    [(_, listed, _)] = await house.stores.unfit.listed(member, cause().at)
    assert [one.visit["_id"] for one in listed] == [early["_id"]]
    events = await house.stores.halls.documents.distinct("events.name", {"_id": HALL.code})
    assert "hall.rescheduled" in events


async def test_what_was_confirmed_is_what_is_saved(house: House, member: Member, cause: MakeCause) -> None:
    made = written(await kept(house), weekdays=AFTERNOON)
    mark = (await shown(house, member, made, cause)).mark
    await booked(house, cause, 5 * 60)
    assert (await shown(house, member, made, cause)).mark == mark  # that one fits
    await booked(house, cause)
    other = replace(made, slot_minutes="60")
    for each, seen in ((made, mark), (other, (await shown(house, member, made, cause)).mark)):
        with pytest.raises(DomainError) as changed:
            await house.stores.rescheduling.reschedule(HALL.code, each, member, cause(), seen=seen)
        assert changed.value.code == "consequences_changed"
    assert (await kept(house)).number == 0


async def test_of_two_who_write_at_once_one_is_told(house: House, member: Member, cause: MakeCause) -> None:
    before = await kept(house)
    texts = [written(before, slot_minutes=str(minutes)) for minutes in (20, 40, 60)]
    marks = [(await shown(house, member, one, cause)).mark for one in texts]
    said = await asyncio.gather(
        *(
            house.stores.rescheduling.reschedule(HALL.code, one, member, cause(), seen=mark)
            for one, mark in zip(texts, marks, strict=True)
        ),
        return_exceptions=True,
    )
    assert sorted(getattr(one, "code", "") for one in said) == [*["changed_meanwhile"] * 2, HALL.code]
    assert (await kept(house)).number == 1


@pytest.mark.article("9.place")
async def test_the_code_of_a_window_that_is_gone_is_never_given_again(
    house: House, member: Member, cause: MakeCause
) -> None:
    new = WindowRow("", "新窗口", ("general",), "1")
    given = {"w1", "social"}
    for _ in range(4):
        made = await save(house, member, cause, windows=[*rows((await kept(house)).hall)[:1], new])
        fresh = made.windows.windows[-1].code
        assert fresh not in given
        given.add(fresh)
        gone = WindowRow("social", "社保", ("social",), "1")
        with pytest.raises(BadInput) as unknown:
            await save(house, member, cause, windows=[*rows(made), gone])
        assert unknown.value.code == "window_unknown"
    assert (await kept(house)).retired == given - {"w1", fresh}


async def test_what_is_past_stays(house: House, member: Member, cause: MakeCause) -> None:
    made = await save(house, member, cause, by_date=[("2026-12-24", TIMES[:1])])
    assert set(made.windows.by_date) == {date(2026, 11, 2), date(2026, 12, 24)}
    made = await save(house, member, cause, by_date=[("2026-11-02", TIMES)])
    assert made.windows.by_date == {date(2026, 11, 2): []}
    with pytest.raises(BadInput) as past:
        await save(house, member, cause, by_date=[("2026-11-03", TIMES)])
    assert past.value.code == "exception_wrong"


async def test_what_is_over_of_a_closure_stays(
    house: House, member: Member, cause: MakeCause, clock: Clock
) -> None:
    """It has begun: its first day stays, and taken back it has an end."""
    first = ClosureRow("2026-11-25", "2026-12-04", "检修")
    await save(house, member, cause, closures=[first])
    clock.advance(timedelta(days=3))
    for wrong in (replace(first, first="2026-11-24"), replace(first, first="2026-11-26")):
        with pytest.raises(BadInput) as begun:
            await save(house, member, cause, closures=[wrong])
        assert begun.value.code == "closure_begun"
    new = ClosureRow("2026-11-26", "2026-12-31", "搬迁")
    with pytest.raises(BadInput):
        await save(house, member, cause, closures=[first, new])
    later = await save(house, member, cause, closures=[replace(first, last="2026-12-11", reason="大修")])
    [one] = later.closures
    assert (one.first, one.last, one.reason) == (date(2026, 11, 25), date(2026, 12, 11), "大修")
    opened = await save(house, member, cause, closures=[])
    assert [(one.first, one.last) for one in opened.closures] == [(date(2026, 11, 25), date(2026, 11, 26))]


@pytest.mark.article("9.time")
async def test_the_hours_of_make_up_days(house: House, member: Member, cause: MakeCause) -> None:
    """A weekend has hours where one is worked; where none are said, as on most days."""
    saturday, sunday, week = date(2026, 11, 28), date(2026, 11, 29), dict.fromkeys(range(1, 6), TIMES)
    calendar = Workdays({saturday: True, sunday: True})
    made = await save(house, member, cause, weekdays={**week, 6: TIMES[:1]})
    for day, hours in ((saturday, 1), (sunday, 2)):
        assert len(made.hours_on(day, calendar)) == hours
        assert not made.hours_on(day, Workdays({day: False}))
    made = await save(house, member, cause, weekdays=week)
    assert len(made.hours_on(saturday, calendar)) == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"weekdays": {day: [("12:00", "09:00")] for day in range(1, 6)}}, "hours_wrong"),
        ({"weekdays": {1: [("09:00", "")]}}, "hours_wrong"),
        ({"weekdays": {1: [("09:00Z", "12:00")]}}, "hours_wrong"),
        ({"weekdays": {1: [("09:00:30", "12:00")]}}, "hours_wrong"),
        ({"weekdays": {1: TIMES, 6: [("09:00", "")]}}, "hours_wrong"),
        ({"weekdays": {}}, "hours_missing"),
        ({"slot_minutes": "1"}, "slot_minutes_wrong"),
        ({"windows": []}, "windows_missing"),
        ({"windows": [WindowRow("", "新", (), "1")]}, "window_wrong"),
        ({"windows": [WindowRow("", "新", ("nothing",), "1")]}, "window_wrong"),
        ({"windows": [WindowRow("", "新", ("general",), "²")]}, "window_wrong"),
        ({"windows": [WindowRow("", "新", ("general",), "0")]}, "window_wrong"),
        ({"windows": [WindowRow("", "新", ("general",), "9" * 5000)]}, "window_wrong"),
        ({"windows": [WindowRow("", "\u200b\u202e", ("general",), "1")]}, "window_wrong"),
        ({"closures": [ClosureRow("2026-12-02", "2026-12-01", "检修")]}, "closure_wrong"),
        ({"closures": [ClosureRow("2026-12-02", "2026-12-02", "")]}, "closure_wrong"),
        ({"by_date": [("2026-12-02", []), ("2026-12-02", [])]}, "exception_wrong"),
        ({"windows": [WindowRow("", "新", ("general",), "1")] * 61}, "schedule_too_long"),
        ({}, "schedule_same"),
    ],
)
async def test_what_cannot_be_a_schedule(
    changes: dict[str, Any], code: str, house: House, member: Member, cause: MakeCause
) -> None:
    with pytest.raises(DomainError) as refused:
        await save(house, member, cause, **changes)
    assert refused.value.code == code


@pytest.mark.article("5.duties")
async def test_who_keeps_it(house: House, member: Member, cause: MakeCause) -> None:
    made = written(await kept(house), weekdays=AFTERNOON)
    mark = (await shown(house, member, made, cause)).mark
    others = [
        await keeper(house, "keeps-other", "wanbo"),
        await house.member("far", Post((Role.TOWNSHIP,), townships=("南村镇",))),
        await house.member("windows", Post((Role.WINDOW,), halls=(HALL.code,))),
    ]
    for other in others:
        with pytest.raises(Forbidden):
            await shown(house, other, made, cause)
        with pytest.raises(Forbidden):
            await house.stores.rescheduling.reschedule(HALL.code, made, other, cause(), seen=mark)
    near = await house.member("near", Post((Role.TOWNSHIP,), townships=(HALL.township,)))
    await house.stores.rescheduling.reschedule(HALL.code, made, near, cause(), seen=mark)


async def test_from_then_on_the_data_leaves_it(house: House, member: Member, cause: MakeCause) -> None:
    halls = house.stores.halls
    again = HALL.model_copy(update={"phone": "020-84600000"})
    assert await halls.put(again, cause())
    assert await halls.differing([HALL]) == []
    made = await save(house, member, cause, weekdays=AFTERNOON)
    assert await halls.differing([again]) == [HALL.code]
    assert not await halls.put(again, cause())
    assert await halls.put(HALL, cause())
    assert (await halls.get(HALL.code)) == HALL.model_copy(update={"windows": made.windows})
    assert (await halls.documents.find_one({"_id": HALL.code}))["groups"] == ["general", "social"]


@pytest.mark.article("9.place")
@pytest.mark.parametrize("seed", range(4))
async def test_who_books_while_it_is_saved_has_a_place_or_is_listed(
    seed: int, house: House, member: Member, cause: MakeCause
) -> None:
    chance = random.Random(seed)
    people = list((await crowd(house, 12)).values())

    async def book(number: int) -> None:
        await asyncio.sleep(chance.random() / 20)
        where = await house.stores.halls.get(HALL.code)
        await asyncio.sleep(chance.random() / 20)
        guide, start = GUIDES[number % 2], NINE + timedelta(minutes=30 * chance.randrange(3))
        await house.stores.appointments.book(people[number], guide, where, start, CALENDAR, cause())

    async def write() -> None:
        for windows in (rows(HALL, w1=1), [WindowRow("", "新", ("social", "general"), "2")]):
            await asyncio.sleep(chance.random() / 20)
            changed = {"weekdays": {day: [tuple(MORNING[0])] for day in range(1, 6)}, "windows": windows}
            await save(house, member, cause, **changed)

    said = await asyncio.gather(*(book(number) for number in range(12)), write(), return_exceptions=True)
    allowed = {"slot_full", "slot_unknown", "consequences_changed"}
    assert {getattr(one, "code", "") for one in said if one is not None} <= allowed
    visits = await house.stores.appointments.documents.find({"state": "booked"}).to_list()
    now = (await kept(house)).hall
    fit = {
        one["_id"]
        for one in visits
        if not misfit(now, Ahead(one["_id"], **{name: one.get(name) for name in AHEAD}), CALENDAR)
    }
    listed = {
        row.visit["_id"] for one in await house.stores.unfit.listed(member, cause().at) for row in one.visits
    }
    assert fit | listed == {one["_id"] for one in visits}
    assert not fit & listed
    seats = [claim for one in visits for claim in one["claims"]]
    assert len(seats) == len({*seats})
