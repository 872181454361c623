"""Calls for help name all who were told, and the six digits of an offer are its alone only while it is open.

A call had one `member`, "" for nobody, also in an event that has not been relayed. The index `short` kept the
digits from any other offer as long as the pairing was kept.
"""

from models.store import Document
from wechat_backend.database.migrations.steps import Change, DropIndex, Migration


def _told(one: Document) -> Document:
    sets: Document = {"told": _all(one["member"])}
    gone: Document = {"member": ""}
    for place, event in enumerate(one.get("events", [])):
        if "member" in event["data"]:
            sets[f"events.{place}.data.members"] = _all(event["data"]["member"])
            gone[f"events.{place}.data.member"] = ""
    return {"$set": sets, "$unset": gone}


def _all(member: str) -> list[str]:
    return [member] if member else []


MIGRATION = Migration(
    25,
    "all who were told of a call for help, and six digits that are free after use",
    [
        Change("help_calls", {"member": {"$exists": True}}, _told),
        DropIndex("pairings", "short", {"key": {"short": 1}, "unique": True}),
    ],
)
