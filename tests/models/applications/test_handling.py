"""What staff may do, see and decide (articles 5, 10, 12, 15)."""

from datetime import timedelta

import pytest

from models.applications import Action, Application, State, current_files, may
from models.errors import Conflict, Forbidden, Refused
from models.staff.scopes import Role
from models.store import Document
from tests.house.clock import Clock
from tests.house.desk import Desk
from tests.house.guides import OTHER, USCC, form_guide, plain_guide
from tests.house.staff import Post

FIRST = {Action.ACCEPT, Action.REQUEST_SUPPLEMENT, Action.NOT_ACCEPT}
AGAIN = {Action.ACCEPT, Action.NOT_ACCEPT}
DECISION = {Action.PAUSE, Action.RETURN, Action.CONCLUDE}


@pytest.mark.article("5.duties", "10.added", "12.supplement")
@pytest.mark.parametrize(
    ("member", "department", "first", "again", "accepted"),
    [
        ("approver", USCC, FIRST, AGAIN, DECISION),
        ("approver", OTHER, set(), set(), set()),
        ("unplaced", OTHER, set(), set(), set()),
        ("window", OTHER, FIRST, AGAIN, set()),
        ("both", USCC, FIRST, AGAIN, DECISION),
        ("both", OTHER, FIRST, AGAIN, set()),
        ("management", OTHER, set(), {Action.REQUEST_SUPPLEMENT}, set()),
    ],
)
async def test_what_a_member_may_do_now(
    desk: Desk,
    member: str,
    department: str,
    first: set[Action],
    again: set[Action],
    accepted: set[Action],
) -> None:
    known = await desk.house.member(member)

    def allowed(application: Application) -> set[Action]:
        return {action for action in Action if may(known, application, action)}

    found = await desk.submitted(form_guide(department=department))
    key = found["_id"]
    assert allowed(found) == first
    await desk.request_supplement(key, [], ["kind"], "请核对", member="window")
    assert allowed(await desk.supplement(key, {"kind": "new"})) == again
    assert allowed(await desk.accept(key, "window")) == accepted
    assert allowed(await desk.approve(key, "civil" if department == OTHER else "approver")) == set()


@pytest.mark.article("10.department", "5.duties")
async def test_the_windows_wide_view_decides_nothing(desk: Desk) -> None:
    found = await desk.submitted(form_guide(department=OTHER))
    await desk.accept(found["_id"], "both")
    with pytest.raises(Forbidden) as other:
        await desk.approve(found["_id"], "both")
    assert other.value.code == "other_department"
    own = Post((Role.WINDOW, Role.APPROVER), OTHER)
    await desk.approve(found["_id"], await desk.house.member("both_there", own))


@pytest.mark.article("10.department", "5.duties")
async def test_a_member_without_a_department_is_of_none(desk: Desk) -> None:
    for department in (USCC, OTHER):
        await desk.submitted(form_guide(1 if department == USCC else 2, department=department))
    assert await desk.queue("unplaced") == []
    assert len(await desk.queue("window")) == 2  # the role's reach is the district
    [own] = await desk.queue("approver")
    with pytest.raises(Forbidden) as refused:
        await desk.accept(own["_id"], "unplaced")
    assert refused.value.code == "other_department"


@pytest.mark.article("12.non_acceptance")
async def test_non_acceptance_needs_reason_and_basis(desk: Desk) -> None:
    found = await desk.submitted()
    for reason, basis in (("", "法"), ("不符合", " ")):
        with pytest.raises(Refused):
            await desk.not_accept(found["_id"], reason, basis)
    ended = await desk.not_accept(found["_id"], "未满60周岁", "办法第二条")
    assert ended["state"] == State.NOT_ACCEPTED
    assert ended["timeline"][-1]["reason"] == "未满60周岁"


