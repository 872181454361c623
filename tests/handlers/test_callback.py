"""WeChat's callback over real HTTP: who may call it, what it survives, each message answered once."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha1
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from xml.sax.saxutils import escape

import pytest
import xmltodict
from stdnum.iso7064 import mod_37_36
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from wechatpy.crypto import WeChatCrypto

from handlers import wechat
from handlers.envelope import Envelope, parse
from handlers.services import Services, Site, assemble
from models import inbox
from models.errors import Forbidden
from models.events import Event
from models.privacy import Privacy
from models.workdays import Workdays
from tests.conftest import Clock
from tests.handlers.guides import a_guide
from wechat_backend.database import connect

APPID, TOKEN = "wx0123456789abcdef", "token-of-the-tests"
KEY, OLD_KEY, FOREIGN_KEY = ("k" * 42 + "A", "o" * 42 + "A", "f" * 42 + "A")
USER = "openid-of-wang"
ACCOUNT = "gh_panyu"
FAST = 3.0


class Gate:
    """A wire to MongoDB that can be held: bytes wait in it until it is let go."""

    def __init__(self, port: int) -> None:
        self.target, self.open = port, asyncio.Event()
        self.open.set()
        self.tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        self.open.set()
        self.server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pump(source, sink))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                await self.open.wait()
                sink.write(data)
                await sink.drain()
        finally:
            sink.close()


@dataclass
class Peer:
    """WeChat, calling us."""

    url: str
    services: Services
    clock: Clock
    gate: Gate
    http: AsyncHTTPClient = field(default_factory=lambda: AsyncHTTPClient(force_instance=True))

    def query(self, *more: str, **changes: str) -> dict[str, str]:
        given = {"timestamp": str(int(self.clock.now().timestamp())), "nonce": uuid4().hex[:10]} | changes
        given.setdefault("signature", signature(given["timestamp"], given["nonce"]))
        return given

    async def send(self, query: dict[str, str], body: str | bytes | None = None) -> HTTPResponse:
        return await self.http.fetch(
            f"{self.url}?{urlencode(query)}",
            method="GET" if body is None else "POST",
            body=body,
            raise_error=False,
            request_timeout=10,
        )

    async def say(self, xml: str) -> str:
        """Send in plain; the text of the reply, "" where there is none."""
        response = await self.send(self.query(), xml)
        assert response.code == 200
        return content(response.body.decode())


def signature(*parts: str) -> str:
    return sha1("".join(sorted((TOKEN, *parts))).encode(), usedforsecurity=False).hexdigest()


def message(text: str, **changes: str) -> str:
    return xml({"MsgType": "text", "Content": text, "MsgId": uuid4().int % 10**16, **changes})


def event(name: str, key: str = "", **changes: str) -> str:
    return xml({"MsgType": "event", "Event": name, "EventKey": key, **changes})


def xml(elements: dict[str, Any]) -> str:
    common = {"ToUserName": ACCOUNT, "FromUserName": USER, "CreateTime": 1764000000}
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in (common | elements).items())
    return f"<xml>{inner}</xml>"


def content(reply: str) -> str:
    if reply == "success":
        return ""
    parsed = xmltodict.parse(reply)["xml"]
    assert (parsed["ToUserName"], parsed["FromUserName"], parsed["MsgType"]) == (USER, ACCOUNT, "text")
    return str(parsed["Content"])


@pytest.fixture
async def peer(served: Peer) -> Peer:
    for store in (served.services.accounts, served.services.guides, served.services.deliveries):
        await store.documents.delete_many({})
    await served.services.inbox.documents.delete_many({})
    return served


@pytest.fixture(scope="module")
async def served(mongo_uri: str, privacy: Privacy) -> AsyncIterator[Peer]:
    clock = Clock()
    found = re.search(r"127\.0\.0\.1:(\d+)", mongo_uri)
    assert found
    gate = Gate(int(found[1]))
    name = f"test_{uuid4().hex[:12]}"
    database = await connect(f"mongodb://127.0.0.1:{await gate.start()}/?directConnection=true", name)
    site = Site("https://panyu.test", "020-12345", APPID, "https://open.weixin.test")
    nobody: Any = None
    services = assemble(
        database,
        clock=clock.now,
        calendar=Workdays(),
        privacy=privacy,
        site=site,
        identity=nobody,
        verifier=nobody,
    )
    await services.prepare()
    keys = {"appid": APPID, "token": TOKEN, "aes_keys": [KEY, OLD_KEY]}
    server = HTTPServer(Application(wechat.routes(keys), services=services, xsrf_cookies=True))
    socket, port = bind_unused_port()
    server.add_socket(socket)
    yield Peer(f"http://127.0.0.1:{port}/wechat/callback", services, clock, gate)
    server.stop()
    await server.close_all_connections()
    await database.drop()
    await database.close()
    await gate.stop()


async def publish_guides(peer: Peer, cause: Any) -> None:
    await peer.services.guides.publish(a_guide(), cause())
    other = a_guide(item=a_guide().item[:-1] + "2", name="居住证首次申领", visits=1)
    await peer.services.guides.publish(other, cause())


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


async def test_follow_welcomes_and_is_known(peer: Peer) -> None:
    welcome = await peer.say(event("subscribe"))
    assert "欢迎" in welcome
    assert "https://panyu.test/guides" in welcome
    account = await peer.services.accounts.documents.find_one({"openid": USER})
    assert account["following"] is True
    assert await peer.say(event("unsubscribe", CreateTime="1764000005")) == ""
    account = await peer.services.accounts.documents.find_one({"openid": USER})
    assert account["following"] is False


async def test_text_finds_guides_and_a_number_opens_one(peer: Peer, cause: Any) -> None:
    await publish_guides(peer, cause)
    listed = await peer.say(message("居住证"))
    assert "1. " in listed
    assert "2. " in listed
    assert f"https://panyu.test/guides/{a_guide().item}" in listed
    number = re.search(r"(\d)\. <a[^>]*>居住证签注", listed)
    assert number
    opened = await peer.say(message(chr(ord(number[1]) + 0xFEE0)))  # a full-width digit
    assert "【居住证签注】" in opened
    assert "跑动次数：0次" in opened
    assert "没有对应的事项" in await peer.say(message("9"))


@pytest.mark.article(13)
async def test_a_serial_number_shows_how_it_stands(peer: Peer, cause: Any) -> None:
    await peer.services.applications.documents.delete_many({})
    serial = "20261124" + "7K3M9PQ2TX"
    serial += mod_37_36.calc_check_digit(serial)
    document = {"_id": "application-1", "serial": serial, "item_name": "居住证签注", "state": "accepted"}
    await peer.services.applications.add(document, Event("application.submitted", "application-1", cause()))
    for typed in (serial, serial.lower(), f" {serial} "):
        said = await peer.say(message(typed))
        assert f"申请流水号：{serial}" in said
        assert "居住证签注" in said
        assert f"https://panyu.test/progress?serial={serial}" in said
    other = serial[:-1] + ("0" if serial[-1] != "0" else "1")
    assert "没有找到" in await peer.say(message(other))


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
        (message("   "), "这样使用"),
        (message("预约"), "https://panyu.test/appointments/new"),
        (message("查进度"), "https://panyu.test/progress"),
        (message("我的办件"), "https://panyu.test/applications"),
        (message("实名认证"), "https://panyu.test/binding"),
        (message("附近网点"), "https://panyu.test/halls"),
    ],
)  # fmt: skip
async def test_what_is_said(peer: Peer, sent: str, part: str) -> None:
    assert part in await peer.say(sent)


async def test_user_text_comes_back_whole(peer: Peer) -> None:
    assert "]]>" in await peer.say(message("a]]>b"))
    assert "<a href='http" not in await peer.say(message("<a href='http://evil'>x</a>"))


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


async def test_control_characters_are_left_out(peer: Peer) -> None:
    text = message("PLACE").replace("PLACE", "<![CDATA[天\x00\x0b\x1f\ufffe上]]>")
    assert "天上" in await peer.say(text)


async def test_a_repeat_gets_the_same_reply_and_happens_once(peer: Peer, cause: Any) -> None:
    await publish_guides(peer, cause)
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
    monkeypatch.setattr(wechat, "PATIENCE", 0.5)
    peer.gate.open.clear()
    start = time.perf_counter()
    text, follow = await asyncio.gather(peer.say(message("居住证")), peer.say(event("subscribe")))
    assert time.perf_counter() - start < FAST
    assert text == "系统繁忙，请稍后再试。"
    assert follow == ""
    peer.gate.open.set()
    for _ in range(100):
        if await peer.services.accounts.documents.find_one({"openid": USER, "following": True}):
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("the follow was lost")


async def test_an_event_of_a_server_that_died_is_taken_over(peer: Peer, monkeypatch: Any) -> None:
    """A repeat that comes while the dead server still holds its lease."""
    monkeypatch.setattr(inbox, "LEASE", timedelta(seconds=0.5))
    body = event("subscribe")
    assert await peer.services.inbox.begin(parse(body).key, "nonce-of-the-dead", peer.clock.now()) is None
    assert "欢迎" in await peer.say(body)
    assert await peer.services.accounts.documents.find_one({"openid": USER, "following": True})


async def test_what_is_told_late_does_not_undo_what_came_later(peer: Peer) -> None:
    await peer.say(event("subscribe"))
    await peer.say(event("unsubscribe", CreateTime="1764000020"))
    await peer.say(event("subscribe", CreateTime="1764000010"))
    account = await peer.services.accounts.documents.find_one({"openid": USER})
    assert account["following"] is False


async def test_the_query_of_a_check_is_no_use_for_a_message(peer: Peer) -> None:
    query = peer.query()
    assert (await peer.send(query | {"echostr": "1"})).body == b"1"
    assert (await peer.send(query | {"echostr": "1"})).body == b"1"
    forged = await peer.send(query, event("subscribe"))
    assert (forged.code, forged.body) == (403, b"nonce_repeated")


async def test_a_check_is_answered_while_the_database_hangs(peer: Peer, monkeypatch: Any) -> None:
    monkeypatch.setattr(wechat, "PATIENCE", 0.5)
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
    assert wechat.PATIENCE < 5


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


async def test_long_replies_fit(peer: Peer, cause: Any) -> None:
    long = a_guide(summary="很长的说明。" * 400)
    await peer.services.guides.publish(long, cause())
    await peer.say(message("居住证签注"))
    assert len((await peer.say(message("1"))).encode()) <= 2048


async def test_too_large_a_body_is_refused(peer: Peer) -> None:
    assert (await peer.send(peer.query(), "x" * (256 * 1024 + 1))).code == 400


@pytest.mark.parametrize("report_first", [False, True])
async def test_template_outcome_plans_the_fallback(peer: Peer, monkeypatch: Any, report_first: bool) -> None:
    monkeypatch.setattr(wechat, "FIRST_PAUSE", 0.2)
    monkeypatch.setattr(inbox, "LEASE", timedelta(seconds=0.1))
    monkeypatch.setattr(inbox, "PAUSE", 0.02)
    deliveries = peer.services.deliveries
    await deliveries.documents.insert_one(
        {
            "_id": "e1:wechat:a1",
            "event": "e1",
            "notice": "progress",
            "channel": "wechat",
            "recipient": "a1",
            "request": "r",
            "fallback": "sms",
            "state": "pending" if report_first else "sent",
            "sent_as": None if report_first else "200163836",
        }
    )
    finished = {"MsgID": "200163836", "Status": "failed:user block"}
    said = asyncio.create_task(peer.say(event("TEMPLATESENDJOBFINISH", **finished)))
    if report_first:
        await asyncio.sleep(0.1)
        await deliveries.documents.update_one({"_id": "e1:wechat:a1"}, {"$set": {"sent_as": "200163836"}})
    assert await said == ""
    assert [each["_id"] for each in await deliveries.of_event("e1")] == ["e1:sms:a1", "e1:wechat:a1"]


async def test_a_report_of_nothing_ends_quietly(peer: Peer, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(wechat, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(inbox, "LEASE", timedelta(0))
    assert await peer.say(event("TEMPLATESENDJOBFINISH", MsgID="1", Status="success")) == ""
    said = capsys.readouterr().out
    assert said.count("event_about_nothing") == 1
    assert said.count("event_early") == wechat.EARLY + 1
    assert "[error" not in said
