"""Materials, what is to follow and supplements (articles 4, 12, 14)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.applications import State, current_files, files_of
from models.applications.papers import MaterialUnknown
from models.errors import Conflict, InvalidForm, Refused
from models.materials.store import KeptFile
from tests.conftest import Clock
from tests.models.applying import ANSWERS, APPROVER, PDF, SUPERVISOR, Desk, file, guide


@pytest.mark.article(4)
async def test_trust_first_takes_materials_later_but_does_not_conclude_without(desk: Desk) -> None:
    trusting = guide(trust_first=True)
    found = await desk.submitted_bare(trusting)
    assert found["materials"][0]["state"] == "to_follow"
    await desk.accept(found["_id"], APPROVER)
    with pytest.raises(Refused) as refused:
        await desk.conclude(found["_id"], APPROVER, "approved", "", PDF)
    assert refused.value.code == "materials_to_follow"


@pytest.mark.article(4)
async def test_what_was_to_follow_is_handed_in_after_acceptance_and_then_it_concludes(desk: Desk) -> None:
    trusting = guide(trust_first=True)
    found = await desk.submitted_bare(trusting)
    with pytest.raises(Conflict):  # the optional one was not promised
        await desk.attach(found["_id"], "photo", file(found))
    await desk.accept(found["_id"], APPROVER)
    await desk.attach(found["_id"], "id_card", file(found))
    handed_in = await desk.applications.get(found["_id"])
    assert handed_in["materials"][0]["state"] == "submitted"
    assert handed_in["timeline"][-1]["what"] == "application.material_followed"
    for again in (
        desk.attach(found["_id"], "id_card", file(found)),
        desk.detach(found["_id"], "id_card"),
    ):
        with pytest.raises(Conflict):
            await again
    concluded = await desk.conclude(found["_id"], APPROVER, "approved", "", PDF)
    assert concluded["state"] == State.CONCLUDED


@pytest.mark.article(14)
async def test_paper_is_named_as_such_and_a_supplement_of_it_needs_no_file(desk: Desk) -> None:
    original = {"code": "original", "name": "原件", "kinds": ["paper"]}
    of = guide(materials=[original])
    found = await desk.submitted_bare(of)
    assert [m["state"] for m in found["materials"]] == ["paper"]
    await desk.request_supplement(found["_id"], APPROVER, ["original"], [], "请交原件")
    answered = await desk.supplement(found["_id"], {})
    assert answered["state"] == State.SUBMITTED


@pytest.mark.article(14)
async def test_only_materials_of_the_guide_are_taken(desk: Desk) -> None:
    draft = await desk.begun()
    with pytest.raises(MaterialUnknown):
        await desk.attach(draft["_id"], "diary", file(draft))
    other: KeptFile = {**file(draft), "applicant": "p2"}
    with pytest.raises(Refused) as not_theirs:
        await desk.attach(draft["_id"], "id_card", other)
    assert not_theirs.value.code == "material_not_yours"


@pytest.mark.article(14)
@pytest.mark.parametrize(("materials", "fields"), [(["diary"], []), ([], ["income"]), (["id_card", "x"], [])])
async def test_nobody_is_asked_for_more_than_the_guide(
    desk: Desk,
    materials: list[str],
    fields: list[str],
) -> None:
    found = await desk.submitted()
    with pytest.raises(Refused) as refused:
        await desk.request_supplement(found["_id"], APPROVER, materials, fields, "请补")
    assert refused.value.code == "beyond_guide"
    assert (await desk.applications.get(found["_id"]))["state"] == State.SUBMITTED


@pytest.mark.article(12)
async def test_a_supplement_is_asked_once_answered_whole_and_restarts_the_clock(
    desk: Desk, clock: Clock
) -> None:
    found = await desk.submitted()
    key = found["_id"]
    await desk.request_supplement(key, APPROVER, ["id_card"], ["kind"], "身份证不清楚")
    given: dict[str, Any] = {"kind": "lost", "lost_on": "2026-11-01"}
    with pytest.raises(Refused):  # the same file as before
        await desk.supplement(key, given)
    new = file(found, "1" * 32)
    await desk.attach(key, "id_card", new)
    with pytest.raises(Refused):  # was not asked for
        await desk.attach(key, "photo", new)
    clock.advance(timedelta(days=1))
    again = await desk.supplement(key, {"kind": "new"})
    assert again["state"] == State.SUBMITTED
    assert again["due_at"] == datetime(2026, 12, 2, 15, 59, 59, tzinfo=UTC)
    with pytest.raises(Refused) as twice:
        await desk.request_supplement(key, APPROVER, ["photo"], [], "再补")
    assert twice.value.code == "supplement_asked_once"
    with pytest.raises(Refused) as unreasoned:
        await desk.request_supplement(key, SUPERVISOR, ["photo"], [], " ")
    assert unreasoned.value.code == "reason_required"
    again = await desk.request_supplement(key, SUPERVISOR, ["photo"], [], "照片须更换")
    assert (again["state"], len(again["supplements"])) == (State.SUPPLEMENT_REQUESTED, 2)


@pytest.mark.article(12)
async def test_a_supplement_is_not_answered_by_saying_nothing(desk: Desk) -> None:
    found = await desk.submitted()
    key = found["_id"]
    asked = ["kind", "lost_on", "account"]
    await desk.request_supplement(key, APPROVER, [], asked, "请核对")
    with pytest.raises(InvalidForm) as silent:
        await desk.supplement(key, {"name": "别人"})
    assert set(silent.value.fields) == {"kind", "account"}  # the date is asked for only where it was lost
    lost = {"kind": "lost", "account": ANSWERS["account"]}
    with pytest.raises(InvalidForm) as half:
        await desk.supplement(key, lost)
    assert set(half.value.fields) == {"lost_on"}
    assert (await desk.applications.get(key))["state"] == State.SUPPLEMENT_REQUESTED
    same = {name: ANSWERS[name] for name in ("kind", "account")}
    answered = await desk.supplement(key, same)
    assert (answered["state"], desk.applications.answers(answered)) == (State.SUBMITTED, ANSWERS)


@pytest.mark.article(14)
async def test_what_the_department_had_stays_what_it_had_not_goes(desk: Desk) -> None:
    draft = await desk.filled()
    key, names = draft["_id"], ["0" * 32, "1" * 32, "2" * 32, "3" * 32]

    async def attach(name: str) -> str | None:
        return await desk.attach(key, "id_card", file(draft, name))

    assert await attach(names[1]) == names[0]
    await desk.hand_in(await desk.applications.get(key))
    await desk.request_supplement(key, APPROVER, ["id_card"], [], "不清楚")
    assert await attach(names[2]) is None
    assert await attach(names[3]) == names[2]
    await desk.supplement(key, {})
    await desk.accept(key, APPROVER)
    ended = await desk.conclude(key, APPROVER, "approved", "", PDF)
    assert current_files(ended) == {names[3], PDF["_id"]}
    assert files_of(ended) == {names[1], names[3], PDF["_id"]}
    assert await desk.applications.files_held({key, "x"}) == files_of(ended)


async def test_of_files_handed_in_at_once_each_but_the_last_is_told_to_be_needed_no_more(desk: Desk) -> None:
    draft = await desk.filled()
    names = [str(number) * 32 for number in range(1, 9)]
    told = await asyncio.gather(
        *(desk.attach(draft["_id"], "id_card", file(draft, name)) for name in names),
        return_exceptions=True,
    )
    refused = {name for name, result in zip(names, told, strict=True) if isinstance(result, Conflict)}
    gone = [result for result in told if isinstance(result, str)]
    (stands,) = current_files(await desk.applications.get(draft["_id"]))
    assert sorted([*gone, *refused, stands]) == ["0" * 32, *names]


@pytest.mark.article(14)
async def test_different_materials_handed_in_at_once_are_all_kept(desk: Desk) -> None:
    draft = await desk.begun()
    key, files = draft["_id"], {"id_card": "1" * 32, "photo": "2" * 32}

    async def at_once(marked: str) -> set[str]:
        names = {code: marked + file_id[1:] for code, file_id in files.items()}
        await asyncio.gather(*(desk.attach(key, code, file(draft, name)) for code, name in names.items()))
        return set(names.values())

    handed_in = await at_once("a")
    assert current_files(await desk.applications.get(key)) == handed_in
    draft = await desk.save(await desk.applications.get(key))
    await desk.hand_in(draft)
    await desk.request_supplement(key, APPROVER, list(files), [], "不清楚")
    supplemented = await at_once("b")
    assert current_files(await desk.applications.get(key)) == supplemented
    await asyncio.gather(*(desk.detach(key, code) for code in files))
    assert current_files(await desk.applications.get(key)) == set()


@pytest.mark.article(12)
@pytest.mark.parametrize(("asked", "told"), [("id_card", True), ("photo", False)])
async def test_what_comes_in_while_a_supplement_is_asked_for_is_seen_if_it_is_asked_for(
    desk: Desk,
    asked: str,
    told: bool,
) -> None:
    trusting = guide(trust_first=True)
    found = await desk.submitted_bare(trusting)
    case = await desk.at(found["_id"], APPROVER)
    await desk.attach(found["_id"], "id_card", file(found))
    asking = desk.handling.request_supplement(case, [asked], [], "请补", desk.cause())
    if told:
        with pytest.raises(Conflict):
            await asking
    else:
        assert (await asking).state == State.SUPPLEMENT_REQUESTED
