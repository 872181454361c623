"""Reminding of a visit (article 9): of several matters once, by one letter that names all that are ahead.

Which of them tells is written with the reminder, in one transaction: so it does not matter what becomes of
that one until the letter goes out.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.appointments.booking import Appointments
from models.appointments.document import REMINDED, Appointment, State
from models.appointments.reminders import can_remind, moment_of, told_with, what_at
from models.appointments.rules import is_alone
from models.appointments.several import till_done
from models.events import Cause, Event
from models.schedule import Due
from models.store import ChangedMeanwhile, Document, entry


@dataclass(frozen=True)
class Reminding:
    appointments: Appointments

    async def remind(self, due: Due, by: Cause) -> bool:
        """Remind the person of the visit, of all its matters; not twice at the same moment of it.

        Raises:
            Conflict: `changed_meanwhile`.
        """

        async def attempt() -> bool:
            visit = await self.appointments.get(due.about)
            if due.at in visit["reminded"] or not can_remind(visit, due.at, by.at):
                return False
            if is_alone(visit):
                await self._note(visit, due.at, due.event(REMINDED, by, {"at": due.at}))
            else:
                await self._of_all(visit, due, by)
            return True

        with suppress(self.appointments.missing):
            return await till_done(attempt)
        return False

    async def _of_all(self, visit: Appointment, due: Due, by: Cause) -> None:
        """It tells of all that are ahead, and these are noted as told with it."""
        what = what_at(due.at, visit["start"])
        found = await self.appointments.of_visit(visit["visit"], visit["applicant"])
        here = [one for one in found if (one["hall"], one["day"]) == (visit["hall"], visit["day"])]
        ahead = told_with(here, what, by.at)
        data = {"at": due.at, "what": what, "together": [one["_id"] for one in ahead]}
        async with self.appointments.database.transaction() as session:
            for one in ahead:
                at = moment_of(what, one["start"])
                if one["_id"] != visit["_id"] and at not in one["reminded"]:
                    event = Event(REMINDED, one["_id"], by, {"at": at, "with": visit["_id"]})
                    await self._note(one, at, event, session)
            await self._note(visit, due.at, due.event(REMINDED, by, data), session)

    async def _note(self, visit: Appointment, at: datetime, event: Event, session: Any = None) -> None:
        """
        Raises:
            Conflict: `changed_meanwhile`.
        """
        expects: Document = {
            "state": State.BOOKED.value,
            "arrived_at": None,
            "start": visit["start"],
            "visit": visit["visit"],
            "reminded": {"$ne": at},
        }
        await self.appointments.change(
            visit["_id"],
            expects=expects,
            update={"$push": {"reminded": at, "timeline": entry(event)}},
            event=event,
            otherwise=ChangedMeanwhile,
            session=session,
        )
