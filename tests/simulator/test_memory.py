"""What a phone still knows after the simulator was stopped and started again, and what nobody does."""

import asyncio
import json
import stat
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from simulator import start
from tests.house.clock import Clock
from tests.simulator.conftest import CONFIG, Peer, Service

PICTURE = b"\x89PNG\r\n\x1a\n"
CODE = {
    "PhoneNumbers": "13900010002",
    "SignName": "番禺政务",
    "TemplateCode": "SMS_CODE",
    "TemplateParam": '{"code": "271828"}',
}
MENU = {"button": [{"type": "click", "name": "帮助", "key": "help"}]}
NOTICE = {"thing1": {"value": "您的实名认证已转绑"}, "time2": {"value": "2026年11月24日 10:00"}}

Begin = Callable[[], Awaitable[Peer]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "simulator.json"


@pytest.fixture
async def begin(service: Service, clock: Clock, file: Path) -> Any:
    """Start a simulator with that file; those still running are stopped after the test."""
    async with AsyncExitStack() as stack:

        async def new() -> Peer:
            running = await start(replace(CONFIG, state=file), clock.now)
            running.call_back(f"{service.url}/wechat/callback")
            stack.push_async_callback(running.close)
            peer = Peer(running, service, clock)
            stack.callback(peer.http.close)
            return peer

        yield new


async def shown(peer: Peer, person: str) -> dict[str, Any]:
    """All that the person's phone shows, but the service's address."""
    answer = await peer.fetch("/phone/state", headers={"Cookie": f"simulator_person={person}"})
    return {key: value for key, value in json.loads(answer.body).items() if key != "service"}


async def cookies(peer: Peer, old: str, new: str, **jar: str) -> list[str]:
    """Change the person in hand; the cookies that are set."""
    sent = "; ".join(f"{name}={value}" for name, value in {"simulator_person": old, **jar}.items())
    answer = await peer.fetch("/phone/person", {"id": new}, headers={"Cookie": sent})
    return [each.split(";")[0] for each in answer.headers.get_list("Set-Cookie")]


async def live(peer: Peer) -> None:
    """Something of everything that a phone remembers."""
    await peer.api("menu/create", MENU)
    for person in ("li", "wang"):
        await peer.do(person, "follow")
    await peer.do("wang", "block")
    await peer.do("li", "image", base64="iVBORw0KGgo=")
    await peer.fetch("/phone/seen", {"what": "chat"}, headers={"Cookie": "simulator_person=li"})
    await peer.do("li", "text", text="居住证")
    answer, peer.service.answer = peer.service.answer, lambda _: ""
    message = {"touser": await peer.openid("li"), "template_id": "TM_REBINDING", "data": NOTICE}
    await peer.api("message/template/send", message)
    for _ in range(200):
        if "Status" in (await peer.listed("callbacks"))[-1]["message"]:
            break
        await asyncio.sleep(0.01)
    peer.service.answer = answer
    aliyun = peer.running.simulator.aliyun
    assert aliyun.send_sms(CODE)["Code"] == "OK"
    aliyun.read("13900010002")
    assert aliyun.send_sms(CODE | {"PhoneNumbers": "13900010003"})["Code"] == "OK"


async def test_a_phone_remembers(begin: Begin) -> None:
    first = await begin()
    await live(first)
    await cookies(first, "li", "chen", session="of-li")
    before = {person: await shown(first, person) for person in ("li", "wang", "chen")}
    assert before["li"]["chat_unread"] >= 2  # one more where the machine is too busy to answer in time
    assert before["li"]["sms_unread"] == 0
    await first.running.close()
    second = await begin()
    for person, state in before.items():
        assert await shown(second, person) == state
    assert await cookies(second, "chen", "li") == ["session=of-li", "simulator_person=li"]
    assert second.running.simulator.wechat.following["li"] == first.clock.now()
    [picture] = [entry["url"] for entry in await second.chat("li") if entry["kind"] == "image"]
    assert (await second.fetch(picture)).body == PICTURE
    message = {"touser": await second.openid("wang"), "template_id": "TM_REBINDING", "data": NOTICE}
    assert (await second.api("message/template/send", message))["errcode"] == 0
    assert (await second.listed("template-messages"))[-1]["outcome"] == "failed:user block"


async def test_what_a_phone_does_not_know_is_forgotten(begin: Begin) -> None:
    first = await begin()
    await live(first)
    token = await first.token()
    await first.running.close()
    second = await begin()
    answer = await second.call("/cgi-bin/ticket/getticket", access_token=token, type="jsapi")
    assert answer["errcode"] == 40001
    for name in ("callbacks", "template-messages", "verifications", "acceptance", "reviews"):
        assert await second.listed(name) == []


async def test_what_is_said_after_the_start_is_unread(begin: Begin) -> None:
    first = await begin()
    await live(first)
    await first.fetch("/phone/seen", {"what": "chat"}, headers={"Cookie": "simulator_person=li"})
    for person in ("li", "wang"):
        await first.do(person, "unfollow")
    await first.running.close()
    second = await begin()
    await second.do("li", "follow")
    assert (await shown(second, "li"))["chat_unread"] == 1


async def test_no_message_has_the_number_of_an_earlier_one(begin: Begin) -> None:
    """The service would take it for a repetition."""
    numbers = []

    async def talk(peer: Peer) -> None:
        await peer.do("li", "follow")
        push = (await peer.do("li", "text", text="在吗"))["callback"]
        numbers.append(push["message"]["MsgId"])
        peer.clock.advance(timedelta(seconds=1))

    first = await begin()
    await talk(first)
    await first.running.close()
    second = await begin()
    await talk(second)
    await second.call("/control/reset", {})
    await talk(second)
    assert len(set(numbers)) == 3


def text(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def private(file: Path) -> bool:
    """Only its owner may read it, and there is no other."""
    return stat.S_IMODE(file.stat().st_mode) == 0o600 and list(file.parent.iterdir()) == [file]


async def test_it_is_kept_a_moment_after_a_change(begin: Begin, file: Path) -> None:
    peer = await begin()
    await live(peer)
    for _ in range(100):
        await asyncio.sleep(0.05)
        if "271828" in (words := text(file)):
            break
    assert json.loads(words)["blocked"] == ["wang"]
    assert private(file)


async def test_reset_is_remembered_too(begin: Begin) -> None:
    first = await begin()
    await live(first)
    await first.call("/control/reset", {})
    await first.running.close()
    state = await shown(await begin(), "li")
    assert (state["following"], state["menu"], state["chat"], state["sms"]) == (False, None, [], [])


async def written(begin: Begin, file: Path) -> dict[str, Any]:
    peer = await begin()
    await live(peer)
    await peer.running.close()
    found: dict[str, Any] = json.loads(text(file))
    return found


@pytest.mark.parametrize(
    "damage",
    [
        {"version": 0},
        {"following": {"li": "yesterday"}},
        {"chats": {"li": {"entries": [{"number": 1}], "seen": 0}}},
        {"sms": [{}]},
        {"jars": None},
        b"",
        b"[]",
        b'{"version": 1}',
        b"\xff\xfe",
    ],
)
async def test_what_cannot_be_read_is_put_aside(begin: Begin, file: Path, damage: Any) -> None:
    good = await written(begin, file)
    damaged = damage if isinstance(damage, bytes) else json.dumps(good | damage).encode()
    await asyncio.to_thread(file.write_bytes, damaged)
    with capture_logs() as logs:
        peer = await begin()
    [line] = [entry for entry in logs if entry["event"] == "memory_put_aside"]
    assert "13900010002" not in str(line)
    assert file.with_name("simulator.json.damaged").read_bytes() == damaged
    assert not (await shown(peer, "li"))["following"]
    await peer.do("li", "follow")
    await peer.running.close()
    assert (await shown(await begin(), "li"))["following"]


async def test_a_folder_that_cannot_be_written_stops_nothing(begin: Begin, file: Path) -> None:
    peer = await begin()
    file.parent.rmdir()
    with capture_logs() as logs:
        await peer.do("li", "follow")
        await peer.running.close()
    assert "memory_not_written" in {entry["event"] for entry in logs}
    file.parent.mkdir()


async def test_who_was_registered_still_lives_here(begin: Begin) -> None:
    before = await begin()
    [li] = (await before.call("/control/crowd", {"count": 1}))["items"]
    boss = {"name": "番禺新店", "kind": "registration_number", "number": "110108000000016"}
    assert (await before.fetch("/control/bodies", boss | {"representative": li["id"]})).code == 201
    await before.do(li["id"], "follow")
    await before.running.close()
    after = await begin()
    [known] = [each for each in await after.listed("people") if each["id"] == li["id"]]
    assert known == li | {"following": True}
    assert [each["name"] for each in await after.listed("bodies")][-1] == "番禺新店"
    assert (await after.api("user/info", openid=li["openid"]))["subscribe"] == 1
