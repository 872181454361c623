"""Staff invite to book a visit: for closed errands, one open of each, while the case is under way."""

import asyncio

import pytest

from models.applications import Errand, How, State, can_invite, invitations_of, open_invitations
from models.applications.inviting import ErrandUnknown, InvitedAlready, NothingToInviteFor
from models.applications.rules import ApplicationNotFound
from models.errors import DomainError
from models.staff import ScopeMissing
from tests.house.desk import Desk, place_of
from tests.house.guides import plain_guide
from tests.house.places import hall

SEALED = plain_guide(7, handling="pre_acceptance", visits=1)


@pytest.fixture
async def key(desk: Desk) -> str:
    await desk.stores.halls.put(hall(), desk.house.by_staff())
    made = await desk.hand_in(await desk.filled(SEALED), place_of(SEALED, How.WINDOW))
    return made["_id"]


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
    assert Errand.SIGN not in can_invite(case)


async def test_of_two_who_invite_at_once_one_does(desk: Desk, key: str) -> None:
    await desk.accept(key)
    done = await asyncio.gather(invite(desk, key), invite(desk, key), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["InvitedAlready", "NoneType"]
    assert len(invitations_of(await desk.get(key))) == 1


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
    with pytest.raises(NothingToInviteFor):
        await invite(desk, key, "original")
    await invite(desk, key, "collect")
    case = await desk.at(key, "approver")
    assert (case.state, open_invitations(case)) == (State.CONCLUDED, [Errand.COLLECT])
