"""Migration 16: the old indexes of flags and decisions go, and no other."""

from pymongo import IndexModel

from models.blacklist import Bans, Flags
from tests.wechat_backend.database.migrating import STEADY
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0016_flags import MIGRATION, OLD


async def test_the_indexes_by_state_alone_go(database: Database) -> None:
    for collection, key in OLD.items():
        made = [IndexModel([*key.items()], name="state"), IndexModel("applicant", name="applicant")]
        await database[collection].create_indexes(made)
    for _ in range(2):
        for step in MIGRATION.with_keys(STEADY):
            _ = [changed async for changed in step.batches(database)]
    for collection in OLD:
        assert set(await database[collection].index_information()) == {"_id_", "applicant"}


def test_no_list_names_one_so() -> None:
    """What is made under that name would be dropped at the next change of version."""
    for store in (Bans, Flags):
        assert "state" not in {index.document["name"] for index in store.indexes}
