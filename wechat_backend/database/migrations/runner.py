"""Brings a database to the newest migration, by one process at a time.

A process may die at any line: the next run takes up the migration that is not finished, whose steps find only
what is still in the old shape.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from models.leases import given_back, held_by, new_holder, take, taken
from models.privacy import Privacy
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.record import (
    COLLECTION,
    MigrationError,
    newest,
    number_of,
    record_new,
    whose,
)
from wechat_backend.database.migrations.steps import Migration

LEASE, HELD = "migrations", timedelta(minutes=1)
"""The lease in the collection `leases`, renewed after each batch."""

Say = Callable[[str], None]
Clock = Callable[[], datetime]


class AnotherRun(MigrationError):
    def __init__(self) -> None:
        super().__init__(
            "Another process is migrating this database, or was until a moment ago: try again in a minute."
        )


class StillOld(MigrationError):
    def __init__(self, migration: Migration, left: int) -> None:
        super().__init__(
            f"Migration {migration.number} is not finished: {left} are still as they were. Is a server or a "
            "worker at work? Stop all of them and run it again."
        )


async def preview(database: Database, migrations: Sequence[Migration], _now: Clock, say: Say) -> None:
    """Say what `migrate` would change, and write nothing.

    Each migration is counted in the database as it stands, before those in front of it are done.

    Raises:
        DatabaseNewer
    """
    number = await number_of(database, migrations)
    for migration in _beyond(number, migrations):
        changed = sum([await step.count(database) for step in migration.steps])
        say(f"{_title(migration)}: {changed} to change")
    say(_standing(number, migrations))


async def migrate(
    database: Database,
    migrations: Sequence[Migration],
    now: Clock,
    say: Say,
    privacy: Privacy | None = None,
) -> None:
    """Do what the database has not had; nothing, if it has had all. `privacy` is for steps that seal.

    Raises:
        DatabaseNewer, AnotherRun
        StillOld: another process writes meanwhile.
    """
    await record_new(database, migrations, now())
    if await number_of(database, migrations) < newest(migrations):
        async with Turn(database, now) as turn:
            for migration in _beyond(await number_of(database, migrations), migrations):
                changed = await _run(database, migration, turn, privacy)
                say(f"{_title(migration)}: {changed} changed")
    say(_standing(newest(migrations), migrations))


class Turn:
    """The time in which this process alone migrates."""

    def __init__(self, database: Database, now: Clock) -> None:
        self.leases, self.now, self.holder = database["leases"], now, new_holder()

    async def __aenter__(self) -> "Turn":
        now = self.now()
        if await take(self.leases, {"_id": LEASE}, self.holder, now, now + HELD) is None:
            raise AnotherRun
        return self

    async def renew(self) -> None:
        """
        Raises:
            AnotherRun: this process was held up for so long that another one has taken over.
        """
        if not await self._write(taken(self.holder, self.now() + HELD)):
            raise AnotherRun

    async def __aexit__(self, *_error: object) -> None:
        await self._write(given_back())

    async def _write(self, sets: dict[str, object]) -> bool:
        written = await self.leases.update_one({"_id": LEASE, **held_by(self.holder)}, {"$set": sets})
        return bool(written.matched_count)


async def _run(database: Database, migration: Migration, turn: Turn, privacy: Privacy | None) -> int:
    """How many the migration has changed; a batch at whose end a process died may count for less."""
    records, key = database[COLLECTION], {"_id": migration.number}
    begun = {"what": migration.what, "started_at": turn.now(), "finished_at": None, "changed": 0}
    await records.update_one(key, {"$setOnInsert": begun, "$set": {"by": whose()}}, upsert=True)
    for step in migration.with_keys(privacy):
        async for changed in step.batches(database):
            await turn.renew()
            await records.update_one(key, {"$inc": {"changed": changed}})
    if left := sum([await step.count(database) for step in migration.steps]):
        raise StillOld(migration, left)
    await turn.renew()
    await records.update_one(key, {"$set": {"finished_at": turn.now()}})
    return int((await records.find_one(key))["changed"])


def _beyond(number: int, migrations: Sequence[Migration]) -> list[Migration]:
    return [migration for migration in migrations if migration.number > number]


def _title(migration: Migration) -> str:
    return f"{migration.number:04} {migration.what}"


def _standing(number: int, migrations: Sequence[Migration]) -> str:
    return f"The database is at migration {number} of {newest(migrations)}."
