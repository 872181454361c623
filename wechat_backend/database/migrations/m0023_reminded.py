"""Visits of which the person is reminded.

An appointment had no `reminded`, and one that is booked no plans for its two reminders. The worker sees to a
plan whose moment is past by then as to any that is late: it reminds of nothing that has begun.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.store import Document
from wechat_backend.database.migrations.steps import Change, Derive, Migration

PANYU = ZoneInfo("Asia/Shanghai")
OLD: Document = {"reminded": {"$exists": False}}


def _evening(start: datetime) -> datetime:
    day = start.astimezone(PANYU).date() - timedelta(days=1)
    return datetime.combine(day, time(18), PANYU).astimezone(UTC)


def _hour(start: datetime) -> datetime:
    return start - timedelta(hours=1)


def _plan(what: str, moment: Callable[[datetime], datetime]) -> Callable[[Document], Document]:
    """What is planned for an appointment."""

    def plan(appointment: Document) -> Document:
        at = moment(appointment["start"])
        return {
            "_id": f"m0023-{appointment['_id']}:{what}",
            "what": what,
            "about": appointment["_id"],
            "at": at,
            "planned_at": appointment["booked_at"],
            "state": "waiting",
            "tries": 0,
            "lease": None,
            "due_at": at,
            "fault": None,
            "ended_at": None,
        }

    return plan


MIGRATION = Migration(
    23,
    "reminders of visits that are booked",
    [
        *(
            Derive("appointments", {**OLD, "state": "booked"}, "schedule", _plan(what, moment))
            for what, moment in {
                "appointment.remind_evening": _evening,
                "appointment.remind_hour": _hour,
            }.items()
        ),
        Change("appointments", OLD, lambda _one: {"$set": {"reminded": []}}),
    ],
)
