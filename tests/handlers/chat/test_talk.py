"""Booking inside the chat, on a real database: what is said, what is done, and that it is done once."""

import asyncio
import re
from datetime import date, time, timedelta
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from handlers.chat.dialogue.doing import Doing
from handlers.chat.dialogue.talk import SILENCE
from models.appointments import Appointment
from models.chat import BOOK_KEY
from models.people import Party
from models.places import Position, to_gcj02
from models.workdays import local_moment
from tests.house.guides import plain_guide
from tests.house.people import HUALONG, WEIMEI
from tests.house.places import MORNING, hall, with_windows
from tests.house.wechat import USER, Peer, event, message, xml

FAR_HALL = hall("far", name="南站大厅", name_en="South Hall", location={"coordinates": [113.27, 22.99]})
EVERYWHERE: dict[str, Any] = {"name": "居住证签注", "name_en": "Residence Permit Endorsement"}


@pytest.fixture
async def party(peer: Peer) -> Party:
    """The user of the chat, under the real name; two halls, and two items."""
    places = {"places": ["district", "far"]}
    await peer.furnish(plain_guide(1, **EVERYWHERE, **places), plain_guide(2, name="老年人优待证", **places))
    await peer.stores.halls.put(FAR_HALL, peer.by())
    return await peer.applicant(openid=USER)


async def says(peer: Peer, *texts: str) -> str:
    """The answer to the last of these messages."""
    said = ""
    for text in texts:
        said = await peer.say(message(text))
    return said


async def visits(peer: Peer, party: Party) -> list[Appointment]:
    return await peer.stores.appointments.of_applicant(party.id)


@pytest.mark.article("9.booking", "9.doors")
async def test_book_move_and_cancel_by_numbers(peer: Peer, party: Party) -> None:
    items = await says(peer, "预约")
    for part in ("1. ", "0 返回", "取消"):
        assert part in items
    number = re.search(r"(\d)\. 居住证签注", items)
    assert number
    assert "去哪个大厅" in await says(peer, number[1])
    assert "哪一天" in await says(peer, "1")
    assert "几点" in await says(peer, "2")
    assert "回复1确认" in await says(peer, "1")
    assert await visits(peer, party) == []
    booked = await says(peer, "1")
    assert booked.startswith("预约成功")
    [visit] = await visits(peer, party)
    assert visit["number"] in booked
    assert visit["channel"] == "chat"
    assert visit["timeline"][0]["actor"] == f"applicant:{party.id}"
    assert "改时间" in await says(peer, "我的预约")
    assert "请核对新的时间" in await says(peer, "1", "3", "2")
    assert "改期成功" in await says(peer, "1")
    [moved] = await visits(peer, party)
    assert (moved["_id"], moved["day"]) == (visit["_id"], "2026-11-26")
    assert "确定取消" in await says(peer, "我的预约", "2")
    assert "已取消预约" in await says(peer, "1")
    assert [one["state"] for one in await visits(peer, party)] == ["cancelled"]
    assert "您现在没有预约" in await says(peer, "我的预约")


async def test_book_move_and_cancel_in_english(peer: Peer, party: Party) -> None:
    asked = await says(peer, "book a residence permit endorsement tomorrow after 14:30")
    assert "Which hall?" in asked
    assert "0 Back" in asked
    assert "Wed 25 Nov" in await says(peer, "South Hall")
    assert "Reply 1 to confirm" in await says(peer, "1")
    booked = await says(peer, "1")
    assert booked.startswith("预约成功 Booked!")
    assert "Time: Wed 25 Nov 14:30–15:00" in booked
    assert "Reply 1 to confirm" in await says(peer, "change my appointment", "friday at 10am")
    assert "Moved!" in await says(peer, "yes")
    [moved] = await visits(peer, party)
    assert moved["start"] == local_moment(date(2026, 11, 27), time(10))
    assert "Cancel this appointment?" in await says(peer, "cancel my appointment")
    assert "is cancelled" in await says(peer, "1")
    assert [one["state"] for one in await visits(peer, party)] == ["cancelled"]


