"""What the binding knows is handed in as the binding has it, whatever anybody sends (article 7)."""

from dataclasses import replace
from typing import Any

import pytest

from models.applications import DraftChanged, State
from models.applications.identity import differing
from models.applications.rules import KnownByBinding
from models.guides import Form, Guide, Question
from models.people.parties import Party
from tests.house.desk import ANSWERS, Desk
from tests.house.guides import form_guide
from tests.house.house import House
from tests.house.people import WEIMEI

pytestmark = pytest.mark.article("7.identity")
NUMBER_OF_CHEN = "440113194803120530"
OTHER = {"name": "李四", "number": "11010519491231002X"}


def asking(*questions: dict[str, Any], audience: str = "person") -> Guide:
    plain = form_guide(summary=repr(questions), audience=[audience]).model_dump(mode="json")
    plain["form"]["sections"][0]["questions"] += questions
    return Guide.model_validate(plain)


NUMBER = {"name": "number", "label": "证件号码", "kind": "credential", "prefill": "credential_number"}
PHONE = {"name": "phone", "label": "联系电话", "kind": "phone", "prefill": "phone"}
AGENT = {"name": "agent", "label": "经办人姓名", "kind": "name", "prefill": "agent_name"}


@pytest.fixture
async def party(house: House) -> Party:
    return await house.applicant("陈建国", number=NUMBER_OF_CHEN, phone="13900010001")


async def test_nobody_elses_name_and_number_are_handed_in(desk: Desk) -> None:
    of = asking(NUMBER, PHONE)
    draft = await desk.filled(of)
    forged = {**ANSWERS, **OTHER, "phone": "13800138000"}
    draft = await desk.save(draft, forged)
    own = {"name": "陈建国", "number": NUMBER_OF_CHEN}
    kept = {**ANSWERS, **own, "phone": "13800138000"}  # a phone is only suggested
    assert desk.stores.applications.answers(draft) == kept
    found = await desk.hand_in(draft)
    assert desk.stores.applications.answers(found) == kept


async def test_what_was_typed_before_gives_way_and_is_confirmed_anew(desk: Desk) -> None:
    of = asking(NUMBER)
    draft = await desk.filled(of)
    forged = desk.stores.applications.sealed(draft["_id"], {**ANSWERS, **OTHER})
    await desk.stores.applications.documents.update_one({"_id": draft["_id"]}, {"$set": {"answers": forged}})
    with pytest.raises(DraftChanged) as refused:
        await desk.hand_in(draft)
    found = await desk.stores.applications.get(draft["_id"])
    assert (found["state"], found["version"]) == (State.DRAFT, refused.value.version)
    found = await desk.hand_in(found)
    assert desk.stores.applications.answers(found)["name"] == "陈建国"


async def test_a_name_that_changes_before_the_hand_in_is_confirmed_anew(
    house: House, desk: Desk, party: Party
) -> None:
    draft, renamed = await desk.filled(), await house.renamed(party.id, "陈建邦")
    assert (await desk.of(renamed).present(draft))["name"] == "陈建邦"
    with pytest.raises(DraftChanged):
        await desk.of(renamed).hand_in(draft)
    found = await desk.of(renamed).hand_in(await desk.stores.applications.get(draft["_id"]))
    assert desk.stores.applications.answers(found)["name"] == "陈建邦"
    assert found["masked_name"] == renamed.applicant["masked_name"]
    assert (await desk.present(found))["name"] == "陈建邦"  # as it was handed in


async def test_an_agent_is_known_as_well_as_the_body(house: House, desk: Desk, party: Party) -> None:
    body = await house.body()
    of = asking(NUMBER, PHONE, AGENT, audience="enterprise")
    draft = await desk.of(replace(party, applicant=body)).begun(of)
    assert house.stores.applications.answers(draft) == {
        "name": WEIMEI[0],
        "number": WEIMEI[1],
        "phone": "13900010001",
        "agent": "陈建国",
    }
    other = await house.applicant("李晓明", phone="13900010002")
    given = {**ANSWERS, "agent": "陈建国", "phone": "13900010001"}
    kept = await desk.of(replace(other, applicant=body)).save(draft, given)
    assert house.stores.applications.answers(kept)["agent"] == "李晓明"


@pytest.mark.article("14.beyond")
async def test_staff_do_not_ask_to_correct_what_nobody_can_change(desk: Desk) -> None:
    found = await desk.submitted()
    with pytest.raises(KnownByBinding, match="“姓名”来自实名认证"):
        await desk.request_supplement(found["_id"], [], ["kind", "name"], "请核对")


@pytest.mark.article("12.answer")
async def test_a_supplement_hands_in_what_the_binding_says_and_staff_are_warned_until_then(
    house: House, desk: Desk, party: Party
) -> None:
    key = (await desk.submitted())["_id"]
    assert await desk.unlike_binding(key) == []
    renamed = await house.renamed(party.id, "陈建邦")
    assert await desk.unlike_binding(key) == ["姓名"]
    await desk.request_supplement(key, [], ["kind"], "请核对")
    found = await desk.of(renamed).supplement(key, {"kind": "new", "name": OTHER["name"]})
    assert house.stores.applications.answers(found) == {**ANSWERS, "name": "陈建邦"}
    assert await desk.unlike_binding(key) == []


async def test_the_agent_is_suggested_as_contact_and_a_body_is_named_in_full(
    house: House, desk: Desk, party: Party
) -> None:
    contact = {"name": "contact", "label": "联系人姓名", "kind": "name", "prefill": "contact"}
    for_body = desk.of(replace(party, applicant=await house.body()))
    of = asking(contact, audience="enterprise")
    assert house.stores.applications.answers(await for_body.begun(of))["contact"] == "陈建国"
    saved = await for_body.save(await for_body.filled(of), {**ANSWERS, "contact": "李四"})
    found = await for_body.hand_in(saved)
    assert house.stores.applications.answers(found)["contact"] == "李四"
    receipt = await house.stores.filing.receipt(await for_body.own(found["_id"]), "https://example.org")
    assert receipt.applicant == WEIMEI[0]


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


@pytest.mark.parametrize(
    ("kept", "differs"), [("o\u2019brien  JOHN", False), ("O'Brien John", False), ("O'Brien Joan", True)]
)
def test_a_kept_name_differs_by_more_than_its_spelling(kept: str, differs: bool) -> None:
    asked = {"name": "who", "label": "-", "kind": "name", "prefill": "name"}
    form = Form.model_validate({"sections": [{"title": "-", "questions": [asked]}]})
    assert bool(differing(form, {"who": kept}, {"who": "O'BRIEN John"})) is differs
