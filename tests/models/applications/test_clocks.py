"""Deadlines and their lights, worked by hand on the calendar of 2026."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from models.applications.clocks import (
    REMEDIES,
    REMEDY_NOTICE,
    Light,
    TimeLeft,
    acceptance_clock,
    decision_clock,
    remedy_periods,
    time_left,
)
from models.clocks import clock, paused, resumed, share_run, source_of
from models.guides import ItemType
from models.law import PERIODS, Term, Unit, in_force
from models.workdays import PANYU, Workdays
from tests.house.guides import form_guide

CALENDAR = Workdays()


def panyu(moment: str) -> datetime:
    """As a store keeps it, in UTC."""
    return datetime.fromisoformat(moment).replace(tzinfo=PANYU).astimezone(UTC)


@pytest.mark.article("12.limits")
@pytest.mark.parametrize(
    ("received", "last_day"),
    [
        ("2026-11-24 10:00", "2026-12-01"),
        # 1 to 7 October off; 8, 9, Saturday the 10th (worked), 12, 13
        ("2026-09-30 10:00", "2026-10-13"),
        ("2026-10-03 10:00", "2026-10-13"),
        # handed in on the worked Saturday: from Monday on
        ("2026-10-10 10:00", "2026-10-16"),
        # the 9th in Panyu, still the 8th in UTC; Saturday the 10th, 12, 13, 14, 15
        ("2026-10-09 00:30", "2026-10-15"),
    ],
)
def test_acceptance_is_due_within_its_working_days(received: str, last_day: str) -> None:
    five = form_guide(time_limit={"acceptance": 5})
    assert acceptance_clock(five, panyu(received), CALENDAR)["due"] == panyu(f"{last_day} 23:59:59")


@pytest.mark.parametrize(
    ("accepted", "promised", "last_day"),
    [
        # 1 to 5 May off; 6 to 8, Saturday the 9th (worked), then three weeks and Monday
        ("2026-04-30 16:00", 20, "2026-06-01"),
        # Sunday 20 September worked, 21, 22
        ("2026-09-18 16:00", 3, "2026-09-22"),
        ("2026-11-24 10:00", 0, "2026-11-24"),
    ],
)
def test_the_decision_is_due_as_promised(accepted: str, promised: int, last_day: str) -> None:
    prompt = form_guide(time_limit={"decision": promised, "legal": 30})
    assert decision_clock(prompt, panyu(accepted), CALENDAR)["due"] == panyu(f"{last_day} 23:59:59")


@pytest.mark.article("12.limits")
@pytest.mark.parametrize(
    ("now", "light", "days", "late"),
    [
        # in the holiday: 8, 9, Saturday the 10th (worked), 12, 13
        ("2026-10-05 09:00", Light.GREEN, 5, 0),
        ("2026-10-09 09:00", Light.GREEN, 3, 0),
        ("2026-10-10 00:00", Light.YELLOW, 2, 0),
        ("2026-10-11 23:59", Light.YELLOW, 2, 0),
        ("2026-10-12 09:00", Light.YELLOW, 1, 0),
        ("2026-10-13 00:00", Light.YELLOW, 0, 0),
        ("2026-10-13 23:59:59", Light.YELLOW, 0, 0),
        ("2026-10-14 00:00", Light.RED, 0, 1),
        # 13 in October, 20 in the four weeks of November, and Monday the 30th
        ("2026-11-30 00:00", Light.RED, 0, 34),
    ],
)
def test_the_light_of_a_deadline_follows_the_working_days_left(
    now: str, light: Light, days: int, late: int
) -> None:
    due = panyu("2026-10-13 23:59:59")
    assert time_left(due, panyu(now), CALENDAR) == TimeLeft(light, days, late)


@pytest.mark.article("12.limits")
def test_the_share_of_a_limit_follows_its_days() -> None:
    """Five working days from Friday 9 October on: the worked Saturday, 12, 13, 14, 15."""
    running = clock(panyu("2026-10-09 10:00"), 5, Unit.WORKDAYS, CALENDAR)
    shares = {9: 0.0, 10: 0.2, 11: 0.2, 12: 0.4, 15: 1.0, 16: 1.2, 17: 1.2, 19: 1.4}
    for day, share in shares.items():
        assert share_run(running, date(2026, 10, day), CALENDAR) == pytest.approx(share), day


@pytest.mark.article("12.limits")
def test_what_a_pause_touches_is_no_part_of_the_share() -> None:
    """Of four days the first has run when it stands still; the 14th is the next that counts."""
    running = clock(panyu("2026-10-09 10:00"), 4, Unit.WORKDAYS, CALENDAR)
    still = paused(running, "听证", panyu("2026-10-12 09:00"))
    assert share_run(still, date(2026, 10, 30), CALENDAR) == 0.25
    again = resumed(still, panyu("2026-10-13 09:00"), CALENDAR)
    assert [share_run(again, date(2026, 10, day), CALENDAR) for day in (13, 14, 16)] == [0.25, 0.5, 1.0]


@pytest.mark.parametrize(("unit", "number", "whole"), [(Unit.DAYS, 10, 10), (Unit.MONTHS, 1, 30)])
def test_other_units_count_every_day(unit: Unit, number: int, whole: int) -> None:
    running = clock(panyu("2026-11-09 10:00"), number, unit, CALENDAR)
    assert share_run(running, date(2026, 11, 14), CALENDAR) == pytest.approx(5 / whole)
    assert share_run(clock(panyu("2026-11-09 10:00"), 0, unit, CALENDAR), date(2026, 11, 9), CALENDAR) == 1.0


def test_no_light_while_no_clock_runs() -> None:
    assert time_left(None, panyu("2026-10-13 09:00"), CALENDAR) == TimeLeft(Light.NONE)


def test_the_notice_tells_each_remedy_with_its_period() -> None:
    told = panyu("2026-11-26 09:00")
    assert REMEDY_NOTICE.format(**remedy_periods(told)) == (
        "如果不服本决定，可以自收到之日起60日内申请行政复议，或者6个月内提起行政诉讼。"
    )
    said = {Unit.DAYS: "日内", Unit.MONTHS: "个月内"}
    for term in REMEDIES:
        assert f"{{{term}}}{said[in_force(term, date(2026, 11, 26)).unit]}" in REMEDY_NOTICE


@pytest.mark.article("12.silence")
def test_a_clock_of_a_permit_keeps_the_period_of_the_law_and_runs_no_longer() -> None:
    received = panyu("2026-11-24 10:00")
    slow = form_guide(type=ItemType.PERMIT, time_limit={"acceptance": 8, "decision": 10, "legal": 20})
    acceptance = acceptance_clock(slow, received, CALENDAR)
    assert (acceptance["period"], acceptance["number"]) == ("acceptance@2004-07-01", 5)
    assert source_of(acceptance) == "《行政许可法》第三十二条"
    decision = decision_clock(slow, received, CALENDAR)
    assert (decision["period"], decision["number"]) == ("decision@2004-07-01", 10)
    by_another_law = form_guide(
        type=ItemType.PERMIT, time_limit={"decision": 30, "legal": 60, "basis": "《社会团体登记管理条例》"}
    )
    assert decision_clock(by_another_law, received, CALENDAR)["period"] is None
    service = form_guide(type=ItemType.PUBLIC_SERVICE, time_limit={"acceptance": 8})
    free = acceptance_clock(service, received, CALENDAR)
    assert (free["period"], free["number"], source_of(free)) == (None, 8, "")


@pytest.mark.article("12.silence")
def test_a_running_clock_keeps_its_terms_when_the_law_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    permit = form_guide(type=ItemType.PERMIT, time_limit={"acceptance": 5, "decision": 20})
    running = acceptance_clock(permit, panyu("2026-11-24 10:00"), CALENDAR)
    new = replace(in_force(Term.ACCEPTANCE, date(2026, 1, 1)), number=3, since=date(2026, 11, 25))
    monkeypatch.setattr("models.law.PERIODS", (*PERIODS, new))
    assert acceptance_clock(permit, panyu("2026-11-25 10:00"), CALENDAR)["number"] == 3
    still = resumed(paused(running, "听证", panyu("2026-11-26 10:00")), panyu("2026-11-26 11:00"), CALENDAR)
    assert (still["number"], still["due"]) == (5, panyu("2026-12-02 23:59:59"))
