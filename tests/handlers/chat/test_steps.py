"""One step of the conversation after the other: values alone, no server."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.chat.dialogue import filling, steps
from handlers.chat.dialogue.filling import Option
from handlers.chat.dialogue.heard import Heard
from handlers.chat.dialogue.phrases import Sign
from handlers.chat.dialogue.state import Days, Goal, Span, State, Step, Wish, state_of
from handlers.chat.dialogue.steps import MORE, Note, Turn

FRIDAY, MONDAY = "2026-11-27", "2026-11-30"
CHOSEN = {Step.ITEM: "residence", Step.ROLE: "self", Step.HALL: "wanbo", Step.DAY: FRIDAY}
DAYS = [Option(FRIDAY, 2), Option(MONDAY, 3)]
SLOTS = [
    Option("nine", 1, time(9), time(9, 30)),
    Option("ten", 0, time(10), time(10, 30)),
    Option("three", 2, time(15), time(15, 30)),
    Option("four", 2, time(16), time(16, 30)),
]


def at(step: Step, *options: str, goal: Goal = Goal.BOOK, **changes: object) -> State:
    """A conversation in which a step is asked, and all before it is over."""
    flow = State(goal).flow
    before = {one: CHOSEN.get(one, "visit") for one in flow[: flow.index(step)]}
    return replace(State(goal, step, chosen=before, options=options), **changes)  # type: ignore[arg-type]


def test_a_number_chooses_and_the_next_step_is_due() -> None:
    turn = steps.take(at(Step.HALL, "centre", "wanbo"), Heard(number=2))
    assert turn == Turn(turn.state)
    assert turn.state.chosen[Step.HALL] == "wanbo"
    assert turn.state.due is Step.DAY


@pytest.mark.parametrize("number", [3, 9, 99])
def test_a_number_that_is_not_listed_changes_nothing(number: int) -> None:
    state = at(Step.HALL, "centre", "wanbo")
    assert steps.take(state, Heard(number=number)) == Turn(state, Note.RANGE)


def test_the_last_of_a_list_is_no_more() -> None:
    turn = steps.take(at(Step.HALL, "centre", "wanbo", MORE), Heard(number=-1))
    assert turn.state.chosen[Step.HALL] == "wanbo"


def test_one_number_alone_confirms() -> None:
    state = at(Step.CONFIRM)
    assert steps.take(state, Heard(number=1)).state.carrying
    assert steps.take(state, Heard(sign=Sign.YES)).state.carrying
    assert steps.take(state, Heard(number=3)) == Turn(state, Note.RANGE)
    assert not steps.take(at(Step.DAY, FRIDAY, MONDAY), Heard(sign=Sign.YES)).state.carrying


def test_back_asks_the_step_before_which_left_a_choice() -> None:
    state = at(Step.DAY, FRIDAY, single=(Step.HALL, Step.ROLE), wish=Wish(early=True))
    turn = steps.take(state, Heard(sign=Sign.BACK))
    assert turn.state.due is Step.ITEM
    assert turn.state.held is Step.ITEM
    assert turn.state.chosen == {}
    assert steps.take(turn.state, Heard(number=0)).note is Note.STOPPED


def test_back_from_the_time_forgets_what_was_wished() -> None:
    turn = steps.take(at(Step.CONFIRM, wish=Wish(early=True)), Heard(number=0))
    assert turn.state.due is Step.START
    assert filling.fill(turn.state, Step.START, SLOTS) == Turn(turn.state)
    assert turn.state.wish == Wish()


def test_cancel_ends_it_but_for_a_visit_it_is_asked_again() -> None:
    ended = steps.take(at(Step.DAY, FRIDAY), Heard(sign=Sign.STOP))
    assert (ended.state.is_open, ended.note) == (False, Note.STOPPED)
    dropping = at(Step.DROP, goal=Goal.CANCEL)
    assert steps.take(dropping, Heard(sign=Sign.STOP)) == Turn(dropping, Note.DROP_OR_LEAVE)
    assert steps.take(dropping, Heard(sign=Sign.NO)).note is Note.KEPT
    assert steps.take(dropping, Heard(goal=Goal.CANCEL)).state.carrying


def test_cancelling_while_one_books_cancels_no_visit() -> None:
    turn = steps.take(at(Step.DAY, FRIDAY), Heard(goal=Goal.CANCEL))
    assert (turn.state.is_open, turn.note) == (False, Note.STOPPED)


def test_a_day_may_be_a_number_and_a_date() -> None:
    first = date(2026, 12, 1)
    said = Heard(number=1, wish=Wish(days=Days(first, first)))
    listed = steps.take(at(Step.DAY, FRIDAY, "2026-12-01"), said).state
    assert (
        filling.fill(listed, Step.DAY, [*DAYS, Option("2026-12-01", 1)]).state.chosen[Step.DAY]
        == "2026-12-01"
    )
    other = steps.take(at(Step.DAY, FRIDAY, MONDAY), said).state
    assert other.chosen[Step.DAY] == FRIDAY


def test_what_cannot_be_understood_changes_nothing() -> None:
    state = at(Step.HALL, "centre")
    assert steps.take(state, Heard()) == Turn(state, Note.UNCLEAR)


def test_a_wish_fills_the_day_and_the_time() -> None:
    friday = date(2026, 11, 27)
    state = at(Step.DAY, wish=Wish(days=Days(friday, friday), span=Span(time(15), time(15))))
    day = filling.fill(state, Step.DAY, DAYS).state
    assert day.chosen[Step.DAY] == FRIDAY
    assert filling.fill(day, Step.START, SLOTS).state.chosen[Step.START] == "three"


def test_several_times_that_fit_are_listed_alone() -> None:
    state = at(Step.START, wish=Wish(span=Span(time(14), time(23, 59))))
    assert filling.fill(state, Step.START, SLOTS) == Turn(state)
    assert filling.asked(state, Step.START, SLOTS).options == ("three", "four")
    assert filling.asked(at(Step.START), Step.START, SLOTS).options == ("nine", "three", "four")


def test_a_time_that_is_full_is_said_and_the_others_listed() -> None:
    turn = filling.fill(at(Step.START, wish=Wish(span=Span(time(10), time(10)))), Step.START, SLOTS)
    assert turn.note is Note.TIME_FULL
    assert filling.asked(turn.state, Step.START, SLOTS).options == ("nine", "three", "four")
    sunday = date(2026, 11, 29)
    assert (
        filling.fill(at(Step.DAY, wish=Wish(days=Days(sunday, sunday))), Step.DAY, DAYS).note
        is Note.TIME_FULL
    )


def test_the_earliest_goes_on_to_the_next_day() -> None:
    state = at(Step.DAY, wish=Wish(early=True, span=Span(time(17), time(23, 59))))
    day = filling.fill(state, Step.DAY, DAYS).state
    assert day.chosen[Step.DAY] == FRIDAY
    after = filling.fill(day, Step.START, SLOTS).state
    assert filling.fill(after, Step.DAY, DAYS).state.chosen[Step.DAY] == MONDAY
    assert (
        filling.fill(at(Step.START, wish=Wish(early=True)), Step.START, SLOTS).state.chosen[Step.START]
        == "nine"
    )


def test_halls_that_were_named() -> None:
    options = [Option("centre"), Option("wanbo")]
    named = at(Step.HALL, wish=Wish(halls=("wanbo",)))
    assert filling.fill(named, Step.HALL, options).state.chosen[Step.HALL] == "wanbo"
    elsewhere = filling.fill(at(Step.HALL, wish=Wish(halls=("dashi",))), Step.HALL, options)
    assert elsewhere.note is Note.NOT_THERE
    several = filling.fill(at(Step.HALL, wish=Wish(halls=("wanbo", "centre"))), Step.HALL, options)
    assert Step.HALL not in several.state.chosen
    any_of_them = filling.fill(at(Step.HALL, wish=Wish(any_hall=True)), Step.HALL, options)
    assert any_of_them.state.chosen[Step.HALL] == "centre"


def test_a_visit_by_its_number_or_day() -> None:
    visits = [
        Option("a", number="0101", day=date(2026, 11, 26)),
        Option("b", number="0202", day=date(2026, 11, 27)),
    ]
    by_number = filling.fill(at(Step.MINE, goal=Goal.CANCEL, wish=Wish(visit="0202")), Step.MINE, visits)
    assert by_number.state.chosen[Step.MINE] == "b"
    thursday = Days(date(2026, 11, 26), date(2026, 11, 26))
    by_day = filling.fill(at(Step.MINE, goal=Goal.MOVE, wish=Wish(of_day=thursday)), Step.MINE, visits)
    assert by_day.state.chosen[Step.MINE] == "a"
    none = filling.fill(at(Step.MINE, goal=Goal.CANCEL, wish=Wish(visit="0303")), Step.MINE, visits)
    assert none.note is Note.NO_SUCH_VISIT
    assert Step.MINE not in none.state.chosen


NINE, HALF_PAST = "2026-11-27T01:00:00+00:00", "2026-11-27T01:30:00+00:00"


def test_two_at_the_last_step_adds_a_matter_and_back_takes_it_away() -> None:
    asked = steps.take(at(Step.CONFIRM), Heard(number=2)).state
    assert (asked.due, asked.adding) == (Step.ALSO, True)
    assert steps.take(replace(asked, step=Step.ALSO), Heard(number=0)).state.due is Step.CONFIRM
    listed = replace(asked, step=Step.ALSO, options=("card", "pension"))
    added = steps.take(listed, Heard(number=2)).state
    assert (added.due, added.also) == (Step.CONFIRM, (("pension", ""),))
    planned = replace(steps.planned(added, [HALF_PAST]), step=Step.CONFIRM)
    assert planned.also == (("pension", HALF_PAST),)
    away = steps.take(planned, Heard(number=0))
    assert (away.state.due, away.state.also, away.note) == (Step.CONFIRM, (), Note.TAKEN_AWAY)


@pytest.mark.parametrize(
    ("state", "note"),
    [
        (at(Step.CONFIRM, also=(("a", NINE), ("b", HALF_PAST))), Note.RANGE),
        (at(Step.CONFIRM, goal=Goal.MOVE), Note.RANGE),
        (at(Step.DROP, goal=Goal.CANCEL), Note.RANGE),
    ],
    ids=["three are enough", "moving", "cancelling"],
)
def test_where_two_adds_nothing(state: State, note: Note) -> None:
    assert steps.take(state, Heard(number=2)) == Turn(state, note)


@pytest.mark.parametrize(
    ("wish", "also"),
    [
        (Wish(halls=("centre",)), (("card", ""),)),
        (Wish(span=Span(time(15), time(15))), (("card", ""),)),
        (Wish(), (("card", HALF_PAST),)),
    ],
    ids=["another hall", "another time", "as it is"],
)
def test_another_time_or_hall_plans_the_others_anew(wish: Wish, also: tuple[tuple[str, str], ...]) -> None:
    start = {**CHOSEN, Step.START: NINE}
    state = State(Goal.BOOK, Step.CONFIRM, chosen=start, also=(("card", HALF_PAST),))
    assert steps.take(state, Heard(wish=wish)).state.also == also


@pytest.mark.parametrize(
    ("goal", "code", "due", "note", "left"),
    [
        (Goal.BOOK, "visit_does_not_fit", Step.CONFIRM, Note.NOT_TOGETHER, 1),
        (Goal.BOOK, "slot_full", Step.START, Note.FULL, 2),
        (Goal.MOVE, "visit_does_not_fit", Step.START, Note.DOES_NOT_FOLLOW, 2),
    ],
)
def test_what_does_not_follow_is_left_out_or_another_time_is_chosen(
    goal: Goal, code: str, due: Step, note: Note, left: int
) -> None:
    state = at(Step.CONFIRM, goal=goal, also=(("a", ""), ("b", "")))
    turn = steps.not_planned(state, code)
    assert (turn.state.due, turn.note, len(turn.state.also)) == (due, note, left)


def test_a_matter_of_a_visit_is_meant_by_its_number_or_item_and_all_by_their_day() -> None:
    friday = date(2026, 11, 27)
    inner = (
        Option("a", number="0101", day=friday, item="x"),
        Option("b", number="0202", day=friday, item="y"),
    )
    visits = [Option("visit-1", day=friday, inner=inner), Option("c", number="0303", day=date(2026, 11, 30))]

    def chosen(**changes: object) -> str:
        state = at(Step.MINE, goal=Goal.CANCEL, **changes)
        return filling.fill(state, Step.MINE, visits).state.chosen[Step.MINE]

    assert chosen(wish=Wish(visit="0202")) == "b"
    assert chosen(found=("x",)) == "a"
    assert chosen(wish=Wish(of_day=Days(friday, friday))) == "visit-1"


@pytest.mark.parametrize(
    ("heard", "goal", "due", "also"),
    [
        (Heard(Goal.MOVE), Goal.BOOK, Step.START, ""),
        (Heard(Goal.MOVE, wish=Wish(span=Span(time(15), time(15)))), Goal.BOOK, Step.START, ""),
        (
            Heard(Goal.MOVE, wish=Wish(visit="0101", span=Span(time(15), time(15)))),
            Goal.MOVE,
            Step.MINE,
            None,
        ),
        (Heard(Goal.MOVE, item="card"), Goal.MOVE, Step.MINE, None),
    ],
    ids=["another time", "a time", "a visit by its number", "a visit by its item"],
)
def test_moving_at_the_last_step_is_of_what_is_booked_unless_a_visit_is_named(
    heard: Heard, goal: Goal, due: Step, also: str | None
) -> None:
    state = State(Goal.BOOK, Step.CONFIRM, chosen={**CHOSEN, Step.START: NINE}, also=(("card", HALF_PAST),))
    turned = steps.take(state, heard).state
    assert (turned.goal, turned.due) == (goal, due)
    assert turned.also == (() if also is None else (("card", also),))


@given(st.integers(0, 40))
def test_all_of_a_long_list_can_be_reached(length: int) -> None:
    values = [f"v{number}" for number in range(length)]
    seen, offset = set[str](), 0
    for _ in range(length + 1):
        page, offset = filling.paged(values, offset)
        assert len(page) <= steps.SHOWN
        seen |= set(page) - {MORE}
        offset += steps.SHOWN - 1
    assert seen == set(values)


@pytest.mark.parametrize(
    ("code", "due", "note"),
    [
        ("slot_full", Step.START, Note.FULL),
        ("slot_unknown", Step.START, Note.FULL),
        ("too_many_bookings", Step.DAY, None),
        ("not_for_applicant", Step.ITEM, None),
    ],
)
def test_after_a_failure_what_it_was_about_is_asked_again(code: str, due: Step, note: Note | None) -> None:
    full = replace(at(Step.CONFIRM), carrying=True)
    turn = steps.failed(full, code)
    assert (turn.state.due, turn.note, turn.state.carrying) == (due, note, False)
    assert not steps.failed(full, "appointment_ended").state.is_open


def test_where_one_of_several_fails_the_first_is_asked_for_alone() -> None:
    turn = steps.failed(at(Step.CONFIRM, also=(("card", HALF_PAST),), carrying=True), "already_booked")
    assert (turn.state.due, turn.state.also, turn.state.carrying) == (Step.CONFIRM, (), False)


@pytest.mark.parametrize(
    ("step", "due", "note"),
    [
        (Step.START, Step.DAY, Note.TIME_FULL),
        (Step.DAY, Step.HALL, Note.NOTHING_LEFT),
        (Step.HALL, Step.ITEM, Note.NO_WINDOWS),
        (Step.ROLE, Step.ITEM, Note.NOT_FOR_YOU),
    ],
)
def test_where_nothing_is_left_the_step_before_is_asked(step: Step, due: Step, note: Note) -> None:
    turn = filling.stuck(at(step), step)
    assert (turn.state.due, turn.note) == (due, note)


def test_a_state_is_kept_whole() -> None:
    friday = date(2026, 11, 27)
    wish = Wish(
        Days(friday, friday),
        Span(time(15), time(23, 59)),
        True,
        True,
        ("wanbo",),
        True,
        "0101",
        Days(friday, friday),
    )
    state = State(
        *(
            Goal.MOVE,
            Step.DAY,
            True,
            CHOSEN,
            ("a", MORE),
            7,
            Step.DAY,
            (Step.HALL,),
            True,
            wish,
            ("item",),
            ("wanbo",),
        ),
        also=(("other", HALF_PAST),),
        adding=True,
        carrying=True,
        done=True,
        reminded=True,
        at=datetime(2026, 11, 24, tzinfo=UTC),
    )
    assert state_of(state.kept()) == state
    assert state_of(None) == State()
