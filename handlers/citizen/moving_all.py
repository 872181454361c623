"""全部改期、全部取消: all matters of a visit at once, or none (article 9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from handlers.citizen.appointments import SHOWN, AppointmentPage
from handlers.citizen.booking import Way
from handlers.citizen.moving import Asked
from handlers.citizen.together import planned, serving_all
from handlers.web.booking import chosen_of, halls_for, open_slot, times
from handlers.web.dates import Moment
from handlers.web.pages import DOCUMENT_ID
from handlers.web.visitor import bound
from models.appointments import MOST_A_DAY, Appointment, Matter, State, can_move, check_move, fits
from models.errors import Conflict, DomainError, Refused
from models.guides import Guide
from models.places import Hall
from models.store import ChangedMeanwhile
from models.workdays import local_date

PAGE = "citizen/appointments/move_all.html"


class MoveAll(BaseModel):
    """The plan as the page showed it: each item with its time; `seen` is how often all of them together had
    been moved when the page was made."""

    hall: str
    item: list[str] = Field(min_length=1, max_length=MOST_A_DAY)
    start: list[Moment] = Field(min_length=1, max_length=MOST_A_DAY)
    seen: int


class CancelAll(BaseModel):
    """`seen` are the ids of what the page showed as to be cancelled."""

    seen: list[str] = Field([], max_length=MOST_A_DAY)


@dataclass(frozen=True)
class Ahead:
    """What of a visit can be moved, in the order of its times, and the guides in force of these."""

    found: Appointment
    visit: Sequence[Appointment]
    guides: Sequence[Guide]

    @property
    def keys(self) -> list[str]:
        return [one["_id"] for one in self.visit]

    @property
    def seen(self) -> int:
        return sum(one["moves"] for one in self.visit)

    def is_at(self, asked: MoveAll) -> bool:
        """Whether all are where they should be: it was tapped twice."""
        at = {(one["item"], one["hall"], one["start"]) for one in self.visit}
        return at == {(item, asked.hall, start) for item, start in zip(asked.item, asked.start, strict=False)}


class MoveAllPage(AppointmentPage):
    """GET /appointments/{id}/visit/move?hall=&day=&start=: when the first begins, then all side by side; POST
    moves all that were shown."""

    @bound
    async def get(self, key: str) -> None:
        asked = self.query(Asked)
        ahead = await self.ahead(key)
        if not ahead.visit:
            return await self.not_movable(ahead.found)
        values = await self.steps(ahead, asked)
        try:
            values["new"] = await self.plan(values, ahead, asked) if asked.start else None
        except DomainError as error:
            return self.again(PAGE, error, **values)
        return self.show(PAGE, **values)

    @bound
    async def post(self, key: str) -> None:
        asked, services = self.form(MoveAll), self.services
        ahead = await self.ahead(key)
        if ahead.seen != asked.seen and ahead.is_at(asked):
            return self.see_other(f"/appointments/{key}")
        try:
            if len(asked.item) != len(asked.start) or ahead.seen != asked.seen:
                raise ChangedMeanwhile
            hall = await services.halls.get(asked.hall)
            guides = [await services.guides.published(item) for item in asked.item]
            matters = [Matter(*one) for one in zip(guides, asked.start, strict=True)]
            visit, party = ahead.found["visit"], self.bound_party()
            await services.several.move(visit, matters, party, hall, services.calendar, self.by_party())
        except DomainError as error:
            return await self.not_moved(key, asked, error)
        return self.see_other(f"/appointments/{key}")

    async def not_moved(self, key: str, asked: MoveAll, error: DomainError) -> None:
        """The times as they are now, and why; on the page of the visit where it cannot be moved at all."""
        ahead = await self.ahead(key)
        if ahead.seen != asked.seen and ahead.is_at(asked):
            return self.see_other(f"/appointments/{key}")
        if not ahead.visit:
            return self.again(SHOWN, error, **await self.values(ahead.found))
        step = Asked(hall=asked.hall, day=local_date(asked.start[0]))
        return self.again(PAGE, error, **await self.steps(ahead, step))

    async def not_movable(self, found: Appointment) -> None:
        """The page of the visit, and why it stays; of one that can be moved alone, the way to that."""
        try:
            check_move(found, self.now)
        except DomainError as error:
            return self.again(SHOWN, error, **await self.values(found))
        return self.redirect(f"/appointments/{found['_id']}/move")

    async def ahead(self, key: str) -> Ahead:
        found = await self.services.appointments.own(key, self.bound_party())
        together = (await self.services.several.together([found]))[key]
        booked = [one for one in together if one["state"] is State.BOOKED]
        movable = [one for one in booked if can_move(one, self.now)]
        if any(one["arrived_at"] for one in booked):
            movable = []
        guides = [await self.services.guides.published(one["item"]) for one in movable]
        return Ahead(found, movable, guides)

    async def steps(self, ahead: Ahead, asked: Asked) -> dict[str, Any]:
        first, guides = ahead.visit[0], ahead.guides
        halls = serving_all(await halls_for(self, guides[0]), guides)
        hall = chosen_of(halls, asked.hall or first["hall"])
        day = local_date(asked.start) if asked.start else asked.day
        before = await self.services.halls.those([first["hall"]])
        return {
            "way": Way(f"/appointments/{ahead.found['_id']}/visit/move", {}),
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
            **await times(self, guides[0], hall, day, ahead.keys),
        }

    def taken(self, ahead: Ahead, hall: Hall | None) -> datetime | None:
        """The time at which the first is now, which is no other one; where any of them does not fit there any
        more it is."""
        first = ahead.visit[0]
        if hall is None or first["hall"] != hall.code:
            return None
        served = all(fits(hall, one, self.services.calendar) for one in ahead.visit)
        return first["start"] if served else None

    async def plan(self, values: dict[str, Any], ahead: Ahead, asked: Asked) -> Any:
        """When each could be had, if the first were then.

        Raises:
            BadInput: `slot_unknown`.
            Conflict: `slot_full`, `visit_does_not_fit`.
            Refused: `not_for_applicant`.
        """
        assert asked.start
        open_slot(values["slots"], asked.start)
        several, party, calendar = self.services.several, self.bound_party(), self.services.calendar
        hall = values["hall"]
        plan = await several.plan(
            party, ahead.guides, hall, asked.start, calendar, self.by_party(), ahead.keys
        )
        return planned(plan, hall)


class CancelAllHandler(AppointmentPage):
    """POST /appointments/{id}/visit/cancel: all that have not begun, where these are what the page showed."""

    @bound
    async def post(self, key: str) -> None:
        services, party, seen = self.services, self.bound_party(), self.form(CancelAll).seen
        found = await services.appointments.own(key, party)
        try:
            await services.several.cancel(found["visit"], party, self.by_party(), seen=seen)
        except (Conflict, Refused) as error:
            if not await self.is_cancelled(seen):
                found = await services.appointments.own(key, party)
                return self.again(SHOWN, error, **await self.values(found))
        return self.see_other(f"/appointments/{key}")

    async def is_cancelled(self, seen: Sequence[str]) -> bool:
        """Whether all that was shown is: it was tapped twice."""
        mine = await self.services.appointments.of_applicant(self.bound_party().id)
        cancelled = {one["_id"] for one in mine if one["state"] is State.CANCELLED}
        return bool(seen) and cancelled >= {*seen}


ROUTES = [
    (rf"/appointments/{DOCUMENT_ID}/visit/move", MoveAllPage),
    (rf"/appointments/{DOCUMENT_ID}/visit/cancel", CancelAllHandler),
]
