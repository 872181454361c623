"""工作日历: what service management enters, two who do at once, and what a process counts with."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from chinese_calendar import is_workday

from models.calendar import (
    LONGEST,
    CalendarDayPast,
    CalendarDaysWrong,
    CalendarReasonMissing,
    CalendarUnchanged,
    CalendarYearConfirmed,
    CalendarYearIncomplete,
    CalendarYearOrder,
    CalendarYearPublished,
    Days,
    Kind,
    turned,
)
from models.concurrency import all_to_their_end
from models.festivals import LAST_PUBLISHED_YEAR, festival_on, festivals, without_days_off
from models.staff import Member, ScopeMissing
from models.store import ChangedMeanwhile
from models.workdays import LiveWorkdays, Workdays
from tests.house.clock import Clock
from tests.house.house import House, said
from tests.house.outside import Register
from tests.house.stores import stores_over
from wechat_backend.calendar_watch import PAUSE, following_calendar

NOW, NEXT = LAST_PUBLISHED_YEAR, LAST_PUBLISHED_YEAR + 1
TODAY = date(NOW, 11, 24)


def weekday_from(day: date) -> date:
    return next(one for n in range(7) if (one := day + timedelta(days=n)).weekday() < 5)


OPEN_DAY, PLAIN = weekday_from(date(NOW, 12, 1)), weekday_from(date(NEXT, 3, 8))
SATURDAY = PLAIN + timedelta(days=5 - PLAIN.weekday())


def notice(year: int) -> Iterator[date]:
    """A weekday off for each festival."""
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    for festival in festivals():
        yield next(day for day in days if day.weekday() < 5 and (day.month, day.day) in festival.days)


def days(first: date, kind: Kind = Kind.OFF, last: date | None = None, reason: str = "台风停工") -> Days:
    return Days(first, last or first, kind, reason)


@pytest.fixture(autouse=True)
def in_november(clock: Clock) -> None:
    clock.set(datetime(NOW, 11, 24, 2, tzinfo=UTC))


@pytest.fixture
async def keeper(house: House) -> Member:
    return await house.member("management")


async def make(house: House, keeper: Member, what: Days, seen: int | None = None) -> None:
    years = house.stores.calendar_years
    if seen is None:
        seen = (await years.of_year(what.first.year))["revision"]
    await years.set_days(what, seen, keeper, house.by_staff("management"))


async def confirm(house: House, keeper: Member, year: int, *, confirmed: bool = True) -> None:
    years, seen = house.stores.calendar_years, (await house.stores.calendar_years.of_year(year))["revision"]
    by = house.by_staff("management")
    await years.confirm(year, "国办发明电〔1〕号", seen, keeper, by, confirmed=confirmed)


async def test_days_are_set_and_put_back(house: House, keeper: Member) -> None:
    calendar = house.stores.calendar
    assert calendar.worked(OPEN_DAY)
    await make(house, keeper, days(OPEN_DAY))
    assert not calendar.worked(OPEN_DAY)
    assert calendar.certain(OPEN_DAY)
    await make(house, keeper, days(PLAIN, last=SATURDAY))
    await make(house, keeper, days(SATURDAY, Kind.WORKED, reason="  调休  上班 "))
    assert (calendar.worked(PLAIN), calendar.worked(SATURDAY)) == (False, True)
    await make(house, keeper, days(OPEN_DAY, Kind.PUBLISHED, reason="台风已过"))
    assert calendar.worked(OPEN_DAY) is is_workday(OPEN_DAY)
    kept = await house.stores.calendar_years.of_year(NEXT)
    assert kept["days"][SATURDAY.isoformat()] == {"worked": True, "reason": "调休上班"}
    assert kept["revision"] == 2
    assert not kept["confirmed"]
    assert [(one["what"], one["actor"], one["first"], one["reason"]) for one in kept["changes"]] == [
        ("calendar.closed", "staff:management", PLAIN.isoformat(), "台风停工"),
        ("calendar.opened", "staff:management", SATURDAY.isoformat(), "调休上班"),
    ]
    events = (await house.stores.calendar_years.of_year(NOW))["events"]
    assert [(one["name"], one["data"]["reason"]) for one in events] == [
        ("calendar.closed", "台风停工"),
        ("calendar.put_back", "台风已过"),
    ]


@pytest.mark.parametrize(
    ("what", "error"),
    [
        (days(TODAY - timedelta(days=1)), CalendarDayPast),
        (days(date(2001, 1, 1), last=OPEN_DAY), CalendarDayPast),
        (days(PLAIN, last=PLAIN - timedelta(days=1)), CalendarDaysWrong),
        (days(date(NOW, 12, 31), last=date(NEXT, 1, 1)), CalendarDaysWrong),
        (days(date(NOW + 3, 1, 4)), CalendarDaysWrong),
        (days(PLAIN, reason=" "), CalendarReasonMissing),
        (days(PLAIN, reason="字" * (LONGEST + 1)), CalendarReasonMissing),
        (days(PLAIN, Kind.PUBLISHED), CalendarUnchanged),
    ],
)
async def test_what_cannot_be_set(house: House, keeper: Member, what: Days, error: type[Exception]) -> None:
    with pytest.raises(error):
        await make(house, keeper, what)
    assert not await house.stores.calendar_years.documents.count_documents({})


async def test_today_can_still_be_closed_and_only_by_service_management(house: House, keeper: Member) -> None:
    today = weekday_from(TODAY)
    await make(house, keeper, days(today))
    assert not house.stores.calendar.worked(today)
    with pytest.raises(CalendarUnchanged):
        await make(house, keeper, days(today))
    with pytest.raises(ScopeMissing):
        await make(house, await house.member("digital"), days(PLAIN))
    with pytest.raises(ScopeMissing):
        await confirm(house, await house.member("digital"), NEXT)


async def test_of_two_who_change_a_year_at_once_one_is_told(house: House, keeper: Member) -> None:
    for seen in (0, 1):  # a year that is not there yet, and one that is
        both = [days(PLAIN, reason=f"{seen}甲"), days(SATURDAY, Kind.WORKED, reason=f"{seen}乙")]
        ends = await all_to_their_end([said(make(house, keeper, one, seen)) for one in both])
        assert sorted(ends) == ["changed_meanwhile", "done"]
        kept = await house.stores.calendar_years.of_year(NEXT)
        assert (kept["revision"], len(kept["changes"])) == (seen + 1, seen + 1)
    with pytest.raises(ChangedMeanwhile):
        await make(house, keeper, days(date(NOW, 12, 31)), seen=1)


async def test_a_year_is_confirmed_whole_or_not(house: House, keeper: Member) -> None:
    calendar = house.stores.calendar
    with pytest.raises(CalendarYearIncomplete, match="春节、清明节、"):
        await confirm(house, keeper, NEXT)
    given = [day for day in notice(NEXT) if calendar.worked(day)]
    for day in given:
        await make(house, keeper, days(day, reason="放假"))
    assert not calendar.certain(PLAIN)
    await confirm(house, keeper, NEXT)
    assert calendar.through == NEXT
    assert calendar.certain(PLAIN)
    assert calendar.worked(PLAIN)
    with pytest.raises(CalendarUnchanged):
        await confirm(house, keeper, NEXT)
    await make(house, keeper, days(PLAIN, reason="台风停工"))
    assert not calendar.worked(PLAIN)
    for kind in (Kind.PUBLISHED, Kind.WORKED):
        with pytest.raises(CalendarYearConfirmed, match="春节"):
            await make(house, keeper, days(given[0], kind))
    assert not calendar.worked(given[0])
    await make(house, keeper, days(given[0], reason="放假通知更正"))
    await confirm(house, keeper, NEXT, confirmed=False)
    assert (calendar.through, calendar.worked(PLAIN)) == (LAST_PUBLISHED_YEAR, False)


async def test_years_are_confirmed_in_order(house: House, keeper: Member) -> None:
    further = NEXT + 1
    for year in (NEXT, further):
        for day in notice(year):
            if house.stores.calendar.worked(day):
                await make(house, keeper, days(day, reason="放假"))
    with pytest.raises(CalendarYearOrder, match=str(NEXT)):
        await confirm(house, keeper, further)
    await confirm(house, keeper, NEXT)
    await confirm(house, keeper, further)
    assert house.stores.calendar.through == further
    with pytest.raises(CalendarYearOrder, match=str(further)):
        await confirm(house, keeper, NEXT, confirmed=False)
    with pytest.raises(CalendarYearPublished):
        await confirm(house, keeper, NOW)
    with pytest.raises(CalendarDaysWrong):
        await confirm(house, keeper, further + 1)


async def test_the_file_is_learnt_once_and_then_only_compared(house: House, keeper: Member) -> None:
    years, entered = house.stores.calendar_years, {PLAIN: False, SATURDAY: True, OPEN_DAY: False}
    assert await years.learn(entered, NEXT, house.by()) == []
    await years.refresh()
    assert (house.stores.calendar.through, house.stores.calendar.worked(OPEN_DAY)) == (NEXT, False)
    assert await years.learn(entered, NEXT, house.by()) == []
    await make(house, keeper, days(PLAIN, Kind.WORKED))
    await confirm(house, keeper, NEXT, confirmed=False)
    sunday = SATURDAY + timedelta(days=1)
    assert await years.learn(entered | {sunday: True}, NEXT, house.by()) == [
        f"calendar.yaml: {PLAIN}: False here, True in the database",
        f"calendar.yaml: {sunday}: True here, not entered in the database",
        f"calendar.yaml: through: {NEXT} is not confirmed in the database",
    ]
    assert house.stores.calendar.worked(PLAIN)


async def test_another_process_counts_with_it_within_two_seconds(house: House, keeper: Member) -> None:
    assert PAUSE.total_seconds() <= 1
    other = stores_over(house.stores.database, house.stores.clock, Register())
    calendar, told = other.calendar, asyncio.Event()
    known, tell = calendar.worked(PLAIN), calendar.tell

    def note(overrides: dict[date, bool], through: int) -> None:
        tell(overrides, through)
        told.set()

    calendar.tell = note  # type: ignore[assignment, method-assign]
    async with following_calendar(other.calendar_years):
        await make(house, keeper, days(PLAIN))
        async with asyncio.timeout(2):
            await told.wait()
    assert known
    assert not calendar.worked(PLAIN)
    assert other.filing.calendar is calendar is other.decisions.calendar


def test_what_days_turn_into() -> None:
    calendar = Workdays({PLAIN: False}, NEXT)
    whole = days(PLAIN, last=SATURDAY)
    between = [PLAIN + timedelta(days=n) for n in range(1, (SATURDAY - PLAIN).days)]
    assert turned(calendar, whole, worked=False) == between
    assert turned(calendar, days(PLAIN, Kind.PUBLISHED, SATURDAY), worked=True) == [PLAIN]
    assert turned(calendar, days(PLAIN, Kind.WORKED, SATURDAY), worked=True) == [PLAIN, SATURDAY]


@pytest.mark.parametrize("year", range(2008, LAST_PUBLISHED_YEAR + 1))
def test_every_published_notice_is_whole(year: int) -> None:
    """As it would be entered by hand in a year that the library does not know."""
    each = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    entered = {day: bool(is_workday(day)) for day in each if is_workday(day) is not (day.weekday() < 5)}
    assert without_days_off(year, LiveWorkdays(entered, year).worked) == []


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-02-17", "春节"),
        ("2026-02-14", "春节"),
        ("2026-04-05", "清明节"),
        ("2026-10-02", "国庆节"),
        ("2026-11-24", ""),
        ("2126-05-02", "劳动节"),
    ],
)
def test_festivals_are_called_by_their_names(day: str, name: str) -> None:
    assert festival_on(date.fromisoformat(day)) == name
