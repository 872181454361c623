"""What a worker costs while nothing happens, and how soon it begins to tell of a change.

For none, one and three workers, as processes of their own: the processor time of each, and of mongod, while
nothing is done. Then the time from asking the store for a booking until the request that tells of it reaches
WeChat, whom this script plays. All on one machine; the numbers are for comparing one state of the code with
another.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from _bench import embedded, processes  # noqa: E402

from models.people.parties import Party  # noqa: E402
from tests.house.peer import Call, Peer, listening  # noqa: E402
from tests.house.people import new_number, new_phone  # noqa: E402
from tests.house.places import WHOLE_DAY, with_windows  # noqa: E402
from tests.house.platforms import SEND, Platforms  # noqa: E402
from tests.house.settings import environment  # noqa: E402
from tests.house.worker import World  # noqa: E402
from wechat_backend.database.connection import connect  # noqa: E402
from wechat_backend.database.migrations import ALL  # noqa: E402
from wechat_backend.database.migrations.record import check_current  # noqa: E402
from wechat_backend.database.mongod import Mongod  # noqa: E402
from wechat_backend.settings import Settings  # noqa: E402
from wechat_backend.wiring import utc_now  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
SETTLE = 8.0
"""Seconds that a worker gets to start."""
LONGEST = 30.0
"""Seconds within which a change must be told."""
HEAD = f"{'workers':<9}{'each idle':>12}{'mongod':>10}{'changes':>10}{'p50':>10}{'p95':>10}{'slowest':>10}"


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

    def awaited(self, openid: str) -> asyncio.Future[float]:
        return self.arrived.setdefault(openid, asyncio.get_running_loop().create_future())


async def bench(server: Mongod, folder: Path, counts: Sequence[int], seconds: float, changes: int) -> None:
    async with listening() as peer:
        wechat = WeChat(peer)
        env = {**os.environ, **environment(wechat.peer.url, server.uri, "bench")}
        world = await opened(env)
        print(HEAD, flush=True)
        for count in counts:
            with ExitStack() as stack:
                begin = stack.enter_context(processes(env, folder))
                workers = [begin("worker").pid for _ in range(count)]
                await asyncio.sleep(SETTLE)
                each, mongod = await idle(workers, server.process.pid, seconds)
                took = await told(world, wechat, changes) if workers else []
            print(row(count, each, mongod, took), flush=True)
        world.gateways.close()
        await world.database.close()


async def opened(env: dict[str, str]) -> World:
    """The service's stores, with a guide and a hall that has room for everybody."""
    given: dict[str, Any] = {k.removeprefix("PANYU_").lower(): v for k, v in env.items() if "PANYU_" in k}
    for name in ("wechat_templates", "sms_templates"):
        given[name] = json.loads(given[name])
    settings = Settings(**given)
    database = await connect(settings.mongo_uri.get_secret_value(), settings.mongo_database)
    await check_current(database, ALL, utc_now())
    world = World(settings, database, utc_now)
    await world.prepare()
    await world.publish()
    return world


async def idle(workers: list[int], mongod: int, seconds: float) -> tuple[float, float]:
    """The share of a core that each worker uses, and that mongod uses, while nothing happens."""
    watched = [*workers, mongod]
    before, began = [processor_seconds(pid) for pid in watched], perf_counter()
    await asyncio.sleep(seconds)
    lasted = perf_counter() - began
    *each, database = [
        (processor_seconds(pid) - used) / lasted for pid, used in zip(watched, before, strict=True)
    ]
    return statistics.fmean(each) if each else 0.0, database


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def told(world: World, wechat: WeChat, changes: int) -> list[float]:
    """Seconds from asking for each booking until its message arrived; they are made one by one."""
    hall = with_windows(10_000, WHOLE_DAY)
    people: list[tuple[str, Party]] = []
    for _ in range(changes):
        openid = f"openid-{random.getrandbits(60):x}"
        people.append((openid, await world.person(openid, new_phone(), new_number())))
    await asyncio.sleep(2)
    took = []
    for openid, party in people:
        await asyncio.sleep(random.uniform(0.2, 0.6))  # noqa: S311 - in step with no loop
        began = perf_counter()
        await world.book(party, hall)
        took.append(await asyncio.wait_for(wechat.awaited(openid), LONGEST) - began)
    return took


def row(count: int, each: float, mongod: float, took: list[float]) -> str:
    figures = f"{count:<9}{f'{each:.2%}' if count else '–':>12}{mongod:>10.2%}{len(took):>10}"
    if not took:
        return figures
    moments = [statistics.median(took), statistics.quantiles(took, n=20)[-1], max(took)]
    return figures + "".join(f"{f'{1000 * moment:.0f} ms':>10}" for moment in moments)


def main() -> int:
    parser = argparse.ArgumentParser("bench worker", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="without anything to do")
    parser.add_argument("--changes", type=int, default=120)
    parser.add_argument("--workers", type=int, action="append", help="how many (0, 1 and 3)")
    options = parser.parse_args()
    counts = options.workers or [0, 1, 3]
    with embedded("bench") as (server, folder):
        asyncio.run(bench(server, folder, counts, options.seconds, options.changes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
