"""Puts what was read from `data/` in the database.

Publishing guides loads what spells them, which the processes that only read `data/` do without.
"""

from dataclasses import dataclass
from typing import NamedTuple

from models.errors import Conflict
from models.events import Cause
from models.guides import Departments, Guides, Referrals, Uses
from models.guides.publishing import Publishing
from models.places import Halls
from models.store import Database
from models.uncivil import UncivilWords
from wechat_backend.loading.loader import Data, DataError


@dataclass(frozen=True)
class Counts:
    """How many of each were new or changed."""

    departments: int
    halls: int
    guides: int
    referrals: int
    differing: tuple[str, ...] = ()
    """The halls (codes) whose schedule is otherwise here: the panel's is left as it is."""


class Shelves(NamedTuple):
    """The stores of what `data/` holds."""

    departments: Departments
    halls: Halls
    guides: Guides
    referrals: Referrals
    uses: Uses
    uncivil: UncivilWords


async def prepared(database: Database) -> Shelves:
    """With their indexes."""
    shelves = Shelves(
        Departments(database),
        Halls(database),
        Guides(database),
        Referrals(database),
        Uses(database),
        UncivilWords(database),
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
    for item, times in data.demand.items():
        await shelves.uses.expect(item, times)
    for guide in data.guides:
        try:
            published += await publishing.put(guide, by)
        except Conflict as error:
            faults.append(f"items: {guide.name} ({guide.key}): {error.message}")
    if faults:
        raise DataError(faults)
    return Counts(offices, places, published, others, tuple(await shelves.halls.differing(data.halls)))
