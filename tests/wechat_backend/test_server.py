"""Who may connect to the web server, for how long, and whose address a request has."""

import asyncio
import errno
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path

import pytest
from tornado.httputil import HTTPHeaders
from tornado.web import RequestHandler

from handlers.web.request_limits import BoundedApplication
from tests.house.settings import environment
from tests.wechat_backend.demo.test_supervisor import free_port
from wechat_backend import server as front
from wechat_backend.server import Limits, WebServer, room_for

ROOT = Path(__file__).parents[2]
GET = b"GET / HTTP/1.1\r\nHost: x\r\n%s\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
PROXY = "127.0.0.9"


LARGE = 32 * 1024 * 1024
"""More than the buffers of a connection hold."""


class Echo(RequestHandler):
    held = asyncio.Event()

    async def get(self) -> None:
        if self.get_query_argument("large", ""):
            self.finish(bytes(LARGE))
            return
        if self.get_query_argument("wait", ""):
            await Echo.held.wait()
        self.finish(f"{self.request.protocol} {self.request.remote_ip}")

    def post(self) -> None:
        self.finish("posted")


Start = Callable[[Limits], int]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """A server with these limits; its port."""
    servers: list[WebServer] = []
    Echo.held = asyncio.Event()

    def begin(limits: Limits) -> int:
        servers.append(WebServer(BoundedApplication([("/", Echo)]), limits=limits))
        port = free_port()
        servers[-1].listen(port, "127.0.0.1")
        return port

    yield begin
    Echo.held.set()
    for server in servers:
        server.stop()
        await server.close_all_connections()


class Caller:
    """One connection from an address of this machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def come(cls, port: int, address: str = "127.0.0.1") -> "Caller":
        return cls(*await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0)))

    async def ask(self, *headers: str) -> str:
        self.writer.write(GET % "".join(f"{line}\r\n" for line in headers).encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        [length] = [int(x.split(b":")[1]) for x in head.splitlines() if x.startswith(b"Content-Length")]
        return (await self.reader.readexactly(length)).decode()

    async def takes(self) -> int:
        """How much of a large answer there is for one who has waited before taking it."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head
        taken = 0
        while taken < LARGE and (piece := await self.reader.read(1024 * 1024)):
            taken += len(piece)
        return taken

    async def is_sent_away(self) -> bool:
        """Waits until the server closes the connection."""
        with suppress(ConnectionError):
            return await asyncio.wait_for(self.reader.read(), 20) == b""
        return True

    def leave(self) -> None:
        self.writer.close()


async def test_who_only_waits_makes_room(start: Start) -> None:
    port = start(Limits(connections=3, per_address=3))
    first, *others = [await Caller.come(port) for _ in range(3)]
    assert await others[0].ask() == "http 127.0.0.1"
    late = await Caller.come(port, "127.0.0.2")
    assert await late.ask() == "http 127.0.0.2"
    assert await first.is_sent_away()
    assert await others[0].ask() == "http 127.0.0.1"
    for caller in (first, late, *others):
        caller.leave()


async def test_who_holds_a_body_back_makes_room(start: Start) -> None:
    port = start(Limits(connections=2, per_address=2))
    crowd = [await Caller.come(port) for _ in range(2)]
    for caller in crowd:
        caller.writer.write(POST + b"x")
    await asyncio.sleep(0.1)
    late = await Caller.come(port)
    assert await late.ask() == "http 127.0.0.1"
    assert await crowd[0].is_sent_away()
    for caller in (late, *crowd):
        caller.leave()


async def test_who_is_being_answered_stays(start: Start) -> None:
    port = start(Limits(connections=2, per_address=2))
    served = [await Caller.come(port) for _ in range(2)]
    for caller in served:
        caller.writer.write(GET.replace(b"/ ", b"/?wait=1 ") % b"")
    await asyncio.sleep(0.1)
    late = await Caller.come(port)
    assert await late.is_sent_away()
    Echo.held.set()
    for caller in served:
        assert b" 200 " in await caller.reader.readline()
    for caller in (late, *served):
        caller.leave()


async def test_one_address_has_its_share_alone(start: Start) -> None:
    port = start(Limits(connections=10, per_address=2))
    crowd = [await Caller.come(port) for _ in range(5)]
    other = await Caller.come(port, "127.0.0.2")
    assert await other.ask() == "http 127.0.0.2"
    assert all([await caller.is_sent_away() for caller in crowd[:3]])
    assert [await caller.ask() for caller in crowd[3:]] == ["http 127.0.0.1"] * 2
    for caller in (other, *crowd):
        caller.leave()


async def test_proxy_speaks_for_many(start: Start) -> None:
    port = start(Limits(10, 1, trusted=(ip_network(PROXY),)))
    crowd = [await Caller.come(port, PROXY) for _ in range(3)]
    said = [await one.ask(f"X-Forwarded-For: 203.0.113.{n}") for n, one in enumerate(crowd)]
    assert said == [f"http 203.0.113.{n}" for n in range(3)]
    assert await crowd[0].ask("X-Forwarded-Proto: https") == f"https {PROXY}"
    assert await crowd[0].ask() == f"http {PROXY}"
    for caller in crowd:
        caller.leave()


