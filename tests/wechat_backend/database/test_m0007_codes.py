"""Migration 7: department codes whose inner check holds, in every collection; guides without pieces."""

from typing import Any

import pytest
from stdnum.cn import uscc

from models.store import Document
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0007_codes import CODES, MIGRATION
from wechat_backend.loading.loader import organization_code_holds

OLD, NEW = "11440113007512351Y", CODES["11440113007512351Y"]
RIGHT = "114401130075126233"


def documents(code: str) -> dict[str, list[Document]]:
    """What is kept of a department with this code, and of one whose code was right."""
    item = f"{code}0000000409001"
    event = {"id": "e", "name": "guide.published", "about": f"{item}@2", "data": {"item": item}}
    return {
        "departments": [{"_id": code, "name": "公安分局"}, {"_id": RIGHT, "name": "政数局"}],
        "guides": [{"_id": f"{item}@2", "item": item, "department": code, "events": [event]}],
        "applications": [
            {"_id": "a", "guide": f"{item}@2", "item": item, "department": code, "draft": f"p:{item}@2"},
            {"_id": "b", "guide": f"{RIGHT}0000000000001@1", "item": f"{RIGHT}0000000000001", "version": 3},
        ],
        "appointments": [{"_id": "c", "claims": ["seat:centre:police:t:0", f"item:p:{item}"]}],
        "staff": [{"_id": "approver", "department": code}, {"_id": "digital", "department": None}],
        "uses": [{"_id": item, "counted": 2, "expected": 900}],
        "inbox": [{"_id": "choices:o", "choices": [item]}],
        "schedule": [{"_id": "s", "about": {item: [code, 1, None]}}],
    }


async def test_codes_are_renamed_wherever_they_stand(database: Database, clock: Clock) -> None:
    old, new = documents(OLD), documents(NEW)
    old["guides"][0]["grams"] = ["居", "居住"]
    for contents in (old, new):
        for name in contents:
            contents[name].sort(key=lambda one: one["_id"])
    assert await check_migration(database, clock, MIGRATION, old, new) >= 16


async def test_indexes_of_the_old_search_go(database: Database, clock: Clock) -> None:
    keys: dict[str, Any] = {
        "search": [("state", 1), ("grams", 1)],
        "topic": [("state", 1), ("topics", 1), ("name", 1)],
        "department": [("state", 1), ("department", 1), ("name", 1)],
    }
    for name, key in keys.items():
        await database["guides"].create_index(key, name=name)
    await check_migration(database, clock, MIGRATION, {"guides": []}, {"guides": []})
    assert not {*await database["guides"].index_information()} & {*keys}


@pytest.mark.parametrize(("old", "new"), CODES.items())
def test_the_new_codes_hold_both_checks(old: str, new: str) -> None:
    assert uscc.is_valid(old)
    assert uscc.is_valid(new)
    assert not organization_code_holds(old)
    assert organization_code_holds(new)
    assert old[:16] == new[:16], "the same department"
