"""Periods of an application: for those who decide it, in working days, and for contesting the outcome."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.guides import Guide
from models.workdays import Workdays, local_date

SOON = 2
"""Working days before a deadline from which its light is yellow."""


class Light(StrEnum):
    """How near a deadline is, at a glance."""

    NONE = "none"  # no clock runs
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"  # it has passed


@dataclass(frozen=True)
class TimeLeft:
    """`days` are the working days after today up to the deadline: none on its day, or when it has passed."""

    light: Light
    days: int = 0


class Unit(StrEnum):
    """Of the calendar, holidays included."""

    DAYS = "days"
    MONTHS = "months"


@dataclass(frozen=True)
class Remedy:
    """A way to contest a decision, open for `number` of `unit` from the day it was received."""

    number: int
    unit: Unit
    law: str


REMEDIES = {
    "reconsideration": Remedy(60, Unit.DAYS, law="行政复议法 第二十条"),
    "suit": Remedy(6, Unit.MONTHS, law="行政诉讼法 第四十六条"),
}
REMEDY_PERIODS = {name: remedy.number for name, remedy in REMEDIES.items()}
"""What fills `REMEDY_NOTICE`."""
REMEDY_NOTICE = (
    "如果不服本决定，可以自收到之日起{reconsideration}日内申请行政复议，或者{suit}个月内提起行政诉讼。"
)


def acceptance_deadline(guide: Guide, received: datetime, calendar: Workdays) -> datetime:
    """行政许可法 32: silence until then is acceptance from the day received."""
    return calendar.deadline(received, guide.time_limit.acceptance)


def decision_deadline(guide: Guide, accepted: datetime, calendar: Workdays) -> datetime:
    """The promised limit, which is never longer than the legal one."""
    return calendar.deadline(accepted, guide.time_limit.decision)


def time_left(due: datetime | None, now: datetime, calendar: Workdays) -> TimeLeft:
    """What is left until `due`, which is None while no clock runs."""
    if due is None:
        return TimeLeft(Light.NONE)
    if due < now:
        return TimeLeft(Light.RED)
    days = calendar.between(local_date(now), local_date(due))
    return TimeLeft(Light.GREEN if days > SOON else Light.YELLOW, days)
