"""From a state to the next question: what can be filled is filled, and the rest is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from handlers.chat.dialogue import filling, steps, words
from handlers.chat.dialogue.choices import LISTS, listed
from handlers.chat.dialogue.choices import options as options_of
from handlers.chat.dialogue.facts import Facts, is_whole_visit, seen, still_there
from handlers.chat.dialogue.filling import Option
from handlers.chat.dialogue.heard import Heard
from handlers.chat.dialogue.state import Goal, State, Step
from handlers.chat.dialogue.steps import Note, Turn
from models.errors import DomainError

TURNS = 40
"""Steps that one message can fill, with some to spare."""


class Said(NamedTuple):
    """What a message made of the conversation, and the answer."""

    state: State
    words: str


@dataclass(frozen=True)
class Asking:
    """`link` makes an address of ours and words into a link of the chat."""

    facts: Facts
    link: Callable[[str, str], str]

    async def said(self, turn: Turn, *before: Note) -> Said:
        """What is asked next, after what is said `before`; without words where what was confirmed is to be
        done."""
        state, note = turn.state, turn.note
        if state.carrying:
            return Said(state, "")
        bound = bool(self.facts.roles)
        if state.is_open and not bound and state.goal is not Goal.BOOK:
            return self._asked(filling.asked(state, Step.BIND, []), [], [], [*before, note])
        state = steps.named(state) if bound else state
        if state.is_open and not await still_there(self.facts, state):
            state = steps.began(state, Heard(state.goal))
        for _ in range(TURNS):
            if not state.is_open:
                break
            filled = await self._filled(state)
            if filled.state == state:
                past = (bound and note is Note.STILL_UNBOUND) or is_past(note, turn.state, state)
                last = None if past else note
                return await self._question(state, [*before, last])
            note = filled.note or note
            state = filled.state
        return Said(state, self._noted([*before, note or Note.STOPPED]))

    async def _filled(self, state: State) -> Turn:
        """The next step, filled where it leaves no choice; the same state where it is to be asked."""
        step, bound = state.due, bool(self.facts.roles)
        if step is Step.ROLE and not bound:
            return filling.fill_nobody(state)
        asks_where = step is Step.HALL and Step.ROLE in state.chosen
        if bound and asks_where and (visit := await self.facts.already(state)):
            return steps.already(state, seen(visit))
        if step is Step.CONFIRM:
            return await self._planned(state)
        options = await options_of(self.facts, state, step)
        if step in LISTS and not listed(options):
            return filling.stuck(state, step)
        return filling.fill(state, step, options)

    async def _planned(self, state: State) -> Turn:
        """With a time for each further matter; the same state where all have one."""
        if state.goal is Goal.MOVE and is_whole_visit(state) and not state.also:
            rest = (await self.facts.matters(state))[1:]
            state = replace(state, also=tuple((one["item"], "") for one in rest))
        if all(start for _, start in state.also):
            return Turn(state)
        try:
            return Turn(steps.planned(state, await self.facts.plan(state)))
        except DomainError as error:
            return steps.not_planned(state, error.code)

    async def _question(self, state: State, notes: Sequence[Note | None]) -> Said:
        step = state.due
        if step is Step.CONFIRM and not self.facts.roles:
            bound_first = filling.asked(state, Step.BIND, [])
            return self._asked(bound_first, [], await self.facts.whole(state), notes)
        options = await options_of(self.facts, state, step)
        state = filling.asked(state, step, options)
        return self._asked(state, options, await self.facts.about(state), notes)

    def _asked(
        self, state: State, options: Sequence[Option], about: Sequence[str], notes: Sequence[Note | None]
    ) -> Said:
        tongue = self.facts.tongue
        links = {
            "bind": self.link("/binding", words.BINDING_LINK[tongue]),
            "page": self.link("/appointments/new", words.PAGE_LINK[tongue]),
        }
        first = self._noted(notes)
        asked = words.ask(state, options, about, tongue, **links)
        return Said(state, f"{first}\n{asked}" if first else asked)

    def _noted(self, notes: Sequence[Note | None]) -> str:
        return "\n".join(words.NOTES[note][self.facts.tongue] for note in dict.fromkeys(notes) if note)


def is_past(note: Note | None, before: State, state: State) -> bool:
    """Whether it need not be said: what was noted has led on."""
    return note is Note.NOTED and before.step is not state.due
