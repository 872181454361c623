"""What there is to choose from at a step, and what is said of what was chosen: read through the stores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from handlers.chat.dialogue import words
from handlers.chat.dialogue.reading import Reading
from handlers.chat.dialogue.roles import tongue_of
from handlers.chat.dialogue.state import Goal, State, Step
from handlers.chat.dialogue.steps import NOBODY, SELF
from handlers.chat.dialogue.words import Tongue
from handlers.chat.telling import locale_of
from handlers.web.names import title_of
from handlers.web.services import Services
from models.appointments import Appointment, can_cancel
from models.appointments import State as VisitState
from models.errors import NotFound
from models.events import Cause
from models.guides import Guide
from models.people import Account, Party
from models.places import Hall


@dataclass(frozen=True)
class Facts:
    """For a person: `roles` are those in which they may act, the present one first."""

    services: Services
    roles: Mapping[str, Party]
    tongue: Tongue
    by: Cause
    reading: Reading
    account: Account | None = None

    def speaking(self, state: State) -> "Facts":
        """In the tongue of a conversation."""
        return replace(self, tongue=tongue_of(state, self.account))

    async def coming(self) -> list[Appointment]:
        found = [
            one
            for party in self.roles.values()
            for one in await self.reading.visits(party.id)
            if can_cancel(one, self.by.at)
        ]
        return sorted(found, key=lambda one: one["start"])

    async def already(self, state: State) -> Appointment | None:
        """A visit that is booked for the item already."""
        party = self.party(state)
        for one in await self.reading.visits(party.id):
            if one["item"] == state.chosen[Step.ITEM] and one["state"] is VisitState.BOOKED:
                return one
        return None

    async def all_of(self, visit: Appointment) -> list[Appointment]:
        """All that were booked together with one."""
        found = await self.reading.visits(visit["applicant"])
        return sorted((one for one in found if one["visit"] == visit["visit"]), key=lambda one: one["start"])

    async def every(self) -> list[Appointment]:
        """All of all roles, whatever became of them."""
        return [one for party in self.roles.values() for one in await self.reading.visits(party.id)]

    async def ever(self, state: State) -> list[Appointment]:
        """What was chosen, whatever became of it; nothing where it is nobody's of the roles."""
        key, found = key_of(state), await self.every()
        meant = [one for one in found if one["_id"] == key or f"{TOGETHER}{one['visit']}" == key]
        return sorted(meant, key=lambda one: one["start"])

    async def items_of(self, state: State) -> list[str]:
        """The items of all matters that are to be booked or moved."""
        first = (await self.ever(state))[0]["item"] if Step.MINE in state.chosen else state.chosen[Step.ITEM]
        return [first, *(item for item, _ in state.also)]

    async def booked_since(self, state: State) -> Appointment | None:
        """What was booked of the item since the person was heard last, whatever became of it."""
        for one in await self.reading.visits(self.party(state).id):
            since = state.at is not None and one["booked_at"] >= state.at
            if since and one["item"] == state.chosen[Step.ITEM]:
                return one
        return None

    async def plan(self, state: State) -> list[str]:
        """When each further matter begins, in ISO form, if the first begins when it was chosen.

        Raises:
            DomainError: see `models.appointments.Several.plan`.
        """
        party = self.party_of(await self.visit(state)) if Step.MINE in state.chosen else self.party(state)
        start = datetime.fromisoformat(state.chosen[Step.START])
        guides, hall = await self.guides(state), await self.hall(state)
        calendar, of = self.services.calendar, self.services.several
        moving = await self.moving(state)
        found = await of.plan(party, guides, hall, start, calendar, self.by, moving)
        return [one.start.isoformat() for one in found[1:]]

    async def about(self, state: State) -> list[str]:
        """What is known at a step, as lines before its question."""
        if state.step in (Step.CONFIRM, Step.DROP, Step.VISIT):
            return await self.whole(state)
        before, known = list[str](), list[str]()
        if Step.MINE in state.chosen:
            present = await self.visit_words(await self.matters(state))
            before = [words.field("present", present, self.tongue)]
        elif Step.ITEM in state.chosen:
            known.append(title_of(await self.guide(state), self.language))
        codes = [state.chosen[Step.HALL]] if Step.HALL in state.chosen else list(state.wish.halls[:1])
        if Step.MINE in state.chosen and Step.HALL in state.single:
            codes = []
        known += [title_of(hall, self.language) for code in codes for hall in await self._there(code)]
        if Step.DAY in state.chosen:
            known.append(words.day_words(date.fromisoformat(state.chosen[Step.DAY]), self.tongue))
        elif state.wish.days and Step.MINE not in state.chosen:
            known.append(
                "–".join(words.day_words(day, self.tongue) for day in dict.fromkeys(state.wish.days))
            )
        told = " · ".join(known)
        if not told:
            return before
        return [*before, words.field("moving", told, self.tongue)] if before else [told]

    async def whole(self, state: State) -> list[str]:
        """All of a visit that is to be confirmed, or that there is, each of its matters with its time."""
        if state.goal is Goal.BOOK:
            return [*await self._to_book(state), self._place(await self.hall(state))]
        matters, lines = await self.matters(state), list[str]()
        new = await self._new_times(state)
        for number, one in enumerate(matters):
            before = words.moment_words(one["start"], one["end"], self.tongue)
            lines.append(words.field("item", await self.item_name(one), self.tongue))
            lines.append(words.field("old" if new else "time", before, self.tongue))
            lines += [words.field("new", moment, self.tongue) for moment in new[number : number + 1]]
            lines += self._number(one) if state.step is Step.VISIT and matters[1:] else []
        before, code = matters[0]["hall"], state.chosen.get(Step.HALL, matters[0]["hall"])
        lines += [self._place(old, "old_hall") for old in await self._there(before) if code != before]
        lines += [self._place(place) for place in await self._there(code)]
        return [*lines, *await self._carried(matters)] if state.step is Step.VISIT else lines

    async def _to_book(self, state: State) -> list[str]:
        """Each matter that is to be booked, and for whom."""
        guides = await self.guides(state)
        starts = [state.chosen[Step.START], *(start for _, start in state.also)]
        lines = []
        for guide, start in zip(guides, starts, strict=True):
            lines.append(words.field("item", title_of(guide, self.language), self.tongue))
            lines.append(words.field("time", await self._moment(state, guide, start), self.tongue))
        if len(self.roles) > 1:
            lines.insert(1, words.field("role", self.named(state.chosen[Step.ROLE]), self.tongue))
        return lines

    async def _new_times(self, state: State) -> list[str]:
        """The time to which each matter of a visit is to be moved, in words."""
        if state.goal is not Goal.MOVE or Step.START not in state.chosen:
            return []
        starts = [state.chosen[Step.START], *(start for _, start in state.also)]
        guides = await self.guides(state)
        return [await self._moment(state, *one) for one in zip(guides, starts, strict=False)]

    async def _moment(self, state: State, guide: Guide, start: str) -> str:
        """The time of a slot, in words."""
        day, begin = date.fromisoformat(state.chosen[Step.DAY]), datetime.fromisoformat(start)
        for one in await self.reading.slots(
            await self.hall(state), guide.group, day, await self.moving(state)
        ):
            if one.start == begin:
                return words.moment_words(one.start, one.end, self.tongue)
        return words.moment_words(begin, begin, self.tongue)

    async def given_up(self, visits: Sequence[Appointment]) -> list[str]:
        """What was cancelled."""
        lines = []
        for one in visits:
            moment = words.moment_words(one["start"], one["end"], self.tongue)
            lines.append(words.field("item", await self.item_name(one), self.tongue))
            lines.append(words.field("time", moment, self.tongue))
        return lines

    async def booked(self, visits: Sequence[Appointment]) -> list[str]:
        """All of a visit that was booked or moved."""
        lines = []
        for one in visits:
            moment = words.moment_words(one["start"], one["end"], self.tongue)
            lines.append(words.field("item", await self.item_name(one), self.tongue))
            lines.append(words.field("time", moment, self.tongue))
            lines += self._number(one) if visits[1:] else []
        lines += [self._place(hall) for hall in await self._there(visits[0]["hall"])]
        return [*lines, *await self._carried(visits)]

    async def _carried(self, visits: Sequence[Appointment]) -> list[str]:
        """What to show and to bring at the hall; of several each number stands with its time."""
        guides = [await self.services.guides.version(one["guide"]) for one in visits]
        return [*([] if visits[1:] else self._number(visits[0])), *self.bring(*guides)]

    def _number(self, visit: Appointment) -> list[str]:
        return [words.field("number", visit["number"], self.tongue)] if visit["number"] else []

    def bring(self, *guides: Guide) -> list[str]:
        """The materials to bring; one whose name has no English keeps its own, as it stands on the paper."""
        english = self.tongue is Tongue.ENGLISH
        say = locale_of(english=english).translate
        required = [say(one.name) for guide in guides for one in guide.materials if one.required]
        names = (", " if english else "、").join(dict.fromkeys(required))
        return [words.field("bring", names, self.tongue)] if names else []

    async def visit_words(self, visits: Sequence[Appointment]) -> str:
        """When a visit is, and all that is done in it."""
        when = words.moment_words(visits[0]["start"], visits[-1]["end"], self.tongue)
        names = [await self.item_name(one) for one in visits]
        return f"{when} {(', ' if self.tongue is Tongue.ENGLISH else '、').join(names)}"

    async def item_name(self, visit: Appointment) -> str:
        if self.tongue is not Tongue.ENGLISH:
            return visit["item_name"]
        return title_of(await self.services.guides.version(visit["guide"]), self.language)

    async def guide(self, state: State) -> Guide:
        """The guide in force of the item that was chosen, or of the visit's first.

        Raises:
            NotFound: `guide_not_found`.
        """
        if Step.MINE in state.chosen:
            return await self.reading.guide((await self.visit(state))["item"])
        return await self.reading.guide(state.chosen[Step.ITEM])

    async def guides(self, state: State) -> list[Guide]:
        """Those of all matters.

        Raises:
            NotFound: `guide_not_found`.
        """
        first = await self.guide(state)
        return [first, *[await self.reading.guide(item) for item, _ in state.also]]

    async def hall(self, state: State) -> Hall:
        """
        Raises:
            NotFound: `hall_not_found`.
        """
        return await self.reading.hall(state.chosen[Step.HALL])

    async def visit(self, state: State) -> Appointment:
        """The one that was chosen, or the first of those that were booked together.

        Raises:
            NotFound: `appointment_not_found`, also where it is nobody's of the roles.
        """
        return (await self.matters(state))[0]

    async def matters(self, state: State) -> list[Appointment]:
        """All of what was chosen, in the order of their times.

        Raises:
            NotFound: `appointment_not_found`, also where it is nobody's of the roles.
        """
        key = key_of(state)
        if key.startswith(TOGETHER):
            visit = key.removeprefix(TOGETHER)
            if found := [one for one in await self.coming() if one["visit"] == visit]:
                return found
            raise self.services.appointments.missing
        only = await self.reading.visit(key)
        if only["applicant"] not in {party.id for party in self.roles.values()}:
            raise self.services.appointments.missing
        return [only]

    async def moving(self, state: State) -> list[str]:
        """The keys of what is to be moved, whose places are free for it; of a new booking none."""
        return [one["_id"] for one in await self.matters(state)] if Step.MINE in state.chosen else []

    async def _there(self, code: str) -> list[Hall]:
        """The hall, unless it is gone."""
        found = await self.reading.place(code)
        return [found] if found else []

    def party(self, state: State) -> Party:
        """In whose name it is done."""
        return self.roles[state.chosen[Step.ROLE]]

    def party_of(self, visit: Appointment) -> Party:
        return next(party for party in self.roles.values() if party.id == visit["applicant"])

    def of_body(self, visit: Appointment) -> str:
        """The body for which it is; of one's own nothing."""
        party = self.party_of(visit)
        return self.services.applicants.name(party.applicant) if party.for_body else ""

    def named(self, role: str) -> str:
        """The name of a body, which registers publish, or the person's, masked."""
        party = self.roles[role]
        if role == SELF:
            myself = "myself" if self.tongue is Tongue.ENGLISH else "本人"
            return f"{myself} {party.applicant['masked_name']}"
        return self.services.applicants.name(party.applicant)

    @property
    def language(self) -> str:
        return "en" if self.tongue is Tongue.ENGLISH else "zh_CN"

    def _place(self, hall: Hall, field: str = "hall") -> str:
        name = title_of(hall, self.language)
        place = f"{name}, {hall.address}" if self.tongue is Tongue.ENGLISH else f"{name}（{hall.address}）"
        return words.field(field, place, self.tongue)


