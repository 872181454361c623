"""Members come, change and go: who may do it to whom, and what is left of them."""

import asyncio
from datetime import timedelta

import pytest

from models.errors import DomainError
from models.staff.document import administers
from models.staff.employment import Employment, LastAdministrator
from models.staff.members import Staff
from models.staff.passwords import ONE_TIME_LASTS, one_time_password
from models.staff.posts import Post, roles_of
from models.staff.scopes import Reach, Role
from tests.house.clock import Clock
from tests.house.guides import USCC
from tests.house.house import House, said
from tests.house.places import HALL
from tests.house.staff import PASSWORD
from tests.house.staff import Post as There

ADMINISTRATOR, WINDOW = Post((Role.ADMINISTRATOR,)), Post((Role.WINDOW,))


@pytest.fixture
def employment(house: House) -> Employment:
    return house.stores.employment


@pytest.fixture
async def staff(house: House, clock: Clock) -> Staff:
    """With the administrators Ann and Bo alone, and Wu at the window."""
    clock.advance(timedelta(days=2))
    staff = house.stores.staff
    await staff.documents.delete_many({})
    for name in ("ann", "bo"):
        await house.member(name, There((Role.ADMINISTRATOR,)))
    await house.member("wu", There((Role.WINDOW,)))
    return staff


async def remaining(staff: Staff) -> list[str]:
    return [one["_id"] for one in await staff.present() if administers(one)]


@pytest.mark.parametrize("verb", ["suspend", "leave", "post"])
async def test_of_two_administrators_who_end_each_other_at_one_instant_one_remains(
    house: House, staff: Staff, employment: Employment, verb: str
) -> None:
    given = (WINDOW,) if verb == "post" else ()
    for _ in range(8):
        await staff.documents.update_many(
            {"_id": {"$in": ["ann", "bo"]}},
            {
                "$set": {"roles": ["administrator"], "listed.standing": "present"},
                "$unset": {"suspended_at": "", "left_at": ""},
            },
        )
        end = getattr(employment, verb)
        answers = await asyncio.gather(
            said(end("bo", *given, house.by_staff("ann"))), said(end("ann", *given, house.by_staff("bo")))
        )
        assert len(await remaining(staff)) == 2 - answers.count("done") >= 1
        assert set(answers) <= {"done", "changed_meanwhile", "last_administrator", "scope_missing"}


async def test_of_many_administrators_who_end_each_other_in_a_ring_one_remains(
    house: House, staff: Staff, employment: Employment
) -> None:
    names = ["ann", "bo", "cy", "di", "ed"]
    for name in names[2:]:
        await house.member(name, There((Role.ADMINISTRATOR,)))
    for _ in range(3):
        pairs = zip(names, [*names[1:], names[0]], strict=True)
        await asyncio.gather(*(said(employment.suspend(other, house.by_staff(one))) for one, other in pairs))
    assert await remaining(staff)


async def test_the_last_administrator_stays(house: House, staff: Staff, employment: Employment) -> None:
    await employment.suspend("bo", house.by_staff("ann"))
    for verb, *given in (("suspend",), ("leave",), ("post", WINDOW)):
        with pytest.raises(LastAdministrator):
            await getattr(employment, verb)("ann", *given, house.by("cli"))
    assert await remaining(staff) == ["ann"]
    assert "staff.suspended" not in [event["name"] for event in (await staff.get("ann"))["events"]]
    kept = Post((Role.ADMINISTRATOR, Role.WINDOW))
    assert administers(await employment.post("ann", kept, house.by("cli")))
    assert await said(employment.suspend("wu", house.by_staff("ann"))) == "done"


@pytest.mark.article("5.duties")
async def test_nobody_changes_their_own_rights(house: House, staff: Staff, employment: Employment) -> None:
    by = house.by_staff("ann")
    for doing in (
        employment.post("ann", Post(tuple(Role), USCC, (HALL.code,)), by),
        employment.suspend("ann", by),
        employment.leave("ann", by),
        employment.reset("ann", one_time_password(), by),
    ):
        assert await said(doing) == "own_record"


async def test_who_is_added_must_change_the_password(
    house: House, staff: Staff, employment: Employment
) -> None:
    by = house.by_staff("ann")
    post = Post((Role.TOWNSHIP, Role.APPROVER), USCC, (HALL.code, HALL.code), ("南村镇",))
    assert await employment.employ(" ｌｉ.ming ", " 李 明 ", PASSWORD, post, by) == "li.ming"
    member = await staff.get("li.ming")
    assert (member["roles"], member["department"]) == ([Role.APPROVER, Role.TOWNSHIP], USCC)
    assert (member["name"], member["halls"], member.get("one_time")) == ("李明", [HALL.code], by.at)
    assert member["townships"] == ["南村镇"]
    event = member["events"][-1]
    assert (event["name"], event["actor"]) == ("staff.enrolled", "staff:ann")
    assert PASSWORD not in str(member)
    with pytest.raises(DomainError, match="已有人使用"):
        await employment.employ("li.ming", "李明", PASSWORD, post, by)
    changed = await staff.change_password("li.ming", "another password", by)
    assert "one_time" not in changed


