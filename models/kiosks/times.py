"""Times from a beginning up to an end, and what sets of them have in common: pure reckoning.

What comes out is in order, and no two of it touch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, order=True)
class Interval:
    """From `start` up to `end`."""

    start: datetime
    end: datetime


def joined(times: Iterable[Interval]) -> list[Interval]:
    """The same times, in order, those that touch each other as one; empty ones are left out."""
    found: list[Interval] = []
    for one in sorted(times):
        if one.end <= one.start:
            continue
        if found and one.start <= found[-1].end:
            found[-1] = Interval(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def common(these: Sequence[Interval], those: Sequence[Interval]) -> list[Interval]:
    """What is in both; each is in order, and no two of it overlap."""
    found: list[Interval] = []
    one = other = 0
    while one < len(these) and other < len(those):
        start = max(these[one].start, those[other].start)
        end = min(these[one].end, those[other].end)
        if start < end:
            found.append(Interval(start, end))
        if these[one].end < those[other].end:
            one += 1
        else:
            other += 1
    return found


def without(these: Sequence[Interval], those: Sequence[Interval]) -> list[Interval]:
    """What is left of these times without those; each is in order, and no two of it overlap."""
    found: list[Interval] = []
    first = 0
    for whole in these:
        start = whole.start
        while first < len(those) and those[first].end <= start:
            first += 1
        for other in those[first:]:
            if other.start >= whole.end:
                break
            if start < other.start:
                found.append(Interval(start, other.start))
            start = max(start, other.end)
        if start < whole.end:
            found.append(Interval(start, whole.end))
    return found


def length(times: Iterable[Interval]) -> timedelta:
    """Of times of which no two overlap."""
    return sum((one.end - one.start for one in times), timedelta())
