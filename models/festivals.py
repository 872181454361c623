"""When a festival may give days off in a year whose holiday notice is not published yet.

The law fixes which festivals there are; the notice of each year says on which days they are off. What the
published years show is taken for what a later year may bring.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from chinese_calendar.constants import Holiday, holidays

LAST_PUBLISHED_YEAR: int = max(holidays).year
"""The last year that the library knows."""

FIXED = frozenset({(1, 1), (5, 1), (5, 2), (5, 3), (10, 1), (10, 2), (10, 3)})
"""Month and day of the festivals that are off in every year."""

MARGIN = 3
"""Days to either side of those that were off in a published year: the lunar calendar repeats itself only to
about a day (in 19 years), and a notice chooses the days around a festival."""


@dataclass(frozen=True)
class Festival:
    """`most` weekdays of a year at most, beside the fixed ones, are off among the `days` (month, day)."""

    days: frozenset[tuple[int, int]]
    most: int


@cache
def festivals() -> tuple[Festival, ...]:
    """Every festival of the published years, in the order of a year."""
    found: list[Festival] = []
    for named in Holiday:
        off = [day for day, name in holidays.items() if name == named.value]
        around = {_month_and_day(day + timedelta(days=n)) for day in off for n in range(-MARGIN, MARGIN + 1)}
        moved = Counter(day.year for day in off if day.weekday() < 5 and _month_and_day(day) not in FIXED)
        found.append(Festival(frozenset(around), max(moved.values())))
    return tuple(sorted(found, key=lambda festival: min(festival.days)))


class Doubt:
    """Which weekdays may turn out to be off, for one count: no festival is granted more than it can have."""

    def __init__(self) -> None:
        self._granted: Counter[tuple[Festival, int]] = Counter()

    def grants(self, day: date) -> bool:
        """Whether `day`, a weekday like any other, may be off after those that were granted so far."""
        for festival in festivals():
            granted = festival, day.year
            if _month_and_day(day) in festival.days and self._granted[granted] < festival.most:
                self._granted[granted] += 1
                return True
        return False


def _month_and_day(day: date) -> tuple[int, int]:
    return day.month, day.day
