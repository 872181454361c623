"""What was confirmed is done through the models. Doing it again changes nothing and says the same: what was
wished for is then found done."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.chat.dialogue import steps, words
from handlers.chat.dialogue.asking import Asking, Said
from handlers.chat.dialogue.facts import seen, seen_of, still_there
from handlers.chat.dialogue.heard import Heard
from handlers.chat.dialogue.state import Goal, State, Step
from handlers.chat.dialogue.steps import Turn
from models.appointments import Appointment
from models.appointments import State as VisitState
from models.errors import DomainError, NotFound
from models.events import Cause
from models.people import Party


@dataclass(frozen=True)
class Doing:
    asking: Asking

    async def done(self, state: State, *, again: bool = False) -> Said:
        """What came of it, or why it could not be done and what is asked instead. `again` says that a process
        may have done it and died: what was booked then, and cancelled on a page since, is not booked anew."""
        if not await still_there(self.asking.facts, state):
            if state.goal is Goal.MOVE and (moved := await self._moved(state)):
                return Said(replace(steps.idle(state), done=True), await self._told(state, moved))
            return await self.asking.said(Turn(steps.began(state, Heard(state.goal))))
        if again and state.goal is Goal.BOOK and (since := await self.asking.facts.booked_since(state)):
            return await self._over(state, since)
        self.asking.facts.reading.forget()
        try:
            visit = await DO[state.goal](self, state)
        except DomainError as error:
            self.asking.facts.reading.forget()
            before = await self._found_done(state)
            if before is None:
                return await self._failed(state, error)
            visit = before
        return Said(replace(steps.idle(state), done=True), await self._told(state, visit))

    async def book(self, state: State) -> Appointment:
        facts, party = self.asking.facts, self.asking.facts.party(state)
        guide, hall, start = await facts.guide(state), await facts.hall(state), chosen_start(state)
        return await facts.services.appointments.book(
            party, guide, hall, start, facts.services.calendar, self._by(party)
        )

    async def move(self, state: State) -> Appointment:
        facts = self.asking.facts
        visit = await facts.visit(state)
        party = facts.party_of(visit)
        guide, hall, start = await facts.guide(state), await facts.hall(state), chosen_start(state)
        return await facts.services.appointments.move(
            visit["_id"], party, guide, hall, start, facts.services.calendar, self._by(party)
        )

    async def cancel(self, state: State) -> Appointment:
        visit = await self.asking.facts.visit(state)
        party = self.asking.facts.party_of(visit)
        return await self.asking.facts.services.appointments.cancel(visit["_id"], party, self._by(party))

    async def _found_done(self, state: State) -> Appointment | None:
        """The visit, if it is as it was to be: this message, or another one at once, did it before."""
        facts = self.asking.facts
        if state.goal is Goal.BOOK:
            visit = await facts.already(state)
            wished = (state.chosen[Step.HALL], chosen_start(state))
            return visit if visit and (visit["hall"], visit["start"]) == wished else None
        if state.goal is Goal.MOVE:
            return await self._moved(state)
        visit = await facts.visit(state)
        return visit if visit["state"] is VisitState.CANCELLED else None

    async def _moved(self, state: State) -> Appointment | None:
        """The visit, if it was moved once since it was shown, to the time that was confirmed."""
        try:
            visit = await self.asking.facts.visit(state)
        except NotFound:
            return None
        place = (state.chosen[Step.HALL], chosen_start(state))
        once = visit["moves"] == seen_of(state)[1] + 1
        there = visit["state"] is VisitState.BOOKED and (visit["hall"], visit["start"]) == place
        return visit if once and there else None

    async def _failed(self, state: State, error: DomainError) -> Said:
        facts = self.asking.facts
        if error.code == "already_booked" and (visit := await facts.already(state)):
            return await self.asking.said(steps.already(state, seen(visit)))
        turn = steps.failed(state, error.code)
        if turn.note:
            return await self.asking.said(turn)
        why = words.fault(error, facts.tongue)
        if not turn.state.is_open:
            return Said(turn.state, why)
        said = await self.asking.said(turn)
        return Said(said.state, f"{why}\n{said.words}")

    async def _over(self, state: State, visit: Appointment) -> Said:
        """What became of a visit that was booked before this process knew of it."""
        tongue, after = self.asking.facts.tongue, replace(steps.idle(state), done=True)
        if visit["state"] is VisitState.BOOKED:
            return Said(after, await self._told(state, visit))
        return Said(after, f"{words.DONE[Goal.CANCEL][tongue]}\n{words.AFTER[Goal.CANCEL][tongue]}")

    async def _told(self, state: State, visit: Appointment) -> str:
        tongue, link = self.asking.facts.tongue, self.asking.link
        page = link(f"/appointments/{visit['_id']}", words.OPEN_LINK[tongue])
        ahead = [] if state.goal is Goal.CANCEL else [page]
        lines = await self.asking.facts.booked(visit)
        if state.goal is Goal.CANCEL:
            lines = lines[:2]
        head = words.DONE[state.goal][tongue]
        return "\n".join([head, *lines, *ahead, words.AFTER[state.goal][tongue]])

    def _by(self, party: Party) -> Cause:
        return replace(self.asking.facts.by, actor=f"applicant:{party.agent['_id']}")


def chosen_start(state: State) -> datetime:
    return datetime.fromisoformat(state.chosen[Step.START])


DO: Mapping[Goal, Callable[[Doing, State], Awaitable[Appointment]]] = {
    Goal.BOOK: Doing.book,
    Goal.MOVE: Doing.move,
    Goal.CANCEL: Doing.cancel,
}
