"""What staff may do, see and decide (articles 5, 10, 12, 15)."""

from datetime import timedelta
from typing import Any

import pytest

from models.applications import Action, State, current_files, may
from models.errors import Conflict, Forbidden, Refused
from models.staff import Member
from models.staff.scopes import Role
from models.store import Document
from tests.conftest import Clock
from tests.models.applying import APPROVER, OFFICE, PDF, STRANGER, SUPERVISOR, WINDOW, Desk, guide

BOTH: Member = {**APPROVER, "roles": [Role.WINDOW, Role.APPROVER]}
ALL_DEPARTMENTS: Member = {**APPROVER, "department": None}
FIRST = {Action.ACCEPT, Action.REQUEST_SUPPLEMENT, Action.NOT_ACCEPT}
DECISION = {Action.PAUSE, Action.RETURN, Action.CONCLUDE}


@pytest.mark.article(5, 12)
@pytest.mark.parametrize(
    ("member", "department", "submitted", "again", "accepted"),
    [
        (APPROVER, "own", FIRST, {Action.ACCEPT, Action.NOT_ACCEPT}, DECISION),
        (APPROVER, "other", set(), set(), set()),
        (ALL_DEPARTMENTS, "other", FIRST, {Action.ACCEPT, Action.NOT_ACCEPT}, DECISION),
        (WINDOW, "other", FIRST, {Action.ACCEPT, Action.NOT_ACCEPT}, set()),
        (BOTH, "own", FIRST, {Action.ACCEPT, Action.NOT_ACCEPT}, DECISION),
        (BOTH, "other", FIRST, {Action.ACCEPT, Action.NOT_ACCEPT}, set()),
        (SUPERVISOR, "other", set(), {Action.REQUEST_SUPPLEMENT}, set()),
    ],
)
def test_what_a_member_may_do_now(
    member: Member,
    department: str,
    submitted: set[Action],
    again: set[Action],
    accepted: set[Action],
) -> None:
    def allowed(state: State, supplements: list[Document]) -> set[Action]:
        of = OFFICE if department == "own" else "yet another"
        application: Any = {"state": state, "department": of, "supplements": supplements}
        return {action for action in Action if may(member, application, action)}

    assert allowed(State.SUBMITTED, []) == submitted
    assert allowed(State.SUBMITTED, [{"materials": []}]) == again
    assert allowed(State.ACCEPTED, [{"materials": []}]) == accepted
    assert allowed(State.CONCLUDED, []) == set()


@pytest.mark.article(5)
async def test_the_windows_wide_view_decides_nothing(desk: Desk) -> None:
    found = await desk.submitted()
    both: Member = {**BOTH, "department": "another"}
    await desk.accept(found["_id"], both)
    with pytest.raises(Forbidden) as other:
        await desk.conclude(found["_id"], both, "approved", "", PDF)
    assert other.value.code == "other_department"
    await desk.conclude(found["_id"], BOTH, "approved", "", PDF)


@pytest.mark.article(12)
async def test_non_acceptance_needs_reason_and_basis(desk: Desk) -> None:
    found = await desk.submitted()
    for reason, basis in (("", "法"), ("不符合", " ")):
        with pytest.raises(Refused):
            await desk.not_accept(found["_id"], WINDOW, reason, basis)
    ended = await desk.not_accept(found["_id"], WINDOW, "未满60周岁", "办法第二条")
    assert ended["state"] == State.NOT_ACCEPTED
    assert ended["timeline"][-1]["reason"] == "未满60周岁"


@pytest.mark.article(15)
async def test_a_result_is_electronic_before_it_is_handed_over(desk: Desk) -> None:
    found = await desk.submitted()
    key = found["_id"]
    await desk.accept(key, WINDOW)
    with pytest.raises(Refused) as missing:
        await desk.conclude(key, APPROVER, "approved", "", None)
    assert missing.value.code == "deliverable_missing"
    with pytest.raises(Refused) as silent:
        await desk.conclude(key, APPROVER, "denied", " ", None)
    assert silent.value.code == "reason_required"
    ended = await desk.conclude(key, APPROVER, "approved", "", PDF)
    assert (ended["state"], current_files(ended)) == (State.CONCLUDED, {"0" * 32, PDF["_id"]})
    for _ in range(2):
        with pytest.raises(Conflict):
            await desk.conclude(key, APPROVER, "approved", "", PDF)


async def test_scopes_and_departments(desk: Desk) -> None:
    found = await desk.submitted()
    with pytest.raises(Forbidden) as other:
        await desk.accept(found["_id"], STRANGER)
    assert other.value.code == "other_department"
    await desk.accept(found["_id"], WINDOW)
    with pytest.raises(Forbidden) as scope:
        await desk.conclude(found["_id"], WINDOW, "approved", "", PDF)
    assert scope.value.code == "scope_missing"


async def test_the_queue_is_the_departments_own_earliest_deadline_first(desk: Desk, clock: Clock) -> None:
    keys = []
    for number in range(3):
        found = await desk.submitted(guide(item=f"{OFFICE}{number:013}"))
        keys.append(found["_id"])
        clock.advance(timedelta(days=1))
    assert [one["_id"] for one in await desk.handling.queue(APPROVER)] == keys
    assert await desk.handling.queue(STRANGER) == []
    first = await desk.handling.queue(WINDOW, limit=1)
    rest = await desk.handling.queue(WINDOW, after=first[0]["_id"])
    assert [one["_id"] for one in (*first, *rest)] == keys
    assert all("answers" not in one for one in rest)


@pytest.mark.article(10)
async def test_what_no_clock_runs_for_is_listed_latest_change_first(desk: Desk, clock: Clock) -> None:
    keys: list[str] = []
    for number in range(5):
        found = await desk.submitted(guide(item=f"{OFFICE}{number:013}"))
        keys.insert(0, found["_id"])
    for key in reversed(keys[:4]):
        clock.advance(timedelta(hours=1))
        await desk.withdraw(key)
    # at the same time as the last withdrawal
    await desk.not_accept(keys[4], WINDOW, "不在番禺居住", "条例第九条")
    ended = (State.WITHDRAWN, State.NOT_ACCEPTED)
    latest = sorted([keys[0], keys[4]], reverse=True)
    order = [*latest, *keys[1:4]]
    seen: list[str] = []
    while page := await desk.handling.queue(APPROVER, ended, 2, seen[-1] if seen else None):
        seen += [one["_id"] for one in page]
    assert seen == order
    assert [one["_id"] async for one in desk.handling.listed(WINDOW, ended, 3)] == order[:3]
    assert [one async for one in desk.handling.listed(STRANGER, ended, 3)] == []


@pytest.mark.parametrize("member", [WINDOW, APPROVER])
@pytest.mark.parametrize("states", [("supplement_requested",), ("concluded", "returned", "withdrawn")])
async def test_a_list_without_clocks_is_read_in_its_order(
    desk: Desk, clock: Clock, member: Member, states: tuple[str, ...]
) -> None:
    times = [clock.now() - timedelta(minutes=number) for number in range(200)]
    bare = [
        dict.fromkeys(("_id", "serial", "draft"), f"{number}")
        | {"state": states[number % len(states)], "changed_at": time, "due_at": None}
        | {"department": OFFICE, "type": "other"}
        for number, time in enumerate(times)
    ]
    await desk.applications.documents.insert_many(bare)
    for after in (None, "90"):
        query, order = await desk.handling.selection(member, states, after)
        explained = await desk.applications.documents.find(query).sort(order).limit(30).explain()
        plan = str(explained["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in plan
        assert "'stage': 'SORT'" not in plan
