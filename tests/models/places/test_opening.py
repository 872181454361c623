"""What works at a place at a moment, by hand on the calendar of 2026."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.places import Hall, nearest_working, seen_from, shown_first, working
from models.places.positions import Position
from models.workdays import PANYU, Workdays
from tests.house.places import hall

CALENDAR = Workdays()
HOURS = [["09:00", "12:00"], ["14:00", "17:00"]]
WINDOWS = {"weekday_hours": HOURS, "capacity": {"general": 1}}
MOMENTS = st.timedeltas(timedelta(), timedelta(days=330)).map(lambda after: at("2026-01-01") + after)
TYPHOON = {"first": "2026-11-24", "last": "2026-11-25", "reason": "台风"}


def place(code: str = "place", **changes: Any) -> Hall:
    return hall(code, **{"windows": WINDOWS, **changes})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PANYU)


def said(moment: datetime | None) -> str:
    return moment.astimezone(PANYU).strftime("%m-%d %H:%M") if moment else ""


@pytest.mark.article("18.near", "20.1")
@pytest.mark.parametrize(
    ("now", "until", "opens"),
    [
        ("2026-11-24T08:59:59", "", "11-24 09:00"),
        ("2026-11-24T09:00", "11-24 12:00", ""),
        ("2026-11-24T11:59:59", "11-24 12:00", ""),
        ("2026-11-24T12:00", "", "11-24 14:00"),  # lunch
        ("2026-11-24T14:00", "11-24 17:00", ""),
        ("2026-11-24T17:00", "", "11-25 09:00"),
        ("2026-11-27T17:00", "", "11-30 09:00"),  # over a weekend
        ("2026-10-01T10:00", "", "10-08 09:00"),  # National Day
        ("2026-10-10T10:00", "10-10 12:00", ""),  # a Saturday worked for it
        ("2026-02-17T10:00", "", "02-24 09:00"),  # Spring Festival
        ("2026-02-28T15:00", "02-28 17:00", ""),  # a Saturday worked for it
    ],
)
def test_windows_are_open_in_their_hours(now: str, until: str, opens: str) -> None:
    found = working(place(), at(now), CALENDAR)
    assert (said(found.until), said(found.opens)) == (until, opens)
    assert found.staffed is bool(until)
    assert found.self_service
    assert working(place(windows=None, staffed=HOURS), at(now), CALENDAR) == found


@pytest.mark.article("18.near", "20.1")
@pytest.mark.parametrize(
    ("changes", "kiosks", "serves_itself"),
    [
        ({}, None, True),
        ({}, True, True),
        ({}, False, False),
        ({"all_day": False}, None, False),
        ({"all_day": False}, True, False),
        ({"closures": [TYPHOON]}, True, False),
    ],
)
def test_self_service_at_night(changes: dict[str, Any], kiosks: bool | None, serves_itself: bool) -> None:
    found = working(place(**changes), at("2026-11-24T03:00"), CALENDAR, kiosks=kiosks)
    assert found.self_service is found.anything is serves_itself


@pytest.mark.article("20.1")
def test_a_place_that_one_can_enter_is_not_closed_because_its_kiosks_are_broken() -> None:
    night = at("2026-11-24T03:00")
    broken = working(place(), night, CALENDAR, kiosks=False)
    assert (broken.entered, broken.anything) == (True, False)
    assert not working(place(all_day=False), night, CALENDAR, kiosks=False).entered
    assert not working(place(closures=[TYPHOON]), night, CALENDAR, kiosks=False).entered


@pytest.mark.article("18.near")
@pytest.mark.parametrize(("kiosks", "serves_itself"), [(None, False), (True, True), (False, False)])
def test_a_kiosk_inside_serves_while_people_do(kiosks: bool | None, serves_itself: bool) -> None:
    inside = place(all_day=False)
    assert working(inside, at("2026-11-24T10:00"), CALENDAR, kiosks=kiosks).self_service is serves_itself
    assert not working(inside, at("2026-11-24T12:30"), CALENDAR, kiosks=kiosks).self_service


def test_what_kiosks_offer_is_told_while_one_comes_to_them() -> None:
    kiosks, inside = {"inside": frozenset({"a"}), "broken": frozenset[str]()}, place("inside", all_day=False)
    places = [inside, place("broken"), place("without")]
    for moment, offered in (("10:00", {"a"}), ("22:00", set())):
        now = at(f"2026-11-24T{moment}")
        found = seen_from(places, Position(22.93, 113.38), now, CALENDAR, kiosks)
        assert [one.items for one in found] == [offered, set(), set()]
        assert [one.working.self_service for one in found] == [bool(offered), False, True]


@pytest.mark.article("18.near")
def test_a_closed_place_says_why_and_when_it_opens() -> None:
    closed = place(closures=[TYPHOON])
    found = working(closed, at("2026-11-24T10:00"), CALENDAR)
    assert not found.anything
    assert found.closure
    assert found.closure.reason == "台风"
    assert said(found.opens) == "11-26 09:00"
    assert working(closed, at("2026-11-23T10:00"), CALENDAR).staffed
    assert working(closed, at("2026-11-26T10:00"), CALENDAR).staffed
    typhoon = Workdays({date(2026, 11, 24): False})
    assert not working(place(), at("2026-11-24T10:00"), typhoon).staffed


def test_who_serves_nobody_never_opens() -> None:
    found = working(place(windows=None), at("2026-11-24T10:00"), CALENDAR)
    assert (found.staffed, found.until, found.opens) == (False, None, None)


@given(MOMENTS)
def test_one_is_either_served_or_told_when(now: datetime) -> None:
    found = working(place(), now, CALENDAR)
    assert found.staffed == (found.until is not None) == (found.opens is None)
    after = found.until or found.opens
    assert after
    assert after > now
    assert working(place(), after, CALENDAR).staffed is not found.staffed
    assert working(place(), after - timedelta(seconds=1), CALENDAR).staffed is found.staffed


@pytest.mark.article("18.near")
def test_the_nearest_that_works_is_always_among_those_shown() -> None:
    """Three closed ones lie nearer."""
    closed = [place(f"closed-{n}", all_day=False) for n in range(3)]
    night, here = at("2026-11-24T22:00"), Position(22.93, 113.38)
    found = seen_from([*closed, place("far"), place("farther")], here, night, CALENDAR)
    working_one = nearest_working(found)
    assert working_one
    assert working_one.hall.code == "far"
    assert [one.hall.code for one in shown_first(found, 3)] == ["closed-0", "closed-1", "far"]
    by_day = seen_from([*closed, place("far")], here, at("2026-11-24T10:00"), CALENDAR)
    assert [one.hall.code for one in shown_first(by_day, 3)] == ["closed-0", "closed-1", "closed-2"]
    broken = seen_from([*closed, place("far"), place("next")], here, night, CALENDAR, {"far": frozenset()})
    assert [one.hall.code for one in shown_first(broken, 2)] == ["closed-0", "next"]
    assert nearest_working(seen_from(closed, here, night, CALENDAR)) is None
    assert shown_first([], 3) == []


def test_without_a_position_there_is_no_way() -> None:
    [near] = seen_from([place()], None, at("2026-11-24T10:00"), CALENDAR)
    assert (near.metres, near.way, near.far) == (None, None, False)
    [far] = seen_from([place()], Position(39.9, 116.4), at("2026-11-24T10:00"), CALENDAR)
    assert far.far
