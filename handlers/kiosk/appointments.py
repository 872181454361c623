"""预约 at a kiosk: one's visits, a new one, and giving one back (articles 9 and 23.4)."""

from typing import Any

from pydantic import BaseModel

from handlers.kiosk.person import PersonPage
from handlers.web.booking import chosen_of, halls_for, times
from handlers.web.dates import Day, Moment
from handlers.web.pages import DOCUMENT_ID
from handlers.web.visitor import bound
from models.appointments import LABELS, State, can_cancel
from models.errors import Conflict, DomainError
from models.guides import check_audience
from models.voices import can_review
from models.workdays import local_date

ROOT = "/kiosk/appointments"
NEW = "kiosk/appointments/new.html"


class Step(BaseModel):
    """What has been chosen so far."""

    item: str
    hall: str = ""
    day: Day | None = None


class Booking(BaseModel):
    item: str
    hall: str
    start: Moment


class BookingPage(PersonPage):
    async def steps(self, step: Step) -> dict[str, Any]:
        """What there is to choose from after what has been chosen, the halls nearest to the kiosk first."""
        guide = await self.services.guides.published(step.item)
        check_audience(guide, self.bound_party().applicant["kind"])
        own = await self.own_place()
        halls = await halls_for(self, guide, own.position if own else None)
        hall = chosen_of(halls, step.hall)
        found = await times(self, guide, hall, step.day)
        return {"step": step, "guide": guide, "halls": halls, "hall": hall, **found}


class KioskAppointments(BookingPage):
    """GET /kiosk/appointments; POST books."""

    @bound
    async def get(self) -> None:
        mine = await self.services.appointments.of_applicant(self.bound_party().id)
        names = await self.names(*mine)
        self.screen("appointments/list.html", appointments=mine, labels=LABELS, names=names)

    @bound
    async def post(self) -> None:
        await self.check_role()
        asked = self.form(Booking)
        guide = await self.services.guides.published(asked.item)
        hall = await self.services.halls.get(asked.hall)
        party, calendar, by = self.bound_party(), self.services.calendar, self.by_party()
        try:
            booked = await self.services.appointments.book(party, guide, hall, asked.start, calendar, by)
        except DomainError as error:
            if made := await self.booked_so(asked):
                return self.see_other(f"{ROOT}/{made}")
            step = Step(item=asked.item, hall=asked.hall, day=local_date(asked.start))
            return self.again(NEW, error, **await self.steps(step))
        return self.see_other(f"{ROOT}/{booked['_id']}")

    async def booked_so(self, asked: Booking) -> str:
        """The id of what was asked for, where it is booked: touched twice, or the answer was lost."""
        mine = await self.services.appointments.ahead_of(self.bound_party().id, asked.item, self.now)
        so = (asked.hall, asked.start)
        return next((one["_id"] for one in mine if (one["hall"], one["start"]) == so), "")


class KioskNewAppointment(BookingPage):
    """GET /kiosk/appointments/new?item=&hall=&day="""

    @bound
    async def get(self) -> None:
        self.show(NEW, **await self.steps(self.query(Step)))


class KioskAppointment(PersonPage):
    """GET /kiosk/appointments/{id}"""

    @bound
    async def get(self, key: str) -> None:
        found = await self.services.appointments.own(key, self.bound_party())
        self.screen(
            "appointments/show.html",
            appointment=found,
            label=LABELS[found["state"]],
            names=await self.names(found),
            booked=found["state"] is State.BOOKED,
            can_cancel=can_cancel(found, self.now),
            can_review=can_review("appointment", found["state"]),
        )


class KioskCancel(PersonPage):
    """POST /kiosk/appointments/{id}/cancel"""

    @bound
    async def post(self, key: str) -> None:
        appointments, party = self.services.appointments, self.bound_party()
        try:
            await appointments.cancel(key, party, self.by_party())
        except Conflict:  # touched twice, or the answer was lost
            if (await appointments.own(key, party))["state"] is not State.CANCELLED:
                raise
        self.see_other(f"{ROOT}/{key}")


ROUTES = [
    (ROOT, KioskAppointments),
    (rf"{ROOT}/new", KioskNewAppointment),
    (rf"{ROOT}/{DOCUMENT_ID}", KioskAppointment),
    (rf"{ROOT}/{DOCUMENT_ID}/cancel", KioskCancel),
]
