"""How much of its time a kiosk served: worked by hand, and what holds of whatever is told of it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.kiosks import Kiosk, State
from models.kiosks.availability import (
    LOST,
    Availability,
    Known,
    Part,
    days,
    known,
    month,
    reckoned,
    together,
)
from models.kiosks.document import Custody, Outage, OutageCause, Suspension
from models.kiosks.spells import Spell, SpellKind
from models.kiosks.times import Interval, common, joined, length, without
from models.places import Hall, open_times
from models.workdays import PANYU, Workdays
from tests.house.places import hall

CALENDAR = Workdays()
KEY = "a" * 32
HOURS = [["09:00", "12:00"], ["14:00", "17:00"]]
OFFICE = hall(all_day=False, windows={"weekday_hours": HOURS, "capacity": {"general": 1}})
ALWAYS = hall(all_day=True)
NOW = "11-27T12:00"
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
Times = Sequence[tuple[str, str]]


def at(text: str) -> datetime:
    """In Panyu, in 2026."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=PANYU)


def spell(kind: SpellKind, start: str, end: str = "", kiosk: str = KEY) -> Spell:
    told = Spell(_id=f"{kiosk}:{kind}:{start}", kiosk=kiosk, kind=kind, start=at(start), events=[])
    return {**told, "end": at(end)} if end else told


def suspension(start: str, end: str) -> Suspension:
    return Suspension(
        start=at(start),
        end=at(end),
        reason="系统升级",
        custody=Custody.IN_PLACE,
        letter=None,
        told_at=at("10-20T10:00"),
        told_by="staff:contact",
        notice="",
        posted_at=None,
    )


def outage(start: str, end: str = "", cause: OutageCause = OutageCause.OWN) -> Outage:
    return Outage(start=at(start), end=at(end) if end else None, cause=cause, reason="故障")


def a_kiosk(
    *,
    outages: Sequence[Outage] = (),
    suspensions: Sequence[Suspension] = (),
    told: Suspension | None = None,
    state: State = State.IN_SERVICE,
    life: Mapping[str, str] | None = None,
) -> Kiosk:
    """In service since the first of October, unless `life` (time by event) tells otherwise."""
    life = life or {"kiosk.activated": "10-01T00:00"}
    timeline = [{"what": what, "at": at(when), "actor": "device"} for what, when in life.items()]
    known_of_it: dict[str, Any] = {
        "_id": KEY,
        "state": state,
        "suspension": told,
        "suspensions": list(suspensions),
        "outages": list(outages),
        "timeline": timeline,
    }
    return cast(Kiosk, known_of_it)


def of_november(kiosk: Kiosk, spells: Sequence[Spell] = (), place: Hall = ALWAYS) -> Availability:
    opening = [Interval(*times) for times in open_times(place, *NOVEMBER, CALENDAR)]
    return reckoned(known(kiosk, spells, at(NOW)), joined(opening), days(*NOVEMBER))


def hours(found: Availability) -> dict[Part, float]:
    return {part: time / timedelta(hours=1) for part, time in found.parts.items() if time}


SINCE_THE_FIRST = 26 * 24 + 12
"""Hours of November until now."""
THIRD = OutageCause.THIRD_PARTY
OFF, FAULT, OURS = SpellKind.OFFLINE, SpellKind.FAULT, SpellKind.OURS


@pytest.mark.parametrize(
    ("kiosk", "spells", "expected"),
    [
        pytest.param(a_kiosk(), [], {}, id="nothing told"),
        pytest.param(
            a_kiosk(),
            [spell(OFF, "11-03T10:00", "11-03T13:00"), spell(FAULT, "11-03T12:00", "11-03T14:00")],
            {Part.OFFLINE: 3, Part.FAULT: 1},
            id="offline, in which a fault begins: the hour of both counts once",
        ),
        pytest.param(
            a_kiosk(), [spell(OFF, "11-27T10:00")], {Part.OFFLINE: 2}, id="one that lasts counts until now"
        ),
        pytest.param(
            a_kiosk(),
            [spell(OFF, "10-31T22:00", "11-01T02:00")],
            {Part.OFFLINE: 2},
            id="over a month's end: each month its own",
        ),
        pytest.param(
            a_kiosk(),
            [spell(OFF, "11-03T10:00", "11-03T13:00"), spell(OURS, "11-03T11:00", "11-03T12:00", "")],
            {Part.OFFLINE: 2, Part.UNKNOWN: 1},
            id="while we could not hear, nobody is blamed",
        ),
        pytest.param(
            a_kiosk(), [spell(OFF, "11-03T10:00", "11-03T13:00", "b" * 32)], {}, id="another's is not its own"
        ),
        pytest.param(
            a_kiosk(
                outages=[outage("11-03T10:00", "11-04T10:00"), outage("11-05T10:00", "11-05T12:00", THIRD)]
            ),
            [spell(OFF, "11-03T11:00", "11-04T12:00")],
            {Part.OUT: 24, Part.OFFLINE: 2, Part.THIRD_PARTY: 2},
            id="switched off for its repair, and two hours longer",
        ),
        pytest.param(
            a_kiosk(
                outages=[outage("11-10T09:00", "11-10T18:00")],
                suspensions=[suspension("11-10T09:00", "11-10T17:00")],
            ),
            [spell(OFF, "11-10T09:00", "11-10T18:00")],
            {Part.SUSPENDED: 8, Part.OUT: 1},
            id="what overruns a suspension counts",
        ),
        pytest.param(
            a_kiosk(
                state=State.SUSPENDED,
                outages=[outage("11-27T09:00")],
                told=suspension("11-27T09:00", "11-27T17:00"),
            ),
            [],
            {Part.SUSPENDED: 3},
            id="a suspension that lasts",
        ),
        pytest.param(
            a_kiosk(told=suspension("12-01T09:00", "12-01T17:00")), [], {}, id="a suspension to come"
        ),
    ],
)
def test_by_hand(kiosk: Kiosk, spells: Sequence[Spell], expected: Mapping[Part, float]) -> None:
    found = hours(of_november(kiosk, spells))
    working = SINCE_THE_FIRST - sum(expected.values())
    assert found == {**expected, Part.WORKING: working}
    due = SINCE_THE_FIRST - sum(expected.get(part, 0) for part in (Part.SUSPENDED, Part.UNKNOWN))
    assert of_november(kiosk, spells).share == pytest.approx(working / due)


