"""What the worker sends by SMS: within the day's budget and its shares, and not too much to one phone."""

from datetime import time, timedelta
from typing import Any

import pytest

from models.outgoing.deliveries import Stage
from models.outgoing.sms import PER_PHONE, Purpose, SmsLimits, SmsUsedUp
from models.people.parties import Party
from models.workdays import local_date, local_moment
from simulator import Running
from simulator.faults import Fault
from tests.house.clock import Clock
from tests.house.platforms import Platforms
from tests.house.stores import ADDRESS
from tests.house.worker import World
from wechat_backend.worker.alarm import SmsAlarm
from wechat_backend.worker.sender import QUOTA_WAIT
from wechat_backend.worker.sms_budget import AGAIN

SIX = SmsLimits(a_day=6, codes_share=0.5, courtesy_share=0.34)
"""Three codes, two courtesies."""


async def ask(world: World, number: int) -> None:
    await world.services.phone_codes.request(
        f"1380000000{number}", account=f"a{number}", address=ADDRESS, by=world.by()
    )


async def book_and_cancel(world: World, party: Party) -> None:
    """Two courtesies."""
    booked = await world.book(party)
    await world.services.appointments.cancel(booked["_id"], party, world.by())
    await world.work()


async def spent(world: World) -> list[int]:
    """In all, codes, courtesies; of all days, since the clock may begin shortly before midnight."""
    days = [day async for day in world.services.sms.documents.find({})]
    return [sum(day[part] for day in days) for part in ("all", "code", "courtesy")]


async def failures(world: World) -> list[tuple[str, str | None]]:
    return [
        (each["notice"], each["code"]) for each in (await world.services.deliveries.page(Stage.FAILED)).rows
    ]


def templates(platforms: Platforms) -> list[str]:
    return sorted(text["template"].removeprefix("SMS_") for text in platforms.texts.values())


@pytest.fixture
async def party(world: World, platforms: Platforms, clock: Clock) -> Party:
    """Somebody whom only SMS reaches, in the morning."""
    clock.set(local_moment(local_date(clock.now()) + timedelta(days=1), time(10)))
    platforms.followers = set()
    found = await world.person()
    await world.work()
    return found


def test_every_message_has_its_bound() -> None:
    assert PER_PHONE.keys() == set(Purpose) - {Purpose.CODE}


@pytest.mark.article("11.forms")
async def test_codes_are_used_up_and_receipts_still_go(
    world: World, platforms: Platforms, party: Party
) -> None:
    world.services.sms.limits = SIX
    for number in range(3):
        await ask(world, number)
    with pytest.raises(SmsUsedUp, match="窗口") as refused:
        await ask(world, 3)
    assert 0 < refused.value.retry_after <= timedelta(days=1).total_seconds() + 1
    await world.application(party=party)
    await world.work()
    assert templates(platforms) == ["CODE", "CODE", "CODE", "RECEIPT"]
    assert await spent(world) == [4, 3, 0]


@pytest.mark.article("11.forms")
async def test_bookings_in_a_loop_take_no_receipt_s_place(
    world: World, platforms: Platforms, party: Party
) -> None:
    world.services.sms.limits = SIX
    await book_and_cancel(world, party)
    await book_and_cancel(world, party)
    assert await failures(world) == [("appointment", "sms_used_up")] * 2
    await world.application(party=party)
    await world.work()
    assert templates(platforms) == ["APPOINTMENT", "APPOINTMENT", "RECEIPT"]


async def test_one_phone_is_not_flooded(world: World, platforms: Platforms, party: Party) -> None:
    """Fifteen courtesies a day; what the law asks for has places of its own."""
    for _ in range(8):
        await book_and_cancel(world, party)
    assert await failures(world) == [("appointment", "phone_notice_limit")]
    await world.application(party=party)
    await world.work()
    assert templates(platforms) == ["APPOINTMENT"] * 15 + ["RECEIPT"]


