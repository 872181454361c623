"""Who booked is reminded: in the evening before the visit, and an hour before it begins (article 9)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.appointments import (
    DAY_OVER,
    REMIND_EVENING,
    REMIND_HOUR,
    Appointment,
    Matter,
    State,
    can_remind,
)
from models.appointments.document import ARRIVED, BOOKED
from models.appointments.reminders import plans_of, reminders
from models.appointments.rules import day_end
from models.errors import Conflict, Refused
from models.events import Event, Plan
from models.people import Party
from models.schedule import Due
from models.store import ChangedMeanwhile, Database
from models.workdays import PANYU, local_date
from tests.house.clock import START, Clock, MakeCause
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.outside import Register
from tests.house.places import WHOLE_DAY, with_windows
from tests.house.stores import stores_over

GUIDE, HALL = plain_guide(), with_windows(3, WHOLE_DAY)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: START + minutes * MINUTE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PANYU)


@pytest.mark.article("9.reminded")
@pytest.mark.parametrize(
    ("booked", "start", "reminded"),
    [
        ("2026-11-24T10:00", "2026-11-25T09:30", ["2026-11-24T18:00", "2026-11-25T08:30"]),
        ("2026-11-24T17:59", "2026-11-25T09:30", ["2026-11-24T18:00", "2026-11-25T08:30"]),
        ("2026-11-24T18:00", "2026-11-25T09:30", ["2026-11-25T08:30"]),
        ("2026-11-25T08:29", "2026-11-25T09:30", ["2026-11-25T08:30"]),
        ("2026-11-25T08:30", "2026-11-25T09:30", []),
        ("2026-11-27T10:00", "2026-11-30T15:00", ["2026-11-29T18:00", "2026-11-30T14:00"]),
    ],
)
def test_by_hand(booked: str, start: str, reminded: list[str]) -> None:
    """30 November is a Monday, whose evening before is a Sunday's."""
    plans = plans_of(at(start), day_end(at(start)), at(booked))
    assert [plan.at for plan in plans if plan.what != DAY_OVER] == [at(each) for each in reminded]


@pytest.mark.article("9.reminded")
@given(start=MOMENTS, ahead=st.timedeltas(timedelta(0), timedelta(days=14)))
def test_only_what_is_ahead_is_planned_each_once_and_never_at_night(
    start: datetime, ahead: timedelta
) -> None:
    now = start - ahead
    plans = plans_of(start, day_end(start), now)
    assert plans[-1] == Plan(DAY_OVER, day_end(start))
    assert len({plan.what for plan in plans}) == len(plans)
    assert all(now < plan.at < start for plan in plans[:-1])
    assert (REMIND_HOUR in {plan.what for plan in plans}) == (ahead > HOUR)
    evening, hour = reminders(start)
    assert (local_date(start) - local_date(evening.at)).days == 1
    assert [each.astimezone(PANYU).hour for each in (evening.at, evening.until)] == [18, 22]
    assert evening.until < hour.at or hour.at.astimezone(PANYU).hour >= 22


@pytest.fixture
async def booked(house: House) -> Appointment:
    """For tomorrow, half past nine."""
    await house.publish(GUIDE)
    return await house.booking(await house.applicant(), HALL)


def due(visit: Appointment, what: str, start: datetime | None = None) -> Due:
    """What was planned for the visit when it began at `start`."""
    [at] = [one.at for one in reminders(start or visit["start"]) if one.what == what]
    return Due(f"event:{what}", what, visit["_id"], at, 1, "lease")


async def remind(house: House, clock: Clock, due: Due, late: timedelta = timedelta(0)) -> bool:
    clock.set(due.at + late)
    return await house.stores.reminding.remind(due, house.by())


async def told(house: House, visit: Appointment) -> list[Any]:
    found = await house.stores.appointments.get(visit["_id"])
    return [one["data"]["at"] for one in found["events"] if one["name"] == "appointment.reminded"]


async def test_of_many_workers_one_reminds(house: House, clock: Clock, booked: Appointment) -> None:
    evening, hour = due(booked, REMIND_EVENING), due(booked, REMIND_HOUR)
    clock.set(evening.at)
    looks = (house.stores.reminding.remind(evening, house.by()) for _ in range(8))
    looked = await asyncio.gather(*looks, return_exceptions=True)
    assert looked.count(True) == 1
    assert all(one in (True, False) or isinstance(one, ChangedMeanwhile) for one in looked)
    assert not await remind(house, clock, evening), "looked at again, it happens once"
    assert await remind(house, clock, hour)
    assert await told(house, booked) == [evening.at, hour.at]
    found = await house.stores.appointments.get(booked["_id"])
    assert [line["what"] for line in found["timeline"]] == [BOOKED, *["appointment.reminded"] * 2]


