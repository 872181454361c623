"""What two ask of one kiosk at one instant: one is first, the other is told why not, and nothing is half
written; what was planned comes about whoever else writes meanwhile (article 21)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from models.kiosks import CommandName, Kiosk, State, Wanted
from models.kiosks.document import LIVE, OUT, Finding, OutageCause, Paper
from models.store import ChangedMeanwhile
from tests.house.house import said
from tests.house.kiosks import Kiosked, signed, spki
from tests.house.meanwhile import before
from tests.house.places import HALL

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATE, AGAIN = "late", "again"
"""What a worker finds done already, and what it looks at again."""


@dataclass(frozen=True)
class Case:
    """One kiosk, and what may be asked of it; each verb says how it ended."""

    kiosks: Kiosked
    key: str

    async def get(self) -> Kiosk:
        return await self.kiosks.get(self.key)

    async def review(self) -> str:
        return await said(self.kiosks.stores.entering.review(self.key, *self.kiosks.who("digital")))

    async def decline(self) -> str:
        digital = self.kiosks.who("digital")
        return await said(self.kiosks.stores.entering.decline(self.key, "场地不足", *digital))

    async def place(self) -> str:
        return await self._place("一楼A区91号位")

    async def place_elsewhere(self) -> str:
        return await self._place("一楼A区92号位")

    async def _place(self, position: str) -> str:
        digital = self.kiosks.who("digital")
        return await said(self.kiosks.stores.entering.place(self.key, HALL.code, position, *digital))

    async def paper(self) -> str:
        return await said(self.kiosks.paper(self.key, Paper.INSTRUCTIONS))

    async def issue(self) -> str:
        return await said(self.kiosks.stores.activations.issue(self.key, *self.kiosks.who("digital")))

    async def command(self) -> str:
        digital = self.kiosks.who("digital")
        return await said(self.kiosks.stores.commands.order(self.key, CommandName.RELOAD, "", *digital))

    async def revoke(self) -> str:
        return await said(self.kiosks.stores.devices.revoke(self.key, *self.kiosks.who("digital")))

    async def offer_key(self) -> str:
        one, by = signed(self.kiosks.house, await self.get()), self.kiosks.house.by(f"kiosk:{self.key}")
        devices = self.kiosks.stores.devices

        async def offer() -> None:
            await devices.offer_key(await devices.known(one, by), one, spki(9), by)

        return await said(offer())

    async def fault(self) -> str:
        return await said(self.kiosks.fault(self.key))

    async def repair(self) -> str:
        return await said(self.kiosks.stores.keeping.repair(self.key, *self.kiosks.who("centre")))

    async def attribute(self) -> str:
        start = (await self.get())["outages"][-1]["start"]
        third, digital = OutageCause.THIRD_PARTY, self.kiosks.who("digital")
        return await said(self.kiosks.stores.keeping.attribute(self.key, start, third, "停电", *digital))

    async def prolong(self) -> str:
        until, digital = date(2033, 1, 1), self.kiosks.who("digital")
        return await said(self.kiosks.stores.keeping.prolong(self.key, until, *digital))

    async def plan(self) -> str:
        start = self.kiosks.stores.clock() + 10 * DAY
        return await said(self.kiosks.planned(self.key, Wanted(start, start + HOUR, "系统升级")))

    async def call_off(self) -> str:
        """By who has sent it just before the beginning."""
        told = (await self.get())["suspension"]
        before = self.kiosks.house.by_staff("contact")
        if told:
            before = replace(before, at=told["start"] - HOUR)
        contact = self.kiosks.members["contact"]
        return await said(self.kiosks.stores.suspending.call_off(self.key, contact, before))

    async def resume(self) -> str:
        return await said(self.kiosks.stores.suspending.resume(self.key, *self.kiosks.who("contact")))

    async def take_away(self) -> str:
        return await said(self.kiosks.stores.suspending.take_away(self.key, *self.kiosks.who("centre")))

    async def bring_back(self) -> str:
        return await said(self.kiosks.stores.suspending.bring_back(self.key, *self.kiosks.who("centre")))

    async def remove(self) -> str:
        return await said(self.kiosks.stores.suspending.remove(self.key, *self.kiosks.who("centre")))

    async def begin(self) -> str:
        return await self._fire("begin")

    async def end(self) -> str:
        return await self._fire("end")

    async def retire(self) -> str:
        return await self._fire("retirement")

    async def _fire(self, what: str) -> str:
        try:
            return "done" if any(await self.kiosks.fire(what)) else LATE
        except ChangedMeanwhile:
            return AGAIN

    async def withdraw(self) -> str:
        return await said(self.kiosks.withdrawn(self.key))

    async def propose(self) -> str:
        made = await self.kiosks.stores.retiring.propose_all(self.kiosks.house.by())
        return "done" if made else LATE

    async def propose_and_dismiss(self) -> str:
        """Another worker proposes just now, and a person decides."""
        assert await self.propose() == "done"
        return await self.dismiss()

    async def dismiss_and_withdraw(self) -> str:
        """Another proposal lies there a minute later."""
        told = await self.dismiss()
        self.kiosks.set(self.kiosks.stores.clock() + timedelta(minutes=1))
        assert await self.withdraw() == "done"
        return told

    async def dismiss(self) -> str:
        digital = self.kiosks.who("digital")
        return await said(self.kiosks.stores.retiring.dismiss(self.key, "续用", *digital))

    async def agree(self) -> str:
        return await self._agree(3)

    async def agree_otherwise(self) -> str:
        return await self._agree(5)

    async def _agree(self, days: int) -> str:
        leaves_on = (self.kiosks.stores.clock() + days * DAY).date()
        digital = self.kiosks.who("digital")
        return await said(self.kiosks.stores.retiring.agree(self.key, leaves_on, *digital))

    async def hand_back(self) -> str:
        centre = self.kiosks.who("centre")
        return await said(self.kiosks.stores.keeping.hand_back(self.key, "已交还", *centre))


Verb = Callable[[Case], Awaitable[str]]
Making = Callable[[Kiosked], Awaitable[Kiosk]]


def at(state: State) -> Making:
    return lambda kiosks: kiosks.brought_to(state)


def suspended(days: int) -> Making:
    async def made(kiosks: Kiosked) -> Kiosk:
        return await kiosks.suspended((await kiosks.in_service())["_id"], days)

    return made


async def about_to_begin(kiosks: Kiosked) -> Kiosk:
    """The moment of its suspension has come."""
    key, start = (await kiosks.in_service())["_id"], kiosks.stores.clock() + 10 * DAY
    await kiosks.planned(key, Wanted(start, start + HOUR, "系统升级"))
    kiosks.set(start)
    return await kiosks.get(key)


async def broken_and_about_to_begin(kiosks: Kiosked) -> Kiosk:
    return await kiosks.fault((await about_to_begin(kiosks))["_id"])


async def about_to_end(kiosks: Kiosked) -> Kiosk:
    found = await suspended(1)(kiosks)
    assert found["suspension"]
    kiosks.set(found["suspension"]["end"])
    return found


async def leaving(kiosks: Kiosked) -> Kiosk:
    return await kiosks.withdrawn((await kiosks.in_service())["_id"])


async def about_to_leave(kiosks: Kiosked) -> Kiosk:
    """The agreed day has come; it is broken."""
    key, now = (await leaving(kiosks))["_id"], kiosks.stores.clock()
    await kiosks.fault(key)
    await kiosks.stores.retiring.agree(key, (now + DAY).date(), *kiosks.who("digital"))
    kiosks.set(now + DAY)
    return await kiosks.get(key)


async def found_broken(kiosks: Kiosked) -> Kiosk:
    key = (await kiosks.in_service())["_id"]
    digital = kiosks.who("digital")
    return await kiosks.stores.keeping.find(key, Finding.BEYOND_REPAIR, "主板烧毁", *digital)


async def used_up(kiosks: Kiosked) -> Kiosk:
    until = kiosks.stores.clock() + DAY
    made = await kiosks.in_service(use_until=until.date())
    kiosks.set(until + DAY)
    return made


async def long_broken(kiosks: Kiosked) -> Kiosk:
    key = (await kiosks.in_service())["_id"]
    await kiosks.fault(key)
    kiosks.set(kiosks.stores.clock() + 8 * DAY)
    return await kiosks.get(key)


MOVED_ON, OTHERWISE, RETIRES = (
    "kiosk_moved_on",
    "suspension_otherwise",
    "retirement_otherwise",
)
RACES: Mapping[str, tuple[Making, tuple[Verb, str], tuple[Verb, str]]] = {
    # how the kiosk is made; what two ask, each with what they are told where the other one comes between
    # their reading and their writing
    "two review": (at(State.REQUESTED), (Case.review, MOVED_ON), (Case.review, MOVED_ON)),
    "one reviews, one declines": (at(State.REQUESTED), (Case.review, MOVED_ON), (Case.decline, "done")),
    "one places, one declines": (at(State.REVIEWED), (Case.place, MOVED_ON), (Case.decline, MOVED_ON)),
    "two places": (at(State.REVIEWED), (Case.place, MOVED_ON), (Case.place_elsewhere, MOVED_ON)),
    "two papers": (at(State.REQUESTED), (Case.paper, MOVED_ON), (Case.paper, MOVED_ON)),
    "two codes": (at(State.PLACED), (Case.issue, "done"), (Case.issue, "done")),
    "one plans, one reports a fault": (
        at(State.IN_SERVICE),
        (Case.plan, "kiosk_not_in_service"),
        (Case.fault, "done"),
    ),
    "two plan": (
        at(State.IN_SERVICE),
        (Case.plan, "kiosk_not_in_service"),
        (Case.plan, "kiosk_not_in_service"),
    ),
    "it begins, one calls off": (about_to_begin, (Case.begin, AGAIN), (Case.call_off, OTHERWISE)),
    "it begins, one reports a fault": (about_to_begin, (Case.begin, AGAIN), (Case.fault, MOVED_ON)),
    "it begins, one repairs": (broken_and_about_to_begin, (Case.begin, AGAIN), (Case.repair, MOVED_ON)),
    "it ends, one resumes": (about_to_end, (Case.end, AGAIN), (Case.resume, OTHERWISE)),
    "it ends, one says whose fault it was": (about_to_end, (Case.end, AGAIN), (Case.attribute, "done")),
    "one resumes, one takes it away": (
        suspended(14),
        (Case.resume, OTHERWISE),
        (Case.take_away, OTHERWISE),
    ),
    "two bring it back": (
        at(State.TAKEN_AWAY),
        (Case.bring_back, OTHERWISE),
        (Case.bring_back, OTHERWISE),
    ),
    "one brings it back, one says whose fault it was": (
        at(State.TAKEN_AWAY),
        (Case.bring_back, OTHERWISE),
        (Case.attribute, "done"),
    ),
    "two remove it": (suspended(15), (Case.remove, OTHERWISE), (Case.remove, OTHERWISE)),
    "one removes it, one says whose fault it was": (
        suspended(15),
        (Case.remove, OTHERWISE),
        (Case.attribute, MOVED_ON),
    ),
    "one removes it, one withdraws": (
        suspended(15),
        (Case.remove, OTHERWISE),
        (Case.withdraw, "retirement_under_way"),
    ),
    "one repairs, one says whose fault it was": (
        at(State.UNDER_REPAIR),
        (Case.repair, MOVED_ON),
        (Case.attribute, "done"),
    ),
    "two withdraw": (
        at(State.IN_SERVICE),
        (Case.withdraw, "retirement_under_way"),
        (Case.withdraw, "retirement_under_way"),
    ),
    "one withdraws, the system proposes": (
        found_broken,
        (Case.withdraw, "retirement_under_way"),
        (Case.propose, LATE),
    ),
    "the system proposes, one prolongs": (used_up, (Case.propose, LATE), (Case.prolong, "done")),
    "the system proposes, one says whose fault it was": (
        long_broken,
        (Case.propose, LATE),
        (Case.attribute, "done"),
    ),
    "the system proposes, it is dismissed": (
        found_broken,
        (Case.propose, LATE),
        (Case.propose_and_dismiss, "done"),
    ),
    "one agrees, there is another proposal": (
        leaving,
        (Case.agree, RETIRES),
        (Case.dismiss_and_withdraw, RETIRES),
    ),
    "one dismisses, one agrees": (
        leaving,
        (Case.dismiss, RETIRES),
        (Case.agree, RETIRES),
    ),
    "two agree on other days": (
        leaving,
        (Case.agree, RETIRES),
        (Case.agree_otherwise, RETIRES),
    ),
    "it retires, one repairs": (about_to_leave, (Case.retire, AGAIN), (Case.repair, MOVED_ON)),
    "it retires, one dismisses": (about_to_leave, (Case.retire, AGAIN), (Case.dismiss, RETIRES)),
    "two hand it back": (at(State.RETIRED), (Case.hand_back, MOVED_ON), (Case.hand_back, MOVED_ON)),
    "two command": (at(State.IN_SERVICE), (Case.command, MOVED_ON), (Case.command, MOVED_ON)),
    "one commands, one revokes": (at(State.IN_SERVICE), (Case.command, MOVED_ON), (Case.revoke, "done")),
    "a key is offered, one revokes": (
        at(State.IN_SERVICE),
        (Case.offer_key, "key_revoked"),
        (Case.revoke, "done"),
    ),
}
ONLY_BETWEEN = (Case.propose_and_dismiss, Case.dismiss_and_withdraw)
"""Several steps, which come between those of others."""
BETWEEN = [
    (race, turn)
    for race, (_, one, other) in RACES.items()
    for turn in range(1 if one == other or other[0] in ONLY_BETWEEN else 2)
]


async def check_whole(case: Case) -> None:
    """That what is kept of a kiosk fits together."""
    found = await case.get()
    kept: Any = await case.kiosks.stores.kiosks.documents.find_one({"_id": case.key})
    assert [line["what"] for line in kept["timeline"]] == [event["name"] for event in kept["events"]]
    state = found["state"]
    lasting = [one for one in found["outages"] if one["end"] is None]
    assert len(lasting) == (state in OUT)
    assert ("spot" in kept) is (state in LIVE | {State.PLACED, State.RETIRED})
    assert "device_key" not in kept or state in LIVE
    assert "device_key" in kept or found["commands"] == []
    files = case.kiosks.stores.materials.documents.find({"application": case.key, "dropped_at": None})
    held = await case.kiosks.stores.kiosks.files_held({case.key})
    assert {one["_id"] async for one in files} == held
    leaving, told = found["retirement"], found["suspension"]
    assert kept.get("undecided", False) is (leaving is not None and leaving["leaves_on"] is None)
    assert kept.get("unposted", False) is (told is not None and told["posted_at"] is None)


@pytest.mark.article("21.4", "21.5")
@pytest.mark.parametrize(("race", "turn"), BETWEEN, ids=[f"{race}{turn or ''}" for race, turn in BETWEEN])
async def test_of_two_of_whom_one_comes_between_reading_and_writing(
    kiosks: Kiosked, monkeypatch: pytest.MonkeyPatch, race: str, turn: int
) -> None:
    make, *asked = RACES[race]
    (first, told), (second, _) = asked[turn], asked[1 - turn]
    case, store, between = Case(kiosks, (await make(kiosks))["_id"]), kiosks.stores.kiosks, []

    async def other() -> None:
        between.append(await second(case))

    before(monkeypatch, store, "change", other)
    assert await first(case) == told
    assert between == ["done"]
    await check_whole(case)
    if told is AGAIN:
        assert await first(case) == NEXT_LOOK[race]
        await check_whole(case)


NEXT_LOOK: Mapping[str, str] = {
    "it begins, one calls off": LATE,
    "it begins, one reports a fault": "done",
    "it begins, one repairs": "done",
    "it ends, one resumes": LATE,
    "it ends, one says whose fault it was": "done",
    "it retires, one repairs": "done",
    "it retires, one dismisses": LATE,
}
"""What a worker that was kept from it finds when it looks again."""


async def test_whose_fault_it_was_outlives_the_end(kiosks: Kiosked, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(kiosks, (await about_to_end(kiosks))["_id"])
    said = list[str]()

    async def attribute() -> None:
        said.append(await case.attribute())

    before(monkeypatch, kiosks.stores.kiosks, "change", attribute)
    while await case.end() == AGAIN:
        pass
    assert said == ["done"]
    found = await case.get()
    assert found["state"] is State.IN_SERVICE
    assert [one["cause"] for one in found["outages"]] == [OutageCause.THIRD_PARTY]


@pytest.mark.article("21.4")
async def test_an_end_that_is_looked_at_before_the_beginning_waits_for_it(kiosks: Kiosked) -> None:
    """Workers were away for the whole of a suspension, and look at both moments at once."""
    found = await about_to_begin(kiosks)
    assert found["suspension"]
    case = Case(kiosks, found["_id"])
    kiosks.set(found["suspension"]["end"])
    assert await case.end() == AGAIN
    assert await case.begin() == "done"
    assert await case.end() == "done"
    back = await case.get()
    assert (back["state"], back["suspension"]) == (State.IN_SERVICE, None)
    assert len(back["suspensions"]) == 1
    await check_whole(case)
