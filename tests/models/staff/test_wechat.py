"""A member's own WeChat: bound by a QR and a code that only it is shown."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from models.staff.document import Member
from models.staff.scopes import Role
from models.staff.wechat import DIGITS, TRIES, VALID, StaffWechats
from tests.house.clock import Clock
from tests.house.house import House, said
from tests.house.staff import Post

WINDOW = Post((Role.WINDOW,))


@pytest.fixture
def wechats(house: House) -> StaffWechats:
    return house.stores.staff_wechats


@pytest.fixture
async def chen(house: House) -> Member:
    return await house.member("chen", WINDOW)


def an_openid() -> str:
    return f"openid-{uuid4().hex[:8]}"


async def now(house: House, member: Member) -> Member:
    return await house.stores.staff.get(member["_id"])


async def taken(house: House, member: Member, openid: str) -> str:
    """The code that a WeChat is shown which has opened a member's QR."""
    wechats = house.stores.staff_wechats
    token = await wechats.begin(member, house.by_staff(member["_id"]))
    await wechats.take(token, openid, house.by())
    return (await wechats.invited(token, openid, house.by().at)).code


async def bound(house: House, member: Member, openid: str) -> Member:
    code = await taken(house, member, openid)
    return await house.stores.staff_wechats.finish(await now(house, member), code, house.by())


async def test_a_wechat_is_bound_and_nothing_tells_whose(
    house: House, wechats: StaffWechats, chen: Member
) -> None:
    openid = an_openid()
    token = await wechats.begin(chen, house.by_staff("chen"))
    assert (await wechats.invited(token, openid, house.by().at)).code == ""
    assert await said(wechats.finish(await now(house, chen), "0000", house.by())) == "staff_wechat_not_opened"
    await wechats.take(token, openid, house.by())
    await wechats.take(token, openid, house.by())  # tapped twice
    invited = await wechats.invited(token, openid, house.by().at)
    assert (invited.member["name"], len(invited.code)) == (chen["name"], DIGITS)
    member = await wechats.finish(await now(house, chen), f" {invited.code} ", house.by())
    assert (wechats.openid(member), member["wechat"]["since"]) == (openid, house.by().at)
    assert "linking" not in member
    for secret in (openid, token, f"'{invited.code}'"):
        assert secret not in str(await now(house, chen))
    assert await said(wechats.invited(token, openid, house.by().at)) == "staff_wechat_link_gone"
    assert wechats.openid(chen) == ""


async def test_a_qr_is_good_for_five_minutes_and_until_the_next(
    house: House, wechats: StaffWechats, chen: Member, clock: Clock
) -> None:
    first = await wechats.begin(chen, house.by())
    second = await wechats.begin(chen, house.by())
    assert await said(wechats.take(first, an_openid(), house.by())) == "staff_wechat_link_gone"
    openid = an_openid()
    await wechats.take(second, openid, house.by())
    code = (await wechats.invited(second, openid, house.by().at)).code
    clock.advance(VALID)
    assert await said(wechats.invited(second, openid, house.by().at)) == "staff_wechat_link_gone"
    assert await said(wechats.finish(await now(house, chen), code, house.by())) == "staff_wechat_link_over"


async def test_of_two_who_open_a_photographed_qr_one_takes_it(
    house: House, wechats: StaffWechats, chen: Member
) -> None:
    for _ in range(4):
        token, openids = await wechats.begin(chen, house.by()), [an_openid() for _ in range(4)]
        done = await asyncio.gather(*(said(wechats.take(token, one, house.by())) for one in openids))
        assert sorted(done) == ["done", *["staff_wechat_link_taken"] * 3]
        winner = openids[done.index("done")]
        code = (await wechats.invited(token, winner, house.by().at)).code
        member = await wechats.finish(await now(house, chen), code, house.by())
        assert wechats.openid(member) == winner
        loser = next(one for one in openids if one != winner)
        assert await said(wechats.invited(token, loser, house.by().at)) == "staff_wechat_link_gone"


