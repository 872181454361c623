"""How far what a member may do goes: by the role that gives it, and by that alone (article 5)."""

from collections.abc import Awaitable, Callable

import pytest

from models.applications import Sought, State
from models.applications.rules import ApplicationNotFound
from models.appointments.rules import OtherHall
from models.errors import DomainError
from models.outgoing import Stage
from models.people import CredentialKind
from models.staff import Member, Reach, Role, Scope, ScopeMissing, posts, reaches, reaches_of, serves
from tests.house.desk import Desk
from tests.house.guides import OTHER, USCC, plain_guide
from tests.house.house import House
from tests.house.places import HALL, hall
from tests.house.staff import Post

RECORD = Scope.APPOINTMENTS_RECORD
NANCUN = "南村镇"
SHAWAN, WANBO = hall("shawan", township="沙湾街道"), hall("wanbo", township=NANCUN)


async def of(house: House, *roles: Role) -> Member:
    """A member with a department, a hall and a township on record, so that only roles make a difference."""
    name = "-".join(("of", *roles))
    return await house.member(name, Post(roles, USCC, (HALL.code,), (NANCUN,)))


@pytest.mark.article("5.duties")
@pytest.mark.parametrize("role", Role)
async def test_a_scope_goes_as_far_as_its_role(house: House, role: Role) -> None:
    member = await of(house, role)
    for scope in Scope:
        reach = role.within.get(scope)
        assert reaches(member, scope, OTHER) == (reach is Reach.DISTRICT)
        assert reaches(member, scope, USCC) == (reach in (Reach.DISTRICT, Reach.DEPARTMENT))
        served = {one.code for one in (HALL, SHAWAN, WANBO) if serves(member, scope, one.code, one.township)}
        assert served == {
            Reach.DISTRICT: {HALL.code, "shawan", "wanbo"},
            Reach.HALLS: {HALL.code},
            Reach.TOWNSHIP: {"wanbo"},
        }.get(reach or Reach.OWN, set())


@pytest.mark.article("5.duties")
async def test_of_two_roles_each_keeps_its_own_reach(house: House) -> None:
    """What service management reads of the district a reviewer of one department does not accept."""
    both = await of(house, Role.REVIEWER, Role.SERVICE_MANAGEMENT, Role.SERVICE_CENTRE, Role.TOWNSHIP)
    assert reaches_of(both, Scope.APPLICATIONS_READ) == {Reach.DEPARTMENT, Reach.DISTRICT}
    assert reaches(both, Scope.APPLICATIONS_READ, OTHER)
    assert not reaches(both, Scope.APPLICATIONS_ACCEPT, OTHER)
    assert reaches(both, Scope.APPLICATIONS_ACCEPT, USCC)
    assert not reaches(both, Scope.DELIVERIES_READ, USCC)
    assert reaches_of(both, RECORD) == {Reach.HALLS, Reach.TOWNSHIP}
    assert serves(both, RECORD, HALL.code, HALL.township)
    assert serves(both, RECORD, "added-later", NANCUN)
    assert not serves(both, RECORD, "shawan", "沙湾街道")


@pytest.mark.article("5.duties")
async def test_a_department_on_record_opens_nothing_by_itself(house: House, desk: Desk) -> None:
    """The store lists, counts and finds nothing for a member whose roles read no applications."""
    key, now = (await desk.submitted())["_id"], house.stores.clock()
    for role in Role:
        member, queue = await of(house, role), house.stores.queue
        reads = Scope.APPLICATIONS_READ in role.scopes
        listed = Sought((State.SUBMITTED,))
        for sought in (listed, Sought((State.SUBMITTED,), department=USCC)):
            assert [one["_id"] for one in (await queue.page(member, sought, now, 10)).rows] == [key] * reads
            assert await queue.count(member, sought, now) == reads
        if not reads:
            with pytest.raises(ScopeMissing):
                await queue.search(member, "王小明", house.by_staff(member["_id"]))
            for sought_key in (key, "0" * 32):  # nor whether there is one
                with pytest.raises(ScopeMissing):
                    await house.stores.handling.case(sought_key, member)


