"""工作日历, rule by rule: what can be changed, what then is known, and what is kept of it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.calendar import (
    LONGEST,
    SHOWN,
    CalendarYear,
    Kind,
    after,
    check_days,
    check_year,
    entered_after,
    overrides_of,
    through_of,
    years_from,
)
from models.errors import DomainError
from models.staff import Member
from models.workdays import Workdays
from tests.house.clock import Clock
from tests.house.house import House
from tests.models.test_calendar import NEXT, NOW, OPEN_DAY, PLAIN, SATURDAY, TODAY, days, make

ONE = timedelta(days=1)


@pytest.fixture(autouse=True)
def in_november(clock: Clock) -> None:
    clock.set(datetime(NOW, 11, 24, 2, tzinfo=UTC))


@pytest.fixture
async def keeper(house: House) -> Member:
    return await house.member("management")


def year(number: int, confirmed: bool = False, entered: Any = None) -> CalendarYear:
    return CalendarYear(_id=str(number), days=entered or {}, confirmed=confirmed, revision=1, changes=[])


def code(check: Callable[..., object], *given: Any) -> str:
    try:
        check(*given)
    except DomainError as error:
        return error.code
    return ""


def test_which_years_can_be_changed() -> None:
    assert [*years_from(TODAY)] == [NOW, NOW + 1, NOW + 2]
    for number in range(NOW - 1, NOW + 4):
        can = number in years_from(TODAY)
        assert (code(check_year, number, TODAY) == "") is can


def test_days_have_both_ends() -> None:
    assert days(PLAIN).each == [PLAIN]
    assert days(PLAIN, last=PLAIN + ONE).each == [PLAIN, PLAIN + ONE]


def test_which_days_can_be_changed() -> None:
    """Those of one year, from today on, with a reason of at most so many characters."""
    for what, wanted in {
        days(TODAY): "",
        days(TODAY - ONE, last=TODAY): "calendar_day_past",
        days(PLAIN, reason="字" * LONGEST): "",
        days(PLAIN, reason="字" * (LONGEST + 1)): "calendar_reason_missing",
        days(PLAIN, reason="\u200b"): "calendar_reason_missing",
        days(PLAIN, last=PLAIN - ONE): "calendar_days_wrong",
        days(date(NOW, 12, 31), last=date(NEXT, 1, 1)): "calendar_days_wrong",
        days(date(NOW + 2, 12, 31)): "",
        days(date(NOW + 3, 1, 1)): "calendar_days_wrong",
    }.items():
        assert code(check_days, what, TODAY) == wanted, what


def test_up_to_which_year_all_is_known() -> None:
    """The last one before a gap, in whatever order they are read."""
    assert through_of([]) == NOW
    assert through_of([year(NOW + 2, True), year(NEXT, True)]) == NOW + 2
    assert through_of([year(NOW + 3, True), year(NOW + 2), year(NEXT, True)]) == NEXT
    assert through_of([year(NEXT)]) == NOW


def test_what_is_entered_and_worked_after_days_are_set() -> None:
    """Days beside them stay; published days are as if nothing had been entered."""
    before = Workdays({PLAIN - ONE: False, PLAIN: False, PLAIN + ONE: False}, NEXT)
    reason = {"worked": False, "reason": "台风停工"}
    kept: Any = year(NEXT, entered={day.isoformat(): reason for day in before.overrides})
    for kind, worked in ((Kind.WORKED, {PLAIN: True}), (Kind.OFF, {PLAIN: False}), (Kind.PUBLISHED, {})):
        wanted = {PLAIN - ONE: False, **worked, PLAIN + ONE: False}
        then = after(before, days(PLAIN, kind))
        assert (then.overrides, then.through) == (wanted, NEXT)
        entered = entered_after(kept, days(PLAIN, kind))
        assert overrides_of([year(NEXT, entered=entered)]) == wanted


async def test_what_is_kept_of_changes_and_told(house: House, keeper: Member) -> None:
    """The last ones; what happened is named by what was made of the days."""
    years: Any = house.stores.calendar_years
    for kind in (Kind.OFF, Kind.WORKED, Kind.PUBLISHED):
        await make(house, keeper, days(SATURDAY if kind is Kind.WORKED else PLAIN, kind))
    found = await years.of_year(NEXT)
    names = [f"calendar.{name}" for name in ("closed", "opened", "put_back")]
    told = {"first": PLAIN.isoformat(), "last": PLAIN.isoformat(), "reason": "台风停工"}
    assert [one["what"] for one in found["changes"]] == names == [one["name"] for one in found["events"]]
    assert found["events"][0]["data"] == told
    assert found["revision"] == 3
    many = {"changes": found["changes"][:1] * SHOWN}
    await years.documents.update_one({"_id": str(NEXT)}, {"$set": many})
    await make(house, keeper, days(PLAIN))
    changes = (await years.of_year(NEXT))["changes"]
    assert (len(changes), changes[-1]["what"], SHOWN) == (SHOWN, "calendar.closed", 30)


async def test_what_did_not_change_is_not_read_again(house: House, keeper: Member) -> None:
    years = house.stores.calendar_years
    await make(house, keeper, days(PLAIN))
    assert not await years.refresh()
    await years.documents.update_one({"_id": str(NEXT)}, {"$inc": {"revision": 1}})
    assert await years.refresh()
    assert not await years.refresh()


async def test_what_the_file_makes_known(house: House) -> None:
    """A year with nothing entered too; those that are published are confirmed by nobody."""
    years: Any = house.stores.calendar_years
    assert await years.learn({OPEN_DAY: False}, NEXT, house.by()) == []
    found = {number: await years.of_year(number) for number in (NOW, NEXT, NOW + 2)}
    assert [one["confirmed"] for one in found.values()] == [False, True, False]
    assert [one["revision"] for one in found.values()] == [1, 1, 0]
    assert [one["name"] for one in found[NEXT]["events"]] == ["calendar.learnt"]
    assert not found[NEXT]["days"]
