"""A member leaves: what is assigned to them is handed over, all of it and once, wherever the worker dies."""

import asyncio
from typing import Any

import pytest

from models import staff
from models.applications import Holding, leaving
from models.applications.holding import CannotHold
from models.applications.leaving import Leaving
from models.events import Cause, Channel
from models.schedule import Due
from models.staff import HAND_OVER, Role
from models.staff.employment import SETTLED
from models.staff.members import Staff
from tests.house.desk import Desk
from tests.house.guides import OTHER, USCC, form_guide
from tests.house.staff import Post

GOES, HEIR = "goes", "heir"


@pytest.fixture
async def at_work(desk: Desk) -> Desk:
    """With one who will go, and one who stays at the same department."""
    await desk.stores.staff.documents.delete_many({})
    await desk.stores.applications.documents.delete_many({})
    for name in (GOES, HEIR, "boss"):
        await desk.house.member(name, Post((Role.APPROVER,), USCC))
    await desk.house.member("admin")
    return desk


async def held(desk: Desk, count: int) -> list[str]:
    """Applications that are assigned to the one who goes, and are open."""
    first = await desk.submitted(form_guide())
    await desk.take(first["_id"], await desk.stores.staff.get(GOES))
    whole = await desk.stores.applications.documents.find_one({"_id": first["_id"]})
    more = [
        {**whole, "_id": f"{number:032x}", "serial": f"S{number}", "under_way": f"u{number}", "events": []}
        for number in range(count - 1)
    ]
    if more:
        await desk.stores.applications.documents.insert_many(more)
    return [first["_id"], *(one["_id"] for one in more)]


async def due_of(desk: Desk, heir: str) -> Due:
    """The member has left; the plan whose moment has come."""
    gone = await desk.stores.leaving.leave(GOES, heir, desk.house.by_staff("admin"))
    event = gone["events"][-1]
    [plan] = event["plans"]
    assert (event["name"], plan["what"]) == ("staff.left", HAND_OVER)
    assert plan["at"] == event["at"] + SETTLED
    return Due(f"{event['id']}:{HAND_OVER}", HAND_OVER, GOES, plan["at"], 1, "lease")


def by(due: Due) -> Cause:
    return Cause("system", due.at, Channel.SYSTEM, due.key)


async def whose(desk: Desk) -> dict[str, int]:
    found: dict[str, int] = {}
    async for one in desk.stores.applications.documents.find({}):
        found[one.get("assigned", "")] = found.get(one.get("assigned", ""), 0) + 1
    return found


@pytest.mark.parametrize("heir", [HEIR, ""])
async def test_all_that_is_open_goes_to_the_heir_or_back(
    at_work: Desk, heir: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "BATCH", 3)
    keys = await held(at_work, 8)
    await at_work.stores.applications.documents.update_one({"_id": keys[1]}, {"$set": {"state": "concluded"}})
    due = await due_of(at_work, heir)
    assert await at_work.stores.leaving.hand_over(due, by(due))
    assert await whose(at_work) == {heir: 7, GOES: 1}
    trail = (await at_work.get(keys[0]))["internal"][-1]
    assert (trail["actor"], trail.get("to"), trail.get("reason")) == (
        "system",
        heir,
        "原承办人goes的姓名已离岗",
    )
    gone = await at_work.stores.staff.get(GOES)
    assert gone["handed_over"] == 7
    assert gone["events"][-1]["data"] == {"count": 7, "heir": heir}
    assert not await at_work.stores.leaving.hand_over(due, by(due))
    assert (await at_work.stores.staff.get(GOES))["events"] == gone["events"]


