"""Migration 11: the former indexes of the lists go."""

from models.store import Document
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import STEADY, check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0011_lists import MIGRATION

OLD = {
    "appointments": {"hall_1_day_1_start_1": "hall day start", "objections": "objection.state objection.at"},
    "deliveries": {"given_up": "state settled_at", "retrying": "state created_at"},
}


async def test_the_former_indexes_of_the_lists_go(database: Database, clock: Clock) -> None:
    for collection, indexes in OLD.items():
        for name, fields in indexes.items():
            keys = [(field, -1 if field == "settled_at" else 1) for field in fields.split()]
            await database[collection].create_index(keys, name=name)
        await database[collection].create_index("event", name="event")
    for step in MIGRATION.with_keys(STEADY):
        assert await step.count(database) == 1
        _ = [changed async for changed in step.batches(database)]
        assert await step.count(database) == 0
    for collection in OLD:
        assert set(await database[collection].index_information()) == {"_id_", "event"}


async def test_documents_stay_as_they_are(database: Database, clock: Clock) -> None:
    kept: dict[str, list[Document]] = {"appointments": [{"_id": "a"}], "deliveries": [{"_id": "d"}]}
    await check_migration(database, clock, MIGRATION, kept, kept)