@pytest.mark.article("5.duties")
async def test_another_departments_case_is_as_one_that_does_not_exist(house: House, desk: Desk) -> None:
    civil = await house.member("civil")
    for key in ((await desk.submitted())["_id"], (await desk.begun(plain_guide(7)))["_id"], "0" * 32):
        with pytest.raises(ApplicationNotFound) as refused:
            await house.stores.handling.case(key, civil)
        assert (refused.value.values, str(refused.value)) == ({}, "没有找到该办件")


@pytest.mark.article("5.duties")
async def test_a_township_reaches_its_halls_and_those_added_later(house: House) -> None:
    member = await house.member("elsewhere")
    endings, halls = house.stores.endings, house.stores.halls
    for one in (HALL, SHAWAN):
        await halls.put(one, house.by())
    assert await endings.served(member) == []
    await halls.put(WANBO, house.by())
    assert await endings.served(member) == [WANBO]
    booked = await house.booking(await house.applicant(), WANBO, plain_guide(places=["wanbo"]))
    assert (await endings.for_member(booked["_id"], member))["_id"] == booked["_id"]
    await halls.put(hall("wanbo", township="沙湾街道"), house.by())  # it is another township's now
    with pytest.raises(OtherHall):
        await endings.for_member(booked["_id"], member)


@pytest.mark.article("5.duties")
@pytest.mark.parametrize("role", Role)
async def test_the_stores_ask_for_the_scope_themselves(house: House, role: Role) -> None:
    """What is of the whole district: no handler needs to have looked first."""
    member, stores = await of(house, role), house.stores
    by, kind = house.by_staff(member["_id"]), CredentialKind.RESIDENT_ID
    asked: dict[Scope, Callable[[], Awaitable[object]]] = {
        Scope.DELIVERIES_READ: lambda: stores.sendings.count(member, Stage.FAILED),
        Scope.DELIVERIES_RETRY: lambda: stores.sendings.retry(member, "none", by),
        Scope.OBJECTIONS_DECIDE: lambda: stores.endings.count_objected(member, ["open"]),
        Scope.APPLICANTS_VERIFY: lambda: stores.window.verify(
            member, kind=kind, name="", number="", phone="", by=by
        ),
        Scope.STAFF_MANAGE: lambda: stores.employment.suspend("nobody", by),
    }
    for scope, ask in asked.items():
        said = ""
        try:
            await ask()
        except DomainError as error:
            said = error.code
        assert (said != "scope_missing") == (role.within.get(scope) is Reach.DISTRICT), scope


@pytest.mark.article("5.duties")
@pytest.mark.parametrize("actor", ["approver", "boss", "nobody"])
async def test_who_does_not_manage_staff_changes_nobody(house: House, actor: str) -> None:
    """Nor does an administrator who was locked out meanwhile."""
    staff = house.stores.staff
    for username in ("window", "approver", "admin"):
        await house.member(username)
    await house.member("boss", Post((Role.ADMINISTRATOR,)))
    await house.stores.employment.suspend("boss", house.by("cli"))
    by, post = house.by_staff(actor), posts.Post((Role.ADMINISTRATOR,))
    acts: list[Callable[[], Awaitable[object]]] = [
        lambda: house.stores.employment.employ("new", "新人", "a password of the tests", post, by),
        lambda: house.stores.employment.post("window", post, by),
        lambda: house.stores.employment.suspend("window", by),
        lambda: house.stores.employment.leave("window", by),
        lambda: house.stores.employment.reset("window", "another of the tests", by),
        lambda: house.stores.employment.note_session_ended("window", by),
    ]
    for act in acts:
        with pytest.raises(ScopeMissing):
            await act()
    assert (await staff.get("window"))["roles"] == [Role.WINDOW]
