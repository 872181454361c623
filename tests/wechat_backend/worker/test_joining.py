"""Workers ask WeChat whose the openid of a new follower is; the answer in the chat waits for nobody."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.people import ASK_UNIONID, PlatformUser
from models.schedule import PlanState
from simulator import Running
from simulator.faults import Fault
from tests.house.worker import World, look, person_of, set_clock, work
from wechat_backend.worker.jobs.schedule import WITHIN, ScheduleRunner


async def bound_in_miniprogram(world: World, simulator: Running) -> str:
    """Li, who does not follow yet; the id of the person."""
    ids = simulator.simulator.wechat.ids
    user = PlatformUser(ids.miniprogram_openid("li"), ids.unionid("li"))
    account = await world.services.accounts.arrive_miniprogram(user, world.by())
    return (await world.bound(account)).id


async def follow(world: World, simulator: Running) -> None:
    """Li follows, and is welcomed; a worker hears of it."""
    push = await simulator.simulator.wechat.follow(person_of(simulator, "li"))
    assert push
    assert push.outcome == "replied"
    await world.worker.relay.once()


async def bound(world: World, simulator: Running) -> str | None:
    """Whom the chat knows."""
    account = await world.services.accounts.find(simulator.simulator.wechat.ids.openid("li"))
    assert account
    person = await world.services.applicants.find_by_account(account["_id"])
    return person["_id"] if person else None


async def plans(world: World) -> list[tuple[str, str | None]]:
    found = await world.services.schedule.documents.find({"what": ASK_UNIONID}).to_list()
    return [(one["state"], one["fault"]) for one in found]


async def test_who_follows_is_whom_the_miniprogram_knows(simulated: World, simulator: Running) -> None:
    person = await bound_in_miniprogram(simulated, simulator)
    await follow(simulated, simulator)
    assert await bound(simulated, simulator) is None
    await asyncio.gather(look(simulated), look(simulated))
    await work(simulated)
    assert await bound(simulated, simulator) == person
    assert await plans(simulated) == [(PlanState.FIRED.value, None)]


async def test_without_a_unionid_nothing_comes_of_it(
    simulated: World, simulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of an account that is bound to no open platform."""
    wechat = simulator.simulator.wechat
    told = wechat.user

    def no_unionid(openid: str) -> dict[str, Any]:
        return {name: value for name, value in told(openid).items() if name != "unionid"}

    monkeypatch.setattr(wechat, "user", no_unionid)
    await bound_in_miniprogram(simulated, simulator)
    await follow(simulated, simulator)
    await look(simulated)
    assert await bound(simulated, simulator) is None
    assert await plans(simulated) == [(PlanState.OVERTAKEN.value, None)]


@pytest.mark.parametrize("fault", [{"http": 503}, {"errcode": 45009}, {"errcode": -1}])
async def test_when_wechat_does_not_answer_it_is_asked_later(
    simulated: World, simulator: Running, fault: dict[str, Any]
) -> None:
    person = await bound_in_miniprogram(simulated, simulator)
    simulator.simulator.faults.order(Fault(operation="user/info", **fault))
    await follow(simulated, simulator)
    await look(simulated)
    assert await bound(simulated, simulator) is None
    assert await plans(simulated) == [(PlanState.WAITING.value, "WechatUnavailable")]
    set_clock(simulated, simulated.clock() + timedelta(seconds=3))
    await look(simulated)
    assert await bound(simulated, simulator) == person


async def test_what_asks_outside_has_a_job_of_its_own(simulated: World, simulator: Running) -> None:
    """A WeChat that hangs holds up no other plan."""
    await bound_in_miniprogram(simulated, simulator)
    await follow(simulated, simulator)
    runner = ScheduleRunner(simulated.services, WITHIN, simulated.clock)
    assert await runner.run() > 0
    assert runner.looked_at == 0
    job = simulated.worker.loop("questions").job
    await job.run()
    await job.end()
    assert await plans(simulated) == [(PlanState.FIRED.value, None)]
