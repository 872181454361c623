"""Where a conversation stands, as a value that is kept between two messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, NamedTuple

from models.store import Document


class Goal(StrEnum):
    """What the person wants."""

    BOOK = "book"
    SEE = "see"
    MOVE = "move"
    CANCEL = "cancel"


class Step(StrEnum):
    """What is asked. `BIND` waits for the real name; at `IDLE` nothing is asked."""

    IDLE = "idle"
    BIND = "bind"
    ITEM = "item"
    ROLE = "role"
    HALL = "hall"
    DAY = "day"
    START = "start"
    CONFIRM = "confirm"
    ALSO = "also"
    MINE = "mine"
    VISIT = "visit"
    DROP = "drop"


FLOWS: Mapping[Goal, tuple[Step, ...]] = {
    Goal.BOOK: (Step.ITEM, Step.ROLE, Step.HALL, Step.DAY, Step.START, Step.CONFIRM),
    Goal.SEE: (Step.MINE, Step.VISIT),
    Goal.MOVE: (Step.MINE, Step.HALL, Step.DAY, Step.START, Step.CONFIRM),
    Goal.CANCEL: (Step.MINE, Step.DROP),
}
"""What is asked for each goal, in order; what is known already is skipped."""


class Days(NamedTuple):
    """Both included."""

    first: date
    last: date


class Span(NamedTuple):
    """Of the clock in Panyu: slots that begin from `first` until before `last`; where both are the same, the
    slot that has this time in it."""

    first: time
    last: time

    def fits(self, start: time, end: time) -> bool:
        if self.first == self.last:
            return start <= self.first < end
        return self.first <= start < self.last


@dataclass(frozen=True)
class Wish:
    """What was said of the time and the place before it was asked. `early` is for the first that is free,
    `late` for the last of a day. `halls` are codes of which one is meant; `any_hall` says that it does not
    matter. `visit` is the number of an appointment of one's own, `of_day` the day on which it is."""

    days: Days | None = None
    span: Span | None = None
    early: bool = False
    late: bool = False
    halls: tuple[str, ...] = ()
    any_hall: bool = False
    visit: str = ""
    of_day: Days | None = None

    def joined(self, later: "Wish") -> "Wish":
        """What was said later comes before what was said first."""
        timed = later if later.span or later.early or later.late else self
        return replace(
            later,
            days=later.days or self.days,
            span=timed.span,
            early=timed.early,
            late=timed.late,
            halls=later.halls or self.halls,
            any_hall=later.any_hall or self.any_hall,
        )


NO_WISH = Wish()


@dataclass(frozen=True)
class State:
    """`chosen` holds for each step that is over what was chosen: the code of an item or hall, a role (the
    id of a body, or "self"), a day or a start in ISO form (UTC), the id of an appointment.

    `english` is the tongue in which one writes; None that of the account.

    `options` is what the numbers of the last list stand for, `offset` where a long list goes on. `held` is
    a step that is asked even where there is nothing to choose, because the person went back to it;
    `single` are the steps that left no choice. With `hall_first` the hall is asked before the item, and
    kept in the wish. `found` are the items that the words of the person hit, `near` the halls from near to
    far.

    `also` are further matters of the same visit, each an item with its start in ISO form, empty while it has
    none; while `adding`, the next one is asked for.

    While `carrying`, what was confirmed is being done; `done` says that it has been. `reminded` says that
    after a silence it was said where one was. `at` is when the person was heard last.
    """

    goal: Goal = Goal.BOOK
    step: Step = Step.IDLE
    english: bool | None = None
    chosen: Mapping[Step, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    offset: int = 0
    held: Step | None = None
    single: tuple[Step, ...] = ()
    hall_first: bool = False
    wish: Wish = NO_WISH
    found: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    also: tuple[tuple[str, str], ...] = ()
    adding: bool = False
    carrying: bool = False
    done: bool = False
    reminded: bool = False
    at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.step is not Step.IDLE

    @property
    def flow(self) -> tuple[Step, ...]:
        return FLOWS[self.goal]

    @property
    def due(self) -> Step:
        """The first step that is not over."""
        if self.adding:
            return Step.ALSO
        if self.hall_first and self.goal is Goal.BOOK and not self.wish.halls and not self.chosen:
            return Step.HALL
        return next((step for step in self.flow if step not in self.chosen), self.flow[-1])

    def choose(self, step: Step, value: str) -> "State":
        held = None if self.held is step else self.held
        return replace(self, chosen={**self.chosen, step: value}, held=held, options=(), offset=0)

    def without(self, *steps: Step) -> "State":
        kept = {step: value for step, value in self.chosen.items() if step not in steps}
        single = tuple(step for step in self.single if step not in steps)
        also = () if Step.ITEM in steps or Step.MINE in steps else self.also
        if {Step.HALL, Step.DAY, Step.START} & set(steps):
            also = tuple((item, "") for item, _ in also)
        return replace(self, chosen=kept, single=single, also=also, adding=False, options=(), offset=0)

    def kept(self) -> Document:
        """As it stands in a document; `state_of` reads it."""
        wish = self.wish
        return {
            "goal": self.goal.value,
            "step": self.step.value,
            "english": self.english,
            "chosen": {step.value: value for step, value in self.chosen.items()},
            "options": list(self.options),
            "offset": self.offset,
            "held": self.held.value if self.held else None,
            "single": [step.value for step in self.single],
            "hall_first": self.hall_first,
            "wish": {
                "days": [day.isoformat() for day in wish.days] if wish.days else None,
                "span": [moment.isoformat() for moment in wish.span] if wish.span else None,
                "early": wish.early,
                "late": wish.late,
                "halls": list(wish.halls),
                "any_hall": wish.any_hall,
                "visit": wish.visit,
                "of_day": [day.isoformat() for day in wish.of_day] if wish.of_day else None,
            },
            "found": list(self.found),
            "near": list(self.near),
            "also": [list(one) for one in self.also],
            "adding": self.adding,
            "carrying": self.carrying,
            "done": self.done,
            "reminded": self.reminded,
            "at": self.at,
        }


def state_of(kept: Mapping[str, Any] | None) -> State:
    """The state of a document; of none, one in which nothing is asked."""
    if not kept:
        return State()
    wish = kept["wish"]
    return State(
        goal=Goal(kept["goal"]),
        step=Step(kept["step"]),
        english=kept["english"],
        chosen={Step(step): value for step, value in kept["chosen"].items()},
        options=tuple(kept["options"]),
        offset=kept["offset"],
        held=Step(kept["held"]) if kept["held"] else None,
        single=tuple(map(Step, kept["single"])),
        hall_first=kept["hall_first"],
        wish=Wish(
            Days(*map(date.fromisoformat, wish["days"])) if wish["days"] else None,
            Span(*map(time.fromisoformat, wish["span"])) if wish["span"] else None,
            wish["early"],
            wish["late"],
            tuple(wish["halls"]),
            wish["any_hall"],
            wish["visit"],
            Days(*map(date.fromisoformat, wish["of_day"])) if wish["of_day"] else None,
        ),
        found=tuple(kept["found"]),
        near=tuple(kept["near"]),
        also=tuple((item, start) for item, start in kept.get("also", [])),
        adding=kept.get("adding", False),
        carrying=kept["carrying"],
        done=kept["done"],
        reminded=kept["reminded"],
        at=kept["at"],
    )
