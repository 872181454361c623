"""我的预约: one's visits to the halls, and what one may do with each (article 9)."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel

from handlers.citizen.booking import PAGE, show_chosen, step_of, steps
from handlers.citizen.together import Shown, matters_of
from handlers.web.pages import DOCUMENT_ID, CitizenPage
from handlers.web.visitor import bound
from models.appointments import (
    LABELS,
    OBJECTIONS,
    Appointment,
    Matter,
    State,
    by_visit,
    can_cancel,
    can_move,
    can_object,
    is_asked_to_give_up,
    is_asked_to_move,
)
from models.errors import Conflict, DomainError, NotFound
from models.guides import Guide
from models.places import Hall
from models.voices import can_review
from models.workdays import local_date

SHOWN = "citizen/appointments/show.html"
LOOKS = {State.BOOKED: "good"}


class AppointmentsPage(CitizenPage):
    """GET /appointments; POST books."""

    @bound
    async def get(self) -> None:
        mine = await self.services.appointments.of_applicant(self.bound_party().id)
        self.show(
            "citizen/appointments/list.html",
            visits=by_visit(in_turn(mine)),
            labels=LABELS,
            looks=LOOKS,
            names=await self.names(*mine),
        )

    @bound
    async def post(self) -> None:
        await self.check_role()
        asked = self.form(Shown)
        matters, hall = await matters_of(self, asked), await self.services.halls.get(asked.hall)
        try:
            booked = await self.services.several.book(
                self.bound_party(), matters, hall, self.services.calendar, self.by_party()
            )
        except DomainError as error:
            made = await self.booked_so(matters, hall)
            return self.see_other(f"/appointments/{made}") if made else await self.not_booked(asked, error)
        return self.see_other(f"/appointments/{booked[0]['_id']}")

    async def booked_so(self, matters: Sequence[Matter], hall: Hall) -> str:
        """The id of the first of what was asked for, where all of it is booked: it was tapped twice."""
        keys = [await self.booked_at(one, hall) for one in matters]
        return keys[0] if all(keys) else ""

    async def booked_at(self, matter: Matter, hall: Hall) -> str:
        applicant, item = self.bound_party().id, matter.guide.item
        mine = await self.services.appointments.ahead_of(applicant, item, self.now)
        return next(
            (one["_id"] for one in mine if (one["hall"], one["start"]) == (hall.code, matter.start)), ""
        )

    async def not_booked(self, asked: Shown, error: DomainError) -> None:
        if asked.also:
            return await show_chosen(self, asked, error)
        return self.again(PAGE, error, **await steps(self, step_of(asked)))


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
        together = (await self.services.several.together([found]))[found["_id"]]
        return {
            **await self.whole_visit(found, together),
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

    async def whole_visit(self, found: Appointment, together: Sequence[Appointment]) -> dict[str, Any]:
        """The matters of its visit, and what each that is booked asks to bring."""
        booked = [one for one in together or [found] if one["state"] is State.BOOKED]
        guides = [await self.services.guides.version(one["guide"]) for one in booked]
        cancelled = [one["_id"] for one in booked if can_cancel(one, self.now)]
        return {
            "together": together,
            "states": LABELS,
            "looks": LOOKS,
            "names": await self.names(*together),
            "bring": [guide for guide in guides if guide.materials],
            "all_move": sum(can_move(one, self.now) for one in booked) > 1
            and not any(one["arrived_at"] for one in booked),
            "all_cancel": cancelled if len(cancelled) > 1 else [],
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
