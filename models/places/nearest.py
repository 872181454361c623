"""The nearest places, with the way there and what works there now (article 18)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.places.hall import Hall
from models.places.opening import Working, working
from models.places.positions import Position, metres_between
from models.places.ways import Minutes, minutes
from models.workdays import Workdays, local_date

FAR = 30_000
"""Metres: whoever is farther than that from every place is not in Panyu, which is some 35 km across."""


@dataclass(frozen=True)
class Near:
    """A place with what works there; `metres` along the straight line and the `way` are None where nobody's
    position is known. `items` are those that one can begin at its kiosks now."""

    hall: Hall
    working: Working
    metres: float | None = None
    way: Minutes | None = None
    items: frozenset[str] = frozenset()

    @property
    def far(self) -> bool:
        return self.metres is not None and self.metres > FAR


def seen_from(
    halls: Iterable[Hall],
    position: Position | None,
    now: datetime,
    calendar: Workdays,
    kiosks: Mapping[str, frozenset[str]] | None = None,
) -> list[Near]:
    """Each place, in the order given. `kiosks` has by the codes of places the items of the kiosks that work
    there, none where none works; a place without kiosks is not in it."""
    known = kiosks or {}
    return [_near(hall, position, now, calendar, known.get(hall.code)) for hall in halls]


def nearest_working(found: Sequence[Near]) -> Near | None:
    """The first at which anything works, of places that are in order of distance."""
    return next((one for one in found if one.working.anything), None)


def shown_first(found: Sequence[Near], many: int) -> list[Near]:
    """The `many` nearest; if nothing works at any of these, the nearest where something does takes the last's
    place."""
    first = list(found[:many])
    if first and not nearest_working(first) and (better := nearest_working(found)):
        first[-1] = better
    return first


def _near(
    hall: Hall, position: Position | None, now: datetime, calendar: Workdays, items: frozenset[str] | None
) -> Near:
    works = working(hall, now, calendar, kiosks=None if items is None else bool(items))
    offered = items if items and works.self_service else frozenset()
    if position is None:
        return Near(hall, works, items=offered)
    metres = metres_between(position, hall.position)
    return Near(hall, works, metres, minutes(metres, local_date(now)), offered)