async def test_a_code_is_not_guessed(house: House, wechats: StaffWechats, chen: Member) -> None:
    code = await taken(house, chen, an_openid())
    wrong = f"{(int(code) + 1) % 10**DIGITS:0{DIGITS}}"
    member = await now(house, chen)
    tried = await asyncio.gather(*(said(wechats.finish(member, wrong, house.by())) for _ in range(TRIES + 2)))
    assert sorted(tried) == ["staff_wechat_code_wrong"] * TRIES + ["staff_wechat_link_over"] * 2
    assert await said(wechats.finish(await now(house, chen), code, house.by())) == "staff_wechat_link_over"
    assert "wechat" not in await now(house, chen)


async def test_a_wechat_is_one_members(house: House, wechats: StaffWechats, chen: Member) -> None:
    other, openid = await house.member("other", WINDOW), an_openid()
    await bound(house, chen, openid)
    token = await wechats.begin(other, house.by())
    assert await said(wechats.take(token, openid, house.by())) == "staff_wechat_taken"
    assert wechats.openid(await bound(house, chen, openid)) == openid  # again one's own
    await wechats.remove(await now(house, chen), house.by())
    assert wechats.openid(await bound(house, other, openid)) == openid


async def test_of_two_members_who_bind_one_wechat_at_once_one_does(
    house: House, wechats: StaffWechats, chen: Member
) -> None:
    other, openid = await house.member("other", WINDOW), an_openid()
    members = (chen, other)
    codes = [await taken(house, one, openid) for one in members]
    waiting = [await now(house, one) for one in members]
    done = await asyncio.gather(
        *(said(wechats.finish(one, code, house.by())) for one, code in zip(waiting, codes, strict=True))
    )
    assert sorted(done) == ["done", "staff_wechat_taken"]


async def test_finishing_twice_binds_once(house: House, wechats: StaffWechats, chen: Member) -> None:
    code = await taken(house, chen, an_openid())
    member = await now(house, chen)
    done = await asyncio.gather(*(said(wechats.finish(member, code, house.by())) for _ in range(3)))
    assert sorted(done) == ["done", *["staff_wechat_link_over"] * 2]
    names = [event["name"] for event in (await now(house, chen))["events"]]
    assert names.count("staff.wechat_kept") == 1


@pytest.mark.parametrize("verb", ["leave", "reset", "suspend"])
async def test_who_leaves_or_is_reset_keeps_none_and_no_qr_binds_the_locked(
    house: House, wechats: StaffWechats, chen: Member, verb: str
) -> None:
    await bound(house, chen, an_openid())
    token = await wechats.begin(chen, house.by())
    given = ("three small stones",) if verb == "reset" else ()
    changed = await getattr(house.stores.employment, verb)("chen", *given, house.by("cli"))
    assert ("wechat" in changed) == (verb == "suspend")
    assert await said(wechats.take(token, an_openid(), house.by())) == "staff_wechat_link_gone"


async def test_what_an_authorization_gave_goes_with_it(
    house: House, wechats: StaffWechats, chen: Member
) -> None:
    other, openid = await house.member("other", WINDOW), an_openid()
    await bound(house, chen, openid)
    await taken(house, chen, openid)
    await bound(house, other, an_openid())
    for _ in range(2):
        await wechats.forget(openid, house.by())
    member = await now(house, chen)
    assert ("wechat" in member, "linking" in member) == (False, False)
    assert "wechat" in await now(house, other)


async def test_removing_twice_is_told_once(house: House, wechats: StaffWechats, chen: Member) -> None:
    member = await bound(house, chen, an_openid())
    await asyncio.gather(*(wechats.remove(member, house.by()) for _ in range(3)))
    names = [event["name"] for event in (await now(house, chen))["events"]]
    assert names.count("staff.wechat_removed") == 1


def test_the_way_is_open_for_a_short_time() -> None:
    assert timedelta(minutes=5) == VALID
