"""Workers remind who booked: by WeChat, else by SMS; not of what is no more (article 9)."""

import asyncio
import re
from datetime import time, timedelta
from typing import Any

import pytest

from models.appointments.reminding import reminders
from models.workdays import local_date, local_moment
from simulator import Running
from simulator.aliyun.service import Aliyun
from tests.house.guides import plain_guide
from tests.house.worker import World, letters, li_follows, look, person_of, set_clock, work
from wechat_backend.worker.facts.appointments import what_to_bring


@pytest.fixture(autouse=True)
def any_stamp(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aliyun's SDK stamps by the machine's clock, and here days pass by another one."""
    monkeypatch.setattr(Aliyun, "_check_time", lambda _aliyun, _stamp: None)


async def reminded(world: World) -> list[Any]:
    """The deliveries of reminders: channel and state."""
    found = await world.services.deliveries.documents.find({"notice": "reminder"}).to_list()
    return sorted((one["channel"], one["state"], one["code"]) for one in found)


@pytest.mark.article("9.reminded")
async def test_who_follows_is_reminded_twice_by_wechat_whichever_worker_looks(
    simulated: World, simulator: Running
) -> None:
    tomorrow = local_date(simulated.clock()) + timedelta(days=1)
    set_clock(simulated, local_moment(tomorrow, time(10)))
    visit = await simulated.book(await li_follows(simulator, simulated))
    await work(simulated)
    assert await reminded(simulated) == []
    for number, reminder in enumerate(reminders(visit["start"]), 1):
        set_clock(simulated, reminder.at)
        await asyncio.gather(work(simulated), work(simulated))
        assert await reminded(simulated) == [("wechat", "sent", None)] * number
    set_clock(simulated, visit["start"])
    await work(simulated)
    assert len(await reminded(simulated)) == 2
    assert letters(simulator, "SMS_REMINDER") == []


@pytest.mark.article("9.reminded")
async def test_who_does_not_follow_is_told_by_sms_when_where_and_with_what(
    simulated: World, simulator: Running
) -> None:
    party = await li_follows(simulator, simulated)
    await simulator.simulator.wechat.unfollow(person_of(simulator, "li"))
    visit = await simulated.book(party)
    set_clock(simulated, visit["start"] - timedelta(hours=1))
    await work(simulated)
    text = letters(simulator, "SMS_REMINDER")[-1]
    place = "番禺区政务服务中心（番禺区市桥街清河东路319号）"
    assert [part in text for part in (place, "“居住证签注”", "09:30", "。请带身份证。")] == [True] * 4
    assert re.search(f"/appointments/{visit['_id']}$", text)
    assert await simulated.services.appointments.own(visit["_id"], party)


async def test_what_was_cancelled_before_the_message_went_out_is_not_sent(
    simulated: World, simulator: Running
) -> None:
    party = await li_follows(simulator, simulated)
    visit = await simulated.book(party)
    await work(simulated)
    set_clock(simulated, visit["start"] - timedelta(hours=1))
    await look(simulated)
    await simulated.worker.relay.once()
    by = simulated.by(f"applicant:{party.id}")
    await simulated.services.appointments.cancel(visit["_id"], party, by)
    await work(simulated)
    assert await reminded(simulated) == [("wechat", "skipped", "visit_over")]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "到大厅请出示预约码"),
        (["身份证"], "请带身份证"),
        (["身份证", "营业执照", "居民户口簿"], "请带身份证、营业执照、居民户口簿"),
        (["申请人有效身份证件", "经营场所使用证明", "承诺书"], "请带申请人有效身份证件等3样材料"),
    ],
)
def test_what_to_bring_fits_a_field_of_the_message(names: list[str], words: str) -> None:
    asked = [{"code": f"m{n}", "name": name, "kinds": ["copy"]} for n, name in enumerate(names)]
    other = {"code": "photo", "name": "照片", "kinds": ["electronic"], "required": False}
    online = {"code": "scan", "name": "扫描件", "kinds": ["electronic"], "asked": ["online"]}
    assert what_to_bring(plain_guide(materials=[other, *asked, online])) == words
    assert len(words) <= 20