@pytest.mark.article("15.electronic", "12.denial")
async def test_a_result_is_electronic_before_it_is_handed_over(desk: Desk) -> None:
    found = await desk.submitted()
    key = found["_id"]
    await desk.accept(key, "window")
    with pytest.raises(Refused) as missing:
        await desk.conclude(key, "approved", "", None)
    assert missing.value.code == "deliverable_missing"
    with pytest.raises(Refused) as silent:
        await desk.conclude(key, "denied", " ", None)
    assert silent.value.code == "reason_required"
    [paper, _], result = found["materials"], await desk.result(key)
    ended = await desk.conclude(key, "approved", "", result)
    assert (ended["state"], current_files(ended)) == (State.CONCLUDED, {paper["file"], result["_id"]})
    for _ in range(2):
        with pytest.raises(Conflict):
            await desk.approve(key)


async def test_scopes_and_departments(desk: Desk) -> None:
    found = await desk.submitted()
    with pytest.raises(Forbidden) as other:
        await desk.accept(found["_id"], "civil")
    assert other.value.code == "other_department"
    await desk.accept(found["_id"], "window")
    with pytest.raises(Forbidden) as scope:
        await desk.approve(found["_id"], "window")
    assert scope.value.code == "scope_missing"


async def test_the_queue_is_the_departments_own_earliest_deadline_first(desk: Desk, clock: Clock) -> None:
    keys = []
    for number in range(3):
        found = await desk.submitted(form_guide(number))
        keys.append(found["_id"])
        clock.advance(timedelta(days=1))
    assert [one["_id"] for one in await desk.queue("approver")] == keys
    assert await desk.queue("civil") == []
    first = await desk.queue("window", limit=1)
    rest = await desk.queue("window", after=first[0]["_id"])
    assert [one["_id"] for one in (*first, *rest)] == keys
    assert all("answers" not in one for one in rest)


async def test_what_no_clock_runs_for_is_listed_latest_change_first(desk: Desk, clock: Clock) -> None:
    keys: list[str] = []
    for number in range(5):
        found = await desk.submitted(form_guide(number))
        keys.insert(0, found["_id"])
    for key in reversed(keys[:4]):
        clock.advance(timedelta(hours=1))
        await desk.withdraw(key)
    # at the same time as the last withdrawal
    await desk.not_accept(keys[4], "不在番禺居住", "条例第九条")
    ended = (State.WITHDRAWN, State.NOT_ACCEPTED)
    latest = sorted([keys[0], keys[4]], reverse=True)
    order = [*latest, *keys[1:4]]
    seen: list[str] = []
    while page := await desk.queue("approver", ended, 2, seen[-1] if seen else None):
        seen += [one["_id"] for one in page]
    assert seen == order
    assert [
        one["_id"] async for one in desk.stores.handling.listed(await desk.house.member("window"), ended, 3)
    ] == order[:3]
    assert [
        one async for one in desk.stores.handling.listed(await desk.house.member("civil"), ended, 3)
    ] == []


@pytest.mark.parametrize("member", ["window", "approver"])
@pytest.mark.parametrize(
    "states", [(State.SUPPLEMENT_REQUESTED,), (State.CONCLUDED, State.RETURNED, State.WITHDRAWN)]
)
async def test_a_list_without_clocks_is_read_in_its_order(
    desk: Desk, clock: Clock, member: str, states: tuple[State, ...]
) -> None:
    """Of so many that the order matters: copies of one, each with an id and a time of its own."""
    guide = plain_guide(several=True)
    patterns = [await desk.house.application(state, guide=guide) for state in states]
    copies: list[Document] = [
        {**patterns[number % len(states)], "_id": f"{number}", "serial": f"{number}", "events": []}
        | {"timeline": [], "supplements": [], "refusal": None, "result": None}
        | {"changed_at": clock.now() - timedelta(minutes=number)}
        for number in range(200)
    ]
    await desk.stores.applications.documents.insert_many(copies)
    known = await desk.house.member(member)
    for after in (None, "90"):
        query, order = await desk.stores.handling.selection(known, states, after)
        explained = await desk.stores.applications.documents.find(query).sort(order).limit(30).explain()
        plan = str(explained["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in plan
        assert "'stage': 'SORT'" not in plan
