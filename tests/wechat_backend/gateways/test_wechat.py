"""The token that all processes share, and what each of WeChat's answers means."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from models.errors import Unauthenticated, Unavailable
from models.pairings import SceneCodesUnavailable
from models.people.verification import PlatformUser
from models.privacy import Privacy
from tests.house.clock import Clock
from tests.house.peer import Call, Peer
from wechat_backend.gateways import base
from wechat_backend.gateways.base import GatewayError, Remedy
from wechat_backend.gateways.tokens import AFTER_FAILURE, FORCE_APART, LEASE, Tokens
from wechat_backend.gateways.wechat import App, WeChat

TOKEN, SEND = "/cgi-bin/stable_token", "/cgi-bin/message/template/send"
QR = "/cgi-bin/qrcode/create"
OAUTH, SESSION = "/sns/oauth2/access_token", "/sns/jscode2session"
APPID = "wx0123456789abcdef"


class Platform:
    """WeChat's tokens: one is current; by force another one is."""

    def __init__(self, peer: Peer) -> None:
        self.number, self.refuses, self.expires_in = 1, False, 7200
        peer.answers |= {TOKEN: self.token, SEND: self.send}

    def token(self, call: Call) -> dict[str, Any]:
        self.number += bool(call.json["force_refresh"])
        return {"access_token": f"token-{self.number}", "expires_in": self.expires_in}

    def send(self, call: Call) -> dict[str, Any]:
        if self.refuses or call.query["access_token"] != f"token-{self.number}":
            return {"errcode": 40001, "errmsg": "invalid credential"}
        return {"errcode": 0, "errmsg": "ok", "msgid": 4711}


@pytest.fixture
def platform(peer: Peer) -> Platform:
    return Platform(peer)


@pytest.fixture
async def clients(peer: Peer, database: Any, privacy: Privacy, clock: Clock) -> AsyncIterator[list[WeChat]]:
    """Eight processes' worth of clients."""
    await database["tokens"].delete_many({})
    made = [
        WeChat(peer.url, App(APPID, "secret"), App("wxmini", "mini"), Tokens(database, privacy, clock.now))
        for _ in range(8)
    ]
    yield made
    for client in made:
        client.close()


@pytest.fixture
def client(clients: list[WeChat]) -> WeChat:
    return clients[0]


async def send(client: WeChat, delivery: str = "e1:wechat:a1") -> str:
    return await client.send_template(
        "openid-1", "TM_PROGRESS", {"thing2": "居住证"}, "https://x/1", delivery
    )


async def test_eight_clients_fetch_one_token(clients: list[WeChat], peer: Peer, platform: Platform) -> None:
    peer.delay = 0.2
    assert await asyncio.gather(*map(send, clients)) == ["4711"] * 8
    assert len(peer.to(TOKEN)) == 1


async def test_eight_clients_replace_a_stale_token_once(
    clients: list[WeChat], peer: Peer, platform: Platform
) -> None:
    await send(clients[0])
    platform.number = 5
    await asyncio.gather(*map(send, clients))
    assert [call.json["force_refresh"] for call in peer.to(TOKEN)] == [False, False]


async def test_current_token_that_fails_is_forced(client: WeChat, peer: Peer, platform: Platform) -> None:
    await send(client)
    refused = iter([True])
    peer.answers[SEND] = lambda call: (
        {"errcode": 42001, "errmsg": "expired"} if next(refused, False) else platform.send(call)
    )
    await send(client)
    assert [call.json["force_refresh"] for call in peer.to(TOKEN)] == [False, False, True]
    assert [call.query["access_token"] for call in peer.to(SEND)] == ["token-1", "token-1", "token-2"]


async def test_persistent_40001_ends(client: WeChat, peer: Peer, platform: Platform, clock: Clock) -> None:
    platform.refuses = True
    with pytest.raises(GatewayError) as caught:
        await send(client)
    assert (caught.value.code, caught.value.remedy) == ("40001", Remedy.WAIT)
    assert len(peer.to(SEND)) == 2
    for _ in range(3):  # forced refreshes are few: 20 a day
        with pytest.raises(GatewayError, match="token_refused") as caught:
            await send(client)
        assert caught.value.remedy is Remedy.WAIT
        clock.advance(AFTER_FAILURE)
    assert sum(call.json["force_refresh"] for call in peer.to(TOKEN)) == 1
    clock.advance(FORCE_APART)
    platform.refuses = False
    await send(client)


