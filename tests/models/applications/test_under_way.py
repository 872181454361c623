"""One applicant has one application of an item under way, unless its guide allows several (article 10)."""

import asyncio
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.applications import Application, State, steps_from
from models.applications.actions import PRIVATE
from models.applications.rules import AlreadyUnderWay
from models.errors import DomainError
from models.people import Party
from tests.house.desk import Desk
from tests.house.guides import form_guide
from tests.house.house import House
from tests.house.people import BOSS

HOLDING = {state for state in State if steps_from(state)} - PRIVATE


async def two_drafts(desk: Desk, **changes: Any) -> tuple[Application, Application]:
    """Of one item: the second of the next version of its guide."""
    return await desk.filled(form_guide(**changes)), await desk.filled(form_guide(version=2, **changes))


async def refused(desk: Desk, seen: Application) -> AlreadyUnderWay:
    with pytest.raises(AlreadyUnderWay) as told:
        await desk.hand_in(seen)
    return told.value


@pytest.mark.article("10.twice")
async def test_the_second_is_refused_with_the_way_to_the_first(desk: Desk) -> None:
    one, other = await two_drafts(desk)
    first = await desk.hand_in(one)
    told = await refused(desk, other)
    assert (told.application, told.serial) == (first["_id"], first["serial"])
    assert (await desk.get(other["_id"]))["state"] is State.DRAFT
    with pytest.raises(AlreadyUnderWay):  # nothing is filled in for nothing
        await desk.of(desk.party).begun(form_guide(version=3))


@pytest.mark.article("10.twice")
async def test_of_drafts_handed_in_at_one_instant_exactly_one_wins(desk: Desk) -> None:
    drafts = [await desk.filled(form_guide(version=n)) for n in range(1, 7)]
    results = await asyncio.gather(*(desk.hand_in(one) for one in drafts), return_exceptions=True)
    won = [one for one in results if isinstance(one, dict)]
    lost = [one for one in results if isinstance(one, AlreadyUnderWay)]
    assert (len(won), len(lost)) == (1, 5)
    assert {one.serial for one in lost} == {won[0]["serial"]}


@pytest.mark.article("10.twice")
@pytest.mark.parametrize("state", [state for state in State if state not in PRIVATE])
async def test_it_holds_until_it_is_over(desk: Desk, state: State) -> None:
    handling = "form_generation" if state is State.GENERATED else "fully_online"
    draft, other = await two_drafts(desk, handling=handling, visits=1)
    await desk.taken_to(state, draft)
    if state in HOLDING:
        await refused(desk, other)
    else:
        assert (await desk.hand_in(other))["serial"]


@pytest.mark.article("10.twice")
async def test_the_applicant_counts_and_not_who_acts(house: House, desk: Desk) -> None:
    boss, agent = await house.applicant(BOSS[0], number=BOSS[1]), await house.applicant("王小明")
    body = await house.body()
    await house.confirmed(agent, body, boss)
    guide = form_guide(audience=["person", "enterprise"])
    by_agent, by_boss = (desk.of(Party(body, who.agent, who.account)) for who in (agent, boss))
    first = await by_agent.submitted(guide)
    with pytest.raises(AlreadyUnderWay) as told:
        await by_boss.begun(guide)
    assert told.value.application == first["_id"]
    for own in (desk, desk.of(agent), desk.of(boss)):
        assert (await own.submitted(guide))["serial"]


@pytest.mark.article("10.twice")
async def test_a_guide_may_allow_several(desk: Desk) -> None:
    guide = form_guide(several=True)
    serials = {(await desk.submitted(guide))["serial"] for _ in range(3)}
    assert len(serials) == 3


@pytest.mark.article("10.twice")
async def test_what_was_begun_under_a_guide_for_several_counts_once_it_allows_one(desk: Desk) -> None:
    first = await desk.submitted(form_guide(several=True))
    with pytest.raises(AlreadyUnderWay) as told:
        await desk.begun(form_guide(version=2))
    assert told.value.application == first["_id"]


NUMBERS = count(100)
MOVES = ("hand_in", "withdraw", "accept", "approve", "return_", "not_accept", "request_supplement")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(MOVES)), min_size=4, max_size=12))
async def test_whatever_happens_one_is_under_way_and_holds_the_item(
    house: House, moves: list[tuple[int, str]]
) -> None:
    desk, number = house.desk(await house.applicant()), next(NUMBERS)
    drafts = [await desk.filled(form_guide(number, version=n)) for n in range(1, 4)]
    for which, move in moves:
        seen = await desk.get(drafts[which]["_id"])
        with suppress(DomainError):
            await step(desk, seen, move)
        kept = [await desk.get(one["_id"]) for one in drafts]
        holding = [one for one in kept if one["state"] in HOLDING]
        assert len(holding) <= 1
        assert [one["_id"] for one in kept if "under_way" in one] == [one["_id"] for one in holding]


async def step(desk: Desk, seen: Application, move: str) -> None:
    key = seen["_id"]
    if move == "hand_in":
        await desk.hand_in(seen)
    elif move == "request_supplement":
        await desk.request_supplement(key, ["id_card"], [], "请补")
    elif move == "not_accept":
        await desk.not_accept(key, "不符合", "办法第二条")
    elif move == "return_":
        await desk.return_(key, "不符合")
    else:
        await getattr(desk, move)(key)
