"""Clocks of an application in place of its two deadlines, and forms that wait for their paper.

A clock says from when and for how long it runs. The old documents kept the deadline alone: it stays as it
was, and the length is counted back from it. A form that was generated waits for its paper, unless the
department accepted it or asked for supplements: then it has the paper. No guide of before was of a permit, so
that silence accepts none of these applications.
"""

from datetime import datetime
from typing import Any

from models.store import Document
from models.workdays import Workdays, local_date
from wechat_backend.database.migrations.steps import Change, Migration

CALENDAR = Workdays()


def _clock(began: datetime | None, due: datetime | None) -> Document | None:
    if began is None or due is None:
        return None
    return {
        "period": None,
        "number": CALENDAR.between(local_date(began), local_date(due)),
        "unit": "workdays",
        "bars_a_person": False,
        "began": began,
        "pauses": [],
        "due": due,
    }


def _waits_for_paper(application: Document) -> bool:
    form_only = application["handling"] == "form_generation" and application["state"] == "submitted"
    return form_only and not application.get("supplements")


def _of_application(application: Document) -> Document:
    was: dict[str, Any] = application["deadlines"]
    received = application.get("received_at") or application.get("submitted_at")
    accepted = application.get("accepted_at") or received
    clocks = {
        "acceptance": _clock(received, was.get("acceptance")),
        "silence": None,
        "decision": _clock(accepted, was.get("decision")),
    }
    sets: Document = {"clocks": clocks}
    if _waits_for_paper(application):
        sets |= {"clocks": dict.fromkeys(clocks), "state": "generated", "due_at": None}
    return {"$set": sets, "$unset": {"deadlines": ""}}


MIGRATION = Migration(
    3,
    "clocks and generated forms",
    [Change("applications", {"deadlines": {"$exists": True}}, _of_application)],
)