@pytest.mark.parametrize(
    ("what", "late", "reminds"),
    [
        (REMIND_EVENING, 4 * HOUR - MINUTE, True),
        (REMIND_EVENING, 4 * HOUR, False),
        (REMIND_HOUR, HOUR - MINUTE, True),
        (REMIND_HOUR, HOUR, False),
    ],
)
async def test_a_worker_that_was_down_reminds_only_while_it_helps(
    house: House, clock: Clock, booked: Appointment, what: str, late: timedelta, reminds: bool
) -> None:
    assert await remind(house, clock, due(booked, what), late) is reminds
    assert len(await told(house, booked)) == reminds


async def test_who_has_cancelled_or_come_or_is_not_known_is_not_reminded(
    house: House, clock: Clock, booked: Appointment
) -> None:
    came = await house.booking(await house.applicant(), HALL)
    clock.set(came["start"] - HOUR)
    await house.stores.endings.arrive(came["_id"], await house.member("centre"), house.by_staff("centre"))
    party = await house.party_of(booked)
    await house.stores.appointments.cancel(booked["_id"], party, house.by(f"applicant:{party.id}"))
    gone = Appointment(**{**booked, "_id": "gone"})
    for visit in (came, booked, gone):
        assert not await remind(house, clock, due(visit, REMIND_HOUR))


@pytest.mark.parametrize(
    "written",
    [{"state": "cancelled"}, {"arrived_at": START}, {"start": START}],
    ids=["cancelled", "arrived", "moved"],
)
async def test_what_is_written_while_it_looks_is_looked_at_again(
    house: House,
    clock: Clock,
    booked: Appointment,
    monkeypatch: pytest.MonkeyPatch,
    written: dict[str, Any],
) -> None:
    """Between the reading and the writing."""
    appointments, hour = house.stores.appointments, due(booked, REMIND_HOUR)
    read = appointments.get

    async def overtaken(key: str) -> Appointment:
        found = await read(key)
        await appointments.documents.update_one({"_id": key}, {"$set": written})
        return found

    with monkeypatch.context() as patch:
        patch.setattr(appointments, "get", overtaken)
        assert not await remind(house, clock, hour)
    assert await told(house, booked) == []


@pytest.mark.article("9.reminded")
async def test_of_a_visit_one_matter_tells_of_all_that_are_ahead(
    house: House, clock: Clock, cause: MakeCause
) -> None:
    """Whichever worker looks at which; what is moved then is reminded of at its new time, and what was there
    when it began is told of no more."""
    stores, guides = house.stores, [plain_guide(number) for number in range(1, 4)]
    await house.publish(*guides)
    party, starts = (
        await house.applicant(),
        [at(f"2026-11-25T{time}") for time in ("09:00", "09:30", "11:00")],
    )
    matters = [Matter(*one) for one in zip(guides, starts, strict=True)]
    first, second, third = await stores.several.book(party, matters, HALL, stores.calendar, cause())
    evening = [due(one, REMIND_EVENING) for one in (first, second, third)]
    clock.set(evening[0].at)
    looked = await asyncio.gather(*(stores.reminding.remind(one, house.by()) for one in evening))
    assert looked.count(True) == 1
    kept: Any = await stores.appointments.documents.find({}).sort("start").to_list()
    data = [one["data"] for each in kept for one in each["events"] if one["name"] == "appointment.reminded"]
    [told] = [one for one in data if "together" in one]
    assert told["together"] == [one["_id"] for one in (first, second, third)]
    assert {one["with"] for one in data if "with" in one} == {kept[looked.index(True)]["_id"]}
    assert await remind(house, clock, due(first, REMIND_HOUR))
    later = await stores.appointments.move(
        third["_id"], party, guides[2], HALL, at("2026-11-25T15:00"), stores.calendar, house.by()
    )
    assert not await remind(house, clock, due(second, REMIND_HOUR))
    assert not await remind(house, clock, due(third, REMIND_HOUR))
    assert await remind(house, clock, due(later, REMIND_HOUR))
    found: Any = await stores.appointments.documents.find_one({"_id": third["_id"]})
    assert found["events"][-1]["data"]["together"] == [third["_id"]]


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.sampled_from([MINUTE, HOUR, 5 * HOUR, 24 * HOUR])),
        st.tuples(st.just("move"), st.sampled_from([-24 * HOUR, -HOUR, HOUR, 24 * HOUR])),
        st.tuples(st.sampled_from(["look", "look", "arrive", "cancel"])),
    ),
    max_size=10,
)


