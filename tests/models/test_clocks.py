"""Clocks, worked by hand on the calendar of 2026 and into 2027."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clocks import Clock, clock, due, paused, resumed
from models.law import PERIODS, Term, Unit, by_key, in_force
from models.workdays import PANYU, Workdays, local_date

CALENDAR = Workdays()
Span = tuple[str, str]


def panyu(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=PANYU).astimezone(UTC)


def ran(began: str, number: int, unit: Unit, *pauses: Span) -> Clock:
    running = clock(panyu(began), number, unit, CALENDAR)
    for since, until in pauses:
        running = resumed(paused(running, "听证", panyu(since)), panyu(until), CALENDAR)
    return running


def last_day(running: Clock) -> date:
    assert running["due"]
    assert running["due"] == running["due"].astimezone(PANYU).replace(hour=23, minute=59, second=59)
    return local_date(running["due"])


@pytest.mark.parametrize(
    ("began", "number", "pauses", "last"),
    [
        # Thursday; Friday 27, Monday 30, then 1 to 3 December
        ("2026-11-26 09:00", 5, [], "2026-12-03"),
        # without Saturday 28 to Monday 30
        ("2026-11-26 09:00", 5, [("2026-11-28 10:00", "2026-11-30 15:00")], "2026-12-04"),
        # within one day, which does not count
        ("2026-11-26 09:00", 5, [("2026-11-27 10:00", "2026-11-27 10:05")], "2026-12-04"),
        # on its own first day, which does not count anyway
        ("2026-11-26 09:00", 5, [("2026-11-26 10:00", "2026-11-26 11:00")], "2026-12-03"),
        # the day before a deadline, past it: 1 December counted, 2 to 9 not; then 10
        ("2026-11-26 09:00", 4, [("2026-12-02 08:00", "2026-12-09 18:00")], "2026-12-10"),
        # at once: on its own day, from a Saturday on Monday, after a pause on the next day that counts
        ("2026-11-30 09:00", 0, [], "2026-11-30"),
        ("2026-11-28 09:00", 0, [], "2026-11-30"),
        ("2026-11-30 09:00", 0, [("2026-11-30 10:00", "2026-12-03 09:00")], "2026-12-04"),
        # twice
        (
            "2026-11-26 09:00",
            5,
            [("2026-11-27 09:00", "2026-11-27 17:00"), ("2026-12-01 09:00", "2026-12-02 17:00")],
            "2026-12-08",
        ),
        # Spring Festival: Saturday 14 February worked, 15 to 23 off, Saturday 28 worked
        ("2026-02-13 09:00", 3, [], "2026-02-25"),
        ("2026-02-13 09:00", 6, [], "2026-02-28"),
        ("2026-02-13 09:00", 3, [("2026-02-14 09:00", "2026-02-24 09:00")], "2026-02-27"),
        # National Day: 1 to 7 October off, Saturday 10 worked
        ("2026-09-29 09:00", 5, [], "2026-10-12"),
        ("2026-09-29 09:00", 5, [("2026-10-08 09:00", "2026-10-10 09:00")], "2026-10-15"),
        # nothing at all: the same day
        ("2026-11-26 09:00", 0, [], "2026-11-26"),
    ],
)
@pytest.mark.article("12.limits")
def test_working_days_with_pauses(began: str, number: int, pauses: list[Span], last: str) -> None:
    assert last_day(ran(began, number, Unit.WORKDAYS, *pauses)) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("began", "number", "unit", "pauses", "last"),
    [
        ("2026-11-26 09:00", 30, Unit.DAYS, [], "2026-12-28"),  # Saturday the 26th, so Monday
        ("2026-11-26 09:00", 3, Unit.MONTHS, [], "2027-02-26"),
        ("2026-08-31 09:00", 6, Unit.MONTHS, [], "2027-03-01"),  # Sunday 28 February, so Monday
        ("2026-08-28 09:00", 1, Unit.MONTHS, [], "2026-09-28"),
        ("2026-08-28 09:00", 1, Unit.MONTHS, [("2026-09-01 09:00", "2026-09-02 09:00")], "2026-09-30"),
        # a pause on the Monday after Saturday the 26th, or on a last day of a period that ends at once
        ("2026-11-26 09:00", 30, Unit.DAYS, [("2026-12-28 09:00", "2026-12-29 09:00")], "2026-12-30"),
        ("2026-11-26 09:00", 0, Unit.DAYS, [("2026-11-26 10:00", "2026-11-26 11:00")], "2026-11-27"),
        ("2026-12-01 09:00", 60, Unit.DAYS, [], "2027-02-01"),  # Saturday 30 January, so Monday
    ],
)
def test_days_and_months(began: str, number: int, unit: Unit, pauses: list[Span], last: str) -> None:
    assert last_day(ran(began, number, unit, *pauses)) == date.fromisoformat(last)


def test_a_clock_that_stands_still_is_due_at_no_time() -> None:
    running = ran("2026-11-26 09:00", 5, Unit.WORKDAYS)
    still = paused(running, "检验", panyu("2026-11-27 09:00"))
    assert (still["due"], due(still, CALENDAR)) == (None, None)
    assert still["pauses"] == [{"why": "检验", "since": panyu("2026-11-27 09:00"), "until": None}]
    assert running["pauses"] == []


MOMENTS = st.integers(0, 540 * 24).map(
    lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
)
LENGTHS = st.integers(0, 60)
TIMES = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 500)), max_size=4)


def with_pauses(began: datetime, number: int, unit: Unit, times: list[tuple[int, int]]) -> list[Clock]:
    """The clock after each pause; hours from the end of one pause to the next, and hours that it lasts."""
    found, at = [clock(began, number, unit, CALENDAR)], began
    for wait, lasts in times:
        since = at + timedelta(hours=wait)
        at = since + timedelta(hours=lasts)
        found.append(resumed(paused(found[-1], "鉴定", since), at, CALENDAR))
    return found


@given(MOMENTS, LENGTHS, st.sampled_from(Unit), TIMES)
def test_a_pause_never_shortens(
    began: datetime, number: int, unit: Unit, times: list[tuple[int, int]]
) -> None:
    days = [last_day(each) for each in with_pauses(began, number, unit, times)]
    assert days == sorted(days)


@given(MOMENTS, LENGTHS, st.sampled_from(Unit), TIMES)
def test_a_longer_period_is_never_due_before(
    began: datetime, number: int, unit: Unit, times: list[tuple[int, int]]
) -> None:
    shorter, longer = (with_pauses(began, n, unit, times)[-1] for n in (number, number + 1))
    assert last_day(shorter) <= last_day(longer)


@given(MOMENTS, LENGTHS, st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_one_more_day_off_never_shortens(began: datetime, number: int, day: date) -> None:
    with_it = Workdays({day: False})
    for unit in Unit:
        plain, later = (clock(began, number, unit, calendar) for calendar in (CALENDAR, with_it))
        assert last_day(plain) <= last_day(later)


@given(MOMENTS, st.integers(1, 60), TIMES)
def test_a_clock_in_working_days_counts_them_all(
    began: datetime, number: int, times: list[tuple[int, int]]
) -> None:
    """Counted another way: the days between, less those that a pause touches."""
    running = with_pauses(began, number, Unit.WORKDAYS, times)[-1]
    first, last = local_date(began), last_day(running)
    still = [
        (local_date(pause["since"]), local_date(pause["until"] or pause["since"]))
        for pause in running["pauses"]
    ]
    days = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    counted = [
        day
        for day in days
        if CALENDAR.worked(day) and not any(since <= day <= until for since, until in still)
    ]
    assert len(counted) == number
    assert not counted or counted[-1] == last


def test_the_law_in_force_is_the_last_that_had_begun() -> None:
    assert in_force(Term.SUIT, date(2015, 4, 30)).number == 3
    assert in_force(Term.SUIT, date(2015, 5, 1)).number == 6
    assert in_force(Term.RECONSIDERATION, date(2026, 1, 1)).article == "第二十条"
    with pytest.raises(LookupError):
        in_force(Term.ACCEPTANCE, date(2004, 6, 30))


def test_each_period_is_found_by_its_key() -> None:
    assert [by_key(period.key) for period in PERIODS] == list(PERIODS)
    assert {period.term for period in PERIODS} == set(Term)
    with pytest.raises(LookupError):
        by_key("acceptance@1999-01-01")
