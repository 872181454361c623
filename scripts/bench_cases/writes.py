"""What a change costs beside its writes: the same number of writes, of the same sizes, by the bare driver.

What one change writes is read from the database's own log of writes (the oplog) after one was made alone. The
bare driver then inserts as many documents of these sizes one after the other, and as many people do that at
once as make changes in the other rounds; all writes are kept by the majority and in the journal. Both run in
this process over one connection pool, so the ratio says what the models add to the driver: the reads that the
change needs, its rules, and what is sealed.
"""

import asyncio
import cProfile
import os
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from time import perf_counter, thread_time
from typing import Any
from uuid import uuid4

import _profiled
from _machine import operations
from bson import encode

from bench_cases.effort import Effort
from bench_cases.load import Rounds
from models.store import Document
from tests.house.worker import World

AT_ONCE = 16
CHANGES, BARE = "changes", "bare driver"

Change = Callable[[], Awaitable[object]]
"""One change, made once."""


async def compared(
    world: World, what: str, effort: Effort, prepare: Callable[[int, int], Awaitable[Sequence[Change]]]
) -> float:
    """The changes a second by the bare driver's; `prepare(round, many)` gives a round's changes."""
    [alone] = await prepare(0, 1)
    sizes, asked = await written(world, alone)
    await every(await prepare(1, AT_ONCE))  # warm
    rounds, documents = Rounds(), world.database["bench"]
    for number in range(effort.rounds):
        changes = await prepare(2 + number, effort.writes)
        bare: Sequence[Change] = [partial(write, documents, sizes)] * effort.writes
        turns: list[tuple[str, Sequence[Change]]] = [(CHANGES, changes), (BARE, bare)]
        for name, doing in turns if number % 2 else reversed(turns):
            rounds.note(name, await every(doing))
    told = " + ".join(f"{size:,}" for size in sizes)
    print(
        f"one {what} writes {len(sizes)} documents or changes of {told} bytes, in {asked} round trips", end=""
    )
    print(f"; {AT_ONCE} at once\n")
    print(f"{'':<14}{what + 's/s':>16}")
    for name in rounds.figures:
        print(f"{name if name == BARE else what + 's':<14}{rounds.median(name):>16.0f}")
    if effort.profiled:
        await profiled(await prepare(2 + effort.rounds, effort.writes))
    return rounds.ratio(CHANGES, BARE)


async def profiled(changes: Sequence[Change]) -> None:
    """What the time of this process is spent on while these changes are made."""
    profile = cProfile.Profile(thread_time)
    profile.enable()
    await every(changes)
    profile.disable()
    _profiled.report(profile)


async def written(world: World, change: Change) -> tuple[list[int], int]:
    """The bytes of each write that a change makes, as the oplog has them; and its round trips."""
    client: Any = world.database.client
    oplog = client["local"]["oplog.rs"]
    last = await oplog.find_one({}, sort=[("$natural", -1)])
    before = operations(await client.admin.command("serverStatus"))
    await change()
    asked = operations(await client.admin.command("serverStatus")) - before - 1  # one was the counting itself
    query = {"ts": {"$gt": last["ts"]}, "op": {"$in": ["i", "u", "d", "c"]}}
    query["ns"] = {"$regex": f"^({world.database.name}\\.|admin\\.\\$cmd)"}
    return [len(encode(one["o"])) async for one in oplog.find(query)], asked


async def every(changes: Sequence[Change]) -> float:
    """How many a second are made, so many at once."""
    waiting, began = iter(changes), perf_counter()

    async def one() -> None:
        for change in waiting:
            await change()

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    return len(changes) / (perf_counter() - began)


async def write(documents: Any, sizes: Sequence[int]) -> None:
    for size in sizes:
        document: Document = {"_id": uuid4().hex, "filler": os.urandom(size // 2).hex()}
        await documents.insert_one(document)