async def test_an_english_account_is_answered_in_english(peer: Peer, party: Party) -> None:
    await peer.stores.accounts.prefer(party.account, peer.by(), language="en")
    assert "What do you want to do?" in await peer.say(event("CLICK", BOOK_KEY))


async def test_short_sentences_for_who_reads_large_text(peer: Peer, party: Party) -> None:
    normal = await says(peer, "预约")
    await peer.stores.accounts.prefer(party.account, peer.by(), elder=True)
    short = await peer.say(event("CLICK", BOOK_KEY))
    assert short.startswith("办什么事？")
    assert len(short) < len(normal)


async def test_words_fill_what_they_say_and_the_rest_is_asked(peer: Peer, party: Party) -> None:
    asked = await says(peer, "预约居住证签注 明天上午")
    assert "去哪个大厅" in asked
    times = await says(peer, "南站大厅")
    assert "11月25日" in times
    assert "上午9:00" in times
    assert "下午" not in times
    assert "下午3:00–3:30" in await says(peer, "下午三点")
    assert (await says(peer, "1")).startswith("预约成功")


async def test_a_voice_is_as_good_as_words(peer: Peer, party: Party) -> None:
    spoken = {"MsgType": "voice", "MediaId": "m", "Format": "amr"}
    heard = await peer.say(xml({**spoken, "MsgId": "71", "Recognition": "我想预约居住证签注，听日朝早。"}))
    assert "去哪个大厅" in heard
    assert "哪一天" not in await peer.say(xml({**spoken, "MsgId": "72", "Recognition": "二。"}))
    mumbled = await peer.say(xml({**spoken, "MsgId": "73"}))
    assert "没听清" in mumbled
    assert "您的预约还没做完" in mumbled


async def test_the_hall_first_and_near_ones_before(peer: Peer, party: Party) -> None:
    here = to_gcj02(Position(22.99, 113.27))
    spot = {"MsgType": "location", "MsgId": "81", "Location_X": here.latitude, "Location_Y": here.longitude}
    await says(peer, "预约")
    near = await peer.say(xml(spot))
    assert "1. 南站大厅" in near
    assert "南站大厅" in await says(peer, "1")
    assert "哪一天" in await says(peer, "老年人优待证")
    kept = str(await peer.services.dialogues.documents.find({}).to_list())
    assert "22.9" not in kept
    await says(peer, "取消")
    assert "1. 南站大厅" in await says(peer, "预约老年人优待证")
    assert "去哪个大厅" in await says(peer, "预约", "大厅")


async def test_it_goes_on_after_minutes_and_says_where_it_was_after_a_silence(
    peer: Peer, party: Party
) -> None:
    await says(peer, "预约居住证签注", "1")
    peer.clock.advance(SILENCE - timedelta(minutes=1))
    assert "几点" in await says(peer, "2")
    peer.clock.advance(SILENCE + timedelta(minutes=1))
    again = await says(peer, "1")
    assert again.startswith("刚才说到这里")
    assert "几点" in again
    assert "回复1确认" in await says(peer, "1")


async def test_after_a_silence_numbers_mean_the_list_that_came_later(peer: Peer, party: Party) -> None:
    await says(peer, "预约居住证签注")
    peer.clock.advance(SILENCE + timedelta(minutes=1))
    found = await says(peer, "老年人优待证")
    assert "您的预约还没做完" in found
    assert "【老年人优待证】" in await says(peer, "1")
    assert "去哪个大厅" in await says(peer, "继续")


async def test_numbers_mean_guides_where_nothing_is_booked(peer: Peer, party: Party) -> None:
    await says(peer, "居住证签注")
    assert "【居住证签注】" in await says(peer, "1")
    await says(peer, "预约", "取消", "居住证签注")
    assert "【居住证签注】" in await says(peer, "1")


