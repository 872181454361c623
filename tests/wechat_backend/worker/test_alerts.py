"""The worker and the alerts of kiosks: whom it tells, by which way, and that two of them tell once."""

import asyncio
from datetime import timedelta

import pytest

from models.kiosks import DeviceState
from models.kiosks.alert_rules import ANSWER_WITHIN, CALM
from models.kiosks.heartbeats import Heard, Nonce
from models.staff import CENTRE, Member, Role
from models.workdays import local_date
from tests.house.clock import START, Clock
from tests.house.kiosks import kiosked
from tests.house.places import HALL
from tests.house.platforms import Platforms
from tests.house.staff import Post
from tests.house.worker import World
from wechat_backend.worker.job import AT_ONCE

OF_LING = "openid-of-ling"
SAID = Heard(state=DeviceState.FAULT, session=False, software="1")


async def see_to_plans(world: World) -> None:
    await world.work()
    job = world.worker.loop("schedule").job
    while await job.run() == AT_ONCE:
        pass
    await job.end()
    await world.work()


async def linked(world: World, username: str, openid: str) -> Member:
    """A member who has bound their WeChat."""
    wechats, by = world.stores.staff_wechats, world.by_staff(username)
    post = Post((Role.SERVICE_CENTRE,), halls=(HALL.code,))
    member = await world.member(username, post)
    token = await wechats.begin(member, by)
    await wechats.take(token, openid, world.by())
    code = (await wechats.invited(token, openid, by.at)).code
    return await wechats.finish(await world.stores.staff.get(username), code, by)


@pytest.fixture
async def failing(world: World, clock: Clock) -> str:
    """A kiosk with a fault that has lasted for some minutes. Ling is on duty, with WeChat; Ming, with a phone
    alone, stands behind."""
    clock.set(START)
    key = (await (await kiosked(world)).in_service())["_id"]
    await linked(world, "ling", OF_LING)
    await world.reachable("ming", Post((Role.SERVICE_CENTRE,), halls=(HALL.code,)))
    member, today = await world.stores.staff.get("ling"), local_date(START)
    await world.stores.duty.set_days(CENTRE, today, today, "ling", "ming", member, world.by_staff("ling"))
    nonce = Nonce(nonce="first", until=START + timedelta(minutes=10))
    await world.stores.heartbeats.hear(key, nonce, world.by(f"kiosk:{key}"), SAID)
    await world.work()
    clock.advance(timedelta(minutes=3))
    return key


def by_wechat(platforms: Platforms) -> list[tuple[str, str, dict[str, str]]]:
    """To whom alerts went, the page that they lead to, and what they say."""
    return [
        (one["touser"], one["url"], {name: field["value"] for name, field in one["data"].items()})
        for one in platforms.messages.values()
        if one["template_id"] == "TM_ALERT"
    ]


async def skipped(world: World) -> list[str]:
    """Why alerts were not sent any more."""
    found = await world.stores.deliveries.documents.find({"notice": "alert", "state": "skipped"}).to_list()
    return [one["code"] for one in found]


async def test_who_is_on_duty_is_told_by_wechat_then_the_next_by_sms(
    world: World, platforms: Platforms, failing: str, clock: Clock
) -> None:
    await world.do("alerts")
    await world.work()
    alert = await world.stores.alerts.documents.find_one({})
    [(openid, page, fields)] = by_wechat(platforms)
    assert (openid, page) == (OF_LING, f"https://panyu.test/admin/alerts/{alert['_id']}")
    assert fields == {
        "thing1": HALL.name,
        "thing2": "1台终端故障",
        "thing3": "请确认并处理",
        "time4": "2026年11月24日 10:03",
    }
    clock.advance(ANSWER_WITHIN)
    await see_to_plans(world)
    phone = world.stores.staff_phones.number(await world.stores.staff.get("ming"))
    said = {
        "template": "SMS_ALERT",
        "hall": HALL.name,
        "trouble": "1台终端故障",
        "what": "尚未处理，请您跟进",
    }
    assert [one for one in platforms.texts.values() if "trouble" in one] == [{"phone": phone, **said}]
    assert len(by_wechat(platforms)) == 1


async def test_two_workers_tell_once(world: World, platforms: Platforms, failing: str) -> None:
    troubles = await world.stores.heartbeats.troubles()
    await asyncio.gather(*(world.stores.alerting.look(troubles, world.by()) for _ in range(4)))
    await asyncio.gather(*(world.worker.relay.once() for _ in range(3)))
    await world.work()
    assert len(by_wechat(platforms)) == 1


async def test_who_has_left_meanwhile_is_told_nothing(
    world: World, platforms: Platforms, failing: str
) -> None:
    await world.do("alerts")
    await world.stores.employment.suspend("ling", world.by("cli"))
    await world.work()
    assert by_wechat(platforms) == []
    assert await skipped(world) == ["member_left"]


async def test_of_what_is_over_nobody_is_told_late(
    world: World, platforms: Platforms, failing: str, clock: Clock
) -> None:
    await world.do("alerts")
    for _ in range(2):
        await world.stores.alerting.look([], world.by())
        clock.advance(CALM)
    await world.work()
    assert by_wechat(platforms) == []
    assert await skipped(world) == ["alert_over"]


@pytest.mark.article("23.2")
async def test_all_on_duty_are_told_where_help_is_needed(
    world: World, platforms: Platforms, failing: str
) -> None:
    kiosk = await world.stores.kiosks.get(failing)
    await world.stores.helping.call(kiosk, world.by(f"kiosk:{failing}"))
    for _ in range(2):
        await world.work()
    [told] = [one for one in platforms.messages.values() if one["template_id"] == "TM_HELP"]
    assert (told["touser"], told["url"]) == (OF_LING, "https://panyu.test/admin/kiosk-board")
    assert {name: field["value"] for name, field in told["data"].items()} == {
        "thing1": HALL.name,
        "thing2": kiosk["position"],
        "thing3": kiosk["name"],
        "time4": "2026年11月24日 10:03",
    }
    ming = world.stores.staff_phones.number(await world.stores.staff.get("ming"))
    by_sms = [one for one in platforms.texts.values() if "position" in one]
    where = {"hall": HALL.name, "position": kiosk["position"], "kiosk": kiosk["name"]}
    assert by_sms == [{"template": "SMS_HELP", "phone": ming, **where}]


async def test_of_a_call_that_was_taken_nobody_is_told_late(
    world: World, platforms: Platforms, failing: str
) -> None:
    call = await world.stores.helping.call(await world.stores.kiosks.get(failing), world.by("kiosk:x"))
    ming = await world.stores.staff.get("ming")
    await world.stores.help_calls.take(call["_id"], ming, world.by_staff("ming"))
    await world.work()
    assert "TM_HELP" not in {one["template_id"] for one in platforms.messages.values()}
