"""Visits at a window, which may serve several item groups.

Until then each group had windows of its own: the window of a visit is called as its group was, and so are its
claims. A visit gets how often it was moved, and no number that is called out if it was booked before there
were any.
"""

from models.store import Document
from wechat_backend.database.migrations.steps import Change, Migration


def _at_window(appointment: Document) -> Document:
    return {"$set": {"window": appointment["group"], "number": "", "moves": 0}}


MIGRATION = Migration(
    22,
    "windows that serve several groups",
    [Change("appointments", {"window": {"$exists": False}}, _at_window)],
)
