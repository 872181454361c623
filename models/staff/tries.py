"""Wrong passwords are held up where they come from, and nowhere else (article 5)."""

from datetime import datetime, timedelta
from typing import ClassVar, TypedDict

from pymongo import IndexModel

from models.counters import seconds_until
from models.errors import TooMany
from models.events import Cause
from models.privacy import Privacy
from models.store import Database, Document, Store, insert_or_update


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
    """`_id` is a keyed hash of what was typed as user name, be it what it may, and of the place from which it
    was tried; the next try is let through at `again_at`, and all is forgotten at `until`."""

    _id: str
    tries: int
    again_at: datetime
    until: datetime


class Tries(Store[Tried]):
    """How often a user name was tried from one place: a network, or a device that its member has used."""

    collection = "staff_tries"
    indexes: ClassVar = [IndexModel("until", expireAfterSeconds=0)]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy = privacy

    async def count(self, username: str, place: str, by: Cause) -> int:
        """Count one more try, before the password is checked; returns how many there were.

        Raises:
            TriesHeldUp: it comes too soon after the last one, and is not counted.
        """
        key = self._key(username, place)
        while (counted := await self._counted(key, by)) is None:
            if held := await self._first({"_id": key}):  # else it was forgotten meanwhile
                seconds = seconds_until(held["again_at"], by.at)
                raise TriesHeldUp(retry_after=seconds, minutes=-(-seconds // 60))
        return int(counted["tries"])

    async def _counted(self, key: str, by: Cause) -> Document | None:
        """What is kept of the tries after one more; None where it comes too soon."""
        again = {"$add": ["$tries", 1]}
        wait = {"$arrayElemAt": [WAITS, {"$min": ["$tries", len(WAITS) - 1]}]}
        return await insert_or_update(
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

    async def forget(self, username: str, place: str, number: int) -> None:
        """Forget the tries after a right password, unless more than `number` have been counted by now."""
        await self.documents.delete_one({"_id": self._key(username, place), "tries": number})

    def _key(self, username: str, place: str) -> str:
        return self.privacy.index(f"{username}\n{place}", "staff_try")