@pytest.mark.article("11.forms", "13.pushed")
async def test_a_legal_notice_beyond_the_budget_comes_later(
    world: World, platforms: Platforms, party: Party, clock: Clock
) -> None:
    world.services.sms.limits = SmsLimits(a_day=1)
    found = await world.application(party=party)
    await world.work()
    await world.staff.accept(found["_id"])
    await world.work()
    assert templates(platforms) == ["RECEIPT"]
    assert await failures(world) == []
    clock.advance(AGAIN)
    await world.work()
    assert templates(platforms) == ["RECEIPT"]
    clock.advance(timedelta(days=1))
    await world.work()
    assert templates(platforms) == ["PROGRESS", "RECEIPT"]


async def test_trying_again_counts_no_second_time(
    world: World, platforms: Platforms, party: Party, clock: Clock
) -> None:
    platforms.peer.answers["/"] = {"Code": "isp.SYSTEM_ERROR"}
    await world.application(party=party)
    for _ in range(3):
        await world.work()
        clock.advance(timedelta(minutes=1))
    assert await spent(world) == [1, 0, 0]
    platforms.peer.answers["/"] = platforms.sms
    await world.work()
    assert templates(platforms) == ["RECEIPT"]
    assert await spent(world) == [1, 0, 0]


async def test_without_credit_nothing_is_counted_and_staff_see_it(
    simulated: World, simulator: Running, clock: Clock
) -> None:
    """Aliyun's limit for the account is everybody's; the channel waits, and opens again by itself."""
    simulator.simulator.faults.order(Fault(operation="SendSms", times=1, errcode="isv.DAY_LIMIT_CONTROL"))
    party = await simulated.person()
    await simulated.application(party=party)
    await ask(simulated, 1)
    await simulated.work()
    assert simulator.simulator.calls["SendSms"] == 1
    [closed] = await simulated.services.closures.closed()
    assert (closed["_id"], closed["code"]) == ("sms", "isv.DAY_LIMIT_CONTROL")
    clock.advance(QUOTA_WAIT - timedelta(seconds=10))
    await simulated.work()
    assert simulator.simulator.calls["SendSms"] == 1
    clock.advance(timedelta(seconds=10))
    await simulated.work()
    assert "SMS_RECEIPT" in [each["template"] for each in simulator.simulator.aliyun.messages]
    assert await simulated.services.closures.documents.find_one({}) is None
    assert (await spent(simulated))[0] == 2


async def test_aliyun_s_limit_for_one_phone_is_that_phone_s_alone(
    simulated: World, simulator: Running, clock: Clock
) -> None:
    order = Fault(operation="SendSms", times=1, errcode="isv.BUSINESS_LIMIT_CONTROL")
    simulator.simulator.faults.order(order)
    await ask(simulated, 1)
    await simulated.work()
    await ask(simulated, 2)
    await simulated.work()
    assert await simulated.services.closures.closed() == []
    assert [each["phone"] for each in simulator.simulator.aliyun.messages] == ["13800000002"]
    clock.advance(timedelta(seconds=10))
    await simulated.work()
    phones = [each["phone"] for each in simulator.simulator.aliyun.messages]
    assert phones == ["13800000002", "13800000001"]


async def test_staff_hear_once_at_each_level(world: World, capsys: Any, clock: Clock) -> None:
    world.services.sms.limits = SmsLimits(a_day=10, codes_share=0.5, courtesy_share=0.2)

    alarm = SmsAlarm(world.services.sms, world.clock)

    async def said() -> list[str]:
        await alarm.look()
        await alarm.look()
        lines = [line for line in capsys.readouterr().out.splitlines() if "sms_running_out" in line]
        return [word for line in lines for word in line.split() if word.startswith(("part=", "percent="))]

    for number in range(4):
        await ask(world, number)
    assert await said() == ["part=code", "percent=80"]
    await ask(world, 4)
    assert await said() == ["part=code", "percent=100"]
    for _ in range(5):
        await world.services.sms.take(Purpose.LEGAL, clock.now())
    assert await said() == ["part=all", "percent=100"]
    clock.advance(timedelta(days=1))
    assert await said() == []
    for number in range(4):
        await ask(world, number + 5)
    assert await said() == ["part=code", "percent=80"]
