"""When a place is open in a usual week, as it can be told: days in a row with the same hours are one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time

WORKDAYS = range(1, 6)
"""ISO numbers of the days of which a usual week is told; of make-up days one is told by their date."""


@dataclass(frozen=True)
class Run:
    """From the `first` weekday to the `last` (1 is Monday) people serve at these `hours`."""

    first: int
    last: int
    hours: Sequence[tuple[time, time]]


@dataclass(frozen=True)
class Week:
    """When people serve, `at_windows` or as guides; with `all_day` one can serve oneself at all hours."""

    runs: tuple[Run, ...]
    at_windows: bool
    all_day: bool


def runs_of(hours: Mapping[int, Sequence[tuple[time, time]]]) -> tuple[Run, ...]:
    """By weekday, in their order; days without hours are left out."""
    runs: list[Run] = []
    for day, times in hours.items():
        if runs and (runs[-1].last, runs[-1].hours) == (day - 1, times):
            runs[-1] = Run(runs[-1].first, day, times)
        elif times:
            runs.append(Run(day, day, times))
    return tuple(runs)
