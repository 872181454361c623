"""Migration 14: members of a township name it; nobody reaches a hall that they did not list."""

import pytest

from models.store import Document
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations import steps
from wechat_backend.database.migrations.m0014_townships import MIGRATION

HALLS: list[Document] = [
    {"_id": "centre", "township": "市桥街道", "windows": {"capacity": {"general": 1}}},
    {"_id": "changlong", "township": "南村镇", "windows": {"capacity": {"general": 1}}},
    {"_id": "station", "township": "南村镇", "windows": None},
    {"_id": "wanbo", "township": "南村镇", "windows": {"capacity": {"general": 1}}},
    {"_id": "z-station", "township": "石楼镇", "windows": None},
]


def member(key: str, roles: list[str], *halls: str) -> Document:
    return {"_id": key, "roles": roles, "department": None, "halls": list(halls)}


async def test_a_whole_township_is_named_and_a_part_is_not(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "BATCH", 2)
    both = ["township", "window"]
    old = [
        member("admin", ["administrator"]),
        member("both", both, "changlong", "wanbo"),
        member("centre", ["service_centre"], "changlong", "wanbo"),
        member("gone", []),
        member("none", ["township"]),
        member("part", ["township"], "centre", "wanbo"),
        member("whole", ["township"], "changlong", "station", "wanbo"),
    ]
    townships = {"both": ["南村镇"], "part": ["市桥街道"], "whole": ["南村镇"]}
    left = {"part": ["wanbo"], "whole": ["station"]}
    new = [
        one | {"townships": townships.get(one["_id"], []), "halls": left.get(one["_id"], one["halls"])}
        for one in old
    ]
    assert await check_migration(
        database, clock, MIGRATION, {"staff": old, "halls": HALLS}, {"staff": new, "halls": HALLS}
    ) > 4  # fmt: skip
