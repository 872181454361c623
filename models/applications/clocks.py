"""Periods of an application: for those who decide it, and for contesting the outcome."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.applications.actions import PROCEDURES, Procedure, State
from models.applications.document import Application
from models.clocks import Clock, clock, paused, share_run
from models.guides import TYPES, Guide, Handling
from models.law import Term, Unit, in_force
from models.workdays import Workdays, local_date

SOON = 2
"""Working days before a deadline from which its light is yellow."""
REMEDIES = (Term.RECONSIDERATION, Term.SUIT)
REMEDY_NOTICE = (
    "如果不服本决定，可以自收到之日起{reconsideration}日内申请行政复议，或者{suit}个月内提起行政诉讼。"
)


class Light(StrEnum):
    """How near a deadline is, at a glance."""

    NONE = "none"  # no clock runs
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"  # it has passed


@dataclass(frozen=True)
class TimeLeft:
    """`days` are the working days after today up to the deadline: none on its day, or when it has passed;
    `late` those after it up to today."""

    light: Light
    days: int = 0
    late: int = 0


def acceptance_clock(guide: Guide, received: datetime, calendar: Workdays) -> Clock:
    """How long the department may take to accept, refuse, or ask for all that is missing: as promised, and
    for a permit no longer than the law allows."""
    promised = guide.time_limit.acceptance
    if TYPES[guide.type].limit is None:
        return clock(received, promised, Unit.WORKDAYS, calendar)
    legal = in_force(Term.ACCEPTANCE, local_date(received))
    return clock(received, min(promised, legal.number), legal.unit, calendar, period=legal)


def silence_clock(guide: Guide, received: datetime, calendar: Workdays) -> Clock | None:
    """After it an application for a permit that nobody answered is accepted (行政许可法 32).

    It runs for the legal period, whatever shorter one was promised. No silence accepts a form that is brought
    on paper: it is received at a window.
    """
    if not TYPES[guide.type].silent_acceptance or guide.handling is Handling.FORM_GENERATION:
        return None
    legal = in_force(Term.SILENCE, local_date(received))
    return clock(received, legal.number, legal.unit, calendar, period=legal)


def decision_clock(guide: Guide, accepted: datetime, calendar: Workdays) -> Clock:
    """How long the decision may take: as promised, which is never longer than the legal limit. The clock
    keeps the period of the law, unless another law sets the guide's limit."""
    limit, term = guide.time_limit, TYPES[guide.type].limit
    legal = in_force(term, local_date(accepted)) if term else None
    governs = legal and limit.legal <= legal.number
    return clock(accepted, limit.decision, Unit.WORKDAYS, calendar, period=legal if governs else None)


def paused_for(running: Clock, procedure: Procedure, at: datetime) -> Clock:
    """The clock, standing still while a procedure is held."""
    return paused(running, PROCEDURES[procedure], at)


def current_clock(application: Application) -> Clock | None:
    """The clock of the department, running or paused; None where it is not waited for."""
    match application["state"]:
        case State.SUBMITTED:
            return application["clocks"]["acceptance"]
        case State.ACCEPTED | State.PAUSED:
            return application["clocks"]["decision"]
        case _:
            return None


def remedy_periods(told: datetime) -> dict[str, int]:
    """What fills `REMEDY_NOTICE` for an outcome that was `told` then."""
    day = local_date(told)
    return {term.value: in_force(term, day).number for term in REMEDIES}


def time_left(due: datetime | None, now: datetime, calendar: Workdays) -> TimeLeft:
    """What is left until `due`, which is None while no clock runs."""
    if due is None:
        return TimeLeft(Light.NONE)
    today, last = local_date(now), local_date(due)
    if due < now:
        return TimeLeft(Light.RED, late=calendar.between(last, today))
    days = calendar.between(today, last)
    return TimeLeft(Light.GREEN if days > SOON else Light.YELLOW, days)


def share_used(application: Application, now: datetime, calendar: Workdays) -> float | None:
    """Which part of its limit the department has used; None where it is not waited for."""
    running = current_clock(application)
    return share_run(running, local_date(now), calendar) if running else None
