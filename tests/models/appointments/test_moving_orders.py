"""In whatever order, and at once, people book, move and cancel while the windows change (article 9).

By rules of its own: at each minute no seat twice, and no more visits at a window than one of their writers
read seats; nobody over the limits; what was refused changed nothing, and what a person was told is there.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.appointments import Appointment, State
from models.appointments.rules import MOST_A_DAY
from models.errors import DomainError
from models.people import Party
from models.places import Hall
from models.store import Database, Document
from tests.house.clock import START
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.outside import Register
from tests.house.stores import stores_over
from tests.models.appointments.test_booking import CALENDAR, NINE, Crowded, crowd
from tests.models.appointments.test_windows import served_by

PEOPLE, VISITS = 3, 3
"""So many people; and from among so many of a person's visits, the latest, one is moved or cancelled."""
GUIDES = [plain_guide(number, group=("general", "social")[number % 2]) for number in range(MOST_A_DAY + 2)]
GROUPS = st.sampled_from(["general", "social", "general social"])
SCHEDULES = st.builds(
    lambda rows, minutes: served_by(*rows, minutes=minutes),
    st.lists(st.tuples(GROUPS, st.integers(1, 3)), min_size=1, max_size=2),
    st.sampled_from([20, 30, 60]),
)
STARTS = st.builds(
    lambda day, minutes: NINE + timedelta(days=day, minutes=minutes),
    st.sampled_from([0, 0, 0, 1]),
    st.sampled_from([0, 0, 60, 60, 120, 30, 20]),
)
WHO, STALE = st.integers(0, PEOPLE - 1), st.sampled_from([False, False, True])
WHICH = st.integers(0, VISITS - 1)
MORE: dict[str, tuple[st.SearchStrategy[Any], ...]] = {
    "move": (WHICH, STARTS),
    "book": (st.sampled_from(GUIDES), STARTS),
    "cancel": (WHICH,),
}
ACTS = st.sampled_from([*["move"] * 5, *["book"] * 4, "cancel"]).flatmap(
    lambda act: st.tuples(st.just(act), WHO, STALE, *MORE[act])
)
STEPS = st.lists(
    st.tuples(st.none() | SCHEDULES, st.lists(ACTS, min_size=1, max_size=4)), min_size=5, max_size=12
)
REFUSALS = {
    "book": {"slot_unknown", "slot_full", "already_booked", "too_many_bookings"},
    "move": {
        *("slot_unknown", "slot_full", "slot_same", "too_many_bookings"),
        *("appointment_ended", "changed_meanwhile"),
    },
    "cancel": {"appointment_ended"},
}


@dataclass
class Told:
    """What came of one act: the visit as it was answered, or the code of the refusal; `visit` is empty where
    a booking was refused. `seats` are those of each window that the writer read."""

    act: str
    visit: str
    answer: Appointment | str
    seats: dict[str, int]


