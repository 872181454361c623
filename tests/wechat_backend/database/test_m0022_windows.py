"""Migration 22: visits at a window."""

from models.store import Document
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0022_windows import MIGRATION


async def test_a_visit_is_at_the_window_of_its_group(database: Database, clock: Clock) -> None:
    claims = ["seat:centre:social:2026-11-25T01:00:00+00:00:0", "item:a:b"]
    old: Document = {"_id": "old", "group": "social", "seat": 0, "claims": claims}
    new = {**old, "_id": "new", "window": "7", "number": "0815", "moves": 2, "claims": ["item:a:c"]}
    before, after = [new, old], [new, {**old, "window": "social", "number": "", "moves": 0}]
    assert await check_migration(
        database, clock, MIGRATION, {"appointments": before}, {"appointments": after}
    )
