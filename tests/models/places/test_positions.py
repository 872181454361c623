"""Positions, and what Chinese maps make of them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.places.positions import (
    Datum,
    Position,
    PositionInvalid,
    from_gcj02,
    metres_between,
    position,
    to_gcj02,
)

PUBLISHED = {
    "Shanghai": (Position(31.1774276, 121.5272106), Position(31.17530398364597, 121.531541859215)),
    "Shenzhen": (Position(22.543847, 113.912316), Position(22.540796131694766, 113.9171764808363)),
    "Beijing": (Position(39.911954, 116.377817), Position(39.91334545536069, 116.38404722455657)),
}
"""WGS 84 and GCJ-02, as the tests of the widely used implementations have them."""
CENTIMETRE = 0.01
IN_PANYU = st.builds(Position, st.floats(22.80, 23.10), st.floats(113.23, 113.58))


@pytest.mark.parametrize("city", PUBLISHED)
def test_published_positions(city: str) -> None:
    """The implementations differ in the eighth digit: some reckon with another ellipsoid."""
    real, shown = PUBLISHED[city]
    assert to_gcj02(real) == pytest.approx(shown, abs=1e-6)
    assert metres_between(from_gcj02(shown), real) < 0.1


@pytest.mark.parametrize(
    "outside", [(39.7392, -104.9903), (-27.4698, 153.0251), (-22.9068, -43.1729), (0, 0), (35.68, 139.77)]
)
def test_nothing_is_shifted_outside_of_china(outside: tuple[float, float]) -> None:
    assert to_gcj02(Position(*outside)) == outside
    assert from_gcj02(Position(*outside)) == outside


@given(IN_PANYU)
def test_there_and_back_is_exact_to_a_centimetre(real: Position) -> None:
    shown = to_gcj02(real)
    assert 300 < metres_between(real, shown) < 800
    assert metres_between(from_gcj02(shown), real) < CENTIMETRE
    assert metres_between(to_gcj02(from_gcj02(real)), real) < CENTIMETRE


def test_a_visitors_position_is_read_in_its_datum_and_rounded() -> None:
    real, shown = Position(22.9371234, 113.3644321), to_gcj02(Position(22.9371234, 113.3644321))
    assert position(*real) == Position(22.9371, 113.3644)
    assert position(*shown, Datum.GCJ02) == Position(22.9371, 113.3644)


@pytest.mark.parametrize("wrong", [(90.1, 0), (-90.1, 0), (0, 180.1), (math.nan, 113), (22, math.inf)])
@pytest.mark.parametrize("datum", Datum)
def test_what_is_nowhere_on_earth(wrong: tuple[float, float], datum: Datum) -> None:
    with pytest.raises(PositionInvalid):
        position(*wrong, datum)


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ((22.9, 113.4), (22.9, 113.4), 0),
        ((22.9, 113.4), (23.9, 113.4), 111_195),  # a degree of latitude
        ((0, 113.4), (0, 114.4), 111_195),
        ((60, 113.4), (60, 114.4), 55_598),  # half as far, and the great circle is a little shorter
        ((0, 0), (0, 180), 20_015_115),
    ],
)
def test_distances(one: tuple[float, float], other: tuple[float, float], metres: int) -> None:
    found = metres_between(Position(*one), Position(*other))
    assert found == pytest.approx(metres, abs=2)
    assert found == metres_between(Position(*other), Position(*one))


@given(IN_PANYU, IN_PANYU, IN_PANYU)
def test_a_detour_is_never_shorter(one: Position, other: Position, over: Position) -> None:
    straight = metres_between(one, other)
    assert straight <= metres_between(one, over) + metres_between(over, other) + CENTIMETRE
