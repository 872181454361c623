"""When a festival may give days off in a year whose holiday notice is not published yet.

The law fixes which festivals there are; the notice of each year says on which days they are off. What the
published years show is taken for what a later year may bring.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from chinese_calendar.constants import Holiday, holidays, workdays

LAST_PUBLISHED_YEAR: int = max(holidays).year
"""The last year that the library knows."""

CALLED: Mapping[Holiday, str] = {
    Holiday.tomb_sweeping_day: "清明节",
    Holiday.dragon_boat_festival: "端午节",
    Holiday.mid_autumn_festival: "中秋节",
}
"""What the library calls otherwise than people do."""
FIXED_NAMES: Mapping[tuple[int, int], str] = {
    (1, 1): "元旦",
    **dict.fromkeys(((5, 1), (5, 2), (5, 3)), "劳动节"),
    **dict.fromkeys(((10, 1), (10, 2), (10, 3)), "国庆节"),
}
FIXED = frozenset(FIXED_NAMES)
"""Month and day of the festivals that are off in every year."""

MARGIN = 3
"""Days to either side of those that were off in a published year: the lunar calendar repeats itself only to
about a day (in 19 years), and a notice chooses the days around a festival."""


@dataclass(frozen=True)
class Festival:
    """`most` weekdays of a year at most, beside the fixed ones, are off among the `days` (month, day).
    `yearly` is false of one that a single year had."""

    name: str
    yearly: bool
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
        yearly = len({day.year for day in off}) > 1
        found.append(Festival(_called(named), yearly, frozenset(around), max(moved.values())))
    return tuple(sorted(found, key=lambda festival: min(festival.days)))


def festival_on(day: date) -> str:
    """The festival for which a day is off, or is worked to make up for it, as a published notice has it; of
    other years the fixed ones; "" for none."""
    published = holidays.get(day) or workdays.get(day)
    return _called(Holiday(published)) if published else FIXED_NAMES.get(_month_and_day(day), "")


def without_days_off(year: int, worked: Callable[[date], bool]) -> list[str]:
    """The festivals that have no weekday off in a year: of each a notice gives at least one, also where the
    festival is on a Saturday or Sunday. Where two lie side by side, the days of one may hide what is lacking
    of the other."""
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    off = {_month_and_day(day) for day in days if day.year == year and day.weekday() < 5 and not worked(day)}
    fixed = {*FIXED_NAMES.values()}
    return [
        one.name
        for one in festivals()
        if one.yearly and not one.days & (off if one.name in fixed else off - FIXED)
    ]


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


def _called(festival: Holiday) -> str:
    """As people call it."""
    name: str = CALLED.get(festival, festival.chinese)
    return name
