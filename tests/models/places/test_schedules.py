"""What can be written as the schedule of a hall (articles 9 and 18): the rules alone, nothing is stored."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

import pytest

from models.errors import DomainError
from models.places import Changes, ClosureRow, Hall, WindowRow, places_on, rescheduled, slots
from models.places.schedules import retired_by
from models.workdays import Workdays
from tests.house.places import hall

TODAY, DAY = date(2026, 11, 24), timedelta(days=1)
WHOLE = (("09:00", "12:00"), ("13:00", "17:00"))
MORNING = WHOLE[:1]
W1 = WindowRow("w1", "综合", ("general", "social"), "2")
NEW = WindowRow("", "新", ("general",), "1")
CLOSED = {"first": "2026-11-23", "last": "2026-11-23", "reason": "装修"}
HALL = hall(
    windows={
        "weekday_hours": WHOLE,
        "by_weekday": {4: [], 6: MORNING},
        "by_date": {"2026-11-23": [], "2026-11-24": []},
        "windows": [
            {"code": "w1", "name": "综合", "groups": ["general", "social"], "seats": 2},
            {"code": "odd", "name": "专办", "groups": ["odd"], "seats": 1},
        ],
    },
    closures=[CLOSED, {**CLOSED, "last": "2026-11-24"}],
)


def made(retired: Sequence[str] = (), of: Hall = HALL, **changes: Any) -> Hall:
    """What is written of a hall on Tuesday 24 November: open all week, with one window, but for `changes`."""
    usual: dict[str, Any] = {
        "revision": "",
        "slot_minutes": "30",
        "weekdays": dict.fromkeys(range(1, 6), WHOLE),
        "by_date": [],
        "windows": [W1],
        "closures": [],
    }
    return rescheduled(of, retired, Changes(**usual | changes), TODAY)


def code(**changes: Any) -> str:
    try:
        made(**changes)
    except DomainError as error:
        return error.code
    return ""


def day(ahead: int) -> str:
    return (TODAY + ahead * DAY).isoformat()


def closure(first: int, last: int, reason: str = "检修") -> ClosureRow:
    return ClosureRow(day(first), day(last), reason)


@pytest.mark.article("9.time")
@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"windows": [NEW] * 60}, ""),
        ({"windows": [NEW] * 61}, "schedule_too_long"),
        ({"by_date": [(day(n), ()) for n in range(60)]}, ""),
        ({"by_date": [(day(n), ()) for n in range(61)]}, "schedule_too_long"),
        ({"closures": [closure(n, n) for n in range(60)]}, ""),
        ({"closures": [closure(n, n) for n in range(61)]}, "schedule_too_long"),
        ({"slot_minutes": "5"}, ""),
        ({"slot_minutes": "4"}, "slot_minutes_wrong"),
        ({"slot_minutes": "240"}, ""),
        ({"slot_minutes": "241"}, "slot_minutes_wrong"),
        ({"slot_minutes": ""}, "slot_minutes_wrong"),
        *(({"windows": [WindowRow("", "新", ("general",), seats)]}, "") for seats in ("1", "99")),
        *(
            ({"windows": [WindowRow("", "新", ("general",), seats)]}, "window_wrong")
            for seats in ("0", "100", "", "-1", "1.5", "９")
        ),
        ({"windows": [WindowRow("", " ", ("general",), "1")]}, "window_wrong"),
        ({"windows": [WindowRow("", "新", (), "1")]}, "window_wrong"),
        ({"windows": [WindowRow("", "新", ("nothing",), "1")]}, "window_wrong"),
        ({"windows": [WindowRow("", "新", ("odd", "police"), "1")]}, ""),
        ({"windows": [WindowRow("w2", "新", ("general",), "1")]}, "window_unknown"),
        ({"windows": [W1, W1]}, "window_unknown"),
        ({"windows": []}, "windows_missing"),
        ({"weekdays": {5: MORNING}}, ""),
        ({"weekdays": {6: MORNING}}, "hours_missing"),
        ({"weekdays": {1: [("", "")]}}, "hours_missing"),
        ({"weekdays": {1: MORNING, 2: [("09:00", "")]}}, "hours_wrong"),
        ({"weekdays": {1: MORNING, 2: [("", "09:00")]}}, "hours_wrong"),
        ({"weekdays": {1: [("13:00", "17:00"), ("09:00", "12:00")]}}, "hours_wrong"),
        ({"weekdays": {1: [("09:00", "12:00"), ("12:00", "17:00")]}}, "hours_wrong"),
        ({"by_date": [(day(0), ())]}, ""),
        ({"by_date": [(day(-2), ())]}, "exception_wrong"),
        ({"by_date": [(day(366), ())]}, ""),
        ({"by_date": [(day(367), ())]}, "exception_wrong"),
        ({"by_date": [("tomorrow", ())]}, "exception_wrong"),
        ({"by_date": [(day(1), ()), (day(1), MORNING)]}, "exception_wrong"),
        ({"by_date": [(day(1), [("09:00", "")])]}, "hours_wrong"),
        ({"closures": [closure(0, 0)]}, ""),
        ({"closures": [closure(-1, -1)]}, "closure_wrong"),
        ({"closures": [closure(1, 0)]}, "closure_wrong"),
        ({"closures": [closure(0, 366)]}, ""),
        ({"closures": [closure(0, 367)]}, "closure_wrong"),
        ({"closures": [closure(1, 1, " ")]}, "closure_wrong"),
        ({"closures": [ClosureRow("", day(1), "检修")]}, "closure_wrong"),
    ],
)
def test_what_can_be_written(changes: dict[str, Any], wrong: str) -> None:
    assert code(**changes) == wrong


@pytest.mark.article("9.time")
def test_the_hours_of_most_days_and_of_those_that_differ() -> None:
    """Make-up days have their own; a pair of fields that is left empty is none."""
    weekdays = {1: MORNING, 2: WHOLE, 3: [*MORNING, ("", "")], 4: WHOLE, 5: WHOLE, 6: MORNING}
    windows = made(weekdays=weekdays).windows
    assert windows
    morning, whole = ([(time(9), time(12))], [(time(9), time(12)), (time(13), time(17))])
    assert windows.weekday_hours == whole
    assert windows.by_weekday == {1: morning, 3: morning, 6: morning}
    off = made(weekdays={1: MORNING, 2: MORNING, 3: WHOLE, 6: MORNING}).windows
    assert off
    assert (off.weekday_hours, off.by_weekday) == (morning, {3: whole, 4: [], 5: []})


@pytest.mark.article("9.time")
def test_what_is_past_stays_and_the_rest_is_written_anew() -> None:
    after = made(by_date=[("2026-11-23", WHOLE), (day(1), MORNING)], closures=[closure(2, 3)])
    assert after.windows
    assert after.windows.by_date == {date(2026, 11, 23): [], date(2026, 11, 25): [(time(9), time(12))]}
    closed = {(one.reason, one.last) for one in after.closures}
    assert closed == {("装修", date(2026, 11, 23)), ("检修", date(2026, 11, 27))}, "what is left out ends"
    today = made(by_date=[(day(0), MORNING)]).windows
    assert today
    assert today.by_date[TODAY] == [(time(9), time(12))]
    first = made(of=hall(windows=None), windows=[NEW], by_date=[(day(1), ())])
    assert first.windows
    assert (first.windows.by_date, first.windows.by_weekday) == ({date(2026, 11, 25): []}, {})


@pytest.mark.article("9.place")
@pytest.mark.parametrize(
    ("retired", "codes"),
    [((), ["w1", "w2", "w3"]), (("w7", "w3"), ["w1", "w8", "w9"]), (("social", "wide"), ["w1", "w2", "w3"])],
)
def test_no_window_has_a_code_that_another_one_had(retired: Sequence[str], codes: list[str]) -> None:
    after = made(retired, windows=[W1, NEW, NEW])
    assert after.windows
    assert [one.code for one in after.windows.windows] == codes
    assert retired_by(HALL, after) == {"odd"}
    assert retired_by(after, HALL) == {*codes} - {"w1"}


@pytest.mark.article("9.place")
def test_how_many_visits_can_be_booked_on_a_day() -> None:
    """A shared window counts once."""
    calendar = Workdays()
    known = made(windows=[W1, NEW], closures=[closure(1, 1)])
    assert [places_on(known, TODAY + ahead * DAY, calendar) for ahead in range(2)] == [14 * 3, 0]
    assert len(slots(known, "social", TODAY, calendar)) == 14
    assert places_on(hall(windows=None), TODAY, calendar) == 0