async def test_who_is_unbound_is_led_there_and_goes_on_afterwards(peer: Peer) -> None:
    await peer.furnish(plain_guide(1, **EVERYWHERE))
    times = await says(peer, "预约居住证签注 明天上午")
    assert "11月25日" in times
    assert "1. 上午9:00" in times
    first = await says(peer, "1")
    assert "时间：11月25日（周三） 上午9:00" in first
    assert "https://panyu.test/binding" in first
    assert "还没有认证好" in await says(peer, "继续")
    assert "几点" in await says(peer, "0")
    assert "https://panyu.test/binding" in await says(peer, "1")
    party = await peer.applicant(openid=USER)
    assert "回复1确认" in await says(peer, "继续")
    assert (await says(peer, "1")).startswith("预约成功")
    assert len(await visits(peer, party)) == 1


async def test_wrong_numbers_and_other_words_change_nothing(peer: Peer, party: Party) -> None:
    await says(peer, "预约居住证签注")
    assert "没有这个数字" in await says(peer, "9")
    lost = await says(peer, "天上的星星")
    assert "没听明白" in lost
    assert "您的预约还没做完：请选大厅" in lost
    thanks = await says(peer, "谢谢")
    assert "不客气" in thanks
    assert "您的预约还没做完" in thanks
    aside = await says(peer, "老年人优待证")
    assert "/guides/" in aside
    assert "1. " not in aside
    assert "哪一天" in await says(peer, "1")


async def test_back_goes_step_by_step_and_out(peer: Peer, party: Party) -> None:
    await says(peer, "预约居住证签注", "1", "1")
    assert "哪一天" in await says(peer, "0")
    assert "去哪个大厅" in await says(peer, "返回")
    assert "是哪一件" in await says(peer, "0") or "办什么事" in await says(peer, "继续")
    assert "已退出" in await says(peer, "0")
    assert "没有进行中的预约" in await says(peer, "0")


async def test_a_visit_moves_to_another_hall(peer: Peer, party: Party) -> None:
    booked = "预约居住证签注 明天上午九点", "1", "1"
    first = (await peer.stores.halls.all())[0].name
    await says(peer, *booked)
    there, other = (first, "南站大厅") if "南站" not in first else ("南站大厅", first)
    assert "现在约的：11月25日" in await says(peer, "改时间")
    asked = await says(peer, "换大厅")
    assert "去哪个大厅" in asked
    assert there in asked
    number = re.search(rf"(\d)\. {other}", asked)
    assert number
    assert "11月26日" in await says(peer, number[1], "后天")
    checked = await says(peer, "上午十点")
    assert re.search(
        f"原时间：11月25日.*新时间：11月26日（周四） 上午10:00.*原地点：.*地点：{other}", checked, re.DOTALL
    )
    assert "改期成功" in await says(peer, "1")
    [moved] = await visits(peer, party)
    assert (moved["hall_name"], moved["day"], moved["moves"]) == (other, "2026-11-26", 1)


async def test_another_hall_at_the_last_step_keeps_the_time(peer: Peer, party: Party) -> None:
    there = await says(peer, "预约居住证签注 明天上午九点", "1")
    here = "南站大厅" in there
    changed = await says(peer, "换番禺区政务服务中心吧" if here else "换南站大厅吧")
    assert "回复1确认" in changed
    assert "11月25日（周三） 上午9:00" in changed
    assert ("南站大厅" in changed) is not here
    assert "11月26日（周四） 上午9:00" in await says(peer, "改到后天上午九点")
    assert (await says(peer, "1")).startswith("预约成功")


async def test_a_yes_that_asks_something_books_nothing(peer: Peer, party: Party) -> None:
    await says(peer, "预约居住证签注 明天上午九点", "1")
    told = await says(peer, "确定。要带公章吗")
    for part in ("还没有确认", "020-12345", "请带：身份证", "请回复1确认"):
        assert part in told
    assert "9:00" in await says(peer, "好的，你们几点关门？")
    assert await visits(peer, party) == []
    assert (await says(peer, "确定，谢谢")).startswith("预约成功")


