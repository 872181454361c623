"""Whether heartbeats could arrive at all, so that our own silence is blamed on no kiosk.

Each web server notes every few seconds that it lives and that the database takes its writes. All of them note
it in one document: heartbeats can arrive while one server of several does so.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from models.errors import Conflict
from models.events import Cause, Event
from models.store import Record, Store, insert_or_update

PULSE = timedelta(seconds=5)
"""Between two notes of one server."""
GAP = timedelta(seconds=15)
"""A longer time without a note is a silence of our own."""
SERVERS = "servers"


class ListenedMeanwhile(Conflict):
    """Another server noted it first; nobody is told of it."""

    code = "listened_meanwhile"
    message = "服务器状态刚刚已更新"


class Listened(Record):
    """Heartbeats could arrive from `since` until `at`, without a gap."""

    since: datetime
    at: datetime


class Listening(Store[Listened]):
    collection = "listening"
    tells = ("listening.resumed",)

    async def find(self) -> Listened | None:
        return await self._first({"_id": SERVERS})

    async def listen(self, by: Cause) -> None:
        """A server lives, and can write; one write, unless all of them were silent before."""
        unbroken = {"_id": SERVERS, "at": {"$gte": by.at - GAP}}
        if (await self.documents.update_one(unbroken, {"$max": {"at": by.at}})).matched_count:
            return
        before = await self.find()
        if before is None:
            first = {"$setOnInsert": {"since": by.at}, "$max": {"at": by.at}}
            await insert_or_update(self.documents, {"_id": SERVERS}, first)
        elif by.at - before["at"] > GAP:  # else another server was first
            await self._resume(before, by)

    async def _resume(self, before: Listened, by: Cause) -> None:
        """The silence that is over is told with its beginning and its end."""
        silence = {"start": before["at"], "end": by.at}
        with suppress(ListenedMeanwhile):
            await self.change(
                SERVERS,
                expects={"at": before["at"]},
                sets={"since": by.at, "at": by.at},
                event=Event("listening.resumed", SERVERS, by, silence),
                otherwise=ListenedMeanwhile,
            )