@pytest.mark.parametrize("dies_at", [0, 1, 4])
async def test_wherever_it_dies_the_next_look_does_the_rest_and_counts_right(
    at_work: Desk, dies_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await held(at_work, 5)
    due = await due_of(at_work, HEIR)
    kept, calls = Staff.count_handed_over, iter(range(100))

    async def dies(self: Staff, username: str, session: Any) -> None:
        await kept(self, username, session)
        if next(calls) == dies_at:
            raise SystemError

    monkeypatch.setattr(Staff, "count_handed_over", dies)
    with pytest.raises(SystemError):
        await at_work.stores.leaving.hand_over(due, by(due))
    assert (await whose(at_work)).get(HEIR, 0) == dies_at
    assert await at_work.stores.leaving.hand_over(due, by(due))
    assert await whose(at_work) == {HEIR: 5}
    assert (await at_work.stores.staff.get(GOES))["handed_over"] == 5


async def test_of_two_looks_at_one_time_each_application_is_handed_over_once(at_work: Desk) -> None:
    keys = await held(at_work, 12)
    due = await due_of(at_work, HEIR)
    looks = await asyncio.gather(*(at_work.stores.leaving.hand_over(due, by(due)) for _ in range(3)))
    assert sorted(looks) == [False, False, True]
    for key in keys:
        lines = [line for line in (await at_work.get(key))["internal"] if line["actor"] == "system"]
        assert len(lines) == 1
    assert (await at_work.stores.staff.get(GOES))["handed_over"] == 12


async def test_what_a_look_leaves_another_one_is_planned_for(
    at_work: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "BATCH", 2)
    monkeypatch.setattr(leaving, "BATCHES_A_LOOK", 2)
    await held(at_work, 9)
    due, looks = await due_of(at_work, HEIR), list[int]()
    while "handed_over_at" not in await at_work.stores.staff.get(GOES):
        assert await at_work.stores.leaving.hand_over(due, by(due))
        looks.append((await whose(at_work))[HEIR])
        event = (await at_work.stores.staff.get(GOES))["events"][-1]
        due = Due(f"{event['id']}:{HAND_OVER}", HAND_OVER, GOES, due.at, 1, "lease")
        assert ("plans" in event) == (looks[-1] < 9)
    assert looks == [4, 8, 9]


async def test_what_another_has_meanwhile_stays_theirs(at_work: Desk) -> None:
    [key] = await held(at_work, 1)
    due = await due_of(at_work, "")
    case = await at_work.at(key, await at_work.house.member("management"))
    holding: Holding = at_work.stores.holding
    await holding.assign(case, GOES, "boss", "", at_work.house.by_staff("management"))
    assert await at_work.stores.leaving.hand_over(due, by(due))
    assert await whose(at_work) == {"boss": 1}


async def test_what_the_heir_cannot_handle_goes_back_into_the_queue(at_work: Desk) -> None:
    keys = await held(at_work, 3)
    documents = at_work.stores.applications.documents
    await documents.update_one({"_id": keys[2]}, {"$set": {"department": OTHER}})
    due = await due_of(at_work, HEIR)
    assert await at_work.stores.leaving.hand_over(due, by(due))
    assert await whose(at_work) == {HEIR: 2, "": 1}
    assert (await at_work.get(keys[2])).get("assigned") == ""


@pytest.mark.parametrize(
    ("change", "left", "why"),
    [
        ("elsewhere", {"": 2}, "岗位已调整"),
        ("another role", {"": 2}, "岗位已调整"),
        ("locked", {"": 2}, "已锁定"),
        ("another role that handles", {GOES: 2}, ""),
        ("locked, and let in again", {GOES: 2}, ""),
    ],
)
async def test_what_a_member_cannot_handle_any_more_goes_back(
    at_work: Desk, change: str, left: dict[str, int], why: str
) -> None:
    """So that it waits for those who can: it would stand in nobody's list."""
    keys, admin = await held(at_work, 2), at_work.house.by_staff("admin")
    employment = at_work.stores.employment
    if change.startswith("locked"):
        changed = await employment.suspend(GOES, admin)
    else:
        role = Role.SUPERVISOR if change == "another role" else Role.REVIEWER
        where = OTHER if change == "elsewhere" else USCC
        changed = await employment.post(GOES, staff.Post((role,), where), admin)
    event = changed["events"][-1]
    if change == "locked, and let in again":
        await employment.reset(GOES, "three small stones", admin)
    [plan] = event["plans"]
    due = Due(f"{event['id']}:{HAND_OVER}", HAND_OVER, GOES, plan["at"], 1, "lease")
    assert await at_work.stores.leaving.hand_over(due, by(due)) == bool(why)
    assert not await at_work.stores.leaving.hand_over(due, by(due))
    assert await whose(at_work) == left
    trail = (await at_work.get(keys[0])).get("internal", [])
    assert [line.get("reason") for line in trail if not line.get("to")] == (
        [f"原承办人{changed['name']}{why}"] if why else []
    )


async def test_an_heir_who_has_left_too_is_none(at_work: Desk) -> None:
    await held(at_work, 2)
    due = await due_of(at_work, HEIR)
    await at_work.stores.leaving.leave(HEIR, "", at_work.house.by_staff("admin"))
    assert await at_work.stores.leaving.hand_over(due, by(due))
    assert await whose(at_work) == {"": 2}


@pytest.mark.parametrize("heir", [GOES, "civil", "nobody", "digital"])
async def test_who_cannot_hold_it_is_no_heir_and_the_member_stays(at_work: Desk, heir: str) -> None:
    for name in ("civil", "digital"):
        await at_work.house.member(name)
    with pytest.raises(CannotHold):
        await at_work.stores.leaving.leave(GOES, heir, at_work.house.by_staff("admin"))
    assert "left_at" not in await at_work.stores.staff.get(GOES)


async def test_what_is_left_open_is_counted(at_work: Desk) -> None:
    await held(at_work, 3)
    service: Leaving = at_work.stores.leaving
    assert (await service.left_open(GOES), await service.left_open(HEIR)) == (3, 0)
    found = await at_work.stores.applications.documents.find(
        {"assigned": GOES, "state": {"$in": ["submitted"]}}
    ).explain()
    assert "assigned" in str(found["queryPlanner"]["winningPlan"])
