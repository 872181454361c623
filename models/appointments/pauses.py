"""Visits for what a kiosk alone offers, while it is out of service (article 21, item 4).

The person keeps the visit, and is told: that the kiosk stops and until when, or that it does not stop after
all. What they were told last stands in the visit, so that nothing is told twice.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ASCENDING

from models.appointments.booking import Appointments
from models.appointments.document import GOES_ON, STOPS, Appointment, Pause, State
from models.appointments.several import till_done
from models.events import Cause, Event
from models.store import ChangedMeanwhile, Document
from models.workdays import local_date


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

    async def tell(self, visits: Sequence[Appointment], pause: Pause, data: Document, by: Cause) -> None:
        """Tell the person that the kiosk stops, of all these matters of one visit at once; not again of the
        same pause.

        Raises:
            Conflict: `changed_meanwhile`.
        """

        def unsaid(one: Appointment) -> bool:
            return one["start"] > by.at and not _is_of(one, pause)

        await self._note(visits, unsaid, {"$set": {"pause": {**pause}}}, STOPS, data, by)

    async def take_back(self, visits: Sequence[Appointment], by: Cause) -> None:
        """Tell the person that the kiosk, of which they were told, serves at that time.

        Raises:
            Conflict: `changed_meanwhile`.
        """
        pause = visits[0]["pause"]
        await self._note(visits, lambda one: _is_of(one, pause), {"$unset": {"pause": ""}}, GOES_ON, {}, by)

    async def _note(
        self,
        visits: Sequence[Appointment],
        waits: Callable[[Appointment], bool],
        update: Document,
        name: str,
        data: Document,
        by: Cause,
    ) -> None:
        """Of those that are booked and wait for it; else there is nothing to tell."""

        async def attempt() -> None:
            found = [await self.appointments.get(one["_id"]) for one in visits]
            left = [one for one in found if one["state"] is State.BOOKED and waits(one)]
            together = {"together": [one["_id"] for one in left]} if left[1:] else {}
            transaction = self.appointments.database.transaction() if left[1:] else nullcontext()
            async with transaction as session:
                for one in left:
                    event = Event(name, one["_id"], by, {**data, **together})
                    await self._write(one, update, event, session)

        await till_done(attempt)

    async def _write(self, found: Appointment, update: Document, event: Event, session: Any) -> None:
        before = found.get("pause")
        await self.appointments.change(
            found["_id"],
            expects={
                "state": State.BOOKED.value,
                "moves": found["moves"],
                "pause.kiosk": before["kiosk"] if before else None,
                "pause.since": before["since"] if before else None,
            },
            update={**update, "$push": {"timeline": self.appointments.line(event)}},
            event=event,
            otherwise=ChangedMeanwhile,
            session=session,
        )


def _is_of(visit: Appointment, pause: Pause) -> bool:
    """Whether the person was told of this pause last."""
    told = visit.get("pause")
    return told is not None and (told["kiosk"], told["since"]) == (pause["kiosk"], pause["since"])
