"""When a kiosk is to retire (article 21, item 5): worked by hand on real calendars, and at every boundary.

Spring Festival and National Day are in `holidays_2026.toml`.
"""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.kiosks.document import Custody, Finding, Found, Ground, Outage, OutageCause, Suspension
from models.kiosks.retirement import Facts, Reason, Service, by_month, counted, reasons, running
from models.kiosks.times import Interval
from models.workdays import PANYU, Workdays

CALENDAR = Workdays()
WEEK = timedelta(days=7)
Times = list[tuple[str, str]]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PANYU)


def outages(times: Times, cause: OutageCause = OutageCause.OWN) -> list[Outage]:
    return [Outage(start=at(start), end=at(end), cause=cause, reason="故障") for start, end in times]


def suspended(start: datetime, end: datetime) -> Suspension:
    return Suspension(
        start=start,
        end=end,
        reason="系统升级",
        custody=Custody.IN_PLACE,
        letter=None,
        told_at=start - timedelta(days=9),
        told_by="staff:contact",
        notice="",
        posted_at=None,
    )


def facts(**changes: Any) -> Facts:
    """Of a kiosk of which nothing is to be said."""
    known: dict[str, Any] = {
        "use_until": date(2027, 12, 31),
        "services": {"a": Service.OFFERED, "b": Service.OFFERED},
        "outages": [],
        "suspensions": [],
        "findings": {},
        "now": at("2027-02-01T00:00"),
    }
    return Facts(**{**known, **changes})


def grounds(**changes: Any) -> list[tuple[Ground, str]]:
    return [(one.ground, one.occasion) for one in reasons(facts(**changes), CALENDAR)]


FOUND: Found = {"at": at("2026-11-20T10:30"), "by": "staff:digital", "words": "主板烧毁，厂家停产"}


def test_nothing_is_proposed_of_what_works() -> None:
    assert grounds() == []


@pytest.mark.article("21.expired")
def test_it_retires_after_the_last_day_of_its_use() -> None:
    until = date(2026, 11, 30)
    assert grounds(use_until=until, now=at("2026-11-30T23:59")) == []
    assert grounds(use_until=until, now=at("2026-12-01T00:00")) == [(Ground.EXPIRED, "expired:2026-11-30")]


@pytest.mark.article("21.expired")
def test_it_retires_when_all_its_items_are_abolished() -> None:
    gone = {"a": Service.ABOLISHED, "b": Service.ABOLISHED}
    assert grounds(services=gone) == [(Ground.EXPIRED, "abolished")]
    assert grounds(services={**gone, "c": Service.OFFERED}) == []
    assert grounds(services={}) == []


@pytest.mark.article("21.broken")
def test_it_retires_when_it_is_found_beyond_repair() -> None:
    [reason] = reasons(facts(findings={Finding.BEYOND_REPAIR: FOUND}), CALENDAR)
    assert reason == Reason(Ground.BROKEN, "found:2026-11-20T10:30+08:00", dict(FOUND))


@pytest.mark.article("21.unfit")
def test_it_retires_when_it_does_not_fit_and_cannot_be_updated() -> None:
    elsewhere, found = {"a": Service.NOT_HERE, "b": Service.OFFERED}, {Finding.NOT_UPDATABLE: FOUND}
    [reason] = reasons(facts(services=elsewhere, findings=found), CALENDAR)
    assert (reason.ground, reason.evidence["items"]) == (Ground.UNFIT, ["a"])
    assert grounds(services=elsewhere) == []
    assert grounds(findings=found) == []


@pytest.mark.article("21.unfit")
def test_an_item_that_is_abolished_does_not_fit_either() -> None:
    """As long as others are left, the kiosk stays if it can be updated."""
    partly = {"a": Service.ABOLISHED, "b": Service.OFFERED}
    assert grounds(services=partly) == []
    [reason] = reasons(facts(services=partly, findings={Finding.NOT_UPDATABLE: FOUND}), CALENDAR)
    assert (reason.ground, reason.evidence["items"]) == (Ground.UNFIT, ["a"])


