"""What there is to choose from at each step, read through the stores."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from handlers.chat.dialogue import words
from handlers.chat.dialogue.facts import Facts, seen, seen_together
from handlers.chat.dialogue.filling import Option, slot_option
from handlers.chat.dialogue.state import Goal, State, Step
from handlers.chat.dialogue.steps import INVITED
from handlers.chat.dialogue.words import Tongue
from handlers.chat.telling import locale_of
from handlers.web.names import title_of
from models.applications import ERRANDS, Case, open_invitations
from models.appointments import Appointment, can_cancel, can_move
from models.appointments import State as VisitState
from models.guides import Guide
from models.workdays import local_date

OFTEN = 24
"""Items among which those are listed that are asked for most."""


async def options(facts: Facts, state: State, step: Step) -> list[Option]:
    """What there is to choose from; of the last steps nothing."""
    found = OPTIONS.get(step)
    return await found(facts, state) if found else []


async def items(facts: Facts, state: State) -> list[Option]:
    """What the words of the person hit, or else what is asked for most."""
    if state.found:
        return named(facts, [await facts.reading.guide(item) for item in state.found])
    kinds = {party.applicant["kind"] for party in facts.roles.values()}
    here = set(state.wish.halls)
    found = await facts.services.search.find(limit=100 if here else OFTEN)
    guides = [
        guide
        for guide in found.guides
        if (not kinds or kinds & set(guide.audience)) and (not here or here & set(guide.places))
    ]
    return named(facts, guides[:OFTEN])


async def further(facts: Facts, state: State) -> list[Option]:
    """What can be done in the same visit, at the same hall: what the words hit, or else what is asked for
    most; not what is in it or booked already."""
    hall, party = await facts.hall(state), facts.party(state)
    booked = [one for one in await facts.reading.visits(party.id) if one["state"] is VisitState.BOOKED]
    without = {state.chosen[Step.ITEM], *(item for item, _ in state.also), *(one["item"] for one in booked)}
    if state.found:
        guides = [await facts.reading.guide(item) for item in state.found]
    else:
        guides = (await facts.services.search.find(limit=100)).guides
    groups = hall.windows.capacity if hall.windows else {}
    able = [
        guide
        for guide in guides
        if guide.item not in without and hall.code in guide.places and guide.group in groups
    ]
    return named(facts, [one for one in able if party.applicant["kind"] in one.audience][:OFTEN])


def named(facts: Facts, guides: Sequence[Guide]) -> list[Option]:
    return [Option(guide.item, label=title_of(guide, facts.language)) for guide in guides]


async def roles(facts: Facts, state: State) -> list[Option]:
    guide = await facts.guide(state)
    return [
        Option(role, label=facts.named(role))
        for role, party in facts.roles.items()
        if party.applicant["kind"] in guide.audience
    ]


async def halls(facts: Facts, state: State) -> list[Option]:
    """Those with windows for the item, or, before it is known, with any; near ones first. Of a visit those at
    which all of it can be done."""
    present = ""
    if Step.MINE in state.chosen:
        matters = await facts.matters(state)
        offering = [await facts.reading.offering(await facts.reading.guide(one["item"])) for one in matters]
        common = set.intersection(*({hall.code for hall in found} for found in offering))
        found, present = [hall for hall in offering[0] if hall.code in common], matters[0]["hall"]
    elif Step.ITEM in state.chosen:
        found = await facts.reading.offering(await facts.guide(state))
    else:
        found = [hall for hall in await facts.services.shown.halls.all() if hall.windows]
    if state.near:
        order = {code: number for number, code in enumerate(state.near)}
        found = sorted(found, key=lambda hall: order.get(hall.code, len(order)))
    return [Option(one.code, label=title_of(one, facts.language), now=one.code == present) for one in found]


async def days(facts: Facts, state: State) -> list[Option]:
    guide, hall = await facts.guide(state), await facts.hall(state)
    found = await facts.reading.days(hall, guide.group, await facts.moving(state))
    return [
        Option(
            day.isoformat(),
            left,
            label=words.day_words(day, facts.tongue) + words.left_words(left, facts.tongue),
        )
        for day, left in found.items()
    ]


async def slots(facts: Facts, state: State) -> list[Option]:
    guide, hall = await facts.guide(state), await facts.hall(state)
    day, moving = date.fromisoformat(state.chosen[Step.DAY]), await facts.moving(state)
    free = await facts.reading.slots(hall, guide.group, day, moving)
    visit = await facts.visit(state) if Step.MINE in state.chosen else None
    own = visit["start"] if visit and visit["hall"] == hall.code else None
    made = [slot_option(slot.start, slot.end, slot.left) for slot in free if slot.start != own]
    return [replace(one, label=_slot(facts, one)) for one in made]


def _slot(facts: Facts, one: Option) -> str:
    if one.begins is None or one.ends is None:
        return one.value
    left = words.left_words(one.left or 0, facts.tongue)
    return words.clock_words(one.begins, one.ends, facts.tongue) + left


async def visits(facts: Facts, state: State) -> list[Option]:
    """Of all roles, those that have not begun, the next first, what was booked together as one; where they
    are only looked at, then what one is invited to book."""
    together: dict[str, list[Appointment]] = {}
    for one in await facts.coming():
        together.setdefault(one["visit"], []).append(one)
    booked = [await _visit(facts, matters) for matters in together.values()]
    return [*booked, *await invitations(facts)] if state.goal is Goal.SEE else booked


async def _visit(facts: Facts, matters: Sequence[Appointment]) -> Option:
    each = [
        Option(
            seen(one),
            label=await _label(facts, [one]),
            number=one["number"],
            day=local_date(one["start"]),
            item=one["item"],
        )
        for one in matters
    ]
    if len(each) == 1:
        return each[0]
    label = await _label(facts, matters)
    return Option(seen_together(matters), label=label, day=each[0].day, inner=tuple(each))


async def _label(facts: Facts, matters: Sequence[Appointment]) -> str:
    """When, what, for whom, and whether staff ask for another time."""
    body, moved = facts.of_body(matters[0]), any("asked_to_move_at" in one for one in matters)
    return words.in_list(await facts.visit_words(matters), body, facts.tongue, please_move=moved)


async def invitations(facts: Facts) -> list[Option]:
    """What staff have invited the person to book, in all roles, and what is not booked yet."""
    of = {party.id: role for role, party in facts.roles.items()}
    found, say = [], locale_of(english=facts.tongue is Tongue.ENGLISH).translate
    for one in await facts.services.applications.invited(list(of)):
        case = Case(one, await facts.services.guides.version(one["guide"]))
        asked = [say(ERRANDS[errand]) for errand in open_invitations(case)]
        role = of[one["applicant"]]
        if asked and not await facts.already(State(chosen={Step.ITEM: one["item"], Step.ROLE: role})):
            label = words.invited(title_of(case.guide, facts.language), asked, facts.tongue)
            found.append(Option(f"{INVITED}{role}:{one['item']}", label=label))
    return list({option.value: option for option in found}.values())


async def acts(facts: Facts, state: State) -> list[Option]:
    """What can be done with a visit, or with one of its matters alone."""
    matters, now = await facts.matters(state), facts.by.at
    able = {
        "move": all(can_move(one, now) for one in matters),
        "cancel": all(can_cancel(one, now) for one in matters),
    }
    wording = words.VISIT_OPTIONS if len(matters) == 1 else words.WHOLE_VISIT_OPTIONS
    found = [Option(act, label=wording[act][facts.tongue]) for act, can in able.items() if can]
    if len(matters) > 1:
        found += [
            Option(seen(one), label=words.only_one(await facts.item_name(one), facts.tongue))
            for one in matters
        ]
    return found


OPTIONS: Mapping[Step, Callable[[Facts, State], Awaitable[list[Option]]]] = {
    Step.ITEM: items,
    Step.ALSO: further,
    Step.ROLE: roles,
    Step.HALL: halls,
    Step.DAY: days,
    Step.START: slots,
    Step.MINE: visits,
    Step.VISIT: acts,
}
LISTS = frozenset(OPTIONS)
"""Steps that list something to choose from."""


def listed(found: Sequence[Option]) -> bool:
    """Whether anything can be chosen."""
    return any(one.left is None or one.left for one in found)
