"""Materials, what is to follow and supplements (articles 4, 12, 14)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.applications import State, current_files, files_of
from models.applications.papers import MaterialUnknown
from models.errors import Conflict, InvalidForm, Refused
from tests.house.clock import Clock
from tests.house.desk import ANSWERS, Desk
from tests.house.guides import form_guide


@pytest.mark.article("4.5")
async def test_trust_first_takes_materials_later_but_does_not_conclude_without(desk: Desk) -> None:
    trusting = form_guide(trust_first=True)
    found = await desk.submitted_bare(trusting)
    assert found["materials"][0]["state"] == "to_follow"
    await desk.accept(found["_id"])
    with pytest.raises(Refused) as refused:
        await desk.approve(found["_id"])
    assert refused.value.code == "materials_to_follow"


@pytest.mark.article("4.5")
async def test_what_was_to_follow_is_handed_in_after_acceptance_and_then_it_concludes(desk: Desk) -> None:
    trusting = form_guide(trust_first=True)
    found = await desk.submitted_bare(trusting)
    with pytest.raises(Conflict):  # the optional one was not promised
        await desk.attach(found["_id"], "photo")
    await desk.accept(found["_id"])
    await desk.attach(found["_id"], "id_card")
    handed_in = await desk.stores.applications.get(found["_id"])
    assert handed_in["materials"][0]["state"] == "submitted"
    assert handed_in["timeline"][-1]["what"] == "application.material_followed"
    for again in (
        desk.attach(found["_id"], "id_card"),
        desk.detach(found["_id"], "id_card"),
    ):
        with pytest.raises(Conflict):
            await again
    concluded = await desk.approve(found["_id"])
    assert concluded["state"] == State.CONCLUDED


@pytest.mark.article("14.kinds")
async def test_paper_is_named_as_such_and_a_supplement_of_it_needs_no_file(desk: Desk) -> None:
    original = {"code": "original", "name": "原件", "kinds": ["paper"]}
    of = form_guide(materials=[original])
    found = await desk.submitted_bare(of)
    assert [m["state"] for m in found["materials"]] == ["paper"]
    await desk.request_supplement(found["_id"], ["original"], [], "请交原件")
    answered = await desk.supplement(found["_id"], {})
    assert answered["state"] == State.SUBMITTED


@pytest.mark.article("14.beyond")
async def test_only_materials_of_the_guide_are_taken(desk: Desk) -> None:
    draft = await desk.begun()
    with pytest.raises(MaterialUnknown):
        await desk.attach(draft["_id"], "diary")
    other = await desk.house.file((await desk.house.applicant()).id, draft["_id"], "id_card")
    with pytest.raises(Refused) as not_theirs:
        await desk.attach(draft["_id"], "id_card", other)
    assert not_theirs.value.code == "material_not_yours"


@pytest.mark.article("4.beyond", "14.beyond")
@pytest.mark.parametrize(("materials", "fields"), [(["diary"], []), ([], ["income"]), (["id_card", "x"], [])])
async def test_nobody_is_asked_for_more_than_the_guide(
    desk: Desk,
    materials: list[str],
    fields: list[str],
) -> None:
    found = await desk.submitted()
    with pytest.raises(Refused) as refused:
        await desk.request_supplement(found["_id"], materials, fields, "请补")
    assert refused.value.code == "beyond_guide"
    assert (await desk.stores.applications.get(found["_id"]))["state"] == State.SUBMITTED


@pytest.mark.article("12.supplement", "12.answer")
async def test_a_supplement_is_asked_once_answered_whole_and_restarts_the_clock(
    desk: Desk, clock: Clock
) -> None:
    found = await desk.submitted()
    key = found["_id"]
    await desk.request_supplement(key, ["id_card"], ["kind"], "身份证不清楚")
    given: dict[str, Any] = {"kind": "lost", "lost_on": "2026-11-01"}
    with pytest.raises(Refused):  # the same file as before
        await desk.supplement(key, given)
    await desk.attach(key, "id_card")
    with pytest.raises(Refused):  # was not asked for
        await desk.attach(key, "photo")
    clock.advance(timedelta(days=1))
    again = await desk.supplement(key, {"kind": "new"})
    assert again["state"] == State.SUBMITTED
    assert again["due_at"] == datetime(2026, 12, 2, 15, 59, 59, tzinfo=UTC)
    with pytest.raises(Refused) as twice:
        await desk.request_supplement(key, ["photo"], [], "再补")
    assert twice.value.code == "supplement_asked_once"
    with pytest.raises(Refused) as unreasoned:
        await desk.request_supplement(key, ["photo"], [], " ", member="management")
    assert unreasoned.value.code == "reason_required"
    again = await desk.request_supplement(key, ["photo"], [], "照片须更换", member="management")
    assert (again["state"], len(again["supplements"])) == (State.SUPPLEMENT_REQUESTED, 2)


@pytest.mark.article("12.answer")
async def test_a_supplement_is_not_answered_by_saying_nothing(desk: Desk) -> None:
    found = await desk.submitted()
    key = found["_id"]
    asked = ["kind", "lost_on", "account"]
    await desk.request_supplement(key, [], asked, "请核对")
    with pytest.raises(InvalidForm) as silent:
        await desk.supplement(key, {"name": "别人"})
    assert set(silent.value.fields) == {"kind", "account"}  # the date is asked for only where it was lost
    lost = {"kind": "lost", "account": ANSWERS["account"]}
    with pytest.raises(InvalidForm) as half:
        await desk.supplement(key, lost)
    assert set(half.value.fields) == {"lost_on"}
    assert (await desk.stores.applications.get(key))["state"] == State.SUPPLEMENT_REQUESTED
    same = {name: ANSWERS[name] for name in ("kind", "account")}
    answered = await desk.supplement(key, same)
    assert (answered["state"], desk.stores.applications.answers(answered)) == (State.SUBMITTED, ANSWERS)


@pytest.mark.article("14.kept")
async def test_what_the_department_had_stays_what_it_had_not_goes(desk: Desk) -> None:
    draft = await desk.filled()
    key, first = draft["_id"], draft["materials"][0]["file"]
    files = [await desk.file(key) for _ in range(3)]
    second, third, fourth = [each["_id"] for each in files]
    assert await desk.attach(key, "id_card", files[0]) == first
    await desk.hand_in(await desk.stores.applications.get(key))
    await desk.request_supplement(key, ["id_card"], [], "不清楚")
    assert await desk.attach(key, "id_card", files[1]) is None
    assert await desk.attach(key, "id_card", files[2]) == third
    await desk.supplement(key, {})
    await desk.accept(key)
    result = await desk.result(key)
    ended = await desk.conclude(key, "approved", "", result)
    assert current_files(ended) == {fourth, result["_id"]}
    assert files_of(ended) == {second, fourth, result["_id"]}
    assert await desk.stores.applications.files_held({key, "x"}) == files_of(ended)


async def test_of_files_handed_in_at_once_each_but_the_last_is_told_to_be_needed_no_more(desk: Desk) -> None:
    draft = await desk.filled()
    files = {each["_id"]: each for each in [await desk.file(draft["_id"]) for _ in range(8)]}
    told = await asyncio.gather(
        *(desk.attach(draft["_id"], "id_card", each) for each in files.values()),
        return_exceptions=True,
    )
    refused = {name for name, result in zip(files, told, strict=True) if isinstance(result, Conflict)}
    gone = [result for result in told if isinstance(result, str)]
    (stands,) = current_files(await desk.stores.applications.get(draft["_id"]))
    assert {*gone, *refused, stands} == {draft["materials"][0]["file"], *files}
    assert len(gone) + len(refused) == len(files)


@pytest.mark.article("14.kept")
async def test_different_materials_handed_in_at_once_are_all_kept(desk: Desk) -> None:
    draft = await desk.begun()
    key, codes = draft["_id"], ["id_card", "photo"]

    async def at_once() -> set[str]:
        files = {code: await desk.file(key, code) for code in codes}
        await asyncio.gather(*(desk.attach(key, code, each) for code, each in files.items()))
        return {each["_id"] for each in files.values()}

    handed_in = await at_once()
    assert current_files(await desk.stores.applications.get(key)) == handed_in
    draft = await desk.save(await desk.stores.applications.get(key))
    await desk.hand_in(draft)
    await desk.request_supplement(key, codes, [], "不清楚")
    supplemented = await at_once()
    assert current_files(await desk.stores.applications.get(key)) == supplemented
    await asyncio.gather(*(desk.detach(key, code) for code in codes))
    assert current_files(await desk.stores.applications.get(key)) == set()


@pytest.mark.article("14.kept")
async def test_taking_a_file_back_again_changes_nothing(desk: Desk) -> None:
    """Unless it is another one by then, or the application has moved on."""
    found = await desk.filled()
    key, seen = found["_id"], await desk.own(found["_id"])
    await asyncio.gather(*(desk.detach(key, "id_card") for _ in range(4)))
    await desk.stores.papers.detach(seen, "id_card", desk.house.by())
    gone: Any = await desk.stores.applications.get(key)
    assert [event["data"] for event in gone["events"]].count({"code": "id_card"}) == 2
    await desk.attach(key, "id_card")
    with pytest.raises(Conflict):
        await desk.stores.papers.detach(seen, "id_card", desk.house.by())
    await desk.detach(key, "id_card")
    await desk.discard(key)
    with pytest.raises(Conflict):
        await desk.stores.papers.detach(seen, "id_card", desk.house.by())


@pytest.mark.article("12.supplement")
@pytest.mark.parametrize(("asked", "told"), [("id_card", True), ("photo", False)])
async def test_what_comes_in_while_a_supplement_is_asked_for_is_seen_if_it_is_asked_for(
    desk: Desk,
    asked: str,
    told: bool,
) -> None:
    trusting = form_guide(trust_first=True)
    found = await desk.submitted_bare(trusting)
    case = await desk.at(found["_id"], "approver")
    await desk.attach(found["_id"], "id_card")
    asking = desk.stores.handling.request_supplement(case, [asked], [], "请补", desk.house.by())
    if told:
        with pytest.raises(Conflict):
            await asking
    else:
        assert (await asking).state == State.SUPPLEMENT_REQUESTED
