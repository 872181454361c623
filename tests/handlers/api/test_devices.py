"""The device protocol over HTTP, as docs/devices.md says (article 21)."""

import asyncio
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient

from models.kiosks import CommandName, Kiosk, Signed, Wanted
from simulator.devices import Devices, Machine, Manner
from tests.handlers.test_round_trips import watched
from tests.house.api import Reply, Service
from tests.house.kiosks import GUIDE, Kiosked, headers_of, kiosked, signed, spki_text
from tests.house.places import HALL

HEARTBEAT: dict[str, Any] = {
    "state": "idle",
    "peripherals": {"printer": ["none"], "reader": ["none"], "network": {"rtt_ms": 31}},
    "paper": 80,
    "toner": 55.5,
    "software": "1.4.0",
    "temperature": 36.5,
    "session": False,
}


@pytest.fixture(scope="module")
async def kiosks(api: Service) -> Kiosked:
    return await kiosked(api)


@pytest.fixture
async def kiosk(kiosks: Kiosked) -> Kiosk:
    return await kiosks.in_service()


async def send(api: Service, one: Signed) -> Reply:
    path = one.path.removeprefix("/api/v1")
    sent = {name.replace("-", "_"): value for name, value in headers_of(one).items()}
    return await api.client().send(one.method, path, one.body, sent)


async def post(api: Service, kiosk: Kiosk, path: str, body: Any, *, number: int = 0) -> Reply:
    address = f"/api/v1/devices{path}"
    return await send(api, signed(api, kiosk, number=number, path=address, body=json.dumps(body).encode()))


async def beat(api: Service, kiosk: Kiosk, **changes: Any) -> Reply:
    return await post(api, kiosk, "/heartbeat", {**HEARTBEAT, **changes})


async def activated(api: Service, code: str, number: int = 0) -> Reply:
    asked = {"code": code, "public_key": spki_text(number), "hardware": "PY-100", "software": "1.4.0"}
    return await api.client().post("/devices/activation", asked)


async def test_activation_names_kiosk_and_place(api: Service, kiosks: Kiosked) -> None:
    placed = await kiosks.placed_one()
    code = await api.services.activations.issue(placed["_id"], *kiosks.who("digital"))
    reply = await activated(api, code)
    assert reply.status == 201
    assert reply.json["kiosk"] == placed["_id"]
    assert (reply.json["place"]["hall"], reply.json["place"]["position"]) == ("district", placed["position"])
    again = await activated(api, code, 1)
    assert (again.status, again.code) == (422, "activation_refused")
    assert (await beat(api, placed)).status == 200


async def test_of_devices_that_bring_one_code_at_one_instant_one_is_let_in(
    api: Service, kiosks: Kiosked
) -> None:
    placed = await kiosks.placed_one()
    code = await api.services.activations.issue(placed["_id"], *kiosks.who("digital"))
    replies = await asyncio.gather(*(activated(api, code, number) for number in range(3)))
    assert sorted(reply.status for reply in replies) == [201, 422, 422]
    assert {reply.code for reply in replies if reply.status == 422} == {"activation_refused"}
    beats = [await post(api, placed, "/heartbeat", HEARTBEAT, number=number) for number in range(3)]
    for reply, beat in zip(replies, beats, strict=True):
        let_in = reply.status == 201
        assert beat.status == (200 if let_in else 401)
        assert let_in or beat.code == "signature_invalid"


async def test_what_an_activation_must_bring(api: Service, kiosks: Kiosked) -> None:
    key = (await kiosks.placed_one())["_id"]
    code = await api.services.activations.issue(key, *kiosks.who("digital"))
    for public_key in ("AAAA", "not base64", "密钥", "QUJD" * 40):
        reply = await api.client().post("/devices/activation", {"code": code, "public_key": public_key})
        assert (reply.status, reply.code) == (400, "device_key_invalid")
    assert (await activated(api, code)).status == 201


