"""Views that a member keeps of a list: bounded, named once, kept though two tabs keep at one instant."""

import asyncio

import pytest

from models.staff.views import LONGEST, MOST, TooManyViews, ViewNameTaken, ViewUnnamed, views_of
from models.store import Database
from tests.house.clock import Clock
from tests.house.house import House
from tests.house.outside import Register
from tests.house.stores import stores_over

LIST = "/admin/applications"


@pytest.fixture
async def house(database: Database, clock: Clock) -> House:
    house = House(stores_over(database, clock.now, Register()))
    await house.stores.staff.documents.delete_many({})
    await house.member("approver")
    return house


async def keep(house: House, name: str, address: str = LIST, **asked: str) -> None:
    member = await house.stores.staff.get("approver")
    await house.stores.views.keep(member, address, name, asked, house.by_staff())


async def kept(house: House, address: str = LIST) -> dict[str, dict[str, str]]:
    member = await house.stores.staff.get("approver")
    return {one["name"]: one["asked"] for one in views_of(member, address)}


async def test_what_is_kept_is_there_until_it_is_removed(house: House) -> None:
    await keep(house, " 超期 件 ", show="open", due="overdue")
    await keep(house, "超期件", "/admin/other", show="x")
    assert await kept(house) == {"超期件": {"show": "open", "due": "overdue"}}
    member = await house.stores.staff.get("approver")
    for _ in range(2):
        await house.stores.views.remove(member, LIST, "超期件", house.by_staff())
    assert await kept(house) == {}
    assert await kept(house, "/admin/other") == {"超期件": {"show": "x"}}


async def test_a_name_is_given_once_and_is_short(house: House) -> None:
    await keep(house, "甲", show="all")
    with pytest.raises(ViewNameTaken):
        await keep(house, "甲", show="open")
    for empty in ("", " ", "\u200b"):
        with pytest.raises(ViewUnnamed):
            await keep(house, empty)
    await keep(house, "长" * 500)
    assert sorted(map(len, await kept(house))) == [1, LONGEST]


async def test_of_too_many_at_once_no_more_than_the_most_are_kept(house: House) -> None:
    tries = (keep(house, f"第{number}个") for number in range(MOST + 5))
    told = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(one) for one in told if one] == [TooManyViews] * 5
    assert len(await kept(house)) == MOST
