"""Wrong passwords are held up where they come from, and nowhere else (article 5)."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar, TypedDict

from pymongo import IndexModel

from models.counters import seconds_until
from models.errors import TooMany
from models.events import Cause
from models.store import Store, insert_or_update


class TriesHeldUp(TooMany):
    code = "sign_in_held_up"
    message = "密码错误次数过多，请{minutes}分钟后再试；在平常登录的电脑上不受影响"


WAITS = (0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 1800, 3600)
"""Seconds to wait after so many tries; after more of them as after the last."""
FREE = WAITS.index(30) - 1
"""Tries that are followed by no wait."""
FORGOTTEN = timedelta(days=1)
"""After the last try."""


class Tried(TypedDict):
    """`_id` is the SHA-256 of a user name and of the place from which it was tried; the next try is let
    through at `again_at`, and all is forgotten at `until`."""

    _id: str
    tries: int
    again_at: datetime
    until: datetime


class Tries(Store[Tried]):
    """How often a user name was tried from one place: a network, or a device that its member has used."""

    collection = "staff_tries"
    indexes: ClassVar = [IndexModel("until", expireAfterSeconds=0)]

    async def count(self, username: str, place: str, by: Cause) -> int:
        """Count one more try, before the password is checked; returns how many there were.

        Raises:
            TriesHeldUp: it comes too soon after the last one, and is not counted.
        """
        key, again = _digest(username, place), {"$add": ["$tries", 1]}
        wait = {"$arrayElemAt": [WAITS, {"$min": ["$tries", len(WAITS) - 1]}]}
        counted = await insert_or_update(
            self.documents,
            {"_id": key, "again_at": {"$not": {"$gt": by.at}}},
            [
                {"$set": {"tries": {"$cond": [{"$gt": ["$until", by.at]}, again, 1]}}},
                {
                    "$set": {
                        "again_at": {"$add": [by.at, {"$multiply": [wait, 1000]}]},
                        "until": by.at + FORGOTTEN,
                    }
                },
            ],
        )
        if counted is None:
            seconds = seconds_until((await self.get(key))["again_at"], by.at)
            raise TriesHeldUp(retry_after=seconds, minutes=-(-seconds // 60))
        return int(counted["tries"])

    async def forget(self, username: str, place: str, number: int) -> None:
        """Forget the tries after a right password, unless more than `number` have been counted by now."""
        await self.documents.delete_one({"_id": _digest(username, place), "tries": number})


def _digest(username: str, place: str) -> str:
    return sha256(f"{username}\n{place}".encode()).hexdigest()