async def test_a_stray_word_is_answered_in_the_tongue_of_the_conversation(peer: Peer, party: Party) -> None:
    await says(peer, "预约居住证签注")
    assert (await says(peer, "abc")).startswith("抱歉，没听明白。")
    assert "哪一天" in await says(peer, "1")


async def test_a_visit_that_staff_ask_to_move_is_marked(peer: Peer, party: Party) -> None:
    await says(peer, "预约居住证签注 明天上午九点", "1", "1", "预约老年人优待证 后天上午十点", "1", "1")
    asked = {"$set": {"asked_to_move_at": peer.clock.now()}}
    await peer.stores.appointments.documents.update_one({"day": "2026-11-26"}, asked)
    listed = await says(peer, "我的预约")
    assert "1. 11月25日" in listed
    assert "2. 请您改约：11月26日" in listed


async def test_hours_begin_with_those_of_today(peer: Peer, party: Party) -> None:
    assert "今天（周二）：9:00–12:00" in await says(peer, "你们几点开门")
    assert "Today (Tue" in await says(peer, "opening hours")


async def test_a_tongue_is_changed_by_words(peer: Peer, party: Party) -> None:
    await says(peer, "预约居住证签注 明天上午")
    assert "Which hall?" in await says(peer, "English please")
    assert "What time?" in await says(peer, "1")
    account = await peer.stores.accounts.find_by_openid(USER)
    assert account
    assert account["language"] == "en"
    assert "几点" in await says(peer, "中文")
    await says(peer, "取消")
    assert await says(peer, "英文") == "All right, I will answer in English from now on."
    assert "What do you want to do?" in await peer.say(event("CLICK", BOOK_KEY))
    assert "您要预约办什么事" in await says(peer, "预约")


async def test_what_staff_invite_to_book_is_named_and_one_number_begins_it(peer: Peer, party: Party) -> None:
    guide = await peer.stores.guides.published(plain_guide(2).item)
    made = await peer.application(party=party, guide=guide)
    kept = peer.stores.applications.documents
    invited = {"state": "accepted", "invited": {"original": peer.clock.now()}}
    await kept.update_one({"_id": made["_id"]}, {"$set": invited})
    listed = await says(peer, "我的预约")
    assert "1. 请预约：老年人优待证（核对原件）" in listed
    assert "去哪个大厅" in await says(peer, "1")
    assert (await says(peer, "1", "1", "1", "1")).startswith("预约成功")
    assert "请预约" not in await says(peer, "我的预约")


async def test_the_visit_that_is_meant_is_found_by_its_item_or_day(peer: Peer, party: Party) -> None:
    await says(peer, "预约居住证签注 明天上午九点", "1", "1", "预约老年人优待证 后天上午十点", "1", "1")
    asked = await says(peer, "帮我改一下居住证签注的时间到周五")
    assert "现在约的：11月25日" in asked
    assert "11月27日（周五）\n几点" in asked
    await says(peer, "取消")
    assert "老年人优待证" in await says(peer, "我要取消后天的预约")
    assert "确定取消" in await says(peer, "继续")
    await says(peer, "0")
    assert "居住证签注" in await says(peer, "取消居住证签注的预约", "继续")


async def test_a_long_list_goes_on_with_more(peer: Peer, party: Party) -> None:
    await peer.publish(*(plain_guide(number, name=f"事项{number}") for number in range(10, 22)))
    first = await says(peer, "预约")
    assert "8. 更多" in first
    assert "9. " not in first
    second = await says(peer, "8")
    assert set(re.findall(r"事项\d+", first)).isdisjoint(re.findall(r"事项\d+", second))
    assert "没有这个数字" in await says(peer, "9")
    chosen = re.search(r"1\. (事项\d+)", second)
    assert chosen
    assert "哪一天" in await says(peer, "更多", "1") or chosen


