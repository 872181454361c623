"""Migration 15: reviews as staff know them, and what may become of them."""

from datetime import UTC, datetime

from models.store import Document
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import STEADY, check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0015_reviews import MIGRATION

AT = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
OLD: Document = {"_id": "application:a", "applicant": "p", "level": 2, "tags": ["209"], "at": AT}
GOOD: Document = OLD | {"_id": "appointment:b", "level": 5, "tags": []}


def new(old: Document, marks: list[str]) -> Document:
    return old | {
        "ref": STEADY.index(old["_id"], "review_ref")[:32],
        "day": datetime(2026, 11, 24, 16, tzinfo=UTC),
        "agent": "p",
        "words_state": "shown",
        "reason": STEADY.sealed("", f"review:{old['_id']}:words:reason"),
        "again": None,
        "dispute": None,
        "marks": marks,
    }


async def test_reviews_have_what_staff_know_them_by(database: Database, clock: Clock) -> None:
    after = [new(OLD, ["bad"]), new(GOOD, [])]
    contents = {"reviews": [OLD, GOOD]}
    assert await check_migration(database, clock, MIGRATION, contents, {"reviews": after}) > 5


async def test_the_former_index_goes(database: Database) -> None:
    documents = database["reviews"]
    await documents.create_index([("department", 1), ("at", -1)])
    for step in MIGRATION.with_keys(STEADY):
        _ = [changed async for changed in step.batches(database)]
    assert set(await documents.index_information()) == {"_id_"}