async def test_a_heartbeat_is_answered_with_the_kiosks_state(
    api: Service, kiosks: Kiosked, kiosk: Kiosk
) -> None:
    reply = await beat(api, kiosk)
    assert reply.json == {"state": "in_service", "commands": [], "notice": None, "next_after_s": 30}
    heard = await api.services.heartbeats.find(kiosk["_id"])
    assert heard
    assert heard["said"] == {
        "state": "idle",
        "session": False,
        "software": "1.4.0",
        "printer": ["none"],
        "reader": ["none"],
        "rtt_ms": 31,
        "paper": 80,
        "toner": 55.5,
        "temperature": 36.5,
    }
    place = (await api.client().get(f"/halls/{HALL.code}")).json
    assert [one["item"] for one in place["at_kiosks"]] == [GUIDE.item]
    await kiosks.fault(kiosk["_id"])
    told = (await beat(api, kiosk)).json
    assert (told["state"], told["notice"]["until"]) == ("under_repair", None)
    assert told["notice"]["text"].startswith("暂停服务")


async def test_a_heartbeat_reads_once_and_writes_once(api: Service, kiosk: Kiosk) -> None:
    """Beside the kiosk; also one that tells of a fault."""
    await beat(api, kiosk)
    for state in ("idle", "fault"):
        async with watched(api) as calls:
            assert (await beat(api, kiosk, state=state)).status == 200
        asked = {call: count for call, count in calls.items() if call.endswith((" heartbeats", " kiosks"))}
        assert asked == {"query kiosks": 1, "query heartbeats": 1, "findAndModify heartbeats": 1}


async def test_everything_but_the_state_may_be_absent(api: Service, kiosk: Kiosk) -> None:
    assert (await post(api, kiosk, "/heartbeat", {"state": "serving"})).status == 200
    heard = await api.services.heartbeats.find(kiosk["_id"])
    assert heard
    assert heard["said"] == {"state": "serving", "session": False, "software": ""}


async def test_a_session_of_the_kiosks_pages(api: Service, kiosk: Kiosk) -> None:
    """A cookie that no script reads and no other site sends, for ten minutes, which a heartbeat renews."""
    opened = await post(api, kiosk, "/session", {})
    assert opened.status == 204
    [kept] = opened.headers.get_list("Set-Cookie")
    assert re.match(r"__Host-device_session=[\w-]{43};", kept)
    for word in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600", "Secure"):
        assert word in kept
    assert (await beat(api, kiosk)).headers.get_list("Set-Cookie") == []
    one = signed(api, kiosk, path="/api/v1/devices/heartbeat", body=json.dumps(HEARTBEAT).encode())
    asked = {name.replace("-", "_"): value for name, value in headers_of(one).items()}
    asked["Cookie"] = kept.split(";")[0]
    renewed = await api.client().send("POST", "/devices/heartbeat", one.body, asked)
    assert renewed.headers.get_list("Set-Cookie") == [kept]


async def test_a_session_needs_the_key(api: Service, kiosks: Kiosked, kiosk: Kiosk) -> None:
    unsigned = await api.client().send("POST", "/devices/session", b"", {})
    assert (unsigned.status, unsigned.code) == (401, "device_unsigned")
    assert (await post(api, kiosk, "/session", {}, number=1)).code == "signature_invalid"
    address = "/api/v1/devices/session"
    one = signed(api, kiosk, path=address, body=b"")
    assert ((await send(api, one)).status, (await send(api, one)).code) == (204, "nonce_used")
    await api.services.devices.revoke(kiosk["_id"], *kiosks.who("digital"))
    assert (await post(api, kiosk, "/session", {})).code == "key_revoked"


UNSAID: list[tuple[dict[str, Any], str]] = [
    ({"state": "asleep"}, "state"),
    ({"paper": 101}, "paper"),
    ({"toner": -1}, "toner"),
    ({"temperature": "warm"}, "temperature"),
    ({"peripherals": {"printer": []}}, "peripherals"),
    ({"peripherals": {"printer": ["Media Empty"]}}, "peripherals"),
    ({"peripherals": {"camera": ["none"]}}, "peripherals"),
    ({"mood": "good"}, "mood"),
    ({"session": "yes"}, "session"),
    ({"session": 1}, "session"),
    ({"paper": "80"}, "paper"),
    ({"temperature": True}, "temperature"),
    ({"temperature": float("nan")}, "temperature"),
    ({"peripherals": {"network": {"rtt_ms": float("inf")}}}, "peripherals"),
    ({"peripherals": {"network": {"rtt_ms": float("nan")}}}, "peripherals"),
    ({"software": 1.4}, "software"),
]


