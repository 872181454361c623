"""督办: asked by who supervises, answered by who handles it, one open at a time, unseen by the applicant."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.applications import NudgeState, State, is_nudged, nudges_of, public_view
from models.applications.nudges import (
    NotHandling,
    NothingToNudge,
    NotNudged,
    NudgedAlready,
    NudgeEmpty,
)
from models.applications.rules import ApplicationNotFound
from models.errors import DomainError
from models.own_data import own_data
from models.staff import Member, ScopeMissing
from models.staff.scopes import Role
from models.workdays import Workdays
from tests.house.clock import Clock
from tests.house.desk import Desk
from tests.house.guides import OTHER, USCC, form_guide
from tests.house.staff import Post

ASKED, ANSWERED = "为何迟迟未审，请说明", "材料核对中，明日办结"
SUPERVISORS = {
    "supervisor": Post((Role.SUPERVISOR,), USCC),
    "civil_supervisor": Post((Role.SUPERVISOR,), OTHER),
}


@pytest.fixture
async def key(desk: Desk) -> str:
    return (await desk.submitted(form_guide()))["_id"]


async def known(desk: Desk, name: str) -> Member:
    return await desk.house.member(name, SUPERVISORS.get(name))


async def nudge(desk: Desk, key: str, member: str = "management", words: str = ASKED) -> None:
    case = await desk.at(key, await known(desk, member))
    await desk.stores.nudges.nudge(case, words, desk.house.by_staff(member))


async def answer(desk: Desk, key: str, member: str = "approver", words: str = ANSWERED) -> None:
    case = await desk.at(key, await known(desk, member))
    await desk.stores.nudges.answer(case, words, desk.house.by_staff(member))


async def nudged(desk: Desk, member: str, state: NudgeState, *, mine: bool = False) -> list[str]:
    found, _ = await desk.queue(await known(desk, member), nudged=state, mine=mine)
    return [one["_id"] for one in found]


@pytest.mark.article("5.duties")
async def test_it_is_asked_and_answered_again_and_again(desk: Desk, key: str, clock: Clock) -> None:
    version = (await desk.get(key))["version"]
    await nudge(desk, key)
    assert is_nudged(await desk.get(key))
    clock.advance(timedelta(days=6))  # Tuesday to Monday
    await answer(desk, key)
    await nudge(desk, key, "supervisor", "再问")
    found = await desk.get(key)
    first, second = nudges_of(found)
    assert (first.asked["actor"], first.asked["reason"]) == ("staff:management", ASKED)
    assert first.answered
    assert (first.answered["actor"], first.answered["reason"]) == ("staff:approver", ANSWERED)
    assert (second.asked["actor"], second.answered) == ("staff:supervisor", None)
    assert found["nudged"] is NudgeState.OPEN
    clock.advance(timedelta(days=1))
    assert [one.waited(clock.now(), Workdays()) for one in (first, second)] == [4, 1]
    assert found["version"] == version


@pytest.mark.parametrize(
    ("member", "error"),
    [
        ("approver", ScopeMissing),
        ("window", ScopeMissing),
        ("management", None),
        ("supervisor", None),
    ],
)
async def test_who_may_nudge(desk: Desk, key: str, member: str, error: type[DomainError] | None) -> None:
    if error is None:
        return await nudge(desk, key, member)
    with pytest.raises(error):
        await nudge(desk, key, member)
    return None


async def test_another_departments_supervisor_does_not_even_read_it(desk: Desk, key: str) -> None:
    with pytest.raises(ApplicationNotFound):
        await nudge(desk, key, "civil_supervisor")


async def test_of_two_at_once_one_nudges_and_the_other_is_told(desk: Desk, key: str) -> None:
    tries = (nudge(desk, key, name, name) for name in ("management", "supervisor"))
    told = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(one) for one in told if one] == [NudgedAlready]
    assert len(nudges_of(await desk.get(key))) == 1
    await desk.known("both")
    tries = (answer(desk, key, name) for name in ("approver", "both"))
    told = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(one) for one in told if one] == [NotNudged]
    assert len((await desk.get(key))["internal"]) == 2


async def test_the_holder_or_who_may_act_on_it_answers(desk: Desk, key: str) -> None:
    with pytest.raises(NotNudged):
        await answer(desk, key)
    await nudge(desk, key)
    for stranger in ("management", "supervisor"):
        with pytest.raises(NotHandling):
            await answer(desk, key, stranger)
    with pytest.raises(NudgeEmpty):
        await answer(desk, key, words=" \n ")
    await desk.take(key, "window")
    await answer(desk, key, "approver")
    await nudge(desk, key)
    await answer(desk, key, "window")


async def test_only_what_waits_for_staff_is_nudged(desk: Desk, key: str) -> None:
    with pytest.raises(NudgeEmpty):
        await nudge(desk, key, words="　")
    await desk.request_supplement(key, [], ["kind"], "请核对")
    with pytest.raises(NothingToNudge):
        await nudge(desk, key)
    stale = await desk.at((await desk.submitted(form_guide(2)))["_id"], "management")
    await desk.withdraw(stale.key)
    with pytest.raises(DomainError) as caught:
        await desk.stores.nudges.nudge(stale, ASKED, desk.house.by_staff("management"))
    assert caught.value.code == "application_moved_on"


async def test_what_is_over_waits_for_no_answer(desk: Desk, key: str) -> None:
    await nudge(desk, key)
    assert await nudged(desk, "approver", NudgeState.OPEN, mine=True) == [key]
    assert await nudged(desk, "management", NudgeState.OPEN, mine=True) == []
    await desk.take(key, "window")
    assert await nudged(desk, "approver", NudgeState.OPEN, mine=True) == []
    assert await nudged(desk, "window", NudgeState.OPEN, mine=True) == [key]
    await desk.not_accept(key, "不在番禺", "条例")
    assert await nudged(desk, "window", NudgeState.OPEN, mine=True) == []
    assert (await desk.get(key))["state"] is State.NOT_ACCEPTED


async def test_a_nudge_is_listed_until_it_is_answered(desk: Desk, key: str) -> None:
    await nudge(desk, key)
    for name in ("supervisor", "management", "approver"):
        assert await nudged(desk, name, NudgeState.OPEN) == [key]
    await answer(desk, key)
    assert await nudged(desk, "management", NudgeState.OPEN) == []
    assert await nudged(desk, "management", NudgeState.ANSWERED) == [key]


async def test_words_are_sealed_and_no_part_of_what_the_applicant_has(desk: Desk, key: str) -> None:
    await nudge(desk, key)
    await answer(desk, key)
    kept: Any = await desk.stores.applications.documents.find_one({"_id": key})
    assert ASKED not in str(kept)
    assert ANSWERED not in str(kept)
    told = {event["name"]: event["data"] for event in kept["events"]}
    assert told["application.nudged"] == {"holder": ""}
    assert told["application.nudge_answered"] == {}
    exported = await own_data(desk.stores, desk.party.agent, desk.stores.clock())
    view = public_view(await desk.own(key))
    for door in (str(exported), str(view), str((await desk.get(key))["timeline"])):
        for secret in (ASKED, ANSWERED, "nudge", "internal", "management"):
            assert secret not in door, secret
