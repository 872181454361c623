"""What staff may do, see and decide (articles 5, 10, 12, 15)."""

from datetime import timedelta

import pytest

from models.applications import Action, Applications, State, may
from models.errors import Conflict, Forbidden, Refused
from models.people.parties import Party
from models.staff.scopes import Role
from models.store import Document
from tests.conftest import Clock, MakeCause
from tests.models.applying import (
    APPROVER,
    CALENDAR,
    OFFICE,
    PDF,
    STRANGER,
    SUPERVISOR,
    WINDOW,
    guide,
    submitted,
)

BOTH: Document = {**APPROVER, "roles": [Role.WINDOW.value, Role.APPROVER.value]}
ALL_DEPARTMENTS: Document = {**APPROVER, "department": None}
FIRST = {Action.ACCEPT, Action.REQUEST_SUPPLEMENT, Action.NOT_ACCEPT}
DECISION = {Action.RETURN, Action.CONCLUDE}


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
    member: Document,
    department: str,
    submitted: set[Action],
    again: set[Action],
    accepted: set[Action],
) -> None:
    def allowed(state: State, supplements: list[Document]) -> set[Action]:
        of = OFFICE["_id"] if department == "own" else "yet another"
        application = {"state": state.value, "department": of, "supplements": supplements}
        return {action for action in Action if may(member, application, action)}

    assert allowed(State.SUBMITTED, []) == submitted
    assert allowed(State.SUBMITTED, [{"materials": []}]) == again
    assert allowed(State.ACCEPTED, [{"materials": []}]) == accepted
    assert allowed(State.CONCLUDED, []) == set()


@pytest.mark.article(5)
async def test_the_windows_wide_view_decides_nothing(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    found = await submitted(applications, party, cause)
    both = {**BOTH, "department": "another"}
    await applications.accept(found["_id"], both, guide(), CALENDAR, cause())
    with pytest.raises(Forbidden) as other:
        await applications.conclude(found["_id"], both, guide(), "approved", "", PDF, cause())
    assert other.value.code == "other_department"
    await applications.conclude(found["_id"], BOTH, guide(), "approved", "", PDF, cause())


@pytest.mark.article(12)
async def test_non_acceptance_needs_reason_and_basis(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    found = await submitted(applications, party, cause)
    for reason, basis in (("", "法"), ("不符合", " ")):
        with pytest.raises(Refused):
            await applications.not_accept(found["_id"], WINDOW, reason, basis, cause())
    ended = await applications.not_accept(found["_id"], WINDOW, "未满60周岁", "办法第二条", cause())
    assert ended["state"] == State.NOT_ACCEPTED
    assert ended["timeline"][-1]["reason"] == "未满60周岁"


@pytest.mark.article(15)
async def test_a_result_is_electronic_before_it_is_handed_over(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    found = await submitted(applications, party, cause)
    key = found["_id"]
    await applications.accept(key, WINDOW, guide(), CALENDAR, cause())
    with pytest.raises(Refused) as missing:
        await applications.conclude(key, APPROVER, guide(), "approved", "", None, cause())
    assert missing.value.code == "deliverable_missing"
    with pytest.raises(Refused) as silent:
        await applications.conclude(key, APPROVER, guide(), "denied", " ", None, cause())
    assert silent.value.code == "reason_required"
    ended = await applications.conclude(key, APPROVER, guide(), "approved", "", PDF, cause())
    assert (ended["state"], ended["result"]["deliverable"]) == (State.CONCLUDED, PDF["_id"])
    for _ in range(2):
        with pytest.raises(Conflict):
            await applications.conclude(key, APPROVER, guide(), "approved", "", PDF, cause())


async def test_scopes_and_departments(applications: Applications, party: Party, cause: MakeCause) -> None:
    found = await submitted(applications, party, cause)
    with pytest.raises(Forbidden) as other:
        await applications.accept(found["_id"], STRANGER, guide(), CALENDAR, cause())
    assert other.value.code == "other_department"
    await applications.accept(found["_id"], WINDOW, guide(), CALENDAR, cause())
    with pytest.raises(Forbidden) as scope:
        await applications.conclude(found["_id"], WINDOW, guide(), "approved", "", PDF, cause())
    assert scope.value.code == "scope_missing"


async def test_the_queue_is_the_departments_own_earliest_deadline_first(
    applications: Applications, party: Party, cause: MakeCause, clock: Clock
) -> None:
    keys = []
    for number in range(3):
        found = await submitted(applications, party, cause, guide(item=f"{OFFICE['_id']}{number:013}"))
        keys.append(found["_id"])
        clock.advance(timedelta(days=1))
    assert [one["_id"] for one in await applications.queue(APPROVER)] == keys
    assert await applications.queue(STRANGER) == []
    first = await applications.queue(WINDOW, limit=1)
    rest = await applications.queue(WINDOW, after=first[0]["_id"])
    assert [one["_id"] for one in (*first, *rest)] == keys
    assert all("answers" not in one for one in rest)


@pytest.mark.article(10)
async def test_what_no_clock_runs_for_is_listed_latest_change_first(
    applications: Applications, party: Party, cause: MakeCause, clock: Clock
) -> None:
    keys: list[str] = []
    for number in range(5):
        found = await submitted(applications, party, cause, guide(item=f"{OFFICE['_id']}{number:013}"))
        keys.insert(0, found["_id"])
    for key in reversed(keys[:4]):
        clock.advance(timedelta(hours=1))
        await applications.withdraw(key, party, cause())
    # at the same time as the last withdrawal
    await applications.not_accept(keys[4], WINDOW, "不在番禺居住", "条例第九条", cause())
    ended = (State.WITHDRAWN, State.NOT_ACCEPTED)
    latest = sorted([keys[0], keys[4]], reverse=True)
    order = [*latest, *keys[1:4]]
    seen: list[str] = []
    while page := await applications.queue(APPROVER, ended, 2, seen[-1] if seen else None):
        seen += [one["_id"] for one in page]
    assert seen == order
    assert [one["_id"] async for one in applications.listed(WINDOW, ended, 3)] == order[:3]
    assert [one async for one in applications.listed(STRANGER, ended, 3)] == []


@pytest.mark.parametrize("member", [WINDOW, APPROVER])
@pytest.mark.parametrize("states", [("supplement_requested",), ("concluded", "returned", "withdrawn")])
async def test_a_list_without_clocks_is_read_in_its_order(
    applications: Applications, clock: Clock, member: Document, states: tuple[str, ...]
) -> None:
    times = [clock.now() - timedelta(minutes=number) for number in range(200)]
    bare = [
        dict.fromkeys(("_id", "serial", "draft"), f"{number}")
        | {"state": states[number % len(states)], "changed_at": time, "due_at": None}
        | {"department": OFFICE["_id"]}
        for number, time in enumerate(times)
    ]
    await applications.documents.insert_many(bare)
    for after in (None, "90"):
        query, order = await applications.selection(member, states, after)
        explained = await applications.documents.find(query).sort(order).limit(30).explain()
        plan = str(explained["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in plan
        assert "'stage': 'SORT'" not in plan
