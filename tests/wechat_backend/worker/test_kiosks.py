"""What the worker does of kiosks: suspensions begin and end, the agreed day comes, retirement is proposed."""

from datetime import timedelta

import pytest

from models.kiosks import State, Wanted
from models.kiosks.document import Finding, Paper
from tests.house.clock import START, Clock
from tests.house.guides import USCC
from tests.house.kiosks import POSTS, Kiosked, kiosked
from tests.house.places import HALL
from tests.house.platforms import Platforms
from tests.house.worker import World
from wechat_backend.worker.job import AT_ONCE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def at(world: World, clock: Clock, moment: timedelta) -> None:
    """So long after the beginning, what is due is looked at."""
    clock.set(START + moment)
    await world.work()
    job = world.worker.loop("schedule").job
    while await job.run() == AT_ONCE:
        pass
    await job.end()


@pytest.fixture
async def kiosks(world: World, clock: Clock) -> Kiosked:
    clock.set(START)
    return await kiosked(world)


async def state(kiosks: Kiosked, kiosk: str) -> State:
    return (await kiosks.get(kiosk))["state"]


async def test_a_suspension_begins_and_ends_at_its_times(world: World, kiosks: Kiosked, clock: Clock) -> None:
    kiosk = (await kiosks.in_service())["_id"]
    start = START + 10 * DAY
    await kiosks.planned(kiosk, Wanted(start, start + HOUR, "系统升级"))
    await at(world, clock, 10 * DAY - HOUR)
    assert await state(kiosks, kiosk) is State.IN_SERVICE
    await at(world, clock, 10 * DAY)
    assert await state(kiosks, kiosk) is State.SUSPENDED
    await at(world, clock, 10 * DAY + HOUR)
    assert await state(kiosks, kiosk) is State.IN_SERVICE


async def test_the_agreed_day_comes(world: World, kiosks: Kiosked, clock: Clock) -> None:
    kiosk = (await kiosks.in_service())["_id"]
    await kiosks.withdrawn(kiosk)
    leaves_on = (START + 3 * DAY).date()
    await world.stores.retiring.agree(kiosk, leaves_on, *kiosks.who("digital"))
    await at(world, clock, 2 * DAY)
    assert await state(kiosks, kiosk) is State.IN_SERVICE
    await at(world, clock, 3 * DAY)
    assert await state(kiosks, kiosk) is State.RETIRED


async def test_retirement_is_proposed_hourly(world: World, kiosks: Kiosked, clock: Clock) -> None:
    kiosk = (await kiosks.in_service())["_id"]
    await world.do("retirements")
    assert (await kiosks.get(kiosk))["retirement"] is None
    await world.stores.keeping.find(kiosk, Finding.BEYOND_REPAIR, "主板烧毁", *kiosks.who("contact"))
    await world.do("retirements")
    assert (await kiosks.get(kiosk))["retirement"] is None, "the next round is due in an hour"
    clock.advance(HOUR)
    await world.do("retirements")
    assert (await kiosks.get(kiosk))["retirement"]


async def test_files_of_kiosks_are_not_swept_out(world: World, kiosks: Kiosked, clock: Clock) -> None:
    kiosk = (await kiosks.in_service())["_id"]
    await kiosks.suspended(kiosk, 10)
    clock.advance(2 * DAY)
    await world.do("sweep")
    held = await world.stores.kiosks.files_held({kiosk})
    assert len(held) == len(Paper) + 1
    for file in held:
        await world.stores.materials.read(file)


async def broken(kiosks: Kiosked) -> str:
    """A kiosk that the next look proposes to retire."""
    key = (await kiosks.in_service())["_id"]
    await kiosks.stores.keeping.find(key, Finding.BEYOND_REPAIR, "主板烧毁", *kiosks.who("contact"))
    return key


@pytest.mark.article("21.5", "21.7")
@pytest.mark.parametrize("place", [HALL.name, HALL.code])
async def test_the_contact_is_told_once_of_a_proposal(
    world: World, kiosks: Kiosked, platforms: Platforms, place: str
) -> None:
    """Of a hall that is not kept any more, by its code."""
    await broken(kiosks)
    await world.reachable("reached", POSTS["contact"])
    await world.stores.contacts.name(USCC, "reached", *kiosks.who("head"))
    await world.work()
    if place == HALL.code:
        await world.stores.halls.documents.delete_one({"_id": HALL.code})
    for _ in range(2):
        await world.do("retirements")
        await world.work()
    told = [one for one in platforms.texts.values() if one["template"] == "SMS_RETIREMENT"]
    phone = world.stores.staff_phones.number(await world.stores.staff.get("reached"))
    assert told == [
        {
            "template": "SMS_RETIREMENT",
            "phone": phone,
            "kiosk": "居住证自助机",
            "hall": place,
            "ground": "损坏以至无法提供服务",
        }
    ]


@pytest.mark.parametrize(
    "why", ["proposal_decided", "member_left", "contact_replaced", "member_unreachable", "nobody"]
)
async def test_nobody_is_told_in_vain(world: World, kiosks: Kiosked, platforms: Platforms, why: str) -> None:
    """What is decided already, who has left, is the contact no more or has no phone; where there is none."""
    key, contacts = await broken(kiosks), world.stores.contacts.documents
    if why == "nobody":
        await contacts.delete_many({})
    await world.stores.retiring.propose_all(world.by())
    if why == "proposal_decided":
        await world.stores.retiring.dismiss(key, "已换主板", *kiosks.who("digital"))
    if why == "member_left":
        await world.stores.employment.leave("contact", world.by("cli"))
    if why == "contact_replaced":
        await world.reachable("contact", POSTS["contact"])
        await world.member("next", POSTS["contact"])
        await world.stores.contacts.name(USCC, "next", *kiosks.who("head"))
    await world.work()
    found = await world.stores.deliveries.documents.find({"notice": "retirement"}).to_list()
    assert [one.get("code") for one in found] == ([] if why == "nobody" else [why])
    assert all(one["template"] != "SMS_RETIREMENT" for one in platforms.texts.values())
