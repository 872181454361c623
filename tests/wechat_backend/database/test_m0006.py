"""Migration 6: what an application under way holds, and lists of halls of members of staff."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.store import Document
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations import steps
from wechat_backend.database.migrations.m0006_under_way import MIGRATION


def application(key: str, state: str, day: int | None, **changes: Any) -> Document:
    at = datetime(2026, 11, day, 1, tzinfo=UTC) if day else None
    return {"_id": key, "applicant": "p", "item": "i", "state": state, "submitted_at": at, **changes}


def member(key: str, *roles: str, **changes: Any) -> Document:
    return {"_id": key, "roles": list(roles), "department": None, **changes}


async def test_the_first_holds_the_item_and_members_list_their_halls(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "BATCH", 2)
    halls: list[Document] = [
        {"_id": "centre", "windows": {"capacity": {"general": 1}}},
        {"_id": "station", "windows": None},
        {"_id": "wanbo", "windows": {"capacity": {"general": 1}}},
    ]
    old = {
        "applications": [
            application("a-later", "accepted", 25),
            application("b-first", "supplement_requested", 24),
            application("c-over", "concluded", 2),
            application("d-draft", "draft", None),
            application("e-other-item", "submitted", 25, item="j"),
            application("f-of-another", "paused", 25, applicant="q"),
            application("g-form", "generated", 25, applicant="r"),
            application("h-withdrawn", "withdrawn", 25, applicant="s"),
            application("i-holds", "submitted", 25, applicant="t", under_way="t:i"),
            application("j-same-moment", "submitted", 25, applicant="u"),
            application("k-same-moment", "submitted", 25, applicant="u"),
        ],
        "staff": [
            member("approver", "approver"),
            member("both", "approver", "window", halls=None),
            member("centre", "service_centre", halls=None),
            member("listed", "township", halls=["wanbo"]),
            member("nowhere", "township", halls=[]),
            member("window", "window"),
        ],
        "halls": halls,
    }
    hold = {"b-first": "p:i", "e-other-item": "p:j", "f-of-another": "q:i", "g-form": "r:i"}
    hold |= {"j-same-moment": "u:i"}
    all_halls = {"both", "centre", "window"}
    new = {
        "applications": [
            one | ({"under_way": hold[one["_id"]]} if one["_id"] in hold else {})
            for one in old["applications"]
        ],
        "staff": [
            one if one.get("halls") is not None
            else one | {"halls": ["centre", "wanbo"] if one["_id"] in all_halls else []}
            for one in old["staff"]
        ],
        "halls": halls,
    }  # fmt: skip
    assert await check_migration(database, clock, MIGRATION, old, new) > 10