async def test_what_a_heartbeat_may_not_say(api: Service, kiosk: Kiosk) -> None:
    for changes, field in UNSAID:
        reply = await beat(api, kiosk, **changes)
        assert (reply.status, reply.code) == (400, "input_invalid"), changes
        assert str(reply.json["error"]["field"]).startswith(field)


async def test_what_is_no_text_of_people_is_taken_out(api: Service, kiosks: Kiosked, kiosk: Kiosk) -> None:
    odd = " 1.4.0\x00\x1b[31m\n beta\u202e "
    assert (await beat(api, kiosk, software=odd)).status == 200
    heard = await api.services.heartbeats.find(kiosk["_id"])
    assert heard
    assert heard["said"]["software"] == "1.4.0 [31m beta"


async def test_refusals_have_stable_codes(api: Service, kiosks: Kiosked, kiosk: Kiosk) -> None:
    body = json.dumps(HEARTBEAT).encode()
    one = signed(api, kiosk, body=body)
    assert (await send(api, one)).status == 200
    replayed = await send(api, one)
    assert (replayed.status, replayed.code) == (401, "nonce_used")
    assert replayed.headers["WWW-Authenticate"] == "Device"
    for minutes in (-6, 6):
        stale = signed(api, kiosk, body=body, at=api.clock.now() + timedelta(minutes=minutes))
        assert (await send(api, stale)).code == "device_clock_stale"
    assert (await send(api, signed(api, kiosk, body=body, number=1))).code == "signature_invalid"
    changed = replace(signed(api, kiosk, body=body), body=body.replace(b"80", b"10"))
    assert (await send(api, changed)).code == "signature_invalid"
    nobodys: Any = {**kiosk, "_id": "0" * 32}
    assert (await send(api, signed(api, nobodys, body=body))).code == "signature_invalid"
    await api.services.devices.revoke(kiosk["_id"], *kiosks.who("digital"))
    assert (await send(api, signed(api, kiosk, body=body))).code == "key_revoked"


async def test_the_query_is_signed_too(api: Service, kiosk: Kiosk) -> None:
    body = json.dumps(HEARTBEAT).encode()
    one = signed(api, kiosk, path="/api/v1/devices/heartbeat?a=1", body=body)
    assert (await send(api, one)).status == 200
    assert (await send(api, replace(one, path="/api/v1/devices/heartbeat"))).code == "signature_invalid"


async def test_a_command_is_given_and_answered(api: Service, kiosks: Kiosked, kiosk: Kiosk) -> None:
    order, key, digital = api.services.commands.order, kiosk["_id"], kiosks.who("digital")
    await order(key, CommandName.SCREENSHOT, "", *digital)
    assert (await beat(api, kiosk, session=True)).json["commands"] == []
    [command] = (await beat(api, kiosk)).json["commands"]
    assert (command["name"], command["argument"]) == ("screenshot", "")
    path = f"/commands/{command['id']}"
    asked = {"outcome": "done", "picture": "iVBORw0KGgo="}
    assert (await post(api, kiosk, path, asked)).status == 204
    again = await post(api, kiosk, path, asked)
    assert (again.status, again.code) == (404, "command_not_found")
    answers = api.services.device_answers
    assert answers.opened(await answers.get(command["id"])) == ("", b"\x89PNG\r\n\x1a\n")


async def test_another_kiosks_command_is_as_none(api: Service, kiosks: Kiosked, kiosk: Kiosk) -> None:
    ordered = await api.services.commands.order(kiosk["_id"], CommandName.RELOAD, "", *kiosks.who("digital"))
    other = await kiosks.activated((await kiosks.placed_one())["_id"], 2)
    path = f"/commands/{ordered['commands'][0]['id']}"
    refused = await post(api, other, path, {"outcome": "done"}, number=2)
    assert (refused.status, refused.code) == (404, "command_not_found")


