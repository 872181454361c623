"""In whatever order, and at once, visits of one to three matters are booked, moved and cancelled (article 9).

By rules of its own: of a visit all is done or nothing, also where its writer dies between two writes; no seat
twice, never more than places, nobody over the limits, and nobody at two windows at once.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.appointments import Appointments, Matter, Several, State
from models.errors import DomainError
from models.people import Party
from models.places import Hall
from models.places.hall import slots_on
from models.store import Database, Document
from tests.house.clock import START
from tests.house.house import House
from tests.house.outside import Register
from tests.house.stores import stores_over
from tests.models.appointments.test_booking import CALENDAR, TOMORROW, Crowded, crowd
from tests.models.appointments.test_moving_orders import (
    GUIDES,
    STALE,
    WHO,
    Town,
    _is_whole,
    _minutes,
    _place,
)
from tests.models.appointments.test_windows import served_by

WHOM = range(3)
ITEMS = st.lists(st.sampled_from(GUIDES), min_size=1, max_size=3, unique_by=lambda one: one.item)
GROUPS = st.sampled_from(["general social", "general social", "general social", "social"])
SCHEDULES = st.builds(
    lambda rows, minutes: served_by(*rows, minutes=minutes),
    st.lists(st.tuples(GROUPS, st.integers(1, 3)), min_size=1, max_size=2),
    st.sampled_from([20, 30, 30, 60]),
)
STARTS = st.tuples(st.sampled_from([0, 0, 0, 1]), st.integers(0, 4))
"""A day, and one of the first slots of the hall on it."""
GAPS = st.sampled_from([1, 1, 2, 0, -1])
"""So many slots after one matter of a visit the next one that is named begins."""
WHICH, DIES = st.integers(0, 2), st.sampled_from([False, False, False, True])
MORE: dict[str, tuple[st.SearchStrategy[Any], ...]] = {
    "book": (ITEMS, STARTS, GAPS),
    "move": (WHICH, STARTS, GAPS),
    "cancel": (WHICH,),
    "move_one": (WHICH, WHICH, STARTS),
    "cancel_one": (WHICH, WHICH),
}
ACTS = st.sampled_from([*["book"] * 3, *["move"] * 5, "cancel", *["move_one"] * 4, "cancel_one"]).flatmap(
    lambda act: st.tuples(st.just(act), WHO, STALE, DIES, *MORE[act])
)
STEPS = st.lists(
    st.tuples(st.none() | SCHEDULES, st.lists(ACTS, min_size=1, max_size=4)), min_size=4, max_size=8
)
REFUSALS = {
    *("slot_unknown", "slot_full", "slot_same", "already_booked", "too_many_bookings"),
    *("visit_overlaps", "visit_not_one_day", "visit_changed", "changed_meanwhile"),
    *("appointment_ended", "appointment_not_found"),
}


class Died(Exception):
    """The writer is gone; the server ends its transaction."""


class Mortal:
    """Appointments whose second write of an act never comes."""

    def __init__(self, appointments: Appointments) -> None:
        self.appointments, self.writes = appointments, 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.appointments, name)
        return self._counted(found) if name in {"insert", "replace", "end"} else found

    def _counted(self, write: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def dies(*given: Any, **more: Any) -> Any:
            self.writes += 1
            if self.writes == 2:
                raise Died
            return await write(*given, **more)

        return dies


@dataclass
class Done:
    """The visits as an act answered them, and the seats of each window that its writer read."""

    visits: list[Any]
    seats: dict[str, int]


@dataclass
class Streets(Town):
    """A town whose people have visits of several matters."""

    before: dict[str, Document] = field(default_factory=dict)

    def own(self, party: Party, which: int) -> list[Document]:
        """What is booked of one of a person's visits."""
        found = defaultdict[str, list[Document]](list)
        for one in self.before.values():
            if (one["applicant"], one["state"]) == (party.id, State.BOOKED):
                found[one["visit"]].append(one)
        visits = sorted(found.values(), key=lambda visit: (visit[0]["start"], visit[0]["_id"]))
        return sorted(visits[which % len(visits)], key=lambda one: one["_id"]) if visits else []

    async def try_to(self, act: str, who: int, stale: bool, dies: bool, *more: Any) -> Done | None:
        party, hall = self.people[who], self.halls[stale]
        try:
            visits = await self.acts(act, party, hall, dies, *more)
        except Died:
            return None
        except DomainError as error:
            assert error.code in REFUSALS, error.code
            return None
        assert hall.windows
        return Done(visits, {one.code: one.seats for one in hall.windows.windows})

    async def acts(self, act: str, party: Party, hall: Hall, dies: bool, *more: Any) -> list[Any]:
        store, by = self.house.stores.appointments, self.house.by(f"applicant:{party.id}")
        several: Any = Several(Mortal(store)) if dies else self.house.stores.several  # type: ignore[arg-type]
        if act == "book":
            return list(await several.book(party, _after(hall, *more), hall, CALENDAR, by))
        if not (visit := self.own(party, more[0])):
            return []
        one = visit[more[1] % len(visit)] if act.endswith("_one") else visit[0]
        match act:
            case "move":
                guides = [_guide(one) for one in visit]
                moved = _after(hall, guides, *more[1:])
                return list(await several.move(one["visit"], moved, party, hall, CALENDAR, by))
            case "move_one":
                start = _slot(hall, *more[2])
                return [await store.move(one["_id"], party, _guide(one), hall, start, CALENDAR, by)]
            case "cancel_one":
                return [await store.cancel(one["_id"], party, by)]
        keys = [one["_id"] for one in visit]
        return list(await several.cancel(one["visit"], party, by, seen=keys))

    async def step(self, newer: Hall | None, acts: list[Any]) -> None:
        """Do them all at once, and see that what is there follows from what was answered."""
        self.halls = (newer, self.halls[0]) if newer else self.halls
        self.before = before = await self.now()
        done = [one for one in await asyncio.gather(*(self.try_to(*act) for act in acts)) if one]
        after = await self.now()
        answers = [(one, told) for told in done for one in told.visits]
        for one, told in answers:
            if one["_id"] not in before or _place(one) != _place(before[one["_id"]]):
                of = one["_id"], one["start"], one["window"]
                self.read[of] = max(self.read[of], told.seats.get(one["window"], 0))
        for key, found in after.items():
            own = [one for one, _ in answers if one["_id"] == key]
            assert own or found == before[key], "what is refused, or dies, changes nothing"
            assert _place(found) in [_place(one) for one in own or [found]]
            _is_whole(found)
        for told in done:
            keys = {one["_id"] for one in told.visits}
            if not any(keys & {one["_id"] for one in other.visits} for other in done if other is not told):
                assert [_place(after[one["_id"]]) for one in told.visits] == [*map(_place, told.visits)]
        booked = [one for one in after.values() if one["state"] == State.BOOKED]
        self.check(booked)
        _is_one_visit(booked)


