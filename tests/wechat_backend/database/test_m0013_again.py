"""Migration 13: the indexes of what was sent back go, and no other."""

from pymongo import IndexModel

from tests.wechat_backend.database.migrating import STEADY
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0013_again import INDEXES, MIGRATION, OLD


async def test_the_indexes_of_what_was_sent_back_go(database: Database) -> None:
    documents = database["applications"]
    order = {"again_by_due": ("due_at", 1), "again_by_change": ("changed_at", -1)}
    made = [IndexModel([("state", 1), order[name], ("_id", 1)], name=name, **OLD) for name in INDEXES]
    await documents.create_indexes([*made, IndexModel("state", name="all_by_due")])
    for _ in range(2):
        for step in MIGRATION.with_keys(STEADY):
            _ = [changed async for changed in step.batches(database)]
    assert set(await documents.index_information()) == {"_id_", "all_by_due"}
