"""Whether a decision keeps somebody from applying, read for all who ask at once: hardly anybody is listed."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from models.blacklist.document import State
from models.store import Document
from models.together import Together


class Known(NamedTuple):
    """One who is known by these keys (`models.people.same`), at a moment."""

    keys: frozenset[str]
    at: datetime


class InForce(Together[Known, Document | None]):
    """`documents` are decisions; what is told was there after it was asked for, and is not to be changed."""

    async def _round(self, asked: Sequence[Known]) -> Sequence[Document | None]:
        keys, earliest = set().union(*(one.keys for one in asked)), min(one.at for one in asked)
        query = {"keys": {"$in": sorted(keys)}, "state": State.CONFIRMED.value, "until": {"$gt": earliest}}
        found = [one async for one in self.documents.find(query)]
        return [next((ban for ban in found if _holds(ban, one)), None) for one in asked]


def _holds(ban: Document, known: Known) -> bool:
    return ban["until"] > known.at and not known.keys.isdisjoint(ban["keys"])
