"""A worker does what there is to do when it is there, and not when it happens to look."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.outgoing import deliveries
from models.outgoing.deliveries import Stage, Via
from models.store import Store
from tests.house.clock import Clock
from tests.house.people import new_number, new_phone
from tests.house.platforms import SEND, Platforms
from tests.house.settings import environment, settings_of
from tests.house.worker import World, working
from tests.wechat_backend.worker.promised import Promised
from tests.wechat_backend.worker.test_worker import until
from wechat_backend.database.connection import Database
from wechat_backend.wiring import utc_now
from wechat_backend.worker import build
from wechat_backend.worker.job import EVERYTHING, LATER
from wechat_backend.worker.worker import Worker

AN_HOUR = 3600.0


@pytest.fixture
async def running_world(mongo_uri: str, database: Database, platforms: Platforms) -> AsyncIterator[World]:
    """Its clock goes."""
    settings = settings_of(environment(platforms.peer.url, mongo_uri, database.name))
    async with working(settings, database, utc_now) as world:
        yield world


@pytest.fixture
async def either_world(mongo_uri: str, any_database: Database, platforms: Platforms) -> AsyncIterator[World]:
    """As `running_world`, with either driver."""
    settings = settings_of(environment(platforms.peer.url, mongo_uri, any_database.name))
    async with working(settings, any_database, utc_now) as world:
        yield world


def looks(worker: Worker, every: float) -> None:
    """It looks for events, deliveries and plans so seldom, or so often."""
    for name in ("relay", "deliver", "schedule"):
        loop = worker.loop(name)
        loop.job = replace(loop.job, every=every)


@asynccontextmanager
async def at_work(*workers: Worker) -> AsyncIterator[None]:
    """They have looked once, and listen."""
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    await until(lambda: all(worker.loop("watch").ended for worker in workers))
    await asyncio.sleep(0.2)
    yield
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_a_change_wakes_a_worker_that_would_not_look_for_an_hour(
    either_world: World, platforms: Platforms
) -> None:
    """The stream is another one with each driver."""
    party = await either_world.person()
    looks(either_world.worker, AN_HOUR)
    async with at_work(either_world.worker):
        await either_world.book(party)
        await until(lambda: bool(platforms.messages))


async def test_a_delivery_is_tried_again_when_it_is_due(
    running_world: World, platforms: Platforms, monkeypatch: Any
) -> None:
    monkeypatch.setattr(deliveries, "FIRST_WAIT", timedelta(milliseconds=200))
    well, fails = platforms.peer.answers[SEND], iter([True, True])
    assert callable(well)
    answer: Callable[[Any], Any] = well
    platforms.peer.answers[SEND] = lambda call: {"errcode": -1} if next(fails, False) else answer(call)
    party = await running_world.person()
    looks(running_world.worker, AN_HOUR)
    async with at_work(running_world.worker):
        await running_world.book(party)
        await until(lambda: bool(platforms.messages))
    assert len(platforms.peer.to(SEND)) == 3


async def test_what_staff_send_again_goes_at_once(running_world: World, platforms: Platforms) -> None:
    well = platforms.peer.answers[SEND]
    platforms.peer.answers[SEND] = {"errcode": 40037}
    await running_world.book(await running_world.person())
    await running_world.work()
    [failed] = (await running_world.services.deliveries.page(Stage.FAILED)).rows
    platforms.peer.answers[SEND] = well
    looks(running_world.worker, AN_HOUR)
    async with at_work(running_world.worker):
        await running_world.services.deliveries.retry(failed["_id"], running_world.by("staff:a"))
        await until(lambda: bool(platforms.messages))


async def test_a_plan_wakes_it_and_so_does_the_moment_of_the_plan(
    running_world: World, monkeypatch: Any
) -> None:
    world, due = running_world, Promised(running_world)
    await due.promises.documents.delete_many({})
    monkeypatch.setattr("wechat_backend.worker.WITHIN", due.fires)
    worker = build(world.settings, world.services, world.gateways, world.clock)
    looks(worker, AN_HOUR)
    async with at_work(worker):
        await due.promise("a", timedelta(seconds=1))
        assert due.fired == []
        await until(lambda: due.fired == ["a"])
    assert await due.kept() == {"a": 1}


async def test_without_a_stream_the_net_finds_it(running_world: World, platforms: Platforms) -> None:
    """An event that was written while the stream was away."""
    party = await running_world.person()
    worker = running_world.worker
    looks(worker, 0.1)

    async def away() -> float:
        return LATER

    watch = worker.loop("watch")
    watch.job = replace(watch.job, run=away, every=AN_HOUR)
    async with at_work(worker):
        await running_world.book(party)
        await until(lambda: bool(platforms.messages))


async def test_of_three_workers_that_are_woken_at_once_one_sends(
    running_world: World, platforms: Platforms, database: Database
) -> None:
    crowd = [await running_world.person(f"openid-{n}", new_phone(), new_number()) for n in range(3)]
    await running_world.work()
    made = running_world
    given = made.settings, made.services, made.gateways, made.clock
    workers = [build(*given) for _ in range(3)]
    async with at_work(*workers):
        for party in crowd:
            await running_world.book(party)
        await until(lambda: len(platforms.messages) == len(crowd))
        await asyncio.sleep(0.5)
    assert len(platforms.peer.to(SEND)) == len(crowd)
    told = database["events"]
    assert await told.count_documents({"name": "appointment.booked"}) == len(crowd)


async def test_relay_looks_where_it_was_rung_for(running_world: World, monkeypatch: Any) -> None:
    relay = running_world.worker.relay
    looked: list[list[str]] = []

    async def once(stores: list[Store]) -> int:
        looked.append([store.collection for store in stores])
        return len(looked) == 2

    monkeypatch.setattr(relay, "once", once)
    everywhere = [store.collection for store in relay.stores]
    for rung in (
        [EVERYTHING],
        ["applications"],  # where something is found, and so looked again
        [],
        ["deliveries", "reviews"],
        ["reviews", EVERYTHING],
        [],
    ):
        for name in rung:
            relay.job.bell.ring(name)
        await relay.run()
    relay.everywhere_at = 0
    relay.job.bell.ring("reviews")
    await relay.run()
    named = [name for name in everywhere if name in ("deliveries", "reviews")]
    assert looked == [
        everywhere,
        ["applications"],
        ["applications"],
        named,
        everywhere,
        everywhere,
        everywhere,
    ]


async def test_rest_ends_when_the_next_is_due(running_world: World, clock: Clock) -> None:
    sender = running_world.worker.deliver.sender
    sender.clock = clock.now
    documents = running_world.services.deliveries.documents
    assert await sender.rest() == LATER
    for key, channel, due in (("a", Via.SMS, 90), ("b", Via.WECHAT, 30)):
        at = clock.now() + timedelta(seconds=due)
        await documents.insert_one({"_id": key, "state": "pending", "channel": channel, "due_at": at})
    assert await sender.rest() == 30
    sender.closed_until[Via.WECHAT] = clock.now() + timedelta(seconds=60)
    assert await sender.rest() == 60
    clock.advance(timedelta(seconds=61))
    assert await sender.rest() == 0