@pytest.mark.parametrize(
    ("life", "expected"),
    [
        ({"kiosk.activated": "11-26T12:00"}, 24),
        ({"kiosk.activated": "10-01T00:00", "kiosk.removed": "11-02T00:00"}, 24),
        ({"kiosk.activated": "10-01T00:00", "kiosk.retired": "11-03T00:00"}, 48),
        ({"kiosk.activated": "10-01T00:00", "kiosk.retired": "10-31T00:00"}, 0),
        ({"kiosk.requested": "10-01T00:00"}, 0),
        ({"kiosk.activated": "11-26T12:00", "kiosk.reactivated": "11-27T10:00"}, 24),
    ],
)
def test_it_is_due_while_it_stands_in_its_hall(life: Mapping[str, str], expected: float) -> None:
    found = of_november(a_kiosk(life=life))
    assert found.due == timedelta(hours=expected)
    assert found.share == (1 if expected else None)


def test_it_is_due_while_its_hall_is_open() -> None:
    """19 working days of six hours before the 27th, and that morning; a closure takes two of them away."""
    kiosk, off = a_kiosk(), [spell(OFF, "11-20T16:00", "11-23T10:00")]  # over a weekend
    found = of_november(kiosk, off, OFFICE)
    assert hours(found) == {Part.OFFLINE: 2, Part.WORKING: 19 * 6 + 3 - 2}
    closure = {"first": "2026-11-23", "last": "2026-11-24", "reason": "台风"}
    for place, due in ((OFFICE, 17 * 6 + 3), (ALWAYS, SINCE_THE_FIRST - 48)):
        closed = Hall.model_validate(place.model_dump() | {"closures": [closure]})
        assert of_november(kiosk, [], closed).due == timedelta(hours=due)


def test_months_are_those_of_panyu() -> None:
    assert month(date(2026, 11, 15)) == NOVEMBER
    assert month(date(2026, 12, 31)) == (date(2026, 12, 1), date(2026, 12, 31))
    assert month(date(2028, 2, 29)) == (date(2028, 2, 1), date(2028, 2, 29))
    assert days(*NOVEMBER).start.isoformat() == "2026-10-31T16:00:00+00:00"
    assert days(*NOVEMBER).end.isoformat() == "2026-11-30T16:00:00+00:00"


START = at("10-30T00:00")
MINUTES = st.integers(0, 5 * 24 * 60)
TIMES = st.lists(
    st.tuples(MINUTES, MINUTES).map(
        lambda pair: Interval(*(START + timedelta(minutes=each) for each in sorted(pair)))
    ),
    max_size=6,
)
TOLD = st.fixed_dictionaries({part: TIMES for part in Part if part is not Part.WORKING})


def of(
    told: Mapping[Part, Sequence[Interval]], period: Interval, opening: Sequence[Interval]
) -> Availability:
    present = [Interval(START, START + timedelta(days=5))]
    return reckoned(Known(present, {part: joined(times) for part, times in told.items()}), opening, period)


@given(TOLD, TIMES)
def test_each_moment_is_counted_once(told: dict[Part, list[Interval]], opening: list[Interval]) -> None:
    whole, hours_of_it = Interval(START, START + timedelta(days=5)), joined(opening)
    found = of(told, whole, hours_of_it)
    assert sum(found.parts.values(), timedelta()) == length(hours_of_it)
    assert found.due == found.parts[Part.WORKING] + found.lost
    assert found.share is None or 0 <= found.share <= 1
    assert of({part: [*times, *times] for part, times in told.items()}, whole, hours_of_it) == found
    bound = at("11-01T00:00")
    halves = [
        of(told, Interval(whole.start, bound), hours_of_it),
        of(told, Interval(bound, whole.end), hours_of_it),
    ]
    assert together(halves) == found


@given(TOLD, TIMES, st.sampled_from(LOST))
def test_more_that_is_lost_raises_no_share(
    told: dict[Part, list[Interval]], more: list[Interval], part: Part
) -> None:
    whole = Interval(START, START + timedelta(days=5))
    before, after = of(told, whole, [whole]), of({**told, part: told[part] + more}, whole, [whole])
    assert after.parts[Part.WORKING] <= before.parts[Part.WORKING]


@given(TIMES, TIMES)
def test_times_are_in_both_or_in_one(these: list[Interval], those: list[Interval]) -> None:
    these, those = joined(these), joined(those)
    both, rest = common(these, those), without(these, those)
    assert both == common(those, these)
    assert length(both) + length(rest) == length(these)
    assert joined([*both, *rest]) == these
    assert common(rest, those) == []