@dataclass
class Town:
    """The schedule in force and the one before, which some writers have read; whoever booked has `visits`,
    those that they cancelled left out."""

    house: House
    people: list[Party]
    halls: tuple[Hall, Hall]
    visits: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    read: dict[Any, int] = field(default_factory=lambda: defaultdict(int))
    """By visit, time and window: the seats that the writer of a place read."""

    async def act(self, act: str, who: int, stale: bool, *more: Any) -> Told | None:
        party, hall, key = self.people[who], self.halls[stale], ""
        store, by = self.house.stores.appointments, self.house.by(f"applicant:{self.people[who].id}")
        if act != "book":
            if not (own := self.visits[party.id][-VISITS:]):
                return None
            key = own[-1 - more[0] % len(own)]
        try:
            if act == "book":
                guide, start = more
                answer = await store.book(party, guide, hall, start, CALENDAR, by)
            elif act == "move":
                item = (await store.own(key, party))["item"]
                guide = next(one for one in GUIDES if one.item == item)
                answer = await store.move(key, party, guide, hall, more[1], CALENDAR, by)
            else:
                answer = await store.cancel(key, party, by)
        except DomainError as error:
            assert error.code in REFUSALS[act], error.code
            return Told(act, key, error.code, {})
        assert hall.windows
        return Told(act, answer["_id"], answer, {one.code: one.seats for one in hall.windows.windows})

    async def at_once(self, newer: Hall | None, acts: list[Any]) -> None:
        """Do them all, and see that what is there follows from what was answered."""
        self.halls = (newer, self.halls[0]) if newer else self.halls
        before = await self.now()
        told = [one for one in await asyncio.gather(*(self.act(*act) for act in acts)) if one]
        after = await self.now()
        for one in told:
            if isinstance(one.answer, dict):
                self.keep(one.answer, one)
        done: list[Any] = [one.answer for one in told if isinstance(one.answer, dict)]
        for key in before.keys() | after.keys():
            own = [one for one in done if one["_id"] == key]
            if not own:
                assert after[key] == before[key]  # what was refused changed nothing, and nobody else did
            assert _place(after[key]) in [_place(one) for one in own or [before[key]]]
            if any(one["state"] is State.CANCELLED for one in own):
                assert after[key]["state"] == State.CANCELLED
            _is_whole(after[key])
        self.check([one for one in after.values() if one["state"] == State.BOOKED])

    def keep(self, answer: Appointment, told: Told) -> None:
        own, key = self.visits[answer["applicant"]], answer["_id"]
        if told.act == "cancel":
            own.remove(key)
        if told.act == "book":
            own.append(key)
        if told.act != "cancel":
            of = answer["_id"], answer["start"], answer["window"]
            self.read[of] = max(self.read[of], told.seats[answer["window"]])

    async def now(self) -> dict[str, Document]:
        return {one["_id"]: one async for one in self.house.stores.appointments.documents.find({})}

    def check(self, booked: list[Document]) -> None:
        """No seat twice, never more than places, nobody over the limits, and no number twice."""
        minutes = defaultdict[Any, list[Document]](list)
        for one in booked:
            for minute in _minutes(one["start"], one["end"]):
                minutes[one["window"], minute].append(one)
        for (window, _), visits in minutes.items():
            assert len({one["seat"] for one in visits}) == len(visits)
            assert len(visits) <= max(self.read[one["_id"], one["start"], window] for one in visits)
        items = Counter((one["applicant"], one["item"]) for one in booked)
        days = Counter((one["applicant"], one["day"]) for one in booked)
        numbers = Counter((one["day"], one["number"]) for one in booked)
        assert max([*items.values(), *numbers.values()], default=0) <= 1
        assert max(days.values(), default=0) <= MOST_A_DAY


def _place(visit: Any) -> tuple[Any, ...]:
    return tuple(visit[name] for name in ("state", "hall", "day", "start", "end", "window", "seat", "number"))


def _minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += timedelta(minutes=1)


def _is_whole(visit: Document) -> None:
    """It claims its place and no other one, and each of its changes has one line and one event."""
    happened = [line["what"] for line in visit["timeline"]]
    assert happened == [event["name"] for event in visit["events"]]
    assert visit["moves"] == happened.count("appointment.moved")
    if visit["state"] != State.BOOKED:
        assert "claims" not in visit
        return
    where = f"{visit['hall']}:{visit['window']}"
    wanted = {
        f"seat:{where}:{minute.isoformat()}:{visit['seat']}"
        for minute in _minutes(visit["start"], visit["end"])
    }
    assert {claim for claim in visit["claims"] if claim.startswith("seat:")} == wanted
    assert f"number:{visit['hall']}:{visit['day']}:{visit['number']}" in visit["claims"]


@pytest.fixture(scope="module")
async def crowded(database: Database) -> Crowded:
    house = House(stores_over(database, lambda: START, Register()))
    await house.stores.prepare()
    return Crowded(house, await crowd(house, PEOPLE))


@pytest.mark.article("9.place", "9.time")
@settings(max_examples=40, deadline=None, derandomize=True)
@given(first=SCHEDULES, steps=STEPS)
async def test_whatever_is_booked_moved_and_cancelled_at_once(
    crowded: Crowded, first: Hall, steps: list[Any]
) -> None:
    await crowded.house.stores.appointments.documents.delete_many({})
    town = Town(crowded.house, list(crowded.people.values()), (first, first))
    await town.at_once(None, [("book", who, False, GUIDES[who], NINE) for who in range(PEOPLE)])
    for newer, acts in steps:
        await town.at_once(newer, acts)
