"""Migration 17: the figures of reviews."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from models.store import Document
from models.stores import Stores
from tests.house.clock import START, Clock
from tests.house.outside import Register
from tests.house.stores import empty, stores_over
from tests.wechat_backend.database.migrating import check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0017_figures import MIGRATION

AT = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
"""Already the 25th in Panyu."""
DAY = datetime(2026, 11, 24, 16, tzinfo=UTC)
PLACE = {"department": "D", "item": "i", "hall": "H"}
SERVED: Document = {"_id": "a", "state": "served", "day": "2026-11-25", **PLACE}
CONCLUDED: Document = {"_id": "b", "state": "concluded", "concluded_at": AT, "department": "D", "item": "j"}
OPEN: Document = {"_id": "c", "state": "accepted", "department": "D", "item": "j"}
SAID: Document = {"channel": "h5", "day": DAY, "tags": [], "marks": [], "again": None, **PLACE}
BAD: Document = SAID | {
    "_id": "appointment:a",
    "level": 1,
    "tags": ["108", "115"],
    "marks": ["bad"],
    "again": {"level": 4, "at": datetime(2026, 12, 1, 4, tzinfo=UTC), "channel": "chat"},
}
ASIDE: Document = SAID | {"_id": "application:b", "level": 2, "marks": ["bad", "set_aside"], "hall": None}
GUIDE: Document = SAID | {"_id": "guide:i:1:p", "level": 5}
CASE: Document = {
    "_id": "appointment:a",
    "opened_at": AT,
    "fix_due": datetime(2026, 12, 16, 15, 59, 59, tzinfo=UTC),
    "done": {"fix": {"at": datetime(2026, 12, 16, 16, 0, 0, tzinfo=UTC)}},
}
BEFORE: dict[str, list[Document]] = {
    "applications": [CONCLUDED, OPEN],
    "appointments": [SERVED],
    "reviews": sorted([BAD, ASIDE, GUIDE], key=lambda one: str(one["_id"])),
    "rectifications": [CASE],
    "review_ticks": [],
    "review_figures": [],
}
TICKS = {
    "appointment:a": [
        "2026-11-25|service|D|i|H|h5|level_1",
        "2026-11-25|service|D|i|H|h5|opened",
        "2026-11-25|service|D|i|H|h5|tag_108",
        "2026-11-25|service|D|i|H|h5|tag_115",
        "2026-11-25|service|D|i|H||finished",
        "2026-11-25|service|D|i|H||reviewed",
        "2026-12-01|service|D|i|H|chat|again_4",
        "2026-12-16|service|D|i|H|h5|due",
        "2026-12-16|service|D|i|H|h5|late",
    ],
    "application:b": ["2026-11-25|service|D|i||h5|set_aside", "2026-11-25|service|D|j|||finished"],
    "guide:i:1:p": ["2026-11-25|guide|D|i|H|h5|level_5"],
}
CELLS = {
    "2026-11-25|guide|D|i|H|h5": {"level_5": 1},
    "2026-11-25|service|D|i|H|": {"finished": 1, "reviewed": 1},
    "2026-11-25|service|D|i|H|h5": {"level_1": 1, "opened": 1, "tag_108": 1, "tag_115": 1},
    "2026-11-25|service|D|i||h5": {"set_aside": 1},
    "2026-11-25|service|D|j||": {"finished": 1},
    "2026-12-01|service|D|i|H|chat": {"again_4": 1},
    "2026-12-16|service|D|i|H|h5": {"due": 1, "late": 1},
}


def cell(key: str, boxes: dict[str, int]) -> Document:
    day, kind, department, item, hall, channel = key.split("|")
    return {
        "_id": key,
        "n": boxes,
        "day": datetime.fromisoformat(f"{day}T00:00:00+08:00").astimezone(UTC),
        "kind": kind,
        "department": department,
        "item": item,
        "hall": hall,
        "channel": channel,
    }


AFTER = BEFORE | {
    "review_ticks": [
        {"_id": matter, "ticks": sorted(ticks), "looks": 1} for matter, ticks in sorted(TICKS.items())
    ],
    "review_figures": [cell(key, boxes) for key, boxes in sorted(CELLS.items())],
}


async def test_all_that_was_said_and_done_is_counted(database: Database, clock: Clock) -> None:
    assert await check_migration(database, clock, MIGRATION, BEFORE, AFTER) > 5


@pytest.fixture
async def stores(database: Database) -> AsyncIterator[Stores]:
    stores = stores_over(database, lambda: START, Register())
    yield stores
    await empty(stores)


async def test_it_counts_as_the_service_does(database: Database, stores: Stores) -> None:
    for name, documents in AFTER.items():
        await database[name].delete_many({})
        await database[name].insert_many(documents)
    await database["rectifications"].update_many({}, {"$set": {"earlier": []}})  # migration 19
    found: Any = await stores.recount.run(replace=False)
    assert (found.differences, found.waiting) == ({}, set())
    assert (found.matters, found.cells) == (len(TICKS), len(CELLS))
