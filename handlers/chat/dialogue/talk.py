"""The conversation with its memory: reads where one is, lets the rules of `steps` say what follows, does what
was confirmed, and keeps it.

Of two messages at once the first to write decides what the other is answered from. What was confirmed is
written before it is done, and doing it again changes nothing: so a message that comes again after a death
books once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from handlers.chat.dialogue import steps, words
from handlers.chat.dialogue.asking import Asking, Said
from handlers.chat.dialogue.doing import Doing
from handlers.chat.dialogue.facts import Facts
from handlers.chat.dialogue.heard import Heard, hear
from handlers.chat.dialogue.phrases import Sign
from handlers.chat.dialogue.reading import Reading
from handlers.chat.dialogue.roles import roles_of, tongue_of
from handlers.chat.dialogue.state import NO_WISH, Goal, State, Step, state_of
from handlers.chat.dialogue.steps import Note, Turn
from handlers.chat.dialogue.words import Tongue
from handlers.chat.envelope import Message
from handlers.chat.once import Once
from handlers.web.services import Services
from models.chat import Kept, digest
from models.errors import Conflict
from models.events import Cause
from models.guides import Found
from models.places import Datum, position
from models.places.positions import PositionInvalid
from models.store import Document
from models.workdays import local_date

SILENCE = timedelta(minutes=30)
"""After a longer one numbers may mean something else: it is said first where one was."""
CARRIED = timedelta(minutes=10)
"""So long what was confirmed is still done, where the process that did it died."""
REPEATED = timedelta(seconds=60)
"""So long after the end a second confirmation gets the same answer."""
TRIES = 4
"""At a message, while others are first."""
NEAR = 60
"""Places among which the nearest halls are looked for."""


class ChangedTooOften(Conflict):
    code = "messages_at_once"
    message = "消息太多，没来得及看清，请再发一次"


class Elsewhere(Protocol):
    def __call__(self, found: Found, *, english: bool) -> str: ...


Turning = Callable[[State, Facts], Awaitable[Said | None]]


@dataclass(frozen=True)
class Talk:
    """`link` makes an address of ours and words into a link of the chat; `elsewhere` says who does what a
    search found beside our own."""

    services: Services
    link: Callable[[str, str], str]
    elsewhere: Elsewhere
    once: Once

    async def answer(self, message: Message, said: str, by: Cause, goal: Goal | None = None) -> str | None:
        """The reply; None where the words are about something else. `goal` is that of a tap on the menu."""

        async def turned(state: State, facts: Facts) -> Said | None:
            heard = Heard(goal) if goal else await self._heard(said, by.at)
            return await self._turn(state, heard, facts, message.sender)

        return await self._kept(message, by, turned)

    async def located(self, message: Message, by: Cause) -> str | None:
        """Halls from near to far, to choose from; None where nothing is booked just now, but the order is
        kept.

        Raises:
            PositionInvalid: the message holds no position.
        """
        try:
            here = position(float(message.latitude), float(message.longitude), Datum.GCJ02)
        except ValueError:
            raise PositionInvalid from None
        codes = [hall.code for hall in await self.services.shown.halls.near(here, NEAR) if hall.windows]

        async def turned(state: State, facts: Facts) -> Said | None:
            turn = steps.nearest(state, codes)
            asked = steps.has_hall(state)
            return await self._asking(facts, turn.state).said(turn) if asked else Said(turn.state, "")

        return await self._kept(message, by, turned) or None

    async def instead(self, sender: str, by: Cause) -> str:
        """What there is to say to a question in place of the answer at the last step: that nothing is done,
        and what to bring."""
        state = state_of((await self.once.conversation(sender, by.at)).state)
        facts = await self._facts(sender, state, by)
        bring = facts.bring(await facts.guide(state)) if state.goal is Goal.BOOK else []
        return "\n".join([words.NOT_YET[facts.tongue].format(phone=self.services.site.help_phone), *bring])

    async def reminder(self, sender: str, by: Cause) -> str:
        """Where one was and how to go on, after another answer; nothing where nothing is asked. After a
        silence it is said once."""
        kept = await self.once.conversation(sender, by.at)
        state = state_of(kept.state)
        if not state.is_open or state.reminded:
            return ""
        if is_silent(state, by.at):
            after = replace(state, reminded=True).kept()
            await self._keep(sender, kept, after, kept.message, kept.said, by.at)
        tongue = tongue_of(state, await self.once.account(sender))
        return "\n" + words.REMINDER[tongue].format(step=words.SHORT[state.step][tongue])

    async def spoken(self, sender: str, by: Cause, *, english: bool) -> None:
        """Keep in which tongue one writes, for what comes without words of its own, as a number."""
        kept = await self.once.conversation(sender, by.at)
        state = state_of(kept.state)
        if state.english is not english and not state.carrying:
            after = replace(state, english=english).kept()
            await self._keep(sender, kept, after, kept.message, kept.said, by.at)

    async def state(self, sender: str, now: datetime) -> State:
        """Where one is; what was asked long ago is not asked any more."""
        state = state_of((await self.once.conversation(sender, now)).state)
        return steps.idle(state) if is_silent(state, now) else state

    async def _kept(self, message: Message, by: Cause, turned: Turning) -> str | None:
        """What a message makes of the conversation, kept before it is said.

        Raises:
            ChangedTooOften: other messages were first, again and again.
        """
        mark, sender = digest(message.key), message.sender
        for _ in range(TRIES):
            kept = await self.once.conversation(sender, by.at)
            state = state_of(kept.state)
            if kept.message == mark and not state.carrying:
                return kept.said
            facts = await self._facts(sender, state, by)
            if state.carrying and is_fresh(state, CARRIED, by.at):
                said = await self._carried(sender, kept, state, facts, again=True)
                if kept.message == mark:
                    return said
                continue
            made = await turned(replace(state, carrying=False), facts)
            if made is None:
                return None
            after = replace(made.state, at=by.at)
            if await self._keep(sender, kept, after.kept(), mark, made.words, by.at):
                if not after.carrying:
                    return made.words
                mine = Kept(kept.version + 1, after.kept(), mark, "")
                return await self._carried(sender, mine, after, facts.speaking(after))
        raise ChangedTooOften

    async def _keep(
        self, sender: str, before: Kept, state: Document, message: str, said: str, now: datetime
    ) -> bool:
        self.once.forget(sender)
        return await self.services.dialogues.keep(sender, before, state, message, said, now)

    async def _carried(
        self, sender: str, kept: Kept, state: State, facts: Facts, *, again: bool = False
    ) -> str:
        """Do what was confirmed, and keep what came of it; `again` where another process may have."""
        made = await Doing(Asking(facts, self.link)).done(state, again=again)
        after = replace(made.state, at=facts.by.at).kept()
        await self._keep(sender, kept, after, kept.message, made.words, facts.by.at)
        return made.words

    async def _facts(self, sender: str, state: State, by: Cause) -> Facts:
        account = await self.once.account(sender)
        roles = await roles_of(self.services, account)
        return Facts(self.services, roles, tongue_of(state, account), by, Reading(self.services, by), account)

    async def _heard(self, said: str, now: datetime) -> Heard:
        """What was said; halls are listened for where something is booked."""
        today = local_date(now)
        first = hear(said, today)
        if first.sign or first.number is not None or not first.item:
            return first
        return hear(said, today, await self.once.halls())

    async def _turn(self, state: State, heard: Heard, facts: Facts, sender: str) -> Said | None:
        """What follows from what was heard; None where it is about something else."""
        now = facts.by.at
        if heard.sign is Sign.TONGUE:
            state, facts = await self._in_tongue(state, heard, facts)
        if await self._is_beside_the_step(state, heard, sender, now):
            return None
        if not state.is_open:
            if heard.goal or await self._wishes(heard):
                return await self._begun(steps.began(state, heard), heard, facts)
            return await self._unasked(state, heard, facts, sender)
        if is_silent(state, now) and heard.goal is None:
            return await self._after_silence(state, heard, facts, sender)
        return await self._within(state, heard, facts)

    async def _within(self, state: State, heard: Heard, facts: Facts) -> Said | None:
        """What follows while something is asked."""
        if heard.item and heard.goal in (None, Goal.BOOK) and names_another(state, heard):
            return await self._adding(state, heard, facts)
        if heard.item and heard.goal is None and state.step is not Step.ITEM:
            return await self._beside(state, heard, facts)
        return await self._taken(state, heard, facts)

    async def _is_beside_the_step(self, state: State, heard: Heard, sender: str, now: datetime) -> bool:
        """Whether a yes asks something before it confirms, or a number is one of another list."""
        if state.step is Step.BIND:
            return await self._lists(heard, sender, now)
        return heard.asks and state.step in (Step.CONFIRM, Step.DROP)

    async def _in_tongue(self, state: State, heard: Heard, facts: Facts) -> tuple[State, Facts]:
        """What follows, and all from now on, in the tongue that was asked for, which the account keeps."""
        english, account = bool(heard.english), facts.account
        chosen = "en" if english else "zh_CN"
        if account and (account.get("language") or "zh_CN") != chosen:
            account = await self.services.accounts.prefer(account["_id"], facts.by, language=chosen)
        state = replace(state, english=english)
        return state, replace(facts, account=account).speaking(state)

    async def _beside(self, state: State, heard: Heard, facts: Facts) -> Said | None:
        """Words at a step that asks for something else: a time or place, another item, or nothing of ours."""
        if heard.wish == NO_WISH:
            return None
        if await self._wishes(heard, state):
            return await self._begun(steps.began(state, heard), heard, facts)
        return await self._taken(state, replace(heard, item=""), facts)

    async def _adding(self, state: State, heard: Heard, facts: Facts) -> Said:
        """Another matter for the same visit, by its name."""
        turn = steps.adding(replace(state, step=Step.CONFIRM))
        if not turn.state.adding:
            return await self._asking(facts, turn.state).said(turn)
        found = await self.once.named(heard.item, heard.about)
        items = tuple(guide.item for guide in found.guides)
        note = None if items else Note.NOTHING_FOUND
        state = replace(turn.state, found=items, held=None if found.whole else Step.ALSO)
        return await self._asking(facts, state).said(Turn(state, note))

    async def _taken(self, state: State, heard: Heard, facts: Facts) -> Said:
        turn = steps.take(state, heard)
        if heard.item:
            return await self._begun(turn.state, heard, facts)
        return await self._asking(facts, turn.state).said(turn, *noted(heard))

    async def _unasked(self, state: State, heard: Heard, facts: Facts, sender: str) -> Said | None:
        """What an answer without a question gets: after a confirmation, the same again."""
        now = facts.by.at
        if state.done and is_fresh(state, REPEATED, now) and is_confirmation(heard):
            return Said(state, (await self.once.conversation(sender, now)).said)
        if heard.sign is None:
            return None
        return await self._asking(facts, state).said(steps.unasked(state, heard.sign))

    async def _begun(self, state: State, heard: Heard, facts: Facts) -> Said:
        """With the items that the words hit, if there are any."""
        asking = self._asking(facts, state)
        if not heard.item:
            return await asking.said(Turn(state), *noted(heard))
        found = await self.once.named(heard.item, heard.about)
        if state.goal is not Goal.BOOK:
            meant = tuple(guide.item for guide in found.guides) if found.whole else ()
            return await asking.said(Turn(replace(state, found=meant)), *noted(heard))
        turn = steps.hit(state, [guide.item for guide in found.guides], whole=found.whole)
        said = await asking.said(turn, *noted(heard))
        elsewhere = (
            ""
            if found.guides
            else self.elsewhere(found, english=facts.speaking(state).tongue is Tongue.ENGLISH)
        )
        return Said(said.state, f"{elsewhere}\n\n{said.words}") if elsewhere else said

    async def _wishes(self, heard: Heard, state: State | None = None) -> bool:
        """Whether an item is named together with a time or place, and another one than is booked just now."""
        if not heard.item or (heard.wish == NO_WISH and not heard.no_day):
            return False
        found = await self.once.named(heard.item, heard.about)
        items = {guide.item for guide in found.guides} if found.whole else set()
        return bool(items) and (state is None or state.chosen.get(Step.ITEM) not in items)

    async def _after_silence(self, state: State, heard: Heard, facts: Facts, sender: str) -> Said | None:
        """Where one was, unless a list that came later is chosen from, or something else is asked."""
        if heard.sign in (Sign.STOP, Sign.BACK):
            turn = steps.take(state, heard)
            return await self._asking(facts, turn.state).said(turn)
        if heard.number is None and heard.sign is None:
            return None
        if await self._lists(heard, sender, facts.by.at):
            return None
        turn = Turn(replace(state, reminded=False), Note.WELCOME_BACK)
        return await self._asking(facts, turn.state).said(turn)

    async def _lists(self, heard: Heard, sender: str, now: datetime) -> bool:
        """Whether a number stands for a guide of a list that came later."""
        number = heard.number or 0
        return number > 0 and await self.services.inbox.chosen(sender, number, now) is not None

    def _asking(self, facts: Facts, state: State) -> Asking:
        return Asking(facts.speaking(state), self.link)


def names_another(state: State, heard: Heard) -> bool:
    """Whether an item that was named is one more for what is to be confirmed."""
    return state.step is Step.ALSO or (heard.adds and state.step is Step.CONFIRM and state.goal is Goal.BOOK)


def noted(heard: Heard) -> list[Note]:
    """What is to be said of a wish that cannot be met as it is."""
    said = {Note.ALSO: heard.also, Note.SEVERAL: heard.several, Note.NO_DAY: heard.no_day}
    return [note for note, holds in said.items() if holds]


def is_fresh(state: State, within: timedelta, now: datetime) -> bool:
    return state.at is not None and now - state.at <= within


def is_silent(state: State, now: datetime) -> bool:
    return not is_fresh(state, SILENCE, now)


def is_confirmation(heard: Heard) -> bool:
    """Whether it can be a second tap on what was confirmed."""
    return heard.number == 1 or heard.sign is Sign.YES