OUT: list[tuple[str, Times, list[str]]] = [
    # a week to the minute, over the end of a month, with three and two working days in them
    ("a week", [("2026-09-28T09:00", "2026-10-05T09:00")], ["running:2026-09-28T09:00+08:00"]),
    ("less", [("2026-09-28T09:00", "2026-10-05T08:59")], []),
    ("over a month's end", [("2026-11-27T09:00", "2026-12-04T09:00")], ["running:2026-11-27T09:00+08:00"]),
    (
        "with a break",
        [("2026-09-28T09:00", "2026-10-01T09:00"), ("2026-10-01T09:01", "2026-10-06T09:00")],
        [],
    ),
    (
        "one after the other",
        [("2026-09-28T09:00", "2026-10-01T09:00"), ("2026-10-01T09:00", "2026-10-05T09:00")],
        ["running:2026-09-28T09:00+08:00"],
    ),
    # five days in a month, each touched for a minute
    (
        "five days",
        [(f"2026-11-{day}T09:00", f"2026-11-{day}T09:01") for day in ("02", "10", "17", "24", "30")],
        ["month:2026-11"],
    ),
    ("four days", [(f"2026-11-{day}T09:00", f"2026-11-{day}T09:01") for day in ("02", "10", "17", "24")], []),
    (
        "five, twice on one day",
        [
            (f"2026-11-{day}T{hour}:00", f"2026-11-{day}T{hour}:30")
            for day in ("02", "10", "17", "24")
            for hour in ("09", "15")
        ],
        [],
    ),
    (
        "five in two months",
        [(f"2026-{day}T09:00", f"2026-{day}T09:01") for day in ("10-28", "10-29", "11-02", "11-03", "11-04")],
        [],
    ),
    (
        "weekends do not count",
        [(f"2026-11-{day}T09:00", f"2026-11-{day}T09:01") for day in ("02", "03", "04", "05", "07", "08")],
        [],
    ),
    # up to midnight does not touch the next day
    ("up to midnight", [("2026-11-02T09:00", "2026-11-06T00:00")], []),
    ("a minute past it", [("2026-11-02T09:00", "2026-11-06T00:01")], ["month:2026-11"]),
]


@pytest.mark.parametrize(("times", "occasions"), [pytest.param(*rest, id=name) for name, *rest in OUT])
@pytest.mark.article("21.outage")
def test_out_of_service(times: Times, occasions: list[str]) -> None:
    assert grounds(outages=outages(times)) == [(Ground.OUTAGE, occasion) for occasion in occasions]


@pytest.mark.parametrize("times", [pytest.param(times, id=name) for name, times, found in OUT if found])
@pytest.mark.article("21.outage")
def test_what_third_parties_cause_is_left_out(times: Times) -> None:
    assert grounds(outages=outages(times, OutageCause.THIRD_PARTY)) == []


@pytest.mark.parametrize("times", [pytest.param(times, id=name) for name, times, found in OUT if found])
@pytest.mark.article("21.outage")
def test_what_was_announced_does_not_count(times: Times) -> None:
    announced = [suspended(at(start), at(end)) for start, end in times]
    assert grounds(outages=outages(times), suspensions=announced) == []


@pytest.mark.article("21.outage")
def test_what_is_still_to_come_does_not_count() -> None:
    """Neither does a suspension that came back in the minute in which it began break a week."""
    lasts = outages([("2026-11-02T09:00", "2026-11-09T09:00")])
    assert grounds(outages=lasts, now=at("2026-11-05T18:00")) == []
    nothing = suspended(at("2026-11-04T09:00"), at("2026-11-04T09:00"))
    found = grounds(outages=lasts, suspensions=[nothing])
    assert found == grounds(outages=lasts)
    assert found[0] == (Ground.OUTAGE, "running:2026-11-02T09:00+08:00")


@pytest.mark.article("21.outage")
def test_what_overruns_a_suspension_counts() -> None:
    """Announced until Monday 2 November at six; it comes back on Friday 6, or on Thursday."""
    told = [suspended(at("2026-10-29T09:00"), at("2026-11-02T18:00"))]
    friday = outages([("2026-10-29T09:00", "2026-11-06T09:00")])
    thursday = outages([("2026-10-29T09:00", "2026-11-05T18:00")])
    [reason] = reasons(facts(outages=friday, suspensions=told), CALENDAR)
    days = [f"2026-11-0{day}" for day in (2, 3, 4, 5, 6)]
    assert (reason.occasion, reason.evidence["days"]) == ("month:2026-11", days)
    assert grounds(outages=thursday, suspensions=told) == []
    week = outages([("2026-10-29T09:00", "2026-11-09T18:00")])
    assert (Ground.OUTAGE, "running:2026-11-02T18:00+08:00") in grounds(outages=week, suspensions=told)


