"""Endings of appointments that can be objected to, and an end of the day for those that nobody recorded.

An appointment had no `arrived_at`, `giving_up`, `closes_at`, `objection`, and `material` only once staff had
recorded its ending. One that is booked gets the end of its day and a plan for it, so that the worker closes
it, also if that day is long past. Its claims stay as they are. `given_up` meant that staff had recorded it,
and means from now on that the person confirmed it: those of before are unrecorded.
"""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pymongo import ASCENDING, UpdateOne

from models.store import Document
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.steps import BATCH, Change, Migration

PANYU = ZoneInfo("Asia/Shanghai")
OLD: Document = {"objection": {"$exists": False}}
WHAT = "appointment.day_over"


def _closes_at(appointment: Document) -> datetime | None:
    if appointment["state"] != "booked":
        return None
    day = date.fromisoformat(appointment["day"]) + timedelta(days=1)
    return datetime.combine(day, time.min, PANYU).astimezone(UTC)


def _key(appointment: Document) -> str:
    return f"m0008-{appointment['_id']}:{WHAT}"


def _plan(appointment: Document) -> Document:
    closes_at = _closes_at(appointment)
    return {
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


def _keep(appointment: Document) -> UpdateOne:
    return UpdateOne({"_id": _key(appointment)}, {"$setOnInsert": _plan(appointment)}, upsert=True)


class PlanTheEnd:
    """A plan for each that is booked, before it has the moment that the plan is for."""

    query: Document = {**OLD, "state": "booked"}

    async def count(self, database: Database) -> int:
        booked = database["appointments"].find(self.query, {"_id": 1})
        keys = [_key(one) async for one in booked]
        return len(keys) - int(await database["schedule"].count_documents({"_id": {"$in": keys}}))

    async def batches(self, database: Database) -> AsyncIterator[int]:
        appointments, query = database["appointments"], self.query
        while found := await appointments.find(query).sort("_id", ASCENDING).limit(BATCH).to_list():
            written = await database["schedule"].bulk_write([_keep(one) for one in found], ordered=False)
            yield written.upserted_count
            query = {"$and": [self.query, {"_id": {"$gt": found[-1]["_id"]}}]}


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
    [PlanTheEnd(), Change("appointments", OLD, _of_appointment)],
)
