"""Which kiosks are offline, and when that is our own silence."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.kiosks import DeviceState, Fault, Heard, Kiosk, SpellKind, Trouble
from models.kiosks.heartbeats import Nonce
from models.kiosks.listening import GAP, PULSE, Listened
from models.kiosks.presence import LISTENED, NOTICED, SILENT, silent_since
from tests.house.clock import START, Clock, cause_at
from tests.house.house import House
from tests.house.kiosks import Kiosked
from wechat_backend.worker.jobs.kiosks import LEASE, LOOK_EVERY

SECOND = timedelta(seconds=1)
IDLE = Heard(state=DeviceState.IDLE, session=False, software="1.0")
FAULT = Heard(**{**IDLE, "state": DeviceState.FAULT})


def listened(seconds: float, ago: float = 0) -> Listened:
    at = START - ago * SECOND
    return Listened(_id="servers", since=at - seconds * SECOND, at=at)


def test_a_loss_is_noticed_in_time_whichever_process_dies() -> None:
    assert SILENT + PULSE + LEASE + LOOK_EVERY * SECOND <= NOTICED
    assert PULSE < GAP < SILENT


def test_nobody_is_judged_until_heartbeats_could_arrive() -> None:
    enough = LISTENED.total_seconds()
    assert silent_since(None, START) is None
    assert silent_since(listened(enough - 1), START) is None
    assert silent_since(listened(enough), START) == START - SILENT
    assert silent_since(listened(enough, GAP.total_seconds()), START) == START - GAP - SILENT
    assert silent_since(listened(enough, GAP.total_seconds() + 1), START) is None


@given(st.lists(st.integers(0, 40), max_size=60))
def test_our_silence_makes_nobody_offline(pauses: list[int]) -> None:
    """A device that would be heard every 30 s, and servers that note themselves after any pauses: only a
    device that was silent while we listened is offline."""
    now, known, heard = START, Listened(_id="servers", since=START, at=START), START
    for pause in pauses:
        now += pause * SECOND
        broken = now - known["at"] > GAP
        known = Listened(_id="servers", since=now if broken else known["since"], at=now)
        since = silent_since(known, now)
        if since is not None:
            assert known["at"] - known["since"] >= LISTENED
        if not broken and now - heard >= 30 * SECOND:
            heard = now
        assert since is None or heard > since


async def listen(house: House, clock: Clock, seconds: float) -> None:
    """Servers note themselves for so long."""
    until = house.stores.clock() + seconds * SECOND
    await house.stores.listening.listen(house.by("system"))
    while house.stores.clock() < until:
        clock.advance(min(PULSE, until - clock.now()))
        await house.stores.listening.listen(house.by("system"))


async def beat(house: House, kiosk: Kiosk, said: Heard = IDLE) -> None:
    now = house.stores.clock()
    nonce = Nonce(nonce=f"nonce-{now.timestamp()}", until=now + timedelta(minutes=10))
    await house.stores.heartbeats.hear(kiosk["_id"], nonce, house.by(f"kiosk:{kiosk['_id']}"), said)


async def look(house: House) -> int:
    return await house.stores.watching.look(house.by("system"))


async def told(house: House, kiosk: Kiosk) -> list[str]:
    found = await house.stores.heartbeats.documents.find_one({"_id": kiosk["_id"]})
    return [event["name"] for event in found.get("events", [])]


@pytest.fixture
async def kiosk(kiosks: Kiosked, clock: Clock) -> Kiosk:
    """In service, and heard just now; servers have listened for long."""
    found = await kiosks.in_service()
    await listen(kiosks.house, clock, LISTENED.total_seconds())
    await beat(kiosks.house, found)
    return found


@pytest.mark.article("18.watched")
async def test_a_silent_kiosk_is_offline_until_it_is_heard(house: House, kiosk: Kiosk, clock: Clock) -> None:
    since = house.stores.clock()
    await listen(house, clock, SILENT.total_seconds() - 1)
    assert await look(house) == 0
    await listen(house, clock, 1)
    assert await look(house) == 1
    assert await look(house) == 0
    assert await house.stores.heartbeats.troubles() == [Trouble(kiosk["_id"], Fault.OFFLINE, since)]
    await beat(house, kiosk)
    assert await house.stores.heartbeats.troubles() == []
    assert await told(house, kiosk) == ["heartbeat.lost", "heartbeat.returned"]


async def test_our_silence_is_told_and_blames_nobody(house: House, kiosk: Kiosk, clock: Clock) -> None:
    clock.advance(timedelta(minutes=5))
    assert await look(house) == 0
    await listen(house, clock, LISTENED.total_seconds() - 1)
    assert await look(house) == 0
    await beat(house, kiosk)
    await listen(house, clock, 1)
    assert await look(house) == 0
    found = await house.stores.listening.documents.find_one({"_id": "servers"})
    assert [event["name"] for event in found["events"]] == ["listening.resumed"]
    assert found["events"][0]["data"]["end"] - found["events"][0]["data"]["start"] == timedelta(minutes=5)


@pytest.mark.parametrize("before", [[], ["listening.resumed"]], ids=["first of all", "after a silence"])
async def test_of_two_servers_at_one_instant_one_tells_a_silence(
    house: House, clock: Clock, before: list[str]
) -> None:
    """Another server is first, after this one has seen that its note does not follow one."""
    listening, find = house.stores.listening, house.stores.listening.find
    if before:
        await listening.listen(house.by("system"))
        clock.advance(GAP + SECOND)

    async def overtaken() -> object:
        listening.find = find  # type: ignore[method-assign]
        await listening.listen(house.by("system"))
        return await find()

    by = house.by("system")
    clock.advance(SECOND / 50)
    listening.find = overtaken  # type: ignore[method-assign, assignment]
    await listening.listen(by)
    found = await listening.documents.find_one({"_id": "servers"})
    assert [event["name"] for event in found.get("events", [])] == before


async def test_a_heartbeat_at_the_same_instant_wins(house: House, kiosk: Kiosk, clock: Clock) -> None:
    """The watch has read it as silent, and it is heard before the watch writes; and the other way about."""
    await listen(house, clock, SILENT.total_seconds())
    (silent,) = [one async for one in house.stores.heartbeats.silent(house.stores.clock() - SILENT)]
    await beat(house, kiosk)
    assert not await house.stores.heartbeats.lose(silent, house.by("system"))
    assert await told(house, kiosk) == []

    await listen(house, clock, SILENT.total_seconds())
    found, find = house.stores.heartbeats, house.stores.heartbeats.find

    async def overtaken(key: str) -> object:
        before = await find(key)
        await look(house)
        return before

    clock.advance(SECOND)
    found.find = overtaken  # type: ignore[method-assign, assignment]
    try:
        await beat(house, kiosk)
    finally:
        found.find = find  # type: ignore[method-assign]
    assert await told(house, kiosk) == ["heartbeat.lost", "heartbeat.returned"]
    assert await house.stores.heartbeats.troubles() == []


async def test_a_request_that_was_held_up_takes_nothing_back(
    house: House, kiosk: Kiosk, clock: Clock
) -> None:
    """A server that was stopped between a request and its writing writes it later than what came after it."""
    early = house.stores.clock()
    await listen(house, clock, 30)
    await beat(house, kiosk, FAULT)
    heard = house.stores.clock()
    await late(house, kiosk, early - SECOND)
    found = await house.stores.heartbeats.find(kiosk["_id"])
    assert found
    assert (found["at"], found["said_at"], found["said"]) == (heard, heard, FAULT)
    await listen(house, clock, SILENT.total_seconds())
    assert await look(house) == 1
    await late(house, kiosk, heard - SECOND)
    assert await told(house, kiosk) == ["heartbeat.failed", "heartbeat.lost"]
    assert await house.stores.heartbeats.troubles() == [Trouble(kiosk["_id"], Fault.OFFLINE, heard)]
    await late(house, kiosk, heard + SECOND)
    assert await told(house, kiosk) == ["heartbeat.failed", "heartbeat.lost", "heartbeat.returned"]


async def test_what_a_device_said_before_is_no_news(house: House, kiosk: Kiosk, clock: Clock) -> None:
    """A server that was stopped reads a request that it was sent long ago; the device has asked another one
    meanwhile."""
    early = house.stores.clock()
    clock.advance(30 * SECOND)
    await beat(house, kiosk, FAULT)
    clock.advance(30 * SECOND)
    await late(house, kiosk, house.stores.clock(), signed=early)
    assert await told(house, kiosk) == ["heartbeat.failed"]
    found = await house.stores.heartbeats.find(kiosk["_id"])
    assert found
    assert (found["at"], found["said"]) == (house.stores.clock(), FAULT)


async def late(house: House, kiosk: Kiosk, at: datetime, signed: datetime | None = None) -> None:
    """A request that says all is well, `signed` at a moment and read `at` one, is written now."""
    until = (signed or at) + timedelta(minutes=10)
    nonce = Nonce(nonce=f"late-{at.timestamp()}", until=until)
    await house.stores.heartbeats.hear(kiosk["_id"], nonce, cause_at(at, f"kiosk:{kiosk['_id']}"), IDLE)


async def test_two_requests_at_one_instant_hide_no_fault(house: House, kiosk: Kiosk, clock: Clock) -> None:
    """One has read what was said last, and another is written before it: a fault, or its end."""
    heartbeats, find = house.stores.heartbeats, house.stores.heartbeats.find
    for said, other in ((IDLE, FAULT), (FAULT, IDLE)):
        overtaking = [other]

        async def overtaken(key: str, others: list[Heard] = overtaking) -> object:
            before = await find(key)
            if others:
                clock.advance(SECOND)
                await beat(house, kiosk, others.pop())
            return before

        clock.advance(SECOND)
        heartbeats.find = overtaken  # type: ignore[method-assign, assignment]
        try:
            await beat(house, kiosk, said)
        finally:
            heartbeats.find = find  # type: ignore[method-assign]
        found = await find(kiosk["_id"])
        assert found
        assert ("failing_since" in found) == (found["said"]["state"] is DeviceState.FAULT)


async def test_spells_follow_from_the_events_in_any_order(house: House, kiosk: Kiosk, clock: Clock) -> None:
    began = house.stores.clock()
    await listen(house, clock, SILENT.total_seconds())
    await look(house)
    await beat(house, kiosk, FAULT)
    over = house.stores.clock()
    clock.advance(timedelta(minutes=1))
    await beat(house, kiosk)
    carried = await house.stores.heartbeats.documents.find_one({"_id": kiosk["_id"]})
    events = [event | {"channel": "system"} for event in carried["events"]]
    for order in (events, events[::-1], events):
        await house.stores.spells.follow(order)
    found = await house.stores.spells.within([kiosk["_id"]], began, house.stores.clock())
    assert [(one["kind"], one["start"], one["end"]) for one in found] == [
        (SpellKind.OFFLINE, began, over),
        (SpellKind.FAULT, over, house.stores.clock()),
    ]


async def test_the_look_reads_an_index(house: House) -> None:
    query = {"offline_since": None, "at": {"$lte": START}}
    plan = await house.stores.heartbeats.documents.find(query).explain()
    assert "'indexName': 'silent'" in str(plan["queryPlanner"]["winningPlan"])
