"""How a case stands and ended, in words, and whether that can be contested."""

from typing import Any, cast

import pytest

from models.applications import (
    Application,
    Case,
    Decision,
    State,
    can_contest,
    decision_text,
    decision_words,
    plain_decision,
    public_view,
    status_of,
)
from models.guides import ItemType
from tests.house.guides import plain_guide

GRANTED, REFUSED = Decision.APPROVED, Decision.DENIED


def case(kind: ItemType, state: State = State.CONCLUDED, decision: Decision | None = None) -> Application:
    """The fields that the rules read."""
    result = {"decision": decision, "reason": "", "deliverable": None} if decision else None
    return cast(Application, {"type": kind, "state": state, "result": result})


@pytest.mark.parametrize(
    ("kind", "approved", "denied"),
    [
        (ItemType.PERMIT, "准予许可", "不予许可"),
        (ItemType.CONFIRMATION, "予以确认", "不予确认"),
        (ItemType.BENEFIT, "予以给付", "不予给付"),
        (ItemType.RECORD_FILING, "已备案", "不予备案"),
        (ItemType.PUBLIC_SERVICE, "已办好", "未能办理"),
        (ItemType.OTHER, "同意办理", "不予办理"),
    ],
)
def test_decisions_are_worded_by_the_type(kind: ItemType, approved: str, denied: str) -> None:
    assert list(decision_words(kind).items()) == [("approved", approved), ("denied", denied)]
    assert decision_text(case(kind, decision=GRANTED)) == approved
    assert decision_text(case(kind, decision=REFUSED)) == denied
    assert decision_text(case(kind, State.ACCEPTED)) is None


@pytest.mark.parametrize(
    ("kind", "approved", "denied"),
    [
        (ItemType.PERMIT, "批准了", "没有批准"),
        (ItemType.RECORD_FILING, "备案好了", "没有备案"),
        (ItemType.PUBLIC_SERVICE, "已办好", "未能办理"),
    ],
)
def test_decisions_are_said_to_people_as_people_do(kind: ItemType, approved: str, denied: str) -> None:
    assert plain_decision(case(kind, decision=GRANTED)) == approved
    assert plain_decision(case(kind, decision=REFUSED)) == denied
    assert plain_decision(case(kind, State.ACCEPTED)) is None


@pytest.mark.article("12.denial", "13.results")
def test_what_was_denied_is_not_called_done() -> None:
    assert status_of(case(ItemType.BENEFIT, decision=REFUSED)) == "不予给付"
    assert status_of(case(ItemType.BENEFIT, decision=GRANTED)) == "已办结"
    assert status_of(case(ItemType.BENEFIT, State.ACCEPTED)) == "已受理，办理中"


CONTESTABLE = set(ItemType) - {ItemType.PUBLIC_SERVICE}


@pytest.mark.article("13.results")
@pytest.mark.parametrize("kind", ItemType)
def test_a_refusal_can_be_contested_unless_nothing_was_decided_over_a_right(kind: ItemType) -> None:
    refusals = [case(kind, State.NOT_ACCEPTED), case(kind, decision=REFUSED)]
    assert [can_contest(one) for one in refusals] == [kind in CONTESTABLE] * 2
    others = [case(kind, state) for state in State if state is not State.NOT_ACCEPTED]
    assert not any(can_contest(one) for one in [*others, case(kind, decision=GRANTED)])


def test_who_knows_the_number_reads_the_same_words() -> None:
    fields: dict[str, Any] = dict.fromkeys(
        ("serial", "masked_name", "item_name", "department_name", "submitted_at", "place")
    )
    fields |= {"clocks": dict.fromkeys(("acceptance", "silence", "decision")), "timeline": []}
    fields["guide"] = plain_guide().key
    found = cast(Application, fields | case(ItemType.RECORD_FILING, decision=REFUSED))
    view = public_view(Case(found, plain_guide()))
    assert (view["type"], view["status"], view["decision_text"]) == ("record_filing", "不予备案", "不予备案")
