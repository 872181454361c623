"""Who waits in this process for a change of a pairing, whichever process makes it.

One change stream a process serves all that wait. Where it was lost, all are rung, and look for themselves.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pymongo.errors import PyMongoError

from models.store import Database, Document, Stream

LOOK = 1.0
"""Seconds that a look waits for a change; so long may it last to end the process, as no call is cut off."""


class Changes:
    """`collection` is that of the pairings."""

    def __init__(self, database: Database, collection: str) -> None:
        self.database = database
        self.pipeline: list[Document] = [
            {"$match": {"ns.coll": collection, "operationType": {"$in": ["update", "replace", "delete"]}}},
            {"$project": {"documentKey": 1}},
        ]
        self.waiting: dict[str, set[asyncio.Event]] = {}
        self.stream: Stream | None = None

    @contextmanager
    def of(self, key: str) -> Iterator[asyncio.Event]:
        """A bell that rings, and is to be cleared, whenever the pairing was changed; it is rung at least as
        often as that."""
        bell = asyncio.Event()
        self.waiting.setdefault(key, set()).add(bell)
        try:
            yield bell
        finally:
            self.waiting[key].discard(bell)
            if not self.waiting[key]:
                del self.waiting[key]

    async def look(self) -> None:
        """Ring the bells of what was changed, until nothing has been changed for a look; the first look opens
        the stream.

        Raises:
            PyMongoError: the stream is lost; the next look opens another.
        """
        try:
            if self.stream is None:
                self.stream = await self.database.watch(self.pipeline, LOOK)
                self._ring(list(self.waiting))
            while self.stream and (change := await self._next(self.stream)):
                self._ring([change["documentKey"]["_id"]])
        except BaseException:
            await self.end()
            raise

    async def end(self) -> None:
        """Close the stream, if there is one."""
        stream, self.stream = self.stream, None
        if stream:
            with suppress(PyMongoError):
                await stream.close()

    async def _next(self, stream: Stream) -> Document | None:
        change = await stream.try_next()
        if not stream.alive:
            await self.end()
        return change

    def _ring(self, keys: list[str]) -> None:
        for key in keys:
            for bell in self.waiting.get(key, ()):
                bell.set()


async def rung(bell: asyncio.Event, seconds: float) -> None:
    """Wait until it rings, at most so many seconds."""
    ringing = asyncio.ensure_future(bell.wait())
    await asyncio.wait({ringing}, timeout=seconds)
    ringing.cancel()
