"""Visits that do not fit the schedule of their hall any more, and what staff decide on them (article 9).

Such a visit stays booked and is served: nobody who booked can be refused. The list is not kept but read anew,
so that what was booked while a schedule was saved is in it too. A visit leaves it when it is moved, when it
is over, and when staff say that it is kept on record all the same; asking the person for another time leaves
it there.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from models.appointments.booking import Appointments
from models.appointments.document import ASKED_TO_MOVE, KEPT_ANYWAY, Appointment, State
from models.appointments.fitting import Misfit, misfit
from models.appointments.listing import by_visit
from models.appointments.rules import AppointmentEnded, OtherHall, check_move, is_asked_to_move
from models.appointments.several import till_done
from models.errors import Conflict, DomainError
from models.events import Cause, Event
from models.places import Hall, Halls
from models.staff import Member, Scope, check_scope, serves
from models.store import ChangedMeanwhile, Document
from models.workdays import Workdays

AHEAD = ("hall", "group", "window", "seat", "start", "end", "kept_for")
"""What the index `document.AHEAD` has of each visit ahead."""
MOST_LISTED = 100
"""Visits of a hall that are read to be shown; the rest follows as they are decided on."""
Verb = Callable[[str, Member, Cause], Awaitable[Appointment]]


class VisitFits(Conflict):
    code = "visit_fits"
    message = "该预约符合大厅现在的时间安排，不需要处理"


@dataclass(frozen=True)
class Ahead:
    """A visit that is booked and not over; `kept_for` is the reason in spite of which staff keep it."""

    id: str
    hall: str
    group: str
    window: str
    seat: int
    start: datetime
    end: datetime
    kept_for: str | None

    def unfit(self, hall: Hall, calendar: Workdays) -> Misfit | None:
        """Why it is listed."""
        found = misfit(hall, self, calendar)
        return found if found and found.reason != self.kept_for else None


@dataclass(frozen=True)
class UnfitVisit:
    visit: Appointment
    why: Misfit


class Listed(NamedTuple):
    """Of a hall the first visits that do not fit, in the order of their times, and how many there are."""

    hall: Hall
    visits: Sequence[UnfitVisit]
    total: int


class Decision(StrEnum):
    KEEP = "keep"
    ASK = "ask"


@dataclass(frozen=True)
class Decided:
    """What became of one of several; `visit` is None where the member may not know of it, and `error` says
    why nothing was decided."""

    visit: Appointment | None
    error: DomainError | None = None


@dataclass(frozen=True)
class Unfit:
    appointments: Appointments
    halls: Halls
    calendar: Workdays

    async def kept_by(self, member: Member) -> list[Hall]:
        """The halls with windows whose schedules a member keeps.

        Raises:
            Forbidden: `scope_missing`.
        """
        check_scope(member, Scope.SCHEDULES_KEEP)
        return [one for one in await self.halls.all() if one.windows and _keeps(member, one)]

    async def listed(
        self, member: Member, now: datetime, hall: str = "", most: int = MOST_LISTED
    ) -> list[Listed]:
        """By hall, of each the first ones; of one `hall` alone where it is given.

        Raises:
            NotFound: `hall_not_found`.
            Forbidden: `scope_missing`.
        """
        halls = [await self.keeps(hall, member)] if hall else await self.kept_by(member)
        found: dict[str, list[tuple[Ahead, Misfit]]] = {one.code: [] for one in halls}
        for one, why in await self._unfit(halls, now):
            found[one.hall].append((one, why))
        first = {code: each[:most] for code, each in found.items()}
        known = await self._known([one.id for each in first.values() for one, _ in each])
        return [
            Listed(
                one,
                [UnfitVisit(known[ahead.id], why) for ahead, why in first[one.code]],
                len(found[one.code]),
            )
            for one in halls
            if found[one.code] or hall
        ]

    async def _known(self, keys: Sequence[str]) -> dict[str, Appointment]:
        visits = self.appointments.documents.find({"_id": {"$in": keys}}, {"events": 0})
        return {one["_id"]: self.appointments.shaped(one) async for one in visits}

    async def count(self, member: Member, now: datetime) -> int:
        """
        Raises:
            Forbidden: `scope_missing`.
        """
        return len(await self._unfit(await self.kept_by(member), now))

    async def counts(self, halls: Sequence[Hall], now: datetime) -> dict[str, int]:
        """How many are listed of each hall, by its code."""
        counted = Counter(one.hall for one, _ in await self._unfit(halls, now))
        return {one.code: counted[one.code] for one in halls}

    async def counts_after(self, halls: Sequence[Hall], calendar: Workdays, now: datetime) -> dict[str, int]:
        """How many more would be listed of each hall, by its code, if this were the calendar."""
        by_code = {one.code: one for one in halls}
        ahead = [(one, by_code[one.hall]) for one in await self.ahead(by_code, now)]
        counted = Counter(
            hall.code
            for one, hall in ahead
            if one.unfit(hall, calendar) and not one.unfit(hall, self.calendar)
        )
        return {one.code: counted[one.code] for one in halls}

    async def ahead(self, halls: Collection[str], now: datetime) -> list[Ahead]:
        """The visits booked there that are not over, in their order."""
        query: Document = {"hall": {"$in": sorted(halls)}, "closes_at": {"$gt": now}, "end": {"$gt": now}}
        found = self.appointments.documents.find(query, {"_id": 1, **dict.fromkeys(AHEAD, 1)})
        made = [
            Ahead(one["_id"], **{name: one.get(name) for name in AHEAD})
            async for one in found.batch_size(1000)
        ]
        return sorted(made, key=lambda one: (one.start, one.id))

    async def keeps(self, code: str, member: Member) -> Hall:
        """A hall whose schedule the member keeps.

        Raises:
            Forbidden: `scope_missing`, `other_hall`.
            NotFound: `hall_not_found`.
        """
        check_scope(member, Scope.SCHEDULES_KEEP)
        hall = await self.halls.get(code)
        if not _keeps(member, hall):
            raise OtherHall(hall=hall.name)
        return hall

    async def decide_each(
        self, decision: Decision, keys: Iterable[str], member: Member, by: Cause
    ) -> list[Decided]:
        """Decide the same on each of these; what is refused of one stops no other. Matters of one visit are
        asked to move at once."""
        keys = [*dict.fromkeys(keys)]
        if decision is Decision.KEEP:
            return [await self._decided(self.keep, key, member, by) for key in keys]
        known = await self._known(keys)
        done: dict[str, Decided] = {}
        for visit in by_visit(known.values()):
            done |= await self._ask_of_visit([one["_id"] for one in visit], member, by)
        return [done.get(key) or await self._decided(self.ask_to_move, key, member, by) for key in keys]

    async def _ask_of_visit(self, keys: Sequence[str], member: Member, by: Cause) -> dict[str, Decided]:
        """All of one visit that can be asked, in one transaction, so that one letter names them."""

        async def read(key: str, member: Member, by: Cause) -> Appointment:
            return (await self._to_ask(key, member, by))[0]

        done = {key: await self._decided(read, key, member, by) for key in keys}
        can = [key for key, one in done.items() if one.error is None]
        if len(can) < 2:
            return {key: one for key, one in done.items() if one.error}
        try:
            asked = await till_done(lambda: self._ask_together(can, member, by))
        except DomainError as error:
            return done | {key: Decided(done[key].visit, error) for key in can}
        return done | {one["_id"]: Decided(one) for one in asked}

    async def _ask_together(self, keys: Sequence[str], member: Member, by: Cause) -> list[Appointment]:
        """
        Raises:
            see `ask_to_move`.
        """
        found = [await self._to_ask(key, member, by) for key in keys]
        left = [(visit, why) for visit, why in found if why]
        data: Document = {"together": [visit["_id"] for visit, _ in left]} if left[1:] else {}
        done = {visit["_id"]: visit for visit, _ in found}
        async with self.appointments.database.transaction() as session:
            for visit, why in left:
                done[visit["_id"]] = await self._ask(visit, why, by, data, session)
        return [*done.values()]

    async def _decided(self, verb: Verb, key: str, member: Member, by: Cause) -> Decided:
        visit = None
        try:
            visit, _ = await self._own(key, member)
            return Decided(await verb(key, member, by))
        except DomainError as error:
            return Decided(visit, error)

    async def keep(self, key: str, member: Member, by: Cause) -> Appointment:
        """Serve it as it was booked, on record; again for the same reason this changes nothing.

        Raises:
            NotFound: `appointment_not_found`.
            Forbidden: `scope_missing`, `other_hall`.
            Conflict: `appointment_ended`, `visit_fits`, `changed_meanwhile`.
        """
        visit, why = await self._one(key, member)
        if why is None:
            return visit
        reason = why.reason.value
        event = Event(KEPT_ANYWAY, key, by, {"reason": reason})
        expects: Document = {"kept_for": {"$ne": reason}}
        with suppress(ChangedMeanwhile):
            return await self._write(visit, {"kept_for": reason}, expects, event)
        return await self._found_done(key, lambda found: found.get("kept_for") == reason)

    async def ask_to_move(self, key: str, member: Member, by: Cause) -> Appointment:
        """Ask the person to choose another time; once for where it is now.

        Raises:
            NotFound: `appointment_not_found`.
            Forbidden: `scope_missing`, `other_hall`.
            Conflict: `appointment_ended`, `arrival_recorded`, `visit_fits`, `changed_meanwhile`.
            Refused: `appointment_begun`.
        """
        visit, why = await self._to_ask(key, member, by)
        if why is None:
            return visit
        with suppress(ChangedMeanwhile):
            return await self._ask(visit, why, by)
        return await self._found_done(key, is_asked_to_move)

    async def _to_ask(self, key: str, member: Member, by: Cause) -> tuple[Appointment, Misfit | None]:
        """A visit that can be asked for, and why; None where it is asked for already.

        Raises:
            see `ask_to_move`.
        """
        visit, why = await self._one(key, member)
        if is_asked_to_move(visit):
            return visit, None
        if why is None:
            raise VisitFits
        check_move(visit, by.at)
        return visit, why

    async def _ask(
        self, visit: Appointment, why: Misfit, by: Cause, data: Document | None = None, session: Any = None
    ) -> Appointment:
        event = Event(ASKED_TO_MOVE, visit["_id"], by, {"reason": why.reason.value, **(data or {})})
        asked: Document = {"asked_to_move_at": by.at}
        return await self._write(visit, asked, {"asked_to_move_at": None}, event, session)

    async def _write(
        self, visit: Appointment, sets: Document, expects: Document, event: Event, session: Any = None
    ) -> Appointment:
        """One write, where the visit is as it was.

        Raises:
            Conflict: `changed_meanwhile`.
        """
        place: Document = {"hall": visit["hall"], "start": visit["start"], "window": visit["window"]}
        return await self.appointments.change(
            visit["_id"],
            expects={**place, "state": State.BOOKED.value, **expects},
            sets=sets,
            update={"$push": {"timeline": self.appointments.line(event)}},
            event=event,
            otherwise=ChangedMeanwhile,
            session=session,
        )

    async def _found_done(self, key: str, done: Callable[[Appointment], bool]) -> Appointment:
        """Who decides the same at once finds it `done`.

        Raises:
            Conflict: `changed_meanwhile`.
        """
        found = await self.appointments.get(key)
        if not done(found):
            raise ChangedMeanwhile
        return found

    async def _one(self, key: str, member: Member) -> tuple[Appointment, Misfit | None]:
        """A visit at one of the member's halls, and why it is listed; None where it is kept already."""
        visit, hall = await self._own(key, member)
        if visit["state"] is not State.BOOKED:
            raise AppointmentEnded
        placed = Ahead(visit["_id"], **{name: visit.get(name) for name in AHEAD})  # type: ignore[arg-type]
        if misfit(hall, placed, self.calendar) is None:
            raise VisitFits
        return visit, placed.unfit(hall, self.calendar)

    async def _own(self, key: str, member: Member) -> tuple[Appointment, Hall]:
        """A visit at one of the member's halls, and the hall."""
        check_scope(member, Scope.SCHEDULES_KEEP)
        visit = await self.appointments.get(key)
        return visit, await self.keeps(visit["hall"], member)

    async def _unfit(self, halls: Sequence[Hall], now: datetime) -> list[tuple[Ahead, Misfit]]:
        by_code = {one.code: one for one in halls}
        ahead = await self.ahead(by_code, now)
        found = ((one, one.unfit(by_code[one.hall], self.calendar)) for one in ahead)
        return [(one, why) for one, why in found if why]


def _keeps(member: Member, hall: Hall) -> bool:
    return serves(member, Scope.SCHEDULES_KEEP, hall.code, hall.township)
