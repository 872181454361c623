"""A visit of several matters inside the chat, on a real database: added, booked, moved and cancelled."""

from datetime import date, time
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from handlers.chat.dialogue.doing import Doing
from models.people import Party
from models.workdays import local_moment
from tests.handlers.chat.test_talk import says, visits
from tests.house.guides import plain_guide
from tests.house.places import MORNING, with_windows
from tests.house.wechat import USER, Peer, message

NAMES = (
    ("居住证签注", "Residence Permit Endorsement"),
    ("老年人优待证", "Senior Card"),
    ("养老保险参保", "Pension Insurance"),
    ("婚育证明", "Family Certificate"),
)
WEDNESDAY = date(2026, 11, 25)


@pytest.fixture
async def party(peer: Peer) -> Party:
    """The user of the chat, under the real name; one hall with four items, and two places in each slot."""
    guides = [plain_guide(n, name=name, name_en=english) for n, (name, english) in enumerate(NAMES, 51)]
    await peer.furnish(*guides, hall=with_windows(2, MORNING))
    return await peer.applicant(openid=USER)


async def booked_two(peer: Peer) -> str:
    return await says(peer, "预约居住证签注 明天上午九点", "再加老年人优待证", "1")


async def starts(peer: Peer, party: Party) -> list[tuple[str, str, str]]:
    """What is booked: the item, the day and the time, in the order of their times."""
    found = [one for one in await visits(peer, party) if one["state"] == "booked"]
    told = [(one["item_name"], one["day"], f"{one['start']:%H:%M}") for one in found]
    return sorted(told, key=lambda one: one[1:])


@pytest.mark.article("9.booking", "9.doors")
async def test_two_matters_by_numbers_moved_one_and_all_and_cancelled(peer: Peer, party: Party) -> None:
    asked = await says(peer, "预约居住证签注 明天上午九点")
    assert "回复1确认\n回复2再加一个事项" in asked
    listed = await says(peer, "2")
    assert "同一次到访，再办什么事" in listed
    assert ". 居住证签注" not in listed
    number = listed[listed.index("老年人优待证") - 3]
    checked = await says(peer, number)
    assert "事项：居住证签注\n时间：11月25日（周三） 上午9:00–9:30\n" in checked
    assert "事项：老年人优待证\n时间：11月25日（周三） 上午9:30–10:00\n" in checked
    assert await visits(peer, party) == []
    told = await says(peer, "1")
    assert told.startswith("预约成功")
    made = await visits(peer, party)
    assert len({one["visit"] for one in made}) == 1
    assert all(f"预约号：{one['number']}" in told for one in made)
    assert told.count("身份证") == 1
    seen = await says(peer, "我的预约")
    for part in ("上午9:30–10:00", "1. 整次改时间或大厅", "2. 整次取消", "4. 只改或取消：老年人优待证"):
        assert part in seen
    moved = await says(peer, "1", "后天上午十点")
    assert moved.count("原时间：11月25日") == moved.count("新时间：11月26日") == 2
    assert "改期成功" in await says(peer, "1")
    both = [("居住证签注", "2026-11-26", "02:00"), ("老年人优待证", "2026-11-26", "02:30")]
    assert await starts(peer, party) == both
    assert "确定取消这次预约吗" in await says(peer, "取消老年人优待证的预约")
    assert "已取消预约" in await says(peer, "1")
    assert await starts(peer, party) == both[:1]


async def test_two_matters_in_english_and_all_cancelled(peer: Peer, party: Party) -> None:
    asked = await says(peer, "book a residence permit endorsement tomorrow at 9am")
    assert "Reply 2 to add another service" in asked
    checked = await says(peer, "also senior card")
    assert "Service: Senior Card\nTime: Wed 25 Nov 09:30–10:00" in checked
    assert (await says(peer, "yes")).startswith("预约成功 Booked!")
    seen = await says(peer, "my appointments")
    assert "Residence Permit Endorsement" in seen
    assert "2. Cancel all" in seen
    dropped = await says(peer, "2")
    assert dropped.startswith("Cancel all of this visit?")
    assert "Senior Card" in dropped
    assert "cancelled" in await says(peer, "1")
    assert await starts(peer, party) == []


async def test_three_are_enough_and_back_takes_one_away(peer: Peer, party: Party) -> None:
    await says(peer, "预约居住证签注 明天上午九点", "再加老年人优待证")
    third = await says(peer, "还要办养老保险参保")
    assert third.count("事项：") == 3
    assert "再加一个" not in third
    assert "最多预约3个" in await says(peer, "再加一个")
    assert (await says(peer, "返回")).startswith("好的，去掉了最后加的一项。")
    changed = await says(peer, "改到后天上午十点")
    assert "11月26日（周四） 上午10:30" in changed
    assert (await says(peer, "1")).startswith("预约成功")
    assert [one[2] for one in await starts(peer, party)] == ["02:00", "02:30"]


async def test_what_does_not_follow_is_not_added(peer: Peer, party: Party) -> None:
    said = await says(peer, "预约居住证签注 明天上午 最晚", "再加老年人优待证")
    assert "没有接得上的时段" in said
    assert said.count("事项：") == 1
    assert "不能在同一个大厅一起办" in await says(peer, "再加居住证签注")