def _slot(hall: Hall, day: int, number: int) -> datetime:
    slots = list(slots_on(hall, TOMORROW + timedelta(days=day), CALENDAR))
    return slots[number % len(slots)][0]


def _after(hall: Hall, guides: list[Any], start: tuple[int, int], gap: int) -> list[Matter]:
    day, number = start
    return [Matter(guide, _slot(hall, day, number + gap * n)) for n, guide in enumerate(guides)]


def _guide(one: Document) -> Any:
    return next(guide for guide in GUIDES if guide.item == one["item"])


def _is_one_visit(booked: list[Document]) -> None:
    """Those of one visit are of one person, on one day, at one hall, and at one window at a time."""
    places, minutes = defaultdict[str, set[Any]](set), defaultdict[str, list[Any]](list)
    for one in booked:
        places[one["visit"]].add((one["applicant"], one["hall"], one["day"]))
        minutes[one["visit"]].extend(_minutes(one["start"], one["end"]))
    assert all(len(where) == 1 for where in places.values())
    assert all(len(times) == len({*times}) for times in minutes.values())


@pytest.fixture(scope="module")
async def crowded(database: Database) -> Crowded:
    house = House(stores_over(database, lambda: START, Register()))
    await house.stores.prepare()
    return Crowded(house, await crowd(house, len(WHOM)))


@pytest.mark.article("9.place", "9.time")
@settings(max_examples=25, deadline=None, derandomize=True)
@given(first=SCHEDULES, steps=STEPS)
async def test_whatever_becomes_of_visits_at_once(crowded: Crowded, first: Hall, steps: list[Any]) -> None:
    await crowded.house.stores.appointments.documents.delete_many({})
    town = Streets(crowded.house, list(crowded.people.values()), (first, first))
    await town.step(
        None, [("book", who, False, False, GUIDES[who : who + 2], (0, 2 * who), 1) for who in WHOM]
    )
    for newer, acts in steps:
        await town.step(newer, acts)
