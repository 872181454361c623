"""预约 (article 9): the same slots and limits as on the page."""

from pydantic import Field

from handlers.api.appointment import MOVING, TAKING, Appointment, AppointmentBase, Elsewhere, Timed
from handlers.api.contract import (
    Answer,
    Asked,
    Endpoint,
    File,
    Media,
    PageQuery,
    Resource,
    operation,
    page,
)
from handlers.web.dates import Moment
from handlers.web.tickets import DRAWER, TicketsBusy
from handlers.web.visit_calendar import MEDIA_TYPE, NAME, calendar_of
from handlers.web.visitor import Auth
from handlers.web.visits import visit_told
from models.appointments import MOST_A_DAY, State, check_booked
from models.appointments.matters import ItemTwice, VisitNotOneDay
from models.appointments.rules import (
    AlreadyBooked,
    AppointmentBegun,
    AppointmentEnded,
    AppointmentNotFound,
    NothingToConfirm,
    NothingToObject,
    ObjectionWithoutWords,
    VisitOverlaps,
    WordsTooLong,
)
from models.guides import ItemCode
from models.store import ChangedMeanwhile, PageUnknown

MOST = 1000
LONGEST = 5000
"""Characters of an objection as it is sent; the rule counts them in their normal form."""


class Booking(Asked):
    item: ItemCode
    hall: str = Field(max_length=64)
    start: Moment
    also: list[Timed] = Field(
        [], max_length=MOST_A_DAY, description="more matters of the same visit; all are booked, or none"
    )


class Move(Elsewhere):
    start: Moment


class GivingUp(Asked):
    confirmed: bool = Field(description="true gives the visit up; false denies it")


class ObjectionMade(Asked):
    seen: State = Field(description="the state to which one objects, as it was shown")
    words: str = Field(max_length=LONGEST, description="what really happened")


class AppointmentList(Answer):
    appointments: list[Appointment]
    next: str | None


class AppointmentsResource(AppointmentBase):
    @operation(
        "One's own appointments, the latest first",
        auth=Auth.APPLICANT,
        asks=PageQuery,
        answers=AppointmentList,
        errors=(PageUnknown,),
    )
    async def get(self, asked: PageQuery) -> AppointmentList:
        found = await self.services.appointments.of_applicant(self.bound_party().id, MOST)
        shown, following = page(found, lambda each: str(each["_id"]), asked)
        names = await self.names(*shown)
        return AppointmentList(appointments=[self.named(each, names) for each in shown], next=following)

    @operation(
        "Book a slot, and others for more matters of one visit; the answer is the appointment of `item`",
        auth=Auth.APPLICANT,
        asks=Booking,
        answers=Appointment,
        status=201,
        errors=(*TAKING, AlreadyBooked, ItemTwice, VisitOverlaps, VisitNotOneDay, ChangedMeanwhile),
    )
    async def post(self, asked: Booking) -> Appointment:
        matters = await self.matters([Timed(item=asked.item, start=asked.start), *asked.also])
        hall = await self.services.halls.get(asked.hall)
        booked = await self.services.several.book(
            self.bound_party(), matters, hall, self.services.calendar, self.by_party()
        )
        return await self.shown(next(one for one in booked if one["item"] == asked.item))


class AppointmentResource(AppointmentBase):
    @operation(
        "One appointment",
        auth=Auth.APPLICANT,
        answers=Appointment,
        errors=(AppointmentNotFound,),
    )
    async def get(self, key: str) -> Appointment:
        return await self.shown(await self.services.appointments.own(key, self.bound_party()))


class MoveResource(AppointmentBase):
    @operation(
        "Take another time or hall for it; the old place is kept unless the new one is won",
        auth=Auth.APPLICANT,
        asks=Move,
        answers=Appointment,
        errors=MOVING,
    )
    async def post(self, key: str, asked: Move) -> Appointment:
        services, party = self.services, self.bound_party()
        found = await services.appointments.own(key, party)
        guide = await services.guides.published(found["item"])
        hall = await services.halls.get(asked.hall or found["hall"])
        return await self.shown(
            await services.appointments.move(
                key, party, guide, hall, asked.start, services.calendar, self.by_party()
            )
        )


class CalendarResource(Resource):
    @operation(
        "The file for one's calendar; taken in once more it replaces itself, and after the end it cancels",
        auth=Auth.APPLICANT,
        answers=Media((MEDIA_TYPE,)),
        errors=(AppointmentNotFound,),
    )
    async def get(self, key: str) -> File:
        found = await self.services.appointments.own(key, self.bound_party())
        visit = await visit_told(self.services, found, self.locale)
        return File(calendar_of(visit, self.locale), f"{MEDIA_TYPE}; charset=utf-8", NAME)


class TicketResource(Resource):
    @operation(
        "The ticket to show at the hall, a picture with number, QR, item, place and time",
        auth=Auth.APPLICANT,
        answers=Media(("image/png",)),
        errors=(AppointmentNotFound, AppointmentEnded, TicketsBusy),
    )
    async def get(self, key: str) -> File:
        found = await self.services.appointments.own(key, self.bound_party())
        check_booked(found)
        visit = await visit_told(self.services, found, self.locale)
        return File(await DRAWER.drawn(visit, self.locale), "image/png")


class CancellationResource(AppointmentBase):
    @operation(
        "Cancel",
        auth=Auth.APPLICANT,
        answers=Appointment,
        errors=(AppointmentNotFound, AppointmentEnded, AppointmentBegun),
    )
    async def post(self, key: str) -> Appointment:
        party = self.bound_party()
        await self.services.appointments.cancel(key, party, self.by_party())
        return await self.shown(await self.services.appointments.own(key, party))


class GivingUpResource(AppointmentBase):
    @operation(
        "Say whether one gives the visit up, as staff have asked",
        auth=Auth.APPLICANT,
        asks=GivingUp,
        answers=Appointment,
        errors=(AppointmentNotFound, NothingToConfirm, ChangedMeanwhile),
    )
    async def post(self, key: str, asked: GivingUp) -> Appointment:
        return await self.shown(
            await self.services.endings.answer(
                key, self.bound_party(), self.by_party(), confirmed=asked.confirmed
            )
        )


class ObjectionResource(AppointmentBase):
    @operation(
        "Object to what staff recorded; service management decides",
        auth=Auth.APPLICANT,
        asks=ObjectionMade,
        answers=Appointment,
        status=201,
        errors=(AppointmentNotFound, NothingToObject, ObjectionWithoutWords, WordsTooLong),
    )
    async def post(self, key: str, asked: ObjectionMade) -> Appointment:
        return await self.shown(
            await self.services.endings.object(
                key, self.bound_party(), asked.seen, asked.words, self.by_party()
            )
        )


ENDPOINTS = [
    Endpoint("/appointments", AppointmentsResource),
    Endpoint("/appointments/{appointment}", AppointmentResource),
    Endpoint("/appointments/{appointment}/move", MoveResource),
    Endpoint("/appointments/{appointment}/calendar", CalendarResource),
    Endpoint("/appointments/{appointment}/ticket", TicketResource),
    Endpoint("/appointments/{appointment}/cancellation", CancellationResource),
    Endpoint("/appointments/{appointment}/giving-up", GivingUpResource),
    Endpoint("/appointments/{appointment}/objection", ObjectionResource),
]
