"""How soon a person is told of a change: from asking the store for it until the message reaches WeChat.

One worker runs as a process of its own; this script makes the changes (bookings of people who follow),
twenty a second, each at its time, however long those before it take; and it plays WeChat, as the simulator
does.
"""

import asyncio
import os
import random
import statistics
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

from _machine import STARTED, embedded, processes, processor_seconds, wait_for_line

from bench_cases.effort import Effort, Figures, Ground
from bench_cases.load import at
from bench_cases.worlds import opened
from models.people import Party
from tests.house.guides import plain_guide
from tests.house.peer import Call, Peer, listening
from tests.house.people import new_number, new_phone
from tests.house.places import WHOLE_DAY, with_windows
from tests.house.platforms import SEND, Platforms
from tests.house.settings import environment
from tests.house.worker import World

A_SECOND = 20
LONGEST = 30.0
"""Seconds within which a change must be told."""
SETTLES = 600
"""Seconds in which the worker has done what comes at the start: it asks WeChat about each new follower."""
INFO = "/cgi-bin/user/info"
HALL = with_windows(10_000, WHOLE_DAY)


class WeChat:
    """Notes when a person's message arrives."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        platforms = Platforms(peer)
        self.arrived: dict[str, asyncio.Future[float]] = {}

        def template(call: Call) -> dict[str, Any]:
            arrived = self.awaited(call.json["touser"])
            if not arrived.done():
                arrived.set_result(perf_counter())
            return platforms.template(call)

        self.peer.answers[SEND] = template
        self.peer.answers[INFO] = lambda call: {"subscribe": 1, "unionid": f"union-{call.query['openid']}"}

    def awaited(self, openid: str) -> asyncio.Future[float]:
        return self.arrived.setdefault(openid, asyncio.get_running_loop().create_future())


def run(effort: Effort, _ground: Ground) -> Figures:
    with embedded("bench") as (mongod, folder):
        took, used = asyncio.run(told(mongod.uri, folder, effort.changes))
    print(
        f"{len(took)} changes, {A_SECOND} a second; the worker took {1000 * used:.0f} ms of a core for each\n"
    )
    print(f"{'p50':>10}{'p95':>10}{'p99':>10}{'slowest':>10}")
    figures = (statistics.median(took), at(took, 95), at(took, 99), max(took))
    print("".join(f"{1000 * one:>7.0f} ms" for one in figures))
    return {"p99_s": at(took, 99)}


async def told(uri: str, folder: Path, changes: int) -> tuple[list[float], float]:
    """Seconds from asking for each booking until its message arrived; and the worker's for one."""
    async with listening() as peer:
        wechat, env = WeChat(peer), environment(peer.url, uri, "bench")
        async with opened(env) as world:
            await world.furnish(plain_guide(), hall=HALL)
            people = await followers(world, changes)
            with processes({**os.environ, **env}, folder) as start:
                worker = start("worker")
                await asyncio.to_thread(wait_for_line, worker, folder / "worker.log", STARTED["worker"])
                await settled(peer, changes)
                before = processor_seconds(worker.pid)
                took = await spread(world, wechat, people)
                return took, (processor_seconds(worker.pid) - before) / changes


async def settled(peer: Peer, people: int) -> None:
    """Until the worker has nothing to do.

    Raises:
        TimeoutError
    """
    async with asyncio.timeout(SETTLES):
        while len(peer.to(INFO)) < people:  # noqa: ASYNC110 - another process asks
            await asyncio.sleep(0.2)
    await asyncio.sleep(1)


async def followers(world: World, many: int) -> Mapping[str, Party]:
    """People who are bound and follow, by openid."""
    openids = [f"openid-{random.getrandbits(60):x}" for _ in range(many)]
    return {openid: await world.person(openid, new_phone(), new_number()) for openid in openids}


async def spread(world: World, wechat: WeChat, people: Mapping[str, Party]) -> list[float]:
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def one(due: float, openid: str, party: Party) -> float:
        await asyncio.sleep(began + due - loop.time())
        asked = perf_counter()
        await world.book(party, HALL)
        return await asyncio.wait_for(wechat.awaited(openid), LONGEST) - asked

    return await asyncio.gather(*(one(number / A_SECOND, *who) for number, who in enumerate(people.items())))
