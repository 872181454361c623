"""预约: a place at a hall's window at a time (article 9).

Booking is one insert that wins all of its claims or none (`rules.claims`; one unique multikey index); ending
gives them back. Only the lowest free seats are tried, as many as there are places left: so two bookings at
the same moment compete for the same seats. A seat is claimed minute by minute, so that slots of other lengths
compete for it too.
"""

import random
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import ClassVar
from uuid import uuid4

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.appointments.document import (
    BOOKED,
    CANCELLED,
    DAY_OVER,
    DONE,
    REMIND_EVENING,
    REMIND_HOUR,
    Appointment,
    Booked,
    GivingUp,
    ObjectionState,
    State,
    Visits,
)
from models.appointments.reminding import plans_of
from models.appointments.rules import (
    MOST_A_DAY,
    AlreadyBooked,
    AppointmentBegun,
    AppointmentEnded,
    AppointmentNotFound,
    FreeSlot,
    SlotFull,
    TooManyBookings,
    can_cancel,
    claims,
    day_end,
    item_claim,
    left,
    offered,
    open_seats,
)
from models.events import Cause, Channel, Event
from models.guides import Guide, Uses, check_audience
from models.paging import EPOCH, Order, Page, Position, count_in, page_in
from models.people import Party
from models.places import Hall, Slot, slots
from models.privacy import Privacy, Sealed
from models.store import Database, Document, Refusal, Store, entry, part
from models.workdays import Workdays, local_date

ASK_REVIEW = "appointment.ask_review"
"""What is planned where somebody was served: they are asked for a review."""
WRITTEN = frozenset({"words", "reason"})
"""Of a line of the timeline and of an objection: what is kept sealed."""
OF_VISITS: Mapping[Visits, Document] = {
    Visits.ALL: {},
    Visits.OPEN: {"state": State.BOOKED.value},
    Visits.ARRIVED: {"state": State.BOOKED.value, "arrived_at": {"$gt": EPOCH}},
    Visits.ENDED: {"state": {"$ne": State.BOOKED.value}},
}
KEPT_BACK = frozenset(
    {
        "applicant",
        "agent",
        "account",
        "masked_name",
        "guide",
        "seat",
        "claims",
        "closes_at",
        "pause",
        "reminded",
    }
)
"""Internal ids and fields, which tell the applicant nothing."""


