"""Positions on the earth, in the two systems that phones use here.

Browsers and our data say WGS 84. Chinese maps, and with them WeChat's location messages and map links, say
GCJ-02, which lies some 500 m off. What GCJ-02 adds is published nowhere by its authority; the formula is the
one that maps of the public are known to follow, and the tests hold the published vectors of it.
"""

from enum import StrEnum
from math import asin, cos, isfinite, pi, radians, sin, sqrt
from typing import NamedTuple

from models.errors import BadInput


class PositionInvalid(BadInput):
    code = "position_invalid"
    message = "位置有误，请重新定位或选择镇街"
    field = "lat"


class Datum(StrEnum):
    """In which system a latitude and a longitude are given."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"


class Position(NamedTuple):
    """Degrees of WGS 84."""

    latitude: float
    longitude: float


EARTH = 6_371_008.8
"""Metres: the mean radius."""
AXIS, SQUASHED = 6_378_245.0, 0.00669342162296594323
"""Of the ellipsoid that GCJ-02 reckons with (Krasovsky 1940): half its long axis in metres, and the square of
its eccentricity."""
SOUTH, NORTH, WEST, EAST = 0.8293, 55.8271, 72.004, 137.8347
"""Outside of these degrees GCJ-02 adds nothing."""
ROUNDS = 4
"""Of looking for what GCJ-02 was made of. Each leaves less than a hundredth of the error, 500 m at first."""
KEPT_DIGITS = 4
"""Of a visitor's position, some 10 m: what finds a place, and no more."""


def position(latitude: float, longitude: float, datum: Datum = Datum.WGS84) -> Position:
    """A visitor's position, rounded to some 10 m.

    Raises:
        PositionInvalid: there is no such place on earth.
    """
    if not (isfinite(latitude) and isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        raise PositionInvalid
    given = Position(latitude, longitude)
    found = from_gcj02(given) if datum is Datum.GCJ02 else given
    return Position(round(found.latitude, KEPT_DIGITS), round(found.longitude, KEPT_DIGITS))


def to_gcj02(point: Position) -> Position:
    """Where Chinese maps show it; outside of China the same."""
    if not (SOUTH <= point.latitude <= NORTH and WEST <= point.longitude <= EAST):
        return point
    north, east = _shift(point)
    return Position(point.latitude + north, point.longitude + east)


def from_gcj02(shown: Position) -> Position:
    """The position that `to_gcj02` shows there, exact to less than a centimetre."""
    if not (SOUTH <= shown.latitude <= NORTH and WEST <= shown.longitude <= EAST):
        return shown
    found = shown
    for _ in range(ROUNDS):
        north, east = _shift(found)
        found = Position(shown.latitude - north, shown.longitude - east)
    return found


def metres_between(one: Position, other: Position) -> float:
    """Along the straight line over the ground."""
    north = radians(other.latitude - one.latitude)
    east = radians(other.longitude - one.longitude)
    narrowed = cos(radians(one.latitude)) * cos(radians(other.latitude))
    chord = sin(north / 2) ** 2 + narrowed * sin(east / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(chord)))


def _shift(point: Position) -> tuple[float, float]:
    """What GCJ-02 adds, in degrees: to the latitude, and to the longitude."""
    x, y = point.longitude - 105, point.latitude - 35
    shared = _waves(x, (20, 1 / 6), (20, 1 / 2))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += shared + _waves(y, (20, 1), (40, 3), (160, 12), (320, 30))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += shared + _waves(x, (20, 1), (40, 3), (150, 12), (300, 30))
    flat = 1 - SQUASHED * sin(radians(point.latitude)) ** 2
    along = AXIS * (1 - SQUASHED) / (flat * sqrt(flat))
    across = AXIS / sqrt(flat) * cos(radians(point.latitude))
    return north * 180 / (along * pi), east * 180 / (across * pi)


def _waves(at: float, *waves: tuple[float, float]) -> float:
    """The sum of sines, each by its height and half its length."""
    return sum(height * sin(at * pi / half) for height, half in waves) * 2 / 3
