"""The front of the web server: who may connect, for how long, and whose address a request has.

It holds without a reverse proxy; one in front adds to it (docs/operations.md).
"""

import asyncio
import resource
import socket
from collections import deque
from collections.abc import Awaitable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import count
from time import monotonic
from typing import Any, cast

import structlog
from tornado.http1connection import HTTP1ServerConnection
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPConnection, HTTPHeaders, HTTPMessageDelegate, RequestStartLine
from tornado.iostream import IOStream
from tornado.web import Application

from handlers.web import request_limits
from wechat_backend.board import alone
from wechat_backend.connections import Full, Room, Tally
from wechat_backend.slow_clients import AnsweringStream, Unsent

Network = IPv4Network | IPv6Network

IDLE_SECONDS = 30.0
"""Between two requests, and for the whole head of one."""
BODY_SECONDS = 30.0
"""For a whole body; a handler that takes files has a time of its own."""
ANSWER_SECONDS, SLOWEST = 30.0, 64 * 1024
"""For an answer to be taken, besides its size at so many bytes a second: half a megabit, as for uploads."""
MOST_UNSENT = 256 * 1024 * 1024
"""Bytes of answers that are not taken yet, in all."""
LARGEST_HEAD = 16 * 1024
OTHER_FILES = 128
"""Descriptors kept for the database, the gateways, the log, and files on their way in."""
ACCEPTED_A_TURN, SERVED_A_TURN = 50, 10
"""New connections that are let in, and of those that have not asked in full how many are served, between
two turns of those inside."""
ACCEPTED_IN_A_ROW, LEFT_TO_OTHERS = 4, 0.005
"""How many connections a process takes before it leaves the next ones, for so many seconds, to one that has
fewer. Should that one hang, some hundreds a second are let in all the same."""
PAUSE_SECONDS = 0.1
"""Seconds before the next connection is accepted, after no descriptor was left."""
LAST_CALL, FINISH_SECONDS = 0.5, 6.0
"""At the end: seconds without a request in which others may ask, and those in which all must be answered."""
GLANCE = 0.02
"""Seconds between two looks whether all are."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Limits:
    """`trusted` are the proxies whose word on a request's address is taken."""

    connections: int
    per_address: int
    trusted: tuple[Network, ...] = ()

    def trusts(self, address: str) -> bool:
        return any(ip_address(address) in network for network in self.trusted)

    def caller(self, peer: str, headers: HTTPHeaders) -> str:
        """Whose request it is: the nearest address on its way that is not a trusted proxy's."""
        address = peer
        for before in reversed(headers.get("X-Forwarded-For", "").split(",")):
            if not self.trusts(address):
                break
            try:
                address = str(ip_address(before.strip()))
            except ValueError:
                break
        return address


