"""How a suspension is announced, by its length (article 21, item 4): worked by hand on real calendars.

Those of Spring Festival and National Day are in `holidays_2026.toml`.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import law
from models.kiosks.document import Custody, State, Suspension
from models.kiosks.suspension import (
    AN_HOUR,
    LONGER,
    LONGEST,
    SOME_DAYS,
    SOME_WEEKS,
    Notice,
    SuspensionNeedsLetter,
    SuspensionTimesWrong,
    SuspensionTooLate,
    SuspensionTooLong,
    announcement,
    check_notice,
    comes_back,
    notice_of,
    required_notice,
)
from models.law import Term, in_force
from models.workdays import PANYU, Workdays

CALENDAR = Workdays()
ORDER = [AN_HOUR, SOME_DAYS, SOME_WEEKS, LONGER]
"""From the shortest to the longest."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PANYU)


LENGTHS = [
    # an hour and more on one day
    ("2026-09-28T09:00", "2026-09-28T10:00", AN_HOUR),
    ("2026-09-28T09:00", "2026-09-28T10:01", SOME_DAYS),
    ("2026-09-28T23:30", "2026-09-29T00:30", AN_HOUR),
    # 28, 29 and 30 September are three working days, and the holidays after them are none
    ("2026-09-28T09:00", "2026-09-30T18:00", SOME_DAYS),
    ("2026-09-28T09:00", "2026-10-08T00:00", SOME_DAYS),
    ("2026-09-28T09:00", "2026-10-08T00:01", SOME_WEEKS),
    ("2026-09-28T09:00", "2026-10-08T09:00", SOME_WEEKS),
    # the days off before it, 25 to 27 September, are none either
    ("2026-09-25T00:00", "2026-09-30T23:59", SOME_DAYS),
    ("2026-09-24T23:59", "2026-09-30T23:59", SOME_WEEKS),
    # a weekend, and three days around it
    ("2026-11-20T09:00", "2026-11-24T18:00", SOME_DAYS),
    ("2026-11-20T09:00", "2026-11-25T00:01", SOME_WEEKS),
]


@pytest.mark.parametrize(("start", "end", "notice"), LENGTHS)
@pytest.mark.article("21.4")
def test_notice_follows_from_length(start: str, end: str, notice: Notice) -> None:
    assert required_notice(at(start), at(end), CALENDAR) == notice
    assert required_notice(at(start).astimezone(UTC), at(end).astimezone(UTC), CALENDAR) == notice


@pytest.mark.article("21.4")
def test_what_each_length_asks_for() -> None:
    asked = [(notice.by_letter, notice.custody) for notice in ORDER]
    assert asked == [
        (False, Custody.IN_PLACE),
        (False, Custody.IN_PLACE),
        (True, Custody.TAKEN_AWAY),
        (True, Custody.REMOVED),
    ]
    periods = [in_force(notice.term, date(2026, 9, 1)) for notice in ORDER]
    assert [period.number for period in periods] == [1, 2, 5, 5]
    assert [period.ours for period in periods] == [False, False, False, True]


TOLD = [
    # the last moment at which the hall can be told, and the first at which it is too late; the day of telling
    # does not count, so that a day off is as good as the last day that was worked before it
    ("2026-09-28T09:00", "2026-09-28T10:00", "2026-09-27T23:59", "2026-09-28T00:00"),
    ("2026-10-08T09:00", "2026-10-08T10:00", "2026-10-07T23:59", "2026-10-08T00:00"),
    ("2026-10-08T09:00", "2026-10-08T11:00", "2026-09-29T23:59", "2026-09-30T00:00"),
    ("2026-10-12T09:00", "2026-10-12T11:00", "2026-10-09T23:59", "2026-10-10T00:00"),
    ("2026-10-14T09:00", "2026-10-20T09:00", "2026-10-08T23:59", "2026-10-09T00:00"),
    ("2026-10-08T09:00", "2026-10-15T09:00", "2026-09-23T23:59", "2026-09-24T00:00"),
    ("2026-02-24T09:00", "2026-02-24T10:00", "2026-02-23T23:59", "2026-02-24T00:00"),
    ("2026-02-24T09:00", "2026-03-20T09:00", "2026-02-10T23:59", "2026-02-11T00:00"),
]


