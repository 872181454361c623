"""Workers ask for a review: by WeChat, else by SMS with a link; once, and nobody who gave it (article 17)."""

import re
from datetime import timedelta
from typing import Any

import pytest

from models.appointments import Appointment
from models.people import Party
from simulator import Running
from simulator.aliyun.service import Aliyun
from tests.house.worker import World, letters, li_follows, look, person_of, set_clock, work

LATER = timedelta(hours=1, seconds=1)


@pytest.fixture(autouse=True)
def any_stamp(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aliyun's SDK stamps by the machine's clock, and here days pass by another one."""
    monkeypatch.setattr(Aliyun, "_check_time", lambda _aliyun, _stamp: None)


async def served(world: World, party: Party) -> Appointment:
    """A visit in the morning, of which everybody has been told."""
    visit = await world.served(await world.book(party))
    set_clock(world, visit["start"])
    await work(world)
    return visit


async def invited(world: World) -> list[Any]:
    """The deliveries of the invitation: channel and state."""
    found = await world.services.deliveries.documents.find({"notice": "invitation"}).sort("_id").to_list()
    return [(one["channel"], one["state"], one["code"]) for one in found]


@pytest.mark.article("17.asked")
async def test_who_follows_is_asked_by_wechat_an_hour_later(simulated: World, simulator: Running) -> None:
    visit = await served(simulated, await li_follows(simulator, simulated))
    assert await invited(simulated) == []
    set_clock(simulated, visit["start"] + LATER)
    await work(simulated)
    await work(simulated)
    assert await invited(simulated) == [("wechat", "sent", None)]
    assert letters(simulator, "SMS_INVITATION") == []


@pytest.mark.article("17.asked")
async def test_who_does_not_follow_is_sent_the_link(simulated: World, simulator: Running) -> None:
    party = await li_follows(simulator, simulated)
    await simulator.simulator.wechat.unfollow(person_of(simulator, "li"))
    visit = await served(simulated, party)
    set_clock(simulated, visit["start"] + LATER)
    await work(simulated)
    [text] = letters(simulator, "SMS_INVITATION")
    [token] = re.findall("/r/([0-9a-f]{32})$", text)
    asking = simulated.services.asking
    opened = await asking.open(token, "198.51.100.7", simulated.clock())
    assert opened.asked["_id"] == f"appointment:{visit['_id']}"
    assert person_of(simulator, "li").phone not in text


async def test_who_has_reviewed_meanwhile_is_not_asked(simulated: World, simulator: Running) -> None:
    """Before the plan is looked at, and before the message goes out."""
    party = await li_follows(simulator, simulated)
    visit = await served(simulated, party)
    set_clock(simulated, visit["start"] + LATER)
    await look(simulated)
    await simulated.review(party, "appointment", visit)
    await work(simulated)
    assert await invited(simulated) == [("wechat", "skipped", "reviewed")]
