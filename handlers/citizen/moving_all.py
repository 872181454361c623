"""全部改期、全部取消: all matters of a visit at once, or none (article 9)."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from handlers.citizen.appointments import SHOWN, AppointmentPage
from handlers.citizen.moving import Ahead, MovePage
from handlers.citizen.together import Planned, planned
from handlers.web.pages import DOCUMENT_ID
from handlers.web.visitor import bound
from models.appointments import MOST_A_DAY, Appointment, Matter, State, can_move
from models.errors import Conflict, Refused
from models.places import Hall


class CancelAll(BaseModel):
    """`seen` are the ids of what the page showed as to be cancelled."""

    seen: list[str] = Field([], max_length=MOST_A_DAY)


class MoveAllPage(MovePage):
    """GET /appointments/{id}/visit/move?hall=&day=&start=: when the first begins, then all side by side; POST
    moves all that were shown."""

    template = "citizen/appointments/move_all.html"

    async def ahead(self, key: str) -> Ahead:
        found = await self.services.appointments.own(key, self.bound_party())
        together = (await self.services.several.together([found]))[key]
        booked = [one for one in together if one["state"] is State.BOOKED]
        movable = [one for one in booked if can_move(one, self.now)]
        if any(one["arrived_at"] for one in booked):
            movable = []
        guides = [await self.services.guides.published(one["item"]) for one in movable]
        return Ahead(found, movable, guides)

    def way(self, found: Appointment) -> str:
        return f"/appointments/{found['_id']}/visit/move"

    async def new(self, ahead: Ahead, hall: Hall, start: datetime) -> list[Planned]:
        several, party = self.services.several, self.bound_party()
        calendar, by = self.services.calendar, self.by_party()
        return planned(await several.plan(party, ahead.guides, hall, start, calendar, by, ahead.keys), hall)

    async def move(self, found: Appointment, matters: Sequence[Matter], hall: Hall) -> None:
        """
        Raises:
            DomainError: see `models.appointments.Several.move`.
        """
        several, party, calendar = self.services.several, self.bound_party(), self.services.calendar
        await several.move(found["visit"], matters, party, hall, calendar, self.by_party())


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
