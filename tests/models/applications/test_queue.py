"""The queue of staff: in which order, page by page, and what of it waits for a member (articles 10, 12)."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.applications import CLOCKED, SEEN, Action, Application, Sought, State, may
from models.applications.work import work_of
from models.paging import Position, behind, position
from models.staff import Member, Role, Scope, reaches, scopes_of
from models.store import Document, PageUnknown
from tests.house.clock import START, Clock
from tests.house.desk import Desk
from tests.house.guides import OTHER, USCC, form_guide
from tests.house.staff import POSTS, Post

ENDED = (State.WITHDRAWN, State.NOT_ACCEPTED)


async def keys(desk: Desk, member: str, states: tuple[State, ...] = CLOCKED) -> list[str]:
    return [one["_id"] for one in (await desk.queue(member, states))[0]]


async def test_the_queue_is_the_departments_own_earliest_deadline_first(desk: Desk, clock: Clock) -> None:
    made = []
    for number in range(3):
        found = await desk.submitted(form_guide(number))
        made.append(found["_id"])
        clock.advance(timedelta(days=1))
    assert await keys(desk, "approver") == made
    assert await keys(desk, "civil") == []
    first, after = await desk.queue("window", limit=1)
    rest, end = await desk.queue("window", after=after)
    assert [one["_id"] for one in (*first, *rest)] == made
    assert end == ""
    assert all("answers" not in one for one in rest)


async def test_what_no_clock_runs_for_is_listed_latest_change_first(desk: Desk, clock: Clock) -> None:
    made: list[str] = []
    for number in range(5):
        found = await desk.submitted(form_guide(number))
        made.insert(0, found["_id"])
    for key in reversed(made[:4]):
        clock.advance(timedelta(hours=1))
        await desk.withdraw(key)
    # at the same time as the last withdrawal
    await desk.not_accept(made[4], "不在番禺居住", "条例第九条")
    order = [*sorted([made[0], made[4]], reverse=True), *made[1:4]]
    seen, after = await desk.queue("approver", ENDED, 2)
    while after:
        page, after = await desk.queue("approver", ENDED, 2, after)
        seen += page
    assert [one["_id"] for one in seen] == order
    assert await keys(desk, "window", ENDED) == order
    assert await keys(desk, "civil", ENDED) == []


@pytest.mark.parametrize("change", ["taken further", "gone"])
async def test_the_next_page_goes_on_where_the_last_line_was(desk: Desk, clock: Clock, change: str) -> None:
    """Though that line is elsewhere by now."""
    made = []
    for number in range(4):
        made.append((await desk.submitted(form_guide(number)))["_id"])
        clock.advance(timedelta(days=1))
    _, after = await desk.queue("approver", CLOCKED, 2)
    if change == "gone":
        await desk.stores.applications.documents.delete_one({"_id": made[1]})
    else:
        await desk.accept(made[1])  # due weeks later
    rest, _ = await desk.queue("approver", CLOCKED, 50, after)
    assert [one["_id"] for one in rest][:2] == made[2:]


async def test_cases_of_a_list_are_gone_through_one_by_one(desk: Desk, clock: Clock) -> None:
    """There and back; a case that has left the list, or stands elsewhere in it, holds nobody up."""
    made = []
    for number in range(4):
        made.append(await desk.submitted(form_guide(number)))
        clock.advance(timedelta(days=1))
    order = [one["_id"] for one in made]
    places = [Position(one["due_at"], one["_id"]).cursor for one in made]
    assert await walked(desk, places[0], 1) == order[1:]
    assert await walked(desk, places[-1], 0) == order[-2::-1]
    await desk.accept(order[3])  # due weeks later
    assert await walked(desk, places[3], 1) == []  # it is not its own neighbour
    await desk.accept(order[1])
    moved = sorted([order[1], order[3]])  # due at the same time
    assert await walked(desk, places[0], 1) == [order[2], *moved]
    await desk.not_accept(order[2], "不在番禺居住", "条例第九条")
    assert await walked(desk, places[2], 1) == moved
    assert await walked(desk, places[2], 0) == [order[0]]
    await desk.stores.applications.documents.delete_one({"_id": order[0]})
    assert await walked(desk, places[0], 1) == moved
    assert await walked(desk, places[0], 1, "civil") == []


async def walked(desk: Desk, place: str, side: int, member: str = "approver") -> list[str]:
    """The cases that one comes by from a place, going on to the neighbour on a `side`: 0 before, 1 behind."""
    known, seen = await desk.known(member), list[str]()
    while one := (await desk.stores.queue.beside(known, Sought(CLOCKED), desk.stores.clock(), place))[side]:
        seen.append(one.key)
        place = one.place
    return seen


@pytest.mark.parametrize("after", ["x", "1-2", "0" * 32, f"-1-{'0' * 32}", f"{'9' * 14}-{'0' * 32}"])
async def test_what_no_page_said_is_no_page(desk: Desk, after: str) -> None:
    with pytest.raises(PageUnknown):
        await desk.queue("approver", after=after)
    with pytest.raises(PageUnknown):
        await walked(desk, after, 1)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moments=st.lists(st.none() | st.integers(0, 4), min_size=1, max_size=12),
    limit=st.integers(1, 4),
    latest_first=st.booleans(),
)
async def test_pages_are_the_whole_list_once(
    desk: Desk, moments: list[int | None], limit: int, *, latest_first: bool
) -> None:
    """Forwards and back, with moments that are the same, and without any."""
    documents = desk.stores.applications.documents.database["pages_of_the_test"]
    await documents.delete_many({})
    lines = [
        {"_id": uuid4().hex, "at": None if moment is None else START + timedelta(minutes=moment)}
        for moment in moments
    ]
    await documents.insert_many(lines)
    forwards = -1 if latest_first else 1
    whole = [one["_id"] async for one in documents.find({}).sort([("at", forwards), ("_id", forwards)])]
    for backwards in (False, True):
        direction = -forwards if backwards else forwards
        order, seen = [("at", direction), ("_id", direction)], list[str]()
        query: Document = {}
        while page := [one async for one in documents.find(query).sort(order).limit(limit)]:
            seen += [one["_id"] for one in page]
            place = position(Position(page[-1]["at"], page[-1]["_id"]).cursor)
            query = behind(place, "at", latest_first=latest_first, backwards=backwards)
        assert seen == (whole[::-1] if backwards else whole)


MEMBERS = {
    **POSTS,
    "supervisor": Post((Role.SUPERVISOR,), USCC),
    "reviewer": Post((Role.REVIEWER,), OTHER),
    "approver_and_supervisor": Post((Role.APPROVER, Role.SUPERVISOR), USCC),
    "approver_and_management": Post((Role.APPROVER, Role.SERVICE_MANAGEMENT), USCC),
    "approver_and_management_there": Post((Role.APPROVER, Role.SERVICE_MANAGEMENT), OTHER),
    "both_there": Post((Role.WINDOW, Role.APPROVER), OTHER),
    "maintainer": Post((Role.KIOSK_MAINTAINER,), USCC),
}
STEPS_DUE = {State.SUBMITTED: Action.ACCEPT, State.ACCEPTED: Action.CONCLUDE}


def waits_for(member: Member, one: Application, now: datetime) -> bool:
    """Whether a step is due from the member, or an overdue one of others is the member's to look after."""
    if one["state"] not in STEPS_DUE:
        return False
    handles = may(member, one, STEPS_DUE[one["state"]]) and one.get("assigned") in ("", member["_id"])
    watches = Scope.APPLICATIONS_SUPERVISE in scopes_of(member) and reaches(
        member, Scope.APPLICATIONS_SUPERVISE, one["department"]
    )
    return handles or (watches and one["due_at"] is not None and one["due_at"] < now)