@pytest.mark.parametrize(("start", "end", "last", "late"), TOLD)
@pytest.mark.article("21.4")
def test_too_late_is_refused(start: str, end: str, last: str, late: str) -> None:
    begin, finish = at(start), at(end)
    notice, period = check_notice(at(last), begin, finish, CALENDAR, letter=True)
    assert notice == required_notice(begin, finish, CALENDAR)
    assert period == in_force(notice.term, at(last).date()).key
    with pytest.raises(SuspensionTooLate, match="须提前"):
        check_notice(at(late), begin, finish, CALENDAR, letter=True)


@pytest.mark.article("21.4")
def test_who_is_late_is_told_from_when_it_is_possible() -> None:
    start = at("2026-10-08T09:00")
    with pytest.raises(SuspensionTooLate, match=r"提前2个工作日.*最早可从2026-10-09起"):
        check_notice(at("2026-09-30T09:00"), start, start + timedelta(hours=2), CALENDAR, letter=False)


@pytest.mark.article("21.4")
def test_over_three_working_days_a_letter_is_asked() -> None:
    told, start = at("2026-11-02T09:00"), at("2026-11-16T00:00")
    for end, needs in (("2026-11-19T00:00", False), ("2026-11-19T00:01", True), ("2026-12-01T00:00", True)):
        if needs:
            with pytest.raises(SuspensionNeedsLetter):
                check_notice(told, start, at(end), CALENDAR, letter=False)
        else:
            check_notice(told, start, at(end), CALENDAR, letter=False)


