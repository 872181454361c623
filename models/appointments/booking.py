"""预约: a place at a hall's window at a time (article 9).

Booking is one insert that wins all of its claims or none (`rules.claims`; one unique multikey index); moving
is one update that does, and ending gives them back. Only the lowest free seats of a window are tried, as many
as there are places left: so two bookings at the same moment compete for the same seats. A seat is claimed
minute by minute, so that slots of other lengths compete for it too.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import uuid4

from pymongo import ASCENDING, DESCENDING, IndexModel

from models.appointments.claiming import Claimed, first_won
from models.appointments.document import (
    AHEAD,
    BOOKED,
    CANCELLED,
    DAY_OVER,
    DONE,
    KEPT_BACK,
    MOVED,
    REMIND_EVENING,
    REMIND_HOUR,
    REVIEW_WAITS,
    Appointment,
    GivingUp,
    ObjectionState,
    State,
    Visits,
)
from models.appointments.fitting import fits
from models.appointments.listing import day_query, objection_query
from models.appointments.making import Wanted, place_of, visit_of
from models.appointments.occupied import Occupied, Taken
from models.appointments.reminders import plans_of
from models.appointments.rules import (
    AlreadyBooked,
    AppointmentBegun,
    AppointmentEnded,
    AppointmentNotFound,
    SlotFull,
    SlotSame,
    can_cancel,
    check_move,
    offered,
    open_days,
)
from models.appointments.seats import FreeSlot, Seat, item_claim, left, open_seats
from models.events import Cause, Channel, Event
from models.guides import Guide, Uses, check_audience
from models.paging import Order, Page, count_in, page_in
from models.people import Party
from models.places import Hall, Slot, slots
from models.privacy import Privacy, Sealed
from models.store import ChangedMeanwhile, Database, Document, Refusal, Store, entry, part
from models.workdays import Workdays

ASK_REVIEW = "appointment.ask_review"
"""What is planned where somebody was served: they are asked for a review."""
WRITTEN = frozenset({"words", "reason"})
"""Of a line of the timeline and of an objection: what is kept sealed."""


class Appointments(Store[Appointment]):
    collection = "appointments"
    missing = AppointmentNotFound
    tells = (*DONE, REVIEW_WAITS)
    plans = (DAY_OVER, REMIND_EVENING, REMIND_HOUR, ASK_REVIEW)
    indexes: ClassVar = [
        IndexModel("claims", unique=True, sparse=True),
        IndexModel([("applicant", ASCENDING), ("start", DESCENDING)]),
        IndexModel("visit"),
        IndexModel(["hall", "day", "start", "_id", "state", "arrived_at"], name="days"),
        AHEAD,
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
        self.occupied, self.taken = Occupied(self.documents), Taken(self.documents)

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

    async def free(
        self, hall: Hall, group: str, day: date, calendar: Workdays, by: Cause, without: Collection[str] = ()
    ) -> list[FreeSlot]:
        """The slots of a day that have not begun, full ones too; of visits `without`, the places are free."""
        return (await self._free(hall, group, [day], calendar, by, without))[day]

    async def days_left(
        self, hall: Hall, group: str, calendar: Workdays, by: Cause, without: Collection[str] = ()
    ) -> dict[date, int]:
        """The places left on each day on which one can book there: none where all slots are full or over."""
        days = open_days(hall, calendar, by.at)
        free = await self._free(hall, group, days, calendar, by, without)
        return {day: sum(slot.left for slot in found) for day, found in free.items()}

    async def _free(
        self,
        hall: Hall,
        group: str,
        days: Sequence[date],
        calendar: Workdays,
        by: Cause,
        without: Collection[str],
    ) -> dict[date, list[FreeSlot]]:
        """By day, in one round trip."""
        ahead = {
            day: [slot for slot in slots(hall, group, day, calendar) if slot.start > by.at] for day in days
        }
        held = await self.occupied.on(hall, [day for day, found in ahead.items() if found], without)
        return {
            day: [FreeSlot(slot.start, slot.end, left(slot, held[day])) for slot in found]
            for day, found in ahead.items()
        }

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
        wanted = Wanted(party, guide, hall, offered(hall, guide, start, calendar, by.at))
        key = uuid4().hex

        async def insert(won: Claimed) -> Appointment:
            return await self.insert(key, wanted, won, by, visit=key)

        try:
            made = await first_won(await self.open_seats(wanted.slot), insert)
        except SlotFull:
            if await self.documents.find_one({"claims": item_claim(party.id, guide.item)}, {"_id": 1}):
                raise AlreadyBooked from None
            raise
        self.uses.count(guide.item)
        return made

    async def insert(
        self,
        key: str,
        wanted: Wanted,
        won: Claimed,
        by: Cause,
        *,
        visit: str,
        data: Document | None = None,
        session: Any = None,
    ) -> Appointment:
        """One that claims what it `won`; `data` is told of it.

        Raises:
            pymongo.errors.DuplicateKeyError: another one has a part of that.
        """
        place = place_of(key, wanted, won, visit)
        plans = plans_of(place["start"], place["closes_at"], by.at)
        event = Event(BOOKED, key, by, data or {}, plans=plans)
        made = {**visit_of(key, wanted, by), **place, "timeline": [entry(event)]}
        return await self.add(made, event, session)

    async def move(
        self, key: str, party: Party, guide: Guide, hall: Hall, start: datetime, calendar: Workdays, by: Cause
    ) -> Appointment:
        """Take another place for a visit and give its old one back, in one write: where the new one is not
        won the old one is kept. The same time at the same hall is another place only where the visit does not
        fit the hall any more. `guide` is the one in force of its item. On another day or at another hall it
        is no longer of one visit with those that it was booked with.

        Raises:
            NotFound: `appointment_not_found`.
            BadInput: `slot_unknown`, `visit_overlaps`.
            Conflict: `slot_full`, `slot_same`, `appointment_ended`, `arrival_recorded`, `changed_meanwhile`.
            Refused: `not_for_applicant`, `too_many_bookings`, `appointment_begun`.
        """
        found = await self.own(key, party)
        check_move(found, by.at)
        check_audience(guide, party.applicant["kind"])
        wanted = Wanted(party, guide, hall, offered(hall, guide, start, calendar, by.at))
        if (found["hall"], found["start"]) == (hall.code, start) and fits(hall, found, calendar):
            raise SlotSame
        visit = found["visit"] if (found["hall"], found["day"]) == (hall.code, wanted.day) else key

        async def replace(won: Claimed) -> Appointment:
            return await self.replace(found, wanted, won, by, visit=visit)

        return await first_won(await self.open_seats(wanted.slot, [key]), replace)

    async def replace(
        self,
        found: Appointment,
        wanted: Wanted,
        won: Claimed,
        by: Cause,
        *,
        visit: str,
        data: Document | None = None,
        session: Any = None,
    ) -> Appointment:
        """Move it, where it is as it was `found`, to what was `won`; `data` is told of it.

        Raises:
            Conflict: `changed_meanwhile`.
            pymongo.errors.DuplicateKeyError: another one has a part of what was won.
        """
        key, place = found["_id"], place_of(found["_id"], wanted, won, visit)
        old = {"from_hall": found["hall_name"], "from_start": found["start"]}
        plans = plans_of(place["start"], place["closes_at"], by.at)
        event = Event(MOVED, key, by, {**old, **(data or {})}, plans=plans)
        expects: Document = {"state": State.BOOKED.value, "applicant": wanted.party.id, "arrived_at": None}
        expects |= {"item": wanted.guide.item, "moves": found["moves"], "visit": found["visit"]}
        return await self.change(
            key,
            expects=expects,
            sets={**place, "giving_up": None},
            update={
                "$push": {"timeline": self.line(event)},
                "$unset": dict.fromkeys(("pause", "kept_for", "asked_to_move_at"), ""),
                "$inc": {"moves": 1},
            },
            event=event,
            otherwise=ChangedMeanwhile,
            session=session,
        )

    async def open_seats(self, slot: Slot, without: Collection[str] = ()) -> list[Seat]:
        """The seats of a slot that can be tried now; of those `without`, the places count as free."""
        return open_seats(slot, await self.taken.of(slot, without))

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

    async def of_visit(self, visit: str, applicant: str) -> list[Appointment]:
        """All that are of one visit of an applicant, whatever became of them, in the order of their times."""
        return [one for one in await self.of_visits([visit]) if one["applicant"] == applicant]

    async def of_visits(self, visits: Collection[str]) -> list[Appointment]:
        """All that are of these visits, in the order of their times."""
        found = self.documents.find({"visit": {"$in": sorted(visits)}}, {"events": 0})
        return await self._each(found.sort([("start", ASCENDING), ("_id", ASCENDING)]))

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
        session: Any = None,
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
            session=session,
        )

    async def of_applicant(self, applicant: str, limit: int = 50) -> list[Appointment]:
        """Newest first; a `limit` of 0 means all."""
        query = {"applicant": applicant}
        found = self.documents.find(query, {"events": 0}).sort("start", DESCENDING).limit(limit)
        return await self._each(found)

    async def ahead_of(self, applicant: str, item: str, now: datetime) -> list[Appointment]:
        """Those for an item that are booked and not over, the first one first."""
        query = {"applicant": applicant, "item": item, "state": State.BOOKED.value, "end": {"$gt": now}}
        return await self._each(self.documents.find(query, {"events": 0}).sort("start", ASCENDING))

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


def _context(key: str) -> str:
    return f"appointment:{key}:words"
