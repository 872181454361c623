"""Endings of appointments that can be objected to, and an end of the day for those that nobody recorded.

An appointment had no `arrived_at`, `giving_up`, `closes_at`, `objection`, and `material` only once staff had
recorded its ending. One that is booked gets the end of its day and a plan for it, so that the worker closes
it, also if that day is long past. Its claims stay as they are. `given_up` meant that staff had recorded it,
and means from now on that the person confirmed it: those of before are unrecorded.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.store import Document
from wechat_backend.database.migrations.steps import Change, Derive, Migration

PANYU = ZoneInfo("Asia/Shanghai")
OLD: Document = {"objection": {"$exists": False}}
WHAT = "appointment.day_over"


def _closes_at(appointment: Document) -> datetime | None:
    if appointment["state"] != "booked":
        return None
    day = date.fromisoformat(appointment["day"]) + timedelta(days=1)
    return datetime.combine(day, time.min, PANYU).astimezone(UTC)


def _plan(appointment: Document) -> Document:
    closes_at = _closes_at(appointment)
    return {
        "_id": f"m0008-{appointment['_id']}:{WHAT}",
        "what": WHAT,
        "about": appointment["_id"],
        "at": closes_at,
        "planned_at": appointment["booked_at"],
        "state": "waiting",
        "tries": 0,
        "lease": None,
        "due_at": closes_at,
        "fault": None,
        "ended_at": None,
    }


def _of_appointment(appointment: Document) -> Document:
    state = appointment["state"]
    return {
        "$set": {
            "state": "unrecorded" if state == "given_up" else state,
            "arrived_at": None,
            "giving_up": None,
            "closes_at": _closes_at(appointment),
            "material": appointment.get("material"),
            "objection": None,
        }
    }


MIGRATION = Migration(
    8,
    "endings that can be objected to",
    [
        Derive("appointments", {**OLD, "state": "booked"}, "schedule", _plan),
        Change("appointments", OLD, _of_appointment),
    ],
)
