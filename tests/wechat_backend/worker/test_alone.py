"""A job of one worker at a time goes to another when the first is gone, and to no two at once before."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from models.leases import Leases
from models.store import Document
from tests.files import a_pdf, on_disk
from tests.house.clock import Clock
from tests.house.guides import plain_guide
from tests.house.platforms import MENU, Platforms
from tests.house.worker import World
from wechat_backend.worker import alone
from wechat_backend.worker.alone import AFTER_FAILURE, LEASE, Alone
from wechat_backend.worker.job import LATER, Elsewhere

ROOT = Path(__file__).parents[3]
EVERY = 600.0
MOMENT = timedelta(milliseconds=1)


class Crew:
    """Workers with one job between them; each round is noted with its worker, and lasts while it is held."""

    def __init__(self, leases: Leases, clock: Clock) -> None:
        self.leases, self.clock = leases, clock
        self.rounds: list[str] = []
        self.begun = asyncio.Event()
        self.held: dict[str, asyncio.Event] = {}
        self.outcome: float | Exception = LATER

    def one(self, name: str) -> Alone:
        async def work(_lease: Document) -> float:
            self.rounds.append(name)
            self.begun.set()
            if name in self.held:
                await self.held[name].wait()
            if isinstance(self.outcome, Exception):
                raise self.outcome
            return self.outcome

        return Alone(self.leases, "job", EVERY, work, self.clock.now)

    async def hanging(self, name: str) -> asyncio.Task[float]:
        """One that is in its round until it is let go."""
        self.held[name] = asyncio.Event()
        self.begun.clear()
        task = asyncio.create_task(self.one(name).run())
        await self.begun.wait()
        return task


@pytest.fixture
async def crew(any_database: Any, clock: Clock) -> Crew:
    leases = Leases(any_database)
    await leases.documents.delete_many({})
    return Crew(leases, clock)


async def elsewhere(worker: Alone) -> float:
    with pytest.raises(Elsewhere) as told:
        await worker.run()
    return told.value.seconds


async def test_one_round_for_all_workers(crew: Crew, clock: Clock) -> None:
    workers = [crew.one(name) for name in "abcd"]
    said = await asyncio.gather(*(each.run() for each in workers), return_exceptions=True)
    assert sorted(type(each).__name__ for each in said) == ["Elsewhere"] * 3 + ["float"]
    assert len(crew.rounds) == 1
    assert await elsewhere(workers[0]) == EVERY
    clock.advance(timedelta(seconds=EVERY))
    assert await workers[0].run() == EVERY
    assert len(crew.rounds) == 2


async def test_a_round_says_when_the_next_is_due(crew: Crew, clock: Clock) -> None:
    crew.outcome = 30.0
    assert await crew.one("a").run() == 30.0
    assert await elsewhere(crew.one("b")) == 30.0
    clock.advance(timedelta(seconds=30))
    assert await crew.one("b").run() == 30.0


async def test_a_failure_is_tried_again_soon_by_any_of_them(crew: Crew, clock: Clock) -> None:
    crew.outcome = RuntimeError("a fault")
    with pytest.raises(RuntimeError, match="a fault"):
        await crew.one("a").run()
    assert await elsewhere(crew.one("b")) == AFTER_FAILURE.total_seconds()
    clock.advance(AFTER_FAILURE)
    crew.outcome = LATER
    await crew.one("b").run()
    assert crew.rounds == ["a", "b"]


async def test_a_long_round_keeps_its_lease(crew: Crew, clock: Clock, monkeypatch: Any) -> None:
    """Though the database fails at a renewal now and then."""
    monkeypatch.setattr(alone, "RENEW_EVERY", 0.01)
    renewed = asyncio.Event()
    renew, fails = crew.leases.renew, iter([True, False, True])

    async def sometimes(lease: Document, until: Any) -> bool:
        if next(fails, False):
            raise AutoReconnect("no primary")
        held = await renew(lease, until)
        renewed.set()
        return held

    monkeypatch.setattr(crew.leases, "renew", sometimes)
    running = await crew.hanging("a")
    for _ in range(5):
        clock.advance(LEASE - MOMENT)
        renewed.clear()
        await renewed.wait()
        assert await elsewhere(crew.one("b")) > 0
    crew.held["a"].set()
    assert await running == EVERY
    assert crew.rounds == ["a"]


async def test_one_that_hung_takes_nothing_from_the_one_that_follows(crew: Crew, clock: Clock) -> None:
    first = await crew.hanging("a")
    clock.advance(LEASE)
    second = await crew.hanging("b")
    crew.held["a"].set()
    await first
    assert await elsewhere(crew.one("c")) == LEASE.total_seconds()
    crew.held["b"].set()
    await second
    assert await elsewhere(crew.one("c")) == EVERY
    assert crew.rounds == ["a", "b"]


async def killed_in(point: str, variables: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.wechat_backend.worker.dies", point),
        cwd=ROOT,
        env=variables,
        stderr=subprocess.DEVNULL,
    )
    assert await process.wait() == -signal.SIGKILL


async def taken_over(world: World, clock: Clock, job: str, done: Callable[[], Awaitable[int]]) -> None:
    """Another worker does it once when the lease of the killed one has run out, and not before."""
    clock.advance(timedelta(seconds=30))
    with pytest.raises(Elsewhere) as told:
        await world.worker.loop(job).job.run()
    assert 0 < told.value.seconds <= LEASE.total_seconds()
    assert await done() == 0
    clock.advance(timedelta(seconds=told.value.seconds))
    for _ in range(3):
        await world.do(job)
    assert await done() == 1


async def test_the_menu_of_a_killed_worker(
    world: World, platforms: Platforms, variables: dict[str, str], clock: Clock
) -> None:
    await killed_in("in_menu", variables)

    async def published() -> int:
        return len(platforms.peer.to(MENU))

    await taken_over(world, clock, "menu", published)


async def test_the_sweep_of_a_killed_worker(
    world: World, variables: dict[str, str], clock: Clock, database: Any
) -> None:
    party, by = await world.person(), world.by()
    draft = (await world.services.filing.start(party, plain_guide().item, by)).application
    with on_disk(a_pdf()) as file:
        waste = await world.services.materials.keep(party.id, draft["_id"], "permit", "材料", file, by)
    await database["materials"].update_one(
        {"_id": waste["_id"]}, {"$set": {"at": clock.now() - timedelta(days=2)}}
    )
    await killed_in("in_sweep", variables)

    async def dropped() -> int:
        await world.work()
        return int(await database["events"].count_documents({"name": "material.dropped"}))

    await taken_over(world, clock, "sweep", dropped)
