"""Requests to the government's systems are signed, and carry the delivery that they belong to."""

import hmac
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import pytest

from tests.house.clock import Clock
from tests.house.peer import Peer
from wechat_backend.gateways.base import GatewayError
from wechat_backend.gateways.government import Government

PATH = "/government/acceptance/applications"


@pytest.fixture
async def government(peer: Peer, clock: Clock) -> AsyncIterator[Government]:
    made = Government(f"{peer.url}/government", "panyu", "government-secret", clock.now)
    yield made
    made.close()


async def test_signed_as_agreed(government: Government, peer: Peer, clock: Clock) -> None:
    peer.answers[PATH] = {"ok": True}
    assert await government.tell("acceptance", {"serial": "1", "item": "居住证"}, "e1:government:acceptance")
    [call] = peer.calls
    stamp = str(int(clock.now().timestamp()))
    assert (call.headers["X-App-Id"], call.headers["X-Timestamp"]) == ("panyu", stamp)
    signed = f"{stamp}\n{PATH}\n".encode() + call.body
    assert call.headers["X-Signature"] == hmac.new(b"government-secret", signed, sha256).hexdigest()
    assert call.headers["Idempotency-Key"] == "e1:government:acceptance"
    assert call.json == {"serial": "1", "item": "居住证"}


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
