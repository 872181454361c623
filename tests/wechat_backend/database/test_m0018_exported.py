"""Migration 18: the revision of each review, and the version of its tags."""

from models.store import Document
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0018_exported import MIGRATION

OLD: Document = {"_id": "application:a", "level": 2, "tags": ["209"], "again": None}
TWICE: Document = OLD | {"_id": "appointment:b", "again": {"level": 5, "tags": []}}
NEW = {"revision": 1, "tags_version": "1"}


async def test_reviews_have_a_revision_and_their_tags_a_version(database: Database, clock: Clock) -> None:
    again = {"again": {"level": 5, "tags": [], "tags_version": "1"}}
    contents = {"reviews": [OLD, TWICE]}
    after = {"reviews": [OLD | NEW, TWICE | NEW | again]}
    assert await check_migration(database, clock, MIGRATION, contents, after) > 5