@pytest.mark.article("10.department", "5.duties")
async def test_what_waits_for_a_member_is_due_from_the_member(desk: Desk, clock: Clock) -> None:
    """For everybody, of both departments, in each state that staff see, held by nobody or any, and late."""
    pattern = await desk.stores.applications.documents.find_one(
        {"_id": (await desk.submitted(form_guide()))["_id"]}, {"under_way": 0, "draft": 0}
    )
    soon, late = clock.now() + timedelta(days=3), clock.now() - timedelta(days=3)
    copies = [
        {
            **pattern,
            "_id": uuid4().hex,
            "serial": uuid4().hex,
            "department": department,
            "state": state,
            "assigned": holder,
            "due_at": due if state in CLOCKED else None,
        }
        for department in (USCC, OTHER)
        for state in SEEN
        for holder in ("", "approver", "window")
        for due in (soon, late)
    ]
    await desk.stores.applications.documents.delete_many({})
    await desk.stores.applications.documents.insert_many(copies)
    everything = [desk.stores.applications.shaped(one) for one in copies]
    shown = {}
    for name, post in MEMBERS.items():
        member = await desk.house.member(name, post)
        waiting = {one["_id"] for one in everything if waits_for(member, one, clock.now())}
        mine = [one["_id"] for one in (await desk.queue(member, mine=True))[0]]
        assert (set(mine), len(mine)) == (waiting, len(waiting)), name
        shown[name] = len(mine)
    assert all(shown[name] for name in ("window", "reviewer", "approver", "supervisor", "management")), shown
    assert not any(shown[name] for name in ("admin", "digital", "township", "maintainer")), shown


def test_who_has_no_part_in_applications_has_no_work() -> None:
    nobody = {"_id": "x", "name": "x", "password_hash": "", "department": None, "roles": [Role.TOWNSHIP]}
    assert work_of(nobody, START) == []  # type: ignore[arg-type]
