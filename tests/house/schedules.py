"""A hall's schedule as it is written in the panel, and those who write it."""

from collections.abc import Sequence
from typing import Any

from models.places import Changes, ClosureRow, Hall, Kept, WindowRow
from models.staff import Member, Role
from tests.house.house import House
from tests.house.staff import Post

EMPTY: Sequence[tuple[str, str]] = ()


def written(kept: Kept, **changes: Any) -> Changes:
    """The schedule that a hall has, but for what a test changes."""
    windows = kept.hall.windows
    assert windows
    same: dict[str, Any] = {
        "revision": kept.revision,
        "slot_minutes": str(windows.slot_minutes),
        "weekdays": {day: times(windows.by_weekday.get(day, windows.weekday_hours)) for day in range(1, 6)},
        "by_date": [(day.isoformat(), times(hours)) for day, hours in windows.by_date.items()],
        "windows": rows(kept.hall),
        "closures": [
            ClosureRow(one.first.isoformat(), one.last.isoformat(), one.reason) for one in kept.hall.closures
        ],
    }
    return Changes(**{**same, **changes})


def times(hours: Any) -> list[tuple[str, str]]:
    return [(f"{opens:%H:%M}", f"{closes:%H:%M}") for opens, closes in hours]


def rows(hall: Hall, **seats: int) -> list[WindowRow]:
    """The windows of a hall; those that are named have other `seats`, and with none are gone."""
    assert hall.windows
    return [
        WindowRow(one.code, one.name or one.code, one.groups, str(seats.get(one.code, one.seats)))
        for one in hall.windows.windows
        if seats.get(one.code, one.seats)
    ]


async def keeper(house: House, username: str = "keeps", hall: str = "district") -> Member:
    """A member of the service centre who keeps the schedule of a hall."""
    return await house.member(username, Post((Role.SERVICE_CENTRE,), halls=(hall,)))