TOGETHER = "visit-"
"""With what the key of matters begins that were booked together; behind it stands that of the visit."""


def seen(visit: Appointment) -> str:
    """A visit as it was shown: after a move it is another choice."""
    return f"{visit['_id']}:{visit['moves']}"


def seen_together(visits: Sequence[Appointment]) -> str:
    """Those that were booked together, as they were shown: where one is moved or gone they are another
    choice."""
    moves = sum(one["moves"] for one in visits)
    return f"{TOGETHER}{visits[0]['visit']}:{len(visits)}.{moves}"


def key_of(state: State) -> str:
    """The key of the visit that was chosen."""
    return state.chosen[Step.MINE].partition(":")[0]


def moves_of(state: State) -> int:
    """How often what was chosen had been moved when it was shown."""
    return int(state.chosen[Step.MINE].rpartition(":")[2].rpartition(".")[2])


def is_whole_visit(state: State) -> bool:
    """Whether all that was booked together was chosen."""
    return state.chosen.get(Step.MINE, "").startswith(TOGETHER)


async def still_there(facts: Facts, state: State) -> bool:
    """Whether all that was chosen is there still: an item, a hall or a role may be gone after a silence, and
    a visit be moved on a page."""
    try:
        if Step.MINE in state.chosen:
            matters = await facts.matters(state)
            now = seen_together(matters) if is_whole_visit(state) else seen(matters[0])
            if now != state.chosen[Step.MINE]:
                return False
        if Step.ITEM in state.chosen:
            await facts.guides(state)
        if Step.HALL in state.chosen:
            await facts.hall(state)
    except NotFound:
        return False
    role = state.chosen.get(Step.ROLE, SELF)
    return role in facts.roles or (role == NOBODY and not facts.roles) or Step.ROLE not in state.chosen