class WebServer(HTTPServer):
    """Lets in as many connections as there is room for, in all and from one address.

    Where it is full, the connection whose next request, or the body of it, has been waited for longest makes
    room; where all are being answered, the new one is closed. Of a crowd that comes at once, those who have
    already asked in full come first.
    """

    def initialize(  # type: ignore[override]
        self, application: Application, limits: Limits, tally: Tally | None = None
    ) -> None:
        super().initialize(
            application,
            idle_connection_timeout=IDLE_SECONDS,
            body_timeout=BODY_SECONDS,
            max_header_size=LARGEST_HEAD,
            max_body_size=request_limits.ANY,
        )
        self.limits = limits
        self.unsent = Unsent(MOST_UNSENT, ANSWER_SECONDS, SLOWEST)
        self.room: Room[IOStream] = Room(limits.connections, limits.per_address, tally or alone())
        self.under_way: set[IOStream] = set()
        self.accepting: dict[socket.socket, asyncio.Task[None]] = {}
        self.newcomers: deque[tuple[IOStream, tuple[Any, ...]]] = deque()

    def add_sockets(self, sockets: Iterable[socket.socket]) -> None:
        for listening in sockets:
            self.accepting[listening] = asyncio.create_task(self._accept(listening))

    def stop(self) -> None:
        for listening, task in self.accepting.items():
            task.cancel()
            listening.close()
        self.accepting.clear()
        super().stop()

    async def finish(self) -> None:
        """Let nobody in any more, answer what has been asked, and close.

        Who waited to be let in is let in first. Each answer from now on is the last of its connection; one
        that has not asked may do so during the last call, since its request can be on its way.
        """
        for listening in self.accepting:
            with suppress(OSError):  # nobody waits any more
                while True:
                    self._let_in(*listening.accept())
        self.stop()
        self.conn_params.no_keep_alive = True
        began = busy = monotonic()
        while len(self.room) and monotonic() < min(busy + LAST_CALL, began + FINISH_SECONDS):
            await asyncio.sleep(GLANCE)
            if self.under_way:
                busy = monotonic()
        await self.close_all_connections()

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        for number in count(1):
            if number % ACCEPTED_A_TURN == 0:
                await asyncio.sleep(0)  # the other tasks have a turn
            if number % ACCEPTED_IN_A_ROW == 0 and self.room.tally.leads():
                await asyncio.sleep(LEFT_TO_OTHERS)
            try:
                connection, address = await loop.sock_accept(listening)
            except ConnectionAbortedError:
                continue
            except OSError as error:  # no descriptor is left
                log.warning("accept_failed", reason=str(error))
                self._close_waiting(self.room.longest_waiting())
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            self._let_in(connection, address)

    def _let_in(self, connection: socket.socket, address: Sequence[Any]) -> None:
        peer = str(address[0])
        try:
            self._close_waiting(self.room.who_makes_room(self._origin(peer)))
        except Full:
            log.warning("connection_refused", open=len(self.room))
            connection.close()
            return None
        asked = _asks_in_full(connection)
        stream = AnsweringStream(connection, self.unsent, max_buffer_size=self.max_buffer_size)
        self.room.enter(stream, self._origin(peer))
        if asked:
            return self.handle_stream(stream, tuple(address))
        self.newcomers.append((stream, tuple(address)))
        if len(self.newcomers) == 1:
            asyncio.get_running_loop().call_soon(self._serve_newcomers)
        return None

    def _serve_newcomers(self) -> None:
        for _ in range(min(SERVED_A_TURN, len(self.newcomers))):
            stream, address = self.newcomers.popleft()
            if not stream.closed():
                self.handle_stream(stream, address)
        if self.newcomers:
            asyncio.get_running_loop().call_soon(self._serve_newcomers)

    def _origin(self, peer: str) -> str | None:
        """What counts as one address; a trusted proxy speaks for many."""
        if self.limits.trusts(peer):
            return None
        return str(ip_network((peer, 64), strict=False)) if ":" in peer else peer

    def _close_waiting(self, stream: IOStream | None) -> None:
        if stream is not None:
            self.room.leave(stream)
            stream.close()

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        stream = cast(HTTP1ServerConnection, server_conn).stream
        self.room.wait(stream)
        self.under_way.discard(stream)
        return _Arriving(super().start_request(server_conn, request_conn), self, stream, request_conn)

    def on_close(self, server_conn: object) -> None:
        stream = cast(HTTP1ServerConnection, server_conn).stream
        self.room.leave(stream)
        self.under_way.discard(stream)
        super().on_close(server_conn)


class _Arriving(HTTPMessageDelegate):
    """Notes that a request has come, and from whom."""

    def __init__(
        self, inner: HTTPMessageDelegate, server: WebServer, stream: IOStream, connection: HTTPConnection
    ) -> None:
        self.inner, self.server, self.stream = inner, server, stream
        self.context = cast(Any, connection).context

    def headers_received(self, start_line: Any, headers: HTTPHeaders) -> Awaitable[None] | None:
        self.server.room.wait(self.stream)  # for its body
        self.server.under_way.add(self.stream)
        peer, limits = str(self.context.address[0]), self.server.limits
        self.context.remote_ip = limits.caller(peer, headers)
        self.context.protocol = "http"
        if limits.trusts(peer) and headers.get("X-Forwarded-Proto", "").strip() == "https":
            self.context.protocol = "https"
        return self.inner.headers_received(cast(RequestStartLine, start_line), headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        return self.inner.data_received(chunk)

    def finish(self) -> None:
        self.server.room.work(self.stream)
        self.inner.finish()

    def on_connection_close(self) -> None:
        self.inner.on_connection_close()


def _asks_in_full(connection: socket.socket) -> bool:
    try:
        begin = connection.recv(LARGEST_HEAD, socket.MSG_PEEK)
    except OSError:  # nothing has come yet, or the caller has left
        return False
    return begin.startswith(b"GET ") and b"\r\n\r\n" in begin


def room_for(connections: int) -> int:
    """How many of so many connections there are descriptors for, when as many as may be are asked for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return connections
    return max(1, soft - OTHER_FILES)
