"""What is pushed to the service, as wechatpy reads it, and what the person sees of its answers."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from tornado.web import HTTPError
from wechatpy.replies import ArticlesReply, ImageReply, TextReply

from simulator.wechat.service import OUT_OF_ORDER
from tests.simulator.conftest import CONFIG, Peer


async def test_the_check_of_the_console(peer: Peer) -> None:
    assert await peer.call("/control/callback/check", {}) == {"ok": True}
    await peer.call("/control/callback", {"url": f"{peer.service.url}/elsewhere"})
    assert await peer.call("/control/callback/check", {}) == {"ok": False}


async def test_follow_talk_and_unfollow(peer: Peer) -> None:
    openid = await peer.openid("li")
    followed = await peer.do("li", "follow")
    assert followed["callback"]["outcome"] == "replied"
    await peer.do("li", "text", text="居住证 <a> ]]> & \U00020bb7")
    await peer.do("li", "click", key="help")
    await peer.do("li", "view", url="https://panyu.test/guides")
    await peer.do("li", "image", base64="iVBORw0KGgo=")
    peer.service.answer = lambda _: ""
    await peer.do("li", "unfollow")
    heard = peer.service.heard
    assert [getattr(message, "event", message.type) for message in heard] == [
        "subscribe", "text", "click", "view", "image", "unsubscribe",
    ]  # fmt: skip
    assert {(message.source, message.target) for message in heard} == {(openid, CONFIG.account)}
    assert heard[1].content == "居住证 <a> ]]> & \U00020bb7"
    assert (heard[2].key, heard[3].url) == ("help", "https://panyu.test/guides")
    assert heard[4].image == f"{peer.url}/media/{heard[4].media_id}"
    assert (await peer.fetch(heard[4].image.removeprefix(peer.url))).body == b"\x89PNG\r\n\x1a\n"
    assert await peer.chat("li") == []


async def test_replies_are_shown_with_their_links(peer: Peer) -> None:
    await peer.do("li", "follow")
    words = '请看<a href="https://panyu.test/?a=1&amp;b=2">指南</a>或 https://panyu.test/x 。<b>'
    peer.service.answer = lambda message: TextReply(content=words, message=message).render()
    await peer.do("li", "text", text="帮助")
    said, reply = (await peer.chat("li"))[-2:]
    assert (said["from"], said["text"]) == ("person", "帮助")
    assert reply["parts"] == [
        {"text": "请看"},
        {"text": "指南", "url": "https://panyu.test/?a=1&b=2"},
        {"text": "或 "},
        {"text": "https://panyu.test/x", "url": "https://panyu.test/x"},
        {"text": " 。<b>"},
    ]


async def test_an_article_is_shown(peer: Peer) -> None:
    await peer.do("li", "follow")
    article = {"title": "指南", "description": "怎么办", "image": "", "url": "https://panyu.test/"}
    peer.service.answer = lambda message: ArticlesReply(articles=[article], message=message).render()
    await peer.do("li", "text", text="指南")
    assert (await peer.chat("li"))[-1]["articles"][0]["title"] == "指南"


def late(_message: Any) -> Any:
    return asyncio.sleep(1, "")


def broken(_message: Any) -> Any:
    raise HTTPError(500)


@pytest.mark.parametrize("answer", [late, broken])
async def test_three_attempts_of_the_same_message(peer: Peer, answer: Any) -> None:
    await peer.do("li", "follow")
    peer.service.heard.clear()
    peer.service.answer = answer
    callback = (await peer.do("li", "text", text="在吗"))["callback"]
    assert (len(callback["attempts"]), callback["outcome"]) == (3, "no_answer")
    assert len({(message.id, message.create_time) for message in peer.service.heard}) == 1
    assert len({query["nonce"] for query in peer.service.requests[-3:]}) == 3
    assert (await peer.chat("li"))[-1]["text"] == OUT_OF_ORDER


@pytest.mark.parametrize("refused", [True, False])
async def test_the_next_attempt_begins_when_the_time_of_the_last_is_over(peer: Peer, refused: bool) -> None:
    peer.service.answer = broken
    if refused:
        peer.running.call_back("http://127.0.0.1:9/wechat/callback")
    start = time.perf_counter()
    callback = (await peer.do("li", "follow"))["callback"]
    took = time.perf_counter() - start
    assert (len(callback["attempts"]), callback["outcome"]) == (3, "no_answer")
    assert all(attempt["milliseconds"] < 300 for attempt in callback["attempts"])
    assert 2 * CONFIG.callback_seconds <= took < 3 * CONFIG.callback_seconds


async def test_an_answer_ends_the_attempts(peer: Peer) -> None:
    await peer.do("li", "follow")
    peer.service.heard.clear()

    def second_time(_message: Any) -> Any:
        return late(None) if len(peer.service.heard) == 1 else ""

    peer.service.answer = second_time
    callback = (await peer.do("li", "text", text="在吗"))["callback"]
    assert (len(callback["attempts"]), callback["outcome"]) == (2, "silent")
    assert callback["attempts"][0]["status"] == 0


def of_somebody_else(message: Any) -> str:
    reply = TextReply(content="您好", message=message)
    reply.target = "oNobody"
    return str(reply.render())


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (lambda _: b'{"ok": true}', "not XML"),
        (lambda message: TextReply(content="明文", message=message).render().encode(), "encrypted reply"),
        (lambda _: "<xml><a/></xml>", "somebody else"),
        (of_somebody_else, "somebody else"),
        (lambda message: TextReply(content="长" * 683, message=message).render(), "longer than 2048"),
        (lambda message: TextReply(content="", message=message).render(), "empty"),
        (lambda message: ImageReply(media_id="x", message=message).render(), "cannot be shown"),
    ],
)
async def test_wrong_answers_are_not_shown(peer: Peer, answer: Any, fault: str) -> None:
    await peer.do("li", "follow")
    peer.service.answer = answer
    callback = (await peer.do("li", "text", text="在吗"))["callback"]
    assert (callback["outcome"], len(callback["attempts"])) == ("bad_reply", 1)
    assert fault in callback["fault"]
    assert (await peer.chat("li"))[-1]["text"] == OUT_OF_ORDER


async def test_a_reply_with_another_signature_is_not_shown(peer: Peer) -> None:
    await peer.do("li", "follow")

    def forged(message: Any) -> bytes:
        sealed = peer.service.crypto.encrypt_message(
            TextReply(content="x", message=message).render(), "1", "2"
        )
        return str(sealed).replace("<TimeStamp>2", "<TimeStamp>3").encode()

    peer.service.answer = forged
    assert "InvalidSignature" in (await peer.do("li", "text", text="在吗"))["callback"]["fault"]


async def test_the_callback_is_plain_or_sealed_as_control_says(peer: Peer) -> None:
    address = (await peer.call("/control"))["callback_url"]
    for encrypted in (False, True):
        answer = await peer.call("/control/callback", {"encrypted": encrypted})
        assert answer == {"url": address, "encrypted": encrypted}
        peer.service.encrypted = encrypted
        await peer.do("li", "follow" if not encrypted else "unfollow")
        assert ("encrypt_type" in peer.service.requests[-1]) is encrypted
    assert [push["outcome"] for push in await peer.listed("callbacks")] == ["replied", "replied"]
    assert (await peer.call("/control"))["callback_encrypted"] is True


async def test_a_message_comes_once_more_when_control_says_so(peer: Peer) -> None:
    followed = await peer.do("li", "follow")
    again = await peer.call(f"/control/callbacks/{followed['callback']['number']}/again", {})
    assert (again["outcome"], len(again["attempts"])) == ("replied", 2)
    first, second = peer.service.heard
    assert (first.source, first.create_time, first.event) == (second.source, second.create_time, second.event)
    assert len(await peer.listed("callbacks")) == 1
    for unknown in ("0", "2"):
        assert (await peer.fetch(f"/control/callbacks/{unknown}/again", {})).code == 404


@pytest.mark.parametrize("asked", [{}, {"encrypted": "no"}, {"url": 7}])
async def test_callbacks_that_cannot_be(peer: Peer, asked: dict[str, Any]) -> None:
    assert (await peer.fetch("/control/callback", asked)).code == 400


async def test_parametric_codes_make_followers_and_scans(peer: Peer) -> None:
    asked = {"expire_seconds": 60, "action_name": "QR_STR_SCENE"}
    code = await peer.api("qrcode/create", asked | {"action_info": {"scene": {"scene_str": "kiosk-7"}}})
    assert code["url"].startswith("http://weixin.qq.com/q/")
    await peer.do("li", "scan", text=code["url"])
    await peer.do("li", "scan", text=code["url"])
    first, second = peer.service.heard
    assert (first.event, first.scene_id, first.ticket) == ("subscribe_scan", "kiosk-7", code["ticket"])
    assert (second.event, second.scene_id) == ("scan", "kiosk-7")
    picture = await peer.fetch(f"/cgi-bin/showqrcode?ticket={code['ticket']}")
    assert picture.headers["Content-Type"] == "image/png"
    assert (await peer.fetch("/cgi-bin/showqrcode?ticket=x")).code == 404
    peer.clock.advance(timedelta(seconds=60))
    assert "过期" in (await peer.do("li", "scan", text=code["url"]))["notice"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"action_name": "QR"}, 40052),
        ({"action_name": "QR_STR_SCENE"}, 40053),
        ({"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": ""}}}, 40053),
        ({"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "x" * 65}}}, 40053),
        ({"action_name": "QR_LIMIT_SCENE", "action_info": {"scene": {"scene_id": 100001}}}, 40053),
        ({"action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": 1}}, "expire_seconds": 0}, 40097),
    ],
)  # fmt: skip
async def test_codes_that_are_refused(peer: Peer, asked: dict[str, Any], code: int) -> None:
    assert (await peer.api("qrcode/create", asked))["errcode"] == code


async def test_other_codes_open_pages_or_say_words(peer: Peer) -> None:
    assert await peer.do("li", "scan", text="https://panyu.test/verify/1") == {
        "open": "https://panyu.test/verify/1"
    }
    unknown = await peer.do("li", "scan", text="hello")
    assert unknown == {"notice": "不是网址，也不是微信的二维码：hello"}


async def test_who_does_not_follow_has_no_chat(peer: Peer) -> None:
    assert (await peer.do("li", "text", text="在吗"))["status"] == 409