@pytest.mark.article("9.time")
async def test_a_slot_that_fills_before_a_visit_moves_there(peer: Peer, party: Party) -> None:
    """The old place is kept, and the others are listed."""
    await peer.stores.halls.put(with_windows(1, MORNING), peer.by())
    await says(peer, "预约居住证签注 明天上午九点", "番禺区政务服务中心", "1")
    assert "新时间" in await says(peer, "改到后天上午十点")
    district, ten = await peer.stores.halls.get("district"), local_moment(date(2026, 11, 26), time(10))
    other = await peer.applicant()
    await peer.stores.appointments.book(other, plain_guide(1), district, ten, peer.stores.calendar, peer.by())
    assert (await says(peer, "1")).startswith("刚刚约满了")
    [kept] = await visits(peer, party)
    assert (kept["day"], kept["state"], kept["moves"]) == ("2026-11-25", "booked", 0)


async def test_one_acts_for_several_bodies(peer: Peer, party: Party) -> None:
    await peer.publish(plain_guide(23, name="公司变更", audience=["enterprise"]))
    boss = await peer.applicant()
    number = peer.stores.applicants.number(boss.agent)
    bodies = [await peer.body(number)]
    bodies.append(await peer.body(number, name=HUALONG[0], number=HUALONG[1]))
    for body in bodies:
        await peer.confirmed(party, body, boss)
    roles = await says(peer, "预约公司变更 明天上午九点")
    assert "本人" not in roles
    for name, body, hour in zip((WEIMEI[0], HUALONG[0]), bodies, ("九点", "十点"), strict=True):
        said = await says(peer, f"预约公司变更 明天上午{hour}")
        chosen = re.search(rf"(\d)\. {name}", said)
        assert chosen
        assert f"办事人：{name}" in await says(peer, chosen[1])
        assert (await says(peer, "1")).startswith("预约成功")
        [visit] = await peer.stores.appointments.of_applicant(body["_id"])
        assert visit["agent"] == party.id
    listed = await says(peer, "我的预约")
    for name in (WEIMEI[0], HUALONG[0]):
        assert f"公司变更（{name}）" in listed


async def test_one_acts_for_a_company(peer: Peer, party: Party) -> None:
    both = {"name": "个体登记", "audience": ["person", "enterprise"]}
    await peer.publish(plain_guide(3, **both), plain_guide(4, name="公司登记", audience=["enterprise"]))
    assert "不面向您的办事身份" in await says(peer, "预约公司登记")
    boss = await peer.applicant()
    body = await peer.body(peer.stores.applicants.number(boss.agent))
    await peer.confirmed(party, body, boss)
    roles = await says(peer, "预约个体登记 明天上午九点")
    assert "以谁的名义" in roles
    number = re.search(rf"(\d)\. {WEIMEI[0]}", roles)
    assert number
    assert f"办事人：{WEIMEI[0]}" in await says(peer, number[1])
    assert (await says(peer, "1")).startswith("预约成功")
    [visit] = await peer.stores.appointments.of_applicant(body["_id"])
    assert visit["agent"] == party.id
    assert "个体登记" in await says(peer, "我的预约")


async def test_what_is_booked_already_is_shown(peer: Peer, party: Party) -> None:
    await says(peer, "预约居住证签注 明天上午九点", "1", "1")
    shown = await says(peer, "预约居住证签注 后天上午十点")
    assert "您已约过这件事" in shown
    assert "11月26日（周四） 上午10:00" in await says(peer, "1")
    assert "改期成功" in await says(peer, "1")


