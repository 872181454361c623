"""Every action of an application is told whole; what one lacks is named, by the file in which to add it."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from handlers.admin import ROUTES
from handlers.admin.actions import CHECKS
from handlers.admin.panel import UnknownPage
from handlers.admin.queue import QUEUE
from handlers.web.words import HAPPENED
from models.applications import (
    LABELS,
    PAPER,
    PRIVATE,
    SILENCE,
    STEPS,
    Action,
    State,
    Step,
    Who,
    by_staff,
    steps_from,
)
from models.applications.progress import AHEAD
from models.appointments import DAY_OVER, REMIND_EVENING, REMIND_HOUR
from models.staff.scopes import Role

ROOT = Path(__file__).parents[1]
RECORDS = "models/applications/actions.py"
DOOR = "handlers/admin/actions.py"
KEY = "0" * 32
UNSEEN = {
    "application.saved",
    "application.material_changed",
    "application.assigned",
    "application.noted",
    "application.nudged",
    "application.nudge_answered",
    "application.invited_to_book",
    "application.invitation_withdrawn",
    "application.barred",
    "application.repeat_refused",
    "application.look",
    "application.ask_review",
    "appointment.ask_review",
    "appointment.review_waits",
    PAPER,
    SILENCE,
    DAY_OVER,
    REMIND_EVENING,
    REMIND_HOUR,
}
"""Events that no timeline of the applicant's shows, and what is planned."""


def parts(action: Action, step: Step) -> Iterator[tuple[str, str, bool]]:
    """The file, the part of the record, and whether the part is there."""
    yield RECORDS, "event", bool(re.fullmatch(r"application\.[a-z_]+", step.event))
    yield RECORDS, "word for what was done", bool(step.done)
    yield RECORDS, "state to begin from", bool(step.before)
    if step.who is Who.STAFF:
        yield from parts_for_staff(action, step)


def parts_for_staff(action: Action, step: Step) -> Iterator[tuple[str, str, bool]]:
    form = step.form
    yield RECORDS, "scope that a role has", any(step.scope in role.scopes for role in Role)
    yield RECORDS, "form with a title and a button", bool(form and form.title and form.button)
    yield RECORDS, "word of success", bool(form and form.success)
    yield DOOR, "address", has_address(f"/admin/applications/{KEY}/{action}")
    for field in form.fields if form else ():
        template = f"templates/admin/fields/{field.kind}.html"
        yield template, f"template for {field.name}", (ROOT / template).exists()


def has_address(path: str) -> bool:
    """Whether the panel knows a page of this path."""
    found: Any = next(handler for pattern, handler in ROUTES if re.fullmatch(pattern, path))
    return found is not UnknownPage


def lacking(steps: Mapping[Action, Step]) -> list[str]:
    """What is missing, by file."""
    missing = [f"{RECORDS}: {action} has no record" for action in Action if action not in steps]
    for action, step in steps.items():
        found = parts(action, step)
        missing += [f"{file}: {action} has no {part}" for file, part, there in found if not there]
    return missing


def named(steps: Mapping[Action, Step]) -> set[str]:
    """What is missing only since the records were changed so."""
    return set(lacking(steps)) - set(lacking(STEPS))


def lost(states: list[str], labels: Mapping[State, str]) -> list[str]:
    """The states that nobody can name, reach or find."""
    reached = {State.DRAFT, *(step.after for step in STEPS.values())}
    shown = {state for each in QUEUE.filters.values() for state in each.states}
    return [
        *(f"{RECORDS}: {state} has no label" for state in states if state not in labels),
        *(f"{RECORDS}: no action leads to {state}" for state in states if state not in reached),
        *(f"handlers/admin/queue.py: no filter shows {s}" for s in states if s not in shown | PRIVATE),
    ]


def wordless(package: str, happened: Mapping[str, str]) -> list[str]:
    """Events that a package of `models` names, and for which a timeline has no word."""
    missing = []
    for path in sorted((ROOT / "models" / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = node.value if isinstance(node, ast.Constant) else None
            if isinstance(name, str) and re.fullmatch(r"(application|appointment)\.[a-z_]+", name):
                missing += [] if name in happened or name in UNSEEN else [f"{path.name}: {name}"]
    return missing


def test_nothing_is_lacking() -> None:
    assert "\n".join([*lacking(STEPS), *lost(list(State), LABELS)]) == ""


def test_where_something_still_comes_it_is_said_what() -> None:
    visited = {State.GENERATED, State.CONCLUDED}  # what one comes for depends on the guide
    goes_on = {state for step in STEPS.values() for state in step.before} - PRIVATE - visited
    assert AHEAD.keys() == goes_on


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"event": ""}, "event"),
        ({"done": ""}, "word for what was done"),
        ({"before": ()}, "state to begin from"),
        ({"scope": None}, "scope that a role has"),
        ({"scope": "applications:nobody"}, "scope that a role has"),
    ],
)
def test_what_is_lacking_is_named(changed: dict[str, Any], missing: str) -> None:
    step = replace(STEPS[Action.RETURN], **changed)
    assert named({**STEPS, Action.RETURN: step}) == {f"{RECORDS}: return has no {missing}"}


def test_a_form_that_is_lacking_is_named() -> None:
    step = replace(STEPS[Action.RETURN], form=None)
    missing = ("form with a title and a button", "word of success")
    assert named({**STEPS, Action.RETURN: step}) == {f"{RECORDS}: return has no {part}" for part in missing}


def test_what_ends_a_case_asks_once_more() -> None:
    """By staff, and with words of its own."""
    ends = {action for action, step in by_staff().items() if not steps_from(step.after)}
    assert {action for action, step in by_staff().items() if step.form and step.form.asks} == ends
    assert ends - {Action.CONCLUDE} == CHECKS.keys()


def test_what_is_forgotten_is_named() -> None:
    without: dict[Action, Step] = {
        action: step for action, step in STEPS.items() if action is not Action.RETURN
    }
    assert named(without) == {f"{RECORDS}: return has no record"}
    given_away = {**STEPS, Action.WITHDRAW: replace(STEPS[Action.RETURN], after=State.WITHDRAWN)}
    assert named(given_away) == {f"{DOOR}: withdraw has no address"}
    assert lost(["nowhere"], LABELS) == [
        f"{RECORDS}: nowhere has no label",
        f"{RECORDS}: no action leads to nowhere",
        "handlers/admin/queue.py: no filter shows nowhere",
    ]


def test_events_tell_actions_apart() -> None:
    assert len({step.event for step in STEPS.values()}) == len(STEPS)


@pytest.mark.parametrize("package", ["applications", "appointments"])
def test_every_event_of_a_timeline_has_its_word(package: str) -> None:
    assert wordless(package, HAPPENED) == []
    assert len(wordless(package, {})) > 1


def test_scopes_are_for_staff_alone() -> None:
    assert by_staff().keys() == {action for action, step in STEPS.items() if step.scope or step.form}
