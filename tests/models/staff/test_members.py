import pytest

from models.errors import Forbidden
from models.events import Channel
from models.sessions import LIFETIME
from models.staff.members import Staff
from models.staff.reach import check_scope, reaches, serves
from models.staff.scopes import Role, Scope
from tests.house.clock import Clock, MakeCause
from tests.house.guides import OTHER, USCC
from tests.house.house import House
from tests.house.places import HALL
from tests.house.staff import Post


@pytest.fixture
async def staff(house: House) -> Staff:
    """With Liang."""
    await house.member("liang", Post((Role.APPROVER,), USCC))
    return house.stores.staff


async def test_enrolling_twice_changes_nothing(staff: Staff, cause: MakeCause) -> None:
    before = await staff.get("liang")
    await staff.enrol("liang", name="X", password="other", department=None, roles=[Role.WINDOW], by=cause())
    assert await staff.get("liang") == before


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
    assert not serves(unplaced, Scope.APPOINTMENTS_RECORD, HALL.code, HALL.township)
    centre = await house.member("centre")
    assert serves(centre, Scope.APPOINTMENTS_RECORD, HALL.code, HALL.township)


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
