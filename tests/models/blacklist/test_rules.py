"""Three calendar months, and thirty working days, by a real calendar (article 28, 民法典 201 to 203)."""

from datetime import UTC, datetime, timedelta

import pytest

from models.blacklist.rules import answer_due, appeal_end, end_of, last_day, served_by_notice
from models.workdays import PANYU, Workdays

CALENDAR = Workdays()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PANYU)


@pytest.mark.article("28.months")
@pytest.mark.parametrize(
    ("delivered", "last"),
    [
        ("2026-11-24T10:00", "2027-02-24"),
        ("2026-01-01T00:00", "2026-04-01"),
        ("2026-11-30T10:00", "2027-02-28"),  # there is no 30 February
        ("2027-11-30T10:00", "2028-02-29"),
        ("2028-02-29T10:00", "2028-05-29"),  # the corresponding day, not the end of the month
        ("2026-08-31T10:00", "2026-11-30"),
        ("2026-10-31T10:00", "2027-01-31"),
        ("2026-08-15T10:00", "2026-11-15"),  # a Sunday
        ("2026-07-01T10:00", "2026-10-01"),  # National Day
        ("2026-11-30T23:59", "2027-02-28"),
        ("2026-12-01T00:00", "2027-03-01"),
    ],
)
def test_the_months_end_with_the_corresponding_day(delivered: str, last: str) -> None:
    for moment in (at(delivered), at(delivered).astimezone(UTC)):
        until = end_of(moment)
        assert until == at(f"{last}T00:00") + timedelta(days=1)
        assert last_day(until) == last


@pytest.mark.article("28.appeal")
@pytest.mark.parametrize(
    ("delivered", "last"),
    [
        ("2026-03-02T10:00", "2026-04-14"),  # 6 April is the day off of Qingming
        # 15 to 23 February are off, 14 and 28 February are worked
        ("2026-02-02T10:00", "2026-03-20"),
        # 25 September and 1 to 7 October are off, 20 September and 10 October are worked
        ("2026-09-10T10:00", "2026-10-28"),
    ],
)
def test_the_thirtieth_working_day_is_the_last_for_an_appeal(delivered: str, last: str) -> None:
    assert appeal_end(at(delivered), CALENDAR) == at(f"{last}T23:59:59")


def test_a_holiday_that_is_not_announced_yet_takes_no_right_away() -> None:
    """The thirtieth weekday after 28 December 2026, but for New Year's Day, is 9 February 2027."""
    assert appeal_end(at("2026-12-28T10:00"), CALENDAR) > at("2027-02-09T23:59:59")


def test_an_appeal_is_answered_within_fifteen_working_days() -> None:
    assert answer_due(at("2026-09-10T10:00"), CALENDAR) == at("2026-10-08T23:59:59")


@pytest.mark.parametrize(
    ("announced", "served"),
    [("2026-06-01T09:00", "2026-07-01"), ("2026-09-02T09:00", "2026-10-08")],  # the 2nd of October is off
)
def test_an_announcement_counts_as_delivered_after_thirty_days(announced: str, served: str) -> None:
    assert served_by_notice(at(announced), CALENDAR) == at(f"{served}T23:59:59")
