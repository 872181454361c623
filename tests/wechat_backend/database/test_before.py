"""All migrations on a database of the code before them, with applications in every state (`before/`)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.guides import Handling
from models.privacy import Privacy
from models.stores import Stores, assemble
from models.workdays import LiveWorkdays
from tests.house.clock import Clock
from tests.house.stores import ROOMY
from tests.shapes import faults, shape_of
from tests.wechat_backend.database.before import plain, restore
from tests.wechat_backend.database.migrating import STEADY, Died, Mortal
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations import ALL
from wechat_backend.database.migrations.record import COLLECTION, check_current
from wechat_backend.database.migrations.runner import HELD, migrate, preview
from wechat_backend.database.migrations.steps import Change, Migration

LAST = Migration(
    len(ALL) + 1,
    "one that stands for those to come",
    [Change("events", {"tried": {"$exists": False}}, lambda one: {"$set": {"tried": one["channel"]}})],
)
PASSING = {COLLECTION, "leases"}
"""What differs from run to run."""


@pytest.fixture
async def old(any_database: Database) -> AsyncIterator[Database]:
    await restore(any_database)
    yield any_database
    await any_database.drop()


def stores_over(database: Database, privacy: Privacy) -> Stores:
    nobody: Any = None
    return assemble(
        database,
        clock=lambda: datetime.now(UTC),
        calendar=LiveWorkdays(),
        privacy=privacy,
        verifier=nobody,
        followers=nobody,
        sms_limits=ROOMY,
    )


async def contents(database: Database) -> dict[str, list[str]]:
    names = set(await database.native.list_collection_names()) - PASSING
    return {
        name: [plain(one) async for one in database[name].find({}).sort("_id", 1)] for name in sorted(names)
    }


def nobody(_line: str) -> None:
    """Hears what is said."""


async def test_it_has_applications_in_every_state_and_handled_in_every_way(old: Database) -> None:
    """The states of that time; a state that comes later has no application here."""
    states = set(await old["applications"].distinct("state"))
    assert states == {
        *("draft", "discarded", "submitted", "supplement_requested", "accepted"),
        *("not_accepted", "returned", "concluded", "withdrawn"),
    }
    assert set(await old["applications"].distinct("handling")) == {handling.value for handling in Handling}
    assert set(await old["applications"].distinct("result.decision")) == {"approved", "denied"}
    assert len(await old["appointments"].distinct("state")) == 6
    assert set(await old["agencies"].distinct("state")) == {"requested", "confirmed", "ended"}
    assert set(await old["deliveries"].distinct("state")) == {"pending", "sent", "failed", "skipped"}
    for carrying in ("applications", "appointments", "reviews", "materials"):
        assert await old[carrying].count_documents({"events.0": {"$exists": True}})
    assert await old["files.chunks"].count_documents({})


async def test_the_stores_read_all_of_it_after_its_migrations(
    old: Database, privacy: Privacy, clock: Clock
) -> None:
    said: list[str] = []
    before = await contents(old)
    await preview(old, ALL, clock.now, said.append)
    assert await contents(old) == before
    await migrate(old, ALL, clock.now, said.append, privacy)
    after = await contents(old)
    await migrate(old, ALL, clock.now, said.append, privacy)
    assert await contents(old) == after
    await check_current(old, ALL, clock.now())
    stores = stores_over(old, privacy)
    await stores.prepare()
    read = 0
    wrong: list[str] = []
    for store in stores.all():
        shape = shape_of(store)
        for key in await store.documents.distinct("_id"):
            found = await store.get(key)
            read += 1
            wrong += faults(found, shape, f"{store.collection}/{key}") if shape else []
    assert wrong == []
    assert read > 300
    for found in await old["applications"].find({}).to_list():
        assert await stores.guides.version(found["guide"])
    for found in await old["materials"].find({"dropped_at": None}).to_list():
        _, content = await stores.materials.read(found["_id"])
        assert content.startswith(b"%PDF")


async def indexes(database: Database) -> dict[str, str]:
    """Each index with its definition."""
    return {
        f"{name}: {index['name']}": plain({**index, "v": 0, "key": list(index["key"].items())})
        for name in await database.native.list_collection_names()
        for index in await (await database[name].list_indexes()).to_list()
    }


async def test_its_indexes_are_those_of_a_new_database(
    old: Database, database: Database, privacy: Privacy, clock: Clock
) -> None:
    """An index that no store declares any more costs each write."""
    await migrate(old, ALL, clock.now, nobody, privacy)
    await database.drop()
    for one in (old, database):
        await stores_over(one, privacy).prepare()
    new = await indexes(database)
    assert len(new) > 50
    assert {name: index for name, index in (await indexes(old)).items() if _kept(name)} == new


def _kept(name: str) -> bool:
    """Not of a collection that comes with its first file, or with the record."""
    return name.partition(":")[0] not in {"files.files", "files.chunks", COLLECTION}


@pytest.fixture(scope="module")
async def migrated(database: Database) -> dict[str, list[str]]:
    """What it is when nothing goes wrong."""
    await restore(database)
    await migrate(database, [*ALL, LAST], Clock().now, nobody, STEADY)
    return await contents(database)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deaths=st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=4))
async def test_however_often_it_is_cut_off_it_comes_to_the_same_end(
    database: Database, migrated: dict[str, list[str]], deaths: list[tuple[int, bool]]
) -> None:
    clock = Clock()
    await restore(database)
    for last, done in deaths:
        process: Any = Mortal(database, last, done=done)
        try:
            await migrate(process, [*ALL, LAST], clock.now, nobody, STEADY)
        except Died:
            clock.advance(HELD)
    await migrate(database, [*ALL, LAST], clock.now, nobody, STEADY)
    assert await contents(database) == migrated
