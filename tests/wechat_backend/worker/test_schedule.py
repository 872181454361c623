"""The worker sees to what is due, each plan once, and waits for what is due next."""

import asyncio
import inspect
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from models.events import Cause
from models.schedule import FIRST_PAUSE, Due
from models.stores import Stores, planned
from tests.house.clock import Clock
from tests.house.worker import World
from tests.promises import DUE, Promises
from tests.wechat_backend.worker.promised import Promised
from wechat_backend.worker.job import LATER
from wechat_backend.worker.jobs.schedule import FIRES, SIDE_BY_SIDE

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def due(world: World, clock: Clock) -> Promised:
    clock.set(clock.now().replace(microsecond=0))
    due = Promised(world)
    await due.promises.documents.delete_many({})
    await world.services.schedule.documents.delete_many({})
    return due


async def test_a_plan_fires_at_its_moment_and_the_job_waits_for_the_next(due: Promised, clock: Clock) -> None:
    assert await due.runner.run() == LATER
    await due.promise("a", MINUTE)
    await due.promise("b", 2 * MINUTE)
    assert await due.runner.run() == 60.0
    clock.advance(MINUTE)
    await due.work()
    assert await due.kept() == {"a": 1, "b": 0}
    assert await due.runner.run() == 60.0
    clock.advance(MINUTE)
    await due.work()
    assert await due.kept() == {"a": 1, "b": 1}
    assert await due.runner.run() == LATER
    assert due.runner.looked_at == 2


async def test_the_cause_is_the_system_and_names_the_plan(due: Promised, clock: Clock) -> None:
    await due.promise("a", MINUTE)
    clock.advance(MINUTE)
    await due.work()
    [plan] = [each async for each in due.world.services.schedule.documents.find({})]
    [event] = (await due.promises.get("a"))["events"]
    told = {name: event[name] for name in ("actor", "channel", "request", "at")}
    assert told == {"actor": "system", "channel": "system", "request": plan["_id"], "at": clock.now()}


async def test_what_fails_is_tried_again_and_holds_up_no_other(due: Promised, clock: Clock) -> None:
    broken = {"a"}

    async def keep(stores: Stores, plan: Due, by: Cause) -> bool:
        if plan.about in broken:
            raise KeyError(plan.about)
        return await due.keep(stores, plan, by)

    due.runner.fires = {DUE: keep}
    for key in ("a", "b", "c"):
        await due.promise(key, MINUTE)
    clock.advance(MINUTE)
    await due.work()
    assert await due.kept() == {"a": 0, "b": 1, "c": 1}
    assert await due.runner.run() == FIRST_PAUSE.total_seconds()
    clock.advance(FIRST_PAUSE)
    await due.work()
    counts = await due.world.services.schedule.counts(clock.now())
    assert counts == {"waiting": 1, "late": 0, "failing": 1}
    [plan] = [each async for each in due.world.services.schedule.documents.find({"state": "waiting"})]
    assert (plan["fault"], plan["tries"]) == ("KeyError", 2)
    broken.clear()
    clock.advance(MINUTE)
    await due.work()
    assert await due.kept() == {"a": 1, "b": 1, "c": 1}


async def test_of_several_workers_one_looks_at_each(due: Promised, clock: Clock) -> None:
    for n in range(40):
        await due.promise(str(n), MINUTE)
    clock.advance(MINUTE)
    runners = [due.another() for _ in range(4)]
    await due.work(*runners)
    assert set((await due.kept()).values()) == {1}
    assert sum(runner.looked_at for runner in runners) == 40
    assert await due.world.services.schedule.documents.distinct("state") == ["fired"]


async def test_so_many_are_looked_at_at_once_and_no_more(due: Promised, clock: Clock) -> None:
    under_way, most, together = 0, 0, asyncio.Event()

    async def keep(stores: Stores, plan: Due, by: Cause) -> bool:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == SIDE_BY_SIDE:
            together.set()
        await together.wait()
        held = await due.keep(stores, plan, by)
        under_way -= 1
        return held

    due.runner.fires = {DUE: keep}
    for n in range(3 * SIDE_BY_SIDE):
        await due.promise(str(n), MINUTE)
    clock.advance(MINUTE)
    await due.work()
    assert most == SIDE_BY_SIDE
    assert set((await due.kept()).values()) == {1}


async def test_a_look_that_cannot_be_recorded_is_made_again_and_does_nothing(
    due: Promised, clock: Clock, monkeypatch: Any
) -> None:
    async def gone(*_: Any) -> None:
        raise ConnectionError

    await due.promise("a", MINUTE)
    clock.advance(MINUTE)
    with monkeypatch.context() as patch:
        patch.setattr(due.runner.schedule, "done", gone)
        await due.work()
    assert (await due.kept(), due.runner.looked_at) == ({"a": 1}, 0)
    clock.advance(MINUTE)
    await due.work()
    assert (await due.kept(), due.runner.looked_at) == ({"a": 1}, 1)


def faults(plans: Mapping[str, Any], fires: Mapping[str, Any]) -> set[str]:
    """What can be planned and nobody sees to, what nobody plans, and verbs that say nothing of themselves."""
    return {
        *(f"{what}: missing in FIRES" for what in plans.keys() - fires.keys()),
        *(f"{what}: no store plans it" for what in fires.keys() - plans.keys()),
        *(f"{what}: its verb has no docstring" for what, fire in fires.items() if not inspect.getdoc(fire)),
    }


def test_all_that_can_be_planned_is_seen_to_and_nothing_else() -> None:
    assert faults(planned(), FIRES) == set()


def test_what_nobody_sees_to_nobody_plans_or_nobody_explains_is_missed() -> None:
    async def silent(_stores: Stores, _due: Due, _by: Cause) -> bool:
        return True

    assert faults({DUE: Promises}, {}) == {f"{DUE}: missing in FIRES"}
    assert faults({}, {DUE: Promises.keep}) == {f"{DUE}: no store plans it"}
    assert faults({DUE: Promises}, {DUE: silent}) == {f"{DUE}: its verb has no docstring"}
    assert faults({DUE: Promises}, {DUE: Promises.keep}) == set()
