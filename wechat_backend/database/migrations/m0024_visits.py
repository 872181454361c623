"""Appointments know of which visit they are.

One had no `visit`: each was booked alone, and so is a visit of its own.
"""

from wechat_backend.database.migrations.steps import Change, Migration

MIGRATION = Migration(
    24,
    "the visit of each appointment",
    [Change("appointments", {"visit": {"$exists": False}}, lambda one: {"$set": {"visit": one["_id"]}})],
)