async def test_token_is_fetched_anew_before_it_ends(
    client: WeChat, peer: Peer, platform: Platform, clock: Clock
) -> None:
    await send(client)
    clock.advance(timedelta(seconds=6899))
    await send(client)
    assert len(peer.to(TOKEN)) == 1
    clock.advance(timedelta(seconds=1))
    platform.expires_in = 200
    await send(client)
    assert len(peer.to(TOKEN)) == 2
    clock.advance(timedelta(seconds=99))
    await send(client)
    assert len(peer.to(TOKEN)) == 2


async def test_token_is_sealed(client: WeChat, database: Any, platform: Platform) -> None:
    await send(client)
    assert "token-1" not in str(await database["tokens"].find_one({"_id": APPID}))


async def test_lease_of_a_dead_process_runs_out(
    client: WeChat, database: Any, clock: Clock, platform: Platform, monkeypatch: Any
) -> None:
    monkeypatch.setattr("wechat_backend.gateways.tokens.PAUSE", 0.001)
    await database["tokens"].insert_one({"_id": APPID, "leased_until": clock.now() + LEASE})
    with pytest.raises(GatewayError, match="token_busy"):
        await send(client)
    clock.advance(LEASE)
    assert await send(client) == "4711"


async def test_late_client_leaves_the_new_token_alone(
    clients: list[WeChat], database: Any, peer: Peer, platform: Platform, clock: Clock
) -> None:
    """It read the stale token just before somebody else replaced it."""
    await send(clients[0])
    stale = await database["tokens"].find_one({"_id": APPID})
    platform.number = 2
    await send(clients[0])
    assert not await clients[1].tokens._lease(APPID, stale, clock.now())
    assert not await clients[1].tokens._lease(APPID, None, clock.now())


async def test_who_fetched_too_long_puts_no_old_token_in_place_of_the_new_one(
    database: Any, privacy: Privacy, clock: Clock
) -> None:
    await database["tokens"].delete_many({})
    slow, fast = (Tokens(database, privacy, clock.now) for _ in range(2))

    async def fetch_new(force: bool) -> tuple[str, int]:
        return "new", 7200

    async def fetch_old(force: bool) -> tuple[str, int]:
        clock.advance(LEASE)
        assert await fast.get(APPID, fetch_new) == "new"
        return "old", 7200

    await slow.get(APPID, fetch_old)
    assert await fast.get(APPID, fetch_old) == "new"


async def test_a_platform_that_gives_no_token_is_left_alone_for_a_moment(
    clients: list[WeChat], peer: Peer, platform: Platform, clock: Clock
) -> None:
    peer.answers[TOKEN] = {"errcode": 40125, "errmsg": "invalid appsecret"}
    failed = await asyncio.gather(*(send(client) for client in clients * 3), return_exceptions=True)
    assert {(error.code, error.remedy) for error in failed if isinstance(error, GatewayError)} == {
        ("40125", Remedy.WAIT)
    }
    assert len(peer.to(TOKEN)) == 1
    peer.answers[TOKEN] = platform.token
    clock.advance(AFTER_FAILURE)
    assert await send(clients[0]) == "4711"


async def test_what_is_sent(client: WeChat, peer: Peer, platform: Platform) -> None:
    await send(client)
    await send(client)
    await send(client, "e2:wechat:a1")
    first, second, other = (call.json for call in peer.to(SEND))
    assert first == {
        "touser": "openid-1",
        "template_id": "TM_PROGRESS",
        "url": "https://x/1",
        "client_msg_id": first["client_msg_id"],
        "data": {"thing2": {"value": "居住证"}},
    }
    assert first["client_msg_id"] == second["client_msg_id"] != other["client_msg_id"]
    assert len(first["client_msg_id"]) == 32


@pytest.mark.parametrize(
    ("answer", "code", "remedy"),
    [
        ({"errcode": 43004, "errmsg": "require subscribe"}, "43004", Remedy.FALL_BACK),
        ({"errcode": 45009, "errmsg": "quota"}, "45009", Remedy.WAIT),
        ({"errcode": 47003, "errmsg": "argument"}, "47003", Remedy.GIVE_UP),
        ({"errcode": -1, "errmsg": "busy"}, "-1", Remedy.RETRY),
        ({"errcode": 99999, "errmsg": "new"}, "99999", Remedy.RETRY),
        ((502, b"<html>"), "http_502", Remedy.RETRY),
        ((200, b"<html>"), "not_json", Remedy.RETRY),
        ((200, b"[]"), "not_json", Remedy.RETRY),
        ((302, b""), "not_json", Remedy.RETRY),
    ],
)
async def test_what_an_answer_means(
    client: WeChat, peer: Peer, platform: Platform, answer: Any, code: str, remedy: Remedy
) -> None:
    peer.answers[SEND] = answer
    with pytest.raises(GatewayError) as caught:
        await send(client)
    assert (caught.value.code, caught.value.remedy) == (code, remedy)
    assert len(peer.to(SEND)) == 1