@dataclass
class Visit:
    """One booking, which the person moves, cancels and comes to, and a worker that looks now and then."""

    house: House
    clock: Clock
    key: str
    sent: list[tuple[datetime, datetime]] = field(default_factory=list)
    """The start of which each reminder reminded, and its moment."""

    async def now(self) -> Appointment:
        return await self.house.stores.appointments.get(self.key)

    async def wait(self, long: timedelta) -> None:
        self.clock.advance(long)

    async def _change(self, name: str, sets: dict[str, Any], *plans: Plan) -> None:
        event = Event(name, self.key, self.house.by(), plans=plans)
        expects = {"state": State.BOOKED.value}
        await self.house.stores.appointments.change(
            self.key, expects=expects, sets=sets, event=event, otherwise=ChangedMeanwhile
        )

    async def move(self, by: timedelta) -> None:
        """As a person does it: to a time that is still to come."""
        start = (await self.now())["start"] + by
        if start > self.clock.now():
            plans = plans_of(start, day_end(start), self.clock.now())
            await self._change(BOOKED, {"start": start, "closes_at": day_end(start)}, *plans)

    async def arrive(self) -> None:
        await self._change(ARRIVED, {"arrived_at": self.clock.now()})

    async def cancel(self) -> None:
        party = await self.house.party_of(await self.now())
        await self.house.stores.appointments.cancel(self.key, party, self.house.by(f"applicant:{party.id}"))

    async def look(self) -> None:
        """Sees to all that is due; each is looked at twice."""
        stores, now = self.house.stores, self.clock.now()
        bookings = [stores.appointments]
        await stores.outbox.relay(bookings, stores.deliveries, stores.schedule, lambda *_: (), now)
        while due := await stores.schedule.claim(now):
            visit = await self.now()
            reminds = due.what != DAY_OVER and await stores.reminding.remind(due, self.house.by())
            if reminds:
                assert can_remind(visit, due.at, now)
                self.sent.append((visit["start"], due.at))
                assert not await stores.reminding.remind(due, self.house.by())
            await stores.schedule.done(due, reminds, now)

    async def act(self, name: str, *arguments: Any) -> None:
        doing: Callable[..., Awaitable[None]] = getattr(self, name)
        try:
            await doing(*arguments)
        except (Conflict, Refused):
            assert (await self.now())["state"] is not State.BOOKED or name == "cancel"


@pytest.fixture(scope="module")
async def begun(database: Database) -> tuple[House, Clock, Party]:
    clock = Clock()
    house = House(stores_over(database, clock.now, Register()))
    await house.stores.prepare()
    await house.publish(GUIDE)
    return house, clock, await house.applicant()


@pytest.mark.article("9.reminded")
@settings(max_examples=30, deadline=None)
@given(acts=ACTS)
async def test_in_whatever_order_each_reminder_goes_out_once_and_for_the_start_that_holds(
    begun: tuple[House, Clock, Party], acts: list[Any]
) -> None:
    """Then the worker looks at each moment that is left: no reminder is left out."""
    house, clock, party = begun
    clock.set(START)
    for store in (house.stores.appointments, house.stores.schedule):
        await store.documents.delete_many({})
    visit = Visit(house, clock, (await house.booking(party))["_id"])
    for name, *arguments in acts:
        await visit.act(name, *arguments)
    ahead = [one.at for one in reminders((await visit.now())["start"]) if one.at > clock.now()]
    for moment in ahead:
        clock.set(moment)
        await visit.act("look")
    found, moments = await visit.now(), [moment for _, moment in visit.sent]
    assert sorted(moments) == sorted(set(moments)) == sorted(found["reminded"])
    assert all(moment in {one.at for one in reminders(start)} for start, moment in visit.sent)
    if found["state"] is State.BOOKED and not found["arrived_at"]:
        assert set(ahead) <= set(moments)
