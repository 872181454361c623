"""A visit to take along: the ticket to show at the hall, and the file for a calendar (article 9)."""

from handlers.web.pages import DOCUMENT_ID, CitizenPage
from handlers.web.tickets import DRAWER
from handlers.web.visit_calendar import MEDIA_TYPE, NAME, calendar_of
from handlers.web.visitor import bound
from handlers.web.visits import visit_told
from models.appointments import check_booked

KEPT = "private, no-cache"
"""A browser asks whether it is still so: a visit can be moved."""


class VisitCalendar(CitizenPage):
    """GET /appointments/{id}/visit.ics: also of one that has ended, which takes it out of the calendar."""

    @bound
    async def get(self, key: str) -> None:
        found = await self.services.appointments.own(key, self.bound_party())
        visit = await visit_told(self.services, found, self.locale)
        self.set_header("Content-Type", f"{MEDIA_TYPE}; charset=utf-8")
        self.set_header("Content-Disposition", f'inline; filename="{NAME}"')
        self.set_header("Cache-Control", KEPT)
        self.finish(calendar_of(visit, self.locale))


class TicketPicture(CitizenPage):
    """GET /appointments/{id}/ticket.png: while it is booked."""

    @bound
    async def get(self, key: str) -> None:
        found = await self.services.appointments.own(key, self.bound_party())
        check_booked(found)
        visit = await visit_told(self.services, found, self.locale)
        self.set_header("Content-Type", "image/png")
        self.set_header("Cache-Control", KEPT)
        self.finish(await DRAWER.drawn(visit, self.locale))


ROUTES = [
    (rf"/appointments/{DOCUMENT_ID}/visit\.ics", VisitCalendar),
    (rf"/appointments/{DOCUMENT_ID}/ticket\.png", TicketPicture),
]
