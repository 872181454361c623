"""What 2,000 kiosks cost: one heartbeat each 30 s, beside people who read a guide.

Everything is on this machine: an embedded mongod, one web server, one worker, the simulator, and this script,
which is all devices and all readers. Every request is signed by the key of its device and comes over a
connection of its own, as from `examples/device`. A bare Tornado, which checks one signature and answers, is
asked as often as the server meanwhile: what else the machine does meets both.

Times are from opening the connection to the end of the answer. Fractions of a core are processor time by the
time that went by; those of the web server are for heartbeats and pages together.
"""

import asyncio
import os
import statistics
import subprocess
import sys
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter, sleep

from _drill_kiosks import HALLS, furnished
from _kiosks_devices import EVERY, PATH, Device
from _machine import (
    STARTED,
    embedded,
    free_port,
    processes,
    processor_seconds,
    serve_options,
    taken,
    wait_for,
    wait_for_line,
)
from pymongo import MongoClient
from tornado.web import Application, RequestHandler

from bench_cases.effort import Effort, Figures, Ground
from models.kiosks import Signed
from models.kiosks.signatures import is_signed
from models.outgoing.deliveries import UNTRIED
from models.outgoing.outbox import PENDING
from models.store import Document
from tests.house.kiosks import GUIDE, headers_of, signed_with
from wechat_backend.demo import env as demo_env
from wechat_backend.dies_with_parent import dying_with_parent
from wechat_backend.wiring import utc_now

KIOSKS, READERS = 2000, 150
"""Each asks every 30 s: some 67 heartbeats and 5 pages a second."""
SCRIPTS = Path(__file__).parents[1]
PATIENCE = 20.0
MOST_SAID = 4000
"""Characters of the log of a process that ended."""
WORKS_OFF = 600
"""Seconds that the worker gets for what came of setting up."""
SERVICE = (*STARTED, "mongod")
"""Whose memory is told: the bare Tornado and the script have loaded more than they need."""
BODY = (
    b'{"state": "idle", "peripherals": {"printer": ["none"], "reader": ["none"], "network": {"rtt_ms": 8}},'
    b' "paper": 80, "toner": 55, "software": "bench", "temperature": 31.5, "session": false}'
)

Make = Callable[[], bytes]
"""The next request, as it goes over the wire."""


@dataclass
class Asked:
    """Requests of one kind: what each took in seconds where it was answered 200, and what else came."""

    name: str
    port: int
    took: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    async def ask(self, request: bytes) -> None:
        began = perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                status = await answered(self.port, request)
        except (OSError, EOFError) as error:
            status = type(error).__name__
        if status == "200":
            self.took.append(perf_counter() - began)
        else:
            self.errors[status] += 1

    def at(self, percent: int) -> float:
        """Seconds within which so many of a hundred were answered."""
        return statistics.quantiles(self.took, n=100)[percent - 1]


@dataclass(frozen=True)
class Used:
    """By a process: processor seconds so far, and MB that are resident."""

    seconds: float
    memory: float


async def answered(port: int, request: bytes) -> str:
    """The status of an answer that was read to its end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        status = (await reader.readuntil(b"\r\n")).split()[1].decode()
        await reader.read()
    finally:
        writer.close()
    return status


def page(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()


def heartbeat(device: Device) -> bytes:
    one = signed_with(device.key, device.kiosk, utc_now(), PATH, BODY)
    lines = [
        f"POST {PATH} HTTP/1.1",
        "Host: 127.0.0.1",
        "Connection: close",
        "Content-Type: application/json",
        f"Content-Length: {len(BODY)}",
        *(f"{name}: {value}" for name, value in headers_of(one).items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + BODY


async def visits(asked: Asked, makes: Sequence[Make], seconds: float) -> None:
    """Each asks every 30 s for so long, one evenly after the other."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def one(due: float, make: Make) -> None:
        while due < seconds:
            await asyncio.sleep(began + due - loop.time())
            await asked.ask(make())
            due += EVERY

    await asyncio.gather(*(one(EVERY * n / len(makes), make) for n, make in enumerate(makes)))


