"""What was confirmed is done through the models. Doing it again changes nothing and says the same: what was
wished for is then found done."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.chat.dialogue import steps, words
from handlers.chat.dialogue.asking import Asking, Said
from handlers.chat.dialogue.facts import is_whole_visit, moves_of, seen, still_there
from handlers.chat.dialogue.heard import Heard
from handlers.chat.dialogue.state import Goal, State, Step
from handlers.chat.dialogue.steps import Turn
from models.appointments import Appointment, Matter, can_cancel
from models.appointments import State as VisitState
from models.errors import DomainError
from models.events import Cause
from models.people import Party


@dataclass(frozen=True)
class Doing:
    asking: Asking

    async def done(self, state: State, *, again: bool = False) -> Said:
        """What came of it, or why it could not be done and what is asked instead. `again` says that a process
        may have done it and died: what was booked then, and cancelled on a page since, is not booked anew."""
        reading = self.asking.facts.reading
        reading.anew()
        if not await still_there(self.asking.facts, state):
            if state.goal is not Goal.BOOK and (before := await self._found_done(state)):
                return Said(replace(steps.idle(state), done=True), await self._told(state, before))
            return await self.asking.said(Turn(steps.began(state, Heard(state.goal))))
        if again and state.goal is Goal.BOOK and (since := await self.asking.facts.booked_since(state)):
            return await self._over(state, await self.asking.facts.all_of(since))
        reading.anew()
        try:
            visits = await DO[state.goal](self, state)
        except DomainError as error:
            reading.anew()
            before = await self._found_done(state)
            if before is None:
                return await self._failed(state, error)
            visits = before
        return Said(replace(steps.idle(state), done=True), await self._told(state, visits))

    async def book(self, state: State) -> list[Appointment]:
        facts, party = self.asking.facts, self.asking.facts.party(state)
        matters, hall = await self._matters(state), await facts.hall(state)
        return await facts.services.several.book(
            party, matters, hall, facts.services.calendar, self._by(party)
        )

    async def move(self, state: State) -> list[Appointment]:
        facts = self.asking.facts
        visit = await facts.visit(state)
        party = facts.party_of(visit)
        matters, hall = await self._matters(state), await facts.hall(state)
        calendar, by = facts.services.calendar, self._by(party)
        if is_whole_visit(state):
            return await facts.services.several.move(visit["visit"], matters, party, hall, calendar, by)
        [only] = matters
        return [
            await facts.services.appointments.move(
                visit["_id"], party, only.guide, hall, only.start, calendar, by
            )
        ]

    async def cancel(self, state: State) -> list[Appointment]:
        facts = self.asking.facts
        visit, *more = await facts.matters(state)
        party = facts.party_of(visit)
        if is_whole_visit(state):
            keys = [one["_id"] for one in (visit, *more)]
            return await facts.services.several.cancel(visit["visit"], party, self._by(party), seen=keys)
        return [await facts.services.appointments.cancel(visit["_id"], party, self._by(party))]

    async def _matters(self, state: State) -> list[Matter]:
        """All that is to be done, with the times that were shown."""
        guides = await self.asking.facts.guides(state)
        return [Matter(*one) for one in zip(guides, starts_of(state), strict=True)]

    async def _found_done(self, state: State) -> list[Appointment] | None:
        """The visit, if it is as it was to be: this message, or another one at once, did it before."""
        facts = self.asking.facts
        if state.goal is Goal.BOOK:
            first = await facts.already(state)
            booked = await facts.all_of(first) if first else []
            return booked if await self._is_as_wished(state, booked) else None
        if state.goal is Goal.MOVE:
            return await self._moved(state)
        found = await facts.ever(state)
        if any(can_cancel(one, facts.by.at) for one in found):
            return None
        return [one for one in found if one["state"] is VisitState.CANCELLED] or None

    async def _moved(self, state: State) -> list[Appointment] | None:
        """The visit, if it was moved since it was shown, to the time that was confirmed."""
        moves, whole = moves_of(state), is_whole_visit(state)
        found = await self._at_new_places(state) if whole else await self._still_booked(state)
        once = sum(one["moves"] for one in found) in range(moves + 1, moves + len(found) + 1)
        return found if once and (whole or await self._is_as_wished(state, found)) else None

    async def _still_booked(self, state: State) -> list[Appointment]:
        return [one for one in await self.asking.facts.ever(state) if one["state"] is VisitState.BOOKED]

    async def _at_new_places(self, state: State) -> list[Appointment]:
        """Matters of one visit that are just where and when all were to be: what stayed behind, since it had
        begun or was cancelled, is not of it any more."""
        hall, times = state.chosen[Step.HALL], starts_of(state)
        items = dict(zip(times[1:], (item for item, _ in state.also), strict=True))
        found = [
            one
            for one in await self.asking.facts.every()
            if (one["state"], one["hall"]) == (VisitState.BOOKED, hall)
            and one["start"] in times
            and items.get(one["start"], one["item"]) == one["item"]
        ]
        is_one = {one["start"] for one in found} == {*times} and len({one["visit"] for one in found}) == 1
        return sorted(found, key=lambda one: one["start"]) if is_one and len(found) == len(times) else []

    async def _is_as_wished(self, state: State, found: Sequence[Appointment]) -> bool:
        """Whether these are all that was confirmed, where and when."""
        items = await self.asking.facts.items_of(state)
        hall = state.chosen[Step.HALL]
        wished = {(item, hall, start) for item, start in zip(items, starts_of(state), strict=True)}
        return bool(found) and {(one["item"], one["hall"], one["start"]) for one in found} == wished

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

    async def _over(self, state: State, visits: Sequence[Appointment]) -> Said:
        """What became of a visit that was booked before this process knew of it."""
        tongue, after = self.asking.facts.tongue, replace(steps.idle(state), done=True)
        booked = [one for one in visits if one["state"] is VisitState.BOOKED]
        if booked:
            return Said(after, await self._told(state, booked))
        return Said(after, f"{words.DONE[Goal.CANCEL][tongue]}\n{words.AFTER[Goal.CANCEL][tongue]}")

    async def _told(self, state: State, visits: Sequence[Appointment]) -> str:
        tongue, link, facts = self.asking.facts.tongue, self.asking.link, self.asking.facts
        page = link(f"/appointments/{visits[0]['_id']}", words.OPEN_LINK[tongue])
        cancelled = state.goal is Goal.CANCEL
        lines = await facts.given_up(visits) if cancelled else [*await facts.booked(visits), page]
        return "\n".join([words.DONE[state.goal][tongue], *lines, words.AFTER[state.goal][tongue]])

    def _by(self, party: Party) -> Cause:
        return replace(self.asking.facts.by, actor=f"applicant:{party.agent['_id']}")


def starts_of(state: State) -> list[datetime]:
    """When each matter begins."""
    return [datetime.fromisoformat(start) for start in (state.chosen[Step.START], *dict(state.also).values())]


DO: Mapping[Goal, Callable[[Doing, State], Awaitable[list[Appointment]]]] = {
    Goal.BOOK: Doing.book,
    Goal.MOVE: Doing.move,
    Goal.CANCEL: Doing.cancel,
}
