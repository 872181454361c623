"""What follows from what was heard: one step of the conversation after the other. Pure: a state and what was
heard, or what there is to choose from, in; a state and what is to be said of it out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from handlers.chat.dialogue.heard import Heard
from handlers.chat.dialogue.phrases import Sign
from handlers.chat.dialogue.state import NO_WISH, Days, Goal, Span, State, Step, Wish
from models.appointments import MOST_A_DAY
from models.workdays import PANYU

SHOWN = 8
"""Entries of one list: what fits on a phone without scrolling."""
LAST = -1
"""The number of 「最后一个」."""
SELF = "self"
"""The role of a person who acts for nobody else."""
NOBODY = "nobody"
"""In whose role one looks for a time before the real name is known."""


class Note(StrEnum):
    """What is said before the question."""

    RANGE = "range"
    UNCLEAR = "unclear"
    NOTHING_FOUND = "nothing_found"
    NOT_THERE = "not_there"
    TIME_FULL = "time_full"
    NOTHING_LEFT = "nothing_left"
    FULL = "full"
    NO_VISITS = "no_visits"
    NOT_FOR_YOU = "not_for_you"
    NO_WINDOWS = "no_windows"
    WELCOME_BACK = "welcome_back"
    STOPPED = "stopped"
    KEPT = "kept"
    DROP_OR_LEAVE = "drop_or_leave"
    STILL_UNBOUND = "still_unbound"
    ALREADY = "already"
    NOTHING_OPEN = "nothing_open"
    GLADLY = "gladly"
    NOTED = "noted"
    NO_SUCH_VISIT = "no_such_visit"
    NO_DAY = "no_day"
    SEVERAL = "several"
    ALSO = "also"
    TONGUE = "tongue"
    NOT_TOGETHER = "not_together"
    NOTHING_TO_ADD = "nothing_to_add"
    TAKEN_AWAY = "taken_away"
    DOES_NOT_FOLLOW = "does_not_follow"
    ENOUGH = "enough"


@dataclass(frozen=True)
class Turn:
    """What became of the state, and what is to be said of it first."""

    state: State
    note: Note | None = None


def began(state: State, heard: Heard) -> State:
    """A conversation that begins with what was said."""
    english = state.english if heard.english is None else heard.english
    return State(heard.goal or Goal.BOOK, Step.BIND, english, wish=heard.wish, near=state.near)


def take(state: State, heard: Heard) -> Turn:
    """What was heard, taken into a state in which something is asked."""
    if heard.english is not None and heard.english is not state.english:
        state = replace(state, english=heard.english)
    if heard.goal and (turned := _turned(state, heard, heard.goal)):
        return turned
    if heard.sign:
        return SIGNED[heard.sign](state)
    if heard.number is not None and not _is_day(state, heard):
        return _numbered(state, heard.number)
    if heard.wish != NO_WISH:
        return Turn(_wished(state, heard), Note.NOTED)
    return Turn(state) if state.step is Step.BIND else Turn(state, Note.UNCLEAR)


def _turned(state: State, heard: Heard, goal: Goal) -> Turn | None:
    """What a goal does that is named in the midst of something; None where it only names what goes on."""
    if goal is Goal.CANCEL and state.step is Step.DROP:
        return yes(state)
    if goal is Goal.CANCEL and state.goal is Goal.BOOK and heard.plain:
        return stop(state)
    if goal is Goal.MOVE and state.step in AFTER_HALL and not names_a_visit(heard):
        return _time_again(state) if heard.wish == NO_WISH else None
    if state.step is Step.VISIT and goal in (Goal.MOVE, Goal.CANCEL):
        return Turn(replace(state, goal=goal, wish=heard.wish, options=(), offset=0))
    if heard.plain or heard.item or goal is not state.goal:
        return Turn(began(state, heard))
    return None


def names_a_visit(heard: Heard) -> bool:
    """Whether it is about a visit that is booked, by its number, day or item."""
    return bool(heard.wish.visit or heard.wish.of_day or heard.item)


def _time_again(state: State) -> Turn:
    """Another time is asked for, of what is being booked or moved."""
    if state.step is not Step.CONFIRM:
        return Turn(state)
    return Turn(replace(state.without(Step.START), wish=Wish(halls=state.wish.halls), held=Step.START))


AFTER_HALL = (Step.DAY, Step.START, Step.CONFIRM)
"""Steps at which another time or hall is one for what is being booked or moved."""


def _is_day(state: State, heard: Heard) -> bool:
    """「1号」 is a day where days are listed, and this one is among them."""
    days = heard.wish.days
    return state.step is Step.DAY and days is not None and days.first.isoformat() in state.options


def _wished(state: State, heard: Heard) -> State:
    """A place or time in words; what was chosen before and does not fit it is asked again."""
    elsewhere = bool(heard.wish.halls) and state.goal in (Goal.BOOK, Goal.MOVE, Goal.SEE)
    before = _time_chosen(state) if elsewhere else NO_WISH
    state = replace(state, wish=state.wish.joined(before).joined(heard.wish), held=None)
    over: set[Step] = set()
    if elsewhere:
        over |= {Step.HALL, Step.DAY, Step.START}
    if heard.wish.days or (heard.wish.early and not heard.wish.span):
        over |= {Step.DAY, Step.START}
    if heard.wish.span or heard.wish.late:
        over |= {Step.START}
    if state.step is Step.VISIT and over:
        state = replace(state, goal=Goal.MOVE)
    return state.without(*over)


def _time_chosen(state: State) -> Wish:
    """What was chosen of the time, as a wish for another hall."""
    day = state.chosen.get(Step.DAY)
    start = state.chosen.get(Step.START)
    moment = datetime.fromisoformat(start).astimezone(PANYU).time() if start else None
    return Wish(
        Days(date.fromisoformat(day), date.fromisoformat(day)) if day else None,
        Span(moment, moment) if moment else None,
    )


def stop(state: State) -> Turn:
    """It ends; of a visit that may have been meant it is asked again."""
    if state.step is Step.DROP:
        return Turn(state, Note.DROP_OR_LEAVE)
    return left(state)


def left(state: State) -> Turn:
    """It ends, and nothing was done."""
    return Turn(idle(state), Note.STOPPED if state.goal is Goal.BOOK else Note.KEPT)


def named(state: State) -> State:
    """With the real name the role is chosen, and what was chosen before it is kept."""
    return state.without(Step.ROLE) if state.chosen.get(Step.ROLE) == NOBODY else state


def idle(state: State) -> State:
    return State(english=state.english, near=state.near)


def yes(state: State) -> Turn:
    """It confirms, and chooses where there is one thing to choose."""
    if state.step in (Step.CONFIRM, Step.DROP):
        return Turn(replace(state, carrying=True))
    if state.step is Step.BIND:
        return Turn(state, Note.STILL_UNBOUND)
    if len(state.options) == 1 and state.step is not Step.VISIT:
        return _picked(state, state.options[0])
    return Turn(state, Note.UNCLEAR)


def no(state: State) -> Turn:
    """Before the last step it goes back one step; a visit that is not given up is kept."""
    if state.step is Step.DROP:
        return Turn(idle(state), Note.KEPT)
    return back(state)


def back(state: State) -> Turn:
    """To the step before, which is asked even if there is nothing to choose; from the first one out. From the
    last step first what was added goes."""
    if state.adding:
        return Turn(replace(state, adding=False, found=(), options=(), offset=0))
    if state.step is Step.CONFIRM and state.goal is Goal.BOOK and state.also:
        return Turn(replace(state, also=state.also[:-1]), Note.TAKEN_AWAY)
    if state.step is Step.ITEM and state.near and state.wish.halls:
        return Turn(replace(state, hall_first=True, wish=replace(state.wish, halls=()), options=(), offset=0))
    before = state.flow[: state.flow.index(state.step)] if state.step in state.flow else state.flow
    over = [step for step in before if step in state.chosen and step not in state.single]
    if not over:
        return left(state)
    last, wish = over[-1], state.wish
    if last in (Step.ITEM, Step.HALL):
        wish = replace(wish, halls=())
    if last in (Step.DAY, Step.START):
        wish = Wish(halls=wish.halls)
    dropped = state.flow[state.flow.index(last) :]
    goal = Goal.SEE if last is Step.MINE else state.goal
    found = () if last is Step.ITEM else state.found
    return Turn(replace(state.without(*dropped), goal=goal, held=last, wish=wish, found=found))


def more(state: State) -> Turn:
    """The rest of a long list, behind whose end it begins again; of a short one, what was not wished for."""
    if MORE in state.options:
        return Turn(replace(state, offset=state.offset + SHOWN - 1))
    if state.step is Step.CONFIRM:
        return back(state)
    return Turn(replace(state, wish=Wish(halls=state.wish.halls), found=(), held=state.step, offset=0))


def can_add(state: State) -> bool:
    """Whether another matter may be done in the same visit."""
    asked = state.step in (Step.CONFIRM, Step.ALSO) and state.goal is Goal.BOOK
    return asked and 1 + len(state.also) < MOST_A_DAY


def adding(state: State) -> Turn:
    """Another matter is asked for."""
    if state.step is not Step.CONFIRM or state.goal is not Goal.BOOK:
        return Turn(state, Note.UNCLEAR)
    if not can_add(state):
        return Turn(state, Note.ENOUGH)
    return Turn(replace(state, adding=True, found=(), held=None, options=(), offset=0))


def added(state: State, item: str) -> State:
    """With another matter, whose time is to be found."""
    also = (*state.also, (item, ""))
    return replace(state, also=also, adding=False, found=(), held=None, options=(), offset=0)


def planned(state: State, starts: Sequence[str]) -> State:
    """With the time of each further matter."""
    return replace(
        state, also=tuple((item, start) for (item, _), start in zip(state.also, starts, strict=True))
    )


def not_planned(state: State, code: str) -> Turn:
    """Where no time was found for all matters: of the first another time is chosen, or the last one goes."""
    if code in ("slot_full", "slot_unknown"):
        return Turn(state.without(Step.START), Note.FULL)
    if state.goal is Goal.MOVE:
        return Turn(replace(state.without(Step.START), wish=NO_WISH, held=Step.START), Note.DOES_NOT_FOLLOW)
    return Turn(replace(state, also=state.also[:-1]), Note.NOT_TOGETHER)


def places(state: State) -> Turn:
    """The hall is chosen anew, or before the item; of a visit, its hall."""
    if state.step is Step.VISIT:
        state = replace(state, goal=Goal.MOVE)
    if not has_hall(state) or (state.goal is Goal.MOVE and Step.MINE not in state.chosen):
        return Turn(state, Note.UNCLEAR)
    wish = replace(state.wish.joined(_time_chosen(state)), halls=())
    if state.goal is Goal.BOOK and Step.ITEM not in state.chosen:
        return Turn(replace(state, wish=wish, hall_first=True, options=(), offset=0))
    state = state.without(Step.HALL, Step.DAY, Step.START)
    return Turn(replace(state, wish=wish, held=Step.HALL))


def has_hall(state: State) -> bool:
    """Whether a hall can be chosen."""
    return state.is_open and state.goal in (Goal.BOOK, Goal.MOVE) and state.step is not Step.BIND


SIGNED: Mapping[Sign, Callable[[State], Turn]] = {
    Sign.YES: yes,
    Sign.NO: no,
    Sign.BACK: back,
    Sign.STOP: stop,
    Sign.MORE: more,
    Sign.PLACES: places,
    Sign.TONGUE: Turn,
    Sign.ADD: adding,
    Sign.AGAIN: lambda state: Turn(state, Note.STILL_UNBOUND if state.step is Step.BIND else None),
}

MORE = "more"
"""The option that shows the rest of a long list."""
ADDS = 2
"""The number at the last step that adds a matter."""
INVITED = "invited:"
"""With what an option begins that is an invitation to book: then the role and the item."""
VISIT_GOALS = {"move": Goal.MOVE, "cancel": Goal.CANCEL}


def _numbered(state: State, number: int) -> Turn:
    if number == 0:
        return back(state)
    if state.step is Step.BIND:
        return Turn(state, Note.STILL_UNBOUND)
    if state.step in (Step.CONFIRM, Step.DROP):
        if number == ADDS and can_add(state):
            return adding(state)
        return yes(state) if number == 1 else Turn(state, Note.RANGE)
    listed = state.options
    position = len(listed) - 1 - (listed[-1:] == (MORE,)) if number == LAST else number - 1
    return _picked(state, listed[position]) if 0 <= position < len(listed) else Turn(state, Note.RANGE)


def _picked(state: State, value: str) -> Turn:
    """An entry of the list."""
    if value == MORE:
        return more(state)
    if value.startswith(INVITED):
        return Turn(invited(state, value))
    if state.step is Step.ALSO:
        return Turn(added(state, value))
    if state.step is Step.VISIT:
        return Turn(_act(state, value))
    if state.step is Step.HALL and Step.ITEM not in state.chosen:
        return Turn(replace(state, wish=replace(state.wish, halls=(value,)), options=(), offset=0))
    return Turn(state.choose(state.step, value))


def _act(state: State, value: str) -> State:
    """What is to be done with a visit; or one of its matters alone."""
    if value in VISIT_GOALS:
        return replace(state, goal=VISIT_GOALS[value], options=(), offset=0)
    return state.choose(Step.MINE, value)


def invited(state: State, value: str) -> State:
    """A booking to which staff have invited."""
    role, _, item = value.removeprefix(INVITED).partition(":")
    chosen = {Step.ITEM: item, Step.ROLE: role}
    return State(Goal.BOOK, Step.BIND, state.english, chosen, near=state.near)


def unasked(state: State, sign: Sign) -> Turn:
    """An answer where nothing was asked."""
    state = replace(state, done=False)
    if sign is Sign.TONGUE:
        return Turn(state, Note.TONGUE)
    return Turn(state, Note.GLADLY if sign in (Sign.YES, Sign.NO) else Note.NOTHING_OPEN)


def failed(state: State, code: str) -> Turn:
    """After an error of what was confirmed: what it was about is asked again, or it ends."""
    state = replace(state, carrying=False, held=None, wish=NO_WISH)
    if code in ("slot_full", "slot_unknown"):
        return Turn(state.without(Step.START), Note.FULL)
    if code == "too_many_bookings":
        return Turn(replace(state.without(Step.DAY, Step.START), held=Step.DAY))
    if state.also and state.goal is Goal.BOOK:
        return Turn(replace(state, also=()))
    if code == "not_for_applicant" and state.goal is Goal.BOOK:
        return Turn(replace(state.without(Step.ITEM, Step.ROLE, Step.HALL, Step.DAY, Step.START), found=()))
    return Turn(idle(state))


def already(state: State, visit: str) -> Turn:
    """What is to be booked is booked: one sees it instead, and what was said of the time is for moving it."""
    wish = replace(state.wish, halls=())
    seen = State(Goal.SEE, Step.MINE, state.english, {Step.MINE: visit}, wish=wish, near=state.near)
    return Turn(seen, Note.ALREADY)


def hit(state: State, items: Sequence[str], *, whole: bool) -> Turn:
    """Items that words hit; of such as only come close one is asked for, even if it is the only one."""
    if not items:
        return Turn(replace(state, found=()), Note.NOTHING_FOUND)
    held = None if whole else Step.ITEM
    asked_again = state.without(Step.ITEM, Step.ROLE, Step.HALL, Step.DAY, Step.START)
    return Turn(replace(asked_again, found=tuple(items), held=held, hall_first=False))


def nearest(state: State, codes: Sequence[str]) -> Turn:
    """Halls from near to far; where one books, the hall is asked now."""
    state = replace(state, near=tuple(codes))
    asked = has_hall(state) and (state.goal is Goal.BOOK or Step.MINE in state.chosen)
    return places(state) if asked else Turn(state)
