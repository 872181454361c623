"""What staff may do, see and decide (articles 5, 10, 12, 15)."""

import pytest

from models.applications import Action, Application, ApplicationNotFound, State, current_files, may
from models.errors import Conflict, Forbidden, Refused
from models.staff.scopes import Role
from tests.house.desk import Desk
from tests.house.guides import OTHER, USCC, form_guide
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
    assert (await desk.queue("unplaced"))[0] == []
    assert len((await desk.queue("window"))[0]) == 2  # the role's reach is the district
    [own] = (await desk.queue("approver"))[0]
    with pytest.raises(ApplicationNotFound):
        await desk.accept(own["_id"], "unplaced")


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
    with pytest.raises(ApplicationNotFound):
        await desk.accept(found["_id"], "civil")
    await desk.accept(found["_id"], "window")
    with pytest.raises(Forbidden) as scope:
        await desk.approve(found["_id"], "window")
    assert scope.value.code == "scope_missing"
