"""全部改期、全部取消: all matters of a visit at once, or none (article 9)."""

from collections.abc import Sequence
from datetime import datetime

from handlers.citizen.appointments import AppointmentPage
from handlers.citizen.moving import Ahead, MovePage
from handlers.citizen.together import Planned, planned
from handlers.web.pages import DOCUMENT_ID
from handlers.web.visitor import bound
from models.appointments import Appointment, Matter, State, can_move
from models.errors import Conflict
from models.places import Hall


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
    """POST /appointments/{id}/visit/cancel: all that have not begun."""

    @bound
    async def post(self, key: str) -> None:
        services, party = self.services, self.bound_party()
        found = await services.appointments.own(key, party)
        try:
            await services.several.cancel(found["visit"], party, self.by_party())
        except Conflict:  # tapped twice
            if (await services.appointments.own(key, party))["state"] is not State.CANCELLED:
                raise
        self.see_other(f"/appointments/{key}")


ROUTES = [
    (rf"/appointments/{DOCUMENT_ID}/visit/move", MoveAllPage),
    (rf"/appointments/{DOCUMENT_ID}/visit/cancel", CancelAllHandler),
]
