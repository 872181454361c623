"""Figures of reviews without the reviews, for pages that show them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from models.stores import Stores
from models.voices import Kind
from models.voices.ticks import Cell

DAY = date(2026, 11, 20)


def at(
    department: str,
    item: str,
    hall: str = "",
    channel: str = "h5",
    day: date = DAY,
    kind: Kind = Kind.SERVICE,
) -> Cell:
    return Cell(day, kind, department, item, hall, channel)


async def count(stores: Stores, cell: Cell, **boxes: int) -> None:
    """So much stands in these boxes of a cell, besides what is there."""
    ticks: Mapping[str, int] = {cell.tick(box): number for box, number in boxes.items()}
    await stores.figures.add_up(ticks, None)


async def a_year(stores: Stores, items: Mapping[str, str], halls: tuple[str, ...]) -> None:
    """Twelve months, ever the same: of each item (code → its department) at each hall and online."""
    channels = ("h5", "chat", "kiosk", "web")
    for month in range(12):
        day = date(2025 + (11 + month) // 12, (11 + month) % 12 + 1, 9)
        for number, (item, department) in enumerate(items.items()):
            for where, hall in enumerate((*halls, "")):
                many = 3 + (month * 7 + number * 5 + where * 3) % 11
                bad, cell = (month + number + where) % 4, at(department, item, hall, day=day)
                said = replace(cell, channel=channels[(number + where) % len(channels)])
                late = {"due": 1} if bad > 2 else {}
                await count(stores, replace(cell, channel=""), finished=many * 9, reviewed=many)
                await count(
                    stores,
                    said,
                    level_5=many - bad if many > bad else 0,
                    level_4=many // 3,
                    level_3=many // 5,
                    level_2=bad // 2,
                    level_1=bad - bad // 2,
                    again_4=bad // 2,
                    tag_209=bad // 2,
                    tag_115=bad - bad // 2,
                    tag_108=bad // 3,
                    opened=bad,
                    in_time=bad - len(late),
                    set_aside=many % 2 and bad // 3,
                    **late,
                )
