"""Who follows is one with the user of the mini-program, once WeChat tells whose the openid is."""

import asyncio
from datetime import timedelta

import pytest

from models.events import Channel
from models.people import ASK_UNIONID, Account, PlatformUser
from models.people.accounts import WechatUnavailable
from models.people.joining import PATIENCE, Joining
from models.schedule import Due
from tests.house.clock import Clock
from tests.house.house import House
from tests.house.outside import Openids

MINI = PlatformUser("m1", "u1")


@pytest.fixture
def openids() -> Openids:
    return Openids({"o1": "u1"})


@pytest.fixture
def joining(house: House, openids: Openids) -> Joining:
    stores = house.stores
    return Joining(stores.accounts, stores.binding, stores.sessions, openids)


async def follow(house: House) -> Due:
    """Somebody follows; what that plans."""
    found = await house.stores.accounts.follow("o1", house.by())
    event = found["events"][-1]
    [plan] = event["plans"]
    return Due(f"{event['id']}:{plan['what']}", plan["what"], event["about"], plan["at"], 1, "lease")


async def the_follower(house: House) -> Account:
    found = await house.stores.accounts.find("o1")
    assert found
    return found


async def bound_in_miniprogram(house: House) -> str:
    """The id of the person."""
    account = await house.stores.accounts.arrive_miniprogram(MINI, house.by())
    return (await house.bound(account)).id


async def bound(house: House) -> str | None:
    """The person that the chat knows."""
    person = await house.stores.applicants.find_by_account((await the_follower(house))["_id"])
    return person["_id"] if person else None


async def test_who_is_bound_in_the_miniprogram_is_bound_in_the_chat(house: House, joining: Joining) -> None:
    person, due = await bound_in_miniprogram(house), await follow(house)
    assert due.what == ASK_UNIONID
    assert await bound(house) is None
    assert await joining.join(due, house.by())
    assert await bound(house) == person
    assert (await the_follower(house))["following"] is True
    assert not await joining.join(due, house.by()), "asked again, nothing comes of it"


async def test_who_comes_to_the_miniprogram_later_is_the_same(house: House, joining: Joining) -> None:
    due = await follow(house)
    assert await joining.join(due, house.by())
    person = await bound_in_miniprogram(house)
    assert await bound(house) == person


async def test_who_was_bound_in_the_chat_stays_bound_and_signs_in_anew(
    house: House, joining: Joining
) -> None:
    due, old = await follow(house), await the_follower(house)
    person = (await house.bound(old)).id
    await house.stores.accounts.arrive_miniprogram(MINI, house.by())
    token = await house.stores.sessions.open(f"account:{old['_id']}", house.by(channel=Channel.H5))
    assert await joining.join(due, house.by())
    assert await bound(house) == person
    assert (await the_follower(house))["_id"] != old["_id"]
    assert await house.stores.sessions.find(token, "account", house.by()) is None


async def test_nothing_is_done_where_wechat_does_not_tell_or_nobody_follows(
    house: House, joining: Joining, openids: Openids
) -> None:
    await bound_in_miniprogram(house)
    due = await follow(house)
    openids.unionids.clear()
    assert not await joining.join(due, house.by())
    await house.stores.accounts.unfollow("o1", house.by())
    openids.down = True
    assert not await joining.join(due, house.by()), "who has left is not asked for"
    assert await bound(house) is None


async def test_it_waits_for_wechat_but_not_for_ever(
    house: House, joining: Joining, openids: Openids, clock: Clock
) -> None:
    person, due = await bound_in_miniprogram(house), await follow(house)
    openids.down = True
    with pytest.raises(WechatUnavailable):
        await joining.join(due, house.by())
    openids.down = False
    clock.advance(timedelta(hours=5))
    assert await joining.join(due, house.by())
    assert await bound(house) == person
    openids.down = True
    late = Due(due.key, due.what, "o2", due.at, 1, "lease")
    clock.advance(PATIENCE)
    assert not await joining.join(late, house.by())


async def test_two_at_once_join_them_once(house: House, joining: Joining) -> None:
    person, due = await bound_in_miniprogram(house), await follow(house)
    await asyncio.gather(*(joining.join(due, house.by()) for _ in range(4)), return_exceptions=True)
    await joining.join(due, house.by())
    assert await bound(house) == person
    moved = await house.stores.applicants.get(person)
    assert [event["name"] for event in moved["events"]] == ["applicant.bound"]
    found = await house.stores.accounts.documents.find({"openid": "o1"}).to_list()
    assert [(one["miniprogram_openid"], one["unionid"], one["following"]) for one in found] == [
        ("m1", "u1", True)
    ]


class Died(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("last", range(1, 6))
async def test_cut_off_anywhere_it_comes_to_the_same_end(
    house: House, joining: Joining, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    """The process dies before one of its writes."""
    due = await follow(house)
    person = (await house.bound(await the_follower(house))).id
    await house.stores.accounts.arrive_miniprogram(MINI, house.by())
    left = last

    def mortal(name: str, owner: object) -> None:
        real = getattr(owner, name)

        async def dies(*args: object, **options: object) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                raise Died
            return await real(*args, **options)

        monkeypatch.setattr(owner, name, dies)

    for owner, names in (
        (house.stores.accounts, ("change", "upsert")),
        (house.stores.applicants, ("change_many",)),
        (house.stores.sessions, ("end_all",)),
    ):
        for name in names:
            mortal(name, owner)
    with pytest.raises(Died):
        await joining.join(due, house.by())
    monkeypatch.undo()
    await joining.join(due, house.by())
    found = await the_follower(house)
    assert await bound(house) == person
    assert (found["miniprogram_openid"], found["unionid"], found["following"]) == ("m1", "u1", True)
