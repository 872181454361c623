"""Filling a step from what there is to choose from: what leaves no choice and what was said before it was
asked; and the list of what is asked. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from handlers.chat.dialogue.state import NO_WISH, Days, Goal, State, Step, Wish
from handlers.chat.dialogue.steps import INVITED, MORE, NOBODY, SHOWN, Note, Turn, added, idle
from models.workdays import PANYU

FARTHEST = timedelta(days=60)


@dataclass(frozen=True)
class Option:
    """One entry of a list. `left` is how many places there are, where it counts; an option with none is not
    listed. `begins` and `ends` are times of a slot in Panyu. `now` says that it is so already: the hall of a
    visit that is moved. `item` is the code of the item that is booked, `inner` those of a visit of
    several."""

    value: str
    left: int | None = None
    begins: time | None = None
    ends: time | None = None
    label: str = ""
    number: str = ""
    day: date | None = None
    now: bool = False
    item: str = ""
    inner: tuple["Option", ...] = ()


def fill(state: State, step: Step, options: Sequence[Option]) -> Turn:
    """Choose what leaves no choice, and what was said before it was asked; the same state where it is to be
    asked."""
    chosen = FILLED.get(step)
    if chosen is None or state.held is step:
        return Turn(state)
    return chosen(state, options)


def _fill_item(state: State, options: Sequence[Option]) -> Turn:
    return Turn(state.choose(Step.ITEM, options[0].value) if state.found and len(options) == 1 else state)


def _fill_also(state: State, options: Sequence[Option]) -> Turn:
    return Turn(added(state, options[0].value) if state.found and len(options) == 1 else state)


def fill_nobody(state: State) -> Turn:
    """Who is not bound yet sees the times first."""
    return Turn(replace(state.choose(Step.ROLE, NOBODY), single=(*state.single, Step.ROLE)))


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
        present = [one for one in options if one.now]
        return _fill_only(Step.HALL)(state, present or options)
    meant = [one.value for one in options if one.value in state.wish.halls]
    if len(meant) == 1 == len(state.wish.halls):
        return Turn(replace(state, wish=replace(state.wish, halls=())).choose(Step.HALL, meant[0]))
    note = None if meant else Note.NOT_THERE
    return Turn(replace(state, wish=replace(state.wish, halls=())), note)


def _fill_mine(state: State, options: Sequence[Option]) -> Turn:
    """The visit whose number, day or item was said, or the only one."""
    wish = state.wish
    said = replace(state, wish=replace(wish, visit="", of_day=None), found=())
    each = [single for one in options for single in one.inner or (one,)]
    if wish.visit:
        meant = [one.value for one in each if one.number == wish.visit]
        return Turn(
            said.choose(Step.MINE, meant[0]) if len(meant) == 1 else said,
            None if meant else Note.NO_SUCH_VISIT,
        )
    if (wish.of_day or state.found) and len(each) > 1:
        first, last = wish.of_day or (date.min, date.max)
        there = [one.value for one in options if one.day and first <= one.day <= last]
        meant = [
            one.value for one in each if one.day and first <= one.day <= last and one.item in state.found
        ] or there
        return Turn(said.choose(Step.MINE, meant[0]) if len(meant) == 1 else said)
    is_booked = not options[0].value.startswith(INVITED)
    return _fill_only(Step.MINE)(said, options) if is_booked else Turn(said)


def _fill_day(state: State, options: Sequence[Option]) -> Turn:
    wish = state.wish
    free = [one.value for one in options if one.left]
    if wish.days:
        meant = [day for day in free if wish.days.first <= date.fromisoformat(day) <= wish.days.last]
        if not meant:
            kept = Wish(span=wish.span, late=wish.late, halls=wish.halls)
            return Turn(replace(state, wish=kept), Note.TIME_FULL)
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
    Step.ALSO: _fill_also,
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


def stuck(state: State, step: Step) -> Turn:
    """Where there is nothing to choose from: what was chosen before is asked again, or it ends."""
    if step is Step.ALSO:
        return Turn(replace(state, adding=False, found=()), Note.NOTHING_TO_ADD)
    if step is Step.START:
        return Turn(replace(state.without(Step.DAY), wish=NO_WISH, held=Step.DAY), Note.TIME_FULL)
    if step is Step.MINE or (state.goal is not Goal.BOOK and step is not Step.DAY):
        return Turn(idle(state), Note.NO_VISITS if step is Step.MINE else Note.NOTHING_LEFT)
    if step is Step.DAY:
        return Turn(replace(state.without(Step.HALL), held=Step.HALL, wish=NO_WISH), Note.NOTHING_LEFT)
    if step in (Step.ROLE, Step.HALL) and Step.ITEM in state.chosen:
        note = Note.NOT_FOR_YOU if step is Step.ROLE else Note.NO_WINDOWS
        return Turn(replace(state.without(Step.ITEM, Step.ROLE), found=()), note)
    return Turn(idle(state), Note.NO_WINDOWS)
