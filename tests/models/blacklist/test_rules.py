"""Three calendar months, and thirty working days, by a real calendar (article 28, 民法典 201 to 203)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.blacklist.flags import SAME_ITEM, SET_ASIDE, Often
from models.blacklist.rules import ANSWER, Within, answer_due, appeal_end, end_of, in_force_on, last_day
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


@pytest.mark.article("28.2")
@pytest.mark.parametrize("settings", [SAME_ITEM, SET_ASIDE])
@pytest.mark.parametrize(("day", "new"), [("2026-12-31", False), ("2027-01-01", True), ("2030-01-01", True)])
def test_how_often_is_too_often_holds_from_its_day_on(
    settings: tuple[Often, ...], day: str, new: bool
) -> None:
    later = Often(date(2027, 1, 1), 2, 7)
    assert (in_force_on((later, *settings), date.fromisoformat(day)) is later) is new


@pytest.mark.article("28.appeal")
@pytest.mark.parametrize(
    ("appealed", "due"),
    [("2026-09-09T10:00", "2026-09-30T23:59:59"), ("2026-09-10T10:00", "2026-09-17T23:59:59")],
)
def test_the_limit_for_an_answer_is_that_of_the_day_of_the_appeal(
    monkeypatch: pytest.MonkeyPatch, appealed: str, due: str
) -> None:
    monkeypatch.setattr("models.blacklist.rules.ANSWER", (*ANSWER, Within(date(2026, 9, 10), 5)))
    assert answer_due(at(appealed), CALENDAR) == at(due)
