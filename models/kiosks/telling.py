"""Who has booked a visit is told when the kiosk stops which alone offers the item there, and when it does not
stop after all."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.appointments import Appointment, Pause, Pauses, by_visit
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
        over = [one for one in await self.pauses.told(kiosk["_id"], by.at) if one["_id"] not in touched]
        for visit in by_visit(over):
            for since in {one["pause"]["since"] for one in visit}:
                await self.pauses.take_back([one for one in visit if one["pause"]["since"] == since], by)
        for visit in by_visit(touched.values()):
            await self._tell(kiosk, current, visit, by)

    async def _tell(
        self, kiosk: Kiosk, current: Sequence[Absence], visit: Sequence[Appointment], by: Cause
    ) -> None:
        """Of the matters of one visit at once, as far as it is one absence and one place to go to."""
        pauses = [await self._pause(kiosk, touching(current, one), one) for one in visit]
        for number, pause in enumerate(pauses):
            if pause in pauses[:number]:
                continue
            until = local(pause["end"]) if pause["end"] else ""
            data = {"reason": pause["reason"], "until": until, "elsewhere": pause["elsewhere"]}
            told = [one for one, its in zip(visit, pauses, strict=True) if its == pause]
            await self.pauses.tell(told, pause, data, by)

    async def _pause(self, kiosk: Kiosk, absence: Absence, visit: Appointment) -> Pause:
        return Pause(
            kiosk=kiosk["_id"],
            since=absence.since,
            start=absence.start,
            end=absence.end,
            reason=absence.reason,
            elsewhere=await self._elsewhere(visit),
        )

    async def _elsewhere(self, visit: Appointment) -> str:
        """The nearest place with windows for the item, where something works at the time of the visit, by
        its code; empty if there is none."""
        try:
            hall, guide = await self.halls.get(visit["hall"]), await self.guides.published(visit["item"])
        except (self.halls.missing, self.guides.missing):
            return ""
        found = await self.announcing.elsewhere(hall, visit["start"], guide)
        return found.hall.code if found else ""
