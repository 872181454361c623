"""Windows that serve several item groups (article 9): what is theirs is sold once, for whichever group."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.appointments import Appointments, bookable_days, open_days
from models.errors import Conflict
from models.places import Hall, slots
from models.store import Database
from models.workdays import Workdays
from tests.house.clock import START, MakeCause
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.outside import Register
from tests.house.places import WHOLE_DAY, hall
from tests.house.stores import stores_over
from tests.models.appointments.test_booking import CALENDAR, NINE, TOMORROW, Crowded, crowd

GROUPS = ("general", "social", "police")
GUIDES = {group: plain_guide(number, group=group) for number, group in enumerate(GROUPS, 1)}


def served_by(*rows: tuple[str, int], minutes: int = 30, **changes: Any) -> Hall:
    """A hall with windows, each written as its groups (`"general social"`) and its seats."""
    windows = [
        {"code": f"w{number}", "groups": groups.split(), "seats": seats}
        for number, (groups, seats) in enumerate(rows)
    ]
    hours = {"weekday_hours": WHOLE_DAY, "slot_minutes": minutes}
    return hall(windows={**hours, "windows": windows, **changes})


@pytest.mark.article("9.place")
async def test_a_shared_window_is_sold_once(
    house: House, appointments: Appointments, cause: MakeCause
) -> None:
    shared = served_by(("general social", 3), ("social", 2))
    people = (await crowd(house, 40)).values()
    said = await asyncio.gather(
        *(
            appointments.book(one, GUIDES[GROUPS[number % 2]], shared, NINE, CALENDAR, cause())
            for number, one in enumerate(people)
        ),
        return_exceptions=True,
    )
    booked = [one for one in said if isinstance(one, dict)]
    assert {one.code for one in said if isinstance(one, Conflict)} == {"slot_full"}
    assert len(booked) == 5
    assert len({(one["window"], one["seat"]) for one in booked}) == 5
    for group in GROUPS[:2]:
        free = await appointments.free(shared, group, TOMORROW, CALENDAR, cause())
        assert free[0].left == 0


@pytest.mark.article("9.place")
async def test_a_window_of_ones_own_is_taken_before_a_shared_one(
    house: House, appointments: Appointments, cause: MakeCause
) -> None:
    shared = served_by(("general social", 1), ("social", 1))
    first, second = (await crowd(house, 2)).values()
    booked = await appointments.book(first, GUIDES["social"], shared, NINE, CALENDAR, cause())
    assert booked["window"] == "w1"
    assert (await appointments.book(second, GUIDES["general"], shared, NINE, CALENDAR, cause()))[
        "window"
    ] == "w0"


WINDOWS = st.lists(
    st.tuples(st.sets(st.sampled_from(GROUPS), min_size=1), st.integers(1, 3)), min_size=1, max_size=3
)
CHANGES = st.lists(
    st.tuples(WINDOWS, st.sampled_from([30, 60]), st.lists(st.sampled_from(GROUPS), max_size=5)),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
async def crowded(database: Database) -> Crowded:
    house = House(stores_over(database, lambda: START, Register()))
    await house.stores.prepare()
    return Crowded(house, await crowd(house, 20))


@pytest.mark.article("9.place")
@settings(max_examples=30, deadline=None)
@given(changes=CHANGES)
async def test_never_more_than_places_however_windows_change(crowded: Crowded, changes: Any) -> None:
    """Of two schedules in force at one instant, since one booking of each round has read the older one: at no
    window are more people than it has places, or had when the last of them booked, and no seat is sold twice.
    """
    store, by = crowded.house.stores.appointments, crowded.house.by()
    await store.documents.delete_many({})
    strangers, older = iter(crowded.people.values()), None
    most = Counter[str]()
    for rows, minutes, wanted in changes:
        newer = served_by(*((" ".join(sorted(groups)), seats) for groups, seats in rows), minutes=minutes)
        halls = [older or newer, *[newer] * len(wanted)]
        tries = [
            store.book(next(strangers), GUIDES[group], known, NINE, CALENDAR, by)
            for group, known in zip(wanted, halls, strict=False)
            if known.windows and known.windows.serving(group)
        ]
        said = await asyncio.gather(*tries, return_exceptions=True)
        assert all(isinstance(one, dict) or getattr(one, "code", "") == "slot_full" for one in said), said
        for known in halls:
            for window in known.windows.windows if known.windows else ():
                most[window.code] = max(most[window.code], window.seats)
        booked = await store.documents.find({"state": "booked"}).to_list()
        seats = Counter((one["window"], one["seat"]) for one in booked)
        assert set(seats.values()) <= {1}
        at_window = Counter(one["window"] for one in booked)
        assert all(at_window[code] <= most[code] for code in at_window)
        older = newer


@pytest.mark.article("9.time")
def test_hours_by_weekday_and_by_date() -> None:
    changes: dict[str, Any] = {
        "by_weekday": {3: [["10:00", "11:00"]], 5: []},
        "by_date": {"2026-11-26": [], "2026-11-28": [["09:00", "09:30"]]},
    }
    known, calendar = served_by(("general", 1), **changes), Workdays()
    days = [date(2026, 11, day) for day in range(24, 31)]
    assert [len(slots(known, "general", day, calendar)) for day in days] == [14, 2, 0, 0, 1, 0, 14]
    assert bookable_days(calendar, START)[-1] == date(2026, 12, 2)
    assert [day.isoformat()[5:] for day in open_days(known, calendar, START)] == [
        "11-24", "11-25", "11-28", "11-30", "12-01", "12-02",
    ]  # fmt: skip


async def test_what_is_left_on_each_day(house: House, appointments: Appointments, cause: MakeCause) -> None:
    known = served_by(("general social", 1), ("social", 1), by_date={"2026-11-26": []})
    [one] = (await crowd(house, 1)).values()
    await appointments.book(one, GUIDES["general"], known, NINE, CALENDAR, cause())
    left = await appointments.days_left(known, "social", CALENDAR, cause())
    assert left[TOMORROW] == 2 * 14 - 1
    assert TOMORROW + timedelta(days=1) not in left
    assert left == {
        day: sum(slot.left for slot in await appointments.free(known, "social", day, CALENDAR, cause()))
        for day in left
    }
