"""Workers remind who booked: by WeChat, else by SMS; not of what is no more (article 9)."""

import asyncio
import re
from datetime import time, timedelta
from typing import Any

import pytest

from models.appointments.reminders import reminders
from models.workdays import local_date, local_moment
from simulator import Running
from simulator.aliyun.service import Aliyun
from tests.house.guides import plain_guide
from tests.house.places import HALL
from tests.house.worker import World, letters, li_follows, look, person_of, set_clock, work
from tests.wechat_backend.worker.two_matters import two_matters
from wechat_backend.worker.facts.appointments import items, what_to_bring


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
    assert what_to_bring([plain_guide(materials=[other, *asked, online])] * 2) == words
    assert len(words) <= 20


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["居住证签注"], "居住证签注"),
        (["居住证签注", "医保参保", "残疾人证"], "居住证签注、医保参保、残疾人证"),
        (["食品经营许可证核发（新办）", "医保参保登记", "残疾人证"], "食品经营许可证核发（新办）等3项"),
        (["建设工程规划许可证核发及其变更和延续", "医保参保登记"], "建设工程规划许可证核发及其变更和…等2项"),
    ],
)
def test_several_names_fit_a_field_of_the_message(names: list[str], words: str) -> None:
    assert items(names) == words
    assert len(words) <= 20


@pytest.mark.article("9.reminded")
async def test_a_visit_of_several_matters_is_told_of_once(simulated: World, simulator: Running) -> None:
    """When it is booked, before it begins, and when it is cancelled: each names all of its matters."""
    party = await li_follows(simulator, simulated)
    await simulator.simulator.wechat.unfollow(person_of(simulator, "li"))
    services = simulated.services
    wanted = two_matters(simulated, party)
    starts = wanted.starts
    visit = await wanted.book(simulated)
    await work(simulated)
    [told] = letters(simulator, "SMS_APPOINTMENT")
    assert "“居住证签注、医保参保”" in told
    set_clock(simulated, starts[0] - timedelta(hours=1))
    await work(simulated)
    set_clock(simulated, starts[1] - timedelta(hours=1))
    await work(simulated)
    texts = letters(simulator, "SMS_REMINDER")
    assert [["居住证签注、医保参保" in text, visit[0]["_id"] in text] for text in texts] == [[True, True]]
    keys = [one["_id"] for one in visit]
    await services.several.cancel(visit[0]["visit"], party, simulated.by(f"applicant:{party.id}"), seen=keys)
    await work(simulated)
    assert ["已取消" in text for text in letters(simulator, "SMS_APPOINTMENT")] == [False, True]


@pytest.mark.article("9.reminded")
async def test_who_books_within_the_hour_before_the_first_is_reminded_by_the_next(
    simulated: World, simulator: Running
) -> None:
    """The first has no reminder that could tell of all: it was over when they booked."""
    party = await li_follows(simulator, simulated)
    await simulator.simulator.wechat.unfollow(person_of(simulator, "li"))
    wanted = two_matters(simulated, party)
    starts = wanted.starts
    set_clock(simulated, starts[0] - timedelta(minutes=45))
    await wanted.book(simulated)
    await work(simulated)
    set_clock(simulated, starts[1] - timedelta(hours=1))
    await work(simulated)
    [told] = letters(simulator, "SMS_REMINDER")
    assert "“居住证签注、医保参保”" in told


async def test_what_left_a_visit_before_the_letter_went_out_is_told_by_itself(
    simulated: World, simulator: Running
) -> None:
    """Nobody is told that it is on the day of the others."""
    party = await li_follows(simulator, simulated)
    await simulator.simulator.wechat.unfollow(person_of(simulator, "li"))
    services, by = simulated.services, simulated.by(f"applicant:{party.id}")
    wanted = two_matters(simulated, party)
    visit = await wanted.book(simulated)
    [later, _] = two_matters(simulated, party, ahead=2).starts
    await services.appointments.move(
        visit[0]["_id"], party, wanted.guides[0], HALL, later, services.calendar, by
    )
    await work(simulated)
    told = letters(simulator, "SMS_APPOINTMENT")
    assert sorted([name in text for name in ("居住证签注", "医保参保")] for text in told) == [
        [False, True],
        [True, False],
    ]


@pytest.mark.article("9.reminded")
@pytest.mark.parametrize("rounds", [1, 2])
async def test_a_reminder_is_not_lost_with_the_matter_that_was_to_tell_it(
    simulated: World, simulator: Running, rounds: int
) -> None:
    """Of two letters the later matter's is looked at first; then the first matter is cancelled."""
    party = await li_follows(simulator, simulated)
    services = simulated.services
    wanted = two_matters(simulated, party, ahead=2)
    starts = wanted.starts
    visit = await wanted.book(simulated)
    await work(simulated)
    set_clock(simulated, reminders(starts[0])[0].at)
    await look(simulated)
    await simulated.worker.relay.once()
    of_second = {"name": "appointment.reminded", "about": visit[1]["_id"]}
    event = await simulated.database["events"].find_one(of_second)
    first = {"$set": {"due_at": simulated.clock() - timedelta(seconds=9)}}
    await services.deliveries.documents.update_one({"event": event["_id"]}, first)
    for _ in range(rounds):
        assert await simulated.worker.deliver.once()
    await services.appointments.cancel(visit[0]["_id"], party, simulated.by(f"applicant:{party.id}"))
    await work(simulated)
    told = [
        one["data"]["thing1"]
        for one in simulator.simulator.wechat.template_messages
        if "thing5" in one["data"]
    ]
    assert ["医保参保" in words for words in told] == [True]
