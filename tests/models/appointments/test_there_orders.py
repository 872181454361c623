"""In whatever order, and at once, staff check in and record the matters of a visit, and the person moves and
cancels them: who was there for one of them is a no-show at none (article 9). By rules of its own."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.appointments import Appointment, Ending, Matter, State, can_cancel
from models.errors import DomainError
from models.people import Party
from models.staff import Member
from models.store import Database
from tests.house.clock import START, Clock
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.outside import Register
from tests.house.places import MORNING, with_windows
from tests.house.stores import stores_over
from tests.models.appointments.test_booking import CALENDAR, NINE

HALL = with_windows(2, MORNING)
GUIDES = [plain_guide(number) for number in range(1, 4)]
STARTS = [NINE + timedelta(minutes=30) * number for number in range(3)]
AT_WINDOW = {State.SERVED, State.MISSING_MATERIAL}
RECORDED = {State.NO_SHOW, *AT_WINDOW}
HAPPENED = {"appointment.arrived", "appointment.no_show"}

WHICH = st.integers(0, 2)
ACTS = st.one_of(
    *[st.tuples(st.just("record"), WHICH, st.sampled_from(Ending))] * 4,
    st.tuples(st.just("arrive"), WHICH),
    st.tuples(st.just("cancel"), WHICH),
    st.tuples(st.just("move"), WHICH, st.sampled_from([0, 0, 1]), st.integers(3, 5)),
    st.tuples(st.just("cancel_all")),
)
STEPS = st.lists(
    st.tuples(st.sampled_from([0, 5, 20, 40]), st.lists(ACTS, min_size=1, max_size=3)),
    min_size=3,
    max_size=7,
)


@dataclass
class Visit:
    """Three matters, and who acts on them."""

    house: House
    clock: Clock
    staff: Member
    party: Party
    keys: list[str]
    visit: str

    async def now(self) -> list[Appointment]:
        return [await self.house.stores.appointments.get(key) for key in self.keys]

    async def act(self, name: str, *given: Any) -> None:
        stores, by = self.house.stores, self.house.by_staff("centre")
        own = self.house.by(f"applicant:{self.party.id}")
        if name == "cancel_all":
            booked = [one["_id"] for one in await self.now() if can_cancel(one, own.at)]
            await stores.several.cancel(self.visit, self.party, own, seen=booked)
            return
        key = self.keys[given[0]]
        match name:
            case "record":
                seen = (await stores.appointments.get(key))["state"]
                await stores.endings.record(key, self.staff, given[1], by, seen=seen, material="id_card")
            case "arrive":
                await stores.endings.arrive(key, self.staff, by)
            case "cancel":
                await stores.appointments.cancel(key, self.party, own)
            case "move":
                start = NINE + timedelta(days=given[1], minutes=30 * given[2])
                guide = GUIDES[given[0]]
                await stores.appointments.move(key, self.party, guide, HALL, start, CALENDAR, own)

    async def step(self, acts: list[Any]) -> None:
        """Do them all at once; what is refused is refused in the words of the house."""
        before = await self.now()
        answers = await asyncio.gather(*(self.act(*act) for act in acts), return_exceptions=True)
        assert [one for one in answers if one is not None and not isinstance(one, DomainError)] == []
        after = await self.now()
        for was, one in zip(before, after, strict=True):
            assert not was["arrived_at"] or one["arrived_at"] == was["arrived_at"]
            became = one["state"] is State.NO_SHOW is not was["state"]
            assert not (was["arrived_at"] and became), "who was there is no no-show"
            happened = [line["what"] for line in one["timeline"] if line["what"] in HAPPENED]
            assert "appointment.arrived" not in happened[:-1], "nothing comes after the arrival"
            here = [other for other in after if _place(other) == _place(one) and _counts(other)]
            there = [other for other in here if other["arrived_at"] or other["state"] in AT_WINDOW]
            assert len(here) < 2 or not there or len([*filter(_arrived, here)]) == len(here)


def _place(one: Appointment) -> tuple[str, str, str]:
    return one["visit"], one["hall"], one["day"]


def _counts(one: Appointment) -> bool:
    return one["state"] in {State.BOOKED, *RECORDED}


def _arrived(one: Appointment) -> bool:
    return one["arrived_at"] is not None


@pytest.fixture(scope="module")
async def begun(database: Database) -> tuple[House, Clock, Member]:
    clock = Clock()
    house = House(stores_over(database, clock.now, Register()))
    await house.stores.prepare()
    await house.furnish(*GUIDES, hall=HALL)
    return house, clock, await house.member("centre")


@pytest.mark.article("9.refusal", "9.record")
@settings(max_examples=25, deadline=None, derandomize=True)
@given(steps=STEPS)
async def test_who_was_there_for_one_matter_is_absent_at_none(
    begun: tuple[House, Clock, Member], steps: list[Any]
) -> None:
    house, clock, staff = begun
    clock.set(START)
    await house.stores.appointments.documents.delete_many({})
    party = await house.applicant()
    matters = [Matter(*one) for one in zip(GUIDES, STARTS, strict=True)]
    made = await house.stores.several.book(party, matters, HALL, CALENDAR, house.by())
    clock.set(NINE - timedelta(minutes=20))
    visit = Visit(house, clock, staff, party, [one["_id"] for one in made], made[0]["visit"])
    for minutes, acts in steps:
        clock.advance(timedelta(minutes=minutes))
        await visit.step(acts)
