"""Times in which a device was offline or had a fault, and times in which we could not know.

They follow from the events of heartbeats and of listening, in whatever order and however often these come:
each spell has an id made of its kiosk, its kind and its beginning, and what tells of its end writes both.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, NotRequired

from pymongo import ASCENDING, IndexModel

from models.events import KeptEvent
from models.kiosks.document import Labelled
from models.kiosks.heartbeats import Turn
from models.store import Document, Record, Store, insert_or_update


class SpellKind(Labelled):
    OFFLINE = "offline", "离线"
    FAULT = "fault", "故障"
    OURS = "ours", "平台未能接收"  # no server or no database could answer


class Spell(Record):
    """`kiosk` is "" where the silence was ours. Without an `end` it lasts."""

    kiosk: str
    kind: SpellKind
    start: datetime
    end: NotRequired[datetime]


class Spells(Store[Spell]):
    collection = "kiosk_spells"
    indexes: ClassVar = [IndexModel([("kiosk", ASCENDING), ("start", ASCENDING)], name="by_kiosk")]

    async def follow(self, events: Sequence[KeptEvent]) -> None:
        """Write the spells that begin or end with these events."""
        for spell in (spell for event in events for spell in spells_of(event)):
            kiosk, kind, start, end = spell
            key = f"{kiosk}:{kind}:{start.isoformat()}"
            sets = {"end": end} if end else {}
            new = {"kiosk": kiosk, "kind": kind.value, "start": start}
            update: Document = {"$setOnInsert": new, **({"$set": sets} if sets else {})}
            await insert_or_update(self.documents, {"_id": key}, update)

    def shaped(self, document: Document) -> Spell:
        return super().shaped({**document, "kind": SpellKind(document["kind"])})

    async def within(self, kiosks: Sequence[str], start: datetime, end: datetime) -> list[Spell]:
        """The spells of these kiosks, and our own, that touch the time from `start` up to `end`."""
        touching = {
            "kiosk": {"$in": [*kiosks, ""]},
            "start": {"$lt": end},
            "$or": [{"end": None}, {"end": {"$gt": start}}],
        }
        return await self._each(self.documents.find(touching).sort("start", ASCENDING))


Told = tuple[str, SpellKind, datetime, datetime | None]
"""The kiosk, the kind, the beginning, and the end where it is known."""


def spells_of(event: KeptEvent) -> list[Told]:
    """What an event tells of spells."""
    about, at, data = event["about"], event["at"], event["data"]
    match event["name"]:
        case "listening.resumed":
            return [("", SpellKind.OURS, data["start"], data["end"])]
        case "heartbeat.lost":
            return [(about, SpellKind.OFFLINE, data["start"], None)]
        case "heartbeat.returned":
            return [(about, SpellKind.OFFLINE, data["start"], at), *_fault(about, at, data)]
        case "heartbeat.failed" | "heartbeat.recovered":
            return _fault(about, at, data)
    return []


def _fault(about: str, at: datetime, data: Document) -> list[Told]:
    """The fault that has turned; events of before these were kept do not say when theirs began."""
    if "fault" not in data:
        return []
    return [(about, SpellKind.FAULT, data["fault"], at if data["turn"] == Turn.OVER else None)]
