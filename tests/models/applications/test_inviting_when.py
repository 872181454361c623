"""For what an applicant can be invited to a hall, by guide, way of receiving and state; and what others write
meanwhile."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.applications import Decision, Errand, How, State, can_invite, open_invitations
from models.applications.case import StaffCase
from models.applications.inviting import invitations_of
from models.guides import Guide
from models.staff import Role
from tests.house.clock import Clock
from tests.house.desk import Desk, place_of
from tests.house.guides import OTHER, plain_guide
from tests.house.house import said
from tests.house.places import hall
from tests.house.staff import Post
from tests.models.applications.test_inviting import book

PAPER = [{"code": "form", "name": "申请表", "kinds": ["paper"]}]
SEALED = plain_guide(7, handling="pre_acceptance", visits=1)
SIGNED = plain_guide(7, handling="pre_acceptance", visits=1, deliverable_in=["electronic"])
ONLINE, ON_PAPER = plain_guide(7), plain_guide(7, materials=PAPER)
WAY: dict[str, tuple[Guide, How, str, str]] = {
    "signed and collected": (SEALED, How.WINDOW, "sign original", "collect"),
    "signed": (SIGNED, How.ELECTRONIC, "sign original", ""),
    "collected": (ONLINE, How.WINDOW, "original", "collect"),
    "without coming": (ONLINE, How.ELECTRONIC, "original", ""),
    "nothing to look at": (ON_PAPER, How.ELECTRONIC, "", ""),
}
"""What is under way, by what it is → the errands while it is, and those once it is concluded."""
UNDER_WAY = {State.ACCEPTED, State.PAUSED}


@pytest.fixture
async def case(desk: Desk) -> StaffCase:
    await desk.stores.halls.put(hall(), desk.house.by_staff())
    made = await desk.hand_in(await desk.filled(SEALED), place_of(SEALED, How.WINDOW))
    await desk.accept(made["_id"])
    return await desk.at(made["_id"], "approver")


def like(case: StaffCase, guide: Guide = SEALED, **changes: Any) -> StaffCase:
    application: Any = {**case.application, "guide": guide.key, **changes}
    return replace(case, guide=guide, application=application)


async def test_for_what_one_is_invited_and_when(desk: Desk, case: StaffCase) -> None:
    now = desk.house.by_staff().at
    states = set(State) - {State.DRAFT, State.DISCARDED, State.GENERATED}
    for guide, how, meanwhile, after in WAY.values():
        for state in states:
            at = like(case, guide, state=state, place={**place_of(guide, how).__dict__})
            wanted = meanwhile if state in UNDER_WAY else after if state is State.CONCLUDED else ""
            assert can_invite(at, now, booked=False) == wanted.split(), (guide.handling, how, state)
    denied = like(case, state=State.CONCLUDED, result={"decision": Decision.DENIED})
    assert can_invite(denied, now, booked=False) == []


async def test_nobody_is_invited_twice_a_day_or_who_has_booked(desk: Desk, case: StaffCase) -> None:
    now, day = desk.house.by_staff().at, timedelta(days=1)
    invited = like(case, invited={"sign": now - day, "original": now})
    assert can_invite(invited, now, booked=False) == [Errand.SIGN]
    assert can_invite(invited, now, booked=True) == []
    assert can_invite(like(case, invited={"sign": now - day}), now, booked=True) == [Errand.ORIGINAL]
    assert can_invite(await desk.at(case.key, "management"), now, booked=False) == []


async def test_an_invitation_is_open_while_its_errand_is(desk: Desk, case: StaffCase) -> None:
    invited = dict.fromkeys(Errand, desk.house.by_staff().at)
    for state, wanted in {
        State.ACCEPTED: [Errand.SIGN, Errand.ORIGINAL],
        State.PAUSED: [Errand.SIGN, Errand.ORIGINAL],
        State.CONCLUDED: [Errand.COLLECT],
        State.RETURNED: [],
        State.WITHDRAWN: [],
    }.items():
        assert open_invitations(like(case, invited=invited, state=state)) == wanted
    assert open_invitations(like(case, invited={**invited, "sign": None})) == [Errand.ORIGINAL]


async def test_what_is_written_meanwhile_is_not_overwritten(desk: Desk, case: StaffCase) -> None:
    """Each acts on the case as it read it: another has invited, has taken it back, or has concluded it."""
    inviting, by = desk.stores.inviting, desk.house.by_staff()
    invite: Callable[[StaffCase], Awaitable[StaffCase]] = lambda at: inviting.invite(at, "sign", by)  # noqa: E731
    withdraw: Callable[[StaffCase], Awaitable[StaffCase]] = lambda at: inviting.withdraw(at, "sign", by)  # noqa: E731
    invited = await invite(case)
    assert await said(invite(case)) == "invited_already"
    await withdraw(invited)
    assert await said(withdraw(invited)) == "not_invited"
    invited = await invite(await desk.at(case.key, "approver"))
    written: Any = invited.application
    told = [(one["name"], one["data"]) for one in written["events"] if "invit" in one["name"]]
    data = {"errand": "sign", "item": SEALED.item}
    names = ("invited_to_book", "invitation_withdrawn", "invited_to_book")
    assert told == [(f"application.{name}", data) for name in names]
    await desk.approve(case.key)
    assert await said(withdraw(invited)) == "application_moved_on"
    assert await said(inviting.invite(invited, "original", by)) == "application_moved_on"
    assert len(invitations_of(await desk.get(case.key))) == 3


async def test_who_has_booked_of_their_own_accord_is_invited_once(
    desk: Desk, case: StaffCase, clock: Clock
) -> None:
    """It may be for something else; on a later day, they are known to come."""
    visit = await book(desk)
    invited = await desk.stores.inviting.invite(case, "sign", desk.house.by_staff())
    clock.set(visit["start"] - timedelta(hours=1))
    assert (
        await said(desk.stores.inviting.invite(invited, "sign", desk.house.by_staff()))
        == "invited_has_booked"
    )


async def test_what_a_member_asks_for_is_known(desk: Desk, case: StaffCase) -> None:
    by = desk.house.by_staff()
    for member, errand, code in (
        ("management", "sign", "scope_missing"),
        ("management", "photo", "scope_missing"),
        ("approver", "photo", "errand_unknown"),
    ):
        at = await desk.at(case.key, member)
        assert await said(desk.stores.inviting.invite(at, errand, by)) == code
        assert await said(desk.stores.inviting.withdraw(at, errand, by)) == code
    elsewhere = await desk.house.member("elsewhere", Post((Role.APPROVER, Role.SERVICE_MANAGEMENT), OTHER))
    at = await desk.at(case.key, elsewhere)
    assert await said(desk.stores.inviting.invite(at, "sign", by)) == "other_department"
    assert invitations_of(like(case, internal=[{"what": "application.noted"}]).application) == []
