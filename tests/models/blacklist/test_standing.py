"""Where a decision stands at a moment, what may be done about it, and what its paper says: rules of values
alone (article 28)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from models.blacklist import (
    Ban,
    Ground,
    State,
    can_appeal,
    is_appealed,
    is_barring,
    is_malice,
    is_unread,
    number_of,
    paper_of,
    status_of,
)
from models.blacklist.document import OVER, SHOWN, AppealState, FindingState
from models.blacklist.officers import SameOfficer, check_another, people_of
from models.blacklist.rules import (
    LONGEST,
    ONLINE,
    AppealTooLate,
    ReasonRequired,
    Within,
    check_appeal,
    in_force_on,
    written,
)
from models.errors import DomainError
from models.events import Channel
from models.law import Term, in_force
from models.workdays import PANYU
from tests.house.clock import START, cause_at

UNTIL = datetime(2027, 2, 25, tzinfo=PANYU)
LAST = datetime(2027, 1, 6, 23, 59, 59, tzinfo=PANYU)
SECOND = timedelta(seconds=1)


def ban(state: State, **more: Any) -> Ban:
    """Confirmed and delivered on 24 November 2026, unless a test says otherwise."""
    made: Any = {
        "state": state,
        "confirmed_at": START,
        "proposed_at": START,
        "delivered": {"at": START},
        "until": UNTIL,
        "appeal_until": LAST,
        "appeal": None,
        "ground": Ground.FALSEHOOD,
        "facts": "居住证明系伪造。",
        "evidence": [{"title": "办件"}],
        "year": 2026,
        "sequence": 7,
        **more,
    }
    found: Ban = made
    return found


NOT_DELIVERED = {"delivered": None, "until": None, "appeal_until": None}


@pytest.mark.article("28.months", "28.online")
@pytest.mark.parametrize(
    ("state", "at", "more", "bars"),
    [
        (State.PROPOSED, START, NOT_DELIVERED, False),
        (State.CONFIRMED, START, NOT_DELIVERED, False),
        (State.CONFIRMED, START, {}, True),
        (State.CONFIRMED, UNTIL - SECOND, {}, True),
        (State.CONFIRMED, UNTIL, {}, False),
        (State.EXPIRED, START, {}, False),
        (State.LIFTED, START, {}, False),
        (State.DELISTED, START, {}, False),
    ],
)
def test_what_bars(state: State, at: datetime, more: dict[str, Any], bars: bool) -> None:
    assert is_barring(ban(state, **more), at) is bars


@pytest.mark.article("28.online")
def test_every_channel_is_online_but_the_window_and_the_system() -> None:
    online = {"chat", "h5", "web", "miniprogram", "app", "kiosk"}
    assert {channel.value for channel in ONLINE} == online
    assert {channel.value for channel in Channel} == online | {"window", "system"}


@pytest.mark.parametrize(
    ("state", "more", "unread"),
    [
        (State.CONFIRMED, NOT_DELIVERED, True),
        (State.CONFIRMED, {}, False),
        (State.PROPOSED, NOT_DELIVERED, False),
        (State.DELISTED, NOT_DELIVERED, False),
        (State.LIFTED, NOT_DELIVERED, False),
    ],
)
def test_what_waits_to_be_delivered(state: State, more: dict[str, Any], unread: bool) -> None:
    assert is_unread(ban(state, **more)) is unread


APPEALED = {"appeal": {"state": AppealState.KEPT}}


@pytest.mark.article("28.appeal")
@pytest.mark.parametrize(
    ("state", "at", "more", "told"),
    [
        (State.PROPOSED, START, NOT_DELIVERED, "nothing_to_appeal"),
        (State.DECLINED, START, NOT_DELIVERED, "nothing_to_appeal"),
        (State.CONFIRMED, START, NOT_DELIVERED, ""),
        (State.CONFIRMED, LAST + timedelta(days=90), NOT_DELIVERED, ""),  # its time has not begun
        (State.CONFIRMED, START, {}, ""),
        (State.CONFIRMED, LAST, {}, ""),
        (State.CONFIRMED, LAST + SECOND, {}, "appeal_too_late"),
        (State.EXPIRED, LAST, {}, ""),
        (State.EXPIRED, LAST + SECOND, {}, "appeal_too_late"),
        (State.LIFTED, START, {}, "nothing_to_appeal"),
        (State.DELISTED, START, {}, "nothing_to_appeal"),
        (State.CONFIRMED, START, APPEALED, "already_appealed"),
        (State.LIFTED, START, APPEALED, "already_appealed"),
    ],
)
def test_when_one_may_appeal(state: State, at: datetime, more: dict[str, Any], told: str) -> None:
    found = ban(state, **more)
    assert can_appeal(found, at) is (told == "")
    try:
        check_appeal(found, at)
    except DomainError as error:
        assert error.code == told
    else:
        assert told == ""


def test_who_is_too_late_is_told_the_last_day() -> None:
    with pytest.raises(AppealTooLate, match="2027-01-06"):
        check_appeal(ban(State.CONFIRMED), LAST + SECOND)


@pytest.mark.parametrize(
    ("appeal", "waits"),
    [
        (None, False),
        ({"state": AppealState.OPEN}, True),
        ({"state": AppealState.KEPT}, False),
        ({"state": AppealState.LIFTED}, False),
    ],
)
def test_which_appeal_waits(appeal: Any, waits: bool) -> None:
    assert is_appealed(ban(State.CONFIRMED, appeal=appeal)) is waits


@pytest.mark.article("28.credit")
def test_malice_is_what_was_confirmed_alone() -> None:
    assert not is_malice(ban(State.CONFIRMED))
    for state in FindingState:
        finding = {"malice": {"state": state}}
        assert is_malice(ban(State.CONFIRMED, **finding)) is (state is FindingState.CONFIRMED)


@pytest.mark.parametrize(
    ("state", "at", "more", "words"),
    [
        (State.CONFIRMED, START, NOT_DELIVERED, "待查收"),
        (State.CONFIRMED, START, {}, "生效中"),
        (State.CONFIRMED, UNTIL - SECOND, {}, "生效中"),
        (State.CONFIRMED, UNTIL, {}, "已期满"),  # whether or not a worker has noted it
        (State.EXPIRED, UNTIL, {}, "已期满"),
        (State.LIFTED, START, {}, "申诉成立，已撤销"),
        (State.DELISTED, START, {}, "核实为非故意，已解除"),
    ],
)
def test_how_it_is_said_to_stand(state: State, at: datetime, more: dict[str, Any], words: str) -> None:
    assert status_of(ban(state, **more), at) == words


def test_what_its_person_may_see_and_what_is_over() -> None:
    assert {state.value for state in SHOWN} == {"confirmed", "lifted", "delisted", "expired"}
    assert {state.value for state in OVER} == {"declined", "lifted", "delisted", "expired"}


GROUNDS = {
    "falsehood": ("第（一）项", "提供虚假申请材料"),
    "disorder": ("第（二）项", "批量重复申办同一事项"),
    "malice": ("第（三）项", "恶意投诉、评价"),
}


@pytest.mark.article("28.1", "28.2", "28.3", "28.notice")
@pytest.mark.parametrize("ground", Ground)
def test_the_paper_names_number_ground_facts_basis_effect_and_appeal(ground: Ground) -> None:
    item, words = GROUNDS[ground.value]
    paper = paper_of(ban(State.CONFIRMED, ground=ground))
    assert paper.number == "番政管〔2026〕7号"
    assert paper.basis == f"《番禺区数字政府建设智慧政务服务管理办法（试行）》第二十八条第一款{item}"
    assert words in paper.ground
    assert (paper.facts, paper.evidence) == ("居住证明系伪造。", ("办件",))
    assert paper.effect.startswith("自您收到本决定之日起三个月内，不能使用网上办事大厅的在线申请功能")
    assert "自收到本决定或者知悉之日起三十个工作日内" in paper.remedy
    assert "向作出决定的本局" in paper.remedy
    assert paper.office == "广州市番禺区政务服务数据管理局"


def test_the_words_of_the_paper_are_the_periods_of_law() -> None:
    numbers = {term: in_force(term, date(2026, 11, 24)).number for term in (Term.BAN, Term.APPEAL)}
    assert numbers == {Term.BAN: 3, Term.APPEAL: 30}


def test_a_proposal_has_no_number() -> None:
    proposed: Any = {key: value for key, value in ban(State.PROPOSED).items() if key != "sequence"}
    assert number_of(proposed) == ""


@pytest.mark.article("28.decision")
@pytest.mark.parametrize(
    ("before", "actor", "absent", "another"),
    [
        (["staff:li"], "staff:wang", "", True),
        (["staff:li"], "staff:li", "", False),
        (["staff:li"], "staff:wang", "staff:li", False),
        (["staff:li"], "staff:li", "staff:wang", False),
        (["staff:li", "staff:wang"], "staff:wang", "", False),
        (["staff:li", "staff:wang"], "staff:zhao", "staff:wang", False),
        ([], "staff:li", "", True),
    ],
)
def test_who_is_another(before: list[str], actor: str, absent: str, another: bool) -> None:
    by = replace(cause_at(START, actor), on_behalf_of=absent)
    assert people_of(by) == [one for one in (actor, absent) if one]
    if another:
        check_another(before, by)
    else:
        with pytest.raises(SameOfficer):
            check_another(before, by)


@pytest.mark.parametrize(
    ("day", "workdays"),
    [(date(2020, 1, 1), 15), (date(2026, 6, 30), 15), (date(2026, 7, 1), 10), (date(2030, 1, 1), 10)],
)
def test_a_setting_holds_from_its_day_on(day: date, workdays: int) -> None:
    settings = (Within(date(2020, 1, 1), 15), Within(date(2026, 7, 1), 10))
    assert in_force_on(settings, day).workdays == workdays


@pytest.mark.parametrize("words", ["", " \n\u200b", "字" * (LONGEST + 1)])
def test_what_is_no_reason(words: str) -> None:
    with pytest.raises(ReasonRequired):
        written(words, ReasonRequired)


def test_what_is_written_is_kept_in_its_normal_form() -> None:
    assert written("  " + "字" * LONGEST, ReasonRequired) == "字" * LONGEST
