from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from chinese_calendar import is_workday
from hypothesis import given
from hypothesis import strategies as st

from models.festivals import LAST_PUBLISHED_YEAR
from models.workdays import Workdays, local_date

CALENDAR = Workdays()
UNTIL_2026 = Workdays(through=2026)
"""What holds also when a later release of the library knows more years."""
PUBLISHED = st.dates(date(2024, 1, 1), date(2026, 12, 1))
ANY_DAY = st.dates(date(2025, 1, 1), date(2029, 12, 31))
COUNTS = st.integers(1, 60)
ENTERED = st.dictionaries(ANY_DAY, st.booleans(), max_size=8)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.article("12.limits")
@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-11-24", 5, "2026-12-01"),
        # Spring Festival 2026: 15 to 23 February off, Saturdays 14 and 28 worked
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-16", 5, "2026-02-28"),
        ("2026-02-13", 20, "2026-03-19"),
        # Labour Day 2026: 1 to 5 May off, Saturday 9 May worked
        ("2026-04-30", 3, "2026-05-08"),
        ("2026-05-08", 1, "2026-05-09"),
        # Mid-Autumn and National Day 2026: 25 to 27 September and 1 to 7 October off,
        # Sunday 20 September and Saturday 10 October worked
        ("2026-09-18", 1, "2026-09-20"),
        ("2026-09-24", 5, "2026-10-09"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-10-09", 1, "2026-10-10"),
    ],
)
def test_working_days_follow_the_state_councils_calendar(start: str, count: int, end: str) -> None:
    assert CALENDAR.after(day(start), count) == day(end)


@pytest.mark.parametrize(
    ("start", "count", "end", "at_latest"),
    [
        # the calendar of 2026 alone
        ("2026-12-21", 8, "2026-12-31", "2026-12-31"),
        # Friday 1 January 2027 is off; New Year's may take Monday to Wednesday, too
        ("2026-12-31", 1, "2027-01-04", "2027-01-07"),
        ("2026-12-28", 5, "2027-01-05", "2027-01-08"),
        # past Spring Festival, of which nothing is known but that it takes six weekdays at most
        ("2026-12-31", 30, "2027-02-12", "2027-02-25"),
        # New Year's is behind, and Spring Festival cannot be before 18 January
        ("2027-01-07", 6, "2027-01-15", "2027-01-15"),
        ("2027-01-07", 7, "2027-01-18", "2027-01-26"),
        # Saturday 1 to Monday 3 May are off; four more weekdays may be
        ("2027-04-23", 1, "2027-04-26", "2027-04-30"),
        ("2027-04-30", 1, "2027-05-04", "2027-05-10"),
        # Mid-Autumn may take Monday to Wednesday, National Day Thursday and, after Friday 1 October
        # (off in every year), Monday to Wednesday
        ("2027-09-24", 1, "2027-09-27", "2027-10-07"),
    ],
)
def test_past_the_published_calendar(start: str, count: int, end: str, at_latest: str) -> None:
    """Worked by hand on the calendar of 2027, as if its notice were not published."""
    assert UNTIL_2026.after(day(start), count) == day(end)
    assert UNTIL_2026.after(day(start), count, bars_a_person=True) == day(at_latest)


@pytest.mark.parametrize(
    ("text", "worked"),
    [
        ("2027-01-01", False),
        ("2027-03-01", True),
        ("2027-03-06", False),
        ("2027-05-03", False),
        ("2027-05-04", True),
        ("2027-10-01", False),
        ("2027-10-04", True),
        ("2029-10-03", False),
    ],
)
def test_past_the_published_calendar_fixed_festivals_are_off(text: str, worked: bool) -> None:
    assert UNTIL_2026.worked(day(text)) is worked
    assert not UNTIL_2026.certain(day(text))


@given(PUBLISHED, COUNTS)
def test_after_and_between_agree(start: date, count: int) -> None:
    end = CALENDAR.after(start, count)
    assert CALENDAR.worked(end)
    assert CALENDAR.between(start, end) == count


@given(ANY_DAY, COUNTS, ENTERED, st.booleans())
def test_who_begins_later_or_has_more_days_ends_no_earlier(
    start: date, count: int, entered: dict[date, bool], bars: bool
) -> None:
    calendar = Workdays(entered, 2026)
    end = calendar.after(start, count, bars_a_person=bars)
    assert calendar.after(start + timedelta(days=1), count, bars_a_person=bars) >= end
    assert calendar.after(start, count + 1, bars_a_person=bars) > end


