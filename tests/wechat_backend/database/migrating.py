"""What every migration must stand: done, done again, cut off at each write to the database, counted first."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from itertools import count
from typing import Any

from models.privacy import NONCE, Privacy
from models.store import Document
from tests.house.clock import Clock
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.record import COLLECTION
from wechat_backend.database.migrations.runner import HELD, migrate, preview
from wechat_backend.database.migrations.steps import Migration

Contents = Mapping[str, list[Document]]
"""The documents of each collection, in the order of their ids."""

WRITES = {"insert_one", "update_one", "bulk_write", "find_one_and_update", "delete_many", "drop_index"}
CALLS = {*WRITES, "find_one", "count_documents"}


class Steady(Privacy):
    """Seals the same in the same way each time, so that what is sealed can be compared."""

    def seal_bytes(self, content: bytes, context: str) -> bytes:
        nonce = sha256(context.encode() + content).digest()[:NONCE]
        return nonce + self.ciphers[self.current].encrypt(nonce, content, context.encode())


STEADY = Steady({"test": bytes(range(32))}, b"index key of the tests, 32 bytes")


class Died(BaseException):
    """The process is gone."""


class Watched:
    """The database of a process; each of its calls goes through `call`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def __getattr__(self, name: str) -> Any:
        return getattr(self.database, name)

    def __getitem__(self, name: str) -> Any:
        return _WatchedCollection(self, self.database[name])

    async def call(self, name: str, made: Callable[[], Awaitable[Any]]) -> Any:
        return await made()


class _WatchedCollection:
    def __init__(self, process: Watched, documents: Any) -> None:
        self._process, self._documents = process, documents

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._documents, name)
        if name not in CALLS:
            return method
        return lambda *args, **options: self._process.call(name, lambda: method(*args, **options))


class Mortal(Watched):
    """A process that dies with its call number `last`, before or after it is `done`."""

    def __init__(self, database: Database, last: int, *, done: bool) -> None:
        super().__init__(database)
        self.left, self.done = last, done

    async def call(self, name: str, made: Callable[[], Awaitable[Any]]) -> Any:
        self.left -= 1
        if self.left < 0 or (self.left == 0 and not self.done):
            raise Died
        result = await made()
        if self.left == 0:
            raise Died
        return result


class DiesBeforeWriting(Mortal):
    """It dies before its write number `last`: a death at any line since the one before leaves the same."""

    def __init__(self, database: Database, last: int) -> None:
        super().__init__(database, last, done=False)

    async def call(self, name: str, made: Callable[[], Awaitable[Any]]) -> Any:
        return await (super().call(name, made) if name in WRITES else made())


async def fill(database: Database, contents: Contents) -> None:
    """Make it hold these documents alone; a database that no migration has seen."""

    async def one(name: str) -> None:
        await database[name].delete_many({})
        if contents.get(name):
            await database[name].insert_many(contents[name])

    await asyncio.gather(*(one(name) for name in {*contents, COLLECTION, "leases"}))


async def contents_of(database: Database, names: Contents) -> Contents:
    found = await asyncio.gather(*(database[name].find({}).sort("_id", 1).to_list() for name in names))
    return dict(zip(names, found, strict=True))


async def check_migration(
    database: Database, clock: Clock, migration: Migration, before: Contents, after: Contents
) -> int:
    """Try one migration in every way; how often it was cut off.

    Raises:
        AssertionError
    """
    said: list[str] = []
    await fill(database, before)
    await preview(database, [migration], clock.now, said.append)
    assert await contents_of(database, before) == before, "a dry run writes nothing"
    assert await database[COLLECTION].count_documents({}) == 0
    for _ in range(2):
        await migrate(database, [migration], clock.now, _nobody, STEADY)
        assert await contents_of(database, after) == after
    await fill(database, after)
    await migrate(database, [migration], clock.now, said.append, STEADY)
    assert said[-2].endswith(": 0 changed"), "what has the new shape is left alone"
    assert await contents_of(database, after) == after
    return await _cut_off_everywhere(database, clock, migration, before, after)


async def _cut_off_everywhere(
    database: Database, clock: Clock, migration: Migration, before: Contents, after: Contents
) -> int:
    """A process dies at its first write, the next run at its second …, until one comes to its end."""
    for last in count(1):
        await fill(database, before)
        process: Any = DiesBeforeWriting(database, last)
        try:
            await migrate(process, [migration], clock.now, _nobody, STEADY)
        except Died:
            clock.advance(HELD)
            await migrate(database, [migration], clock.now, _nobody, STEADY)
            assert await contents_of(database, after) == after
        else:
            break
    return last - 1


def _nobody(_line: str) -> None:
    """Hears what is said."""
