from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from models.errors import Forbidden, TooMany, Unauthenticated
from models.events import Cause, Channel
from models.sessions import LIFETIME, Sessions
from models.staff import FAILURES, LOCKED, Role, Staff, check_scope, department_limit
from models.store import Database, Document
from tests.conftest import Clock

MakeCause = Callable[..., Cause]


@pytest.fixture
async def staff(any_database: Database, cause: MakeCause) -> AsyncIterator[Staff]:
    store = Staff(any_database)
    await store.prepare()
    await store.enrol(
        "liang", name="梁", password="right", department="D1", roles=[Role.APPROVER], by=cause()
    )
    yield store
    await store.documents.delete_many({})


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


async def test_ten_failures_lock_for_a_quarter_of_an_hour(
    staff: Staff, cause: MakeCause, clock: Clock
) -> None:
    for _ in range(FAILURES):
        with pytest.raises(Unauthenticated):
            await staff.sign_in("liang", "wrong", cause())
    with pytest.raises(TooMany):
        await staff.sign_in("liang", "right", cause())
    clock.advance(LOCKED + timedelta(seconds=1))
    await staff.sign_in("liang", "right", cause())


async def test_enrolling_twice_changes_nothing(staff: Staff, cause: MakeCause) -> None:
    await staff.enrol("liang", name="X", password="other", department=None, roles=[Role.WINDOW], by=cause())
    assert (await staff.sign_in("liang", "right", cause()))["name"] == "梁"


def member(*roles: Role, department: str | None = "D1") -> Document:
    return {"_id": "m", "roles": [role.value for role in roles], "department": department}


@pytest.mark.article(5)
def test_roles_carry_their_own_scopes() -> None:
    check_scope(member(Role.APPROVER), "applications:decide")
    with pytest.raises(Forbidden):
        check_scope(member(Role.WINDOW), "applications:decide")
    check_scope(member(Role.WINDOW, Role.APPROVER), "applications:decide")


@pytest.mark.article(12)
def test_the_comprehensive_window_serves_every_department() -> None:
    assert department_limit(member(Role.APPROVER), "applications:read") == "D1"
    assert department_limit(member(Role.WINDOW), "applications:accept") is None


@pytest.mark.article(5)
def test_who_is_at_the_window_too_decides_for_their_own_department_only() -> None:
    both = member(Role.WINDOW, Role.APPROVER)
    assert department_limit(both, "applications:read") is None
    assert department_limit(both, "applications:decide") == "D1"
    assert department_limit(member(Role.APPROVER, department=None), "applications:decide") is None


async def test_sessions_live_their_time_and_only_for_their_kind(
    any_database: Database, cause: MakeCause, clock: Clock
) -> None:
    sessions = Sessions(any_database)
    await sessions.prepare()
    token = await sessions.open("account:a", cause(channel=Channel.WECHAT))
    assert token not in str(await sessions.documents.find_one({}))
    assert await sessions.find(token, "account", cause())
    assert await sessions.find(token, "staff", cause()) is None
    assert await sessions.find("guess", "account", cause()) is None
    clock.advance(LIFETIME[Channel.WECHAT])
    assert await sessions.find(token, "account", cause()) is None


async def test_a_closed_session_is_gone(any_database: Database, cause: MakeCause) -> None:
    sessions = Sessions(any_database)
    token = await sessions.open("staff:s", cause(channel=Channel.WINDOW))
    await sessions.close(token)
    assert await sessions.find(token, "staff", cause()) is None
