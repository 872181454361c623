from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.workdays import Workdays, local_date

CALENDAR = Workdays()
DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 1))


@pytest.mark.article(12)
@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-11-24", 5, "2026-12-01"),
        # over National Day 2026 (1 to 7 October off, Saturday 10 October worked)
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-10-09", 1, "2026-10-10"),
        # Labour Day 2026: 1 to 5 May off, Saturday 9 May worked
        ("2026-04-30", 3, "2026-05-08"),
        ("2026-05-08", 1, "2026-05-09"),
    ],
)
def test_working_days_follow_the_state_councils_calendar(start: str, count: int, end: str) -> None:
    assert CALENDAR.after(date.fromisoformat(start), count) == date.fromisoformat(end)


@given(DAYS, st.integers(1, 60))
def test_after_and_between_agree(start: date, count: int) -> None:
    end = CALENDAR.after(start, count)
    assert CALENDAR.worked(end)
    assert CALENDAR.between(start, end) == count


def test_an_override_comes_before_the_calendar() -> None:
    typhoon = date(2026, 11, 25)
    assert Workdays({typhoon: False}).after(date(2026, 11, 24), 1) == date(2026, 11, 26)


def test_beyond_the_published_calendar_weekdays_count_and_are_uncertain() -> None:
    assert CALENDAR.worked(date(2027, 3, 1))
    assert not CALENDAR.worked(date(2027, 3, 6))
    assert not CALENDAR.certain(date(2027, 3, 1))


def test_a_deadline_ends_with_the_day_in_panyu() -> None:
    # 17:00 UTC on the 24th is 01:00 on the 25th in Panyu
    deadline = CALENDAR.deadline(datetime(2026, 11, 24, 17, 0, tzinfo=UTC), 1)
    assert deadline == datetime(2026, 11, 26, 15, 59, 59, tzinfo=UTC)
    assert local_date(deadline) == date(2026, 11, 26)
