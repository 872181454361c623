"""What strangers can do to the web server from outside, while others ask it whether it is well.

Everything is on this machine: an embedded mongod, `serve`, the attacker, and who asks `GET /healthz`, each
time over a new connection. Exits with 1 when an answer was slower than it may be.
"""

import argparse
import asyncio
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from _machine import ROOT, free_port, wait_for

from wechat_backend.database.mongod import Mongod
from wechat_backend.demo import env as demo_env
from wechat_backend.dies_with_parent import dying_with_parent

MEDIAN, WORST = 0.05, 0.5
"""Seconds that an answer may take."""
PATIENCE = 10.0
PAUSE = 0.05
FEW_FILES = 300

TOKEN = "0" * 32
POST = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"
    f"Cookie: _xsrf={TOKEN}\r\n\r\n"
)


def post(path: str, length: int, kind: str = "application/json") -> bytes:
    return POST.format(path=path, length=length, kind=kind).encode()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def two_million_keys(port: int) -> list[socket.socket]:
    body = b"{" + b",".join(b'"%x":0' % n for n in range(2_000_000)) + b"}"
    with suppress(OSError), connect(port) as one:
        one.settimeout(60)
        one.sendall(post("/api/v1/session", len(body)) + body)
        one.recv(1000)
    return []


def largest_taken(port: int) -> list[socket.socket]:
    """As many unknown keys as one request may hold, again and again."""
    body = b"{" + b",".join(b'"%x":0' % n for n in range(1900)) + b',"a":"' + b"x" * 45000 + b'"}'
    return again_and_again(port, post("/api/v1/session", len(body)) + body)


def letter_of_marks(port: int) -> list[socket.socket]:
    """One letter with thousands of marks that are not in their order."""
    body = f"_xsrf={TOKEN}&serial=a{chr(0x301) * 15_000}{chr(0x323) * 15_000}".encode()
    kind = "application/x-www-form-urlencoded"
    return again_and_again(port, post("/progress", len(body), kind) + body)


def again_and_again(port: int, request: bytes) -> list[socket.socket]:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        with suppress(OSError), connect(port) as one:
            one.sendall(request)
            one.recv(1000)
    return []


def half_sent(port: int) -> list[socket.socket]:
    held = []
    for number in range(2000):
        with suppress(OSError):
            held.append(connect(port))
            held[-1].send(post("/api/v1/session", 5000)[: 40 if number % 2 else None])
    return held


def held_bodies(port: int) -> list[socket.socket]:
    held = []
    for path in ("/api/v1/session", "/applications/0/materials/x", "/api/v1/nowhere") * 5:
        with suppress(OSError):
            held.append(connect(port))
            held[-1].sendall(post(path, 24_000_000, "application/octet-stream") + bytes(23_999_999))
    return held


def idle(port: int) -> list[socket.socket]:
    held = []
    for _ in range(320):
        with suppress(OSError):
            held.append(connect(port))
    return held


def nothing(_port: int) -> list[socket.socket]:
    """What the machine itself makes people wait."""
    return []


@dataclass(frozen=True)
class Attack:
    name: str
    begin: Callable[[int], list[socket.socket]]
    files: int | None = None


ATTACKS = {
    "none": Attack("no attack", nothing),
    "keys": Attack("two million unknown keys, 23 MB", two_million_keys),
    "largest": Attack("as many keys as are taken, again and again", largest_taken),
    "marks": Attack("a letter with 30,000 marks, again and again", letter_of_marks),
    "half": Attack("2,000 half-sent requests", half_sent),
    "held": Attack("15 held bodies of 24 MB", held_bodies),
    "idle": Attack(f"320 idle sockets, {FEW_FILES} descriptors", idle, FEW_FILES),
}


