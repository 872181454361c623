"""What there is to choose from at a step, and what is said of what was chosen: read through the stores."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from handlers.chat.dialogue import words
from handlers.chat.dialogue.filling import Option, slot_option
from handlers.chat.dialogue.reading import Reading
from handlers.chat.dialogue.state import Goal, State, Step
from handlers.chat.dialogue.steps import INVITED, NOBODY, SELF
from handlers.chat.dialogue.words import Tongue
from handlers.chat.telling import locale_of
from handlers.web.names import title_of
from handlers.web.services import Services
from models.applications import ERRANDS, Case, open_invitations
from models.appointments import Appointment, can_cancel, can_move
from models.appointments import State as VisitState
from models.errors import NotFound
from models.events import Cause
from models.guides import Guide
from models.people import Account, ApplicantKind, Party
from models.places import Hall
from models.workdays import local_date

OFTEN = 24
"""Items among which those are listed that are asked for most."""


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

    async def options(self, state: State, step: Step) -> list[Option]:
        """What there is to choose from; of the last steps nothing."""
        found = OPTIONS.get(step)
        return await found(self, state) if found else []

    async def items(self, state: State) -> list[Option]:
        """What the words of the person hit, or else what is asked for most."""
        if state.found:
            guides = [await self.reading.guide(item) for item in state.found]
        else:
            kinds = {party.applicant["kind"] for party in self.roles.values()}
            here = set(state.wish.halls)
            found = await self.services.search.find(limit=100 if here else OFTEN)
            guides = [
                guide
                for guide in found.guides
                if (not kinds or kinds & set(guide.audience)) and (not here or here & set(guide.places))
            ][:OFTEN]
        return [Option(guide.item, label=title_of(guide, self.language)) for guide in guides]

    async def its_roles(self, state: State) -> list[Option]:
        guide = await self.guide(state)
        return [
            Option(role, label=self.named(role))
            for role, party in self.roles.items()
            if party.applicant["kind"] in guide.audience
        ]

    async def halls(self, state: State) -> list[Option]:
        """Those with windows for the item, or, before it is known, with any; near ones first."""
        present = (await self.visit(state))["hall"] if Step.MINE in state.chosen else ""
        if present or Step.ITEM in state.chosen:
            guide = await self.guide(state)
            found = await self.reading.offering(guide)
        else:
            found = [hall for hall in await self.services.halls.all() if hall.windows]
        if state.near:
            order = {code: number for number, code in enumerate(state.near)}
            found = sorted(found, key=lambda hall: order.get(hall.code, len(order)))
        return [
            Option(hall.code, label=title_of(hall, self.language), now=hall.code == present) for hall in found
        ]

    async def days(self, state: State) -> list[Option]:
        guide, hall = await self.guide(state), await self.hall(state)
        found = await self.reading.days(hall, guide.group)
        return [
            Option(
                day.isoformat(),
                left,
                label=words.day_words(day, self.tongue) + words.left_words(left, self.tongue),
            )
            for day, left in found.items()
        ]

    async def slots(self, state: State) -> list[Option]:
        guide, hall = await self.guide(state), await self.hall(state)
        day = date.fromisoformat(state.chosen[Step.DAY])
        free = await self.reading.slots(hall, guide.group, day)
        visit = await self.visit(state) if Step.MINE in state.chosen else None
        own = visit["start"] if visit and visit["hall"] == hall.code else None
        made = [slot_option(slot.start, slot.end, slot.left) for slot in free if slot.start != own]
        return [replace(one, label=self._slot(one)) for one in made]

    def _slot(self, one: Option) -> str:
        if one.begins is None or one.ends is None:
            return one.value
        return words.clock_words(one.begins, one.ends, self.tongue) + words.left_words(
            one.left or 0, self.tongue
        )

    async def visits(self, state: State) -> list[Option]:
        """Of all roles, those that have not begun, the next first; where they are only looked at, then what
        one is invited to book."""
        booked = [
            Option(
                seen(one),
                label=await self.visit_words(one),
                number=one["number"],
                day=local_date(one["start"]),
                item=one["item"],
            )
            for one in await self.coming()
        ]
        return [*booked, *await self.invitations()] if state.goal is Goal.SEE else booked

    async def invitations(self) -> list[Option]:
        """What staff have invited the person to book, in all roles, and what is not booked yet."""
        roles = {party.id: role for role, party in self.roles.items()}
        found, say = [], locale_of(english=self.tongue is Tongue.ENGLISH).translate
        for one in await self.services.applications.invited(list(roles)):
            case = Case(one, await self.services.guides.version(one["guide"]))
            asked = [say(ERRANDS[errand]) for errand in open_invitations(case)]
            role = roles[one["applicant"]]
            chosen = State(chosen={Step.ITEM: one["item"], Step.ROLE: role})
            if asked and not await self.already(chosen):
                label = words.invited(title_of(case.guide, self.language), asked, self.tongue)
                found.append(Option(f"{INVITED}{role}:{one['item']}", label=label))
        return list({option.value: option for option in found}.values())

    async def coming(self) -> list[Appointment]:
        found = [
            one
            for party in self.roles.values()
            for one in await self.reading.visits(party.id)
            if can_cancel(one, self.by.at)
        ]
        return sorted(found, key=lambda one: one["start"])

    async def acts(self, state: State) -> list[Option]:
        """What can be done with a visit."""
        visit = await self.visit(state)
        able = {"move": can_move(visit, self.by.at), "cancel": can_cancel(visit, self.by.at)}
        return [Option(act, label=words.VISIT_OPTIONS[act][self.tongue]) for act, can in able.items() if can]

    async def already(self, state: State) -> Appointment | None:
        """A visit that is booked for the item already."""
        party = self.party(state)
        for one in await self.reading.visits(party.id):
            if one["item"] == state.chosen[Step.ITEM] and one["state"] is VisitState.BOOKED:
                return one
        return None

    async def booked_since(self, state: State) -> Appointment | None:
        """What was booked of the item since the person was heard last, whatever became of it."""
        for one in await self.reading.visits(self.party(state).id):
            since = state.at is not None and one["booked_at"] >= state.at
            if since and one["item"] == state.chosen[Step.ITEM]:
                return one
        return None

    async def about(self, state: State) -> list[str]:
        """What is known at a step, as lines before its question."""
        if state.step in (Step.CONFIRM, Step.DROP, Step.VISIT):
            return await self.whole(state)
        known = []
        if Step.MINE in state.chosen:
            present = await self.visit_words(await self.visit(state))
            known.append(words.field("present", present, self.tongue))
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
        return [" · ".join(known)] if known else []

    async def whole(self, state: State) -> list[str]:
        """All of a visit that is to be confirmed, or that there is."""
        tongue = self.tongue
        if state.goal is Goal.BOOK:
            guide, hall = await self.guide(state), await self.hall(state)
            lines = [words.field("item", title_of(guide, self.language), tongue)]
            if len(self.roles) > 1:
                lines.append(words.field("role", self.named(state.chosen[Step.ROLE]), tongue))
            return [*lines, words.field("time", await self.moment(state), tongue), self._place(hall)]
        visit = await self.visit(state)
        lines = [words.field("item", await self.item_name(visit), tongue)]
        before = words.moment_words(visit["start"], visit["end"], tongue)
        if state.goal is Goal.MOVE and Step.START in state.chosen:
            lines.append(words.field("old", before, tongue))
            lines.append(words.field("new", await self.moment(state), tongue))
        else:
            lines.append(words.field("time", before, tongue))
        code = state.chosen.get(Step.HALL, visit["hall"])
        if code != visit["hall"]:
            lines += [self._place(old, "old_hall") for old in await self._there(visit["hall"])]
        lines += [self._place(place) for place in await self._there(code)]
        return lines if state.step is not Step.VISIT else [*lines, *await self._carried(visit)]

    async def moment(self, state: State) -> str:
        """The time that was chosen, in words."""
        start = datetime.fromisoformat(state.chosen[Step.START])
        for one in await self.slots(state):
            if one.value == start.isoformat() and one.begins and one.ends:
                day = words.day_words(date.fromisoformat(state.chosen[Step.DAY]), self.tongue)
                return f"{day} {words.clock_words(one.begins, one.ends, self.tongue)}"
        return words.moment_words(start, start, self.tongue)

    async def booked(self, visit: Appointment) -> list[str]:
        """All of a visit that was booked or moved."""
        tongue = self.tongue
        lines = [
            words.field("item", await self.item_name(visit), tongue),
            words.field("time", words.moment_words(visit["start"], visit["end"], tongue), tongue),
            *[self._place(hall) for hall in await self._there(visit["hall"])],
        ]
        return [*lines, *await self._carried(visit)]

    async def _carried(self, visit: Appointment) -> list[str]:
        """What to say and to show at the hall."""
        tongue, guide = self.tongue, await self.services.guides.version(visit["guide"])
        lines = [words.field("number", visit["number"], tongue)] if visit["number"] else []
        return [*lines, *self.bring(guide)]

    def bring(self, guide: Guide) -> list[str]:
        """The materials to bring; one whose name has no English keeps its own, as it stands on the paper."""
        english = self.tongue is Tongue.ENGLISH
        say = locale_of(english=english).translate
        names = [say(one.name) for one in guide.materials if one.required]
        return [words.field("bring", (", " if english else "、").join(names), self.tongue)] if names else []

    async def visit_words(self, visit: Appointment) -> str:
        when = words.moment_words(visit["start"], visit["end"], self.tongue)
        return f"{when} {await self.item_name(visit)}"

    async def item_name(self, visit: Appointment) -> str:
        if self.tongue is not Tongue.ENGLISH:
            return visit["item_name"]
        return title_of(await self.services.guides.version(visit["guide"]), self.language)

    async def guide(self, state: State) -> Guide:
        """The guide in force of the item that was chosen, or of the visit's.

        Raises:
            NotFound: `guide_not_found`.
        """
        if Step.MINE in state.chosen:
            return await self.reading.guide((await self.visit(state))["item"])
        return await self.reading.guide(state.chosen[Step.ITEM])

    async def hall(self, state: State) -> Hall:
        """
        Raises:
            NotFound: `hall_not_found`.
        """
        return await self.reading.hall(state.chosen[Step.HALL])

    async def visit(self, state: State) -> Appointment:
        """
        Raises:
            NotFound: `appointment_not_found`, also where it is nobody's of the roles.
        """
        key, _ = seen_of(state)
        found = await self.reading.visit(key)
        if found["applicant"] not in {party.id for party in self.roles.values()}:
            raise self.services.appointments.missing
        return found

    async def _there(self, code: str) -> list[Hall]:
        """The hall, unless it is gone."""
        found = await self.reading.place(code)
        return [found] if found else []

    def party(self, state: State) -> Party:
        """In whose name it is done."""
        return self.roles[state.chosen[Step.ROLE]]

    def party_of(self, visit: Appointment) -> Party:
        return next(party for party in self.roles.values() if party.id == visit["applicant"])

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


OPTIONS: Mapping[Step, Callable[[Facts, State], Awaitable[list[Option]]]] = {
    Step.ITEM: Facts.items,
    Step.ROLE: Facts.its_roles,
    Step.HALL: Facts.halls,
    Step.DAY: Facts.days,
    Step.START: Facts.slots,
    Step.MINE: Facts.visits,
    Step.VISIT: Facts.acts,
}
LISTS = frozenset(OPTIONS)
"""Steps that list something to choose from."""


def tongue_of(state: State, account: Account | None) -> Tongue:
    """English for who writes it, or has chosen it and does not write Chinese; short sentences for who has
    chosen large text."""
    if speaks_english(state, account):
        return Tongue.ENGLISH
    return Tongue.ELDER if account and account["elder"] else Tongue.CHINESE


def speaks_english(state: State, account: Account | None) -> bool:
    if state.english is None:
        return bool(account and account.get("language") == "en")
    return state.english


async def roles_of(services: Services, account: Account | None) -> dict[str, Party]:
    """In which roles the user of an account may act, the present one first; none before the real name."""
    person = account and await services.applicants.find_by_account(account["_id"])
    if not account or not person:
        return {}
    own = Party(person, person, account["_id"])
    found = {SELF: own}
    for acting in await services.binding.others(own, list(ApplicantKind)):
        if acting.body:
            body = await services.applicants.get(acting.body)
            found[acting.body] = Party(body, person, account["_id"])
    present = account.get("acting") or SELF
    return {role: found[role] for role in sorted(found, key=lambda role: role != present)}


def seen(visit: Appointment) -> str:
    """A visit as it was shown: after a move it is another choice."""
    return f"{visit['_id']}:{visit['moves']}"


def seen_of(state: State) -> tuple[str, int]:
    """The id of the visit that was chosen, and how often it had been moved then."""
    key, _, moves = state.chosen[Step.MINE].partition(":")
    return key, int(moves)


async def still_there(facts: Facts, state: State) -> bool:
    """Whether all that was chosen is there still: an item, a hall or a role may be gone after a silence, and
    a visit be moved on a page."""
    try:
        if Step.MINE in state.chosen and (await facts.visit(state))["moves"] != seen_of(state)[1]:
            return False
        if Step.ITEM in state.chosen:
            await facts.guide(state)
        if Step.HALL in state.chosen:
            await facts.hall(state)
    except NotFound:
        return False
    role = state.chosen.get(Step.ROLE, SELF)
    return role in facts.roles or (role == NOBODY and not facts.roles) or Step.ROLE not in state.chosen


def listed(options: Sequence[Option]) -> bool:
    """Whether anything can be chosen."""
    return any(one.left is None or one.left for one in options)
