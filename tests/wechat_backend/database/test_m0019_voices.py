"""Migration 19: files of disputes, and earlier rounds of rectifications."""

from datetime import UTC, datetime

from models.store import Document
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0019_voices import MIGRATION

DISPUTED: Document = {"_id": "application:a", "dispute": {"state": "raised", "grounds": "x"}}
UNDISPUTED: Document = {"_id": "application:b", "dispute": None}
WITH_FILES: Document = {"_id": "application:c", "dispute": {"state": "asked", "files": [{"file": "f"}]}}
AT = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
CASE: Document = {"_id": "application:a", "state": "open", "done": {}}
REPLIED: Document = {"_id": "application:d", "state": "closed", "done": {"close": {"at": AT}}}
OPENED_ANEW: Document = {"_id": "application:b", "state": "open", "earlier": [{"level": 1}]}


async def test_disputes_have_files_and_rectifications_rounds(database: Database, clock: Clock) -> None:
    before = {"reviews": [DISPUTED, UNDISPUTED, WITH_FILES], "rectifications": [CASE, OPENED_ANEW, REPLIED]}
    after = {
        "reviews": [
            DISPUTED | {"dispute": {"state": "raised", "grounds": "x", "files": []}},
            UNDISPUTED,
            WITH_FILES,
        ],
        "rectifications": [
            CASE | {"earlier": [], "replied": None},
            OPENED_ANEW,
            REPLIED | {"earlier": [], "replied": datetime(2026, 11, 24, 16, tzinfo=UTC)},
        ],
    }
    assert await check_migration(database, clock, MIGRATION, before, after) > 5