@pytest.mark.article("21.4")
def test_the_law_of_the_day_of_telling_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three days ahead from 1 December on: who tells on 30 November tells by the old law."""
    now = in_force(Term.PAUSE_OF_AN_HOUR, date(2026, 11, 30))
    later = replace(now, number=3, since=date(2026, 12, 1))
    monkeypatch.setattr(law, "PERIODS", (*law.PERIODS, later))
    start = at("2026-12-02T09:00")
    _, key = check_notice(at("2026-11-30T09:00"), start, start + timedelta(hours=1), CALENDAR, letter=False)
    assert key == now.key
    with pytest.raises(SuspensionTooLate, match="提前3个工作日"):
        check_notice(at("2026-12-01T00:00"), start, start + timedelta(hours=1), CALENDAR, letter=False)


def test_it_ends_after_it_begins() -> None:
    start = at("2026-11-16T09:00")
    for end in (start, start - timedelta(minutes=1)):
        with pytest.raises(SuspensionTimesWrong):
            check_notice(at("2026-11-02T09:00"), start, end, CALENDAR, letter=False)


def test_a_year_is_the_longest() -> None:
    """Also where somebody types a year far away: it is refused before its working days are counted."""
    start, told = at("2026-11-16T09:00"), at("2026-11-02T09:00")
    check_notice(told, start, start + LONGEST, CALENDAR, letter=True)
    for end in (start + LONGEST + timedelta(minutes=1), at("9999-12-31T09:00")):
        with pytest.raises(SuspensionTooLong, match="366天"):
            check_notice(told, start, end, CALENDAR, letter=True)


TOLD_OF = Suspension(
    start=at("2026-11-16T09:00"),
    end=at("2026-11-16T10:00"),
    reason="系统升级",
    custody=Custody.IN_PLACE,
    letter=None,
    told_at=at("2026-11-02T09:00"),
    told_by="staff:contact",
    notice="",
    posted_at=None,
)


def kiosk(state: State, custody: Custody | None) -> Any:
    return {"state": state, "suspension": {**TOLD_OF, "custody": custody} if custody else None}


@pytest.mark.parametrize("custody", [None, *Custody])
@pytest.mark.parametrize("state", State)
@pytest.mark.article("21.announced", "18.7")
def test_what_is_shown_and_what_comes_back_by_itself(state: State, custody: Custody | None) -> None:
    """A kiosk under repair says so, also where a suspension is announced of it; of one that will be removed
    nobody knows until when; it comes back by itself unless it was taken away, or is to be removed."""
    shown, by_itself = notice_of(kiosk(state, custody)), comes_back(kiosk(state, custody))
    if state not in (State.SUSPENDED, State.TAKEN_AWAY, State.UNDER_REPAIR):
        assert shown is None
    elif state is State.UNDER_REPAIR or custody is None:
        assert shown
        assert ("正在维修" in shown.text, shown.until) == (True, None)
    else:
        assert shown
        assert "因系统升级" in shown.text
        assert shown.until == (None if custody is Custody.REMOVED else TOLD_OF["end"])
    stays = custody in (Custody.IN_PLACE, Custody.TAKEN_AWAY)
    assert by_itself is (state is State.SUSPENDED and stays)


@pytest.mark.article("21.announced")
def test_people_read_why_and_until_when() -> None:
    told = TOLD_OF
    assert announcement(told) == (
        "暂停服务：因系统升级，本终端自2026-11-16 09:00起暂停服务，预计2026-11-16 10:00恢复。"
    )
    assert announcement({**told, "custody": Custody.REMOVED}) == (
        "暂停服务：因系统升级，本终端自2026-11-16 09:00起撤离。"
    )


MINUTES = st.integers(0, 366 * 24 * 60 - 1)
STARTS = MINUTES.map(lambda minutes: at("2026-01-01T00:00") + timedelta(minutes=minutes))
SHORT, LONG = timedelta(microseconds=1), timedelta(days=40)


@given(STARTS)
@pytest.mark.article("21.4")
def test_exactly_an_hour_is_the_short_one(start: datetime) -> None:
    hour = start + timedelta(hours=1)
    assert required_notice(start, hour, CALENDAR) == AN_HOUR
    assert required_notice(start, hour + SHORT, CALENDAR) == SOME_DAYS


@given(STARTS)
@pytest.mark.article("21.4")
def test_the_fourth_working_day_that_is_touched_takes_it_away(start: datetime) -> None:
    """Counted here day by day from the calendar's table, by no function of the house but `worked`."""
    day, seen = start.date(), 0
    while True:
        seen += CALENDAR.worked(day)
        if seen == 4:
            break
        day += timedelta(days=1)
    fourth = datetime.combine(day, datetime.min.time(), PANYU)
    assert required_notice(start, fourth, CALENDAR) == SOME_DAYS
    assert required_notice(start, fourth + SHORT, CALENDAR) == SOME_WEEKS


@given(STARTS)
@pytest.mark.article("21.4")
def test_exactly_two_weeks_is_not_longer(start: datetime) -> None:
    weeks = start + timedelta(weeks=2)
    assert required_notice(start, weeks, CALENDAR) == SOME_WEEKS
    assert required_notice(start, weeks + SHORT, CALENDAR) == LONGER


@given(STARTS, st.timedeltas(SHORT, LONG), st.timedeltas(SHORT, LONG))
@pytest.mark.article("21.4")
def test_a_longer_one_never_asks_for_less(start: datetime, one: timedelta, other: timedelta) -> None:
    shorter, longer = (required_notice(start, start + length, CALENDAR) for length in sorted((one, other)))
    assert ORDER.index(shorter) <= ORDER.index(longer)


@given(STARTS, st.timedeltas(SHORT, LONG), st.integers(0, 30))
@pytest.mark.article("21.4")
def test_who_tells_early_enough_has_so_many_working_days_between(
    start: datetime, length: timedelta, before: int
) -> None:
    told, end = start - timedelta(days=before), start + length
    first, last = told.date(), start.date()
    between = sum(CALENDAR.worked(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
    ahead = {Term.PAUSE_OF_AN_HOUR: 1, Term.PAUSE_OF_DAYS: 2, Term.PAUSE_OF_WEEKS: 5, Term.REMOVAL: 5}
    needed = ahead[required_notice(start, end, CALENDAR).term]
    try:
        check_notice(told, start, end, CALENDAR, letter=True)
    except SuspensionTooLate:
        assert between < needed
    else:
        assert between >= needed
