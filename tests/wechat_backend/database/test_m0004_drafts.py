"""Migration 4: a version of a guide that was written and never published is gone."""

from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0004_drafts import MIGRATION


async def test_what_was_published_stays(database: Database, clock: Clock) -> None:
    kept = [
        {"_id": "item@1", "item": "item", "version": 1, "state": "superseded"},
        {"_id": "item@2", "item": "item", "version": 2, "state": "published"},
    ]
    draft = {"_id": "item@3", "item": "item", "version": 3, "state": "draft"}
    assert await check_migration(database, clock, MIGRATION, {"guides": [*kept, draft]}, {"guides": kept}) > 3