async def test_nobody_else_may_say_who_they_are(start: Start) -> None:
    port = start(Limits(10, 10, trusted=(ip_network(PROXY),)))
    caller = await Caller.come(port)
    for lie in ("X-Forwarded-For: 203.0.113.7", "X-Real-Ip: 203.0.113.7", "X-Forwarded-Proto: https"):
        assert await caller.ask(lie) == "http 127.0.0.1"
    caller.leave()
    proxied = await Caller.come(port, PROXY)
    assert await proxied.ask("X-Real-Ip: 203.0.113.7") == f"http {PROXY}"
    proxied.leave()


@pytest.mark.parametrize(
    ("way", "caller"),
    [
        ("", "10.0.0.1"),
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("198.51.100.1, unknown", "10.0.0.1"),
        ("198.51.100.1, unknown, 10.0.0.2", "10.0.0.2"),
        ("2001:db8::7", "2001:db8::7"),
    ],
)
def test_caller_is_the_nearest_who_is_no_proxy(way: str, caller: str) -> None:
    limits = Limits(1, 1, trusted=(ip_network("10.0.0.0/8"),))
    assert limits.caller("10.0.0.1", HTTPHeaders({"X-Forwarded-For": way})) == caller


async def test_half_sent_requests_are_closed(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "IDLE_SECONDS", 0.2)
    monkeypatch.setattr(front, "BODY_SECONDS", 0.2)
    port = start(Limits(10, 10))
    for begun in (b"", b"GET / HTTP/1.1\r\nHo", POST, POST + b"x" * 99):
        caller = await Caller.come(port)
        caller.writer.write(begun)
        assert await caller.is_sent_away()
        caller.leave()


async def test_who_takes_no_answer_is_closed(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(front, "SLOWEST", 1024 * 1024 * 1024)
    port = start(Limits(10, 10))
    caller = await Caller.come(port)
    caller.writer.write(GET.replace(b"/ ", b"/?large=1 ") % b"")
    await asyncio.sleep(1)
    assert await caller.takes() < LARGE
    caller.leave()


async def test_answers_that_nobody_takes_fill_no_memory(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "MOST_UNSENT", LARGE * 3 // 2)
    port = start(Limits(10, 10))
    first, second = [await Caller.come(port) for _ in range(2)]
    for caller in (first, second):
        caller.writer.write(GET.replace(b"/ ", b"/?large=1 ") % b"")
        await asyncio.sleep(0.5)
    assert await second.takes() == LARGE
    assert await first.takes() < LARGE
    for caller in (first, second):
        caller.leave()


async def test_head_has_a_largest_size(start: Start) -> None:
    port = start(Limits(10, 10))
    caller = await Caller.come(port)
    caller.writer.write(GET % (b"X-Long: " + b"x" * front.LARGEST_HEAD + b"\r\n"))
    assert await caller.is_sent_away()
    caller.leave()


async def test_accepting_waits_while_no_descriptor_is_left(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, tries = asyncio.get_running_loop(), 0
    accept = loop.sock_accept

    async def short(listening: socket.socket) -> tuple[socket.socket, object]:
        nonlocal tries
        tries += 1
        if tries in (2, 3):
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return await accept(listening)

    monkeypatch.setattr(front, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(loop, "sock_accept", short)
    port = start(Limits(10, 10))
    idle = await Caller.come(port)
    assert await idle.is_sent_away()  # it frees a descriptor
    late = await Caller.come(port)
    assert await late.ask() == "http 127.0.0.1"
    assert tries <= 5
    for caller in (idle, late):
        caller.leave()


@pytest.mark.parametrize(("soft", "hard", "room"), [(300, 300, 172), (300, 3000, 2000), (9000, 9000, 2000)])
def test_connections_leave_descriptors_for_the_rest(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, room: int
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, both: asked.append(both))
    assert room_for(2000) == room
    assert all(given == (min(2128, hard), hard) for given in asked)


def test_idle_sockets_lock_nobody_out_and_figures_have_their_port(mongo_uri: str, tmp_path: Path) -> None:
    """The service itself, with few descriptors."""
    port, log = free_port(), tmp_path / "serve.log"
    env = environment("http://127.0.0.1:1", mongo_uri, "test_few_files") | {"PANYU_PORT": str(port)}
    with log.open("wb") as output:
        serving = subprocess.Popen(
            ["sh", "-c", 'ulimit -n 200; exec "$0" -m wechat_backend serve', sys.executable],
            env=env,
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
    try:
        while b'"serving"' not in log.read_bytes():
            assert serving.poll() is None, log.read_text()
            time.sleep(0.05)
        crowd = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(320)]
        with socket.create_connection(("127.0.0.1", port), 10) as late:
            late.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert late.recv(100).startswith(b"HTTP/1.1 200")
        told = next(line for line in log.read_text().splitlines() if '"serving"' in line)
        for where, answer in ((json.loads(told)["operations_port"], b"200"), (port, b"404")):
            with socket.create_connection(("127.0.0.1", where), 10) as operator:
                operator.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                assert operator.recv(100).startswith(b"HTTP/1.1 " + answer)
        for each in crowd:
            each.close()
        assert len(log.read_bytes().splitlines()) < 50
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait()
