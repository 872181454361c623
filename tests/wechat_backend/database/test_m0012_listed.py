"""Migration 12: members as their list finds them, and the day of one-time passwords."""

from datetime import UTC, datetime

from models.store import Document
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import STEADY, check_migration, contents_of, fill
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0012_listed import MIGRATION
from wechat_backend.database.migrations.runner import migrate

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
LIANG: Document = {"_id": "liang", "name": "梁 Ａnn", "roles": ["window", "contact"]}
LOCKED: Document = {"_id": "Old.Name", "name": "陈", "roles": ["window"], "suspended_at": AT}
GONE: Document = {"_id": "gone", "name": "黄", "roles": [], "suspended_at": AT, "left_at": AT}


def listed(standing: str, text: str, roles: str) -> Document:
    return {"listed": {"standing": standing, "text": text, "roles": roles}}


async def test_members_get_what_their_list_finds_them_by(database: Database, clock: Clock) -> None:
    new = {"_id": "new", "name": "新", "roles": [], "one_time": AT, **listed("present", "new 新", "  ")}
    before = {"staff": [LOCKED, GONE, LIANG, new]}
    after = {
        "staff": [
            LOCKED | listed("suspended", "old.name 陈", " window "),
            GONE | listed("left", "gone 黄", "  "),
            LIANG | listed("present", "liang 梁 ann", " window contact "),
            new,
        ]
    }
    assert await check_migration(database, clock, MIGRATION, before, after) > 3


async def test_a_one_time_password_of_before_begins_anew(database: Database, clock: Clock) -> None:
    member = LIANG | listed("present", "liang 梁 ann", " window contact ") | {"one_time": True}
    await fill(database, {"staff": [member]})
    for _ in range(2):
        await migrate(database, [MIGRATION], clock.now, lambda _line: None, STEADY)
        (found,) = (await contents_of(database, {"staff": []}))["staff"]
        assert isinstance(found["one_time"], datetime)