async def load(devices: Sequence[Device], web: int, bare: int, seconds: float) -> list[Asked]:
    beats, plain, pages = (
        Asked("heartbeat", web),
        Asked("one signature (bare Tornado)", bare),
        Asked("guide, page", web),
    )
    signing = [partial(heartbeat, device) for device in devices]
    reading = [partial(page, f"/guides/{GUIDE.item}")] * READERS
    await asyncio.gather(
        visits(beats, signing, seconds),
        visits(plain, signing[len(signing) // 2 :] + signing[: len(signing) // 2], seconds),
        visits(pages, reading, seconds),
    )
    return [beats, plain, pages]


def until_idle(uri: str) -> None:
    """Until the worker has moved on and sent what came of the kiosks' setting up.

    Raises:
        RuntimeError: it does not get there.
    """
    with MongoClient[Document](uri) as client:
        house = client[os.environ["PANYU_MONGO_DATABASE"]]
        for _ in range(WORKS_OFF):
            due = {**UNTRIED, "due_at": {"$lte": utc_now()}}
            if not house["kiosks"].find_one(PENDING) and not house["deliveries"].find_one(due):
                return
            sleep(1)
    raise RuntimeError("the worker does not come to rest")


def check_running(running: Mapping[str, subprocess.Popen[bytes]], logs: Path) -> None:
    """
    Raises:
        RuntimeError: one of them has ended; with the last that it logged.
    """
    for name, process in running.items():
        if (code := process.poll()) is not None:
            log = logs / f"{name}.log"
            said = log.read_text()[-MOST_SAID:] if log.exists() else ""
            raise RuntimeError(f"{name} ended with {code}\n{said}")


def used(pids: Mapping[str, int]) -> dict[str, Used]:
    return {name: Used(processor_seconds(pid), taken(pid, "Rss")) for name, pid in pids.items()}


def bench(kiosks: int, seconds: float) -> None:
    with embedded("bench") as (mongod, folder), ExitStack() as stack:
        web, simulator, bare = free_port(), free_port(), free_port()
        os.environ.update(demo_env.complete({}) | demo_env.addresses(web, simulator, mongod.uri))
        devices = [Device(number, f"bench-{number % HALLS:02}", calm=True) for number in range(kiosks)]
        asyncio.run(furnished(devices))
        start = stack.enter_context(processes(dict(os.environ), folder))
        start("simulator", "--port", str(simulator))
        plain = bare_server(bare, devices[0])
        stack.callback(plain.kill)
        for port in (simulator, bare):
            wait_for(port)
        running = {}
        for name, line in STARTED.items():
            running[name] = start(name, *(serve_options(1) if name == "serve" else ()))
            wait_for_line(running[name], folder / f"{name}.log", line)
        until_idle(mongod.uri)
        running |= {"mongod": mongod.process, "bare Tornado": plain}
        pids = {**{name: process.pid for name, process in running.items()}, "this script": os.getpid()}
        before, began = used(pids), perf_counter()
        all_asked = asyncio.run(load(devices, web, bare, seconds))
        check_running(running, folder)
        lasted, after = perf_counter() - began, used(pids)
    print(f"{kiosks} kiosks and {READERS} readers, each asks every {EVERY:.0f} s; {lasted:.0f} s\n")
    report_asked(all_asked)
    report_used(before, after, lasted)


def report_asked(all_asked: Sequence[Asked]) -> None:
    plain = all_asked[1]
    print(f"{'request':<30}{'answered':>10}{'p50':>10}{'of bare':>9}{'p99':>10}{'of bare':>9}  errors")
    for one in all_asked:
        times = "".join(
            f"{1000 * one.at(percent):>7.1f} ms{one.at(percent) / plain.at(percent):>9.1f}"
            for percent in (50, 99)
        )
        print(f"{one.name:<30}{len(one.took):>10}{times}  {dict(one.errors) or 'none'}")


def report_used(before: Mapping[str, Used], after: Mapping[str, Used], lasted: float) -> None:
    print(f"\n{'process':<30}{'of a core':>10}{'MB at start':>14}{'at end':>10}")
    for name, then in before.items():
        now = after[name]
        share = (now.seconds - then.seconds) / lasted
        memory = f"{then.memory:>14.1f}{now.memory:>10.1f}" if name in SERVICE else ""
        print(f"{name:<30}{share:>10.1%}{memory}")


def bare_server(port: int, device: Device) -> subprocess.Popen[bytes]:
    key = b64encode(device.spki).decode()
    return subprocess.Popen(
        dying_with_parent([sys.executable, "-m", "bench_cases.kiosks", str(port), key]), cwd=SCRIPTS
    )


async def serve_bare(port: int, spki: bytes) -> None:
    """What one cannot do without: Tornado, and the check of one signature, whose outcome it tells.

    No key is looked up: all devices are checked with one. Where it does not fit, that takes as long.
    """

    class Check(RequestHandler):
        async def post(self) -> None:
            names = ("X-Kiosk", "X-Timestamp", "X-Nonce", "X-Signature")
            kiosk, timestamp, nonce, signature = (self.request.headers[name] for name in names)
            signed = Signed(kiosk, timestamp, nonce, signature, "POST", PATH, self.request.body)
            self.finish({"signed": is_signed(spki, b64decode(signed.signature), signed.message)})

    Application([(PATH, Check)], log_function=lambda _handler: None).listen(port, "127.0.0.1")
    await asyncio.Event().wait()


def run(effort: Effort, _ground: Ground) -> Figures:
    bench(KIOSKS, effort.kiosks)
    return {}


if __name__ == "__main__":
    asyncio.run(serve_bare(int(sys.argv[1]), b64decode(sys.argv[2])))
