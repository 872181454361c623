"""How a case stands and how it ended, in words, and whether that can be contested.

The words follow from the type of the item (`models.guides.types`); every door takes them from here.
"""

from collections.abc import Mapping

from models.applications.actions import STEPS, Action, State, status_text
from models.applications.document import Application, Decision
from models.guides import TYPES, ItemType


def decision_words(kind: ItemType) -> Mapping[str, str]:
    """The word for each decision, in the order in which a form offers them."""
    rules = TYPES[kind]
    return {Decision.APPROVED: rules.approved, Decision.DENIED: rules.denied}


def decision_text(application: Application) -> str | None:
    """The decision in words; None while there is none."""
    result = application["result"]
    return decision_words(application["type"])[result["decision"]] if result else None


def plain_decision(application: Application) -> str | None:
    """The decision as people say it; None while there is none."""
    plainly = TYPES[application["type"]].plainly
    if application["result"] is None or plainly is None:
        return decision_text(application)
    approved, denied = plainly
    return denied if is_denied(application) else approved


def is_denied(application: Application) -> bool:
    result = application["result"]
    return result is not None and result["decision"] is Decision.DENIED


def status_of(application: Application) -> str:
    """What people call its state; where it was denied, the decision."""
    return (is_denied(application) and decision_text(application)) or status_text(application["state"])


def can_contest(application: Application) -> bool:
    """Whether the applicant was refused, and the law lets such an outcome be reconsidered or sued over."""
    refused = application["state"] is State.NOT_ACCEPTED or is_denied(application)
    return refused and TYPES[application["type"]].contestable


def accepted_by_silence(application: Application) -> bool:
    """Whether the department let the time for an answer pass (行政许可法 32)."""
    event = STEPS[Action.ACCEPT_BY_SILENCE].event
    return any(line["what"] == event for line in application["timeline"])
