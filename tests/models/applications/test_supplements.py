"""Materials, what is to follow and supplements (articles 4, 12, 14)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.applications import Applications, State, current_files, files_of
from models.errors import Conflict, InvalidForm, Refused
from models.people.parties import Party
from tests.conftest import Clock, MakeCause
from tests.models.applying import (
    ANSWERS,
    APPROVER,
    CALENDAR,
    PDF,
    SUPERVISOR,
    begun,
    file,
    filled,
    guide,
    hand_in,
    submitted,
    submitted_bare,
    supplement,
)


@pytest.mark.article(4)
async def test_trust_first_takes_materials_later_but_does_not_conclude_without(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    trusting = guide(trust_first=True)
    found = await submitted_bare(applications, party, cause, trusting)
    assert found["materials"][0]["state"] == "to_follow"
    await applications.accept(found["_id"], APPROVER, trusting, CALENDAR, cause())
    with pytest.raises(Refused) as refused:
        await applications.conclude(found["_id"], APPROVER, trusting, "approved", "", PDF, cause())
    assert refused.value.code == "materials_to_follow"


@pytest.mark.article(4)
async def test_what_was_to_follow_is_handed_in_after_acceptance_and_then_it_concludes(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    trusting = guide(trust_first=True)
    found = await submitted_bare(applications, party, cause, trusting)
    with pytest.raises(Conflict):  # the optional one was not promised
        await applications.attach(found["_id"], party, trusting, "photo", file(found, party), cause())
    await applications.accept(found["_id"], APPROVER, trusting, CALENDAR, cause())
    await applications.attach(found["_id"], party, trusting, "id_card", file(found, party), cause())
    handed_in = await applications.get(found["_id"])
    assert handed_in["materials"][0]["state"] == "submitted"
    assert handed_in["timeline"][-1]["what"] == "application.material_followed"
    for again in (
        applications.attach(found["_id"], party, trusting, "id_card", file(found, party), cause()),
        applications.detach(found["_id"], party, "id_card", cause()),
    ):
        with pytest.raises(Conflict):
            await again
    concluded = await applications.conclude(found["_id"], APPROVER, trusting, "approved", "", PDF, cause())
    assert concluded["state"] == State.CONCLUDED


@pytest.mark.article(14)
async def test_paper_is_named_as_such_and_a_supplement_of_it_needs_no_file(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    original = {"code": "original", "name": "原件", "kinds": ["paper"]}
    of = guide(materials=[original])
    found = await submitted_bare(applications, party, cause, of)
    assert [m["state"] for m in found["materials"]] == ["paper"]
    await applications.request_supplement(found["_id"], APPROVER, of, ["original"], [], "请交原件", cause())
    answered = await supplement(applications, found["_id"], party, {}, cause(), of)
    assert answered["state"] == State.SUBMITTED


@pytest.mark.article(14)
async def test_only_materials_of_the_guide_are_taken(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    draft = await begun(applications, party, cause)
    with pytest.raises(Refused) as beyond:
        await applications.attach(draft["_id"], party, guide(), "diary", file(draft, party), cause())
    assert beyond.value.code == "beyond_guide"
    other = {**file(draft, party), "applicant": "p2"}
    with pytest.raises(Refused) as not_theirs:
        await applications.attach(draft["_id"], party, guide(), "id_card", other, cause())
    assert not_theirs.value.code == "material_not_yours"


@pytest.mark.article(14)
@pytest.mark.parametrize(("materials", "fields"), [(["diary"], []), ([], ["income"]), (["id_card", "x"], [])])
async def test_nobody_is_asked_for_more_than_the_guide(
    applications: Applications,
    party: Party,
    cause: MakeCause,
    materials: list[str],
    fields: list[str],
) -> None:
    found = await submitted(applications, party, cause)
    with pytest.raises(Refused) as refused:
        await applications.request_supplement(
            found["_id"], APPROVER, guide(), materials, fields, "请补", cause()
        )
    assert refused.value.code == "beyond_guide"
    assert (await applications.get(found["_id"]))["state"] == State.SUBMITTED


@pytest.mark.article(12)
async def test_a_supplement_is_asked_once_answered_whole_and_restarts_the_clock(
    applications: Applications, party: Party, cause: MakeCause, clock: Clock
) -> None:
    found = await submitted(applications, party, cause)
    key = found["_id"]
    await applications.request_supplement(
        key, APPROVER, guide(), ["id_card"], ["kind"], "身份证不清楚", cause()
    )
    given: dict[str, Any] = {"kind": "lost", "lost_on": "2026-11-01"}
    with pytest.raises(Refused):  # the same file as before
        await supplement(applications, key, party, given, cause())
    new = file(found, party, "1" * 32)
    await applications.attach(key, party, guide(), "id_card", new, cause())
    with pytest.raises(Refused):  # was not asked for
        await applications.attach(key, party, guide(), "photo", new, cause())
    clock.advance(timedelta(days=1))
    again = await supplement(applications, key, party, {"kind": "new"}, cause())
    assert again["state"] == State.SUBMITTED
    assert again["deadlines"]["acceptance"] == datetime(2026, 12, 2, 15, 59, 59, tzinfo=UTC)
    with pytest.raises(Refused) as twice:
        await applications.request_supplement(key, APPROVER, guide(), ["photo"], [], "再补", cause())
    assert twice.value.code == "supplement_asked_once"
    with pytest.raises(Refused) as unreasoned:
        await applications.request_supplement(key, SUPERVISOR, guide(), ["photo"], [], " ", cause())
    assert unreasoned.value.code == "reason_required"
    again = await applications.request_supplement(
        key, SUPERVISOR, guide(), ["photo"], [], "照片须更换", cause()
    )
    assert (again["state"], len(again["supplements"])) == (State.SUPPLEMENT_REQUESTED, 2)


@pytest.mark.article(12)
async def test_a_supplement_is_not_answered_by_saying_nothing(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    found = await submitted(applications, party, cause)
    key = found["_id"]
    asked = ["kind", "lost_on", "account"]
    await applications.request_supplement(key, APPROVER, guide(), [], asked, "请核对", cause())
    with pytest.raises(InvalidForm) as silent:
        await supplement(applications, key, party, {"name": "别人"}, cause())
    assert set(silent.value.fields) == {"kind", "account"}  # the date is asked for only where it was lost
    lost = {"kind": "lost", "account": ANSWERS["account"]}
    with pytest.raises(InvalidForm) as half:
        await supplement(applications, key, party, lost, cause())
    assert set(half.value.fields) == {"lost_on"}
    assert (await applications.get(key))["state"] == State.SUPPLEMENT_REQUESTED
    same = {name: ANSWERS[name] for name in ("kind", "account")}
    answered = await supplement(applications, key, party, same, cause())
    assert (answered["state"], applications.answers(answered)) == (State.SUBMITTED, ANSWERS)


@pytest.mark.article(14)
async def test_what_the_department_had_stays_what_it_had_not_goes(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    draft = await filled(applications, party, cause)
    key, names = draft["_id"], ["0" * 32, "1" * 32, "2" * 32, "3" * 32]

    async def attach(name: str) -> str | None:
        return await applications.attach(key, party, guide(), "id_card", file(draft, party, name), cause())

    assert await attach(names[1]) == names[0]
    await hand_in(applications, await applications.get(key), party, cause)
    await applications.request_supplement(key, APPROVER, guide(), ["id_card"], [], "不清楚", cause())
    assert await attach(names[2]) is None
    assert await attach(names[3]) == names[2]
    await supplement(applications, key, party, {}, cause())
    await applications.accept(key, APPROVER, guide(), CALENDAR, cause())
    ended = await applications.conclude(key, APPROVER, guide(), "approved", "", PDF, cause())
    assert current_files(ended) == {names[3], PDF["_id"]}
    assert files_of(ended) == {names[1], names[3], PDF["_id"]}
    assert await applications.files_held({key, "x"}) == files_of(ended)


async def test_of_files_handed_in_at_once_each_but_the_last_is_told_to_be_needed_no_more(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    draft = await filled(applications, party, cause)
    names = [str(number) * 32 for number in range(1, 9)]
    told = await asyncio.gather(
        *(
            applications.attach(draft["_id"], party, guide(), "id_card", file(draft, party, name), cause())
            for name in names
        ),
        return_exceptions=True,
    )
    refused = {name for name, result in zip(names, told, strict=True) if isinstance(result, Conflict)}
    gone = [result for result in told if isinstance(result, str)]
    (stands,) = current_files(await applications.get(draft["_id"]))
    assert sorted([*gone, *refused, stands]) == ["0" * 32, *names]


@pytest.mark.article(14)
async def test_different_materials_handed_in_at_once_are_all_kept(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    draft = await begun(applications, party, cause)
    key, files = draft["_id"], {"id_card": "1" * 32, "photo": "2" * 32}

    async def at_once(marked: str) -> set[str]:
        names = {code: marked + file_id[1:] for code, file_id in files.items()}
        await asyncio.gather(
            *(
                applications.attach(key, party, guide(), code, file(draft, party, name), cause())
                for code, name in names.items()
            )
        )
        return set(names.values())

    handed_in = await at_once("a")
    assert current_files(await applications.get(key)) == handed_in
    seen = (await applications.get(key))["version"]
    draft = await applications.save(key, party, guide(), ANSWERS, seen, cause())
    await hand_in(applications, draft, party, cause)
    await applications.request_supplement(key, APPROVER, guide(), list(files), [], "不清楚", cause())
    supplemented = await at_once("b")
    assert current_files(await applications.get(key)) == supplemented
    await asyncio.gather(*(applications.detach(key, party, code, cause()) for code in files))
    assert current_files(await applications.get(key)) == set()


@pytest.mark.article(12)
@pytest.mark.parametrize(("asked", "told"), [("id_card", True), ("photo", False)])
async def test_what_comes_in_while_a_supplement_is_asked_for_is_seen_if_it_is_asked_for(
    applications: Applications,
    party: Party,
    cause: MakeCause,
    monkeypatch: pytest.MonkeyPatch,
    asked: str,
    told: bool,
) -> None:
    trusting = guide(trust_first=True)
    found = await submitted_bare(applications, party, cause, trusting)
    read = applications._for_action

    async def meanwhile(*arguments: Any) -> dict[str, Any]:
        before = await read(*arguments)
        await applications.attach(found["_id"], party, trusting, "id_card", file(found, party), cause())
        return before

    monkeypatch.setattr(applications, "_for_action", meanwhile)
    asking = applications.request_supplement(found["_id"], APPROVER, trusting, [asked], [], "请补", cause())
    if told:
        with pytest.raises(Conflict):
            await asking
    else:
        assert (await asking)["state"] == State.SUPPLEMENT_REQUESTED