@dataclass(frozen=True)
class Result:
    """`seconds` of each answer; memory in MB, log in bytes."""

    attack: Attack
    seconds: list[float]
    before: float
    most: float
    logged: int

    @property
    def good(self) -> bool:
        return statistics.median(self.seconds) < MEDIAN and max(self.seconds) < WORST

    def __str__(self) -> str:
        median, worst = statistics.median(self.seconds) * 1000, max(self.seconds) * 1000
        return (
            f"{self.attack.name:45} {len(self.seconds):7} {median:9.1f} {worst:9.0f}"
            f" {self.before:8.0f} {self.most:8.0f} {self.logged:10,}  {'' if self.good else 'TOO SLOW'}"
        )


def main() -> int:
    parser = argparse.ArgumentParser("drill attacks", description="Attack the web server, and see it live.")
    parser.add_argument("--seconds", type=float, default=15.0, help="of each attack")
    parser.add_argument("--only", choices=ATTACKS, action="append")
    parser.add_argument("--attack", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.attack:
        name, port, seconds = options.attack
        return attack(ATTACKS[name], int(port), float(seconds))
    with tempfile.TemporaryDirectory(prefix="panyu-drill-") as folder:
        database = Mongod(Path(folder) / "mongo")
        try:
            database.wait()
            results = [
                trial(name, options.seconds, database.uri, Path(folder)) for name in options.only or ATTACKS
            ]
        finally:
            database.stop()
    columns = f"{'answers':>7} {'median ms':>9} {'worst ms':>9} {'MB':>8} {'most MB':>8} {'log bytes':>10}"
    print(f"{'while':45} {columns}")
    for result in results:
        print(result)
    return 0 if all(result.good for result in results) else 1


def attack(one: Attack, port: int, seconds: float) -> int:
    """In a process of its own: begin, and hold on."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    until = time.monotonic() + seconds
    held: list[socket.socket] = []
    while not held and time.monotonic() < until:
        held = one.begin(port)
        time.sleep(0.01)
    time.sleep(max(0.0, until - time.monotonic()))
    return 0


def trial(name: str, seconds: float, mongo_uri: str, folder: Path) -> Result:
    one, port, log = ATTACKS[name], free_port(), folder / f"{name}.log"
    running = [serving(port, mongo_uri, log, one.files)]
    try:
        asyncio.run(asked(port, time.monotonic() + 1))
        before, logged = memory(running[0].pid, "VmRSS"), log.stat().st_size
        Path(f"/proc/{running[0].pid}/clear_refs").write_text("5")  # the most so far is what there is now
        command = dying_with_parent([sys.executable, __file__, "--attack", name, str(port), str(seconds)])
        running.append(subprocess.Popen(command))
        times = asyncio.run(asked(port, time.monotonic() + seconds))
        most = memory(running[0].pid, "VmHWM")
        return Result(one, times, before, most, log.stat().st_size - logged)
    finally:
        for process in running:
            process.kill()
            process.wait()


async def asked(port: int, until: float) -> list[float]:
    """The seconds that each answer took; PATIENCE, where none came."""
    times = []
    while time.monotonic() < until:
        begin = time.monotonic()
        try:
            await asyncio.wait_for(ask(port), PATIENCE)
            times.append(time.monotonic() - begin)
        except (OSError, TimeoutError):
            times.append(PATIENCE)
        await asyncio.sleep(PAUSE)
    return times


async def ask(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    if b" 200 " not in answer[:20]:
        raise ConnectionError


def serving(port: int, mongo_uri: str, log: Path, files: int | None = None) -> subprocess.Popen[bytes]:
    """A web server with the demo's settings, which answers; with so few descriptors, where that is said."""
    env = demo_env.complete({}) | demo_env.addresses(port, free_port(), mongo_uri)
    few = ["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh"] if files else []
    command = dying_with_parent([*few, sys.executable, "-m", "wechat_backend", "serve"])
    with log.open("wb") as output:
        server = subprocess.Popen(command, env=env, cwd=ROOT, stdout=output, stderr=output)
    wait_for(port)
    return server


def memory(process: int, kind: str) -> float:
    """MB of a process: resident now (`VmRSS`), or at most so far (`VmHWM`)."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    [kilobytes] = [line.split()[1] for line in lines if line.startswith(kind)]
    return int(kilobytes) / 1024


if __name__ == "__main__":
    sys.exit(main())
