"""What devices say of themselves: one small document a kiosk, one write a request."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Literal, NotRequired, TypedDict

from pymongo import ASCENDING, IndexModel

from models.errors import Conflict, TooMany, Unauthenticated
from models.events import Cause, Event
from models.kiosks.troubles import Fault, Trouble
from models.store import Document, Record, Store, insert_or_update


class DeviceRefused(Unauthenticated):
    """The device does not prove that it is the kiosk that it says it is."""


class NonceUsed(DeviceRefused):
    code = "nonce_used"
    message = "该请求已处理过，请使用新的随机数"


class TooManySignals(TooMany):
    code = "too_many_signals"
    message = "设备请求过于频繁，请稍后再试"


class HeartbeatMovedOn(Conflict):
    """Another request of the device was written meanwhile; nobody is told of it."""

    code = "heartbeat_moved_on"
    message = "设备状态刚刚已更新"


MOST_NONCES = 120
"""At hand for one kiosk: those of the last ten minutes, and older ones until there is no more room."""
BEHIND = timedelta(minutes=1)
"""So much the clocks of our processes may differ."""
TRIES = 5
ABSENT: Document = {"$exists": False}
EVER = datetime.min.replace(tzinfo=UTC)
FRESH = timedelta(minutes=2)
"""So long a device is taken to do what it said last."""


class DeviceState(StrEnum):
    IDLE = "idle"
    SERVING = "serving"
    FAULT = "fault"


class Heard(TypedDict):
    """What a heartbeat says; peripherals in the words of IPP's `printer-state-reasons`, `paper` and `toner`
    in percent, `temperature` in °C. What the device does not know is absent."""

    state: DeviceState
    session: bool
    software: str
    printer: NotRequired[list[str]]
    reader: NotRequired[list[str]]
    scanner: NotRequired[list[str]]
    rtt_ms: NotRequired[float]
    paper: NotRequired[float]
    toner: NotRequired[float]
    temperature: NotRequired[float]


class Nonce(TypedDict):
    """It may not come again `until` its request would be too old."""

    nonce: str
    until: datetime


class Heartbeat(Record):
    """`_id` is the kiosk. `at` is when it was last heard of; `said` what it said last, and `said_at` when.

    `offline_since` is there while it is offline: the time of its last request. `failing_since` is there while
    it says that it has a fault.
    """

    at: datetime
    said: NotRequired[Heard]
    said_at: NotRequired[datetime]
    offline_since: NotRequired[datetime]
    failing_since: NotRequired[datetime]
    nonces: list[Nonce]


class Turn(StrEnum):
    """Of a fault, as it is told with the return of a device."""

    BEGUN = "begun"
    OVER = "over"


@dataclass(frozen=True)
class Change:
    """What a request changes besides what is heard: the event that tells of it, and fields."""

    event: Event
    sets: Document
    unsets: tuple[str, ...]


class Heartbeats(Store[Heartbeat]):
    collection = "heartbeats"
    tells = ("heartbeat.failed", "heartbeat.recovered", "heartbeat.lost", "heartbeat.returned")
    indexes: ClassVar = [
        IndexModel([("offline_since", ASCENDING), ("at", ASCENDING)], name="silent"),
        IndexModel("failing_since", name="failing", sparse=True),
    ]

    def shaped(self, document: Document) -> Heartbeat:
        if said := document.get("said"):
            document = {**document, "said": {**said, "state": DeviceState(said["state"])}}
        return super().shaped(document)

    async def find(self, kiosk: str) -> Heartbeat | None:
        return await self._first({"_id": kiosk})

    async def of(self, kiosks: Sequence[str]) -> dict[str, Heartbeat]:
        """By kiosk, without nonces; one that was never heard is not there."""
        found = self.documents.find({"_id": {"$in": [*kiosks]}}, {"nonces": 0, "events": 0})
        return {one["_id"]: self.shaped({**one, "nonces": []}) async for one in found}

    async def well(self, kiosks: Sequence[str]) -> set[str]:
        """Those of them that are heard, and say of no fault."""
        query = {"_id": {"$in": [*kiosks]}, "offline_since": None, "failing_since": None}
        return {one["_id"] async for one in self.documents.find(query, {"_id": 1})}

    async def hear(self, kiosk: str, nonce: Nonce, by: Cause, said: Heard | None = None) -> Heartbeat | None:
        """Note a request of a device and what it says, once for each nonce; returns what was known before.

        Raises:
            Unauthenticated: `nonce_used`.
            TooMany: `too_many_signals`.
        """
        for _ in range(TRIES):
            before = await self.find(kiosk)
            if await self._heard(kiosk, nonce, by, said, before):
                return before
            await self._make_room(kiosk, nonce, by)
        raise TooManySignals(retry_after=round(FRESH.total_seconds()))

    async def _heard(
        self, kiosk: str, nonce: Nonce, by: Cause, said: Heard | None, before: Heartbeat | None
    ) -> bool:
        """Whether it was written: the nonce is new, there is room for it, and the state is still as `before`.
        A request that was held up is a sign of life, but what it says is older than what is known."""
        if before and _is_late(nonce, before):
            said = None
        match: Document = {
            "_id": kiosk,
            "nonces.nonce": {"$ne": nonce["nonce"]},
            f"nonces.{MOST_NONCES - 1}": {"$exists": False},
            "offline_since": _still(before, "offline_since"),
            "said.state": before["said"]["state"].value if before and "said" in before else ABSENT,
        }
        sets: Document = {"said": said, "said_at": by.at} if said else {}
        update: Document = {"$max": {"at": by.at}, "$push": {"nonces": nonce}}
        change = change_of(kiosk, before, said, by)
        if change is None:
            operators = {**update, **({"$set": sets} if sets else {})}
            return bool(await insert_or_update(self.documents, match, operators))
        if change.unsets:
            update["$unset"] = dict.fromkeys(change.unsets, "")
        try:
            await self.upsert(
                match,
                sets={**sets, **change.sets},
                update=update,
                event=change.event,
                otherwise=HeartbeatMovedOn,
            )
        except HeartbeatMovedOn:
            return False
        return True

    async def silent(self, since: datetime) -> AsyncIterator[Heartbeat]:
        """Those that were heard last at this moment or before, and are not known to be offline."""
        found = self.documents.find({"offline_since": None, "at": {"$lte": since}}, {"nonces": 0})
        async for document in found:
            yield self.shaped(document)

    async def lose(self, silent: Heartbeat, by: Cause) -> bool:
        """A device is offline since it was heard last; False if it was heard meanwhile."""
        kiosk, since = silent["_id"], silent["at"]
        with suppress(HeartbeatMovedOn):
            await self.change(
                kiosk,
                expects={"at": since, "offline_since": ABSENT},
                sets={"offline_since": since},
                event=Event("heartbeat.lost", kiosk, by, {"start": since}),
                otherwise=HeartbeatMovedOn,
            )
            return True
        return False

    async def troubles(self) -> list[Trouble]:
        """What is wrong now, by kiosk: one that is offline is told as that alone."""
        wrong = {"$or": [{"offline_since": {"$gt": EVER}}, {"failing_since": {"$gt": EVER}}]}
        found = self.documents.find(wrong, {"offline_since": 1, "failing_since": 1}).sort("_id")
        return [_trouble(one) async for one in found]

    async def _make_room(self, kiosk: str, nonce: Nonce, by: Cause) -> None:
        """Drop the nonces that are too old to come again.

        Raises:
            Unauthenticated: `nonce_used`.
        """
        known = await self.find(kiosk)
        if known and any(one["nonce"] == nonce["nonce"] for one in known["nonces"]):
            raise NonceUsed
        old: Document = {"until": {"$lt": by.at - BEHIND}}
        await self.documents.update_one({"_id": kiosk}, {"$pull": {"nonces": old}})


def is_serving(heartbeat: Heartbeat | None, now: datetime) -> bool:
    """Whether somebody is being served, as far as the device has said lately."""
    if heartbeat is None or "said" not in heartbeat or now - heartbeat["said_at"] > FRESH:
        return False
    return serves(heartbeat["said"])


def serves(said: Heard) -> bool:
    return said["session"] or said["state"] is DeviceState.SERVING


def change_of(kiosk: str, before: Heartbeat | None, said: Heard | None, by: Cause) -> Change | None:
    """What a request of a device changes: it is heard again, or a fault begins or is over.

    Where it comes back and its fault has turned meanwhile, one event tells both.
    """
    turn = _turn(before, said)
    data = _told(turn, before, by.at)
    sets: Document = {"failing_since": by.at} if turn is Turn.BEGUN else {}
    unsets = ("failing_since",) if turn is Turn.OVER else ()
    if before and before.get("offline_since", by.at) < by.at:
        event = Event("heartbeat.returned", kiosk, by, {"start": before["offline_since"], **data})
        return Change(event, sets, ("offline_since", *unsets))
    if turn is None:
        return None
    name = "heartbeat.failed" if turn is Turn.BEGUN else "heartbeat.recovered"
    return Change(Event(name, kiosk, by, data), sets, unsets)


def _turn(before: Heartbeat | None, said: Heard | None) -> Turn | None:
    if said is None:
        return None
    failing = said["state"] is DeviceState.FAULT
    failed = before is not None and "said" in before and before["said"]["state"] is DeviceState.FAULT
    if failing == failed:
        return None
    return Turn.BEGUN if failing else Turn.OVER


def _told(turn: Turn | None, before: Heartbeat | None, now: datetime) -> Document:
    """Of a turn: `fault` is when the fault began; older documents know only what was said last."""
    if turn is None:
        return {}
    began = now if turn is Turn.BEGUN or before is None else before.get("failing_since", before["said_at"])
    return {"turn": turn.value, "fault": began}


def _is_late(nonce: Nonce, before: Heartbeat) -> bool:
    """Whether the device has signed another request later, by its own clock."""
    return any(one["until"] > nonce["until"] for one in before["nonces"])


def _still(before: Heartbeat | None, field: Literal["offline_since"]) -> Any:
    """The guard that a moment is still as it was read."""
    return before[field] if before and field in before else ABSENT


def _trouble(document: Document) -> Trouble:
    for field, what in (("offline_since", Fault.OFFLINE), ("failing_since", Fault.FAULT)):
        if field in document:
            return Trouble(document["_id"], what, document[field])
    raise AssertionError(document["_id"])
