"""Which migrations a database has had, and whether this code may work with it.

Collection `migrations`: `{_id: number, what, started_at, finished_at: None while it runs, changed, by}`;
`by` is a host and a process id. A database is at the highest number that is finished. With data and no
record it is at 0; an empty one is recorded at the newest number by the first process that meets it.
"""

import asyncio
import os
import socket
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import structlog
from pymongo import DESCENDING
from pymongo.errors import DuplicateKeyError, PyMongoError

from models.concurrency import wait_at_most
from models.store import Document
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.steps import Migration

COLLECTION = "migrations"
LOOK_EVERY = 5.0
"""Seconds between two looks of a running process for a newer migration."""
LOOK_SECONDS = 5.0

log = structlog.get_logger("panyu.database")


class MigrationError(Exception):
    """This code and this database do not fit together; the message says what to do."""


class DatabaseNewer(MigrationError):
    def __init__(self, database: Database, found: Document, newest: int) -> None:
        super().__init__(
            f"The database {database.name} has migration {found['_id']} ({found['what']}), this code has "
            f"{newest}. Start the code that belongs to the database, or restore the backup made before."
        )


class DatabaseBehind(MigrationError):
    def __init__(self, database: Database, number: int, newest: int) -> None:
        super().__init__(
            f"The database {database.name} is at migration {number}, this code needs {newest}. Stop all "
            "servers and workers, make a backup, then run: python -m wechat_backend migrate"
        )


def newest(migrations: Sequence[Migration]) -> int:
    return max((migration.number for migration in migrations), default=0)


def whose() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


async def record_new(database: Database, migrations: Sequence[Migration], now: datetime) -> None:
    """Record an empty database at the newest number; leave any other one as it is."""
    if not await database.is_empty():
        return
    made = {"what": "a new database", "started_at": now, "finished_at": now, "changed": 0, "by": whose()}
    with suppress(DuplicateKeyError):  # another process has met it at the same moment
        await database[COLLECTION].insert_one({"_id": newest(migrations), **made})


async def number_of(database: Database, migrations: Sequence[Migration]) -> int:
    """The number that the database is at; an empty one needs no migration.

    Raises:
        DatabaseNewer: a migration has begun that this code does not have.
    """
    if await database.is_empty():
        return newest(migrations)
    await refuse_newer(database, newest(migrations))
    last = await database[COLLECTION].find_one({"finished_at": {"$ne": None}}, sort=[("_id", DESCENDING)])
    return int(last["_id"]) if last else 0


async def check_current(database: Database, migrations: Sequence[Migration], now: datetime) -> None:
    """See that this code may work with the database; an empty one is recorded at the newest number.

    Raises:
        DatabaseNewer, DatabaseBehind
    """
    await record_new(database, migrations, now)
    number = await number_of(database, migrations)
    if number < newest(migrations):
        raise DatabaseBehind(database, number, newest(migrations))


async def refuse_newer(database: Database, known: int) -> None:
    """
    Raises:
        DatabaseNewer: a migration beyond `known` has begun, or is finished.
    """
    if found := await database[COLLECTION].find_one({"_id": {"$gt": known}}, sort=[("_id", DESCENDING)]):
        raise DatabaseNewer(database, found, known)


async def run_while_current(
    database: Database,
    migrations: Sequence[Migration],
    work: Coroutine[Any, Any, None],
    every: float = LOOK_EVERY,
) -> None:
    """Run `work` until it ends, and cancel it once a newer migration has begun.

    Servers and workers are to be stopped before a migration. One that was forgotten ends in this way, and so
    does not go on writing the shape that it knows. A look that fails is made up for by the next one.

    Raises:
        DatabaseNewer
    """
    working = asyncio.create_task(work)
    try:
        while not working.done():
            await asyncio.wait({working}, timeout=every)
            if working.done():
                break
            with suppress(TimeoutError, PyMongoError):
                await wait_at_most(LOOK_SECONDS, refuse_newer(database, newest(migrations)))
    finally:
        working.cancel()
        await asyncio.wait({working})
    working.result()