@pytest.mark.article("9.time")
async def test_a_slot_that_fills_meanwhile_is_said_and_the_others_are_listed(
    peer: Peer, party: Party
) -> None:
    await peer.stores.halls.put(with_windows(1, MORNING), peer.by())
    assert "回复1确认" in await says(peer, "预约居住证签注 明天上午九点", "1")
    other = await peer.applicant()
    nine = local_moment(date(2026, 11, 25), time(9))
    await peer.stores.appointments.book(
        other, plain_guide(1), await peer.stores.halls.get("district"), nine, peer.stores.calendar, peer.by()
    )
    full = await says(peer, "1")
    assert full.startswith("刚刚约满了")
    assert "1. 上午9:30–10:00" in full
    assert (await says(peer, "1", "1")).startswith("预约成功")
    assert len(await visits(peer, party)) == 1


async def test_a_message_that_comes_again_gets_the_same_answer_and_books_once(
    peer: Peer, party: Party
) -> None:
    await says(peer, "预约居住证签注 明天上午九点", "1")
    confirming = message("1")
    first = await peer.say(confirming)
    assert await peer.say(confirming) == first
    await peer.services.inbox.documents.delete_many(
        {}
    )  # as if the process had died before it kept the answer
    assert await peer.say(confirming) == first
    assert len(await visits(peer, party)) == 1


@pytest.mark.parametrize("booked", [True, False], ids=["after booking", "before booking"])
async def test_a_death_at_the_confirmation_books_once(
    peer: Peer, party: Party, monkeypatch: Any, booked: bool
) -> None:
    await says(peer, "预约居住证签注 明天上午九点", "1")
    confirming, done = message("1"), Doing.done

    async def dies(self: Doing, state: Any, **_: Any) -> Any:
        if booked:
            await done(self, state)
        raise AutoReconnect("the process dies")

    monkeypatch.setattr(Doing, "done", dies)
    assert (await peer.send(peer.query(), confirming)).code == 503
    monkeypatch.setattr(Doing, "done", done)
    await peer.services.inbox.documents.delete_many({})
    assert (await peer.say(confirming)).startswith("预约成功")
    assert len(await visits(peer, party)) == 1


async def test_what_was_confirmed_long_ago_is_not_done_any_more(
    peer: Peer, party: Party, monkeypatch: Any
) -> None:
    await says(peer, "预约居住证签注 明天上午九点", "1")

    async def dies(self: Doing, state: Any, **_: Any) -> Any:
        raise AutoReconnect("the process dies")

    with monkeypatch.context() as patched:
        patched.setattr(Doing, "done", dies)
        await peer.send(peer.query(), message("1"))
    peer.clock.advance(timedelta(hours=1))
    assert "您的预约还没做完" in await says(peer, "你好")
    assert await visits(peer, party) == []
    assert "回复1确认" in await says(peer, "继续")


@pytest.mark.parametrize("texts", [("1", "1"), ("1", "0"), ("1", "取消")])
async def test_of_two_at_once_one_wins(peer: Peer, party: Party, texts: tuple[str, str]) -> None:
    await says(peer, "预约居住证签注 明天上午九点", "1")
    answers = await asyncio.gather(*(peer.say(message(text)) for text in texts))
    made = await visits(peer, party)
    assert len(made) == any(said.startswith("预约成功") for said in answers)
    if texts == ("1", "1"):
        assert [said.startswith("预约成功") for said in answers] == [True, True]


async def test_moving_and_cancelling_again_changes_nothing(
    peer: Peer, party: Party, monkeypatch: Any
) -> None:
    """Each is done, and dies before it is kept; the same message says so."""
    await says(peer, "预约居住证签注 明天上午九点", "1", "1")
    done = Doing.done

    async def dies(self: Doing, state: Any, **_: Any) -> Any:
        await done(self, state)
        raise AutoReconnect("the process dies")

    for wish, said in (("改到后天上午十点", "改期成功"), ("取消预约", "已取消预约")):
        assert "回复1确认" in await says(peer, wish)
        confirming = message("1")
        with monkeypatch.context() as patched:
            patched.setattr(Doing, "done", dies)
            await peer.send(peer.query(), confirming)
        await peer.services.inbox.documents.delete_many({})
        assert said in await peer.say(confirming)
    [visit] = await visits(peer, party)
    assert [line["what"] for line in visit["timeline"]].count("appointment.moved") == 1


