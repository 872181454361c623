"""How much each door costs, as a ratio to a bare Tornado handler that reads one document, in the same run.

Everything runs on this machine: a mongod, the bare server, the service, the simulator (which signs the
visitor in) and the load. So the numbers compare doors with each other and with the bare server; they say
nothing about a real machine. Round trips are what the database counted for one request, sessions included.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, repeat
from typing import Any

from _machine import Town, ask, free_port, operations, serve_options, signed_in, wait_for
from pymongo import MongoClient

from bench_cases import bare
from bench_cases.effort import Effort, Figures, Ground
from bench_cases.load import Load, drive
from bench_cases.messages import account_of, message, sender

CONNECTIONS = 8
COUNTED = 50
"""Requests over which round trips are counted."""
BARE = "one document (bare Tornado)"
MESSAGES = 20_000
"""More than are answered in a round."""


@dataclass(frozen=True)
class Door:
    name: str
    address: str
    requests: Iterator[bytes]


@dataclass(frozen=True)
class Result:
    """`round_trips` to the database a request."""

    door: Door
    load: Load
    round_trips: float


def run(effort: Effort, ground: Ground) -> Figures:
    town, bare_port = ground.town, free_port()
    with town.processes() as start, MongoClient[dict[str, Any]](town.mongod.uri) as client:
        start("serve", *serve_options(1))
        worker = start("worker")
        plain = bare.started("documents", bare_port, town.mongod.uri, town.env["PANYU_MONGO_DATABASE"])
        try:
            for port in (town.port, bare_port):
                wait_for(port)
            token = signed_in(town.url, town.simulator)
            worker.terminate()
            worker.wait()
            found = doors(town, f"http://127.0.0.1:{bare_port}", token)
            report([asyncio.run(measure(door, effort.seconds, client)) for door in found])
        finally:
            plain.kill()
            plain.wait()
    return {}


def doors(town: Town, plain: str, token: str) -> list[Door]:
    service = town.url
    item = ask(f"{service}/api/v1/guides?q=jzz&audience=person")["guides"][0]["item"]
    hall = ask(f"{service}/api/v1/halls?item={item}")["halls"][0]["code"]
    own = f"Authorization: Bearer {token}\r\n"
    pages = {
        "a page without the database": "/healthz",
        "guide, page": f"/guides/{item}",
        "guides found by pinyin, page": "/guides?q=jzz",
        "guide, API": f"/api/v1/guides/{item}",
        "guides found by pinyin, API": "/api/v1/guides?q=jzz",
        "slots of a hall, API": f"/api/v1/halls/{hall}/slots?item={item}",
    }
    account = account_of(town.env)
    return [
        Door("fixed words (bare Tornado)", plain, get("/fixed")),
        Door(BARE, plain, get("/one")),
        *(Door(name, service, get(path)) for name, path in pages.items()),
        Door("who am I, API", service, get("/api/v1/me", own)),
        Door("my applications, API", service, get("/api/v1/applications", own)),
        Door(
            "chat message, AES",
            service,
            (message(account, sender(), "居住证") for _ in range(MESSAGES)),
        ),
    ]


def get(path: str, more: str = "") -> Iterator[bytes]:
    return repeat(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}\r\n".encode())


async def measure(door: Door, seconds: float, client: MongoClient[dict[str, Any]]) -> Result:
    await drive(door.address, [door.requests], seconds=0.3)  # warm
    before = operations(client.admin.command("serverStatus"))
    await drive(door.address, [islice(door.requests, COUNTED)])
    round_trips = (
        operations(client.admin.command("serverStatus")) - before - 1
    ) / COUNTED  # one was the counting itself
    load = await drive(door.address, [door.requests] * CONNECTIONS, seconds=seconds)
    return Result(door, load, round_trips)


def report(results: list[Result]) -> None:
    base = next(result.load for result in results if result.door.name == BARE)
    print(f"{'door':<34}{'requests/s':>12}{'of bare':>10}{'p95':>10}{'round trips':>13}")
    for result in results:
        load = result.load
        print(
            f"{result.door.name:<34}{load.per_second:>12.0f}{load.per_second / base.per_second:>10.2f}"
            f"{load.at(95) / base.at(95):>9.1f}x{result.round_trips:>13.1f}"
        )
