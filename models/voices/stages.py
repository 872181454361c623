"""The stages of 差评整改: how far it has come, what staff do next, and to whom it is taken (article 17)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How far it has come."""

    OPEN = "open"
    CONTACTED = "contacted"
    FIXED = "fixed"
    CALLED_BACK = "called_back"
    CLOSED = "closed"


class Through(StrEnum):
    """Who talks to the person."""

    DEPARTMENT = "department"
    MANAGEMENT = "management"  # service management, if the person wishes


class Escalated(StrEnum):
    """To whom it was taken because it is late, or the person is not content with the fix."""

    NO = "no"
    SUPERVISOR = "supervisor"
    MANAGEMENT = "management"


HIGHER = {Escalated.NO: Escalated.SUPERVISOR, Escalated.SUPERVISOR: Escalated.MANAGEMENT}


class Verb(StrEnum):
    CONTACT = "contact"
    FIX = "fix"
    CALL_BACK = "call_back"
    CLOSE = "close"


@dataclass(frozen=True)
class Step:
    """What staff do next: from which state into which, with which event. Who takes a `personal` one talks to
    the person, who does not see what is noted of it."""

    before: State
    after: State
    event: str
    personal: bool = False


STEPS: Mapping[Verb, Step] = {
    Verb.CONTACT: Step(State.OPEN, State.CONTACTED, "rectification.contacted", personal=True),
    Verb.FIX: Step(State.CONTACTED, State.FIXED, "rectification.fixed"),
    Verb.CALL_BACK: Step(State.FIXED, State.CALLED_BACK, "rectification.called_back", personal=True),
    Verb.CLOSE: Step(State.CALLED_BACK, State.CLOSED, "rectification.closed"),
}
RATED = frozenset({State.FIXED, State.CALLED_BACK, State.CLOSED})
"""In which the person may say how the fix is."""
UNFIXED = (State.OPEN.value, State.CONTACTED.value)
OPEN_STATES = (State.OPEN, State.CONTACTED)


def next_step(state: State) -> Verb | None:
    """What is to be done next; None once it is closed."""
    return next((verb for verb, step in STEPS.items() if step.before is state), None)
