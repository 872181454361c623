"""预约 (article 9): the same slots and limits as on the page."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import Field

from handlers.api.contract import (
    PREFIX,
    Answer,
    Asked,
    Endpoint,
    File,
    Media,
    PageQuery,
    Resource,
    Said,
    operation,
    page,
)
from handlers.api.timeline import Happening, happenings
from handlers.web.dates import Moment
from handlers.web.tickets import DRAWER, TicketsBusy
from handlers.web.visit_calendar import MEDIA_TYPE, NAME, calendar_of
from handlers.web.visitor import Auth
from handlers.web.visits import visit_told, visit_url
from models.appointments import (
    LABELS,
    MOST_A_DAY,
    Matter,
    ObjectionState,
    State,
    can_cancel,
    can_move,
    can_object,
    check_booked,
    is_asked_to_give_up,
    is_asked_to_move,
)
from models.appointments import Appointment as Kept
from models.appointments.matters import ItemTwice, VisitDoesNotFit, VisitNotOneDay
from models.appointments.rules import (
    AlreadyBooked,
    AppointmentBegun,
    AppointmentEnded,
    AppointmentNotFound,
    ArrivalRecorded,
    NothingToConfirm,
    NothingToObject,
    ObjectionWithoutWords,
    SlotFull,
    SlotSame,
    SlotUnknown,
    TooLateToMove,
    TooManyBookings,
    VisitOverlaps,
    WordsTooLong,
)
from models.guides import ItemCode, NotForApplicant
from models.guides.store import GuideNotFound
from models.places.halls import HallNotFound
from models.store import ChangedMeanwhile, PageUnknown

MOST = 1000
LONGEST = 5000
"""Characters of an objection as it is sent; the rule counts them in their normal form."""


class Timed(Asked):
    item: ItemCode
    start: Moment


class Booking(Asked):
    item: ItemCode
    hall: str = Field(max_length=64)
    start: Moment
    also: list[Timed] = Field(
        [], max_length=MOST_A_DAY, description="more matters of the same visit; all are booked, or none"
    )


class PlanQuery(Asked):
    item: ItemCode
    hall: str = Field(max_length=64)
    start: Moment
    also: list[ItemCode] = Field([], max_length=MOST_A_DAY, description="the further items, in their order")


class Planned(Answer):
    item: str
    item_name: str
    start: datetime


class Plan(Answer):
    matters: list[Planned] = Field(description="in the order of their times; the first is the one asked for")


class Move(Asked):
    hall: str | None = Field(None, max_length=64, description="another hall; that of the visit, if left out")
    start: Moment


class GivingUp(Asked):
    confirmed: bool = Field(description="true gives the visit up; false denies it")


class ObjectionMade(Asked):
    seen: State = Field(description="the state to which one objects, as it was shown")
    words: str = Field(max_length=LONGEST, description="what really happened")


class Objection(Answer):
    state: ObjectionState
    words: str
    at: datetime
    reason: str = Field(description="of the decision; empty while there is none")
    decided_at: datetime | None


class Appointment(Answer):
    id: str
    visit: str = Field(
        description="the same for those that are one visit; its own id where it was booked alone, or left"
    )
    item: str
    item_name: str
    hall: str
    hall_name: str
    start: datetime
    end: datetime
    number: str = Field(
        description="four digits to read out at the hall, others after a move; empty of old ones"
    )
    moves: int = Field(description="how often it was moved")
    state: State
    status: Said = Field(description="the state in words")
    missing_material: str | None = Field(description="code of the guide's material whose lack ended it")
    asked_to_give_up: bool = Field(description="staff ask whether one gives the visit up; answer it")
    asked_to_move: bool = Field(description="the hall asks for another time; it stays valid all the same")
    can_move: bool = Field(description="whether one can take another time or hall for it now")
    can_cancel: bool
    can_object: bool = Field(description="whether one can object to what staff recorded")
    objection: Objection | None
    check_in_url: str = Field(description="to show as a QR at the hall")
    ticket_url: str | None = Field(description="where the ticket is; null once it has ended")
    calendar_url: str = Field(description="where the file for the calendar is")
    timeline: list[Happening]


class AppointmentList(Answer):
    appointments: list[Appointment]
    next: str | None


class AppointmentBase(Resource):
    async def matters(self, asked: Sequence[Timed]) -> list[Matter]:
        """
        Raises:
            NotFound: `guide_not_found`.
        """
        return [Matter(await self.services.guides.published(one.item), one.start) for one in asked]

    async def shown(self, found: Kept) -> Appointment:
        return self.named(found, await self.names(found))

    def named(self, found: Kept, names: Mapping[str, str]) -> Appointment:
        at = f"{self.services.site.base_url}{PREFIX}/appointments/{found['_id']}"
        return Appointment(
            id=found["_id"],
            visit=found["visit"],
            item=found["item"],
            item_name=names.get(found["guide"], found["item_name"]),
            hall=found["hall"],
            hall_name=names.get(found["hall"], found["hall_name"]),
            start=found["start"],
            end=found["end"],
            number=found["number"],
            moves=found["moves"],
            state=found["state"],
            status=LABELS[found["state"]],
            missing_material=found["material"],
            asked_to_give_up=is_asked_to_give_up(found),
            asked_to_move=is_asked_to_move(found),
            can_move=can_move(found, self.now),
            can_cancel=can_cancel(found, self.now),
            can_object=can_object(found),
            objection=Objection(**found["objection"]) if found["objection"] else None,
            check_in_url=visit_url(self.services, found["_id"]),
            ticket_url=f"{at}/ticket" if found["state"] is State.BOOKED else None,
            calendar_url=f"{at}/calendar",
            timeline=happenings(found),
        )


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
        errors=(
            SlotUnknown,
            GuideNotFound,
            HallNotFound,
            SlotFull,
            AlreadyBooked,
            NotForApplicant,
            TooManyBookings,
            ItemTwice,
            VisitOverlaps,
            VisitNotOneDay,
            ChangedMeanwhile,
        ),
    )
    async def post(self, asked: Booking) -> Appointment:
        matters = await self.matters([Timed(item=asked.item, start=asked.start), *asked.also])
        hall = await self.services.halls.get(asked.hall)
        booked = await self.services.several.book(
            self.bound_party(), matters, hall, self.services.calendar, self.by_party()
        )
        return await self.shown(next(one for one in booked if one["item"] == asked.item))


class PlanResource(AppointmentBase):
    @operation(
        "When several matters of one visit can be had, one after the other; nothing is booked by that",
        auth=Auth.APPLICANT,
        asks=PlanQuery,
        answers=Plan,
        errors=(
            SlotUnknown,
            GuideNotFound,
            HallNotFound,
            SlotFull,
            NotForApplicant,
            TooManyBookings,
            ItemTwice,
            VisitDoesNotFit,
        ),
    )
    async def get(self, asked: PlanQuery) -> Plan:
        services, party = self.services, self.bound_party()
        guides = [await services.guides.published(item) for item in (asked.item, *asked.also)]
        hall = await services.halls.get(asked.hall)
        found = await services.several.plan(
            party, guides, hall, asked.start, services.calendar, self.by_party()
        )
        english = self.locale.code == "en"
        return Plan(
            matters=[
                Planned(
                    item=one.guide.item,
                    item_name=(english and one.guide.name_en) or one.guide.name,
                    start=one.start,
                )
                for one in found
            ]
        )


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
        errors=(
            SlotUnknown,
            AppointmentNotFound,
            GuideNotFound,
            HallNotFound,
            SlotFull,
            SlotSame,
            AppointmentEnded,
            ArrivalRecorded,
            ChangedMeanwhile,
            NotForApplicant,
            TooLateToMove,
            TooManyBookings,
            VisitOverlaps,
        ),
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
    Endpoint("/appointments/plan", PlanResource),
    Endpoint("/appointments/{appointment}", AppointmentResource),
    Endpoint("/appointments/{appointment}/move", MoveResource),
    Endpoint("/appointments/{appointment}/calendar", CalendarResource),
    Endpoint("/appointments/{appointment}/ticket", TicketResource),
    Endpoint("/appointments/{appointment}/cancellation", CancellationResource),
    Endpoint("/appointments/{appointment}/giving-up", GivingUpResource),
    Endpoint("/appointments/{appointment}/objection", ObjectionResource),
]
