"""改期: another time or hall for a visit (article 9), which keeps its place until it has the new one."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from handlers.citizen.appointments import SHOWN, AppointmentPage
from handlers.citizen.booking import Way
from handlers.citizen.halls import Here
from handlers.web.booking import chosen_of, halls_for, open_slot, times
from handlers.web.dates import Day, Moment
from handlers.web.pages import DOCUMENT_ID
from handlers.web.visitor import bound
from models.appointments import Appointment, can_move, check_move, fits
from models.errors import BadInput, DomainError
from models.guides import Guide
from models.places import Hall, Position
from models.store import ChangedMeanwhile
from models.workdays import local_date

PAGE = "citizen/appointments/move.html"
HALLS = "citizen/appointments/other_hall.html"


class Asked(BaseModel):
    """What has been chosen so far; no hall is that of the visit."""

    hall: str = ""
    day: Day | None = None
    start: Moment | None = None


class Move(BaseModel):
    """`seen` is how often the visit had been moved when the page was made."""

    hall: str
    start: Moment
    seen: int


class MovePage(AppointmentPage):
    """GET /appointments/{id}/move?hall=&day=&start=: chosen, then old and new side by side; POST moves."""

    @bound
    async def get(self, key: str) -> None:
        asked = self.query(Asked)
        found = await self.services.appointments.own(key, self.bound_party())
        try:
            check_move(found, self.now)
        except DomainError as error:
            return self.again(SHOWN, error, **await self.values(found))
        values = await self.steps(found, asked)
        try:
            values["new"] = open_slot(values["slots"], asked.start) if asked.start else None
        except DomainError as error:
            return self.again(PAGE, error, **values)
        return self.show(PAGE, **values)

    @bound
    async def post(self, key: str) -> None:
        asked, party, services = self.form(Move), self.bound_party(), self.services
        found = await services.appointments.own(key, party)
        if has_moved(found, asked):
            return self.see_other(f"/appointments/{key}")
        try:
            if asked.seen != found["moves"]:
                raise ChangedMeanwhile
            guide = await services.guides.published(found["item"])
            hall = await services.halls.get(asked.hall)
            await services.appointments.move(
                key, party, guide, hall, asked.start, services.calendar, self.by_party()
            )
        except DomainError as error:
            return await self.not_moved(key, asked, error)
        return self.see_other(f"/appointments/{key}")

    async def not_moved(self, key: str, asked: Move, error: DomainError) -> None:
        """The times as they are now, and why; on the page of the visit where it cannot be moved at all."""
        found = await self.services.appointments.own(key, self.bound_party())
        if has_moved(found, asked):
            return self.see_other(f"/appointments/{key}")
        if not can_move(found, self.now):
            return self.again(SHOWN, error, **await self.values(found))
        step = Asked(hall=asked.hall, day=local_date(asked.start))
        return self.again(PAGE, error, **await self.steps(found, step))

    async def steps(self, found: Appointment, asked: Asked) -> dict[str, Any]:
        guide = await self.services.guides.published(found["item"])
        halls = await halls_for(self, guide)
        hall = chosen_of(halls, asked.hall or found["hall"])
        day = local_date(asked.start) if asked.start else asked.day
        before = await self.services.halls.those([found["hall"]])
        return {
            "way": way_of(found),
            "appointment": found,
            "guide": guide,
            "halls": halls,
            "hall": hall,
            "hall_before": before[0] if before else None,
            "step": Asked(hall=asked.hall, day=day),
            "local_date": local_date,
            "new": None,
            "chosen": None,
            "mine": self.taken(found, hall),
            **await times(self, guide, hall, day),
        }

    def taken(self, found: Appointment, hall: Hall | None) -> datetime | None:
        """The time that the visit has at a hall now, which is no other one; of one that does not fit there
        any more it is."""
        same = hall and found["hall"] == hall.code and fits(hall, found, self.services.calendar)
        return found["start"] if same else None


class OtherHallPage(MovePage):
    """GET /appointments/{id}/move/halls; POST with a position shows the nearest first."""

    @bound
    async def get(self, key: str) -> None:
        self.show(HALLS, **await self.choice(key))

    @bound
    async def post(self, key: str) -> None:
        try:
            here = self.form(Here).position()
        except BadInput as error:
            return self.again(HALLS, error, **await self.choice(key))
        return self.show(HALLS, **await self.choice(key, here))

    async def choice(self, key: str, here: Position | None = None) -> dict[str, Any]:
        found = await self.services.appointments.own(key, self.bound_party())
        guide: Guide = await self.services.guides.published(found["item"])
        halls = await halls_for(self, guide, here)
        return {
            "way": way_of(found),
            "appointment": found,
            "guide": guide,
            "halls": halls,
            "at": found["hall"],
            "here": here,
        }


def way_of(found: Appointment) -> Way:
    return Way(f"/appointments/{found['_id']}/move", {})


def has_moved(found: Appointment, asked: Move) -> bool:
    """Whether the visit is where it should be, and was moved since the page was made: it was tapped twice."""
    return (found["hall"], found["start"]) == (asked.hall, asked.start) and asked.seen != found["moves"]


ROUTES = [
    (rf"/appointments/{DOCUMENT_ID}/move", MovePage),
    (rf"/appointments/{DOCUMENT_ID}/move/halls", OtherHallPage),
]