async def test_silence_is_no_answer(client: WeChat, peer: Peer, platform: Platform, monkeypatch: Any) -> None:
    await send(client)
    monkeypatch.setattr(base, "REQUEST_TIMEOUT", 0.1)
    peer.delay = 0.3
    with pytest.raises(GatewayError, match="no_answer"):
        await send(client)
    client.url = "http://127.0.0.1:9"
    with pytest.raises(GatewayError, match="no_answer"):
        await send(client)


async def test_sign_in(client: WeChat, peer: Peer) -> None:
    peer.answers[OAUTH] = {"access_token": "x", "openid": "o1", "unionid": "u1", "scope": "snsapi_base"}
    peer.answers[SESSION] = {"openid": "m1", "session_key": "k"}
    assert await client.exchange("code-1") == PlatformUser("o1", "u1")
    assert await client.miniprogram_session("code-2") == PlatformUser("m1", None)
    oauth, session = peer.calls
    assert oauth.query == {
        "appid": APPID,
        "secret": "secret",
        "code": "code-1",
        "grant_type": "authorization_code",
    }
    assert (session.query["appid"], session.query["js_code"]) == ("wxmini", "code-2")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"errcode": 40029, "errmsg": "invalid code"}, Unauthenticated),
        ({"errcode": 40163, "errmsg": "code been used"}, Unauthenticated),
        ({"openid": "o1", "is_snapshotuser": 1}, Unauthenticated),
        ({"errcode": -1, "errmsg": "busy"}, Unavailable),
        ((500, b""), Unavailable),
    ],
)
async def test_sign_in_that_fails(client: WeChat, peer: Peer, answer: Any, error: type[Exception]) -> None:
    peer.answers[OAUTH] = answer
    with pytest.raises(error):
        await client.exchange("code-1")


async def test_a_qr_whose_scan_is_told(client: WeChat, peer: Peer, platform: Platform) -> None:
    peer.answers[QR] = {"ticket": "gQ", "expire_seconds": 120, "url": "http://weixin.qq.com/q/abc"}
    assert await client.scene_code("pair_x", 120) == "http://weixin.qq.com/q/abc"
    [call] = peer.to(QR)
    asked = {"expire_seconds": 120, "action_name": "QR_STR_SCENE"}
    assert call.json == asked | {"action_info": {"scene": {"scene_str": "pair_x"}}}
    peer.answers[QR] = {"errcode": 45009, "errmsg": "reach max api daily quota limit"}
    with pytest.raises(SceneCodesUnavailable):
        await client.scene_code("pair_x", 120)


async def test_menu_and_users(client: WeChat, peer: Peer, platform: Platform) -> None:
    peer.answers["/cgi-bin/menu/create"] = {"errcode": 0, "errmsg": "ok"}
    peer.answers["/cgi-bin/menu/get"] = {"errcode": 46003, "errmsg": "menu no exist"}
    peer.answers["/cgi-bin/user/info"] = {"subscribe": 1, "openid": "o1"}
    await client.create_menu({"button": []})
    assert await client.menu() is None
    assert (await client.user("o1"))["subscribe"] == 1
    assert peer.to("/cgi-bin/menu/create")[0].json == {"button": []}
    peer.answers["/cgi-bin/menu/get"] = {"menu": {"button": []}}
    assert await client.menu() == {"button": []}


@pytest.mark.parametrize(
    ("answer", "unionid"),
    [
        ({"subscribe": 1, "openid": "o1", "unionid": "u1"}, "u1"),
        ({"subscribe": 1, "openid": "o1"}, None),
        ({"errcode": 40003, "errmsg": "invalid openid"}, None),
    ],
)
async def test_whose_an_openid_is(
    client: WeChat, peer: Peer, platform: Platform, answer: Any, unionid: str | None
) -> None:
    peer.answers["/cgi-bin/user/info"] = answer
    assert await client.unionid("o1") == unionid


@pytest.mark.parametrize("answer", [{"errcode": 45009}, {"errcode": -1}, (500, b"")])
async def test_whose_an_openid_is_may_not_be_told_now(
    client: WeChat, peer: Peer, platform: Platform, answer: Any
) -> None:
    """Who signs in then does so without."""
    peer.answers["/cgi-bin/user/info"] = answer
    with pytest.raises(Unavailable):
        await client.unionid("o1")
    peer.answers[OAUTH] = {"access_token": "x", "openid": "o1", "scope": "snsapi_base"}
    assert await client.exchange("code-1") == PlatformUser("o1", None)
