"""How far an application has come."""

from typing import Any, cast

import pytest

from models.applications import Application, State, progress
from models.applications.document import Decision
from models.applications.rules import needs_reason


def in_state(state: State, **more: Any) -> Application:
    document = {
        "state": state,
        "result": None,
        "materials": [],
        "supplements": [],
        "timeline": [{"reason": "资料不符"}],
    }
    return cast(Application, document | more)


def those(holds: Any, **more: Any) -> set[State]:
    return {state for state in State if holds(in_state(state, **more))}


def test_a_denial_alone_needs_a_reason() -> None:
    assert [decision for decision in Decision if needs_reason(decision)] == [Decision.DENIED]


def test_three_ends_come_without_a_decision() -> None:
    assert those(progress.ended_undecided) == {State.NOT_ACCEPTED, State.RETURNED, State.WITHDRAWN}


def test_the_reason_of_a_return_is_its_last_line() -> None:
    assert progress.return_reason(in_state(State.RETURNED)) == "资料不符"
    assert progress.return_reason(in_state(State.WITHDRAWN)) is None


@pytest.mark.article("12.1")
def test_a_generated_form_awaits_its_paper() -> None:
    assert those(progress.awaits_paper) == {State.GENERATED}


def test_what_is_handed_in_awaits_acceptance() -> None:
    assert those(progress.awaits_acceptance) == {State.SUBMITTED}


@pytest.mark.article("12.answer")
def test_a_supplement_is_open_until_it_is_answered() -> None:
    asked: Any = {"files": {"id_card": "old", "photo": None, "form": "bad"}}
    kept = [
        {"code": "id_card", "file": "new"},
        {"code": "photo", "file": None},
        {"code": "form", "file": "bad"},
    ]
    found = in_state(State.SUPPLEMENT_REQUESTED, supplements=[{}, asked], materials=kept)
    assert progress.open_supplement(found) == asked
    assert progress.unreplaced(found) == {"form"}
    answered = in_state(State.SUBMITTED, supplements=[{}, asked], materials=kept)
    assert progress.open_supplement(answered) is None
    assert progress.unreplaced(answered) == set()