@given(ANY_DAY, COUNTS, ENTERED, st.booleans(), st.integers(0, 90))
def test_a_further_day_off_never_shortens(
    start: date, count: int, entered: dict[date, bool], bars: bool, ahead: int
) -> None:
    closed = entered | {start + timedelta(days=ahead): False}
    before, after = (
        Workdays(days, 2026).after(start, count, bars_a_person=bars) for days in (entered, closed)
    )
    assert after >= before


@given(ANY_DAY, COUNTS)
def test_what_bars_a_person_is_never_earlier_and_the_same_where_all_is_known(start: date, count: int) -> None:
    usual, at_latest = UNTIL_2026.after(start, count), UNTIL_2026.after(start, count, bars_a_person=True)
    assert at_latest >= usual
    if UNTIL_2026.certain(usual):
        assert at_latest == usual


@given(st.integers(2008, LAST_PUBLISHED_YEAR), st.integers(0, 365), st.integers(1, 40))
def test_no_notice_yet_came_later_than_what_bars_a_person(year: int, ahead: int, count: int) -> None:
    """Each published year, as if its notice and those after it were still to come."""
    start = date(year, 1, 1) + timedelta(days=ahead - 30)
    told = Workdays().after(start, count)
    if Workdays().certain(told):
        assert Workdays(through=year - 1).after(start, count, bars_a_person=True) >= told


def test_a_count_that_passes_over_a_pause_still_grants_all_of_the_festival() -> None:
    # Monday 18 January 2027 is in a pause: the six weekdays of Spring Festival may be 19 to 22, 25 and 26
    paused = {day("2027-01-18")}
    assert UNTIL_2026.after(day("2027-01-15"), 1, without=paused, bars_a_person=True) == day("2027-01-27")


def test_an_override_comes_before_the_calendar() -> None:
    typhoon = date(2026, 11, 25)
    assert Workdays({typhoon: False}).after(date(2026, 11, 24), 1) == date(2026, 11, 26)


def test_an_override_makes_no_date_certain_that_was_counted_past_other_days() -> None:
    known = date(2027, 3, 1)
    calendar = Workdays({known: True}, through=2026)
    assert calendar.worked(known)
    assert not calendar.certain(known)


def notice_of(year: int) -> Iterator[tuple[date, bool]]:
    """A year as an administrator enters it: each day that is not as its weekday says."""
    for ahead in range(365):
        one = date(year, 1, 1) + timedelta(days=ahead)
        if is_workday(one) != (one.weekday() < 5):
            yield one, is_workday(one)


def test_a_year_that_is_entered_is_worked_as_a_published_one() -> None:
    entered = Workdays(dict(notice_of(2026)), through=2025)
    for ahead in range(365):
        one = date(2026, 1, 1) + timedelta(days=ahead)
        assert entered.worked(one) == is_workday(one)


def test_beyond_the_library_an_entered_year_is_what_was_entered() -> None:
    first = LAST_PUBLISHED_YEAR + 1
    calendar = Workdays({date(first, 3, 1): False}, through=first)
    assert calendar.certain(date(first, 12, 31))
    assert not calendar.worked(date(first, 3, 1))
    assert not calendar.worked(date(first, 1, 1))
    usual = calendar.after(date(first, 2, 1), 10)
    assert calendar.after(date(first, 2, 1), 10, bars_a_person=True) == usual


@pytest.mark.parametrize(
    ("today", "ending"),
    [("2026-09-30", False), ("2026-10-01", True), ("2026-12-31", True), ("2027-01-01", True)],
)
def test_the_calendar_is_ending_in_its_last_quarter_and_after_it(today: str, ending: bool) -> None:
    assert UNTIL_2026.ending(day(today)) is ending


def test_a_deadline_ends_with_the_day_in_panyu() -> None:
    # 17:00 UTC on the 24th is 01:00 on the 25th in Panyu
    deadline = CALENDAR.deadline(datetime(2026, 11, 24, 17, 0, tzinfo=UTC), 1)
    assert deadline == datetime(2026, 11, 26, 15, 59, 59, tzinfo=UTC)
    assert local_date(deadline) == date(2026, 11, 26)


def test_a_deadline_that_bars_a_person_takes_the_later_day() -> None:
    new_years_eve = datetime(2026, 12, 31, 2, 0, tzinfo=UTC)
    assert local_date(UNTIL_2026.deadline(new_years_eve, 1)) == date(2027, 1, 4)
    assert local_date(UNTIL_2026.deadline(new_years_eve, 1, bars_a_person=True)) == date(2027, 1, 7)
