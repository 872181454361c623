"""Access tokens: whom they are given to, what ends them, and what a call without a good one is told."""

import json
from datetime import timedelta

import pytest

from tests.simulator.conftest import Peer, account


async def outcome(peer: Peer, token: str) -> int:
    answer = await peer.call("/cgi-bin/ticket/getticket", access_token=token, type="jsapi")
    return int(answer["errcode"])


async def legacy(peer: Peer) -> str:
    return str((await peer.call("/cgi-bin/token", **account()))["access_token"])


async def test_legacy_ends_the_one_before_but_not_the_stable_one(peer: Peer) -> None:
    stable, first = await peer.token(), await legacy(peer)
    second = await legacy(peer)
    assert [await outcome(peer, token) for token in (stable, first, second)] == [0, 40001, 0]


async def test_stable_stays_the_same_and_overlaps_with_the_next(peer: Peer) -> None:
    first = await peer.token()
    assert await peer.token() == first
    peer.clock.advance(timedelta(seconds=7200 - 299))
    second = await peer.token()
    assert second != first
    assert [await outcome(peer, token) for token in (first, second)] == [0, 0]
    peer.clock.advance(timedelta(seconds=300))
    assert [await outcome(peer, token) for token in (first, second)] == [42001, 0]


async def test_force_ends_the_one_before_twenty_times_a_day(peer: Peer) -> None:
    first = await peer.token()
    for _ in range(20):
        peer.clock.advance(timedelta(seconds=31))
        forced = await peer.call("/cgi-bin/stable_token", account(force_refresh=True))
        assert forced["access_token"] != first
    assert await outcome(peer, first) == 40001
    soon = await peer.call("/cgi-bin/stable_token", account(force_refresh=True))
    assert soon["access_token"] == forced["access_token"]
    peer.clock.advance(timedelta(seconds=31))
    assert (await peer.call("/cgi-bin/stable_token", account(force_refresh=True)))["errcode"] == 45009


@pytest.mark.parametrize(("token", "code"), [("", 41001), ("nonsense", 40014), ("SIM_" + "0" * 128, 40001)])
async def test_bad_tokens(peer: Peer, token: str, code: int) -> None:
    assert await outcome(peer, token) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret": "wrong"}, 40125),
        ({"appid": "wxffff"}, 40013),
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"grant_type": "other"}, 40002),
    ],
)
async def test_strangers_get_no_token(peer: Peer, changes: dict[str, str], code: int) -> None:
    assert (await peer.call("/cgi-bin/stable_token", account(**changes)))["errcode"] == code
    assert (await peer.call("/cgi-bin/token", **account(**changes)))["errcode"] == code


async def test_wrong_method_and_body(peer: Peer) -> None:
    assert (await peer.call("/cgi-bin/stable_token"))["errcode"] == 43002
    assert (await peer.call("/cgi-bin/token", {}))["errcode"] == 43001
    assert (await peer.call("/cgi-bin/stable_token", b""))["errcode"] == 44002
    assert (await peer.call("/cgi-bin/stable_token", b"{"))["errcode"] == 47001


async def test_control_ends_tokens(peer: Peer) -> None:
    first = await peer.token()
    await peer.call("/control/tokens/expire", {})
    assert await outcome(peer, first) == 42001
    second = await peer.token()
    await peer.call("/control/tokens/invalidate", {})
    assert await outcome(peer, second) == 40001


async def test_quota_of_the_day(peer: Peer) -> None:
    for _ in range(1000):
        peer.running.simulator.wechat.count("menu/create")
    assert (await peer.api("menu/create", {"button": []}))["errcode"] == 45009
    peer.clock.advance(timedelta(days=1))
    assert (await peer.api("menu/create", {"button": []}))["errcode"] == 40016


@pytest.mark.parametrize(
    "path", ["/cgi-bin/menu/creat", "/cgi-bin/", "/cgi-bin/user/info/batchget?access_token=x"]
)
async def test_unknown_paths_are_refused_in_json(peer: Peer, path: str) -> None:
    for answer in (await peer.fetch(path), await peer.fetch(path, {})):
        assert (answer.code, json.loads(answer.body)["errcode"]) == (200, 40066)
