"""What the account answers, and what it learns from reports."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest

from handlers.chat import callback
from handlers.chat.envelope import parse, text_reply
from models.applications import State
from models.blacklist import Ground, Reference
from models.chat import inbox
from models.outgoing.deliveries import Plan, Via
from models.pairings import Kind
from models.people import Party
from tests.house.barred import BEGUN, LAST_DAY, LISTED, wrong_at
from tests.house.guides import CARD, plain_guide
from tests.house.kiosks import kiosked
from tests.house.listing import Listing
from tests.house.outside import TakesAll
from tests.house.wechat import USER, Peer, event, message


async def test_follow_welcomes_and_is_known(peer: Peer) -> None:
    welcome = await peer.say(event("subscribe"))
    assert "欢迎" in welcome
    assert "https://panyu.test/guides" in welcome
    account = await peer.services.accounts.documents.find_one({"openid": USER})
    assert account["following"] is True
    assert {told["channel"] for told in account["events"]} == {"chat"}
    assert await peer.say(event("unsubscribe", CreateTime="1764000005")) == ""
    account = await peer.services.accounts.documents.find_one({"openid": USER})
    assert account["following"] is False


async def test_who_scans_a_kiosks_qr_is_led_on(peer: Peer) -> None:
    """A follower by the scan, a newcomer by following; a code that is over, and any other scene, say so."""
    made = await kiosked(peer)
    made.stores.materials.inspector = TakesAll()
    kiosk, pairings = await made.in_service(name="一号机"), peer.stores.pairings
    ticket = await pairings.ask(Kind.KIOSK, kiosk["_id"], "/kiosk", "192.0.2.7", peer.by())
    code = pairings.code_of(ticket.key)
    newcomer = await peer.say(event("subscribe", f"qrscene_pair_{code}"))
    follower = await peer.say(event("SCAN", f"pair_{code}", CreateTime="1764000005"))
    for said in (newcomer, follower):
        assert "一号机" in said
        assert f'<a href="https://panyu.test/pair/{code}">' in said
    account = await peer.services.accounts.documents.find_one({"openid": USER})
    assert account["following"] is True
    await pairings.cancel(ticket, peer.by())
    assert "换一个码" in await peer.say(event("SCAN", f"pair_{code}", CreateTime="1764000006"))
    assert "换一个码" in await peer.say(event("SCAN", "pair_X", CreateTime="1764000007"))
    assert await peer.say(event("SCAN", "poster", CreateTime="1764000008")) == ""
    assert "欢迎" in await peer.say(event("subscribe", "qrscene_poster", CreateTime="1764000009"))


async def test_text_finds_guides_and_a_number_opens_one(peer: Peer) -> None:
    await peer.publish_guides()
    listed = await peer.say(message("居住证"))
    assert "1. " in listed
    assert "2. " in listed
    assert f"https://panyu.test/guides/{plain_guide().item}" in listed
    number = re.search(r"(\d)\. <a[^>]*>居住证签注", listed)
    assert number
    opened = await peer.say(message(chr(ord(number[1]) + 0xFEE0)))  # a full-width digit
    assert "【居住证签注】" in opened
    assert "跑动次数：0次" in opened
    assert "没有对应的事项" in await peer.say(message("9"))


@pytest.mark.article("10.twice")
async def test_a_guide_says_what_one_has_under_way(peer: Peer) -> None:
    await peer.publish_guides()

    async def opened() -> str:
        listed = await peer.say(message("居住证"))
        number = re.search(r"(\d)\. <a[^>]*>居住证签注", listed)
        assert number
        return await peer.say(message(number[1]))

    assert "正在办理" not in await opened()
    party = await peer.applicant(openid=USER)
    assert "正在办理" not in await opened()
    found = await peer.application(party=party)
    assert f'<a href="https://panyu.test/applications/{found["_id"]}">看进度</a>' in await opened()
    await peer.desk(party).withdraw(found["_id"])
    assert "正在办理" not in await opened()


@pytest.mark.article("28.1", "28.2", "28.3", "28.months", "28.online")
@pytest.mark.parametrize("listed", LISTED, ids=str)
async def test_exactly_who_is_barred_is_shown_no_way_to_apply(peer: Peer, listed: tuple[str, Ground]) -> None:
    async def begins(party: Party) -> bool:
        account = await peer.services.accounts.get(party.account)
        body = party.id if party.for_body else None
        await peer.services.accounts.act_for(party.account, body, peer.by())

        async def said(text: str) -> str:
            sent = await peer.send(peer.query(), message(text, FromUserName=account["openid"]))
            return sent.body.decode()

        number = re.search(rf"(\d)\. <a[^>]*>{BEGUN.name}", await said(BEGUN.name))
        assert number
        told = await said(number[1])
        assert ("马上办理" in told) is (LAST_DAY not in told)
        assert ("/appointments/new" in told) is ("/blacklist" in told) is (LAST_DAY in told)
        return "马上办理" in told

    assert await wrong_at(peer, peer.clock, listed, begins) == []


@pytest.mark.article("28.online")
async def test_who_is_listed_is_shown_the_window_and_the_appeal(peer: Peer) -> None:
    await peer.publish_guides()
    party = await peer.applicant(openid=USER)
    found = await peer.application(party=party, guide=plain_guide(3, name="户口迁移"))
    ban = await Listing(peer, party.id, (Reference("application", found["_id"]),)).confirmed()

    async def opened() -> str:
        listed = await peer.say(message("居住证"))
        number = re.search(r"(\d)\. <a[^>]*>居住证签注", listed)
        assert number
        return await peer.say(message(number[1]))

    assert "马上办理" in await opened()
    await peer.services.decisions.opened(ban["_id"], party, peer.by())
    told = await opened()
    assert "马上办理" not in told
    for part in ("2027-02-24（含当日）以前不能在线申请", "/appointments/new", "/blacklist"):
        assert part in told


async def test_what_others_do_is_told_first_where_it_fits_best(peer: Peer) -> None:
    await peer.publish_guides()
    await peer.refer(CARD)
    told = await peer.say(message("怎么办社保卡"))
    assert told == "【社会保障卡申领】不在这里办，由合作银行办理。各银行网点。电话：12333"
    await peer.publish(plain_guide(40, name="参保登记", topics=["社保卡"]))
    both = await peer.say(message("社保卡"))
    assert both.index(CARD.who) < both.index("1. ")
    guide = await peer.say(message("参保登记"))
    assert CARD.who not in guide


async def test_what_comes_closest_is_asked_about(peer: Peer) -> None:
    await peer.publish_guides()
    told = await peer.say(message("居注证"))
    assert "您要找的是不是" in told
    assert "居住证签注" in told


async def test_without_a_hit_topics_and_hotline_are_named(peer: Peer) -> None:
    await peer.publish_guides()
    told = await peer.say(message("火箭发射"))
    assert "户籍" in told
    assert "12345" in told


@pytest.mark.article("13.serial")
async def test_a_serial_number_shows_how_it_stands(peer: Peer) -> None:
    made = await peer.application(State.ACCEPTED)
    serial = made["serial"] or ""
    await peer.staff.note(made["_id"], "疑似伪造")
    await peer.staff.nudge(made["_id"], "请尽快审查")
    pasted = (f"\u202d{serial}\u202c", f"流水号：{serial}", f"查一下{serial[:8]}-{serial[8:]}，谢谢")
    for typed in (serial, serial.lower(), f" {serial} ", *pasted):
        said = await peer.say(message(typed))
        assert f"申请流水号：{serial}" in said
        assert "居住证签注" in said
        assert "疑似伪造" not in said
        assert "请尽快审查" not in said
        assert f"https://panyu.test/progress?serial={serial}" in said
    other = serial[:-1] + ("0" if serial[-1] != "0" else "1")
    assert "没有找到" in await peer.say(message(other))


@pytest.mark.article("11.contents", "13.serial")
async def test_a_serial_number_shows_what_comes_next(peer: Peer) -> None:
    printed = plain_guide(4, handling="form_generation", visits=1)
    waiting = await peer.application(State.GENERATED, guide=printed)
    assert "接下来：请打印表单，签名或盖章" in await peer.say(message(waiting["serial"] or ""))
    online = await peer.application(State.ACCEPTED)
    assert "接下来：部门审查后作出决定" in await peer.say(message(online["serial"] or ""))
    done = await peer.application(State.CONCLUDED)
    assert "接下来" not in await peer.say(message(done["serial"] or ""))


@pytest.mark.parametrize(
    ("sent", "part"),
    [
        (message("帮助"), "020-12345"),
        (event("CLICK", "help"), "020-12345"),
        (message("天上的星星"), "没有找到"),
        (message("<a href='http://evil'>x</a>]]><x/>"), "没有找到"),
        (message("a]]>b"), "没有找到"),
        ("<xml><FromUserName>openid-of-wang</FromUserName><ToUserName>gh_panyu</ToUserName>"
         "<MsgType>image</MsgType><MsgId>7</MsgId><CreateTime>1</CreateTime></xml>", "看不懂图片"),
        (message("你好"), "您可以这样办事"),
        (message("您好！"), "您可以这样办事"),
        (message("大字版"), "https://panyu.test/elder"),
        (message("字太小"), "https://panyu.test/elder"),
        (message("   "), "这样使用"),
        (message("\u200b\u202d\u3164"), "这样使用"),
        (message("预\u200b 约"), "https://panyu.test/appointments/new"),
        (message("预约"), "https://panyu.test/appointments/new"),
        (message("查进度"), "https://panyu.test/progress"),
        (message("我的办件"), "https://panyu.test/applications"),
        (message("实名认证"), "https://panyu.test/binding"),
        (message("附近网点"), "https://panyu.test/halls"),
    ],
)  # fmt: skip
async def test_what_is_said(peer: Peer, sent: str, part: str) -> None:
    assert part in await peer.say(sent)


@pytest.mark.article("7.sealed")
@pytest.mark.parametrize("typed", ["440113199001010010", "梁志强", "a]]>b", "<a href='http://evil'>x</a>"])
async def test_what_was_typed_is_not_said_again_nor_kept(peer: Peer, typed: str) -> None:
    assert typed not in await peer.say(message(typed))
    kept = await peer.services.inbox.documents.find({}).to_list()
    assert kept
    assert typed not in str(kept)


@pytest.mark.article("7.sealed")
async def test_a_reply_is_kept_sealed(peer: Peer) -> None:
    await peer.publish_guides()
    assert "回复前面的数字" in await peer.say(message("居住证"))
    assert "回复前面的数字" not in str(await peer.services.inbox.documents.find({}).to_list())


async def test_control_characters_are_left_out(peer: Peer) -> None:
    await peer.publish_guides()
    text = message("PLACE").replace("PLACE", "<![CDATA[居住\x00\x0b\x1f\ufffe证]]>")
    assert "回复前面的数字" in await peer.say(text)


def test_nothing_in_a_reply_ends_it() -> None:
    assert "<Content><![CDATA[a]]]]><![CDATA[>b]]></Content>" in text_reply(parse(message("x")), "a]]>b", "1")


async def test_what_is_told_late_does_not_undo_what_came_later(peer: Peer) -> None:
    await peer.say(event("subscribe"))
    await peer.say(event("unsubscribe", CreateTime="1764000020"))
    await peer.say(event("subscribe", CreateTime="1764000010"))
    account = await peer.services.accounts.documents.find_one({"openid": USER})
    assert account["following"] is False


async def test_long_replies_fit(peer: Peer) -> None:
    long = plain_guide(summary="很长的说明。" * 400)
    await peer.publish(long)
    await peer.say(message("居住证签注"))
    assert len((await peer.say(message("1"))).encode()) <= 2048


@pytest.mark.parametrize("report_first", [False, True])
async def test_template_outcome_plans_the_fallback(peer: Peer, monkeypatch: Any, report_first: bool) -> None:
    monkeypatch.setattr(callback, "FIRST_PAUSE", 0.2)
    monkeypatch.setattr(inbox, "LEASE", timedelta(seconds=0.1))
    monkeypatch.setattr(inbox, "PAUSE", 0.02)
    deliveries, now = peer.services.deliveries, peer.clock.now()
    told = Plan(Via.WECHAT, "progress", "a1", Via.SMS)
    await deliveries.plan({"id": "e1", "request": "r"}, [told], now)
    claimed = await deliveries.claim(now)
    assert claimed
    if not report_first:
        await deliveries.sent(claimed, "200163836", now)
    finished = {"MsgID": "200163836", "Status": "failed:user block"}
    said = asyncio.create_task(peer.say(event("TEMPLATESENDJOBFINISH", **finished)))
    if report_first:
        await asyncio.sleep(0.1)
        await deliveries.sent(claimed, "200163836", now)
    assert await said == ""
    assert [each["_id"] for each in await deliveries.of_event("e1")] == ["e1:sms:a1", "e1:wechat:a1"]


async def test_a_report_of_nothing_ends_quietly(peer: Peer, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(callback, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(inbox, "LEASE", timedelta(0))
    assert await peer.say(event("TEMPLATESENDJOBFINISH", MsgID="1", Status="success")) == ""
    said = capsys.readouterr().out
    assert said.count("event_about_nothing") == 1
    assert said.count("event_early") == callback.EARLY + 1
    assert "[error" not in said
