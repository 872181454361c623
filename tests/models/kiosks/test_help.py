"""Calls for help at a kiosk: one is open, however often it is asked; one member goes, or time ends it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from models.kiosks import HELP_OVER, HelpCall, HelpState, Kiosk
from models.kiosks.help import WAITS, Helping
from models.schedule import Due, Overtaken
from models.staff import CENTRE, Role
from models.workdays import local_date
from tests.house.clock import START, Clock
from tests.house.house import House, said
from tests.house.kiosks import Kiosked
from tests.house.places import HALL
from tests.house.staff import Post

pytestmark = pytest.mark.article("23.2")
AT_HALL = Post((Role.SERVICE_CENTRE,), halls=(HALL.code,))
SECOND = timedelta(seconds=1)


class Street:
    """A kiosk in a hall where Ling is on duty, and the calls there."""

    def __init__(self, kiosks: Kiosked, kiosk: Kiosk, clock: Clock) -> None:
        self.kiosk, self.kiosks, self.house, self.clock = kiosk, kiosks, kiosks.house, clock
        self.calls = kiosks.stores.help_calls

    async def call(self) -> HelpCall:
        by = self.house.by(f"kiosk:{self.kiosk['_id']}")
        return await self.kiosks.stores.helping.call(self.kiosk, by)

    async def take(self, call: HelpCall, username: str) -> str:
        member = await self.kiosks.stores.staff.get(username)
        return await said(self.calls.take(call["_id"], member, self.house.by_staff(username)))

    def due(self, call: HelpCall) -> Due:
        return Due(f"{call['_id']}:{HELP_OVER}", HELP_OVER, call["_id"], call["until"], 1, "lease")

    async def all(self) -> list[HelpCall]:
        return [self.calls.shaped(one) async for one in self.calls.documents.find({}).sort("called_at", 1)]


@pytest.fixture
async def street(house: House, kiosks: Kiosked, clock: Clock) -> Street:
    clock.set(START)
    for kept in (house.stores.help_calls, house.stores.rosters, house.stores.duty_heads):
        await kept.documents.delete_many({})
    if await house.stores.staff.find("ling") is None:
        await house.reachable("ling", AT_HALL)
    member, today = await house.stores.staff.get("ling"), local_date(START)
    await house.stores.duty.set_days(CENTRE, today, today, "ling", "", member, house.by_staff("ling"))
    return Street(kiosks, await kiosks.in_service(), clock)


async def test_called_by_many_at_once_one_is_open_and_one_is_told(street: Street) -> None:
    calls = await asyncio.gather(*(street.call() for _ in range(8)))
    [kept] = await street.all()
    assert {one["_id"] for one in calls} == {kept["_id"]}
    assert [(event["name"], event["data"]["members"]) for event in kept["events"]] == [
        ("help.called", ["ling"])
    ]
    assert kept["state"] is HelpState.OPEN


async def test_it_tells_where_and_nothing_of_who(street: Street) -> None:
    kept = await street.call()
    [found] = await street.all()
    assert found["events"][0]["data"].keys() == {"kiosk", "hall", "members"}
    assert (kept["kiosk"], kept["hall"], kept["section"]) == (street.kiosk["_id"], HALL.code, CENTRE.key)
    assert found["events"][0]["actor"] == f"kiosk:{street.kiosk['_id']}"


async def test_all_who_are_put_down_are_told_and_can_go(street: Street) -> None:
    """Who is on duty and who stands behind, each once; whoever else is told of alerts only where neither can
    be reached."""
    house, today = street.house, local_date(START)
    for name in ("ming", "ning"):
        if await house.stores.staff.find(name) is None:
            await house.reachable(name, AT_HALL)
    ling, by = await house.stores.staff.get("ling"), house.by_staff("ling")
    await house.stores.duty.set_days(CENTRE, today, today, "ling", "ming", ling, by)
    await house.stores.duty.name_heads(CENTRE, ["ning", "ming"], ling, by)
    call = await street.call()
    assert call["told"] == ["ling", "ming"]
    assert {"member:ling", "member:ming"} < {*call["reach"]}
    assert await street.take(call, "ming") == "done"
    await house.stores.duty.set_days(CENTRE, today, today, "", "", ling, by)
    assert (await street.call())["told"] == ["ning"]


async def test_one_of_several_goes(street: Street) -> None:
    call = await street.call()
    ends = await asyncio.gather(*(street.take(call, who) for who in ("ling", "centre", "digital")))
    assert sorted(ends) == ["done", "help_call_moved_on", "help_call_moved_on"]
    with pytest.raises(Overtaken):
        await street.calls.close(street.due(call), street.house.by())


async def test_who_does_not_reach_the_place_cannot_take_it(street: Street) -> None:
    call = await street.call()
    assert await street.take(call, "elsewhere") == "help_call_not_found"
    assert await street.take(call, "window") == "scope_missing"
    assert [one["_id"] for one in await street.calls.waiting(street.kiosks.members["township"])] == [
        call["_id"]
    ]
    assert await street.calls.waiting(street.kiosks.members["elsewhere"]) == []


async def test_who_was_told_can_take_it_wherever_they_are_from(street: Street) -> None:
    """Who is on duty for the centre need not be of this hall."""
    house, today = street.house, local_date(START)
    afar = await house.reachable("afar", Post((Role.SERVICE_CENTRE,), halls=("nancun",)))
    await house.stores.duty.set_days(CENTRE, today, today, "afar", "", afar, house.by_staff("afar"))
    call = await street.call()
    assert [one["_id"] for one in await street.calls.waiting(afar)] == [call["_id"]]
    assert await street.take(call, "afar") == "done"


async def test_after_a_quarter_of_an_hour_it_is_over_and_the_next_is_another(street: Street) -> None:
    call = await street.call()
    [kept] = await street.all()
    assert kept["events"][0]["plans"] == [{"what": HELP_OVER, "at": street.clock.now() + WAITS}]
    street.clock.advance(WAITS)
    await street.calls.close(street.due(call), street.house.by())
    assert await street.take(call, "ling") == "help_call_moved_on"
    assert (await street.call())["_id"] != call["_id"]
    assert [one["state"] for one in await street.all()] == [HelpState.CLOSED, HelpState.OPEN]


async def test_what_was_promised_for_another_moment_closes_nothing(street: Street) -> None:
    call = await street.call()
    with pytest.raises(Overtaken):
        await street.calls.close(replace(street.due(call), at=call["until"] + SECOND), street.house.by())
    assert (await street.calls.get(call["_id"]))["state"] is HelpState.OPEN


async def test_of_a_call_that_closes_the_record_says_for_which_plan(street: Street) -> None:
    """So that what was done twice is recorded once."""
    call = await street.call()
    street.clock.advance(WAITS)
    closed = await street.calls.close(street.due(call), street.house.by())
    assert [event["name"] for event in closed["events"]] == ["help.called", "help.closed"]
    assert closed["events"][1]["id"] == street.due(call).event("help.closed", street.house.by()).id
    with pytest.raises(Overtaken):
        await street.calls.close(street.due(call), street.house.by())


async def test_who_stands_there_hears_of_the_last_call_for_a_quarter_of_an_hour(street: Street) -> None:
    async def heard(kiosk: str = "") -> HelpCall | None:
        return await street.calls.latest(kiosk or street.kiosk["_id"], street.clock.now())

    assert await heard() is None
    first = await street.call()
    street.clock.advance(SECOND)
    await street.take(first, "ling")
    taken = await heard()
    assert taken is not None
    assert (taken["state"], taken["taken_by"]) == (HelpState.TAKEN, "staff:ling")
    assert taken["taken_at"] == street.clock.now()
    second = await street.call()
    last = await heard()
    assert last is not None
    assert (last["_id"], last["called_at"] - first["called_at"]) == (second["_id"], SECOND)
    assert await heard("another") is None
    street.clock.advance(WAITS - SECOND)
    assert await heard() is not None
    street.clock.advance(SECOND)
    assert await heard() is None


async def test_who_waits_longest_stands_first_and_who_is_helped_waits_no_more(street: Street) -> None:
    other = Street(street.kiosks, await street.kiosks.in_service(), street.clock)
    first = await street.call()
    street.clock.advance(SECOND)
    second = await other.call()
    ling = await street.house.stores.staff.get("ling")
    waiting = await street.calls.waiting(ling)
    assert [one["_id"] for one in waiting] == [first["_id"], second["_id"]]
    assert not any("events" in one for one in waiting)
    await street.take(first, "ling")
    street.clock.advance(WAITS)
    await street.calls.close(street.due(second), street.house.by())
    assert await street.calls.waiting(ling) == []


async def test_who_is_of_the_township_or_of_the_hall_can_go(street: Street) -> None:
    """Whether or not they were told."""
    for name in ("centre", "township"):
        call = await street.call()
        assert f"member:{name}" not in call["reach"]
        assert await street.take(call, name) == "done"


async def test_a_call_that_ends_while_another_is_made_leaves_one_open(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call that was there is gone by the time it is looked for: the next one is opened."""
    hall = await street.house.stores.halls.get(HALL.code)
    call, by, found = await street.call(), street.house.by(), street.calls.open_at

    async def ended_meanwhile(kiosk: str) -> HelpCall | None:
        monkeypatch.undo()
        await street.take(call, "ling")
        return await found(kiosk)

    monkeypatch.setattr(street.calls, "open_at", ended_meanwhile)
    opened = await street.calls.open(street.kiosk, hall, CENTRE.key, [], by)
    again = await street.calls.open(street.kiosk, hall, CENTRE.key, ["ling"], by)
    assert again["_id"] == opened["_id"] != call["_id"]


async def test_told_is_who_is_put_down_for_the_local_day(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven in the morning is the evening before in UTC."""
    hall = await street.house.stores.halls.get(HALL.code)
    monkeypatch.setattr(Helping, "_staffed", lambda *_: asyncio.sleep(0, hall))
    street.clock.set(START.replace(hour=23))
    assert (await street.call())["told"] == []


async def test_a_kiosk_that_stands_nowhere_calls_nobody(street: Street) -> None:
    nowhere = Street(street.kiosks, {**street.kiosk, "hall": None}, street.clock)
    assert await said(nowhere.call()) == "help_nobody_there"


async def test_who_was_helped_can_call_again(street: Street) -> None:
    call = await street.call()
    await street.take(call, "ling")
    assert (await street.call())["_id"] != call["_id"]


async def test_nobody_is_called_while_nobody_serves(street: Street) -> None:
    street.clock.advance(timedelta(hours=12))
    assert await said(street.call()) == "help_nobody_there"
    assert await street.all() == []
