"""Browsers in which members have signed in before: a stranger's wrong tries do not hold them up there."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar, NotRequired, TypedDict

from pymongo import IndexModel

from models.events import Cause
from models.store import Document, Store

KEPT = timedelta(days=180)
"""After the last sign-in."""
MOST_MEMBERS = 20


class Device(TypedDict):
    """`_id` is the SHA-256 of the token that the browser keeps, `first` the `_id` that it had at its first
    sign-in, where it has had others since; `members` are the user names that signed in there, the latest
    last."""

    _id: str
    first: NotRequired[str]
    members: list[str]
    until: datetime


class Devices(Store[Device]):
    collection = "staff_devices"
    indexes: ClassVar = [IndexModel("until", expireAfterSeconds=0)]

    async def find(self, token: str, now: datetime) -> Device | None:
        return await self._first({"_id": _digest(token), "until": {"$gt": now}}) if token else None

    async def remember(self, before: Device | None, username: str, by: Cause) -> str:
        """Note that a member has signed in, and return the browser's next token: the one that it had, which
        others may have put there, is of no use any more."""
        others = [name for name in (before["members"] if before else ()) if name != username]
        token = secrets.token_urlsafe(32)
        members = [*others, username][-MOST_MEMBERS:]
        kept: Document = {"_id": _digest(token), "members": members, "until": by.at + KEPT}
        await self.documents.insert_one(kept | ({"first": first_of(before)} if before else {}))
        if before:
            await self.documents.delete_one({"_id": before["_id"]})
        return token


def first_of(device: Device) -> str:
    """What stays of a browser, whoever signs in there next."""
    return device.get("first", device["_id"])


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
