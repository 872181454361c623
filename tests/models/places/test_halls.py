"""The places of the 1+6+N circle and their windows (articles 9 and 18)."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.errors import NotFound
from models.events import Cause
from models.places import Hall, HallKind, Halls, Position, slots
from models.workdays import PANYU, Workdays
from tests.house.house import House
from tests.house.places import hall

CALENDAR = Workdays()
TUESDAY = date(2026, 11, 24)
WINDOWS: dict[str, Any] = {
    "weekday_hours": [["09:00", "12:00"], ["14:00", "17:00"]],
    "slot_minutes": 30,
    "capacity": {"general": 3, "social": 2},
}
ROW = {"code": "w1", "groups": ["general"], "seats": 1}


def counted(code: str = "district", **changes: Any) -> Hall:
    """With windows of two groups."""
    return hall(code, **{"windows": WINDOWS, **changes})


@pytest.fixture
def halls(house: House) -> Halls:
    return house.stores.halls


@pytest.mark.article("9.time")
def test_a_working_day_has_slots_in_opening_hours() -> None:
    found = slots(counted(), "general", TUESDAY, CALENDAR)
    assert [slot.start.astimezone(PANYU).strftime("%H:%M") for slot in found] == [
        *("09:00", "09:30", "10:00", "10:30", "11:00", "11:30"),
        *("14:00", "14:30", "15:00", "15:30", "16:00", "16:30"),
    ]
    first = found[0]
    assert (first.hall, first.group, first.capacity) == ("district", "general", 3)
    assert (first.start, first.end) == (
        datetime(2026, 11, 24, 1, 0, tzinfo=UTC),
        datetime(2026, 11, 24, 1, 30, tzinfo=UTC),
    )


@pytest.mark.article("9.time")
@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2026, 11, 28), False),  # a Saturday
        (date(2026, 10, 1), False),  # National Day, a Thursday
        (date(2026, 10, 10), True),  # a Saturday worked for it
        (date(2026, 2, 17), False),  # Spring Festival, a Tuesday
        (date(2026, 2, 28), True),  # a Saturday worked for it
    ],
)
def test_windows_follow_the_state_councils_calendar(day: date, open_: bool) -> None:
    assert bool(slots(counted(), "general", day, CALENDAR)) == open_


@pytest.mark.article("9.time")
def test_a_closed_hall_has_no_slots() -> None:
    closed = counted(closures=[{"first": "2026-11-23", "last": "2026-11-24", "reason": "装修"}])
    assert slots(closed, "general", TUESDAY, CALENDAR) == []
    assert slots(closed, "general", TUESDAY + timedelta(days=1), CALENDAR)
    with pytest.raises(ValidationError):
        counted(closures=[{"first": "2026-11-24", "last": "2026-11-23", "reason": "装修"}])


@pytest.mark.article("9.time")
def test_a_typhoon_closes_the_windows() -> None:
    assert slots(counted(), "general", TUESDAY, Workdays({TUESDAY: False})) == []


def test_no_slots_without_a_window_for_the_group() -> None:
    assert slots(counted(), "police", TUESDAY, CALENDAR) == []
    assert slots(counted(windows=None), "general", TUESDAY, CALENDAR) == []


@given(st.integers(5, 240))
def test_slots_never_reach_past_closing_nor_overlap(minutes: int) -> None:
    found = slots(counted(windows=WINDOWS | {"slot_minutes": minutes}), "social", TUESDAY, CALENDAR)
    noon, two = (datetime(2026, 11, 24, hour, tzinfo=UTC) for hour in (4, 6))
    for slot in found:
        assert slot.end - slot.start == timedelta(minutes=minutes)
        assert slot.end <= noon or slot.start >= two
    assert all(one.end <= after.start for one, after in pairwise(found))
    assert sum(slot.end <= noon for slot in found) == 180 // minutes


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekday_hours": [["14:00", "17:00"], ["09:00", "12:00"]]},
        {"weekday_hours": [["12:00", "09:00"]]},
        {"weekday_hours": []},
        {"capacity": {"general": 0}},
        {"weekday_hours": [["09:00", "12:00"], ["12:00", "17:00"]]},
        {"capacity": {}},
        {"slot_minutes": 4},
        {"slot_minutes": 241},
        {"by_weekday": {0: []}},
        {"by_weekday": {8: []}},
        {"windows": [ROW]},
        {"capacity": None, "windows": [ROW]},
    ],
)
def test_windows_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        counted(windows=WINDOWS | wrong)
    for minutes in (5, 240):
        assert counted(windows=WINDOWS | {"slot_minutes": minutes})


@pytest.mark.parametrize(
    "rows",
    [[], [ROW, ROW], [ROW | {"groups": []}], [ROW | {"seats": 0}]],
    ids=["none", "twice", "idle", "empty"],
)
def test_rows_of_windows_that_cannot_be(rows: list[dict[str, Any]]) -> None:
    hours = {"weekday_hours": WINDOWS["weekday_hours"]}
    assert counted(windows={**hours, "windows": [ROW]})
    with pytest.raises(ValidationError):
        counted(windows={**hours, "windows": rows})


@pytest.mark.article("9.time")
@pytest.mark.parametrize(
    ("by_weekday", "counts"),
    [
        ({}, (12, 12, 12)),
        ({6: [], 7: []}, (12, 12, 12)),  # closed on days off, which these are not
        ({6: [["09:00", "10:00"]], 7: [["09:00", "09:30"]]}, (12, 2, 1)),
        ({2: []}, (0, 12, 12)),
        ({2: [["09:00", "10:00"]]}, (2, 12, 12)),
    ],
)
def test_hours_of_a_weekday_and_of_make_up_days(by_weekday: dict[int, Any], counts: tuple[int, ...]) -> None:
    """A Tuesday, and a Saturday and a Sunday that are worked."""
    known = counted(windows=WINDOWS | {"by_weekday": by_weekday})
    days = (TUESDAY, date(2026, 10, 10), date(2026, 9, 20))
    assert tuple(len(slots(known, "general", day, CALENDAR)) for day in days) == counts


@pytest.mark.article("9.place")
def test_who_serves_few_others_comes_first() -> None:
    """And a shared window counts for each of its groups."""
    rows = [
        {"code": "a", "groups": ["general", "social", "police"], "seats": 1},
        {"code": "b", "groups": ["general"], "seats": 2},
        {"code": "c", "groups": ["social", "general"], "seats": 4},
    ]
    windows = counted(windows={"weekday_hours": WINDOWS["weekday_hours"], "windows": rows}).windows
    assert windows
    assert [one.code for one in windows.serving("general")] == ["b", "c", "a"]
    assert [one.code for one in windows.serving("social")] == ["c", "a"]
    assert windows.capacity == {"general": 7, "social": 5, "police": 1}


async def test_a_hall_is_written_only_when_it_changes(halls: Halls, cause: Callable[..., Cause]) -> None:
    assert await halls.put(counted(), cause())
    assert not await halls.put(counted(), cause())
    assert await halls.put(counted(phone="020-84610001"), cause())
    assert (await halls.get("district")).phone == "020-84610001"
    events = [event["name"] for event in (await halls.documents.find_one({"_id": "district"}))["events"]]
    assert events == ["hall.added", "hall.changed"]
    with pytest.raises(NotFound, match="大厅"):
        await halls.get("nowhere")


@pytest.mark.parametrize("there", [False, True], ids=["added", "changed"])
async def test_what_many_put_at_one_instant_is_written_once(
    halls: Halls, cause: Callable[..., Cause], there: bool
) -> None:
    if there:
        await halls.put(counted("crowded"), cause())
    new = counted("crowded", phone="020-84610002")
    written = await asyncio.gather(*(halls.put(new, cause()) for _ in range(20)))
    assert sum(written) == 1
    assert await halls.get("crowded") == new
    assert len((await halls.documents.find_one({"_id": "crowded"}))["events"]) == 1 + there


@pytest.mark.article("18.near")
async def test_the_nearest_places_first(halls: Halls, cause: Callable[..., Cause]) -> None:
    places = {"near": [113.381, 22.93], "far": [113.45, 23.0], "here": [113.38, 22.93]}
    for code, coordinates in places.items():
        await halls.put(counted(code, kind="station", location={"coordinates": coordinates}), cause())
    assert [hall.code for hall in await halls.near(Position(22.93, 113.3799))] == ["here", "near", "far"]
    served = await halls.near(Position(22.93, 113.3799), group="police", places=["far", "near"])
    assert served == []
    served = await halls.near(Position(22.93, 113.3799), group="social", places=["far", "near"])
    assert [hall.code for hall in served] == ["near", "far"]
    assert [hall.code for hall in await halls.near(Position(23.0, 113.46), limit=1)] == ["far"]


async def test_halls_by_kind_and_by_what_their_windows_serve(
    halls: Halls, cause: Callable[..., Cause]
) -> None:
    await halls.put(counted("station-1", kind="station", windows=None), cause())
    await halls.put(counted("wanbo", kind="hall", windows=WINDOWS | {"capacity": {"police": 1}}), cause())
    await halls.put(counted("centre"), cause())
    assert [hall.code for hall in await halls.offering("police")] == ["wanbo"]
    assert "centre" in [hall.code for hall in await halls.offering("social")]
    assert await halls.offering("police", ["centre"]) == []
    assert [hall.code for hall in await halls.those(["wanbo", "gone", "centre"])] == ["wanbo", "centre"]
    assert [hall.code for hall in await halls.all(HallKind.HALL)] == ["wanbo"]
    await halls.put(counted("budongchan", kind="special"), cause())
    await halls.put(counted("shiqiao", kind="township"), cause())
    kinds = [hall.kind for hall in await halls.all()]
    assert list(dict.fromkeys(kinds)) == list(HallKind)
    assert kinds == sorted(kinds, key=list(HallKind).index)
    await halls.put(counted("wanbo", kind="hall", windows=None), cause())
    assert await halls.offering("police") == []
