"""Answers that clients have not read yet, and the end of connections that read too slowly."""

import asyncio
import socket
from typing import Any

import structlog
from tornado.iostream import IOStream

log = structlog.get_logger()


class Unsent:
    """The unread answers of all connections. Each may wait for `seconds`, and for its size at `slowest`
    bytes a second; when all together are more than `most` bytes, the connection that has waited longest is
    closed."""

    def __init__(self, most: int, seconds: float, slowest: int) -> None:
        self.most, self.seconds, self.slowest = most, seconds, slowest
        self.total = 0
        self._held: dict[asyncio.Future[None], tuple[IOStream, int]] = {}

    def hold(self, stream: IOStream, size: int, taken: asyncio.Future[None]) -> None:
        """`taken` is done when the stream has passed on so many bytes, or is closed."""
        self._held[taken] = stream, size
        self.total += size
        late = asyncio.get_running_loop().call_later(self.seconds + size / self.slowest, self._close, taken)
        taken.add_done_callback(lambda _: late.cancel())
        taken.add_done_callback(self._let_go)
        while self.total > self.most and len(self._held) > 1:
            self._close(next(iter(self._held)))

    def _close(self, taken: asyncio.Future[None]) -> None:
        if taken in self._held:
            stream, size = self._held[taken]
            log.warning("answer_not_taken", size=size)
            self._let_go(taken)
            stream.close()

    def _let_go(self, taken: asyncio.Future[None]) -> None:
        _, size = self._held.pop(taken, (None, 0))
        self.total -= size


class AnsweringStream(IOStream):
    """A connection whose answers are counted until they are taken."""

    def __init__(self, connection: socket.socket, unsent: Unsent, **options: Any) -> None:
        super().__init__(connection, **options)
        self.unsent = unsent

    def write(self, data: bytes | memoryview) -> asyncio.Future[None]:
        taken = super().write(data)
        if not taken.done():
            self.unsent.hold(self, len(data), taken)
        return taken
