"""Whose an application is to handle, and the notes of staff: guarded, on record, unseen by the applicant."""

import asyncio
from typing import Any

import pytest

from models.applications import State, public_view
from models.applications.holding import CannotHold, HeldAlready, HolderChanged, NoteEmpty, NotHolder
from models.applications.rules import ApplicationNotFound, ReasonRequired, WrongState
from models.errors import DomainError
from models.own_data import own_data
from models.staff import ScopeMissing
from tests.house.desk import Desk
from tests.house.guides import form_guide

SECRET = "疑似伪造，已请同事核对"


@pytest.fixture
async def key(desk: Desk) -> str:
    return (await desk.submitted(form_guide()))["_id"]


async def take(desk: Desk, key: str, member: str) -> None:
    case = await desk.at(key, member)
    await desk.stores.holding.take(case, desk.house.by_staff(member))


async def hand_over(desk: Desk, key: str, member: str, to: str, words: str = "休假") -> None:
    case = await desk.at(key, member)
    await desk.stores.holding.hand_over(case, to, words, desk.house.by_staff(member))


async def assign(desk: Desk, key: str, before: str, to: str, member: str = "management") -> None:
    case = await desk.at(key, member)
    await desk.stores.holding.assign(case, before, to, "", desk.house.by_staff(member))


async def note(desk: Desk, key: str, words: str = SECRET) -> None:
    case = await desk.at(key, "approver")
    await desk.stores.holding.note(case, words, desk.house.by_staff("approver"))


async def test_it_is_taken_handed_over_and_assigned(desk: Desk, key: str) -> None:
    await desk.known("both")
    assert (await desk.get(key))["assigned"] == ""
    await take(desk, key, "approver")
    await hand_over(desk, key, "approver", "both")
    await assign(desk, key, "both", "window" if await desk.known("window") else "")
    await assign(desk, key, "window", "")
    found = await desk.get(key)
    trail = [(line["what"], line["actor"], line.get("to")) for line in found["internal"]]
    what = "application.assigned"
    assert trail == [
        (what, "staff:approver", "approver"),
        (what, "staff:approver", "both"),
        (what, "staff:management", "window"),
        (what, "staff:management", ""),
    ]
    kept: Any = await desk.stores.applications.documents.find_one({"_id": key})
    told = [event["data"] for event in kept["events"] if event["name"] == what]
    assert told[:2] == [{"from": "", "to": "approver"}, {"from": "approver", "to": "both"}]
    assert found["internal"][1]["reason"] == "休假"
    assert "休假" not in str(kept)


async def test_of_two_who_take_it_at_one_instant_one_is_told_who_did(desk: Desk, key: str) -> None:
    cases = {member: await desk.at(key, member) for member in ("approver", "both", "window")}
    holding, house = desk.stores.holding, desk.house
    tries = [holding.take(case, house.by_staff(member)) for member, case in cases.items()]
    done = await asyncio.gather(*tries, return_exceptions=True)
    late = [one for one in done if isinstance(one, HeldAlready)]
    assert len(late) == 2
    winner = (await desk.get(key))["assigned"]
    name = (await desk.known(winner))["name"]
    assert {str(one) for one in late} == {f"该办件现由{name}承办，请刷新后再操作"}
    assert len((await desk.get(key))["internal"]) == 1


@pytest.mark.article("5.duties")
async def test_who_may_not(desk: Desk, key: str) -> None:
    for member in ("management", "civil", "both"):
        await desk.known(member)
    refusals: list[tuple[Any, type[DomainError]]] = [
        (lambda: take(desk, key, "management"), ScopeMissing),
        (lambda: hand_over(desk, key, "approver", "both"), NotHolder),
        (lambda: assign(desk, key, "", "both", "approver"), ScopeMissing),
        (lambda: assign(desk, key, "", "civil"), CannotHold),
        (lambda: assign(desk, key, "", "nobody"), CannotHold),
        (lambda: assign(desk, key, "both", "approver"), HolderChanged),
        (lambda: take(desk, key, "civil"), ApplicationNotFound),
        (lambda: note(desk, key, " \n"), NoteEmpty),
    ]
    for attempt, error in refusals:
        with pytest.raises(error):
            await attempt()
    await take(desk, key, "approver")
    for words, to, wrong in (("", "both", ReasonRequired), ("休假", "", CannotHold)):
        with pytest.raises(wrong):
            await hand_over(desk, key, "approver", to, words)
    with pytest.raises(HeldAlready):
        await assign(desk, key, "", "both")
    assert len((await desk.get(key))["internal"]) == 1


async def test_a_suspended_member_is_given_nothing(desk: Desk, key: str) -> None:
    member, staff = await desk.known("both"), desk.stores.staff
    assert "both" in [one["_id"] for one in await desk.stores.holding.able(member["department"] or "")]
    await desk.stores.employment.suspend("both", desk.house.by())
    assert "both" not in [one["_id"] for one in await desk.stores.holding.able(member["department"] or "")]
    with pytest.raises(CannotHold):
        await assign(desk, key, "", "both")
    await staff.documents.update_one({"_id": "both"}, {"$unset": {"suspended_at": ""}})


async def test_what_is_over_is_nobodys_to_take(desk: Desk, key: str) -> None:
    case = await desk.at(key, "approver")
    await desk.withdraw(key)
    with pytest.raises(WrongState):
        await desk.stores.holding.take(case, desk.house.by_staff("approver"))


async def test_no_form_of_the_applicant_is_late_because_of_it(desk: Desk, key: str) -> None:
    await desk.request_supplement(key, [], ["kind"], "请核对")
    seen = (await desk.own(key)).application["version"]
    await take(desk, key, "approver")
    await note(desk, key)
    done = await desk.supplement(key, {"kind": "new"}, seen)
    assert done["state"] is State.SUBMITTED
    assert done["assigned"] == "approver"


async def test_a_case_that_another_holds_can_be_handled(desk: Desk, key: str) -> None:
    await take(desk, key, "approver")
    assert (await desk.accept(key, "both"))["state"] is State.ACCEPTED


async def test_a_note_is_sealed_and_no_part_of_what_the_applicant_has(desk: Desk, key: str) -> None:
    await note(desk, key)
    await take(desk, key, "approver")
    kept: Any = await desk.stores.applications.documents.find_one({"_id": key})
    assert SECRET not in str(kept)
    found = await desk.get(key)
    assert found["internal"][0]["reason"] == SECRET
    assert [event["data"] for event in kept["events"] if event["name"] == "application.noted"] == [{}]
    exported = await own_data(desk.stores, desk.party.agent, desk.stores.clock())
    view = public_view(await desk.own(key))
    for told in (str(exported), str(view), str(found["timeline"])):
        for secret in (SECRET, "approver", "internal", "assigned", "found_by"):
            assert secret not in told, secret
