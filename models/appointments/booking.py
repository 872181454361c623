"""预约: a place at a hall's window at a time (article 9).

Booking is one insert that wins all of its claims or none (`rules.claims`; one unique multikey index); ending
gives them back. Only the lowest free seats are tried, as many as there are places left: so two bookings at
the same moment compete for the same seats.
"""

import random
from datetime import date, datetime
from typing import ClassVar
from uuid import uuid4

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.appointments.document import BOOKED, CANCELLED, DONE, Appointment, Booked, Ending, State
from models.appointments.rules import (
    MOST_A_DAY,
    AlreadyBooked,
    AppointmentBegun,
    AppointmentEnded,
    AppointmentNotFound,
    FreeSlot,
    OtherHall,
    SlotFull,
    TooManyBookings,
    can_cancel,
    check_begun,
    check_ending,
    claims,
    item_claim,
    left,
    offered,
)
from models.events import Cause, Channel, Event
from models.guides import Guide, Uses, check_audience
from models.people import Party
from models.places import Hall, Slot, slots
from models.staff import Member, Scope, check_scope, serves
from models.store import Database, Document, Store, entry, part
from models.workdays import Workdays, local_date

KEPT_BACK = frozenset({"applicant", "agent", "account", "masked_name", "guide", "seat", "claims"})
"""Internal ids and fields, which tell the applicant nothing."""


class Appointments(Store[Appointment]):
    collection = "appointments"
    missing = AppointmentNotFound
    tells = tuple(DONE)
    indexes: ClassVar = [
        IndexModel("claims", unique=True, sparse=True),
        IndexModel([("applicant", ASCENDING), ("start", DESCENDING)]),
        IndexModel([("hall", ASCENDING), ("day", ASCENDING), ("start", ASCENDING)]),
    ]

    def shaped(self, document: Document) -> Appointment:
        return super().shaped(
            {**document, "state": State(document["state"]), "channel": Channel(document["channel"])}
        )

    def __init__(self, database: Database, uses: Uses) -> None:
        super().__init__(database)
        self.uses = uses

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
        await self.uses.count(guide.item)
        booked = await self._booked(hall, guide.group, local_date(start))
        taken = {one["seat"] for one in booked if one["start"] == slot.start}
        seats = [seat for seat in range(slot.capacity) if seat not in taken][: left(slot, booked)]
        random.shuffle(seats)
        ordinal = 0
        while seats:
            document = _document(party, guide, hall, slot, seats[-1], ordinal, by)
            event = Event(BOOKED, document["_id"], by)
            try:
                return await self.add({**document, "timeline": [entry(event)]}, event)
            except DuplicateKeyError as error:
                claim = str((error.details or {}).get("keyValue", {}).get("claims", ""))
                if claim.startswith("item:"):
                    raise AlreadyBooked from None
                if claim.startswith("day:"):
                    ordinal += 1
                else:
                    seats.pop()
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
        return await self.change(
            key,
            expects={"state": State.BOOKED, "applicant": party.id},
            sets={"state": State.CANCELLED.value},
            update={"$unset": {"claims": ""}, "$push": {"timeline": entry(event)}},
            event=event,
            otherwise=AppointmentEnded,
        )

    async def for_member(self, key: str, member: Member) -> Appointment:
        """An appointment at one of the halls for which a member records.

        Raises:
            Forbidden: `scope_missing` or `other_hall`.
        """
        check_scope(member, Scope.APPOINTMENTS_RECORD)
        found = await self.get(key)
        if not serves(member, found["hall"]):
            raise OtherHall(hall=found["hall_name"])
        return found

    async def end(
        self,
        key: str,
        member: Member,
        ending: Ending,
        guide: Guide,
        by: Cause,
        material: str | None = None,
    ) -> Appointment:
        """Record how an appointment ended.

        Raises:
            Forbidden: see `for_member`.
            Refused: `material_not_required`, `appointment_not_begun`.
            Conflict: `appointment_ended`.
        """
        booked = await self.for_member(key, member)
        check_ending(ending, material, guide)
        if booked["state"] is State.BOOKED:
            check_begun(ending, booked["start"], by.at)
        event = Event(f"appointment.{ending}", key, by, {"material": material} if material else {})
        return await self.change(
            key,
            expects={"state": State.BOOKED},
            sets={"state": ending.value, "material": material},
            update={"$unset": {"claims": ""}, "$push": {"timeline": entry(event)}},
            event=event,
            otherwise=AppointmentEnded,
        )

    async def of_applicant(self, applicant: str, limit: int = 50) -> list[Appointment]:
        """Newest first; a `limit` of 0 means all."""
        query = {"applicant": applicant}
        found = self.documents.find(query, {"events": 0}).sort("start", DESCENDING).limit(limit)
        return await self._each(found)

    async def export(self, applicant: str) -> list[Document]:
        """All of an applicant's own."""
        return [part(one, KEPT_BACK) for one in await self.of_applicant(applicant, limit=0)]

    async def of_hall(self, hall: str, day: date) -> list[Appointment]:
        """In the order of their times."""
        query = {"hall": hall, "day": day.isoformat()}
        found = self.documents.find(query, {"events": 0}).sort("start", ASCENDING)
        return await self._each(found)


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
        "booked_at": by.at,
        "channel": by.channel.value,
        "claims": claims(party.id, guide.item, slot, seat, ordinal),
    }
