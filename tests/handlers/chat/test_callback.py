"""WeChat's callback: who may call it, what it survives, each message answered once."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import xmltodict
from wechatpy.crypto import WeChatCrypto

from handlers.chat import callback, envelope
from handlers.chat.callback import LARGEST
from handlers.chat.envelope import Envelope, parse
from models.chat import inbox
from models.errors import Forbidden
from models.staff.scopes import Role
from tests.handlers.test_round_trips import watched
from tests.house.staff import Post
from tests.house.wechat import (
    ACCOUNT,
    APPID,
    FOREIGN_KEY,
    KEY,
    OLD_KEY,
    TOKEN,
    USER,
    Peer,
    content,
    event,
    message,
    signature,
)

FAST = 3.0
READING = ("query", "aggregate")


async def test_get_echoes_for_wechat_alone(peer: Peer) -> None:
    good = await peer.send(peer.query(echostr="5938"))
    assert (good.code, good.body) == (200, b"5938")
    for changes in (
        {"signature": "0" * 40},
        {"signature": "签"},
        {"timestamp": str(int(peer.clock.now().timestamp()) - 601)},
        {"timestamp": "soon"},
        {"encrypt_type": "aes", "signature": ""},
    ):
        bad = await peer.send(peer.query(echostr="5938", **changes))
        assert bad.code == 403
        assert b"5938" not in bad.body


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "<xml>",
        "no xml",
        "<xml/>",
        "<xml><Content>no type</Content></xml>",
        "<xml><MsgType>text</MsgType></xml>",
        "<xml><FromUserName>u</FromUserName><MsgType><a>1</a></MsgType></xml>",
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><MsgType>&b;</MsgType></xml>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>',
        b"\xff\xfe\x00",
    ],
)
async def test_odd_bodies_are_harmless(peer: Peer, body: str | bytes) -> None:
    response = await peer.send(peer.query(), body)
    assert (response.code, response.body) == (200, b"success")


async def test_a_repeat_gets_the_same_reply_and_happens_once(peer: Peer) -> None:
    await peer.publish_guides()
    query, body = peer.query(), message("居住证")
    first = await peer.send(query, body)
    same = await peer.send(query, body)
    other_nonce = await peer.send(peer.query(), body)
    assert content(first.body.decode()) == content(same.body.decode()) == content(other_nonce.body.decode())
    follow = event("subscribe")
    replies = await asyncio.gather(*(peer.say(follow) for _ in range(4)))
    assert len(set(replies)) == 1
    assert "欢迎" in replies[0]
    account = await peer.services.accounts.documents.find_one({"openid": USER})
    assert [each["name"] for each in account["events"]] == ["account.followed"]


@pytest.mark.parametrize(
    ("said", "writes"),
    [
        (message("居住证"), {"insert inbox": 1}),
        (message("你好"), {"insert inbox": 1}),
        (event("CLICK", "help"), {"insert inbox": 1}),
        (message("预约"), {"insert inbox": 1, "update dialogues": 1, "update inbox": 1}),
        (event("subscribe"), {"insert inbox": 1, "findandmodify accounts": 1, "update inbox": 1}),
    ],
    ids=["search", "small talk", "help", "booking", "follow"],
)
async def test_what_only_reads_is_one_write_and_what_changes_claims_first(
    peer: Peer, said: str, writes: dict[str, int]
) -> None:
    await peer.publish_guides()
    for expected in (writes, {"insert inbox": 1}):  # of the repeat, which is refused
        async with watched(peer) as calls:
            assert await peer.say(said) != ""
        written = [(call.lower(), times) for call, times in calls.items() if not call.startswith(READING)]
        assert written == list(expected.items())  # in their order


async def test_the_welcome_and_the_help_lead_to_large_text(peer: Peer) -> None:
    for said in (event("subscribe"), event("CLICK", "help")):
        assert '/elder">打开大字版</a>' in await peer.say(said)


async def test_events_of_one_second_are_told_apart(peer: Peer) -> None:
    assert await peer.say(event("CLICK", "help")) != ""
    assert await peer.say(event("CLICK", "else")) == ""
    assert "欢迎" in await peer.say(event("subscribe"))


async def test_a_caught_query_is_no_use_for_another_message(peer: Peer) -> None:
    query = peer.query()
    assert (await peer.send(query, message("帮助"))).code == 200
    replayed = await peer.send(query, event("unsubscribe"))
    assert (replayed.code, replayed.body) == (403, b"nonce_repeated")
    assert await peer.services.accounts.documents.find_one({"openid": USER}) is None


@pytest.mark.parametrize(
    "changes", [{"signature": "0" * 40}, {"timestamp": "1"}, {"timestamp": "1" * 400}, {"nonce": "changed"}]
)
async def test_strangers_are_refused(peer: Peer, changes: dict[str, str]) -> None:
    query = peer.query()
    query |= changes
    if "timestamp" in changes:
        query["signature"] = signature(query["timestamp"], query["nonce"])
    assert (await peer.send(query, event("subscribe"))).code == 403
    assert await peer.services.accounts.documents.find_one({"openid": USER}) is None


def encrypted(peer: Peer, body: str, key: str = KEY, appid: str = APPID) -> tuple[dict[str, str], str]:
    query = peer.query()
    sealed = WeChatCrypto(TOKEN, key, appid).encrypt_message(body, query["nonce"], query["timestamp"])
    parts = xmltodict.parse(sealed)["xml"]
    query |= {"encrypt_type": "aes", "msg_signature": parts["MsgSignature"]}
    return query, f"<xml><ToUserName>{ACCOUNT}</ToUserName><Encrypt>{parts['Encrypt']}</Encrypt></xml>"


@pytest.mark.parametrize("key", [KEY, OLD_KEY])
async def test_encrypted_both_ways(peer: Peer, key: str) -> None:
    response = await peer.send(*encrypted(peer, message("帮助"), key))
    assert response.code == 200
    parts = xmltodict.parse(response.body)["xml"]
    reply = WeChatCrypto(TOKEN, key, APPID).decrypt_message(
        response.body, parts["MsgSignature"], parts["TimeStamp"], parts["Nonce"]
    )
    assert "020-12345" in content(reply)


async def test_encrypted_needs_its_own_signature_and_key(peer: Peer) -> None:
    query, body = encrypted(peer, event("subscribe"))
    for changes in ({"msg_signature": query["signature"]}, {"msg_signature": ""}, {"signature": "0"}):
        assert (await peer.send(query | changes, body)).code == 403
    for wrong in ({"key": FOREIGN_KEY}, {"appid": "wx-of-somebody"}):
        response = await peer.send(*encrypted(peer, event("subscribe"), **wrong))
        assert (response.code, response.body) == (200, b"success")
    assert await peer.services.accounts.documents.find_one({"openid": USER}) is None
    assert (await peer.send(*encrypted(peer, event("subscribe")))).code == 200
    assert await peer.services.accounts.documents.find_one({"openid": USER})


async def test_a_database_that_hangs_costs_nobody_the_answer(peer: Peer, monkeypatch: Any) -> None:
    """WeChat is told that it was too late, sends again, and gets the answer that was being made."""
    await peer.publish_guides()
    question, follow = message("居住证"), event("subscribe")
    with monkeypatch.context() as hurried:
        hurried.setattr(callback, "PATIENCE", 0.5)
        peer.gate.open.clear()
        try:
            late = await asyncio.gather(*(peer.send(peer.query(), body) for body in (question, follow)))
        finally:
            peer.gate.open.set()
    assert [(answer.code, answer.body) for answer in late] == [(503, b"answer_late")] * 2
    assert "居住证" in await peer.say(question)
    assert "欢迎" in await peer.say(follow)
    account = await peer.services.accounts.documents.find_one({"openid": USER})
    assert [each["name"] for each in account["events"]] == ["account.followed"]


async def test_an_event_of_a_server_that_died_is_taken_over(peer: Peer, monkeypatch: Any) -> None:
    """A repeat that comes while the dead server still holds its lease."""
    monkeypatch.setattr(inbox, "LEASE", timedelta(seconds=0.5))
    body = event("subscribe")
    inboxed, now = peer.services.inbox, peer.clock.now()
    assert await inboxed.begin(parse(body).key, "nonce-of-the-dead", now, "request-of-the-dead") is None
    assert "欢迎" in await peer.say(body)
    assert await peer.services.accounts.documents.find_one({"openid": USER, "following": True})


async def test_the_query_of_a_check_is_no_use_for_a_message(peer: Peer) -> None:
    query = peer.query()
    assert (await peer.send(query | {"echostr": "1"})).body == b"1"
    assert (await peer.send(query | {"echostr": "1"})).body == b"1"
    forged = await peer.send(query, event("subscribe"))
    assert (forged.code, forged.body) == (403, b"nonce_repeated")


async def test_a_check_is_answered_while_the_database_hangs(peer: Peer, monkeypatch: Any) -> None:
    monkeypatch.setattr(callback, "PATIENCE", 0.5)
    peer.gate.open.clear()
    try:
        assert (await peer.send(peer.query(echostr="7"))).body == b"7"
    finally:
        peer.gate.open.set()


def test_safe_mode_takes_no_plain_message() -> None:
    safe = Envelope(APPID, TOKEN, [KEY], encrypted_only=True)
    with pytest.raises(Forbidden) as refused:
        safe.open({}, message("帮助").encode())
    assert refused.value.code == "encryption_required"


def test_patience_ends_before_wechat_asks_again() -> None:
    assert callback.PATIENCE < 5


@pytest.mark.parametrize("theirs", ["request-of-theirs", "short", "request-of-théirs"])
async def test_the_request_id_of_somebody_else_is_logged_beside_ours(
    peer: Peer, capsys: Any, theirs: str
) -> None:
    url = f"{peer.url}?{urlencode(peer.query())}"
    answer = await peer.http.fetch(url, method="POST", body=message("x"), headers={"X-Request-Id": theirs})
    [line] = [line for line in capsys.readouterr().out.splitlines() if "message_answered" in line]
    assert f" request={answer.headers['X-Request-Id']}" in line
    assert answer.headers["X-Request-Id"] != theirs
    assert ("outside_request=request-of-theirs" in line) == (theirs == "request-of-theirs")
    assert ("outside_request" in line) == (theirs == "request-of-theirs")


async def test_too_large_a_body_is_refused(peer: Peer) -> None:
    assert (await peer.send(peer.query(), "x" * (LARGEST + 1))).code == 413


@pytest.mark.parametrize("encrypted", [False, True])
async def test_nothing_unsigned_is_parsed(
    peer: Peer, monkeypatch: pytest.MonkeyPatch, encrypted: bool
) -> None:
    parsed: list[str] = []
    parse_xml = envelope.parse_xml

    def noted(text: str) -> dict[str, Any]:
        parsed.append(text)
        return parse_xml(text)

    monkeypatch.setattr(envelope, "parse_xml", noted)
    query = peer.query()
    if encrypted:
        del query["signature"]
        query |= {"encrypt_type": "aes", "msg_signature": "0" * 40}
    else:
        query["signature"] = "0" * 40
    refused = await peer.send(query, "<xml><Encrypt>AAAA</Encrypt></xml>")
    assert refused.code == 403
    assert parsed == []


REVOKED = ("user_authorization_revoke", "user_authorize_invalidation", "user_authorization_cancellation")


@pytest.mark.parametrize("name", REVOKED)
async def test_what_an_authorization_gave_of_members_goes_with_it(peer: Peer, name: str) -> None:
    """Two at one second, each about another user; the platform itself is their sender."""
    staff, wechats = peer.services.staff, peer.services.staff_wechats
    users = ("openid-of-one", "openid-of-two")
    for openid in users:
        member = await peer.member(openid, Post((Role.WINDOW,)))
        token = await wechats.begin(member, peer.by())
        await wechats.take(token, openid, peer.by())
        code = (await wechats.invited(token, openid, peer.by().at)).code
        await wechats.finish(await staff.get(openid), code, peer.by())
    for openid in (*users, "openid-of-nobody"):
        assert await peer.say(event(name, FromUserName="the platform", OpenID=openid, RevokeInfo="301")) == ""
    for openid in users:
        member = await staff.get(openid)
        assert "wechat" not in member
        assert [each["name"] for each in member["events"]].count("staff.wechat_removed") == 1
