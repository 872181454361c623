"""What it takes to book: 200 people walk the whole way at once by the API, over connections of their own.

Search, guide, halls, days, slots, book, mine. Who finds a slot taken looks at the slots again, as people do.
Everything is on this machine: an embedded mongod, one web server, and this script, which is all people.
Before they come, the bare driver writes documents of a booking's size to the same mongod, as many at once:
that is what no booking can do without. Processor time of the web server says what a request costs on a
machine that does other things too.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import quote
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from _bench import embedded, free_port, processes, wait_for  # noqa: E402
from _bench_worker import processor_seconds  # noqa: E402

from models.events import Channel  # noqa: E402
from models.store import Document  # noqa: E402
from tests.house.guides import plain_guide  # noqa: E402
from tests.house.places import WHOLE_DAY, with_windows  # noqa: E402
from tests.house.settings import environment, settings_of  # noqa: E402
from tests.house.worker import World  # noqa: E402
from wechat_backend.database.connection import connect  # noqa: E402
from wechat_backend.database.migrations import ALL  # noqa: E402
from wechat_backend.database.migrations.record import check_current  # noqa: E402
from wechat_backend.wiring import utc_now  # noqa: E402

PEOPLE = 200
WINDOWS = 6
"""Of the one hall that all go to: some 600 places in seven days."""
GUIDE = plain_guide()
HALL = with_windows(WINDOWS, WHOLE_DAY)
WRITES = 2000
"""Of the bare driver."""
SIZE = 1500
"""Bytes, as of a booking with its claims and its event."""
NOBODY = "http://127.0.0.1:1"
"""What lies outside: nothing of this is sent."""


@dataclass
class Asked:
    """What each request of a step took, in seconds, and each whole way; how often a slot was lost."""

    steps: dict[str, list[float]] = field(default_factory=dict)
    ways: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)


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


async def furnished(env: dict[str, str], people: int) -> tuple[list[str], float]:
    """The tokens of so many people who are bound, beside a guide and a hall; and what the bare driver writes
    a second."""
    settings = settings_of(env)
    database = await connect(settings.mongo_uri.get_secret_value(), settings.mongo_database)
    await check_current(database, ALL, utc_now())
    world = World(settings, database, utc_now)
    await world.prepare()
    await world.furnish(GUIDE, hall=HALL)
    tokens = []
    for _ in range(people):
        account = (await world.applicant()).account
        by = world.by("system", Channel.MINIPROGRAM)
        tokens.append(await world.services.sessions.open(f"account:{account}", by))
    plain = await written(database["bench"], people)
    world.gateways.close()
    await database.close()
    return tokens, plain


async def written(documents: Any, at_once: int) -> float:
    """Documents a second that the driver alone inserts, by so many at once."""

    async def one() -> None:
        for _ in range(WRITES // at_once):
            document: Document = {"_id": uuid4().hex, "filler": os.urandom(SIZE // 2).hex()}
            await documents.insert_one(document)

    began = perf_counter()
    await asyncio.gather(*(one() for _ in range(at_once)))
    return (WRITES // at_once * at_once) / (perf_counter() - began)


async def walked(port: int, tokens: list[str]) -> tuple[Asked, float]:
    """All of them at once; and how long that took in seconds."""
    asked, began = Asked(), perf_counter()
    await asyncio.gather(*(Walker(port, token, asked).walk() for token in tokens))
    return asked, perf_counter() - began


def report(asked: Asked, lasted: float, used: float, plain: float) -> None:
    took = [each for times in asked.steps.values() for each in times]
    booked = len(asked.ways)
    print(f"{booked} people at once; {lasted:.1f} s\n")
    print(f"{'step':<10}{'requests':>10}{'p50':>12}{'p95':>12}")
    for step, times in [*asked.steps.items(), ("all", took), ("whole way", asked.ways)]:
        figures = (statistics.median(times), statistics.quantiles(times, n=20)[-1])
        print(f"{step:<10}{len(times):>10}" + "".join(f"{1000 * one:>9.0f} ms" for one in figures))
    print(f"\nrequests/s {len(took) / lasted:.0f}, bookings/s {booked / lasted:.0f}", end="")
    print(f", slots lost to others {dict(asked.refused) or 'none'}")
    print(f"web server {1000 * used / len(took):.1f} ms of a core a request")
    print(f"bare driver {plain:.0f} writes/s: {plain / (booked / lasted):.1f} times the bookings/s")


def main() -> int:
    parser = argparse.ArgumentParser("bench booking", description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=PEOPLE, help="who book at once, at most 500")
    people = parser.parse_args().people
    if not 2 <= people <= 500:
        parser.error("--people is from 2 to 500")
    with embedded("bench") as (mongod, folder), ExitStack() as stack:
        port = free_port()
        env = environment(NOBODY, mongod.uri, "bench")
        tokens, plain = asyncio.run(furnished(env, people))
        start = stack.enter_context(processes({**os.environ, **env, "PANYU_PORT": str(port)}, folder))
        server = start("serve").pid
        wait_for(port)
        before = processor_seconds(server)
        asked, lasted = asyncio.run(walked(port, tokens))
        used = processor_seconds(server) - before
    report(asked, lasted, used, plain)
    return 0


if __name__ == "__main__":
    sys.exit(main())
