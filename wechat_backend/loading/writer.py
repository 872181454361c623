"""Puts what was read from `data/` in the database.

Publishing guides loads what spells them, which the processes that only read `data/` do without.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from models.calendar import CalendarYears
from models.errors import Conflict
from models.events import Cause
from models.guides import Departments, Guides, Referrals, Uses
from models.guides.publishing import Publishing
from models.places import Halls
from models.store import Database
from models.uncivil import UncivilWords
from models.workdays import LiveWorkdays
from wechat_backend.loading.loader import Data, DataError


@dataclass(frozen=True)
class Counts:
    """How many of each were new or changed."""

    departments: int
    halls: int
    guides: int
    referrals: int
    differing: list[str] = field(default_factory=list)
    """What `data/` has otherwise than the panel has written in the database, which holds; a line each."""


class Shelves(NamedTuple):
    """The stores of what `data/` holds."""

    departments: Departments
    halls: Halls
    guides: Guides
    referrals: Referrals
    uses: Uses
    uncivil: UncivilWords
    calendar: CalendarYears


async def prepared(database: Database) -> Shelves:
    """With their indexes."""
    shelves = Shelves(
        Departments(database),
        Halls(database),
        Guides(database),
        Referrals(database),
        Uses(database),
        UncivilWords(database),
        CalendarYears(database, LiveWorkdays()),
    )
    for shelf in shelves:
        await shelf.prepare()
    return shelves


async def store(data: Data, shelves: Shelves, by: Cause) -> Counts:
    """Put it in the database; what is there already as it is here stays untouched.

    Raises:
        DataError: names each published guide that was changed without a new version.
    """
    faults: list[str] = []
    publishing, published = Publishing(shelves.guides), 0
    offices = sum([await shelves.departments.put(department, by) for department in data.departments])
    places = sum([await shelves.halls.put(hall, by) for hall in data.halls])
    others = sum([await publishing.refer(shelves.referrals, one, by) for one in data.referrals])
    await shelves.uncivil.learn(data.uncivil, by)
    differing = await shelves.calendar.learn(data.calendar.days, data.calendar.through, by)
    for item, times in data.demand.items():
        await shelves.uses.expect(item, times)
    for guide in data.guides:
        try:
            published += await publishing.put(guide, by)
        except Conflict as error:
            faults.append(f"items: {guide.name} ({guide.key}): {error.message}")
    if faults:
        raise DataError(faults)
    differing += [
        f"schedule of {code}: written in the panel" for code in await shelves.halls.differing(data.halls)
    ]
    return Counts(offices, places, published, others, differing)
