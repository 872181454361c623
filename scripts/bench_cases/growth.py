"""Each hot read and write over a thousand and over many documents, in the middle (p50), beside each other.

There is a database for each size, with as many applications, bookings, reviews and deliveries; each is
asked in turn. At the largest size the database tells of every query how it was found: without an index is a
fault.
"""

import asyncio
import statistics
from collections.abc import Mapping
from contextlib import AsyncExitStack
from time import perf_counter
from typing import Any

from _machine import embedded

from bench_cases.effort import Effort, Figures, Ground
from bench_cases.growth_asks import ASKS, WRITES, Ask, Life, prepared
from bench_cases.growth_filling import BASE, grow
from bench_cases.worlds import NOBODY, opened
from models.store import Document
from tests.house.settings import environment

SMALLEST = 1000
GROWN = ("applications", "appointments", "reviews", "deliveries")
WARM = 3
"""Lives more than samples, by which all is warm; they are too few to move what is in the middle."""
READS = 3
"""How often a life asks what can be asked again: it takes little time, which is measured the less well."""


class WithoutIndex(Exception):
    """The database looked through a whole collection."""


def run(effort: Effort, _ground: Ground) -> Figures:
    sizes = [SMALLEST]
    while sizes[-1] < effort.largest:
        sizes.append(sizes[-1] * 10)
    with embedded("bench") as (mongod, _folder):
        took = asyncio.run(measured(mongod.uri, sizes, effort.samples))
    return {"max_p50_ratio": report(took, sizes)}


async def measured(uri: str, sizes: list[int], samples: int) -> Mapping[str, Mapping[int, list[float]]]:
    """Seconds that each took, by its name and the size.

    Raises:
        WithoutIndex
    """
    took: dict[str, dict[int, list[float]]] = {name: {size: [] for size in sizes} for name in ASKS}
    async with AsyncExitStack() as stack:
        lives = {}
        for size in sizes:
            world = await stack.enter_async_context(opened(environment(NOBODY, uri, f"bench_{size}")))
            began = perf_counter()
            await grow(world, size)
            lives[size] = await prepared(world, samples + WARM + 1)
            print(f"{size:,} documents of each kind in {perf_counter() - began:.0f} s", flush=True)
        for number in range(samples + WARM):
            turns = list(lives.items())[:: -1 if number % 2 else 1]
            for name, ask in ASKS.items():
                for size, people in turns * (1 if name in WRITES else READS):
                    took[name][size].append(await timed(ask, people[number]))
        await check_indexes(lives[sizes[-1]][-1])
    return took


async def timed(ask: Ask, life: Life) -> float:
    began = perf_counter()
    await ask(life)
    return perf_counter() - began


async def check_indexes(life: Life) -> None:
    """By one life, while the database notes what it does.

    Raises:
        WithoutIndex
    """
    noted = await queries(life)
    for line in noted:
        if "COLLSCAN" in line["planSummary"] or line.get("docsExamined", 0) >= BASE:
            raise WithoutIndex(f"{line['ns']} {line['planSummary']}: {line.get('command')}")
    most = max(line.get("keysExamined", 0) for line in noted)
    print(f"{len(noted)} queries of these, each by an index; the widest read {most:,} of its keys\n")


async def queries(life: Life) -> list[Document]:
    """What the database notes of each query of the collections that grow, while all is asked once."""
    database: Any = life.world.database
    await database["system.profile"].drop()
    await database.native.command("profile", 2)
    try:
        for ask in ASKS.values():
            await ask(life)
    finally:
        await database.native.command("profile", 0)
    grown = {"ns": {"$in": [f"{database.name}.{name}" for name in GROWN]}, "planSummary": {"$exists": True}}
    return [line async for line in database["system.profile"].find(grown)]


def report(took: Mapping[str, Mapping[int, list[float]]], sizes: list[int]) -> float:
    """The largest ratio of all."""
    print(f"{'p50 in ms':<36}" + "".join(f"{size:>12,}" for size in sizes) + f"{'of smallest':>13}")
    worst = 0.0
    for name, found in took.items():
        middle = {size: statistics.median(all_) for size, all_ in found.items()}
        ratio = max(middle[size] for size in sizes[1:]) / middle[sizes[0]]
        worst = max(worst, ratio)
        print(f"{name:<36}" + "".join(f"{1000 * one:>12.2f}" for one in middle.values()) + f"{ratio:>13.2f}")
    return worst
