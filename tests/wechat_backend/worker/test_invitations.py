"""Workers ask for a review: by WeChat, else by SMS with a link; once, and nobody who gave it (article 17)."""

import re
from datetime import timedelta
from typing import Any

import pytest

from models.appointments import Appointment, Pauses
from models.people import Party
from simulator import Running
from simulator.aliyun.service import Aliyun
from tests.house.worker import World, letters, li_follows, look, person_of, set_clock, work
from tests.wechat_backend.worker.two_matters import two_matters

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


@pytest.mark.article("17.asked")
async def test_of_a_visit_of_two_matters_one_letter_asks(simulated: World, simulator: Running) -> None:
    """An hour after both, with both names; a kiosk that stops is told of so too."""
    party = await li_follows(simulator, simulated)
    await simulator.simulator.wechat.unfollow(person_of(simulator, "li"))
    services = simulated.services
    wanted = two_matters(simulated, party)
    starts = wanted.starts
    visit = await wanted.book(simulated)
    pause: Any = {"kiosk": "k1", "since": starts[0], "start": starts[0], "end": None}
    pause |= {"reason": "检修", "elsewhere": ""}
    data = {"reason": "检修", "until": "", "elsewhere": ""}
    await Pauses(services.appointments).tell(visit, pause, data, simulated.by("system"))
    await work(simulated)
    [told] = letters(simulator, "SMS_KIOSK")
    assert "居住证签注、医保参保" in told
    for one in visit:
        await simulated.served(one)
    set_clock(simulated, starts[1] + LATER)
    await work(simulated)
    [text] = letters(simulator, "SMS_INVITATION")
    assert "居住证签注、医保参保" in text
    [token] = re.findall("/r/([0-9a-f]{32})$", text)
    opened = await services.asking.open(token, "198.51.100.7", simulated.clock())
    assert opened.asked["_id"] == f"appointment:{visit[0]['_id']}"
    set_clock(simulated, starts[1] + 2 * LATER)
    await work(simulated)
    assert len(letters(simulator, "SMS_INVITATION")) == 1
