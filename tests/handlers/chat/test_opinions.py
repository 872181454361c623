"""好差评 in the chat: a number after a matter is finished, then the reason of a bad one (article 17)."""

from datetime import timedelta

import pytest

from models.appointments import Appointment
from tests.house.guides import plain_guide
from tests.house.wechat import USER, Peer, message


@pytest.fixture
async def visit(peer: Peer) -> Appointment:
    """Of the user of the chat, who was served."""
    await peer.publish(plain_guide())
    party = await peer.applicant(openid=USER)
    return await peer.served(await peer.booking(party))


def matter(visit: Appointment) -> str:
    return f"appointment:{visit['_id']}"


@pytest.mark.article("17.review")
async def test_a_number_is_the_level(peer: Peer, visit: Appointment) -> None:
    assert "5 非常满意" in await peer.say(message("评价"))
    said = await peer.say(message("4"))
    assert "已记下您的评价：满意" in said
    assert f"/appointments/{visit['_id']}/review" in said
    given = await peer.stores.reviews.get(matter(visit))
    assert (given["level"], given["channel"]) == (4, "chat")
    assert "没有等您评价的事项" in await peer.say(message("评价"))
    assert "没有对应的事项" in await peer.say(message("5"))


@pytest.mark.article("17.reason")
@pytest.mark.parametrize(
    ("reason", "tags", "words"), [("等了一上午", [], "等了一上午"), ("1、3", ["207", "209"], "")]
)
async def test_a_bad_one_is_kept_with_its_reason(
    peer: Peer, visit: Appointment, reason: str, tags: list[str], words: str
) -> None:
    asked = await peer.say(message("2"))
    assert "请告诉我们原因" in asked
    assert "8. 态度生硬" in asked
    assert await peer.stores.reviews.find(matter(visit)) is None
    assert "已记下您的评价：不满意" in await peer.say(message(reason))
    given = await peer.stores.reviews.get(matter(visit))
    assert (given["level"], given["tags"], given["words"]) == (2, tags, words)


async def test_who_gives_no_reason_gives_no_bad_review(peer: Peer, visit: Appointment) -> None:
    await peer.say(message("1"))
    assert "没有评价" in await peer.say(message("算了"))
    assert await peer.stores.reviews.find(matter(visit)) is None
    assert "没有找到" in await peer.say(message("等了一上午"))


async def test_a_list_that_came_later_has_the_number(peer: Peer, visit: Appointment) -> None:
    peer.clock.set(visit["timeline"][-1]["at"] + timedelta(minutes=5))
    await peer.say(message(plain_guide().name))
    assert plain_guide().summary in await peer.say(message("1"))
    assert await peer.stores.reviews.find(matter(visit)) is None


async def test_uncivil_words_are_said_to_be_held(peer: Peer, visit: Appointment) -> None:
    await peer.stores.uncivil.learn(["王八蛋"], peer.by())
    await peer.say(message("1"))
    assert "先由工作人员审核" in await peer.say(message("王八蛋"))
    given = await peer.stores.reviews.get(matter(visit))
    assert (given["level"], given["words_state"]) == (1, "held")


async def test_a_number_long_after_is_no_level(peer: Peer, visit: Appointment) -> None:
    peer.clock.set(visit["timeline"][-1]["at"] + timedelta(days=8))
    assert "没有对应的事项" in await peer.say(message("5"))


async def test_a_stranger_is_led_to_the_binding(peer: Peer) -> None:
    assert "实名认证" in await peer.say(message("评价"))
