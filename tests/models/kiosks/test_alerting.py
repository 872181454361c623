"""Alerts in the database: one a place whichever worker looks, told to one after the other, taken on once."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from models.kiosks import LOOK, Alert, AlertState, Fault, Trouble, WantedAlerts
from models.kiosks.alert_rules import ANSWER_WITHIN, CALM, MEND_WITHIN, PATIENCE, TELL_AGAIN
from models.kiosks.document import CommandName
from models.schedule import Due
from models.staff import CENTRE, Role
from models.workdays import local_date
from tests.house.clock import START, Clock
from tests.house.house import House, said
from tests.house.kiosks import Kiosked
from tests.house.places import HALL
from tests.house.staff import Post

MINUTE = timedelta(minutes=1)


class Watched:
    """A hall with two kiosks, and those who are told of it: Ling is on duty, Ming stands behind, Ning is the
    head."""

    def __init__(self, kiosks: Kiosked, keys: Sequence[str], clock: Clock) -> None:
        self.kiosks, self.house, self.stores = kiosks, kiosks.house, kiosks.stores
        self.keys, self.clock = keys, clock

    def troubles(self, *numbers: int, minutes: float = 5) -> list[Trouble]:
        since = self.clock.now() - minutes * MINUTE
        return [Trouble(self.keys[number], Fault.OFFLINE, since) for number in numbers]

    async def look(self, *numbers: int, after: timedelta = timedelta(0)) -> int:
        """A worker looks while the kiosks with these numbers are offline."""
        self.clock.advance(after)
        return await self.stores.alerting.look(self.troubles(*numbers), self.house.by())

    async def alerts(self) -> list[Alert]:
        found = self.stores.alerts.documents.find({}).sort("opened_at", 1)
        return [self.stores.alerts.shaped(one) async for one in found]

    async def alert(self) -> Alert:
        [found] = await self.alerts()
        return found

    async def told(self) -> list[str]:
        return [one["member"] for one in (await self.alert())["told"]]

    async def due(self) -> Due:
        """The plan that the alert expects."""
        found = await self.alert()
        assert found["look_at"]
        plans = [(event["id"], plan["at"]) for event in found["events"] for plan in event.get("plans", ())]
        [event] = [event for event, at in plans if at == found["look_at"]]
        return Due(f"{event}:{LOOK}", LOOK, found["_id"], found["look_at"], 1, "lease")

    async def fire(self) -> bool:
        """The moment that the alert expects has come."""
        due = await self.due()
        self.clock.set(max(due.at, self.clock.now()))
        return await self.stores.alerting.see_to(due, self.house.by())

    async def acknowledge(self, username: str = "ling") -> str:
        member = await self.stores.staff.get(username)
        key = (await self.alerts())[-1]["_id"]
        return await said(self.stores.alerts.acknowledge(key, member, self.house.by_staff(username)))

    async def names(self) -> list[str]:
        return [event["name"].partition(".")[2] for event in (await self.alert())["events"]]


@pytest.fixture
async def watched(house: House, kiosks: Kiosked, clock: Clock) -> Watched:
    clock.set(START)
    for kept in (house.stores.alerts, house.stores.rosters, house.stores.duty_heads):
        await kept.documents.delete_many({})
    keys = [(await kiosks.in_service())["_id"] for _ in range(2)]
    for name in ("ling", "ming", "ning"):
        await house.reachable(name, Post((Role.SERVICE_CENTRE,), halls=(HALL.code,)))
    member, by, today = await house.stores.staff.get("ling"), house.by_staff("ling"), local_date(START)
    await house.stores.duty.set_days(CENTRE, today, today, "ling", "ming", member, by)
    await house.stores.duty.name_heads(CENTRE, ["ning"], member, by)
    return Watched(kiosks, keys, clock)


async def test_two_workers_open_one_alert_and_tell_once(watched: Watched) -> None:
    assert sorted(await asyncio.gather(*(watched.look(0, 1) for _ in range(6)))) == [0] * 5 + [1]
    found = await watched.alert()
    assert [event["name"] for event in found["events"]] == ["alert.opened"]
    told = {"member": "ling", "hall": HALL.code, "offline": 2, "fault": 0}
    assert found["events"][0]["data"] == told
    assert (found["state"], found["section"], found["place"]) == (AlertState.OPEN, CENTRE.key, HALL.code)
    assert await watched.told() == ["ling"]
    assert await watched.look(0, 1) == 0


async def test_a_place_that_falls_silent_within_a_minute_is_told_of_once(watched: Watched) -> None:
    """Its kiosks were heard last one after the other; who waits for the last waits a minute at most."""
    first, last = (Trouble(key, Fault.OFFLINE, START + n * MINUTE / 2) for n, key in enumerate(watched.keys))
    watched.clock.advance(PATIENCE)
    for _ in range(3):
        await watched.stores.alerting.look([first, last], watched.house.by())
        watched.clock.advance(MINUTE / 2)
    await watched.look(0, 1, after=TELL_AGAIN)
    found = await watched.alert()
    assert (found["opened_at"], found["events"][0]["data"]["offline"]) == (START + PATIENCE + MINUTE / 2, 2)
    assert await watched.told() == ["ling"]


async def test_two_workers_that_see_it_grow_tell_once(watched: Watched) -> None:
    await watched.look(0)
    await watched.look(0, 1, after=MINUTE)
    watched.clock.advance(TELL_AGAIN)
    assert sum(await asyncio.gather(*(watched.look(0, 1) for _ in range(6)))) == 1
    assert await watched.names() == ["opened", "changed", "grew"]
    assert await watched.told() == ["ling", "ling"]


async def test_who_acknowledged_hears_that_it_grew(watched: Watched) -> None:
    await watched.look(0)
    assert await watched.acknowledge("ming") == "done"
    await watched.look(0, 1, after=TELL_AGAIN)
    assert await watched.told() == ["ling", "ming"]


async def test_that_it_grew_is_not_left_with_who_has_left(watched: Watched) -> None:
    await watched.look(0)
    assert await watched.acknowledge("ming") == "done"
    await watched.stores.employment.suspend("ming", watched.house.by("cli"))
    await watched.look(0, 1, after=TELL_AGAIN)
    assert await watched.told() == ["ling", "ling"]


async def test_nobody_answers_and_one_after_the_other_is_told(watched: Watched) -> None:
    await watched.look(0)
    at = [(await watched.alert())["look_at"]]
    for _ in range(3):
        assert await watched.fire()
        at.append((await watched.alert())["look_at"])
    assert await watched.told() == ["ling", "ming", "ning"]
    moments = [START + n * ANSWER_WITHIN for n in (1, 2, 3)]
    assert at == [*moments, moments[-1] + MEND_WITHIN]
    assert await watched.names() == ["opened", "escalated", "escalated", "waiting"]
    assert await watched.acknowledge() == "done"


async def test_a_plan_that_is_looked_at_twice_tells_once(watched: Watched) -> None:
    await watched.look(0)
    due = await watched.due()
    watched.clock.set(due.at)
    looks = [watched.stores.alerting.see_to(due, watched.house.by()) for _ in range(4)]
    assert sorted(await asyncio.gather(*looks)) == [False] * 3 + [True]
    assert await watched.told() == ["ling", "ming"]


async def test_it_is_taken_on_once_and_then_lasts_too_long(watched: Watched) -> None:
    await watched.look(0)
    old = await watched.due()
    assert sorted([await watched.acknowledge("ming"), await watched.acknowledge("ling")]) == [
        "alert_moved_on",
        "done",
    ]
    found = await watched.alert()
    assert (found["state"], found["acknowledged_by"]) == (AlertState.ACKNOWLEDGED, "staff:ming")
    assert not await watched.stores.alerting.see_to(old, watched.house.by())
    assert found["look_at"] == START + MEND_WITHIN
    assert await watched.fire()
    assert await watched.told() == ["ling", "ming"]
    assert (await watched.alert())["look_at"] == START + 2 * MEND_WITHIN


async def test_answered_and_escalated_at_one_instant_it_is_one_of_both_first(watched: Watched) -> None:
    await watched.look(0)
    due = await watched.due()
    watched.clock.set(due.at)
    escalated, taken_on = await asyncio.gather(
        watched.stores.alerting.see_to(due, watched.house.by()), watched.acknowledge()
    )
    assert taken_on == "done"
    assert await watched.told() == (["ling", "ming"] if escalated else ["ling"])
    assert (await watched.alert())["look_at"] == due.at + MEND_WITHIN


async def test_it_ends_by_itself_and_flapping_opens_no_other(watched: Watched) -> None:
    await watched.look(0)
    for _ in range(5):
        await watched.look(after=MINUTE)
        await watched.look(0, after=CALM - MINUTE)
    assert await watched.told() == ["ling"]
    await watched.look(after=MINUTE)
    assert await watched.fire()  # nothing is left: nobody is told
    assert await watched.told() == ["ling"]
    await watched.look(after=CALM)
    found = await watched.alert()
    assert (found["state"], "place" in found, found["look_at"]) == (AlertState.CLOSED, False, None)
    assert [one["what"] for one in found["timeline"]] == ["alert.opened", "alert.closed"]
    assert await watched.acknowledge() == "alert_moved_on"
    await watched.look(0, after=MINUTE)
    assert [one["state"] for one in await watched.alerts()] == [AlertState.CLOSED, AlertState.OPEN]


async def test_what_is_known_to_be_down_leaves_the_alert(watched: Watched) -> None:
    await watched.look(0, 1)
    await watched.kiosks.fault(watched.keys[0])
    await watched.look(0, 1, after=MINUTE)
    until = {one["kiosk"]: one["until"] for one in (await watched.alert())["kiosks"]}
    assert until == {watched.keys[0]: START + MINUTE, watched.keys[1]: None}
    await watched.kiosks.fault(watched.keys[1])
    await watched.look(0, 1, after=MINUTE)
    assert (await watched.alert())["clear_since"] == START + 2 * MINUTE


async def test_a_restart_from_afar_is_no_trouble(watched: Watched) -> None:
    digital = watched.kiosks.who("digital")
    await watched.stores.commands.order(watched.keys[0], CommandName.RESTART, "", *digital)
    watched.clock.advance(5 * MINUTE)
    assert await watched.look(0) == 0
    assert await watched.look(0, after=20 * MINUTE) == 0
    assert await watched.look(0, after=5 * MINUTE) == 1


async def test_nobody_on_duty_is_no_reason_not_to_keep_it(watched: Watched) -> None:
    for kept in (watched.stores.rosters, watched.stores.duty_heads):
        await kept.documents.delete_many({})
    await watched.look(0)
    assert await watched.told() == []
    assert (await watched.alert())["events"][0]["data"]["member"] == ""
    assert await watched.fire()
    assert await watched.names() == ["opened", "waiting"]
    assert (await watched.alert())["look_at"] == START + 2 * ANSWER_WITHIN
    member, by = await watched.stores.staff.get("ling"), watched.house.by_staff("ling")
    await watched.stores.duty.name_heads(CENTRE, ["ling"], member, by)
    assert await watched.fire()
    assert await watched.told() == ["ling"]


async def test_members_see_the_alerts_of_their_halls_and_those_they_were_told_of(watched: Watched) -> None:
    await watched.look(0)
    found, stores = await watched.alert(), watched.stores
    await watched.house.member("far", Post((Role.SERVICE_CENTRE,), halls=("wanbo",)))
    wanted = WantedAlerts(tuple(AlertState))
    seen = {"digital": 1, "township": 1, "ling": 1, "elsewhere": 0, "far": 0}
    for username, count in seen.items():
        member = await stores.staff.get(username)
        assert await stores.alerts.count(member, wanted) == count
        assert len((await stores.alerts.page(member, wanted, 10)).rows) == count
        assert await watched.acknowledge(username) in (
            ("done", "alert_moved_on") if count else ("alert_not_found",)
        )
    for username in ("contact", "head", "window"):
        assert await watched.acknowledge(username) == "scope_missing"
    due = await watched.due()
    await stores.alerts.go_on(await watched.alert(), due, "far", watched.house.by())
    assert (await stores.alerts.seen(found["_id"], await stores.staff.get("far")))["hall"] == HALL.code
