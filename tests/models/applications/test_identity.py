"""What the binding knows is handed in as the binding has it, whatever anybody sends (article 7)."""

from dataclasses import replace
from typing import Any

import pytest

from models.applications import Applications, DraftChanged, State
from models.applications.identity import differing
from models.applications.rules import KnownByBinding
from models.guides import Form, Guide, Question
from models.people.parties import Party
from models.privacy import Privacy
from models.store import Document
from tests.conftest import MakeCause
from tests.models.applying import ANSWERS, APPROVER, begun, filled, guide, hand_in, submitted, supplement

pytestmark = pytest.mark.article(7)
OTHER = {"name": "李四", "number": "11010519491231002X"}


def sealed(privacy: Privacy, key: str, kind: str, **clear: str) -> Document:
    """An applicant as far as a form looks."""
    return {
        "_id": key,
        "kind": kind,
        "masked_name": f"{clear['name'][0]}**",
        "credential": {"masked": clear["number"][:4]},
        **{field: privacy.seal(text, f"applicant:{key}:{field}") for field, text in clear.items()},
    }


def asking(*questions: dict[str, Any]) -> Guide:
    plain = guide().model_dump(mode="json")
    plain["form"]["sections"][0]["questions"] += questions
    return Guide.model_validate(plain)


NUMBER = {"name": "number", "label": "证件号码", "kind": "credential", "prefill": "credential_number"}
PHONE = {"name": "phone", "label": "联系电话", "kind": "phone", "prefill": "phone"}
AGENT = {"name": "agent", "label": "经办人姓名", "kind": "text", "prefill": "agent_name"}


@pytest.fixture
def chen(privacy: Privacy) -> Party:
    person = sealed(privacy, "p1", "person", name="陈建国", number="440113194803120530", phone="13900010001")
    return Party(person, person, "a1")


async def test_nobody_elses_name_and_number_are_handed_in(
    applications: Applications, chen: Party, cause: MakeCause
) -> None:
    of = asking(NUMBER, PHONE)
    draft = await filled(applications, chen, cause, of)
    forged = {**ANSWERS, **OTHER, "phone": "13800138000"}
    draft = await applications.save(draft["_id"], chen, of, forged, draft["version"], cause())
    own = {"name": "陈建国", "number": "440113194803120530"}
    kept = {**ANSWERS, **own, "phone": "13800138000"}  # a phone is only suggested
    assert applications.answers(draft) == kept
    found = await hand_in(applications, draft, chen, cause, of)
    assert applications.answers(found) == kept


async def test_what_was_typed_before_gives_way_and_is_confirmed_anew(
    applications: Applications, chen: Party, cause: MakeCause
) -> None:
    of = asking(NUMBER)
    draft = await filled(applications, chen, cause, of)
    forged = applications._sealed(draft["_id"], of, {**ANSWERS, **OTHER})
    await applications.documents.update_one({"_id": draft["_id"]}, {"$set": {"answers": forged}})
    with pytest.raises(DraftChanged) as refused:
        await hand_in(applications, draft, chen, cause, of)
    found = await applications.get(draft["_id"])
    assert (found["state"], found["version"]) == (State.DRAFT, refused.value.version)
    found = await hand_in(applications, found, chen, cause, of)
    assert applications.answers(found)["name"] == "陈建国"


async def test_a_name_that_changes_before_the_hand_in_is_confirmed_anew(
    applications: Applications, chen: Party, cause: MakeCause, privacy: Privacy
) -> None:
    draft = await filled(applications, chen, cause)
    person = chen.applicant | {
        "name": privacy.seal("陈建邦", "applicant:p1:name"),
        "masked_name": "陈*",
    }
    renamed = Party(person, person, "a1")
    assert applications.present_answers(draft, renamed, guide())["name"] == "陈建邦"
    with pytest.raises(DraftChanged):
        await hand_in(applications, draft, renamed, cause)
    found = await hand_in(applications, await applications.get(draft["_id"]), renamed, cause)
    assert applications.answers(found)["name"] == "陈建邦"
    assert found["masked_name"] == "陈*"
    assert applications.present_answers(found, chen, guide())["name"] == "陈建邦"  # as it was handed in


