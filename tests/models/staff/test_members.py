import asyncio
from datetime import timedelta

import pytest

from models.errors import DomainError, Forbidden, Unauthenticated
from models.events import Cause, Channel
from models.sessions import LIFETIME
from models.staff.members import FAILURES, LOCKED, Staff
from models.staff.scopes import Role, Scope, check_scope, reaches, serves
from tests.house.clock import Clock, MakeCause
from tests.house.guides import OTHER, USCC
from tests.house.house import House
from tests.house.places import HALL
from tests.house.staff import PASSWORD, Post


@pytest.fixture
async def staff(house: House) -> Staff:
    """With Liang, whose password is `PASSWORD`."""
    await house.member("liang", Post((Role.APPROVER,), USCC))
    return house.stores.staff


async def test_the_right_password(staff: Staff, cause: MakeCause) -> None:
    member = await staff.sign_in("liang", PASSWORD, cause())
    assert member["_id"] == "liang"
    assert PASSWORD not in str(member)
    assert member["events"][-1]["name"] == "staff.signed_in"


@pytest.mark.parametrize(("username", "password"), [("liang", "wrong"), ("nobody", PASSWORD)])
async def test_a_wrong_one_and_an_unknown_name_look_alike(
    staff: Staff, cause: MakeCause, username: str, password: str
) -> None:
    with pytest.raises(Unauthenticated) as refused:
        await staff.sign_in(username, password, cause())
    assert refused.value.code == "password_wrong"


async def tried(staff: Staff, username: str, password: str, by: Cause) -> str:
    """The code of what a sign-in says."""
    try:
        await staff.sign_in(username, password, by)
    except DomainError as error:
        return error.code
    return "signed_in"


@pytest.mark.parametrize("username", ["liang", "nobody"])
async def test_ten_failures_lock_for_a_quarter_of_an_hour(
    staff: Staff, cause: MakeCause, clock: Clock, username: str
) -> None:
    """A name that does not exist locks in the same way, so that locking tells nothing."""
    said = [await tried(staff, username, "wrong", cause()) for _ in range(FAILURES)]
    assert said == ["password_wrong"] * FAILURES
    clock.advance(LOCKED - timedelta(seconds=1))
    assert await tried(staff, username, PASSWORD, cause()) == "staff_locked"
    clock.advance(timedelta(seconds=1))
    assert await tried(staff, username, "wrong", cause()) == "password_wrong"
    member = await staff.documents.find_one({"_id": "liang"})
    locked = [event for event in member["events"] if event["name"] == "staff.locked"]
    assert len(locked) == (username == "liang")


async def test_fifteen_wrong_ones_at_once_lock(staff: Staff, cause: MakeCause) -> None:
    for _ in range(2):
        said = await asyncio.gather(*(tried(staff, "liang", "wrong", cause()) for _ in range(15)))
        assert said.count("password_wrong") <= FAILURES
        assert said.count("staff_locked") >= 15 - FAILURES
    assert await tried(staff, "liang", PASSWORD, cause()) == "staff_locked"


async def test_the_right_one_among_fifteen_clears_no_lock(staff: Staff, cause: MakeCause) -> None:
    passwords = [PASSWORD, *["wrong"] * 14]
    said = await asyncio.gather(*(tried(staff, "liang", password, cause()) for password in passwords))
    assert said.count("password_wrong") <= FAILURES
    assert await tried(staff, "liang", PASSWORD, cause()) == "staff_locked"


async def test_the_right_one_begins_the_count_anew(staff: Staff, cause: MakeCause) -> None:
    for _ in range(2):
        for _ in range(FAILURES - 1):
            assert await tried(staff, "liang", "wrong", cause()) == "password_wrong"
        assert await tried(staff, "liang", PASSWORD, cause()) == "signed_in"


async def test_enrolling_twice_changes_nothing(staff: Staff, cause: MakeCause) -> None:
    await staff.enrol("liang", name="X", password="other", department=None, roles=[Role.WINDOW], by=cause())
    assert (await staff.sign_in("liang", PASSWORD, cause()))["name"] == "liang的姓名"


@pytest.mark.article("5.duties")
async def test_roles_carry_their_own_scopes(house: House) -> None:
    check_scope(await house.member("approver"), Scope.APPLICATIONS_DECIDE)
    with pytest.raises(Forbidden):
        check_scope(await house.member("window"), Scope.APPLICATIONS_DECIDE)
    check_scope(await house.member("both"), Scope.APPLICATIONS_DECIDE)


@pytest.mark.article("12.window")
async def test_the_comprehensive_window_serves_every_department(house: House) -> None:
    approver, window = await house.member("approver"), await house.member("window")
    assert reaches(approver, Scope.APPLICATIONS_READ, USCC)
    assert not reaches(approver, Scope.APPLICATIONS_READ, OTHER)
    assert reaches(window, Scope.APPLICATIONS_ACCEPT, OTHER)


@pytest.mark.article("10.department", "5.duties")
async def test_who_is_at_the_window_too_decides_for_their_own_department_only(house: House) -> None:
    both = await house.member("both")
    assert reaches(both, Scope.APPLICATIONS_READ, OTHER)
    assert reaches(both, Scope.APPLICATIONS_DECIDE, USCC)
    assert not reaches(both, Scope.APPLICATIONS_DECIDE, OTHER)


@pytest.mark.article("5.duties", "10.department")
async def test_what_a_record_does_not_name_is_none_and_not_all(house: House) -> None:
    unplaced = await house.member("unplaced")
    assert (unplaced["department"], unplaced["halls"]) == (None, [])
    assert not any(reaches(unplaced, scope, code) for scope in Scope for code in (USCC, OTHER))
    assert not serves(unplaced, HALL.code)
    assert serves(await house.member("centre"), HALL.code)


async def test_sessions_live_their_time_and_only_for_their_kind(
    house: House, cause: MakeCause, clock: Clock
) -> None:
    sessions = house.stores.sessions
    token = await sessions.open("account:a", cause(channel=Channel.H5))
    assert token not in str(await sessions.documents.find_one({}))
    assert await sessions.find(token, "account", cause())
    assert await sessions.find(token, "staff", cause()) is None
    assert await sessions.find("guess", "account", cause()) is None
    clock.advance(LIFETIME[Channel.H5])
    assert await sessions.find(token, "account", cause()) is None


async def test_a_closed_session_is_gone(house: House, cause: MakeCause) -> None:
    sessions = house.stores.sessions
    token = await sessions.open("staff:s", cause(channel=Channel.WINDOW))
    await sessions.close(token)
    assert await sessions.find(token, "staff", cause()) is None
