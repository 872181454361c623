"""我的预约: one's visits to the halls, and what one may do with each (article 9)."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel

from handlers.citizen.booking import PAGE, Booking, Step, steps
from handlers.web.pages import DOCUMENT_ID, CitizenPage
from handlers.web.visitor import bound
from models.appointments import (
    LABELS,
    OBJECTIONS,
    Appointment,
    State,
    can_cancel,
    can_move,
    can_object,
    is_asked_to_give_up,
    is_asked_to_move,
)
from models.appointments.rules import AlreadyBooked
from models.errors import Conflict, DomainError, NotFound
from models.guides import Guide
from models.places import Hall
from models.voices import can_review
from models.workdays import local_date

SHOWN = "citizen/appointments/show.html"


class AppointmentsPage(CitizenPage):
    """GET /appointments; POST books."""

    @bound
    async def get(self) -> None:
        mine = await self.services.appointments.of_applicant(self.bound_party().id)
        self.show(
            "citizen/appointments/list.html",
            appointments=in_turn(mine),
            labels=LABELS,
            looks={State.BOOKED: "good"},
            names=await self.names(*mine),
        )

    @bound
    async def post(self) -> None:
        await self.check_role()
        asked = self.form(Booking)
        guide = await self.services.guides.published(asked.item)
        hall = await self.services.halls.get(asked.hall)
        try:
            booked = await self.services.appointments.book(
                self.bound_party(), guide, hall, asked.start, self.services.calendar, self.by_party()
            )
        except AlreadyBooked as error:
            made = await self.booked_so(asked)
            return self.see_other(f"/appointments/{made}") if made else await self.not_booked(asked, error)
        except DomainError as error:
            return await self.not_booked(asked, error)
        return self.see_other(f"/appointments/{booked['_id']}")

    async def booked_so(self, asked: Booking) -> str:
        """The id of the visit that was asked for, where it is booked already: it was tapped twice."""
        mine = await self.services.appointments.ahead_of(self.bound_party().id, asked.item, self.now)
        return next(
            (one["_id"] for one in mine if (one["hall"], one["start"]) == (asked.hall, asked.start)), ""
        )

    async def not_booked(self, asked: Booking, error: DomainError) -> None:
        step = Step(item=asked.item, hall=asked.hall, day=local_date(asked.start))
        return self.again(PAGE, error, **await steps(self, step))


class AppointmentPage(CitizenPage):
    """GET /appointments/{id}"""

    @bound
    async def get(self, key: str) -> None:
        self.show(
            SHOWN,
            **await self.values(await self.services.appointments.own(key, self.bound_party())),
        )

    async def values(self, found: Appointment) -> dict[str, Any]:
        try:
            hall: Hall | None = await self.services.halls.get(found["hall"])
        except NotFound:
            hall = None
        guide = await self.services.guides.version(found["guide"])
        pause = found.get("pause")
        near = await self.services.halls.those([pause["elsewhere"]]) if pause else []
        return {
            "appointment": found,
            "local_date": local_date,
            "pause": pause,
            "elsewhere": near[0] if near else None,
            "hall": hall,
            "guide": guide,
            "label": LABELS[found["state"]],
            "lacking": lacking(found, guide),
            "objection_label": OBJECTIONS[found["objection"]["state"]] if found["objection"] else "",
            "reviewed": await self.services.reviews.find(f"appointment:{found['_id']}"),
            "booked": found["state"] is State.BOOKED,
            "asked_to_give_up": is_asked_to_give_up(found),
            "asked_to_move": is_asked_to_move(found),
            "can_move": can_move(found, self.now),
            "can_cancel": can_cancel(found, self.now),
            "can_object": can_object(found),
            "can_review": can_review("appointment", found["state"]),
        }


def in_turn(newest_first: Sequence[Appointment]) -> list[Appointment]:
    """Those that one still goes to, the soonest first, and after them the others as they come."""
    booked = [one for one in newest_first if one["state"] is State.BOOKED]
    return [*reversed(booked), *(one for one in newest_first if one["state"] is not State.BOOKED)]


def lacking(found: Appointment, guide: Guide) -> str:
    """The material whose lack ended it, as long as that record stands."""
    if found["state"] is not State.MISSING_MATERIAL:
        return ""
    return next((one.name for one in guide.materials if one.code == found["material"]), "")


class CodePicture(CitizenPage):
    """GET /appointments/{id}/code.png: shown at the hall."""

    @bound
    async def get(self, key: str) -> None:
        await self.services.appointments.own(key, self.bound_party())
        self.picture(f"{self.services.site.base_url}/appointments/{key}")


class CancelHandler(AppointmentPage):
    """POST /appointments/{id}/cancel"""

    @bound
    async def post(self, key: str) -> None:
        appointments, party = self.services.appointments, self.bound_party()
        await appointments.own(key, party)
        try:
            await appointments.cancel(key, party, self.by_party())
        except DomainError as error:
            found = await appointments.own(key, party)
            if found["state"] is not State.CANCELLED:
                return self.again(SHOWN, error, **await self.values(found))
        return self.see_other(f"/appointments/{key}")


class GivingUp(BaseModel):
    confirmed: Literal["yes", "no"]


class GivingUpHandler(CitizenPage):
    """POST /appointments/{id}/giving-up: whether one gives the visit up, as staff have asked."""

    @bound
    async def post(self, key: str) -> None:
        confirmed, party = self.form(GivingUp).confirmed == "yes", self.bound_party()
        try:
            await self.services.endings.answer(key, party, self.by_party(), confirmed=confirmed)
        except Conflict:  # tapped twice
            found = await self.services.appointments.own(key, party)
            if confirmed != (found["state"] is State.GIVEN_UP):
                raise
        self.see_other(f"/appointments/{key}")


class ObjectionForm(BaseModel):
    """`seen` is the state to which the person objects."""

    seen: State
    words: str = ""


class ObjectionHandler(AppointmentPage):
    """POST /appointments/{id}/objection: object to what staff recorded."""

    @bound
    async def post(self, key: str) -> None:
        filled, party = self.form(ObjectionForm), self.bound_party()
        await self.services.appointments.own(key, party)
        try:
            await self.services.endings.object(key, party, filled.seen, filled.words, self.by_party())
        except DomainError as error:
            found = await self.services.appointments.own(key, party)
            return self.again(SHOWN, error, **await self.values(found))
        return self.see_other(f"/appointments/{key}")


ROUTES = [
    (r"/appointments", AppointmentsPage),
    (rf"/appointments/{DOCUMENT_ID}", AppointmentPage),
    (rf"/appointments/{DOCUMENT_ID}/code\.png", CodePicture),
    (rf"/appointments/{DOCUMENT_ID}/cancel", CancelHandler),
    (rf"/appointments/{DOCUMENT_ID}/giving-up", GivingUpHandler),
    (rf"/appointments/{DOCUMENT_ID}/objection", ObjectionHandler),
]