@pytest.mark.article("21.outage")
def test_a_third_party_in_between_breaks_the_week() -> None:
    """Own faults from Saturday to Tuesday and from Thursday to Sunday, the power cut on Wednesday between."""
    own = [("2026-10-03T00:00", "2026-10-07T00:00"), ("2026-10-08T00:00", "2026-10-11T00:00")]
    cut = outages([("2026-10-07T00:00", "2026-10-08T00:00")], OutageCause.THIRD_PARTY)
    assert grounds(outages=[*outages(own), *cut]) == []
    through = outages([("2026-10-03T00:00", "2026-10-10T00:00")])
    assert grounds(outages=[*through, *cut]) == [(Ground.OUTAGE, "running:2026-10-03T00:00+08:00")]


@pytest.mark.article("21.outage")
def test_what_still_lasts_counts_until_now() -> None:
    lasting = [Outage(start=at("2026-11-02T09:00"), end=None, cause=OutageCause.OWN, reason="故障")]
    assert grounds(outages=lasting, now=at("2026-11-06T00:00")) == []
    assert grounds(outages=lasting, now=at("2026-11-06T00:01")) == [(Ground.OUTAGE, "month:2026-11")]


START = at("2026-01-01T00:00")
SECOND = timedelta(seconds=1)
MOMENTS = st.integers(0, 360 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
LENGTHS = st.timedeltas(SECOND, timedelta(days=20))
CAUSES = st.sampled_from(OutageCause)
OUTAGES = st.lists(
    st.builds(
        lambda start, length, cause: Outage(start=start, end=start + length, cause=cause, reason=""),
        MOMENTS,
        LENGTHS,
        CAUSES,
    ),
    max_size=6,
)
SUSPENSIONS = st.lists(
    st.builds(lambda start, length: suspended(start, start + length), MOMENTS, LENGTHS), max_size=4
)
LATER = at("2027-12-31T00:00")


@given(MOMENTS)
@pytest.mark.article("21.outage")
def test_exactly_a_week_is_a_week(start: datetime) -> None:
    assert running([Interval(start, start + WEEK)], WEEK)
    assert not running([Interval(start, start + WEEK - SECOND)], WEEK)


@given(st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=40))
@pytest.mark.article("21.outage")
def test_the_fifth_working_day_in_a_month(days: set[date]) -> None:
    """Counted here from the calendar's table."""
    times = [
        Interval(*(datetime(d.year, d.month, d.day, hour, tzinfo=PANYU) for hour in (9, 10))) for d in days
    ]
    own = [Outage(start=one.start, end=one.end, cause=OutageCause.OWN, reason="") for one in times]
    worked = [day.month for day in days if CALENDAR.worked(day)]
    expected = [f"month:2026-{month:02}" for month in range(1, 13) if worked.count(month) >= 5]
    assert [occasion for _, occasion in grounds(outages=own, now=LATER)] == expected


def inside(moment: datetime, times: list[tuple[datetime, datetime | None]]) -> bool:
    return any(start <= moment < (end or LATER) for start, end in times)


@given(OUTAGES, SUSPENSIONS, st.lists(MOMENTS, min_size=1, max_size=20))
@pytest.mark.article("21.outage")
def test_a_moment_counts_when_it_is_ones_own_and_was_not_announced(
    found: list[Outage], told: list[Suspension], moments: list[datetime]
) -> None:
    times = counted(found, told, LATER)
    own = [(one["start"], one["end"]) for one in found if one["cause"] is OutageCause.OWN]
    announced: list[tuple[datetime, datetime | None]] = [(one["start"], one["end"]) for one in told]
    edges = [moment for start, end in [*own, *announced] for moment in (start, end, end and end - SECOND)]
    for moment in (*moments, *filter(None, edges)):
        expected = inside(moment, own) and not inside(moment, announced)
        assert inside(moment, [(one.start, one.end) for one in times]) == expected
    assert all(one.end <= after.start for one, after in pairwise(times))
    assert all(one.start < one.end for one in times)


@given(OUTAGES, SUSPENSIONS, OUTAGES)
@pytest.mark.article("21.outage")
def test_faults_of_third_parties_never_propose_anything(
    own: list[Outage], told: list[Suspension], others: list[Outage]
) -> None:
    theirs: list[Outage] = [{**one, "cause": OutageCause.THIRD_PARTY} for one in others]
    alone = reasons(facts(outages=own, suspensions=told, now=LATER), CALENDAR)
    assert reasons(facts(outages=[*own, *theirs], suspensions=told, now=LATER), CALENDAR) == alone


@given(MOMENTS, LENGTHS)
def test_days_stand_in_their_own_months(start: datetime, length: timedelta) -> None:
    months = by_month([Interval(start, start + length)], CALENDAR)
    assert all(day.strftime("%Y-%m") == month for month, days in months.items() for day in days)
    assert sum(map(len, months.values())) == len(CALENDAR.touched(start, start + length))
