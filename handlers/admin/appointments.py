"""The day's appointments of a hall, and how each ended (article 9)."""

from datetime import date

from pydantic import BaseModel

from handlers.admin.panel import PanelPage
from handlers.base import needs
from models.appointments import LABELS, Ending, State
from models.errors import DomainError
from models.items import Guide
from models.store import Document
from models.workdays import local_date

DEFAULT_HALL = "centre"


class DayQuery(BaseModel):
    hall: str = DEFAULT_HALL
    day: date | None = None


class EndingForm(BaseModel):
    ending: Ending
    material: str | None = None


class AppointmentsPage(PanelPage):
    """GET /admin/appointments?hall=&day="""

    @needs("appointments:record")
    async def get(self) -> None:
        asked = self.query(DayQuery)
        await self.page(asked.hall, asked.day or local_date(self.now))

    async def page(self, hall: str, day: date, error: DomainError | None = None) -> None:
        halls = [one for kind in ("centre", "hall") for one in await self.services.halls.all(kind)]
        booked = await self.services.appointments.of_hall(hall, day)
        self.show(
            "admin/appointments.html",
            halls=halls,
            hall=hall,
            day=day,
            booked=[(one, LABELS[State(one["state"])], await self.required(one)) for one in booked],
            error=error,
        )

    async def required(self, appointment: Document) -> list[tuple[str, str]]:
        """The materials that the guide requires: the only ones whose lack ends an appointment."""
        guide = await self.guide(appointment)
        return [(material.code, material.name) for material in guide.materials if material.required]

    async def guide(self, appointment: Document) -> Guide:
        return await self.services.guides.version(appointment["guide"])


class EndingHandler(AppointmentsPage):
    """POST /admin/appointments/{id}/ending"""

    @needs("appointments:record")
    async def post(self, key: str) -> None:
        filled = self.form(EndingForm)
        found = await self.services.appointments.get(key)
        try:
            await self.services.appointments.end(
                key, filled.ending, await self.guide(found), self.by_member(), filled.material
            )
        except DomainError as error:
            return await self.page(found["hall"], date.fromisoformat(found["day"]), error)
        return self.see_other(f"/admin/appointments?hall={found['hall']}&day={found['day']}")


ROUTES = [
    (r"/admin/appointments", AppointmentsPage),
    (r"/admin/appointments/([0-9a-f]{32})/ending", EndingHandler),
]