class Appointments(Store[Appointment]):
    collection = "appointments"
    missing = AppointmentNotFound
    tells = tuple(DONE)
    plans = (DAY_OVER, REMIND_EVENING, REMIND_HOUR, ASK_REVIEW)
    indexes: ClassVar = [
        IndexModel("claims", unique=True, sparse=True),
        IndexModel([("applicant", ASCENDING), ("start", DESCENDING)]),
        IndexModel(["hall", "day", "start", "_id", "state", "arrived_at"], name="days"),
        IndexModel("pause.kiosk", name="pause", sparse=True),
        IndexModel(
            ["objection.state", "objection.at", "_id"],
            name="objected",
            partialFilterExpression={"objection.state": {"$exists": True}},
        ),
    ]

    def __init__(self, database: Database, uses: Uses, privacy: Privacy) -> None:
        super().__init__(database)
        self.uses, self.privacy = uses, privacy

    def shaped(self, document: Document) -> Appointment:
        state, channel = State(document["state"]), Channel(document["channel"])
        giving_up = document["giving_up"] and GivingUp(document["giving_up"])
        key, objection = document["_id"], document["objection"]
        if objection:
            objection = self._opened(key, {**objection, "state": ObjectionState(objection["state"])})
        made = {"state": state, "channel": channel, "giving_up": giving_up, "objection": objection}
        timeline = [self._opened(key, line) for line in document["timeline"]]
        return super().shaped({**document, **made, "timeline": timeline})

    def sealed(self, key: str, text: str) -> Sealed:
        """What was written about an appointment, as it is kept."""
        return self.privacy.sealed(text, _context(key))

    def line(self, event: Event, reason: str = "") -> Document:
        """What an event adds to the timeline, as it is kept."""
        line: Document = {**entry(event)}
        return {**line, "reason": self.sealed(event.about, reason)} if reason else line

    def _opened(self, key: str, part: Document) -> Document:
        written = {name: part[name] for name in WRITTEN & part.keys()}
        return part | {name: self.privacy.opened(text, _context(key)) for name, text in written.items()}

    async def free(self, hall: Hall, group: str, day: date, calendar: Workdays, by: Cause) -> list[FreeSlot]:
        """The slots of a day that have not begun, full ones too."""
        open_slots = [slot for slot in slots(hall, group, day, calendar) if slot.start > by.at]
        if not open_slots:
            return []
        booked = await self._booked(hall, group, day)
        return [FreeSlot(slot.start, slot.end, left(slot, booked)) for slot in open_slots]

    async def book(
        self, party: Party, guide: Guide, hall: Hall, start: datetime, calendar: Workdays, by: Cause
    ) -> Appointment:
        """Take one place.

        Raises:
            BadInput: `slot_unknown`, the hall has no such slot for the item, or it has begun.
            Conflict: `slot_full` or `already_booked`.
            Refused: `not_for_applicant`, or `too_many_bookings`, three for that day already.
        """
        check_audience(guide, party.applicant["kind"])
        slot = offered(hall, guide, start, calendar, by.at)
        booked = await self._booked(hall, guide.group, local_date(start))
        seats = open_seats(slot, booked)
        random.shuffle(seats)
        ordinal = 0
        while seats:
            document = _document(party, guide, hall, slot, seats[-1], ordinal, by)
            plans = plans_of(start, document["closes_at"], by.at)
            event = Event(BOOKED, document["_id"], by, plans=plans)
            try:
                made = await self.add({**document, "timeline": [entry(event)]}, event)
            except DuplicateKeyError as error:
                claim = str((error.details or {}).get("keyValue", {}).get("claims", ""))
                if claim.startswith("item:"):
                    raise AlreadyBooked from None
                if claim.startswith("day:"):
                    ordinal += 1
                else:
                    seats.pop()
            else:
                await self.uses.count(guide.item)
                return made
            if ordinal == MOST_A_DAY:
                raise TooManyBookings(limit=MOST_A_DAY)
        if await self.documents.find_one({"claims": item_claim(party.id, guide.item)}, {"_id": 1}):
            raise AlreadyBooked
        raise SlotFull

    async def _booked(self, hall: Hall, group: str, day: date) -> list[Booked]:
        query = {"hall": hall.code, "day": day.isoformat(), "group": group, "state": State.BOOKED}
        found = self.documents.find(query, {"start": 1, "end": 1, "seat": 1})
        return [document async for document in found]

    async def own(self, key: str, party: Party) -> Appointment:
        """An appointment of the party's own.

        Raises:
            NotFound: `appointment_not_found`, also for an appointment of another applicant.
        """
        found = await self.get(key)
        if found["applicant"] != party.id:
            raise AppointmentNotFound(found["applicant"])
        return found

    async def cancel(self, key: str, party: Party, by: Cause) -> Appointment:
        """
        Raises:
            Conflict: `appointment_ended`.
            Refused: `appointment_begun`.
        """
        event = Event(CANCELLED, key, by)
        found = await self.own(key, party)
        if found["state"] is State.BOOKED and not can_cancel(found, by.at):
            raise AppointmentBegun
        expects = {"state": State.BOOKED, "applicant": party.id}
        return await self.end(key, State.CANCELLED, event, expects=expects, otherwise=AppointmentEnded)

    async def end(
        self,
        key: str,
        state: State,
        event: Event,
        *,
        expects: Document,
        otherwise: Refusal,
        sets: Document | None = None,
        reason: str = "",
    ) -> Appointment:
        """Bring an appointment that is as it `expects` to a state in which it has no claims any more.

        Raises:
            DomainError: `otherwise`.
        """
        return await self.change(
            key,
            expects=expects,
            sets={"state": state.value, "closes_at": None, **(sets or {})},
            update={"$unset": {"claims": ""}, "$push": {"timeline": self.line(event, reason)}},
            event=event,
            otherwise=otherwise,
        )

    async def of_applicant(self, applicant: str, limit: int = 50) -> list[Appointment]:
        """Newest first; a `limit` of 0 means all."""
        query = {"applicant": applicant}
        found = self.documents.find(query, {"events": 0}).sort("start", DESCENDING).limit(limit)
        return await self._each(found)

    async def export(self, applicant: str) -> list[Document]:
        """All of an applicant's own."""
        return [part(one, KEPT_BACK) for one in await self.of_applicant(applicant, limit=0)]

    async def of_day(
        self, halls: Iterable[str], day: date, which: Visits, limit: int, *, after: str = "", before: str = ""
    ) -> Page[Appointment]:
        """A page of a day's appointments at these halls, in the order of their times.

        Raises:
            PageUnknown: `after` or `before` is no place of a list.
        """
        query = day_query(halls, day, which)
        return await page_in(self, query, Order("start"), limit, after=after, before=before)

    async def count_of_day(self, halls: Iterable[str], day: date, which: Visits) -> int:
        """Counted no further than `paging.ENOUGH` and one."""
        return await count_in(self, day_query(halls, day, which))

    async def objected(
        self,
        states: Collection[str],
        limit: int,
        *,
        latest_first: bool = False,
        after: str = "",
        before: str = "",
    ) -> Page[Appointment]:
        """A page of those with an objection in one of these states, in the order of the objections.

        Raises:
            PageUnknown: `after` or `before` is no place of a list.
        """
        order = Order("objection.at", latest_first)
        return await page_in(self, objection_query(states), order, limit, after=after, before=before)

    async def count_objected(self, states: Collection[str]) -> int:
        """Counted no further than `paging.ENOUGH` and one."""
        return await count_in(self, objection_query(states))


def place_before(found: Appointment) -> str:
    """The place in the list of its day behind which this appointment is the first."""
    return Position(found["start"], f"{int(found['_id'], 16) - 1:032x}").cursor


def day_query(halls: Iterable[str], day: date, which: Visits) -> Document:
    return {"hall": {"$in": sorted(halls)}, "day": day.isoformat(), **OF_VISITS[which]}


def objection_query(states: Collection[str]) -> Document:
    return {"objection.state": {"$in": sorted(states)}}


def _context(key: str) -> str:
    return f"appointment:{key}:words"


def _document(
    party: Party, guide: Guide, hall: Hall, slot: Slot, seat: int, ordinal: int, by: Cause
) -> Document:
    return {
        "_id": uuid4().hex,
        "applicant": party.id,
        "agent": party.agent["_id"],
        "account": party.account,
        "masked_name": party.applicant["masked_name"],
        "item": guide.item,
        "item_name": guide.name,
        "guide": guide.key,
        "department": guide.department,
        "hall": hall.code,
        "hall_name": hall.name,
        "group": guide.group,
        "day": local_date(slot.start).isoformat(),
        "start": slot.start,
        "end": slot.end,
        "seat": seat,
        "state": State.BOOKED.value,
        "arrived_at": None,
        "giving_up": None,
        "closes_at": day_end(slot.start),
        "reminded": [],
        "material": None,
        "objection": None,
        "booked_at": by.at,
        "channel": by.channel.value,
        "claims": claims(party.id, guide.item, slot, seat, ordinal),
    }
