"""Staff invite to book a visit: for closed errands, one open of each, while the case is under way."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.applications import Errand, How, State, can_invite, invitations_of, open_invitations
from models.applications.inviting import (
    ErrandUnknown,
    HasBooked,
    InvitedAlready,
    NothingToInviteFor,
    NotInvited,
)
from models.applications.rules import ApplicationNotFound
from models.applications.store import INVITED, UNINVITED
from models.appointments import State as Visiting
from models.appointments import open_days
from models.errors import DomainError
from models.events import Event
from models.places import slots
from models.staff import ScopeMissing
from models.workdays import local_date
from tests.house.clock import Clock
from tests.house.desk import Desk, place_of
from tests.house.guides import plain_guide
from tests.house.places import hall

SEALED = plain_guide(7, handling="pre_acceptance", visits=1)


@pytest.fixture
async def key(desk: Desk) -> str:
    await desk.stores.halls.put(hall(), desk.house.by_staff())
    made = await desk.hand_in(await desk.filled(SEALED), place_of(SEALED, How.WINDOW))
    return made["_id"]


async def book(desk: Desk) -> Any:
    """The first slot of the next working day."""
    stores, by = desk.stores, desk.house.by_staff()
    day = next(one for one in open_days(hall(), stores.calendar, by.at) if one > local_date(by.at))
    start = slots(hall(), SEALED.group, day, stores.calendar)[0].start
    return await stores.appointments.book(desk.party, SEALED, hall(), start, stores.calendar, by)


async def invite(desk: Desk, key: str, errand: str = "sign", member: str = "approver") -> None:
    await desk.stores.inviting.invite(await desk.at(key, member), errand, desk.house.by_staff(member))


async def test_who_signs_is_invited_once_while_it_is_under_way(desk: Desk, key: str) -> None:
    with pytest.raises(NothingToInviteFor):
        await invite(desk, key)
    await desk.accept(key)
    version = (await desk.get(key))["version"]
    await invite(desk, key)
    with pytest.raises(InvitedAlready):
        await invite(desk, key)
    with pytest.raises(NothingToInviteFor):
        await invite(desk, key, "collect")
    with pytest.raises(ErrandUnknown):
        await invite(desk, key, "photo")
    case = await desk.at(key, "approver")
    [line] = invitations_of(case.application)
    assert (line["actor"], line["reason"], case.application["version"]) == (
        "staff:approver",
        "现场补签名盖章",
        version,
    )
    assert open_invitations(case) == [Errand.SIGN]
    assert Errand.SIGN not in can_invite(case, desk.house.by_staff().at, booked=False)


async def test_of_two_who_invite_at_once_one_does(desk: Desk, key: str) -> None:
    await desk.accept(key)
    done = await asyncio.gather(invite(desk, key), invite(desk, key), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["InvitedAlready", "NoneType"]
    assert len(invitations_of(await desk.get(key))) == 1


async def test_who_did_not_come_is_invited_again_on_a_later_day(desk: Desk, key: str, clock: Clock) -> None:
    await desk.accept(key)
    await invite(desk, key)
    visit = await book(desk)
    clock.set(visit["start"] - timedelta(hours=1))
    with pytest.raises(HasBooked):
        await invite(desk, key)
    clock.set(visit["start"] + timedelta(minutes=20))
    await desk.stores.appointments.end(
        visit["_id"],
        Visiting.NO_SHOW,
        Event("appointment.no_show", visit["_id"], desk.house.by_staff()),
        expects={},
        otherwise=InvitedAlready,
    )
    done = await asyncio.gather(invite(desk, key), invite(desk, key), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["InvitedAlready", "NoneType"]
    assert len(invitations_of(await desk.get(key))) == 2


async def test_an_invitation_is_taken_back(desk: Desk, key: str) -> None:
    await desk.accept(key)

    async def withdraw(member: str = "approver") -> None:
        at = await desk.at(key, member)
        await desk.stores.inviting.withdraw(at, "sign", desk.house.by_staff(member))

    with pytest.raises(NotInvited):
        await withdraw()
    await invite(desk, key)
    with pytest.raises(ScopeMissing):
        await withdraw("management")
    done = await asyncio.gather(withdraw(), withdraw(), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["NoneType", "NotInvited"]
    case = await desk.at(key, "approver")
    assert open_invitations(case) == []
    assert Errand.SIGN in can_invite(case, desk.house.by_staff().at, booked=False)
    await invite(desk, key)
    assert [line["what"] for line in invitations_of(await desk.get(key))] == [INVITED, UNINVITED, INVITED]


@pytest.mark.parametrize(
    ("member", "error"), [("management", ScopeMissing), ("civil", ApplicationNotFound), ("window", None)]
)
async def test_who_may_invite(desk: Desk, key: str, member: str, error: type[DomainError] | None) -> None:
    await desk.accept(key)
    if error is None:
        return await invite(desk, key, member=member)
    with pytest.raises(error):
        await invite(desk, key, member=member)
    return None


async def test_whom_nothing_calls_to_a_hall_is_not_invited_to_sign(desk: Desk) -> None:
    made = await desk.submitted(plain_guide(8))
    await desk.accept(made["_id"])
    with pytest.raises(NothingToInviteFor):
        await invite(desk, made["_id"])


async def test_who_collects_at_a_hall_is_invited_once_it_is_concluded(desk: Desk, key: str) -> None:
    await desk.accept(key)
    await invite(desk, key)
    with pytest.raises(NothingToInviteFor):
        await invite(desk, key, "collect")
    await desk.approve(key)
    for errand, words in (("original", "核对原件"), ("sign", "现场补签名盖章")):
        with pytest.raises(NothingToInviteFor, match=f"办件现在是“已办结”，不需要申请人到大厅{words}"):
            await invite(desk, key, errand)
    await invite(desk, key, "collect")
    case = await desk.at(key, "approver")
    assert (case.state, open_invitations(case)) == (State.CONCLUDED, [Errand.COLLECT])
