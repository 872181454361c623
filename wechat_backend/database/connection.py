"""The MongoDB connection, the same whichever driver is behind it.

The face is that of PyMongo's asynchronous API. Motor differs in whether closing, aggregating, listing
indexes, watching and beginning sessions and transactions are awaited; nothing outside this module knows
that. Nothing else imports a client.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from inspect import isawaitable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import structlog
from gridfs.asynchronous import AsyncGridFSBucket
from pymongo import AsyncMongoClient
from pymongo.errors import (
    ConfigurationError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from models.claims import ClaimsFirst
from models.store import ChangedMeanwhile

WEB_PATIENCE, WORKER_PATIENCE = 5.0, 20.0
"""Seconds that a call waits for a primary, in the web server, where a person waits, and in the worker.

A planned change of primary takes less than the first, so people notice nothing. The loss of a primary takes
longer (MongoDB's own `electionTimeoutMillis` is ten seconds): people are told to try again, the worker waits.
"""
DEFAULTS: dict[str, Any] = {
    "appname": "panyu",
    "connectTimeoutMS": 2000,
    "heartbeatFrequencyMS": 5000,  # with the one before: a member that hangs is noticed after 7 s
    "socketTimeoutMS": 20000,
    "retryReads": True,
    "retryWrites": True,
    "w": "majority",
    "uuidRepresentation": "standard",
}
"""What holds unless the connection string says otherwise."""
SEARCH_PAUSE = 0.5
"""Seconds between two looks for a primary that were answered at once."""

ALWAYS: dict[str, Any] = {"tz_aware": True, "tzinfo": UTC}


TRANSIENT = "TransientTransactionError"
"""The server's label for a transaction of which nothing was kept, and which can be tried as a whole again."""

log = structlog.get_logger("panyu.database")


class DatabaseUnreachable(Exception):
    """No usable answer from MongoDB; the message says why and holds no password."""


@dataclass(frozen=True)
class Driver:
    """What one client library calls its parts; `collection` gives its collections PyMongo's face."""

    client: Callable[..., Any]
    bucket: Callable[..., Any]
    collection: Callable[[Any], Any]


class Database:
    """One database: `database["applications"]` is a collection. Satisfies `models.store.Database`."""

    def __init__(self, driver: Driver, client: Any, name: str) -> None:
        self.driver, self.client, self.name = driver, client, name
        self.native = client[name]
        self._search: asyncio.Task[None] | None = None
        self._closed = False

    def __getitem__(self, name: str) -> Any:
        return ClaimsFirst(self.driver.collection(self.native[name]))

    def bucket(self, name: str) -> Any:
        """The GridFS bucket of this name; files are cut into chunks of 255 kB."""
        return self.driver.bucket(self.native, bucket_name=name)

    async def watch(self, pipeline: Sequence[dict[str, Any]], seconds: float) -> Any:
        """Changes in all collections; each look waits at most so many seconds. The first opens the stream."""
        return await _awaited(self.native.watch(list(pipeline), max_await_time_ms=round(seconds * 1000)))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """A session; what is written with `session=` is kept as a whole at the end, or not at all.

        Raises:
            Conflict: `changed_meanwhile`, another one wrote the same document or unique key, or the server
                ended the transaction.
        """
        try:
            async with (
                await _awaited(self.client.start_session()) as session,
                await _awaited(session.start_transaction()),
            ):
                yield session
        except OperationFailure as error:
            if not error.has_error_label(TRANSIENT):
                raise
            raise ChangedMeanwhile from error

    async def ping(self) -> None:
        """One round trip to the primary.

        Raises:
            DatabaseUnreachable
        """
        try:
            await self.client.admin.command("ping")
        except (PyMongoError, OSError) as error:
            raise DatabaseUnreachable(_reason(error)) from error

    @property
    def lost(self) -> bool:
        """Whether a call waited in vain for a primary, and none has been found since.

        Requests are then refused at once, instead of waiting as long again.
        """
        return self._search is not None and not self._search.done()

    def note(self, error: BaseException | None) -> None:
        """Note how a call failed; if it found no primary, `lost` is true until there is one."""
        if isinstance(error, ServerSelectionTimeoutError) and not self.lost:
            self._search = asyncio.create_task(self._find())

    async def _find(self) -> None:
        found = False
        while not (found or self._closed):
            try:
                await self.ping()
                found = True
            except DatabaseUnreachable as error:
                log.warning("database_lost", reason=str(error))
                await asyncio.sleep(SEARCH_PAUSE)

    async def is_empty(self) -> bool:
        """Whether it has no collection at all."""
        return not await self.native.list_collection_names()

    async def drop(self) -> None:
        """Remove the whole database; for tests and tools."""
        await self.client.drop_database(self.name)

    async def close(self) -> None:
        self._closed = True
        await _awaited(self.client.close())
        if self._search:
            await asyncio.wait({self._search})


async def connect(uri: str, name: str, driver: str = "pymongo", patience: float = WEB_PATIENCE) -> Database:
    """Connect to database `name` and see that it answers; later calls wait `patience` seconds for a primary.

    Raises:
        DatabaseUnreachable: the connection string is not one, or nobody answers within `patience`.
    """
    parts = DRIVERS[driver]()
    given = {key.lower() for key, _ in parse_qsl(urlsplit(uri).query)}
    defaults = DEFAULTS | {"serverSelectionTimeoutMS": round(patience * 1000)}
    options = {key: value for key, value in defaults.items() if key.lower() not in given}
    try:
        client = parts.client(uri, **options, **ALWAYS)
    except (ConfigurationError, ValueError) as error:
        raise DatabaseUnreachable(_reason(error)) from error
    database = Database(parts, client, name)
    try:
        await database.ping()
    except DatabaseUnreachable:
        await database.close()
        raise
    return database


def _pymongo() -> Driver:
    return Driver(AsyncMongoClient, AsyncGridFSBucket, lambda collection: collection)


def _motor() -> Driver:
    from motor import motor_asyncio  # noqa: PLC0415 - loaded only by those who ask for it

    def client(uri: str, **options: Any) -> Any:
        return motor_asyncio.AsyncIOMotorClient(uri, io_loop=asyncio.get_running_loop(), **options)

    return Driver(client, motor_asyncio.AsyncIOMotorGridFSBucket, MotorCollection)


DRIVERS: dict[str, Callable[[], Driver]] = {"pymongo": _pymongo, "motor": _motor}


class MotorCollection:
    """A Motor collection that is awaited where PyMongo's is."""

    def __init__(self, native: Any) -> None:
        self._native = native

    def __getattr__(self, name: str) -> Any:
        return getattr(self._native, name)

    def with_options(self, **options: Any) -> MotorCollection:
        return MotorCollection(self._native.with_options(**options))

    async def aggregate(self, *args: Any, **options: Any) -> Any:
        return self._native.aggregate(*args, **options)

    async def list_indexes(self, *args: Any, **options: Any) -> Any:
        return self._native.list_indexes(*args, **options)


async def _awaited(given: Any) -> Any:
    """A result that one driver gives at once, and the other when it is awaited."""
    return await given if isawaitable(given) else given


def _reason(error: Exception) -> str:
    """The first clause of the driver's message, which goes on with the whole topology."""
    return str(error).split(", Timeout:")[0].split(" (configured timeouts")[0] or type(error).__name__
