"""Migration 2: types of items."""

from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0002_types import MIGRATION


async def test_an_application_begun_before_is_of_no_special_type(database: Database, clock: Clock) -> None:
    typed = {"_id": "b", "state": "accepted", "type": "permit"}
    before = {"applications": [{"_id": "a", "state": "draft"}, typed, {"_id": "c", "state": "concluded"}]}
    after = {
        "applications": [
            {"_id": "a", "state": "draft", "type": "other"},
            typed,
            {"_id": "c", "state": "concluded", "type": "other"},
        ]
    }
    assert await check_migration(database, clock, MIGRATION, before, after) > 5
