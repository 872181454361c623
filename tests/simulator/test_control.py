"""The control API: failures on order, what it lists, and starting afresh."""

import time

import pytest
from tornado.httpclient import HTTPClientError

from simulator.people import load
from tests.simulator.conftest import Peer, account

STABLE = "/cgi-bin/stable_token"


async def test_the_next_calls_fail_with_a_code(peer: Peer) -> None:
    await peer.call("/control/faults", {"operation": "stable_token", "times": 2, "errcode": 45009})
    answers = [await peer.call(STABLE, account()) for _ in range(3)]
    assert [answer.get("errcode") for answer in answers] == [45009, 45009, None]
    assert (await peer.call("/control"))["calls"]["stable_token"] == 3


async def test_the_next_call_fails_with_a_status(peer: Peer) -> None:
    await peer.call("/control/faults", {"operation": "stable_token", "http": 500})
    assert (await peer.fetch(STABLE, account())).code == 500
    assert (await peer.fetch(STABLE, account())).code == 200


async def test_the_next_call_is_late(peer: Peer) -> None:
    await peer.call("/control/faults", {"operation": "stable_token", "delay": 0.2})
    start = time.perf_counter()
    assert "access_token" in await peer.call(STABLE, account())
    assert time.perf_counter() - start >= 0.2


async def test_an_answer_is_lost_but_the_call_is_done(peer: Peer) -> None:
    await peer.do("li", "follow")
    token, openid = await peer.token(), await peer.openid("li")
    message = {
        "touser": openid,
        "template_id": "TM_REBINDING",
        "client_msg_id": "d1",
        "data": {"thing1": {"value": "转绑"}, "time2": {"value": "2026-11-24 10:00"}},
    }
    path = f"/cgi-bin/message/template/send?access_token={token}"
    await peer.call("/control/faults", {"operation": "message/template/send", "lost": True})
    with pytest.raises((HTTPClientError, OSError)):
        await peer.fetch(path, message)
    again = await peer.call(path, message)
    assert [sent["msgid"] for sent in await peer.listed("template-messages")] == [again["msgid"]]


async def test_orders_can_be_seen_and_taken_back(peer: Peer) -> None:
    await peer.call("/control/faults", {"operation": "SendSms", "times": 3, "http": 503})
    [waiting] = await peer.listed("faults")
    assert (waiting["operation"], waiting["times"], waiting["http"]) == ("SendSms", 3, 503)
    await peer.fetch("/control/faults", method="DELETE")
    assert await peer.listed("faults") == []


@pytest.mark.parametrize(
    "order", [{}, {"operation": "reviews", "times": 0}, {"operation": "reviews", "htpp": 5}]
)
async def test_orders_that_make_no_sense(peer: Peer, order: dict[str, object]) -> None:
    assert (await peer.fetch("/control/faults", order)).code == 400


@pytest.mark.parametrize("operation", ["message/template/sent", "sendsms", "/cgi-bin/token", ".*"])
async def test_an_order_for_what_nobody_calls_names_what_there_is(peer: Peer, operation: str) -> None:
    refused = await peer.fetch("/control/faults", {"operation": operation, "http": 503})
    assert refused.code == 400
    for known in ("message/template/send", "SendSms", "sns/jscode2session", "sharing/bodies/verify"):
        assert known in refused.body.decode()
    assert await peer.listed("faults") == []


async def test_people_and_what_is_missing(peer: Peer) -> None:
    people = await peer.listed("people")
    assert {
        "chen",
        "li",
        "wang",
        "liang",
        "he",
        "smith",
        "nguyen",
        "wu",
        "xu",
        "listed-a",
        "listed-b",
        "on-duty",
    } == {each["id"] for each in people}
    assert (await peer.fetch("/control/people/nobody")).code == 404
    assert (await peer.fetch("/control/people/li/scan", {})).code == 400


@pytest.mark.parametrize("words", ["", "aGk", "图片", "aG?k", 7])
async def test_a_picture_is_good_base64(peer: Peer, words: object) -> None:
    await peer.do("li", "follow")
    assert (await peer.fetch("/control/people/li/image", {"base64": words})).code == 400
    assert [entry["kind"] for entry in await peer.chat("li")] == ["text"]
    taken = {"Cookie": "simulator_person=li"}
    picture = {"picture": f"data:image/png;base64,{words}"}
    assert (await peer.fetch("/phone/image", picture, headers=taken)).code == 400


async def test_reset_forgets_everything_but_the_address(peer: Peer) -> None:
    await peer.do("li", "follow")
    await peer.call("/control/faults", {"operation": "SendSms", "http": 503})
    token = await peer.token()
    await peer.call("/control/reset", {})
    assert [each["following"] for each in await peer.listed("people")] == [False] * len(load().people)
    assert await peer.listed("callbacks") == await peer.listed("faults") == []
    refused = await peer.call("/cgi-bin/ticket/getticket", access_token=token, type="jsapi")
    assert refused["errcode"] == 40001
    assert (await peer.call("/control"))["callback_url"] == f"{peer.service.url}/wechat/callback"
