"""What it takes to book: 200 people walk the whole way at once by the API, over connections of their own.

Search, guide, halls, days, slots, book, mine, with no pause. Who finds a slot taken looks at the slots again,
as people do. Everything is on this machine: an embedded mongod, one web server and then two, and this script,
which is all people. Each round has a database of its own. Processor time of the web servers says what a
request costs on a machine that does other things too. The figures are of two.
"""

import asyncio
import json
import os
import random
import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import quote

from _machine import embedded, free_port, processes, processor_seconds, serve_options, tree, wait_for

from bench_cases.effort import Effort, Figures, Ground
from bench_cases.load import Rounds, at
from bench_cases.worlds import NOBODY, opened
from models.events import Channel
from tests.house.guides import plain_guide
from tests.house.places import WHOLE_DAY, with_windows
from tests.house.settings import environment

PROCESSES = 2
WINDOWS = 6
"""Of the one hall that all go to: some 600 places in seven days."""
GUIDE = plain_guide()
HALL = with_windows(WINDOWS, WHOLE_DAY)


@dataclass
class Asked:
    """What each request of a step took, in seconds, and each whole way; how often a slot was lost."""

    steps: dict[str, list[float]] = field(default_factory=dict)
    ways: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Asked") -> None:
        for step, times in other.steps.items():
            self.steps.setdefault(step, []).extend(times)
        self.ways += other.ways
        self.refused += other.refused


class Walker:
    """One person, with their session and connection."""

    def __init__(self, port: int, token: str, asked: Asked) -> None:
        self.port, self.token, self.asked = port, token, asked

    async def walk(self) -> None:
        began = perf_counter()
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        await self.ask("search", f"/guides?q={quote('居住证')}")
        await self.ask("guide", f"/guides/{GUIDE.item}")
        halls = await self.ask("halls", f"/halls?item={GUIDE.item}")
        booked = None
        while not booked:
            booked = await self.book(halls["halls"][0]["code"])
        mine = await self.ask("mine", "/appointments")
        if [one["id"] for one in mine["appointments"]] != [booked]:
            raise RuntimeError("what was booked is not there")
        self.asked.ways.append(perf_counter() - began)
        self.writer.close()

    async def book(self, hall: str) -> str | None:
        """One try; None where the slot was taken meanwhile."""
        days = (await self.ask("days", f"/halls/{hall}/days?item={GUIDE.item}"))["days"]
        day = random.choice([one["day"] for one in days if one["left"]])  # noqa: S311
        slots = await self.ask("slots", f"/halls/{hall}/slots?item={GUIDE.item}&day={day}")
        free = [slot["start"] for slot in slots["slots"] if slot["left"]]
        if not free:
            return None
        start = random.choice(free)  # noqa: S311 - people differ
        made = await self.ask("book", "/appointments", {"item": GUIDE.item, "hall": hall, "start": start})
        if "error" in made:
            self.asked.refused[made["error"]["code"]] += 1
            return None
        return str(made["id"])

    async def ask(self, step: str, path: str, body: Any = None) -> Any:
        """The answer, which is good, or a conflict.

        Raises:
            RuntimeError: it is anything else.
        """
        sent = b"" if body is None else json.dumps(body).encode()
        lines = [
            f"{'GET' if body is None else 'POST'} /api/v1{path} HTTP/1.1",
            "Host: 127.0.0.1",
            f"Authorization: Bearer {self.token}",
            *([f"Content-Length: {len(sent)}", "Content-Type: application/json"] if sent else ()),
        ]
        began = perf_counter()
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + sent)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next(line for line in head.splitlines() if line.startswith("content-length:"))
        content = await self.reader.readexactly(int(length.partition(":")[2]))
        self.asked.steps.setdefault(step, []).append(perf_counter() - began)
        if head.split()[1] not in ("200", "201", "409"):
            raise RuntimeError(f"{step}: {content.decode()[:300]}")
        return json.loads(content)


def run(effort: Effort, _ground: Ground) -> Figures:
    walked_by(effort, 1)
    return walked_by(effort, PROCESSES)


def walked_by(effort: Effort, servers: int) -> Figures:
    """With so many web servers."""
    rounds, walked = Rounds(), Asked()
    options = serve_options(servers)
    for _ in range(max(1, effort.rounds // 3)):
        with embedded("bench") as (mongod, folder):
            one, lasted, used = one_round(mongod.uri, folder, effort.people, options)
        took = [each for times in one.steps.values() for each in times]
        rounds.note("p95_ms", 1000 * at(took, 95))
        rounds.note("per_second", len(took) / lasted)
        rounds.note("bookings", len(one.ways) / lasted)
        rounds.note("core_ms", 1000 * used / len(took))
        walked.add(one)
    report(walked, rounds, effort.people, servers)
    return {name: rounds.median(name) for name in ("p95_ms", "per_second")}


def one_round(uri: str, folder: Path, people: int, options: list[str]) -> tuple[Asked, float, float]:
    """What each request took, how long all took, and the processor seconds of the web servers."""
    port, env = free_port(), environment(NOBODY, uri, "bench")
    env |= {"PANYU_PORT": str(port), "PANYU_CONNECTIONS_PER_ADDRESS": str(3 * people + 100)}
    tokens = asyncio.run(furnished(env, people))
    with processes({**os.environ, **env}, folder) as start:
        server = start("serve", *options).pid
        wait_for(port)
        before = processor_seconds(*tree(server))
        asked, lasted = asyncio.run(walk(port, tokens))
        return asked, lasted, processor_seconds(*tree(server)) - before


async def furnished(env: Mapping[str, str], people: int) -> list[str]:
    """The tokens of so many people who are bound, beside a guide and a hall."""
    async with opened(env) as world:
        await world.furnish(GUIDE, hall=HALL)
        tokens = []
        for _ in range(people):
            account = (await world.applicant()).account
            by = world.by("system", Channel.MINIPROGRAM)
            tokens.append(await world.services.sessions.open(f"account:{account}", by))
        return tokens


async def walk(port: int, tokens: list[str]) -> tuple[Asked, float]:
    """All of them at once; and how long that took in seconds."""
    asked, began = Asked(), perf_counter()
    await asyncio.gather(*(Walker(port, token, asked).walk() for token in tokens))
    return asked, perf_counter() - began


def report(asked: Asked, rounds: Rounds, people: int, servers: int) -> None:
    print(f"{people} people at once, web servers: {servers}\n")
    print(f"{'step':<10}{'requests':>10}{'p50':>12}{'p95':>12}")
    took = [each for times in asked.steps.values() for each in times]
    for step, times in [*asked.steps.items(), ("all", took), ("whole way", asked.ways)]:
        figures = (statistics.median(times), at(times, 95))
        print(f"{step:<10}{len(times):>10}" + "".join(f"{1000 * one:>9.0f} ms" for one in figures))
    print(
        f"\nrequests/s {rounds.median('per_second'):.0f}, bookings/s {rounds.median('bookings'):.0f}", end=""
    )
    print(f", slots lost to others {dict(asked.refused) or 'none'}")
    print(f"web servers {rounds.median('core_ms'):.1f} ms of a core a request\n")
