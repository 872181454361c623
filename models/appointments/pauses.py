"""Visits for what a kiosk alone offers, while it is out of service (article 21, item 4).

The person keeps the visit, and is told: that the kiosk stops and until when, or that it does not stop after
all. What they were told last stands in the visit, so that nothing is told twice.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING

from models.appointments.booking import Appointments
from models.appointments.document import GOES_ON, STOPS, Appointment, Pause, State
from models.errors import Conflict
from models.events import Cause, Event
from models.store import Document
from models.workdays import local_date


class ToldAlready(Conflict):
    code = "told_already"
    message = "已通知过"


@dataclass(frozen=True)
class Pauses:
    appointments: Appointments

    async def booked(
        self, hall: str, items: Collection[str], start: datetime, end: datetime | None
    ) -> list[Appointment]:
        """The visits booked there for one of `items` that a time touches, in their order; without an `end`
        all from its start on."""
        days: Document = {"$gte": local_date(start).isoformat()}
        query: Document = {"hall": hall, "day": days, "end": {"$gt": start}}
        query |= {"state": State.BOOKED.value, "item": {"$in": sorted(items)}}
        if end is not None:
            days["$lte"], query["start"] = local_date(end).isoformat(), {"$lt": end}
        found = self.appointments.documents.find(query, {"events": 0})
        ordered = found.sort([("start", ASCENDING), ("_id", ASCENDING)])
        return [self.appointments.shaped(one) async for one in ordered]

    async def told(self, kiosk: str, now: datetime) -> list[Appointment]:
        """The visits still to come whose people were told last that a kiosk stops."""
        query = {"pause.kiosk": kiosk, "state": State.BOOKED.value, "start": {"$gt": now}}
        found = self.appointments.documents.find(query, {"events": 0})
        return [self.appointments.shaped(one) async for one in found]

    async def tell(self, visit: Appointment, pause: Pause, data: Document, by: Cause) -> None:
        """Tell the person that the kiosk stops; not again of the same pause."""
        event = Event(STOPS, visit["_id"], by, data)
        unsaid = {"$nor": [{"pause.kiosk": pause["kiosk"], "pause.since": pause["since"]}]}
        await self._note(visit, {**unsaid, "start": {"$gt": by.at}}, {"$set": {"pause": {**pause}}}, event)

    async def take_back(self, visit: Appointment, by: Cause) -> None:
        """Tell the person that the kiosk, of which they were told, serves at that time."""
        expects = {"pause.kiosk": (pause := visit["pause"])["kiosk"], "pause.since": pause["since"]}
        await self._note(visit, expects, {"$unset": {"pause": ""}}, Event(GOES_ON, visit["_id"], by))

    async def _note(self, visit: Appointment, expects: Document, update: Document, event: Event) -> None:
        """Where it is as it is expected; else there is nothing to tell."""
        with suppress(ToldAlready):
            await self.appointments.change(
                visit["_id"],
                expects={"state": State.BOOKED.value, **expects},
                update={**update, "$push": {"timeline": self.appointments.line(event)}},
                event=event,
                otherwise=ToldAlready,
            )
