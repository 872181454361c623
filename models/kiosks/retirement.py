"""When a kiosk is to retire (article 21, item 5): pure functions of what is known of it.

The system proposes with its evidence; a person decides. Out of service counts what is not a third party's
fault and was not announced as a suspension (item 4); what overruns a suspension counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from models.kiosks.document import Finding, Found, Ground, Outage, OutageCause, Suspension
from models.kiosks.times import Interval, joined, without
from models.law import Term, in_force
from models.workdays import PANYU, Workdays, local_date


class Service(StrEnum):
    """How an item of a kiosk stands."""

    OFFERED = "offered"
    NOT_HERE = "not_here"  # done elsewhere, not at kiosks
    ABOLISHED = "abolished"  # no guide of it is in force


@dataclass(frozen=True)
class Facts:
    """What is known of a kiosk at a moment; `services` are its items."""

    use_until: date
    services: Mapping[str, Service]
    outages: Sequence[Outage]
    suspensions: Sequence[Suspension]
    findings: Mapping[Finding, Found]
    now: datetime


@dataclass(frozen=True)
class Reason:
    """A ground, what it rests on in one word, and the evidence in plain values."""

    ground: Ground
    occasion: str
    evidence: dict[str, Any]


def counted(outages: Iterable[Outage], suspensions: Iterable[Suspension], now: datetime) -> list[Interval]:
    """The times out of service that count, apart from one another and in their order."""
    own = [
        Interval(one["start"], min(one["end"] or now, now))
        for one in outages
        if one["cause"] is not OutageCause.THIRD_PARTY
    ]
    announced = [Interval(one["start"], one["end"]) for one in suspensions]
    return without(joined(own), joined(announced))


def running(times: Iterable[Interval], length: timedelta) -> list[Interval]:
    """Those that last so long without a break."""
    return [one for one in times if one.end - one.start >= length]


def by_month(times: Iterable[Interval], calendar: Workdays) -> dict[str, list[date]]:
    """The working days of each calendar month in Panyu (`2026-10`) that these times touch, each once."""
    days = sorted({day for one in times for day in calendar.touched(one.start, one.end)})
    months: dict[str, list[date]] = {}
    for day in days:
        months.setdefault(f"{day:%Y-%m}", []).append(day)
    return months


def reasons(facts: Facts, calendar: Workdays) -> list[Reason]:
    """All grounds on which a kiosk is to retire, in the order of the article."""
    return [*_expired(facts), *_broken(facts), *_outages(facts, calendar), *_unfit(facts)]


def _expired(facts: Facts) -> Iterable[Reason]:
    until = facts.use_until
    if local_date(facts.now) > until:
        yield Reason(Ground.EXPIRED, f"expired:{until}", {"use_until": until.isoformat()})
    services = facts.services
    if set(services.values()) == {Service.ABOLISHED}:
        yield Reason(Ground.EXPIRED, "abolished", {"items": sorted(services)})


def _broken(facts: Facts) -> Iterable[Reason]:
    if found := facts.findings.get(Finding.BEYOND_REPAIR):
        yield _found(Ground.BROKEN, found)


def _outages(facts: Facts, calendar: Workdays) -> Iterable[Reason]:
    times, today = counted(facts.outages, facts.suspensions, facts.now), local_date(facts.now)
    week, most = in_force(Term.OUT_RUNNING, today), in_force(Term.OUT_IN_MONTH, today)
    for one in running(times, timedelta(days=week.number)):
        start = one.start.astimezone(PANYU).isoformat(timespec="minutes")
        evidence = {"start": one.start, "end": one.end, "period": week.key}
        yield Reason(Ground.OUTAGE, f"running:{start}", evidence)
    for month, days in by_month(times, calendar).items():
        if len(days) >= most.number:
            evidence = {"month": month, "days": [day.isoformat() for day in days], "period": most.key}
            yield Reason(Ground.OUTAGE, f"month:{month}", evidence)


def _unfit(facts: Facts) -> Iterable[Reason]:
    unfit = sorted(item for item, service in facts.services.items() if service is not Service.OFFERED)
    if unfit and (found := facts.findings.get(Finding.NOT_UPDATABLE)):
        yield _found(Ground.UNFIT, found, items=unfit)


def _found(ground: Ground, found: Found, **more: Any) -> Reason:
    at = found["at"].astimezone(PANYU).isoformat(timespec="minutes")
    return Reason(ground, f"found:{at}", {**found, **more})
