"""That a browser stands at a kiosk, as its device has shown with its key. The token is known to the browser
alone; we keep its hash."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar, TypedDict

from pymongo import IndexModel

from models.events import Cause
from models.kiosks.devices import Signed
from models.kiosks.document import Kiosk
from models.kiosks.heartbeats import Heartbeats
from models.kiosks.store import Kiosks
from models.store import Database, Document, Store

SESSION_LIFETIME = timedelta(minutes=10)
"""From its last heartbeat; one comes every half minute."""


class KioskSession(TypedDict):
    """`_id` is the SHA-256 of the token. `key_since` is that of the device's key with which it was opened:
    once another key is in force, or none, there is no such session any more."""

    _id: str
    kiosk: str
    key_since: datetime
    expires_at: datetime


class KioskSessions(Store[KioskSession]):
    collection = "kiosk_sessions"
    indexes: ClassVar = [IndexModel("expires_at", expireAfterSeconds=0)]

    def __init__(self, database: Database, kiosks: Kiosks, heartbeats: Heartbeats) -> None:
        super().__init__(database)
        self.kiosks, self.heartbeats = kiosks, heartbeats

    async def open(self, kiosk: Kiosk, signed: Signed, by: Cause) -> str:
        """Begin a session for a request that the device of `kiosk` has signed; returns its token (256 bits,
        URL-safe).

        Raises:
            Unauthenticated: `nonce_used`.
            TooMany: `too_many_signals`.
        """
        await self.heartbeats.hear(kiosk["_id"], signed.used, by)
        token = secrets.token_urlsafe(32)
        await self.documents.insert_one(
            {
                "_id": _digest(token),
                "kiosk": kiosk["_id"],
                "key_since": kiosk["device_key"]["since"],
                "expires_at": by.at + SESSION_LIFETIME,
            }
        )
        return token

    async def renew(self, token: str, kiosk: Kiosk, by: Cause) -> bool:
        """Let a live session of a kiosk last anew; False where it is none of this kiosk and its key."""
        live = {
            "_id": _digest(token),
            "kiosk": kiosk["_id"],
            "key_since": kiosk["device_key"]["since"],
            "expires_at": {"$gt": by.at},
        }
        found = await self.documents.update_one(live, {"$set": {"expires_at": by.at + SESSION_LIFETIME}})
        return bool(found.matched_count)

    async def find(self, token: str, now: datetime) -> Kiosk | None:
        """The kiosk at which the browser with this token stands, without its timeline; None where there is no
        live session. One round trip."""
        live = {"_id": _digest(token), "expires_at": {"$gt": now}}
        with_its_key = {"$expr": {"$eq": ["$found.device_key.since", "$key_since"]}}
        cursor = await self.documents.aggregate(
            [{"$match": live}, OF_ITS_KIOSK, {"$unwind": "$found"}, {"$match": with_its_key}]
        )
        return next(iter([self.kiosks.shaped(one["found"]) async for one in cursor]), None)


OF_ITS_KIOSK: Document = {
    "$lookup": {
        "from": Kiosks.collection,
        "localField": "kiosk",
        "foreignField": "_id",
        "pipeline": [{"$unset": ["events", "timeline"]}],
        "as": "found",
    }
}


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
