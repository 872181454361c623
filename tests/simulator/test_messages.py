"""Template and customer-service messages: who gets them, what they hold, and how many there may be."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.outgoing.notices import NOTICES
from simulator.wechat.template_library import LIBRARY
from tests.simulator.conftest import Peer

GOOD = {
    "character_string1": "PY20261124-0001-A",
    "thing2": "居住证签注",
    "thing3": "番禺区公安分局",
    "time4": "2026年11月24日 10:00",
    "thing5": "全流程网办",
}


def receipt(openid: str, **changes: Any) -> dict[str, Any]:
    data = {name: {"value": value} for name, value in GOOD.items()}
    return {
        "touser": openid,
        "template_id": "TM_RECEIPT",
        "url": "https://panyu.test/a",
        "data": data,
    } | changes


def with_field(openid: str, name: str, value: Any) -> dict[str, Any]:
    message = receipt(openid)
    message["data"][name] = {"value": value}
    return message


async def follower(peer: Peer, person: str = "li") -> str:
    await peer.do(person, "follow")
    return await peer.openid(person)


async def send(peer: Peer, message: dict[str, Any]) -> dict[str, Any]:
    return await peer.api("message/template/send", message)


def test_the_library_has_the_fields_of_the_notices() -> None:
    by_wechat = [notice for notice in NOTICES.values() if notice.fields]
    assert {f"TM_{notice.name.upper()}": list(notice.fields) for notice in by_wechat} == {
        name: list(template.fields) for name, template in LIBRARY.items()
    }


async def test_a_good_one_arrives_as_a_card_and_its_outcome_is_told(peer: Peer) -> None:
    openid = await follower(peer)
    answer = await send(peer, receipt(openid))
    assert answer["errcode"] == 0
    [sent] = await peer.listed("template-messages", person="li")
    assert (sent["msgid"], sent["data"], sent["url"]) == (answer["msgid"], GOOD, "https://panyu.test/a")
    [card] = [entry for entry in await peer.chat("li") if entry["kind"] == "template"]
    assert card["title"] == "办事申请回执"
    assert card["rows"][0] == {"label": "申请流水号", "value": "PY20261124-0001-A"}
    for _ in range(100):
        if peer.service.heard[-1].event == "templatesendjobfinish":
            break
        await asyncio.sleep(0.02)
    report = (await peer.listed("callbacks"))[-1]["message"]
    assert (report["MsgID"], report["Status"]) == (answer["msgid"], "success")


async def test_who_refuses_messages_is_reported(peer: Peer) -> None:
    openid = await follower(peer)
    await peer.do("li", "block")
    assert (await send(peer, receipt(openid)))["errcode"] == 0
    assert {entry["kind"] for entry in await peer.chat("li")} == {"text"}
    assert (await peer.listed("template-messages"))[-1]["outcome"] == "failed:user block"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("thing2", "二" * 20, 0),
        ("thing2", "二" * 21, 47003),
        ("thing2", "", 47003),
        ("thing2", "  ", 47003),
        ("thing2", "一行\n两行", 47003),
        ("thing2", None, 47003),
        ("character_string1", "A" * 32, 0),
        ("character_string1", "A" * 33, 47003),
        ("character_string1", "编号1", 47003),
        ("character_string1", "PY1。", 47003),
        ("character_string1", "ＰＹ1", 47003),
        ("character_string1", "PY\t1", 47003),
        ("character_string1", "PY-1 (A/b)!", 0),
        ("time4", "15:01", 0),
        ("time4", "2026年11月24日", 0),
        ("time4", "2026-11-24 10:00:00", 0),
        ("time4", "10:00~11:30", 0),
        ("time4", "明天上午", 47003),
        ("time4", "2026年13月24日", 47003),
        ("time4", "2026-11-24T10:00:00Z", 47003),
        ("thing9", "多出来的", 47003),
        ("first", "您好", 47003),
    ],
)
async def test_fields(peer: Peer, name: str, value: Any, code: int) -> None:
    openid = await follower(peer)
    assert (await send(peer, with_field(openid, name, value)))["errcode"] == code


async def test_missing_field_names_it(peer: Peer) -> None:
    message = receipt(await follower(peer))
    del message["data"]["thing3"]
    answer = await send(peer, message)
    assert answer["errcode"] == 47003
    assert "data.thing3.value is empty" in answer["errmsg"]


async def test_whom_it_cannot_reach(peer: Peer) -> None:
    openid = await follower(peer)
    assert (await send(peer, receipt(openid, template_id="TM_OTHER")))["errcode"] == 40037
    assert (await send(peer, receipt("oNobody")))["errcode"] == 40003
    assert (await send(peer, receipt(await peer.openid("wang"))))["errcode"] == 43004
    await peer.do("li", "unfollow")
    assert (await send(peer, receipt(openid)))["errcode"] == 43004


async def test_the_same_client_msg_id_sends_once_in_ten_minutes(peer: Peer) -> None:
    li, wang = await follower(peer), await follower(peer, "wang")
    first = await send(peer, receipt(li, client_msg_id="d1"))
    again = await send(peer, receipt(li, client_msg_id="d1"))
    other = await send(peer, receipt(wang, client_msg_id="d1"))
    assert first["msgid"] == again["msgid"] != other["msgid"]
    assert len(await peer.listed("template-messages")) == 2
    peer.clock.advance(timedelta(minutes=10))
    assert (await send(peer, receipt(li, client_msg_id="d1")))["msgid"] != first["msgid"]


async def custom(peer: Peer, person: str = "li") -> int:
    message = {"touser": await peer.openid(person), "msgtype": "text", "text": {"content": "您好"}}
    return int((await peer.api("message/custom/send", message))["errcode"])


async def test_customer_service_five_in_48_hours_after_a_message(peer: Peer) -> None:
    assert await custom(peer) == 45015
    await peer.do("li", "follow")
    await peer.do("li", "text", text="在吗")
    peer.clock.advance(timedelta(hours=47))
    assert [await custom(peer) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    peer.clock.advance(timedelta(hours=1))
    assert await custom(peer) == 45015


async def test_customer_service_three_in_a_minute_after_a_click(peer: Peer) -> None:
    await peer.do("li", "follow")
    peer.clock.advance(timedelta(minutes=1))
    assert await custom(peer) == 45015
    await peer.do("li", "click", key="help")
    assert [await custom(peer) for _ in range(4)] == [0, 0, 0, 45047]
    assert [sent["person"] for sent in await peer.listed("custom-messages")] == ["li"] * 3


async def test_users(peer: Peer) -> None:
    openid = await peer.openid("li")
    assert (await peer.api("user/info", openid=openid))["subscribe"] == 0
    await peer.do("li", "follow")
    user = await peer.api("user/info", openid=openid)
    assert (user["subscribe"], user["subscribe_time"]) == (1, int(peer.clock.now().timestamp()))
    assert (await peer.api("user/info", openid="oNobody"))["errcode"] == 40003