async def test_an_agent_is_known_as_well_as_the_body(
    applications: Applications, chen: Party, cause: MakeCause, privacy: Privacy
) -> None:
    body = sealed(privacy, "b1", "enterprise", name="番禺味美食品有限公司", number="91440113MA59K2XT4M")
    of = replace_audience(asking(NUMBER, PHONE, AGENT))
    draft = await begun(applications, Party(body, chen.agent, "a1"), cause, of)
    assert applications.answers(draft) == {
        "name": "番禺味美食品有限公司",
        "number": "91440113MA59K2XT4M",
        "phone": "13900010001",
        "agent": "陈建国",
    }
    other = sealed(privacy, "p2", "person", name="李晓明", number="440113199406182415", phone="13900010002")
    taken_over = replace(Party(body, chen.agent, "a1"), agent=other)
    given = {**ANSWERS, "agent": "陈建国", "phone": "13900010001"}
    kept = await applications.save(draft["_id"], taken_over, of, given, draft["version"], cause())
    assert applications.answers(kept)["agent"] == "李晓明"


def replace_audience(of: Guide) -> Guide:
    return Guide.model_validate(of.model_dump(mode="json") | {"audience": ["enterprise"]})


@pytest.mark.article(12)
async def test_staff_do_not_ask_to_correct_what_nobody_can_change(
    applications: Applications, chen: Party, cause: MakeCause
) -> None:
    found = await submitted(applications, chen, cause)
    with pytest.raises(KnownByBinding, match="“姓名”来自实名认证"):
        await applications.request_supplement(
            found["_id"], APPROVER, guide(), [], ["kind", "name"], "请核对", cause()
        )


@pytest.mark.article(12)
async def test_a_supplement_hands_in_what_the_binding_says_and_staff_are_warned_until_then(
    applications: Applications, chen: Party, cause: MakeCause
) -> None:
    found = await submitted(applications, chen, cause)
    key = found["_id"]
    assert applications.unlike_binding(found, chen, guide()) == []
    old = applications._sealed(key, guide(), {**ANSWERS, **OTHER})
    await applications.documents.update_one({"_id": key}, {"$set": {"answers": old}})
    found = await applications.get(key)
    assert [q.label for q in applications.unlike_binding(found, chen, guide())] == ["姓名"]
    await applications.request_supplement(key, APPROVER, guide(), [], ["kind"], "请核对", cause())
    found = await supplement(applications, key, chen, {"kind": "new", **OTHER}, cause())
    assert applications.answers(found) == ANSWERS
    assert applications.unlike_binding(found, chen, guide()) == []


def test_what_is_prefilled_and_verified_is_locked() -> None:
    for question in (NUMBER, AGENT, NUMBER | {"locked": False}):
        assert Question.model_validate(question).locked
    for question in (PHONE, PHONE | {"locked": True}, {"name": "x", "label": "-", "kind": "text"}):
        assert not Question.model_validate(question).locked


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        ({"name": "x", "label": "姓名", "kind": "text"}, "what the binding knows"),
        ({"name": "x", "label": "证件号码", "kind": "credential"}, "what the binding knows"),
        ({"name": "x", "label": "-", "kind": "text", "prefill": "credential_number"}, "goes with credential"),
        ({"name": "version", "label": "-", "kind": "text"}, "the form's own"),
    ],
)
def test_a_form_does_not_ask_for_what_is_known(question: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Question.model_validate(question)


@pytest.mark.article(7)
@pytest.mark.parametrize(
    ("kept", "differs"), [("o\u2019brien  JOHN", False), ("O'Brien John", False), ("O'Brien Joan", True)]
)
def test_a_kept_name_differs_by_more_than_its_spelling(kept: str, differs: bool) -> None:
    asked = {"name": "who", "label": "-", "kind": "text", "prefill": "name"}
    form = Form.model_validate({"sections": [{"title": "-", "questions": [asked]}]})
    assert bool(differing(form, {"who": kept}, {"who": "O'BRIEN John"})) is differs
