"""改期: another time or hall for a visit (article 9), which keeps its place until it has the new one.

The steps are the same for one matter and for all of a visit (`moving_all`): what is moved is what is `Ahead`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from handlers.citizen.appointments import SHOWN, AppointmentPage
from handlers.citizen.booking import Way
from handlers.citizen.halls import Here
from handlers.citizen.together import Planned, planned, serving_all
from handlers.web.booking import chosen_of, halls_for, open_slot, times
from handlers.web.dates import Day, Moment
from handlers.web.pages import DOCUMENT_ID
from handlers.web.visitor import bound
from models.appointments import MOST_A_DAY, Appointment, Matter, can_move, check_move, fits
from models.errors import BadInput, DomainError
from models.guides import Guide
from models.places import Hall, Position
from models.store import ChangedMeanwhile
from models.workdays import local_date

HALLS = "citizen/appointments/other_hall.html"


class Asked(BaseModel):
    """What has been chosen so far; no hall is that of the visit."""

    hall: str = ""
    day: Day | None = None
    start: Moment | None = None


class Move(BaseModel):
    """What the page showed: the time of each item, in the order of `item`; no item is the only one. `seen` is
    how often all that is moved had been moved by then."""

    hall: str
    item: list[str] = Field([], max_length=MOST_A_DAY)
    start: list[Moment] = Field(min_length=1, max_length=MOST_A_DAY)
    seen: int


@dataclass(frozen=True)
class Ahead:
    """What is to be moved, in the order of its times; if it can be, with the guides in force of its items."""

    found: Appointment
    visit: Sequence[Appointment]
    guides: Sequence[Guide]

    @property
    def can_move(self) -> bool:
        return bool(self.guides)

    @property
    def keys(self) -> list[str]:
        return [one["_id"] for one in self.visit]

    @property
    def seen(self) -> int:
        return sum(one["moves"] for one in self.visit)

    def items(self, asked: Move) -> list[str]:
        return asked.item or [one["item"] for one in self.visit]

    def is_done(self, asked: Move) -> bool:
        """Whether all are where they should be, and were moved since the page was made: it was tapped
        twice."""
        at = {(one["item"], one["hall"], one["start"]) for one in self.visit}
        asked_for = {
            (item, asked.hall, start) for item, start in zip(self.items(asked), asked.start, strict=False)
        }
        return at == asked_for and asked.seen != self.seen


class MovePage(AppointmentPage):
    """GET /appointments/{id}/move?hall=&day=&start=: chosen, then old and new side by side; POST moves."""

    template = "citizen/appointments/move.html"

    @bound
    async def get(self, key: str) -> None:
        asked = self.query(Asked)
        ahead = await self.ahead(key)
        if not ahead.can_move:
            return await self.not_movable(ahead.found)
        values = await self.steps(ahead, asked)
        try:
            if asked.start:
                open_slot(values["slots"], asked.start)
                values["new"] = await self.new(ahead, values["hall"], asked.start)
        except DomainError as error:
            return self.again(self.template, error, **values)
        return self.show(self.template, **values)

    @bound
    async def post(self, key: str) -> None:
        asked, services = self.form(Move), self.services
        ahead = await self.ahead(key)
        if ahead.is_done(asked):
            return self.see_other(f"/appointments/{key}")
        try:
            items = ahead.items(asked)
            if len(items) != len(asked.start) or ahead.seen != asked.seen:
                raise ChangedMeanwhile
            hall = await services.halls.get(asked.hall)
            guides = [await services.guides.published(item) for item in items]
            matters = [Matter(*one) for one in zip(guides, asked.start, strict=True)]
            await self.move(ahead.found, matters, hall)
        except DomainError as error:
            return await self.not_moved(key, asked, error)
        return self.see_other(f"/appointments/{key}")

    async def ahead(self, key: str) -> Ahead:
        found = await self.services.appointments.own(key, self.bound_party())
        guides = [await self.services.guides.published(found["item"])] if can_move(found, self.now) else []
        return Ahead(found, [found], guides)

    def way(self, found: Appointment) -> str:
        return f"/appointments/{found['_id']}/move"

    async def new(self, ahead: Ahead, hall: Hall, start: datetime) -> list[Planned]:
        """When each would be, if the first began at `start`, which is free.

        Raises:
            DomainError: see `models.appointments.Several.plan`.
        """
        return planned([Matter(ahead.guides[0], start)], hall)

    async def move(self, found: Appointment, matters: Sequence[Matter], hall: Hall) -> None:
        """
        Raises:
            DomainError: see `models.appointments.Appointments.move`.
        """
        [only] = matters
        party, calendar = self.bound_party(), self.services.calendar
        await self.services.appointments.move(
            found["_id"], party, only.guide, hall, only.start, calendar, self.by_party()
        )

    async def not_moved(self, key: str, asked: Move, error: DomainError) -> None:
        """The times as they are now, and why; on the page of the visit where it cannot be moved at all."""
        ahead = await self.ahead(key)
        if ahead.is_done(asked):
            return self.see_other(f"/appointments/{key}")
        if not ahead.can_move:
            return self.again(SHOWN, error, **await self.values(ahead.found))
        step = Asked(hall=asked.hall, day=local_date(asked.start[0]))
        return self.again(self.template, error, **await self.steps(ahead, step))

    async def not_movable(self, found: Appointment) -> None:
        """The page of the visit, and why it stays; of one that can be moved alone, the way to that."""
        try:
            check_move(found, self.now)
        except DomainError as error:
            return self.again(SHOWN, error, **await self.values(found))
        return self.redirect(f"/appointments/{found['_id']}/move")

    async def steps(self, ahead: Ahead, asked: Asked) -> dict[str, Any]:
        first, guides = ahead.visit[0], ahead.guides
        halls = serving_all(await halls_for(self, guides[0]), guides)
        hall = chosen_of(halls, asked.hall or first["hall"])
        day = local_date(asked.start) if asked.start else asked.day
        before = await self.services.halls.those([first["hall"]])
        return {
            "way": Way(self.way(ahead.found), {}),
            "appointment": ahead.found,
            "old": list(zip(ahead.visit, guides, strict=True)),
            "seen": ahead.seen,
            "halls": halls,
            "hall": hall,
            "hall_before": before[0] if before else None,
            "step": Asked(hall=asked.hall, day=day),
            "local_date": local_date,
            "new": None,
            "chosen": None,
            "mine": self.taken(ahead, hall),
            **await times(self, guides[0], hall, day, ahead.keys if len(ahead.keys) > 1 else ()),
        }

    def taken(self, ahead: Ahead, hall: Hall | None) -> datetime | None:
        """The time at which the first is now, which is no other one; where any of them does not fit there any
        more it is."""
        first = ahead.visit[0]
        if hall is None or first["hall"] != hall.code:
            return None
        served = all(fits(hall, one, self.services.calendar) for one in ahead.visit)
        return first["start"] if served else None


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
            "way": Way(self.way(found), {}),
            "appointment": found,
            "guide": guide,
            "halls": halls,
            "at": found["hall"],
            "here": here,
        }


ROUTES = [
    (rf"/appointments/{DOCUMENT_ID}/move", MovePage),
    (rf"/appointments/{DOCUMENT_ID}/move/halls", OtherHallPage),
]