async def test_too_many_on_a_day_asks_for_another(peer: Peer, party: Party) -> None:
    await peer.publish(*(plain_guide(number, name=f"事项{number}") for number in range(5, 9)))
    for number in range(5, 8):
        await says(peer, f"预约事项{number} 明天上午")
        assert (await says(peer, "1", "1")).startswith("预约成功")
    full = await says(peer, "预约事项8 明天上午", "1", "1")
    assert "同一天最多预约3个事项" in full
    assert "哪一天" in full


async def test_a_reason_that_was_asked_for_is_no_booking(peer: Peer, party: Party) -> None:
    """What answers a question about a review goes there, unless one plainly begins to book."""
    asked = {"matter": "application:a1", "level": 1}
    await peer.services.dialogues.ask(USER, asked, peer.clock.now())
    assert "没有等您评价" in await says(peer, "预约了还要排两个小时的队")
    assert "办什么事" in await says(peer, "预约")
    assert (await peer.services.dialogues.find(USER, peer.clock.now())).question is None


async def test_the_answer_is_kept_sealed(peer: Peer, party: Party) -> None:
    await says(peer, "预约居住证签注")
    kept = str(await peer.services.dialogues.documents.find({}).to_list())
    assert "居住证" not in kept
    assert "去哪个大厅" not in kept


async def test_a_visit_of_another_is_none(peer: Peer, party: Party) -> None:
    other = await peer.applicant()
    visit = await peer.booking(other)
    assert "没有预约" in await says(peer, f"取消 {visit['number']}")
    assert (await peer.stores.appointments.get(visit["_id"]))["state"] == "booked"


@pytest.mark.parametrize(
    ("wish", "question"), [("改到后天上午十点", "请核对新的时间"), ("取消预约", "确定取消")]
)
async def test_what_was_moved_elsewhere_since_is_asked_anew(
    peer: Peer, party: Party, wish: str, question: str
) -> None:
    """The answer confirms what was shown, and not what the visit is by then."""
    await says(peer, "预约居住证签注 明天上午九点", "1", "1")
    assert question in await says(peer, wish)
    [booked] = await visits(peer, party)
    guide = await peer.stores.guides.published(booked["item"])
    other = await peer.stores.halls.get("far" if booked["hall"] == "district" else "district")
    start = local_moment(date(2026, 11, 26), time(11))
    await peer.stores.appointments.move(
        booked["_id"], party, guide, other, start, peer.stores.calendar, peer.by()
    )
    said = await says(peer, "1")
    assert not said.startswith(("改期成功", "已取消"))
    [now] = await visits(peer, party)
    assert (now["hall"], now["start"], now["state"]) == (other.code, start, "booked")


@pytest.mark.parametrize("repeated", [True, False], ids=["the same message", "another message"])
async def test_what_was_cancelled_after_a_death_is_not_booked_anew(
    peer: Peer, party: Party, monkeypatch: Any, repeated: bool
) -> None:
    """The process booked and died before it kept that; the person cancelled on the page."""
    await says(peer, "预约居住证签注 明天上午九点", "1")
    done, confirming = Doing.done, message("1")

    async def dies(self: Doing, state: Any, **_: Any) -> Any:
        await done(self, state)
        raise AutoReconnect("the process dies")

    with monkeypatch.context() as patched:
        patched.setattr(Doing, "done", dies)
        await peer.send(peer.query(), confirming)
    [booked] = await visits(peer, party)
    await peer.stores.appointments.cancel(booked["_id"], party, peer.by())
    await peer.services.inbox.documents.delete_many({})
    said = await peer.say(confirming if repeated else message("我的预约"))
    assert ("已取消" in said) if repeated else ("没有预约" in said)
    assert [one["state"] for one in await visits(peer, party)] == ["cancelled"]
