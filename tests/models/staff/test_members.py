import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from models.errors import DomainError, Forbidden, Unauthenticated
from models.events import Cause, Channel
from models.sessions import LIFETIME, Sessions
from models.staff import Member
from models.staff.members import FAILURES, LOCKED, Staff
from models.staff.scopes import Role, Scope, check_scope, department_limit
from models.store import Database
from tests.conftest import Clock, MakeCause
from tests.models.standing_in import a_member


@pytest.fixture
async def staff(any_database: Database, cause: MakeCause) -> AsyncIterator[Staff]:
    store = Staff(any_database)
    await store.prepare()
    await store.enrol(
        "liang", name="梁", password="right", department="D1", roles=[Role.APPROVER], by=cause()
    )
    yield store
    await store.documents.delete_many({})
    await store.tries.documents.delete_many({})


async def test_the_right_password(staff: Staff, cause: MakeCause) -> None:
    member = await staff.sign_in("liang", "right", cause())
    assert member["_id"] == "liang"
    assert "right" not in str(member)
    assert member["events"][-1]["name"] == "staff.signed_in"


@pytest.mark.parametrize(("username", "password"), [("liang", "wrong"), ("nobody", "right")])
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
    assert await tried(staff, username, "right", cause()) == "staff_locked"
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
    assert await tried(staff, "liang", "right", cause()) == "staff_locked"


async def test_the_right_one_among_fifteen_clears_no_lock(staff: Staff, cause: MakeCause) -> None:
    passwords = ["right", *["wrong"] * 14]
    said = await asyncio.gather(*(tried(staff, "liang", password, cause()) for password in passwords))
    assert said.count("password_wrong") <= FAILURES
    assert await tried(staff, "liang", "right", cause()) == "staff_locked"


async def test_the_right_one_begins_the_count_anew(staff: Staff, cause: MakeCause) -> None:
    for _ in range(2):
        for _ in range(FAILURES - 1):
            assert await tried(staff, "liang", "wrong", cause()) == "password_wrong"
        assert await tried(staff, "liang", "right", cause()) == "signed_in"


async def test_enrolling_twice_changes_nothing(staff: Staff, cause: MakeCause) -> None:
    await staff.enrol("liang", name="X", password="other", department=None, roles=[Role.WINDOW], by=cause())
    assert (await staff.sign_in("liang", "right", cause()))["name"] == "梁"


def member(*roles: Role, department: str | None = "D1") -> Member:
    return a_member("m", *roles, department=department)


@pytest.mark.article(5)
def test_roles_carry_their_own_scopes() -> None:
    check_scope(member(Role.APPROVER), Scope.APPLICATIONS_DECIDE)
    with pytest.raises(Forbidden):
        check_scope(member(Role.WINDOW), Scope.APPLICATIONS_DECIDE)
    check_scope(member(Role.WINDOW, Role.APPROVER), Scope.APPLICATIONS_DECIDE)


@pytest.mark.article(12)
def test_the_comprehensive_window_serves_every_department() -> None:
    assert department_limit(member(Role.APPROVER), Scope.APPLICATIONS_READ) == "D1"
    assert department_limit(member(Role.WINDOW), Scope.APPLICATIONS_ACCEPT) is None


@pytest.mark.article(5)
def test_who_is_at_the_window_too_decides_for_their_own_department_only() -> None:
    both = member(Role.WINDOW, Role.APPROVER)
    assert department_limit(both, Scope.APPLICATIONS_READ) is None
    assert department_limit(both, Scope.APPLICATIONS_DECIDE) == "D1"
    assert department_limit(member(Role.APPROVER, department=None), Scope.APPLICATIONS_DECIDE) is None


async def test_sessions_live_their_time_and_only_for_their_kind(
    any_database: Database, cause: MakeCause, clock: Clock
) -> None:
    sessions = Sessions(any_database)
    await sessions.prepare()
    token = await sessions.open("account:a", cause(channel=Channel.H5))
    assert token not in str(await sessions.documents.find_one({}))
    assert await sessions.find(token, "account", cause())
    assert await sessions.find(token, "staff", cause()) is None
    assert await sessions.find("guess", "account", cause()) is None
    clock.advance(LIFETIME[Channel.H5])
    assert await sessions.find(token, "account", cause()) is None


async def test_a_closed_session_is_gone(any_database: Database, cause: MakeCause) -> None:
    sessions = Sessions(any_database)
    token = await sessions.open("staff:s", cause(channel=Channel.WINDOW))
    await sessions.close(token)
    assert await sessions.find(token, "staff", cause()) is None
