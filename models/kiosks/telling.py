"""Who has booked a visit is told when the kiosk stops which alone offers the item there, and when it does not
stop after all."""

from dataclasses import dataclass

from models.appointments import Appointment, Pause, Pauses
from models.events import Cause
from models.guides import Guides
from models.kiosks.announcing import Announcing
from models.kiosks.consequences import Absence, Foresight, absences, touching
from models.kiosks.document import LIVE, Kiosk
from models.kiosks.store import Kiosks
from models.places import Halls
from models.schedule import Due
from models.workdays import local


@dataclass(frozen=True)
class Telling:
    kiosks: Kiosks
    guides: Guides
    halls: Halls
    pauses: Pauses
    foresight: Foresight
    announcing: Announcing

    async def settle(self, due: Due, by: Cause) -> bool:
        """Bring what people were told to what holds now. Safe to repeat: each is told once of the same
        absence, and what changes meanwhile is looked at before this ends."""
        found = await self.kiosks.find(due.about)
        while found is not None and found["state"] in LIVE:
            await self._settle(found, by)
            before, found = found, await self.kiosks.find(due.about)
            if found is not None and absences(found) == absences(before):
                return True
        return False

    async def _settle(self, kiosk: Kiosk, by: Cause) -> None:
        current = absences(kiosk)
        touched: dict[str, Appointment] = {}
        for absence in current:
            found = await self.foresight.of(kiosk, absence.start, absence.end)
            touched |= {one["_id"]: one for one in found.visits if one["start"] > by.at}
        for one in await self.pauses.told(kiosk["_id"], by.at):
            if one["_id"] not in touched:
                await self.pauses.take_back(one, by)
        for one in touched.values():
            await self._tell(kiosk, touching(current, one), one, by)

    async def _tell(self, kiosk: Kiosk, absence: Absence, visit: Appointment, by: Cause) -> None:
        pause = Pause(
            kiosk=kiosk["_id"],
            since=absence.since,
            start=absence.start,
            end=absence.end,
            reason=absence.reason,
            elsewhere=await self._elsewhere(visit),
        )
        until = local(absence.end) if absence.end else ""
        data = {"reason": absence.reason, "until": until, "elsewhere": pause["elsewhere"]}
        await self.pauses.tell(visit, pause, data, by)

    async def _elsewhere(self, visit: Appointment) -> str:
        """The nearest place with windows for the item, where something works at the time of the visit, by
        its code; empty if there is none."""
        try:
            hall, guide = await self.halls.get(visit["hall"]), await self.guides.published(visit["item"])
        except (self.halls.missing, self.guides.missing):
            return ""
        found = await self.announcing.elsewhere(hall, visit["start"], guide)
        return found.hall.code if found else ""
