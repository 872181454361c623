"""Migration 23: visits that are booked are reminded of."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models.schedule import PlanState
from models.store import Document
from tests.house.clock import START, Clock
from tests.wechat_backend.database.migrating import check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0023_reminded import MIGRATION

NINE = datetime(2026, 11, 25, 1, tzinfo=UTC)
"""Nine in the morning in Panyu."""
EIGHT, SIX = NINE - timedelta(hours=1), datetime(2026, 11, 24, 10, tzinfo=UTC)
"""An hour before, and six in the evening of the day before."""


def appointment(key: str, state: str, **changes: Any) -> Document:
    return {"_id": key, "state": state, "start": NINE, "booked_at": START, **changes}


def plan(key: str, what: str, at: datetime) -> Document:
    waiting = {"state": PlanState.WAITING.value, "tries": 0, "lease": None, "fault": None, "ended_at": None}
    times = {"at": at, "due_at": at, "planned_at": START}
    return {"_id": f"m0023-{key}:{what}", "what": what, "about": key, **times, **waiting}


async def test_those_that_are_booked_get_both_plans_and_no_other(database: Database, clock: Clock) -> None:
    kept = appointment("new", "booked", reminded=[SIX])
    before = [appointment("booked", "booked"), appointment("cancelled", "cancelled"), kept]
    after = [
        appointment("booked", "booked", reminded=[]),
        appointment("cancelled", "cancelled", reminded=[]),
        kept,
    ]
    plans = [
        plan("booked", "appointment.remind_evening", SIX),
        plan("booked", "appointment.remind_hour", EIGHT),
    ]
    contents = {"appointments": before, "schedule": []}, {"appointments": after, "schedule": plans}
    assert await check_migration(database, clock, MIGRATION, *contents) > 5
