"""What a person says in the chat about a visit (article 9)."""

from dataclasses import replace
from datetime import time

import pytest

from models.appointments import Appointment, Ending
from models.people import Party
from models.workdays import local_date, local_moment
from tests.house.guides import plain_guide
from tests.house.places import HALL
from tests.house.wechat import USER, Peer, message


@pytest.fixture
async def party(peer: Peer) -> Party:
    """The user of the chat, under the real name."""
    await peer.publish(plain_guide())
    return await peer.applicant(openid=USER)


async def asked(peer: Peer, party: Party, number: int = 1) -> Appointment:
    """A visit of an item of this number, of which staff asked whether the person gives it up."""
    calendar = peer.stores.calendar
    day = calendar.after(local_date(peer.stores.clock()), 1)
    booked = await peer.stores.appointments.book(
        party, plain_guide(number), HALL, local_moment(day, time(9 + number)), calendar, peer.by()
    )
    by = replace(peer.by_staff("centre"), at=booked["start"])
    return await peer.stores.endings.propose(booked["_id"], await peer.member("centre"), by)


@pytest.mark.article("9.abandon", "9.refusal")
@pytest.mark.parametrize(("words", "state"), [("确认放弃", "given_up"), ("没有放弃", "booked")])
async def test_giving_up_is_confirmed_or_denied(peer: Peer, party: Party, words: str, state: str) -> None:
    assert "没有需要您确认的放弃预约" in await peer.say(message(words))
    visit = await asked(peer, party)
    said = await peer.say(message(words))
    assert f"https://panyu.test/appointments/{visit['_id']}" in said
    found = await peer.stores.appointments.get(visit["_id"])
    assert found["state"] == state
    assert found["timeline"][-1]["actor"] == f"applicant:{party.id}"
    assert "没有需要您确认的放弃预约" in await peer.say(message(words))


async def test_of_several_the_pages_tell_them_apart(peer: Peer, party: Party) -> None:
    visits = [await asked(peer, party), await asked(peer, party, 2)]
    said = await peer.say(message("确认放弃"))
    for visit in visits:
        assert f"/appointments/{visit['_id']}" in said
        assert (await peer.stores.appointments.get(visit["_id"]))["state"] == "booked"


@pytest.mark.article("9.objection")
async def test_an_objection_is_to_the_latest_record(peer: Peer, party: Party) -> None:
    assert "没有可以提出异议" in await peer.say(message("异议"))
    await peer.recorded(await peer.booking(party), Ending.NO_SHOW, minutes=15)
    how = await peer.say(message("异议"))
    assert "记录：未到场" in how
    assert "回复“异议”和实际情况" in how
    assert (await peer.stores.appointments.of_applicant(party.id))[0]["objection"] is None
    assert "您的异议已收到" in await peer.say(message("我有异议：我九点二十就到了"))
    [found] = await peer.stores.appointments.of_applicant(party.id)
    assert found["objection"]
    assert found["objection"]["words"] == "我九点二十就到了"
    assert "没有可以提出异议" in await peer.say(message("异议 再说一次"))


async def test_an_objection_that_is_too_long_is_told_the_limit(peer: Peer, party: Party) -> None:
    await peer.recorded(await peer.booking(party), Ending.NO_SHOW, minutes=15)
    assert await peer.say(message("异议 " + "我到了" * 200)) == "最多500字"


@pytest.mark.parametrize("words", ["确认放弃", "异议"])
async def test_a_stranger_is_led_to_the_real_name(peer: Peer, words: str) -> None:
    assert "请先在公众号实名认证" in await peer.say(message(words))


async def test_an_item_that_begins_so_is_no_objection(peer: Peer, party: Party) -> None:
    await peer.recorded(await peer.booking(party), Ending.NO_SHOW, minutes=15)
    assert "没有找到" in await peer.say(message("异议登记"))