@pytest.mark.article("9.time")
async def test_a_place_that_goes_meanwhile_plans_all_anew(peer: Peer, party: Party) -> None:
    """What was shown is booked, or nothing: the new times are shown first."""
    await peer.stores.halls.put(with_windows(1, MORNING), peer.by())
    await says(peer, "预约居住证签注 明天上午九点", "再加老年人优待证")
    district, other = await peer.stores.halls.get("district"), await peer.applicant()
    half_past = local_moment(WEDNESDAY, time(9, 30))
    await peer.stores.appointments.book(
        other, plain_guide(52), district, half_past, peer.stores.calendar, peer.by()
    )
    again = await says(peer, "1")
    assert again.startswith("刚刚约满了")
    assert await visits(peer, party) == []
    assert "老年人优待证\n时间：11月25日（周三） 上午10:00" in await says(peer, "上午九点")
    assert (await says(peer, "1")).startswith("预约成功")


async def test_what_is_booked_meanwhile_is_left_out(peer: Peer, party: Party) -> None:
    """By the same person, on a page."""
    await says(peer, "预约居住证签注 明天上午九点", "再加老年人优待证")
    district, eleven = await peer.stores.halls.get("district"), local_moment(WEDNESDAY, time(11))
    await peer.stores.appointments.book(
        party, plain_guide(52, name="老年人优待证"), district, eleven, peer.stores.calendar, peer.by()
    )
    told = await says(peer, "1")
    assert told.startswith("您已预约“老年人优待证”")
    assert "回复1确认" in told
    assert (await says(peer, "1")).startswith("预约成功")
    assert [one[0] for one in await starts(peer, party)] == ["居住证签注", "老年人优待证"]


async def confirmed_after_a_death(peer: Peer, monkeypatch: Any, *, done_first: bool) -> str:
    """What is told to a confirmation that comes again: the process died when it did the thing, and of the
    message nothing is known any more."""
    done = Doing.done

    async def dies(self: Doing, state: Any, **_: Any) -> Any:
        if done_first:
            await done(self, state)
        raise AutoReconnect("the process dies")

    confirming = message("1")
    with monkeypatch.context() as patched:
        patched.setattr(Doing, "done", dies)
        assert (await peer.send(peer.query(), confirming)).code == 503
    await peer.services.inbox.documents.delete_many({})
    return await peer.say(confirming)


@pytest.mark.parametrize("done_before", [True, False], ids=["after it was done", "before it was done"])
async def test_after_a_death_a_visit_is_booked_moved_and_cancelled_once(
    peer: Peer, party: Party, monkeypatch: Any, done_before: bool
) -> None:
    steps = (
        (("预约居住证签注 明天上午九点", "再加老年人优待证"), "预约成功", "booked", 2),
        (("改到后天上午十点",), "改期成功", "moved", 2),
        (("取消预约",), "已取消预约", "cancelled", 2),
    )
    for wishes, said, event, times in steps:
        assert "回复1确认" in await says(peer, *wishes)
        told = await confirmed_after_a_death(peer, monkeypatch, done_first=done_before)
        assert said in told
        assert told.count("事项：") == 2
        lines = [line["what"] for one in await visits(peer, party) for line in one["timeline"]]
        assert lines.count(f"appointment.{event}") == times
    assert await starts(peer, party) == []


async def test_a_repeated_answer_is_the_same_where_one_matter_was_over_before(
    peer: Peer, party: Party, monkeypatch: Any
) -> None:
    """The first was cancelled before the others were moved, and then cancelled; of both the process knew
    nothing any more."""
    await says(peer, "预约居住证签注 明天上午九点", "再加老年人优待证", "再加养老保险参保", "1")
    first = min(await visits(peer, party), key=lambda one: one["start"])
    await peer.stores.appointments.cancel(first["_id"], party, peer.by())
    for wishes, said in ((("我的预约", "1", "后天上午十点"), "改期成功"), (("取消预约",), "已取消预约")):
        await says(peer, *wishes)
        told = await confirmed_after_a_death(peer, monkeypatch, done_first=True)
        assert said in told
        assert "养老保险参保" in told
    lines = [line["what"] for one in await visits(peer, party) for line in one["timeline"]]
    assert (lines.count("appointment.moved"), lines.count("appointment.cancelled")) == (2, 3)


async def test_of_a_visit_one_matter_goes_elsewhere_alone(peer: Peer, party: Party) -> None:
    await booked_two(peer)
    assert "新时间：11月27日" in await says(peer, "我的预约", "4", "1", "周五", "1")
    assert "改期成功" in await says(peer, "1")
    assert [one[1] for one in await starts(peer, party)] == ["2026-11-25", "2026-11-27"]
    apart = await says(peer, "我的预约")
    assert "1. 11月25日" in apart
    assert "2. 11月27日" in apart


async def test_what_was_changed_on_a_page_since_is_asked_anew(peer: Peer, party: Party) -> None:
    await booked_two(peer)
    assert "整次取消" in await says(peer, "取消预约")
    last = max(await visits(peer, party), key=lambda one: one["start"])
    await peer.stores.appointments.cancel(last["_id"], party, peer.by())
    assert "已取消" not in await says(peer, "1")
    assert len(await starts(peer, party)) == 1


@pytest.mark.article("9.time")
async def test_a_visit_moved_by_one_slot_finds_its_own_places_free(peer: Peer, party: Party) -> None:
    await peer.stores.halls.put(with_windows(1, MORNING), peer.by())
    await booked_two(peer)
    assert "整次改时间或大厅" in await says(peer, "我的预约")
    shown = await says(peer, "1", "明天上午九点半")
    for part in ("新时间：11月25日（周三） 上午9:30–10:00", "新时间：11月25日（周三） 上午10:00–10:30"):
        assert part in shown
    assert "改期成功" in await says(peer, "1")
    assert [one[2] for one in await starts(peer, party)] == ["01:30", "02:00"]
