"""One user, one account, in whichever app they come."""

import asyncio
from typing import Any

from models.people.accounts import Account, Accounts
from models.people.verification import PlatformUser
from tests.house.clock import MakeCause
from tests.house.house import House
from wechat_backend.database.connection import Database


async def test_one_user_of_both_apps_is_one_account(house: House, cause: MakeCause) -> None:
    followed = await house.stores.accounts.follow("o1", cause())
    mini = await house.stores.accounts.arrive_miniprogram(PlatformUser("m1", "u1"), cause())
    assert mini["_id"] != followed["_id"]
    official = await house.stores.accounts.arrive(PlatformUser("o1", "u1"), cause())
    assert official["_id"] == mini["_id"]
    assert (official["openid"], official["following"]) == ("o1", True)
    assert (await house.stores.accounts.arrive_miniprogram(PlatformUser("m1", "u1"), cause()))["_id"] == mini[
        "_id"
    ]


async def test_who_was_bound_stays_bound_when_two_accounts_turn_out_to_be_one(
    house: House, cause: MakeCause
) -> None:
    official = await house.stores.accounts.arrive(PlatformUser("o1"), cause())
    person = await house.bind(official["_id"], cause())
    mini = await house.stores.accounts.arrive_miniprogram(PlatformUser("m1", "u1"), cause())
    joined = await house.stores.accounts.arrive(PlatformUser("o1", "u1"), cause())
    assert (joined["_id"], joined["absorbed"]) == (mini["_id"], [official["_id"]])
    for _ in range(2):
        await house.stores.binding.keep_bound(joined, cause())
    moved = await house.stores.applicants.find_by_account(mini["_id"])
    assert moved
    assert moved["_id"] == person["_id"]
    assert [event["name"] for event in moved["events"]].count("applicant.moved") == 1


async def test_many_first_contacts_at_once_make_one_account(house: House, cause: MakeCause) -> None:
    found = await asyncio.gather(
        *(house.stores.accounts.arrive(PlatformUser("o9"), cause()) for _ in range(20))
    )
    assert len({account["_id"] for account in found}) == 1


async def test_first_contacts_in_both_apps_at_once_make_one_account(house: House, cause: MakeCause) -> None:
    for number in range(10):
        user = f"u-{number}"
        official, mini = await asyncio.gather(
            house.stores.accounts.arrive(PlatformUser(f"o-{number}", user), cause()),
            house.stores.accounts.arrive_miniprogram(PlatformUser(f"m-{number}", user), cause()),
        )
        assert official["_id"] == mini["_id"]
        both = await house.stores.accounts.get(official["_id"])
        assert (both["openid"], both["miniprogram_openid"]) == (f"o-{number}", f"m-{number}")


class Overtaken(Accounts):
    """Before each of its writes the next of these calls is done."""

    calls: list[Any]

    async def upsert(self, *args: Any, **options: Any) -> Account:
        if self.calls:
            await self.calls.pop(0)
        return await super().upsert(*args, **options)


async def test_a_first_contact_goes_on_though_the_others_overtake_it_twice(
    house: House, indexed: Database, cause: MakeCause
) -> None:
    """The mini-program comes, then the report that the user follows, each just before the page's write."""
    overtaken = Overtaken(indexed)
    overtaken.calls = [
        house.stores.accounts.arrive_miniprogram(PlatformUser("m7", "u7"), cause()),
        house.stores.accounts.follow("o7", cause()),
    ]
    found = await overtaken.arrive(PlatformUser("o7", "u7"), cause())
    assert not overtaken.calls
    kept = await house.stores.accounts.get(found["_id"])
    assert (kept["openid"], kept["miniprogram_openid"], kept["unionid"]) == ("o7", "m7", "u7")
    assert kept["following"] is True
