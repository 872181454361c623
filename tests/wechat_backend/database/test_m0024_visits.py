"""Migration 24: an appointment of before is a visit of its own."""

from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0024_visits import MIGRATION


async def test_each_is_a_visit_of_its_own(database: Database, clock: Clock) -> None:
    together = [{"_id": key, "visit": "together"} for key in ("new-1", "new-2")]
    old, alone = {"_id": "old", "state": "served"}, {"_id": "old", "state": "served", "visit": "old"}
    contents = {"appointments": [*together, old]}, {"appointments": [*together, alone]}
    assert await check_migration(database, clock, MIGRATION, *contents) > 2
