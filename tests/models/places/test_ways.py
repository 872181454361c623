"""Minutes to a place, on foot and by bicycle."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.places.ways import CIRCLE, PACES, Minutes, Pace, minutes, pace_on

DAY = date(2026, 11, 24)


@pytest.mark.article("18.near")
@pytest.mark.parametrize(
    ("metres", "on_foot", "by_bicycle", "within"),
    [
        (0, 1, 1, True),
        (50, 1, 1, True),
        (773, 15, 6, True),  # 1004.9 m of street at 67 m in a minute
        (774, 16, 6, True),  # too far on foot, near by bicycle
        (2307, 45, 15, True),
        (2308, 45, 16, False),  # 3000.4 m of street at 200 m in a minute
    ],
)
def test_within_fifteen_minutes(metres: float, on_foot: int, by_bicycle: int, within: bool) -> None:
    assert minutes(metres, DAY) == (on_foot, by_bicycle)
    assert minutes(metres, DAY).within_circle is within


@given(st.floats(0, 50_000), st.floats(0, 50_000))
def test_farther_is_never_sooner(one: float, other: float) -> None:
    near, far = sorted((one, other))
    assert minutes(near, DAY).on_foot <= minutes(far, DAY).on_foot
    assert minutes(near, DAY).by_bicycle <= minutes(far, DAY).by_bicycle
    assert minutes(near, DAY).by_bicycle <= minutes(near, DAY).on_foot


def test_a_pace_holds_from_its_day_on() -> None:
    later = Pace(date(2027, 1, 1), 60, 180, 1.4, "measured")
    paces = (*PACES, later)
    assert pace_on(date(2026, 12, 31), paces) == PACES[0]
    assert pace_on(date(2027, 1, 1), paces) == later
    assert pace_on(date(2000, 1, 1), paces) == PACES[0]
    assert all(pace.reason for pace in PACES)


def test_either_way_will_do() -> None:
    assert Minutes(CIRCLE + 30, CIRCLE).within_circle
    assert not Minutes(CIRCLE + 1, CIRCLE + 1).within_circle
