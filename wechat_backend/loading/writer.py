"""Puts what was read from `data/` in the database.

Publishing guides loads what spells them, which the processes that only read `data/` do without.
"""

from dataclasses import dataclass

from models.errors import Conflict
from models.events import Cause
from models.guides import Departments, Guides
from models.guides.publishing import Publishing
from models.places import Halls
from wechat_backend.loading.loader import Data, DataError


@dataclass(frozen=True)
class Counts:
    """How many of each were new or changed."""

    departments: int
    halls: int
    guides: int


async def store(data: Data, departments: Departments, halls: Halls, guides: Guides, by: Cause) -> Counts:
    """Put it in the database; what is there already as it is here stays untouched.

    Raises:
        DataError: names each published guide that was changed without a new version.
    """
    faults: list[str] = []
    written = [
        sum([await departments.put(department, by) for department in data.departments]),
        sum([await halls.put(hall, by) for hall in data.halls]),
        0,
    ]
    publishing = Publishing(guides)
    for guide in data.guides:
        try:
            written[2] += await publishing.put(guide, by)
        except Conflict as error:
            faults.append(f"items: {guide.name} ({guide.key}): {error.message}")
    if faults:
        raise DataError(faults)
    return Counts(*written)
