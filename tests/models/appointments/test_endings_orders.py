"""In whatever order staff, the person and the clock act: a visit ends only as article 9 lets it end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.appointments import DAY_OVER, Appointment, Ending, State
from models.errors import DomainError
from models.people import Party
from models.staff import Member
from models.store import Database
from tests.house.clock import START, Clock
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.outside import Register
from tests.house.stores import stores_over

GRACE, DAY_LEFT = timedelta(minutes=15), timedelta(hours=14, minutes=30)
"""Of a visit at half past nine: what staff wait for who is late, and what is left of its day."""
GUIDE = plain_guide()
BEGINS = st.sampled_from([timedelta(hours=-2), timedelta(0), GRACE, DAY_LEFT - timedelta(minutes=1)])
"""After the visit's start: when the first of them acts."""
ACTS = st.permutations(
    [
        *(("wait", minutes) for minutes in (14, 60, 480)),
        *(("record", ending) for ending in (*Ending, *Ending)),
        *(("answer", confirmed) for confirmed in (True, False)),
        *(("decide", upheld) for upheld in (True, False)),
        *((act,) for act in ("arrive", "propose", "propose", "object", "object", "look", "cancel")),
    ]
)


@dataclass
class Visit:
    """One booking, and who acts on it; what a member or the person saw is what there is."""

    house: House
    clock: Clock
    staff: Member
    manager: Member
    party: Party
    key: str
    done: list[str] = field(default_factory=list)
    """The acts that were not refused."""

    async def now(self) -> Appointment:
        return await self.house.stores.appointments.get(self.key)

    async def wait(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))

    async def record(self, ending: Ending) -> None:
        seen = (await self.now())["state"]
        await self.house.stores.endings.record(
            self.key, self.staff, ending, self.house.by_staff("centre"), seen=seen, material="id_card"
        )

    async def arrive(self) -> None:
        await self.house.stores.endings.arrive(self.key, self.staff, self.house.by_staff("centre"))

    async def propose(self) -> None:
        await self.house.stores.endings.propose(self.key, self.staff, self.house.by_staff("centre"))

    async def answer(self, confirmed: bool) -> None:
        by = self.house.by(f"applicant:{self.party.id}")
        await self.house.stores.endings.answer(self.key, self.party, by, confirmed=confirmed)

    async def cancel(self) -> None:
        await self.house.stores.appointments.cancel(
            self.key, self.party, self.house.by(f"applicant:{self.party.id}")
        )

    async def object(self) -> None:
        seen, by = (await self.now())["state"], self.house.by(f"applicant:{self.party.id}")
        await self.house.stores.endings.object(self.key, self.party, seen, "我来了", by)

    async def decide(self, upheld: bool) -> None:
        by = self.house.by_staff("management")
        await self.house.stores.endings.decide(self.key, self.manager, "已核对", by, upheld=upheld)

    async def look(self) -> None:
        """A worker looks at what is planned."""
        stores, now = self.house.stores, self.clock.now()
        await stores.outbox.relay(
            [stores.appointments], stores.deliveries, stores.schedule, lambda *_: (), now
        )
        while due := await stores.schedule.claim(now):
            closes = due.what == DAY_OVER and await stores.endings.close(due, self.house.by())
            await stores.schedule.done(due, closes, now)

    async def act(self, name: str, *arguments: Any) -> None:
        """Act, and see that what is refused changes nothing, and what is done leaves one line."""
        doing: Callable[..., Awaitable[None]] = getattr(self, name)
        before = await self.now()
        try:
            await doing(*arguments)
        except DomainError:
            assert await self.now() == before
            return
        after = await self.now()
        changed = after["timeline"] != before["timeline"]
        assert len(after["timeline"]) == len(before["timeline"]) + changed
        assert after["state"] is before["state"] or changed
        self.done.append(name)
        self.check(before, after, name)

    def check(self, before: Appointment, after: Appointment, act: str) -> None:
        """What must be true, by rules of its own."""
        now, start, state = self.clock.now(), after["start"], after["state"]
        assert ("claims" in after) == (state is State.BOOKED)
        if state is before["state"]:
            return
        line = after["timeline"][-1]
        assert line["at"] == now
        match state:
            case State.CANCELLED:
                assert (act, line["actor"]) == ("cancel", f"applicant:{self.party.id}")
                assert now < start
            case State.GIVEN_UP:
                assert (act, line["actor"]) == ("answer", f"applicant:{self.party.id}")
                assert "propose" in self.done
            case State.NO_SHOW:
                assert act == "record"
                assert "arrive" not in self.done
                assert start + GRACE <= now < start + DAY_LEFT
            case State.MISSING_MATERIAL:
                assert act == "record"
                assert "arrive" in self.done or start <= now
                assert now < start + DAY_LEFT
            case State.SERVED:
                assert act == "record"
                assert "arrive" in self.done or start <= now
                late = now >= start + DAY_LEFT
                assert not late or before["state"] in (State.BOOKED, State.UNRECORDED)
            case State.UNRECORDED:
                assert (act, before["state"]) == ("look", State.BOOKED)
                assert now >= start + DAY_LEFT
            case State.SET_ASIDE:
                assert (act, line["actor"]) == ("decide", "staff:management")
                assert "object" in self.done
            case _:
                raise AssertionError(state)
        assert "object" not in self.done or state is State.SET_ASIDE


@pytest.fixture(scope="module")
async def begun(database: Database) -> tuple[House, Clock, Member, Member]:
    clock = Clock()
    house = House(stores_over(database, clock.now, Register()))
    await house.stores.prepare()
    await house.publish(GUIDE)
    return house, clock, await house.member("centre"), await house.member("management")


@pytest.mark.article("9.refusal", "9.record", "9.objection", "9.unrecorded")
@settings(max_examples=50, deadline=None)
@given(begins=BEGINS, acts=ACTS)
async def test_a_visit_ends_only_as_it_may(
    begun: tuple[House, Clock, Member, Member], begins: timedelta, acts: list[Any]
) -> None:
    house, clock, staff, manager = begun
    clock.set(START)
    await house.stores.appointments.documents.delete_many({})
    await house.stores.schedule.documents.delete_many({})
    party = await house.applicant()
    booked = await house.booking(party)
    clock.set(booked["start"] + begins)
    visit = Visit(house, clock, staff, manager, party, booked["_id"])
    for name, *arguments in acts:
        await visit.act(name, *arguments)
    clock.set(max(clock.now(), booked["start"] + DAY_LEFT))
    await visit.act("look")
    assert (await visit.now())["state"] is not State.BOOKED
    await house.booking(party)
