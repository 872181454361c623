"""The ladder, worked by hand on a real calendar: which step follows when, and what counts as delivered."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from models.events import Channel
from models.law import Term, in_force
from models.people import Applicant
from models.serving import How, served_by_notice
from models.serving.rules import (
    LADDER,
    NOTED,
    PATIENCE,
    begun_time,
    follows,
    patience_on,
    report_counts,
    time_of,
)
from models.workdays import PANYU, Workdays

CALENDAR = Workdays()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PANYU)


def test_the_ladder_goes_from_wechat_to_the_public_notice() -> None:
    assert LADDER == (How.WECHAT, How.SMS, How.OWN_PAGE, How.CALL, How.LETTER, How.PUBLIC_NOTICE)
    assert [follows(how) for how in LADDER] == [*LADDER[1:], None]


@pytest.mark.parametrize(
    ("how", "begun", "over"),
    [
        (How.WECHAT, "2026-09-30T17:55", "2026-09-30T18:05"),
        # 1 to 7 October are holidays, 8 and 9 are worked, 10 is a Saturday that is worked
        (How.SMS, "2026-09-30T18:05", "2026-10-08T23:59:59"),
        (How.OWN_PAGE, "2026-10-08T23:59:59", "2026-10-10T23:59:59"),
        (How.CALL, "2026-10-10T23:59:59", "2026-10-16T23:59:59"),
        (How.SMS, "2026-02-13T10:00", "2026-02-14T23:59:59"),  # the Saturday before Spring Festival is worked
        (How.SMS, "2026-02-14T10:00", "2026-02-24T23:59:59"),
    ],
)
def test_a_step_is_given_its_time(how: How, begun: str, over: str) -> None:
    assert time_of(how, at(begun), CALENDAR) == at(over)


@pytest.mark.parametrize(
    ("day", "calls"),
    [(date(2020, 1, 1), 3), (date(2026, 12, 31), 3), (date(2027, 1, 1), 5), (date(2030, 1, 1), 5)],
)
def test_a_setting_holds_from_its_day_on(monkeypatch: pytest.MonkeyPatch, day: date, calls: int) -> None:
    new = replace(PATIENCE[0], since=date(2027, 1, 1), calls=5)
    monkeypatch.setattr("models.serving.rules.PATIENCE", (*PATIENCE, new))
    assert patience_on(day).calls == calls


@pytest.mark.parametrize("how", [How.LETTER, How.PUBLIC_NOTICE])
def test_what_a_clerk_begins_has_no_time_before(how: How) -> None:
    assert time_of(how, at("2026-09-30T10:00"), CALENDAR) is None


@pytest.mark.parametrize(
    ("published", "delivered"),
    [
        ("2026-11-02T09:00", "2026-12-02T23:59:59"),
        ("2026-11-02T23:59", "2026-12-02T23:59:59"),
        ("2026-11-06T09:00", "2026-12-07T23:59:59"),  # the thirtieth day is Sunday 6 December
        ("2026-09-02T09:00", "2026-10-08T23:59:59"),  # 2 October is a holiday, and so are the days to the 7th
        ("2021-11-01T09:00", "2021-12-31T23:59:59"),  # sixty days, before the law of 2022
    ],
)
def test_a_public_notice_delivers_after_the_period_of_its_day(published: str, delivered: str) -> None:
    assert served_by_notice(at(published), CALENDAR) == at(delivered)
    assert begun_time(How.PUBLIC_NOTICE, at(published), CALENDAR) == at(delivered)


def test_the_period_of_a_public_notice_is_one_of_law() -> None:
    assert [in_force(Term.PUBLIC_NOTICE, at(day).date()).number for day in ("2021-12-31", "2022-01-01")] == [
        60,
        30,
    ]


def test_a_letter_has_fifteen_working_days_from_when_it_was_sent() -> None:
    assert begun_time(How.LETTER, at("2026-11-02T09:00"), CALENDAR) == at("2026-11-23T23:59:59")


def test_sending_and_publishing_deliver_nothing() -> None:
    delivers = {
        (how, word) for how, words in NOTED.items() for word, noted in words.items() if noted.delivered
    }
    assert delivers == {(How.CALL, "read_out"), (How.LETTER, "signed")}


SAID = (("2026-11-02T09:00", True), ("2026-11-03T09:00", False), ("2026-11-04T09:00", True))
"""Electronic service was agreed to, taken back, and agreed to again."""


@pytest.mark.parametrize(
    ("sent", "reached", "counts"),
    [
        ("2026-11-02T08:59", "2026-11-02T08:59", False),  # before it was asked
        ("2026-11-02T08:59", "2026-11-02T09:01", False),  # sent before it was agreed to
        ("2026-11-02T09:00", "2026-11-02T09:01", True),
        ("2026-11-03T08:59", "2026-11-03T09:00", False),  # taken back while it was on its way
        ("2026-11-03T12:00", "2026-11-03T12:01", False),
        ("2026-11-03T12:00", "2026-11-04T12:00", False),
        ("2026-11-04T12:00", "2026-11-04T12:01", True),
    ],
)
def test_a_report_counts_where_it_was_agreed_to_both_times(sent: str, reached: str, counts: bool) -> None:
    agreements = [
        {"agreed": agreed, "wording": "2026-11", "at": at(moment), "channel": Channel.H5, "by": "applicant:1"}
        for moment, agreed in reversed(SAID)
    ]
    applicant: Applicant = {"agreements": agreements}  # type: ignore[typeddict-item]
    assert report_counts(applicant, at(sent), at(reached)) is counts
    assert not report_counts({}, at(sent), at(reached))  # type: ignore[typeddict-item]
