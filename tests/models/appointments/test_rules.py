"""What can be done and recorded of a visit, moment by moment (article 9): the rules alone, nothing is stored.

The visit is on Wednesday 25 November 2026, from half past nine to ten in Panyu.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from models.appointments import (
    Appointment,
    Ending,
    State,
    bookable_days,
    can_arrive,
    can_cancel,
    can_move,
    can_object,
    can_propose,
    check_booked,
    check_move,
    is_asked_to_give_up,
    open_days,
    recordable,
)
from models.appointments.document import GivingUp
from models.appointments.rules import (
    check_arrival,
    check_proposal,
    check_record,
    day_end,
    decision_reason,
    first_day,
    objection_words,
    offered,
    required_material,
)
from models.errors import DomainError
from models.workdays import PANYU, Workdays
from tests.house.guides import plain_guide
from tests.house.places import HALL, hall, with_windows

CALENDAR, GUIDE = Workdays(), plain_guide()
SECOND = timedelta(seconds=1)
OVER = [state for state in State if state is not State.BOOKED]


def at(text: str, day: int = 25) -> datetime:
    return datetime.combine(date(2026, 11, day), time.fromisoformat(text), PANYU).astimezone(UTC)


START, TOMORROW = at("09:30"), 26


def visit(state: State = State.BOOKED, **changes: Any) -> Appointment:
    """As much of it as the rules read."""
    made: Any = {"state": state, "start": START, "arrived_at": None, "giving_up": None, "objection": None}
    made |= changes
    return made  # type: ignore[no-any-return]


def said(check: Callable[..., Any], *given: Any, **more: Any) -> str:
    """The code of what is raised; empty where it is allowed."""
    try:
        check(*given, **more)
    except DomainError as error:
        return error.code
    return ""


@pytest.mark.article("9.refusal")
@pytest.mark.parametrize("state", OVER)
def test_what_is_over_is_over(state: State) -> None:
    """Each time at a moment at which all of it could be done, were it booked."""
    over, now = visit(state), START - 30 * SECOND
    for check in (check_move, check_arrival, check_proposal):
        assert said(check, visit(), now) == ""
        assert said(check, over, now) == "appointment_ended"
    for can in (can_move, can_arrive, can_propose, can_cancel):
        assert can(visit(), now)
        assert not can(over, now)
    assert (said(check_booked, visit()), said(check_booked, over)) == ("", "appointment_ended")
    assert is_asked_to_give_up(visit(giving_up=GivingUp.PROPOSED))
    assert not is_asked_to_give_up(visit(state, giving_up=GivingUp.PROPOSED))


@pytest.mark.article("9.abandon")
def test_until_when_one_can_cancel_and_move() -> None:
    before = START - SECOND
    assert (can_cancel(visit(), before), can_cancel(visit(), START)) == (True, False)
    assert (said(check_move, visit(), before), said(check_move, visit(), START)) == ("", "appointment_begun")
    here = visit(arrived_at=before)
    assert (said(check_move, here, before), can_move(here, before)) == ("arrival_recorded", False)
    assert can_cancel(here, before)


@pytest.mark.article("9.record")
@pytest.mark.parametrize(
    ("now", "code"),
    [
        (at("08:30") - SECOND, "appointment_not_begun"),
        (at("08:30"), ""),
        (at("23:59:59"), ""),
        (at("00:00", TOMORROW), "appointment_not_its_day"),
        (at("07:00", TOMORROW), "appointment_not_its_day"),  # in Greenwich it is the same day still
    ],
)
def test_when_one_has_arrived(now: datetime, code: str) -> None:
    assert said(check_arrival, visit(), now) == code
    assert can_arrive(visit(), now) is (code == "")
    assert said(check_arrival, visit(arrived_at=START), now) == "arrival_recorded"


@pytest.mark.article("9.refusal")
@pytest.mark.parametrize(
    ("now", "code"),
    [
        (at("23:59:59", 24), "appointment_not_its_day"),
        (at("00:00"), ""),
        (at("23:59:59"), ""),
        (at("00:00", TOMORROW), "appointment_not_its_day"),
    ],
)
def test_giving_up_is_proposed_once_and_on_the_day(now: datetime, code: str) -> None:
    assert said(check_proposal, visit(), now) == code
    for already in GivingUp:
        assert said(check_proposal, visit(giving_up=already), now) == "giving_up_proposed"
    assert is_asked_to_give_up(visit(giving_up=GivingUp.PROPOSED))
    assert not is_asked_to_give_up(visit(giving_up=GivingUp.DECLINED))
    assert not is_asked_to_give_up(visit())


HERE = [Ending.SERVED, Ending.MISSING_MATERIAL]
"""What can be recorded of who is there."""
STATES = {
    State.BOOKED: [Ending.SERVED],
    State.UNRECORDED: [Ending.SERVED],
    **dict.fromkeys(State(one) for one in Ending),
}
"""What can be recorded after the day, of each state in which something can be recorded on the day."""


@pytest.mark.article("9.record")
@pytest.mark.parametrize(
    ("now", "endings"),
    [
        (at("09:30") - SECOND, []),
        (at("09:30"), HERE),
        (at("09:45") - SECOND, HERE),
        (at("09:45"), list(Ending)),
        (at("23:59:59"), list(Ending)),
        (at("00:00", TOMORROW), [Ending.SERVED]),
        (at("09:45", TOMORROW), [Ending.SERVED]),
    ],
)
def test_what_can_be_recorded_of_one_who_booked(now: datetime, endings: list[Ending]) -> None:
    assert recordable(visit(), now) == sorted(endings, key=list(Ending).index)
    wrong = {said(check_record, visit(), one, now) for one in Ending if one not in endings}
    late = now >= at("00:00", TOMORROW)
    assert wrong <= {"appointment_not_its_day" if late else "appointment_not_begun"}


@pytest.mark.article("9.record")
def test_who_has_arrived_never_fails_to_come() -> None:
    here = visit(arrived_at=at("09:00"))
    for now in (at("09:10"), START, at("23:59:59")):
        assert recordable(here, now) == HERE
        assert said(check_record, here, Ending.NO_SHOW, now) == "has_arrived"
    assert recordable(here, at("00:00", TOMORROW)) == [Ending.SERVED]


@pytest.mark.article("9.correction", "9.unrecorded")
@pytest.mark.parametrize("state", State)
def test_what_can_be_recorded_of_what_has_ended(state: State) -> None:
    """Corrected on its day; later, what nobody recorded alone, and as served alone."""
    on_its_day = list(Ending) if state in STATES else []
    assert recordable(visit(state), at("12:00")) == on_its_day
    assert recordable(visit(state), at("12:00", TOMORROW)) == (STATES.get(state) or [])
    assert recordable(visit(state, objection={"state": "kept"}), at("12:00")) == []
    if state not in STATES:
        assert said(check_record, visit(state), Ending.SERVED, at("12:00")) == "appointment_ended"


@pytest.mark.article("9.objection")
@pytest.mark.parametrize("state", State)
def test_one_objects_once_and_to_what_staff_recorded(state: State) -> None:
    assert can_object(visit(state)) is (state in {State.SERVED, State.NO_SHOW, State.MISSING_MATERIAL})
    assert not can_object(visit(state, objection={"state": "kept"}))


@pytest.mark.article("9.objection")
def test_how_long_words_are() -> None:
    assert (said(objection_words, "长" * 500), said(objection_words, "长" * 501)) == ("", "words_too_long")
    assert said(objection_words, " \n") == "words_required"
    for upheld in (True, False):
        assert said(decision_reason, "长" * 500, upheld=upheld) == ""
        assert said(decision_reason, "长" * 501, upheld=upheld) == "words_too_long"
    assert said(decision_reason, " ", upheld=False) == "reason_required"
    assert said(decision_reason, " ", upheld=True) == ""


@pytest.mark.article("9.refusal")
def test_which_material_can_lack() -> None:
    """One that the guide requires, by its code; the photograph is not required."""
    permit = {"code": "permit", "name": "许可证", "kinds": ["copy"]}
    guide = plain_guide(materials=[*(one.model_dump() for one in GUIDE.materials), permit])
    for code in ("id_card", "permit"):
        assert required_material(guide, code).code == code
    for wrong in ("photo", "passport", "", None):
        assert said(required_material, guide, wrong) == "material_not_required"


@pytest.mark.article("9.time")
def test_for_which_days_one_can_book() -> None:
    """For seven working days; for today until five. It is Wednesday."""
    five = at("17:00")
    assert (first_day(five), first_day(five + SECOND)) == (date(2026, 11, 25), date(2026, 11, 26))
    days = bookable_days(CALENDAR, five)
    assert [day.isoformat()[5:] for day in days] == [
        "11-25", "11-26", "11-27", "11-30", "12-01", "12-02", "12-03",
    ]  # fmt: skip
    assert open_days(HALL, CALENDAR, five) == days
    assert day_end(START) == day_end(at("00:00")) == day_end(at("23:59:59")) == at("00:00", TOMORROW)


@pytest.mark.article("9.time")
def test_what_is_offered() -> None:
    """A slot of the hall for the item that has not begun, on one of those days."""
    known, now = with_windows(1), START - SECOND
    assert offered(known, GUIDE, START, CALENDAR, now).start == START
    assert said(offered, known, GUIDE, START, CALENDAR, START) == "slot_unknown"
    assert said(offered, known, GUIDE, START + SECOND, CALENDAR, now) == "slot_unknown"
    elsewhere = with_windows(1, code="wanbo")
    assert said(offered, elsewhere, GUIDE, START, CALENDAR, now) == "slot_unknown"
    assert said(offered, elsewhere, plain_guide(places=["wanbo"]), START, CALENDAR, now) == ""
    last, after = at("09:30", 25) + timedelta(days=8), at("09:30", 25) + timedelta(days=9)
    assert said(offered, known, GUIDE, last, CALENDAR, now) == ""
    assert said(offered, known, GUIDE, after, CALENDAR, now) == "slot_unknown"
    closed = hall(closures=[{"first": "2026-11-25", "last": "2026-11-25", "reason": "检修"}])
    assert said(offered, closed, GUIDE, START, CALENDAR, now) == "slot_unknown"
