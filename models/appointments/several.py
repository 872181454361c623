"""A visit of several matters (article 9): booked, moved and cancelled as a whole.

Each verb reads, and then writes in one transaction what is guarded by what it read: all matters are as asked,
or all are as before. Where another writer came between, it is tried anew. docs/decisions/0015-visits.md has
the proof that nothing is oversold.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import uuid4

from pymongo.errors import DuplicateKeyError

from models.appointments.booking import Appointments
from models.appointments.claiming import Claimed, a_number, lost_claim, shuffled
from models.appointments.document import CANCELLED, Appointment, State
from models.appointments.fitting import fits
from models.appointments.making import Wanted
from models.appointments.matters import (
    Matter,
    MatterBooked,
    MatterFull,
    check_items,
    following,
    wanted_together,
)
from models.appointments.rules import (
    MOST_A_DAY,
    AppointmentBegun,
    AppointmentEnded,
    AppointmentNotFound,
    ArrivalRecorded,
    SlotSame,
    TooLateToMove,
    TooManyBookings,
    VisitOverlaps,
    can_cancel,
    offered,
)
from models.appointments.seats import FreeSlot, day_claim, item_claim, left
from models.errors import Conflict
from models.events import Cause, Event
from models.guides import Guide
from models.people import Party
from models.places import Hall, slots
from models.store import ChangedMeanwhile, Document
from models.workdays import Workdays, local_date

TRIES = 20
"""So often at most is a transaction tried where others write at once."""
PAUSE = 0.01
"""Seconds, by which the longest wait between two tries grows."""

Made = TypeVar("Made")


class VisitChanged(Conflict):
    code = "visit_changed"
    message = "这次到访的事项刚刚有变化，请刷新后再操作"


async def till_done(attempt: Callable[[], Awaitable[Made]]) -> Made:
    """What `attempt` made, which reads and writes anew each time.

    Raises:
        Conflict: `changed_meanwhile`, each time another writer came between.
    """
    for number in range(TRIES):
        with suppress(ChangedMeanwhile):
            return await attempt()
        await asyncio.sleep(random.uniform(0, PAUSE * number))  # noqa: S311
    raise ChangedMeanwhile


@dataclass(frozen=True)
class Several:
    appointments: Appointments

    async def plan(
        self,
        party: Party,
        guides: Sequence[Guide],
        hall: Hall,
        start: datetime,
        calendar: Workdays,
        by: Cause,
        without: Collection[str] = (),
    ) -> list[Matter]:
        """When each can be had: the first at `start`, each next as soon as the one before is over. Nothing is
        taken by that. Of appointments `without`, which are to be moved, the places are free.

        Raises:
            BadInput: `slot_unknown`, `item_twice`.
            Conflict: `slot_full`, `visit_does_not_fit`.
            Refused: `not_for_applicant`, `too_many_bookings`.
        """
        check_items(party, guides)
        offered(hall, guides[0], start, calendar, by.at)
        day = local_date(start)
        held = (await self.appointments.occupied.on(hall, [day], without))[day]

        def free(guide: Guide) -> list[FreeSlot]:
            there = slots(hall, guide.group, day, calendar) if hall.code in guide.places else []
            return [FreeSlot(one.start, one.end, left(one, held)) for one in there]

        return following(guides, start, free)

    async def groups_after(self, hall: Hall, after: datetime, calendar: Workdays) -> set[str]:
        """The item groups of which a hall has a place left that day, at `after` or later: what is of one of
        them can follow a matter that is over then."""
        day, groups = local_date(after), hall.windows.capacity if hall.windows else ()
        held = (await self.appointments.occupied.on(hall, [day]))[day]
        return {
            group
            for group in groups
            if any(one.start >= after and left(one, held) for one in slots(hall, group, day, calendar))
        }

    async def together(self, found: Sequence[Appointment]) -> dict[str, list[Appointment]]:
        """By id of those `found`, all that are of one visit with it and for its hall and day, itself too, in
        the order of their times: of one that is alone none."""
        visits = {one["visit"] for one in found if one["visit"] != one["_id"]}
        if not visits:
            return {one["_id"]: [] for one in found}
        each = await self.appointments.of_visits(visits)
        known = {
            one["_id"]: [
                other
                for other in each
                if all(other[name] == one[name] for name in ("visit", "applicant", "hall", "day"))
            ]
            for one in found
        }
        return {key: visit if len(visit) > 1 else [] for key, visit in known.items()}

    async def book(
        self, party: Party, matters: Sequence[Matter], hall: Hall, calendar: Workdays, by: Cause
    ) -> list[Appointment]:
        """Take a place for each of them, or for none; in the order of their times.

        Raises:
            BadInput: `slot_unknown`, `item_twice`, `visit_overlaps`, `visit_not_one_day`.
            Conflict: `slot_full`, `already_booked`, `changed_meanwhile`.
            Refused: `not_for_applicant`, `too_many_bookings`.
        """
        if len(matters) == 1:
            [only] = matters
            return [await self.appointments.book(party, only.guide, hall, only.start, calendar, by)]
        wanted, visit = wanted_together(party, matters, hall, calendar, by.at), uuid4().hex
        keys = [uuid4().hex for _ in wanted]

        async def attempt() -> list[Appointment]:
            won = await self._choose(wanted)
            made: list[Appointment] = []
            try:
                async with self.appointments.database.transaction() as session:
                    for key, one, claimed in zip(keys, wanted, won, strict=True):
                        made.append(
                            await self.appointments.insert(
                                *(key, one, claimed, by),
                                visit=visit,
                                data={"together": keys},
                                session=session,
                            )
                        )
            except DuplicateKeyError as error:
                raise _refusal(error) from None
            return made

        booked = await till_done(attempt)
        for one in wanted:
            self.appointments.uses.count(one.guide.item)
        return booked

    async def move(
        self,
        visit: str,
        matters: Sequence[Matter],
        party: Party,
        hall: Hall,
        calendar: Workdays,
        by: Cause,
    ) -> list[Appointment]:
        """Take other places for all matters of a visit that have not begun, and give the old ones back, or
        leave all as it is; those whose time is the same already stay, unless they do not fit the hall any
        more. Returns all of them.

        Raises:
            NotFound: `appointment_not_found`.
            BadInput: `slot_unknown`, `item_twice`, `visit_overlaps`, `visit_not_one_day`.
            Conflict: `slot_full`, `slot_same`, `appointment_ended`, `arrival_recorded`, `visit_changed`,
                `changed_meanwhile`.
            Refused: `not_for_applicant`, `too_many_bookings`, `appointment_begun`.
        """
        wanted = wanted_together(party, matters, hall, calendar, by.at)

        async def attempt() -> list[Appointment]:
            found = await self.own(visit, party)
            movable = _movable(found, by.at)
            if {one["item"] for one in movable} != {one.guide.item for one in wanted}:
                raise VisitChanged
            return await self._replace(found, movable, wanted, calendar, by)

        return await till_done(attempt)

    async def _replace(
        self,
        found: Sequence[Appointment],
        movable: Sequence[Appointment],
        wanted: Sequence[Wanted],
        calendar: Workdays,
        by: Cause,
    ) -> list[Appointment]:
        """
        Raises:
            see `move`.
        """
        of_item = {one["item"]: one for one in movable}
        pairs = [(of_item[one.guide.item], one) for one in wanted]
        moved = [(old, new) for old, new in pairs if not _is_at(old, new, calendar)]
        if not moved:
            raise SlotSame
        keys = [old["_id"] for old, _ in moved]
        visit = _visit_after(found, movable, wanted[0])
        won = await self._choose([new for _, new in moved], keys)
        data: Document = {"together": keys} if len(keys) > 1 else {}
        done: list[Appointment] = []
        try:
            async with self.appointments.database.transaction() as session:
                await self.appointments.clear(keys, "claims", session)
                for (old, new), claimed in zip(moved, won, strict=True):
                    done.append(
                        await self.appointments.replace(
                            old, new, claimed, by, visit=visit, data=data, session=session
                        )
                    )
        except DuplicateKeyError as error:
            raise _refusal(error) from None
        stayed = [one for one in movable if one["_id"] not in keys]
        return sorted([*done, *stayed], key=lambda one: one["start"])

    async def cancel(
        self, visit: str, party: Party, by: Cause, *, seen: Collection[str]
    ) -> list[Appointment]:
        """Cancel all matters of a visit that are booked and have not begun; returns these. They are those
        that the person has `seen`, by id: what was added or taken away since then is shown before.

        Raises:
            NotFound: `appointment_not_found`.
            Conflict: `appointment_ended`, `visit_changed`, `changed_meanwhile`.
            Refused: `appointment_begun`.
        """

        async def attempt() -> list[Appointment]:
            booked = [one for one in await self.own(visit, party) if one["state"] is State.BOOKED]
            keys = [one["_id"] for one in booked if can_cancel(one, by.at)]
            if not keys:
                raise AppointmentBegun if booked else AppointmentEnded
            if {*keys} != {*seen}:
                raise VisitChanged
            data: Document = {"together": keys} if len(keys) > 1 else {}
            expects: Document = {"state": State.BOOKED.value, "applicant": party.id, "visit": visit}
            async with self.appointments.database.transaction() as session:
                return [
                    await self.appointments.end(
                        key,
                        State.CANCELLED,
                        Event(CANCELLED, key, by, data),
                        expects=expects,
                        otherwise=ChangedMeanwhile,
                        session=session,
                    )
                    for key in keys
                ]

        return await till_done(attempt)

    async def own(self, visit: str, party: Party) -> list[Appointment]:
        """All that are of a visit of the party's own, in the order of their times.

        Raises:
            NotFound: `appointment_not_found`, also for a visit of another applicant.
        """
        if own := await self.appointments.of_visit(visit, party.id):
            return own
        anybodys = await self.appointments.of_visits([visit])
        raise AppointmentNotFound(anybodys[0]["applicant"] if anybodys else None)

    async def _choose(self, wanted: Sequence[Wanted], without: Collection[str] = ()) -> list[Claimed]:
        """For each a seat that is free, one of the day's bookings that is, and a number.

        Raises:
            Conflict: `slot_full`, `already_booked`.
            Refused: `too_many_bookings`.
        """
        ordinals = await self._ordinals(wanted, without)
        return [
            await self._seat(one, ordinal, without) for one, ordinal in zip(wanted, ordinals, strict=False)
        ]

    async def _seat(self, wanted: Wanted, ordinal: int, without: Collection[str]) -> Claimed:
        seat = next(shuffled(await self.appointments.open_seats(wanted.slot, without)), None)
        if seat is None:
            raise MatterFull(item=wanted.guide.name)
        return Claimed(seat, ordinal, a_number())

    async def _ordinals(self, wanted: Sequence[Wanted], without: Collection[str]) -> list[int]:
        """Those of the day's bookings that the applicant has not made yet.

        Raises:
            Conflict: `already_booked`.
            Refused: `too_many_bookings`.
        """
        applicant, day = wanted[0].party.id, wanted[0].day
        query: Document = {"applicant": applicant, "state": State.BOOKED.value, "_id": {"$nin": [*without]}}
        found = self.appointments.documents.find(query, {"claims": 1})
        held = {claim async for one in found for claim in one["claims"]}
        for one in wanted:
            if item_claim(applicant, one.guide.item) in held:
                raise MatterBooked(item=one.guide.name)
        free = [number for number in range(MOST_A_DAY) if day_claim(applicant, day, number) not in held]
        if len(free) < len(wanted):
            raise TooManyBookings(limit=MOST_A_DAY)
        return free


def _movable(found: Sequence[Appointment], now: datetime) -> list[Appointment]:
    """Those of a visit that can still be moved.

    Raises:
        Conflict: `appointment_ended`, `arrival_recorded`.
        Refused: `appointment_begun`.
    """
    booked = [one for one in found if one["state"] is State.BOOKED]
    if any(one["arrived_at"] for one in booked):
        raise ArrivalRecorded
    ahead = [one for one in booked if one["start"] > now]
    if not ahead:
        raise TooLateToMove if booked else AppointmentEnded
    return ahead


def _is_at(old: Appointment, new: Wanted, calendar: Workdays) -> bool:
    """Whether it is there and then already, and can be served so."""
    same = (old["hall"], old["start"]) == (new.hall.code, new.slot.start)
    return same and fits(new.hall, old, calendar)


def _visit_after(found: Sequence[Appointment], movable: Sequence[Appointment], to: Wanted) -> str:
    """The visit that those which are moved are of: a new one, if they leave one behind that is booked; who
    goes alone is alone."""
    stay = [one for one in found if one["state"] is State.BOOKED and one not in movable]
    leave = (movable[0]["hall"], movable[0]["day"]) != (to.hall.code, to.day)
    apart = uuid4().hex if movable[1:] else movable[0]["_id"]
    return apart if stay and leave else movable[0]["visit"]


def _refusal(error: DuplicateKeyError) -> Exception:
    """What comes of a claim that another booking has: but for a time of this visit, a new try, which finds
    what is free now, or says what is not."""
    return VisitOverlaps() if lost_claim(error) == "visit" else ChangedMeanwhile()
