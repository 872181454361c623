"""How long it takes to a place, and whether that is within the 15 minutes of the circle (article 18)."""

from collections.abc import Sequence
from datetime import date
from math import ceil
from typing import NamedTuple

CIRCLE = 15
"""Minutes: 「15分钟智慧政务服务圈」."""


class Pace(NamedTuple):
    """Metres in a minute, on foot and by bicycle, and how much longer streets are than the straight line.

    It holds from `since` on, for the `reason`.
    """

    since: date
    on_foot: float
    by_bicycle: float
    detour: float
    reason: str


PACES = (
    Pace(
        date(2020, 1, 1),
        on_foot=67,
        by_bicycle=200,
        detour=1.3,
        reason="GB 50180-2018 has 15 minutes on foot as 800 to 1,000 m, which is 67 m in a minute at most; a "
        "hired bicycle goes 12 km in an hour; streets of a town are some 1.3 times the straight line",
    ),
)
"""A change is a further entry."""


class Minutes(NamedTuple):
    """Whole minutes, rounded up; at least one."""

    on_foot: int
    by_bicycle: int

    @property
    def within_circle(self) -> bool:
        """On foot or by bicycle."""
        return min(self) <= CIRCLE

    @property
    def walked(self) -> bool:
        """Within the circle on foot alone."""
        return self.on_foot <= CIRCLE


def pace_on(day: date, paces: Sequence[Pace] = PACES) -> Pace:
    """The one in force; before the first, the first."""
    held = [pace for pace in paces if pace.since <= day]
    return max(held) if held else min(paces)


def minutes(metres: float, day: date) -> Minutes:
    """How long a way takes whose straight line is so long."""
    pace = pace_on(day)
    way = metres * pace.detour
    return Minutes(max(1, ceil(way / pace.on_foot)), max(1, ceil(way / pace.by_bicycle)))
