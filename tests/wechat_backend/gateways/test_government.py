"""Requests to the government's systems are signed, and carry the delivery that they belong to."""

import hmac
import json
from collections.abc import AsyncIterator
from datetime import date
from hashlib import sha256
from typing import Any

import pytest

from tests.house.clock import Clock
from tests.house.peer import Peer
from wechat_backend.gateways.base import GatewayError, Remedy
from wechat_backend.gateways.government import Government

PATH = "/government/acceptance/applications"


@pytest.fixture
async def government(peer: Peer, clock: Clock) -> AsyncIterator[Government]:
    made = Government(f"{peer.url}/government", "panyu", "government-secret", clock.now)
    yield made
    made.close()


async def test_signed_as_agreed(government: Government, peer: Peer, clock: Clock) -> None:
    peer.answers[PATH] = {"ok": True}
    await government.tell("acceptance", {"serial": "1", "item": "居住证"}, "e1:government:acceptance")
    [call] = peer.calls
    stamp = str(int(clock.now().timestamp()))
    assert (call.headers["X-App-Id"], call.headers["X-Timestamp"]) == ("panyu", stamp)
    signed = f"{stamp}\n{PATH}\n".encode() + call.body
    assert call.headers["X-Signature"] == hmac.new(b"government-secret", signed, sha256).hexdigest()
    assert call.headers["Idempotency-Key"] == "e1:government:acceptance"
    assert call.json == {"serial": "1", "item": "居住证"}


@pytest.mark.article("28.disclosure", "28.credit")
@pytest.mark.parametrize("system", ["disclosure", "credit"])
async def test_a_decision_is_taken_when_there_is_a_receipt(
    government: Government, peer: Peer, system: str
) -> None:
    path = f"/government/{system}/decisions"
    for lacking in ({}, {"receipt": ""}, {"receipt": 7}, {"receipt": "a b"}, {"receipt": "9" * 65}):
        peer.answers[path] = {"ok": True, **lacking}
        with pytest.raises(GatewayError) as caught:
            await government.tell(system, {}, "d")
        assert (caught.value.code, caught.value.remedy) == ("receipt_missing", Remedy.RETRY)
    peer.answers[path] = {"ok": True, "receipt": "GS20261124000001"}
    assert await government.tell(system, {}, "d") == "GS20261124000001"


@pytest.mark.parametrize(
    ("answer", "code", "permanent"),
    [
        ((400, b'{"ok": false, "error": "serial missing"}'), "serial missing", True),
        ((200, b'{"ok": false}'), "refused", True),
        ((200, b'{"ok": "yes"}'), "refused", True),
        ((429, b"{}"), "refused", False),
        ((401, b'{"ok": false, "error": "timestamp_stale"}'), "timestamp_stale", False),
        ((500, b"{}"), "http_500", False),
        ((404, b"<html>"), "not_json", False),
    ],
)
async def test_what_answers_mean(
    government: Government, peer: Peer, answer: Any, code: str, permanent: bool
) -> None:
    peer.answers[PATH] = answer
    with pytest.raises(GatewayError) as caught:
        await government.tell("acceptance", {}, "d")
    assert (caught.value.code, caught.value.permanent) == (code, permanent)


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("follow_up_without_first", Remedy.RETRY),
        ("revision_stale", Remedy.GIVE_UP),
        ("field_invalid: satisfaction", Remedy.GIVE_UP),
    ],
)
async def test_what_can_be_done_about_an_error(
    government: Government, peer: Peer, code: str, remedy: Remedy
) -> None:
    peer.answers[PATH] = (422, json.dumps({"ok": False, "error": code}).encode())
    with pytest.raises(GatewayError) as caught:
        await government.tell("acceptance", {}, "d")
    assert caught.value.remedy is remedy


LIST = "/government/reviews/list"


def record(project: str, number: str = "1", **more: str) -> dict[str, str]:
    return {"projectNo": project, "assessNumber": number, **more}


async def test_a_day_is_asked_for_page_by_page(government: Government, peer: Peer) -> None:
    pages: dict[str, dict[str, Any]] = {
        "": {"items": [record("a"), record("b", revision="2")], "next": "b:1"},
        "b:1": {"items": [record("b", "2")], "next": ""},
    }
    peer.answers[LIST] = lambda call: {"ok": True, **pages[call.json["after"]]}
    found = await government.reviews_of(date(2026, 11, 24))
    assert found == [*pages[""]["items"], *pages["b:1"]["items"]]
    assert [call.json["day"] for call in peer.calls] == ["2026-11-24"] * 2
    assert all("Idempotency-Key" not in call.headers for call in peer.calls)


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"items": [], "next": "a"},
        {"items": [record("a")], "next": None},
        {"items": ["a"], "next": ""},
        {"items": [{"projectNo": "a"}], "next": ""},
        {"items": [record("a", revision="two")], "next": ""},
        {"items": [record("a", revision="9" * 19)], "next": ""},
        {"items": [record("a", revision="9" * 5000)], "next": ""},
        {"items": [record("a") | {"satisfaction": 5}], "next": ""},
        {"items": [record("a")], "next": "a:1"},  # for ever
    ],
)
async def test_what_is_no_list_is_an_error(
    government: Government, peer: Peer, page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wechat_backend.gateways.government.MOST_PAGES", 5)
    peer.answers[LIST] = {"ok": True, **page}
    with pytest.raises(GatewayError, match="list_malformed"):
        await government.reviews_of(date(2026, 11, 24))