async def test_of_two_who_add_one_name_at_once_one_does(
    house: House, staff: Staff, employment: Employment
) -> None:
    by = house.by_staff("ann")
    answers = await asyncio.gather(
        *(said(employment.employ("qi", "齐", PASSWORD, WINDOW, by)) for _ in range(4))
    )
    assert sorted(answers) == ["done", *["user_name_taken"] * 3]


@pytest.mark.parametrize(
    ("username", "name", "password", "post", "code"),
    [
        ("A", "甲", PASSWORD, WINDOW, "user_name_invalid"),
        ("../x", "甲", PASSWORD, WINDOW, "user_name_invalid"),
        ("甲甲", "甲", PASSWORD, WINDOW, "user_name_invalid"),
        ("ok", " \u200b", PASSWORD, WINDOW, "staff_name_missing"),
        ("ok", "甲", "short", WINDOW, "password_short"),
        ("ok", "甲", PASSWORD, Post(()), "role_missing"),
        ("ok", "甲", PASSWORD, Post((Role.REVIEWER,)), "department_missing"),
        ("ok", "甲", PASSWORD, Post((Role.SERVICE_CENTRE,), USCC), "halls_missing"),
        ("ok", "甲", PASSWORD, Post((Role.TOWNSHIP,), USCC, (HALL.code,)), "townships_missing"),
    ],
)
async def test_what_cannot_be_added(
    house: House,
    staff: Staff,
    employment: Employment,
    username: str,
    name: str,
    password: str,
    post: Post,
    code: str,
) -> None:
    assert await said(employment.employ(username, name, password, post, house.by("cli"))) == code
    assert await staff.find(username) is None


async def test_a_post_says_what_it_takes_and_is_what_is_kept(
    house: House, staff: Staff, employment: Employment
) -> None:
    by = house.by_staff("ann")
    for role in Role:
        department = USCC if role.reach is Reach.DEPARTMENT else None
        halls = (HALL.code,) if role.reach is Reach.HALLS else ()
        townships = ("南村镇",) if role.reach is Reach.TOWNSHIP else ()
        member = await employment.post("wu", Post((role,), department, halls, townships), by)
        assert member["townships"] == list(townships)
        assert (member["roles"], member["department"], member["halls"]) == ([role], department, list(halls))
    assert member["events"][-1]["data"]["roles"] == [role.value]
    with pytest.raises(DomainError, match="没有岗位“king”"):
        roles_of(["window", "king"])


async def test_who_has_left_keeps_a_name_and_nothing_else(
    house: House, staff: Staff, employment: Employment
) -> None:
    by = house.by_staff("ann")
    gone = await employment.leave("bo", by)
    assert (gone["roles"], gone["halls"], "second" in gone) == ([], [], False)
    assert gone["events"][-1]["data"] == {"roles": ["administrator"], "heir": ""}
    assert await staff.names(["bo"]) == {"bo": "bo的姓名"}
    assert "bo" not in [one["_id"] for one in await staff.present()]
    for doing in (
        employment.leave("bo", by),
        employment.suspend("bo", by),
        employment.post("bo", WINDOW, by),
        employment.reset("bo", one_time_password(), by),
    ):
        assert await said(doing) == "member_left"
    door = house.stores.staff_door
    assert (
        await said(door.sign_in("bo", PASSWORD, address="203.0.113.7", device="", by=house.by()))
        == "member_suspended"
    )


async def test_a_reset_lets_a_locked_member_in_again_and_asks_for_another_password(
    house: House, staff: Staff, employment: Employment
) -> None:
    by = house.by_staff("ann")
    assert await said(employment.reset("bo", "1234567890", by)) == "password_common"
    await employment.suspend("bo", by)
    password = one_time_password()
    back = await employment.reset("bo", password, by)
    assert (back.get("one_time"), "suspended_at" in back, "second" in back) == (by.at, False, False)
    assert password not in str(back)
    door = house.stores.staff_door
    done = await door.sign_in("bo", password, address="203.0.113.7", device="", by=house.by())
    assert (done.member["_id"], done.confirmed) == ("bo", False)


async def test_only_who_is_let_in_is_present(house: House, staff: Staff, employment: Employment) -> None:
    by = house.by_staff("ann")
    await employment.leave("bo", by)
    await employment.suspend("wu", by)
    assert [one["_id"] for one in await staff.present()] == ["ann"]


async def test_a_one_time_password_lets_in_for_a_week(
    house: House, staff: Staff, employment: Employment, clock: Clock
) -> None:
    by, password = house.by_staff("ann"), one_time_password()
    await employment.reset("wu", password, by)
    clock.advance(ONE_TIME_LASTS - timedelta(seconds=1))

    async def tried(word: str) -> str:
        door = house.stores.staff_door
        return await said(door.sign_in("wu", word, address="203.0.113.7", device="", by=house.by()))

    assert await tried(password) == "done"
    clock.advance(timedelta(seconds=1))
    assert await tried(password) == "one_time_password_over"
    assert await tried("another password") == "password_wrong"
    again = one_time_password()
    await employment.reset("wu", again, house.by_staff("ann"))
    assert await tried(again) == "done"
    await staff.change_password("wu", "three small stones", house.by_staff("wu"))
    clock.advance(2 * ONE_TIME_LASTS)
    assert await tried("three small stones") == "done"
