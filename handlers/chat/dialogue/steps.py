"""What follows from what was heard: one step of the conversation after the other. Pure: a state and what was
heard, or what there is to choose from, in; a state and what is to be said of it out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from handlers.chat.dialogue.heard import Heard, Sign
from handlers.chat.dialogue.state import Days, Goal, State, Step, Wish
from models.workdays import PANYU

SHOWN = 8
"""Entries of one list: what fits on a phone without scrolling."""
FARTHEST = timedelta(days=60)
SELF = "self"
"""The role of a person who acts for nobody else."""


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


@dataclass(frozen=True)
class Turn:
    """What became of the state, and what is to be said of it first."""

    state: State
    note: Note | None = None


@dataclass(frozen=True)
class Option:
    """One entry of a list. `left` is how many places there are, where it counts; an option with none is not
    listed. `begins` and `ends` are times of a slot in Panyu."""

    value: str
    left: int | None = None
    begins: time | None = None
    ends: time | None = None
    label: str = ""
    number: str = ""
    day: date | None = None


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
    if heard.wish != Wish():
        return Turn(_wished(state, heard), Note.NOTED)
    return Turn(state) if state.step is Step.BIND else Turn(state, Note.UNCLEAR)


def _turned(state: State, heard: Heard, goal: Goal) -> Turn | None:
    """What a goal does that is named in the midst of something; None where it only names what goes on."""
    if goal is Goal.CANCEL and state.step is Step.DROP:
        return yes(state)
    if goal is Goal.CANCEL and state.goal is Goal.BOOK and heard.plain:
        return stop(state)
    if state.step is Step.VISIT and goal in (Goal.MOVE, Goal.CANCEL):
        return Turn(replace(state, goal=goal, wish=heard.wish, options=(), offset=0))
    if heard.plain or heard.item or goal is not state.goal:
        return Turn(began(state, heard))
    return None


def _is_day(state: State, heard: Heard) -> bool:
    """「1号」 is a day where days are listed, and this one is among them."""
    days = heard.wish.days
    return state.step is Step.DAY and days is not None and days.first.isoformat() in state.options


def _wished(state: State, heard: Heard) -> State:
    """A place or time in words; what was chosen before and does not fit it is asked again."""
    state = replace(state, wish=state.wish.joined(heard.wish), held=None)
    over: set[Step] = set()
    if heard.wish.halls and state.goal is Goal.BOOK:
        over |= {Step.HALL, Step.DAY, Step.START}
    if heard.wish.days or (heard.wish.early and not heard.wish.span):
        over |= {Step.DAY, Step.START}
    if heard.wish.span or heard.wish.late:
        over |= {Step.START}
    if state.step is Step.VISIT and over:
        state = replace(state, goal=Goal.MOVE)
    return state.without(*over)


def stop(state: State) -> Turn:
    """It ends; of a visit that may have been meant it is asked again."""
    if state.step is Step.DROP:
        return Turn(state, Note.DROP_OR_LEAVE)
    return left(state)


def left(state: State) -> Turn:
    """It ends, and nothing was done."""
    return Turn(idle(state), Note.STOPPED if state.goal is Goal.BOOK else Note.KEPT)


def idle(state: State) -> State:
    return State(english=state.english, near=state.near)


def yes(state: State) -> Turn:
    """It confirms, and chooses where there is one thing to choose."""
    if state.step in (Step.CONFIRM, Step.DROP):
        return Turn(replace(state, carrying=True))
    if state.step is Step.BIND:
        return Turn(state, Note.STILL_UNBOUND)
    if len(state.options) == 1 and state.step is not Step.VISIT:
        return Turn(state.choose(state.step, state.options[0]))
    return Turn(state, Note.UNCLEAR)


def no(state: State) -> Turn:
    """Before the last step it goes back one step; a visit that is not given up is kept."""
    if state.step is Step.DROP:
        return Turn(idle(state), Note.KEPT)
    return back(state)


def back(state: State) -> Turn:
    """To the step before, which is asked even if there is nothing to choose; from the first one out."""
    if state.step is Step.ITEM and state.near and state.wish.halls:
        return Turn(replace(state, hall_first=True, wish=replace(state.wish, halls=()), options=(), offset=0))
    before = state.flow[: state.flow.index(state.step)] if state.step in state.flow else ()
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


def places(state: State) -> Turn:
    """The hall is chosen anew, or before the item."""
    if state.goal is not Goal.BOOK or state.step is Step.BIND:
        return Turn(state, Note.UNCLEAR)
    wish = replace(state.wish, halls=())
    if Step.ITEM not in state.chosen:
        return Turn(replace(state, wish=wish, hall_first=True, options=(), offset=0))
    state = state.without(Step.HALL, Step.DAY, Step.START)
    return Turn(replace(state, wish=wish, held=Step.HALL))


SIGNED: Mapping[Sign, Callable[[State], Turn]] = {
    Sign.YES: yes,
    Sign.NO: no,
    Sign.BACK: back,
    Sign.STOP: stop,
    Sign.MORE: more,
    Sign.PLACES: places,
    Sign.AGAIN: lambda state: Turn(state, Note.STILL_UNBOUND if state.step is Step.BIND else None),
}

MORE = "more"
"""The option that shows the rest of a long list."""
VISIT_GOALS = {"move": Goal.MOVE, "cancel": Goal.CANCEL}


def _numbered(state: State, number: int) -> Turn:
    if number == 0:
        return back(state)
    if state.step is Step.BIND:
        return Turn(state, Note.STILL_UNBOUND)
    if state.step in (Step.CONFIRM, Step.DROP):
        return yes(state) if number == 1 else Turn(state, Note.RANGE)
    listed = state.options
    position = len(listed) - 1 - (listed[-1:] == (MORE,)) if number == -1 else number - 1
    if not 0 <= position < len(listed):
        return Turn(state, Note.RANGE)
    value = listed[position]
    if value == MORE:
        return more(state)
    if state.step is Step.VISIT:
        return Turn(replace(state, goal=VISIT_GOALS[value], options=(), offset=0))
    if state.step is Step.HALL and Step.ITEM not in state.chosen:
        return Turn(replace(state, wish=replace(state.wish, halls=(value,)), options=(), offset=0))
    return Turn(state.choose(state.step, value))


def fill(state: State, step: Step, options: Sequence[Option]) -> Turn:
    """Choose what leaves no choice, and what was said before it was asked; the same state where it is to be
    asked."""
    chosen = FILLED.get(step)
    if chosen is None or state.held is step:
        return Turn(state)
    return chosen(state, options)


def _fill_item(state: State, options: Sequence[Option]) -> Turn:
    return Turn(state.choose(Step.ITEM, options[0].value) if state.found and len(options) == 1 else state)


def _fill_only(step: Step) -> Callable[[State, Sequence[Option]], Turn]:
    def filled(state: State, options: Sequence[Option]) -> Turn:
        if len(options) != 1:
            return Turn(state)
        return Turn(replace(state.choose(step, options[0].value), single=(*state.single, step)))

    return filled


def _fill_hall(state: State, options: Sequence[Option]) -> Turn:
    if state.wish.any_hall:
        return Turn(state.choose(Step.HALL, options[0].value))
    if not state.wish.halls:
        return _fill_only(Step.HALL)(state, options)
    meant = [one.value for one in options if one.value in state.wish.halls]
    if len(meant) == 1 == len(state.wish.halls):
        return Turn(replace(state, wish=replace(state.wish, halls=())).choose(Step.HALL, meant[0]))
    note = None if meant else Note.NOT_THERE
    return Turn(replace(state, wish=replace(state.wish, halls=())), note)


def _fill_mine(state: State, options: Sequence[Option]) -> Turn:
    """The visit whose number or day was said, or the only one."""
    wish = state.wish
    said = replace(state, wish=replace(wish, visit="", of_day=None))
    if wish.visit:
        meant = [one.value for one in options if one.number == wish.visit]
        return Turn(
            said.choose(Step.MINE, meant[0]) if len(meant) == 1 else said,
            None if meant else Note.NO_SUCH_VISIT,
        )
    if wish.of_day and len(options) > 1:
        first, last = wish.of_day
        meant = [one.value for one in options if one.day and first <= one.day <= last]
        return Turn(said.choose(Step.MINE, meant[0]) if len(meant) == 1 else said)
    return _fill_only(Step.MINE)(said, options)


def _fill_day(state: State, options: Sequence[Option]) -> Turn:
    wish = state.wish
    free = [one.value for one in options if one.left]
    if wish.days:
        meant = [day for day in free if wish.days.first <= date.fromisoformat(day) <= wish.days.last]
        if not meant:
            return Turn(replace(state, wish=Wish(halls=wish.halls)), Note.TIME_FULL)
        if len(meant) == 1 or wish.early:
            return Turn(state.choose(Step.DAY, meant[0]))
        return Turn(state)
    return Turn(state.choose(Step.DAY, free[0]) if wish.early and free else state)


def _fill_start(state: State, options: Sequence[Option]) -> Turn:
    wish = state.wish
    free = [one for one in options if one.left]
    meant = wanted(free, wish)
    if meant and (len(meant) == 1 or wish.early or wish.late) and (wish.span or wish.early or wish.late):
        return Turn(state.choose(Step.START, meant[-1 if wish.late else 0].value))
    if meant:
        return Turn(state)
    if wish.early and not (wish.days and wish.days.first == wish.days.last):
        day = date.fromisoformat(state.chosen[Step.DAY]) + timedelta(days=1)
        last = wish.days.last if wish.days else day + FARTHEST
        if day <= last:
            return Turn(replace(state.without(Step.DAY), wish=replace(wish, days=Days(day, last))))
    state = replace(state, wish=Wish(halls=wish.halls))
    return Turn(state if free else state.without(Step.DAY), Note.TIME_FULL)


def wanted(free: Sequence[Option], wish: Wish) -> list[Option]:
    """Of the free slots those that a wish is for."""
    span = wish.span
    if span is None:
        return list(free)
    return [one for one in free if one.begins and one.ends and span.fits(one.begins, one.ends)]


FILLED: Mapping[Step, Callable[[State, Sequence[Option]], Turn]] = {
    Step.ITEM: _fill_item,
    Step.ROLE: _fill_only(Step.ROLE),
    Step.HALL: _fill_hall,
    Step.DAY: _fill_day,
    Step.START: _fill_start,
    Step.MINE: _fill_mine,
}


def asked(state: State, step: Step, options: Sequence[Option]) -> State:
    """The state in which a step is asked, with what its numbers stand for."""
    listed = [one.value for one in options if one.left is None or one.left]
    if step is Step.START:
        listed = [one.value for one in wanted([one for one in options if one.left], state.wish)]
    if step is Step.DAY and state.wish.days:
        days = state.wish.days
        listed = [day for day in listed if days.first <= date.fromisoformat(day) <= days.last]
    page, offset = paged(listed, state.offset)
    return replace(state, step=step, options=page, offset=offset)


def paged(values: Sequence[str], offset: int) -> tuple[tuple[str, ...], int]:
    """At most `SHOWN` entries from `offset` on, of which the last shows more where there is more."""
    if len(values) <= SHOWN:
        return tuple(values), 0
    if offset >= len(values):
        offset = 0
    shown = values[offset : offset + SHOWN - 1]
    return (*shown, MORE), offset


def slot_option(start: datetime, end: datetime, left: int, label: str = "") -> Option:
    """A slot, by its start."""
    begins, ends = start.astimezone(PANYU).time(), end.astimezone(PANYU).time()
    return Option(start.isoformat(), left, begins, ends, label)


def unasked(state: State, sign: Sign) -> Turn:
    """An answer where nothing was asked."""
    state = replace(state, done=False)
    return Turn(state, Note.GLADLY if sign in (Sign.YES, Sign.NO) else Note.NOTHING_OPEN)


def failed(state: State, code: str) -> Turn:
    """After an error of what was confirmed: what it was about is asked again, or it ends."""
    state = replace(state, carrying=False, held=None, wish=Wish())
    if code in ("slot_full", "slot_unknown"):
        return Turn(state.without(Step.START), Note.FULL)
    if code == "too_many_bookings":
        return Turn(replace(state.without(Step.DAY, Step.START), held=Step.DAY))
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
    if not state.is_open or state.goal is not Goal.BOOK or state.step is Step.BIND:
        return Turn(state)
    return places(state)


def stuck(state: State, step: Step) -> Turn:
    """Where there is nothing to choose from: what was chosen before is asked again, or it ends."""
    if step is Step.START:
        return Turn(replace(state.without(Step.DAY), wish=Wish(), held=Step.DAY), Note.TIME_FULL)
    if step is Step.MINE or state.goal is not Goal.BOOK:
        return Turn(idle(state), Note.NO_VISITS if step is Step.MINE else Note.NOTHING_LEFT)
    if step is Step.DAY:
        return Turn(replace(state.without(Step.HALL), held=Step.HALL, wish=Wish()), Note.NOTHING_LEFT)
    if step in (Step.ROLE, Step.HALL) and Step.ITEM in state.chosen:
        note = Note.NOT_FOR_YOU if step is Step.ROLE else Note.NO_WINDOWS
        return Turn(replace(state.without(Step.ITEM, Step.ROLE), found=()), note)
    return Turn(idle(state), Note.NO_WINDOWS)