async def test_a_large_picture_is_taken_and_a_larger_one_is_not(
    api: Service, kiosks: Kiosked, kiosk: Kiosk
) -> None:
    ordered = await api.services.commands.order(
        kiosk["_id"], CommandName.SCREENSHOT, "", *kiosks.who("digital")
    )
    path = f"/commands/{ordered['commands'][0]['id']}"
    large = await post(api, kiosk, path, {"outcome": "done", "picture": "A" * 3_200_000})
    assert (large.status, large.code) == (413, "too_large")
    taken = await post(api, kiosk, path, {"outcome": "done", "picture": "A" * 2_796_204})
    assert taken.status == 204


async def test_a_key_is_renewed_without_a_visit(api: Service, kiosk: Kiosk) -> None:
    offered = await post(api, kiosk, "/key", {"public_key": spki_text(3)})
    assert offered.status == 204
    assert (await post(api, kiosk, "/heartbeat", HEARTBEAT, number=3)).status == 200
    assert (await beat(api, kiosk)).code == "signature_invalid"
    refused = await post(api, kiosk, "/key", {"public_key": "AAAA"}, number=3)
    assert refused.code == "device_key_invalid"


async def test_what_is_described(api: Service) -> None:
    described = (await api.client().get("/openapi.json")).json
    heartbeat = described["paths"]["/devices/heartbeat"]["post"]
    assert heartbeat["security"] == [{"device": []}]
    assert described["paths"]["/devices/activation"]["post"]["security"] == []
    codes = heartbeat["responses"]["401"]["content"]["application/json"]["schema"]["allOf"][1]
    assert codes["properties"]["error"]["properties"]["code"]["enum"] == [
        "nonce_used",
        "device_unsigned",
        "device_clock_stale",
        "signature_invalid",
        "key_revoked",
    ]


@pytest.mark.article("21.announced")
async def test_announced_suspensions(api: Service, kiosks: Kiosked, kiosk: Kiosk) -> None:
    start = kiosks.stores.clock() + timedelta(days=10)
    await kiosks.planned(kiosk["_id"], Wanted(start, start + timedelta(hours=1), "系统升级"))
    client = api.client()
    [one] = (await client.get(f"/suspensions?hall={HALL.code}")).json["suspensions"]
    assert (one["hall"], one["reason"], one["running"]) == (HALL.code, "系统升级", False)
    assert len((await client.get("/suspensions")).json["suspensions"]) == 1
    assert (await client.get("/suspensions?hall=nancun")).json == {"suspensions": []}
    await kiosks.stores.suspending.call_off(kiosk["_id"], *kiosks.who("contact"))
    assert (await client.get("/suspensions")).json == {"suspensions": []}


async def test_the_simulator_plays_a_device(api: Service, kiosks: Kiosked, tmp_path: Path) -> None:
    """It says how it is, answers commands, and goes on with a new key, also after a start anew."""
    kiosk = (await kiosks.placed_one())["_id"]
    code = await api.services.activations.issue(kiosk, *kiosks.who("digital"))
    file = tmp_path / "devices.json"
    first = Devices(file).add(kiosk, Manner.BROKEN)
    await api.services.activations.activate(code, first, {}, "192.0.2.7", api.by("device"))
    http = AsyncHTTPClient(force_instance=True)
    machine = Machine(kiosk, api.url, Devices(file), api.clock.now, http)
    assert await machine.beat() == 30
    heard = await api.services.heartbeats.get(kiosk)
    assert (heard["said"]["state"], heard["said"]["printer"]) == ("fault", ["media-jam-error"])
    for name in CommandName:
        member, by = kiosks.who("digital")
        await api.services.commands.order(kiosk, name, "2.0" * (name is CommandName.UPDATE), member, by)
    await machine.beat()
    assert await api.services.device_answers.documents.count_documents({"kiosk": kiosk}) == len(CommandName)
    again = Machine(kiosk, api.url, Devices(file), api.clock.now, http)
    assert await again.beat() == 30
    found = await kiosks.get(kiosk)
    assert found["device_key"]["spki"] not in (first, None)
    assert (await api.services.heartbeats.get(kiosk))["said"]["software"] == "1.0.0"
    await api.services.devices.revoke(kiosk, *kiosks.who("digital"))
    assert await again.beat() is None
    http.close()
