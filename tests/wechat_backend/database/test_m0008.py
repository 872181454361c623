"""Migration 8: endings of appointments that can be objected to, and an end of the day for the others."""

from datetime import UTC, datetime
from typing import Any

from models.schedule import PlanState
from models.store import Document
from tests.house.clock import START, Clock
from tests.wechat_backend.database.migrating import check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0008_endings import MIGRATION

MIDNIGHT = datetime(2026, 11, 25, 16, tzinfo=UTC)
"""The end of 25 November in Panyu."""
NEW: Document = {"arrived_at": None, "giving_up": None, "objection": None}


def appointment(key: str, state: str, **changes: Any) -> Document:
    return {"_id": key, "state": state, "day": "2026-11-25", "booked_at": START, **changes}


def plan(key: str) -> Document:
    waiting = {"state": PlanState.WAITING.value, "tries": 0, "lease": None, "fault": None, "ended_at": None}
    what = "appointment.day_over"
    at = {"at": MIDNIGHT, "due_at": MIDNIGHT, "planned_at": START}
    return {"_id": f"m0008-{key}:{what}", "what": what, "about": key, **at, **waiting}


async def test_booked_ones_are_closed_and_unconfirmed_giving_up_is_unrecorded(
    database: Database, clock: Clock
) -> None:
    claims = ["item:a:b"]
    kept = appointment("new", "booked", closes_at=MIDNIGHT, material=None, **NEW)
    other: Document = {**plan("x"), "_id": "event:application.silence", "what": "application.silence"}
    before = [
        appointment("booked", "booked", claims=claims),
        appointment("cancelled", "cancelled"),
        appointment("given_up", "given_up", material=None),
        appointment("lacked", "missing_material", material="id_card"),
        kept,
        appointment("no_show", "no_show", material=None),
    ]
    after = [
        appointment("booked", "booked", claims=claims, closes_at=MIDNIGHT, material=None, **NEW),
        appointment("cancelled", "cancelled", closes_at=None, material=None, **NEW),
        appointment("given_up", "unrecorded", closes_at=None, material=None, **NEW),
        appointment("lacked", "missing_material", closes_at=None, material="id_card", **NEW),
        kept,
        appointment("no_show", "no_show", closes_at=None, material=None, **NEW),
    ]
    contents = (
        {"appointments": before, "schedule": [other]},
        {"appointments": after, "schedule": [other, plan("booked")]},
    )
    assert await check_migration(database, clock, MIGRATION, *contents) > 5
