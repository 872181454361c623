"""How a visit ends (article 9): what staff record, what the person says to it, and who decides.

Nobody who booked can be refused. Staff record alone that the person was served, did not come, or lacked a
material of the published guide, and not before it can be true; that the person gives up, they can only ask.
Each of these is told to the person, who can object. What nobody recorded by the end of the day is
`unrecorded`: it blocks nobody and counts against nobody.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any

from models.appointments.booking import ASK_REVIEW, Appointments
from models.appointments.document import (
    ARRIVED,
    DECLINED,
    GIVEN_UP,
    KEPT,
    LABELS,
    OBJECTED,
    PROPOSED,
    UNRECORDED,
    UPHELD,
    Appointment,
    Ending,
    GivingUp,
    ObjectionState,
    State,
)
from models.appointments.rules import (
    AppointmentEnded,
    NothingToConfirm,
    NothingToObject,
    ObjectionDecided,
    OtherHall,
    can_object,
    check_arrival,
    check_proposal,
    check_record,
    decision_reason,
    is_alone,
    is_asked_to_give_up,
    is_marked_arrived,
    objection_words,
    required_material,
    shows_there,
)
from models.appointments.several import till_done
from models.asking import when_to_ask
from models.errors import Conflict
from models.events import Cause, Event, Plan
from models.guides import Guides, Material
from models.paging import Page
from models.people import Party
from models.places import Hall, Halls
from models.schedule import Due, Overtaken, held
from models.staff import Member, Scope, check_district, check_scope, serves
from models.store import ChangedMeanwhile, Document

End = Callable[..., Awaitable[Appointment]]
"""Ends a matter; takes what is set besides, and the session of a transaction."""


@dataclass(frozen=True)
class Endings:
    """Each verb is one write, guarded by what it read."""

    appointments: Appointments
    guides: Guides
    halls: Halls

    async def served(self, member: Member) -> list[Hall]:
        """The halls with windows for which a member records."""
        return [one for one in await self.halls.all() if one.windows and _serves(member, one)]

    async def objected(
        self, member: Member, states: Collection[str], limit: int, *, latest_first: bool = False, **at: str
    ) -> Page[Appointment]:
        """A page of those with an objection in one of these states, in the order of the objections.

        Raises:
            Forbidden: `scope_missing`.
            PageUnknown: `after` or `before` is no place of a list.
        """
        check_district(member, Scope.OBJECTIONS_DECIDE)
        return await self.appointments.objected(states, limit, latest_first=latest_first, **at)

    async def count_objected(self, member: Member, states: Collection[str]) -> int:
        """
        Raises:
            Forbidden: `scope_missing`.
        """
        check_district(member, Scope.OBJECTIONS_DECIDE)
        return await self.appointments.count_objected(states)

    async def for_member(self, key: str, member: Member) -> Appointment:
        """An appointment at one of the halls for which a member records. Of one at another hall the error
        says where, since it is scanned from the page of the person who stands in the wrong one.

        Raises:
            Forbidden: `scope_missing` or `other_hall`.
        """
        check_scope(member, Scope.APPOINTMENTS_RECORD)
        found = await self.appointments.get(key)
        [township] = [one.township for one in await self.halls.those([found["hall"]])] or [""]
        if not serves(member, Scope.APPOINTMENTS_RECORD, found["hall"], township):
            raise OtherHall(hall=found["hall_name"])
        return found

    async def arrive(self, key: str, member: Member, by: Cause) -> Appointment:
        """Record that the person is in the hall: from now on it cannot be a no-show. Who is there for one
        matter of a visit is there for all of them: each of that day is marked, or none.

        Raises:
            see `for_member` and `check_arrival`; `changed_meanwhile`.
        """

        async def attempt() -> Appointment:
            found = await self.for_member(key, member)
            here = await self._here(found)
            begins = min((one["start"] for one in here if one["state"] is State.BOOKED), default=None)
            check_arrival(found, by.at, begins)
            others = [one for one in here if one["_id"] != key and is_marked_arrived(one)]
            if not others:
                return await self._arrived(found, by)
            async with self.appointments.database.transaction() as session:
                for one in others:
                    await self._arrived(one, by, session)
                return await self._arrived(found, by, session)

        return await till_done(attempt)

    async def _here(self, found: Appointment) -> list[Appointment]:
        """All of its visit that are for the same hall and day, itself too."""
        visit = await self.appointments.of_visit(found["visit"], found["applicant"])
        return [one for one in visit if (one["hall"], one["day"]) == (found["hall"], found["day"])]

    async def _arrived(self, found: Appointment, by: Cause, session: Any = None) -> Appointment:
        event = Event(ARRIVED, found["_id"], by)
        return await self._note(found, event, {"arrived_at": by.at}, session=session)

    async def record(
        self,
        key: str,
        member: Member,
        ending: Ending,
        by: Cause,
        *,
        seen: State,
        material: str | None = None,
    ) -> Appointment:
        """Record how it ended, or correct what was recorded; `seen` is the state that the member saw. Who was
        at the window for one matter of a visit was there for all of them, as who is checked in.

        `material` is the code of the one that lacks, and counts with that ending alone.

        Raises:
            see `for_member`, `check_record` and `required_material`.
            Conflict: `changed_meanwhile`; `appointment_ended`, it is recorded so already.
        """
        found = await self.for_member(key, member)
        if found["state"] is not seen:
            raise ChangedMeanwhile
        check_record(found, ending, by.at)
        lacking = await self._lacking(found, ending, material)
        code = lacking.code if lacking else None
        if (found["state"], found["material"]) == (State(ending), code):
            raise AppointmentEnded
        data = {"material": code} if code else {}
        if found["state"] is not State.BOOKED:
            data["instead_of"] = found["state"].value
        plans = (Plan(ASK_REVIEW, when_to_ask(by.at)),) if ending is Ending.SERVED else ()
        event = Event(f"appointment.{ending}", key, by, data, plans=plans)

        async def end(sets: Document, session: Any = None) -> Appointment:
            return await self.appointments.end(
                key,
                State(ending),
                event,
                expects=_as_read(found),
                otherwise=ChangedMeanwhile,
                sets={"material": code, **sets},
                reason=_remark(found, lacking),
                session=session,
            )

        if is_alone(found) or not shows_there(found, ending, by.at):
            return await end({})
        return await self._there_for_all(found, by, end)

    async def _there_for_all(self, found: Appointment, by: Cause, end: End) -> Appointment:
        """End it, and mark its visit as with a check-in: each matter of it, or none.

        Raises:
            Conflict: `changed_meanwhile`.
        """

        async def attempt() -> Appointment | None:
            here = await self._here(found)
            if not any(_as_read(one) == _as_read(found) for one in here if one["_id"] == found["_id"]):
                return None
            others = [one for one in here if one["_id"] != found["_id"] and is_marked_arrived(one)]
            if not others:
                return await end({})
            async with self.appointments.database.transaction() as session:
                for one in others:
                    await self._arrived(one, by, session)
                return await end({"arrived_at": found["arrived_at"] or by.at}, session)

        if (ended := await till_done(attempt)) is None:
            raise ChangedMeanwhile
        return ended

    async def _lacking(self, found: Appointment, ending: Ending, material: str | None) -> Material | None:
        """By the version of the guide that was booked."""
        if ending is not Ending.MISSING_MATERIAL:
            return None
        return required_material(await self.guides.version(found["guide"]), material)

    async def propose(self, key: str, member: Member, by: Cause) -> Appointment:
        """Ask the person whether they give the visit up; without their answer nothing comes of it.

        Raises:
            see `for_member` and `check_proposal`; `changed_meanwhile`.
        """
        found = await self.for_member(key, member)
        check_proposal(found, by.at)
        return await self._note(found, Event(PROPOSED, key, by), {"giving_up": GivingUp.PROPOSED.value})

    async def answer(self, key: str, party: Party, by: Cause, *, confirmed: bool) -> Appointment:
        """The person says whether they give the visit up, as staff have asked.

        Raises:
            NotFound: `appointment_not_found`.
            Conflict: `nothing_to_confirm`, `changed_meanwhile`.
        """
        found = await self.appointments.own(key, party)
        if not is_asked_to_give_up(found):
            raise NothingToConfirm
        if not confirmed:
            return await self._note(found, Event(DECLINED, key, by), {"giving_up": GivingUp.DECLINED.value})
        return await self.appointments.end(
            key,
            State.GIVEN_UP,
            Event(GIVEN_UP, key, by),
            expects=_as_read(found),
            otherwise=ChangedMeanwhile,
        )

    async def object(self, key: str, party: Party, seen: State, words: str, by: Cause) -> Appointment:
        """Object to what staff recorded; `seen` is the state to which the person objects.

        Raises:
            NotFound: `appointment_not_found`.
            Conflict: `nothing_to_object`, also where it was corrected meanwhile.
            BadInput: see `objection_words`.
        """
        found = await self.appointments.own(key, party)
        if not can_object(found) or found["state"] is not seen:
            raise NothingToObject
        words = objection_words(words)
        made = {
            "state": ObjectionState.OPEN.value,
            "words": self.appointments.sealed(key, words),
            "at": by.at,
            "reason": self.appointments.sealed(key, ""),
            "decided_at": None,
        }
        event = Event(OBJECTED, key, by, {"to": seen.value})
        return await self._note(found, event, {"objection": made}, reason=words, otherwise=NothingToObject)

    async def decide(self, key: str, member: Member, reason: str, by: Cause, *, upheld: bool) -> Appointment:
        """Uphold an objection, which sets the ending aside, or keep the ending, with a reason.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `appointment_not_found`.
            BadInput: see `decision_reason`.
            Conflict: `objection_decided`.
        """
        check_district(member, Scope.OBJECTIONS_DECIDE)
        words = decision_reason(reason, upheld=upheld)
        decision = ObjectionState.UPHELD if upheld else ObjectionState.KEPT
        sets: Document = {
            "objection.state": decision.value,
            "objection.reason": self.appointments.sealed(key, words),
            "objection.decided_at": by.at,
        }
        if upheld:
            sets["state"] = State.SET_ASIDE.value
        event = Event(UPHELD if upheld else KEPT, key, by)
        return await self.appointments.change(
            key,
            expects={"objection.state": ObjectionState.OPEN.value},
            sets=sets,
            update={"$push": {"timeline": self.appointments.line(event, words)}},
            event=event,
            otherwise=ObjectionDecided,
        )

    async def close(self, due: Due, by: Cause) -> bool:
        """The day is over: what nobody recorded is unrecorded; False if it has ended."""
        ended = self.appointments.end(
            due.about,
            State.UNRECORDED,
            due.event(UNRECORDED, by),
            expects={"state": State.BOOKED, "closes_at": due.at},
            otherwise=Overtaken,
        )
        return await held(ended, self.appointments.missing)

    async def _note(
        self,
        found: Appointment,
        event: Event,
        sets: Document,
        *,
        reason: str = "",
        otherwise: type[Conflict] = ChangedMeanwhile,
        session: Any = None,
    ) -> Appointment:
        """Record what does not end it."""
        return await self.appointments.change(
            found["_id"],
            expects=_as_read(found),
            sets=sets,
            update={"$push": {"timeline": self.appointments.line(event, reason)}},
            event=event,
            otherwise=otherwise,
            session=session,
        )


def _serves(member: Member, hall: Hall) -> bool:
    return serves(member, Scope.APPOINTMENTS_RECORD, hall.code, hall.township)


def _as_read(found: Appointment) -> Document:
    """What an appointment must still be for a verb that has read it."""
    objection = found["objection"]
    return {
        "visit": found["visit"],
        "hall": found["hall"],
        "day": found["day"],
        "state": found["state"].value,
        "moves": found["moves"],
        "material": found["material"],
        "arrived_at": found["arrived_at"],
        "giving_up": found["giving_up"],
        "objection.state": objection["state"].value if objection else None,
    }


def _remark(found: Appointment, lacking: Material | None) -> str:
    """What the timeline says beside an ending: the material that lacks, and what is corrected."""
    parts = [f"缺少：{lacking.name}"] if lacking else []
    if found["state"] is not State.BOOKED:
        parts.append(f"原记录：{LABELS[found['state']]}")
    return "；".join(parts)
