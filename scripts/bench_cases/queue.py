"""How long the lists of the panel take over 100,000 applications, beside a bare find of the same rows.

Everything runs in this process over a mongod of its own: a list is a page of 30 as the queue reads it (its
page, and its count), the bare find the same documents by their ids. Medians and p95 are of the choices of a
list; `keys` are those of the index that the worst of them reads.
"""

import asyncio
import statistics
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from time import perf_counter
from typing import Any

from _machine import embedded

from bench_cases.effort import Effort, Figures, Ground
from handlers.admin.lists import ROWS_A_PAGE
from handlers.admin.queue import CHANNEL, KIND, QUEUE
from models.applications import DueBy, Holder, NudgeState, Sought
from models.applications.queue import index_for
from models.staff import Member, Role
from tests.house.clock import Clock
from tests.house.guides import USCC
from tests.house.house import House
from tests.house.many import MANY, fill
from tests.house.outside import Register, TakesAll
from tests.house.staff import Post
from tests.house.stores import stores_over
from wechat_backend.database.connection import connect

MEMBERS = {
    role: Post((role,), USCC)
    for role in (Role.WINDOW, Role.APPROVER, Role.SUPERVISOR, Role.SERVICE_MANAGEMENT)
}
CHOICES: tuple[dict[str, Any], ...] = (
    {},
    *({"due": one} for one in DueBy),
    *({"holder": one} for one in Holder),
    *({"nudged": one} for one in NudgeState),
    *({"channel": one} for one in CHANNEL.options),
    *({"handling": one} for one in KIND.options),
    {"department": USCC},
    {"item": "item-7-1"},
)
HEAD = f"{'member':<20}{'list':<12}{'page':>9}{'p95':>9}{'count':>9}{'p95':>9}{'of bare':>9}{'keys':>9}"


def run(effort: Effort, _ground: Ground) -> Figures:
    with embedded("bench") as (server, _):
        asyncio.run(bench(server.uri, min(effort.largest, MANY)))
    return {}


async def bench(uri: str, many: int) -> None:
    database, clock = await connect(uri, "bench"), Clock()
    stores = stores_over(database, clock.now, Register())
    await stores.prepare()
    stores.materials.inspector = TakesAll()
    house = House(stores)
    began = perf_counter()
    await fill(stores, house.desk(await house.applicant()), many)
    print(f"{many:,} applications in {perf_counter() - began:.1f} s, times in ms\n{HEAD}", flush=True)
    for role, post in MEMBERS.items():
        member = await house.member(role.value, post)
        for name, filtered in QUEUE.filters.items():
            asked = [Sought(filtered.states, mine=filtered.mine, **choice) for choice in CHOICES]
            print(f"{role.value:<20}{name:<12}{await line(stores, member, asked)}", flush=True)
    await database.close()


async def line(stores: Any, member: Member, asked: list[Sought]) -> str:
    """What one list takes, over all choices."""
    queue, now, documents = stores.queue, stores.clock(), stores.applications.documents
    pages, counts, bare, keys = list[float](), list[float](), list[float](), 0
    for sought in asked:
        took, page = await timed(partial(queue.page, member, sought, now, ROWS_A_PAGE))
        pages.append(took)
        counts.append((await timed(partial(queue.count, member, sought, now)))[0])
        ids = [one["_id"] for one in page.rows]
        if ids:
            bare.append((await timed(partial(read, documents, ids)))[0])
        keys = max(keys, await keys_read(documents, queue, member, sought, now))
    ratio = statistics.median(pages) / statistics.median(bare) if bare else 0
    return (
        "".join(f"{ms:>9.1f}" for one in (pages, counts) for ms in spread(one)) + f"{ratio:>8.1f}x{keys:>9,}"
    )


async def timed(ask: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    """Milliseconds of the second time, and the answer."""
    await ask()
    began = perf_counter()
    answer = await ask()
    return (perf_counter() - began) * 1000, answer


async def read(documents: Any, ids: list[str]) -> list[Any]:
    """The same rows, found by their ids alone."""
    found: list[Any] = await documents.find({"_id": {"$in": ids}}).to_list()
    return found


def spread(took: list[float]) -> Iterator[float]:
    yield statistics.median(took)
    yield statistics.quantiles(took, n=20)[-1]


async def keys_read(documents: Any, queue: Any, member: Member, sought: Sought, now: Any) -> int:
    query, order = queue.selection(member, sought, now)
    hint = {"hint": index} if (index := index_for(member, sought, now)) else {}
    find = {"find": documents.name, "filter": query, "sort": dict(order), "limit": ROWS_A_PAGE + 1, **hint}
    told = await documents.database.command({"explain": find, "verbosity": "executionStats"})
    return int(told["executionStats"]["totalKeysExamined"])
