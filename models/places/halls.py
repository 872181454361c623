"""The store of the places, and the nearest of them (article 18)."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from pymongo import ASCENDING, GEOSPHERE, IndexModel

from models.described import Described
from models.errors import BadInput, NotFound
from models.places.hall import Hall, HallKind
from models.places.positions import Position
from models.store import Document


class HallNotFound(NotFound):
    code = "hall_not_found"
    message = "没有找到该大厅"


class TownshipUnknown(BadInput):
    code = "township_unknown"
    message = "没有镇街“{township}”"
    field = "townships"


ORDER = list(HallKind)
BATCH = 1000
"""Places that the server sends at once: all there are, where its own first answer ends at 101."""


class Halls(Described[Hall]):
    """A document is a `Hall` by its code, with `groups`: the item groups for which it has windows."""

    collection = "halls"
    model = Hall
    missing = HallNotFound
    tells = ("hall.added", "hall.changed")
    indexes: ClassVar[Sequence[IndexModel]] = [
        IndexModel([("location", GEOSPHERE)]),
        IndexModel([("kind", ASCENDING), ("township", ASCENDING)]),
        IndexModel([("groups", ASCENDING)]),
    ]

    def content(self, thing: Hall) -> Document:
        groups = sorted(thing.windows.capacity) if thing.windows else []
        return {**super().content(thing), "groups": groups}

    async def all(self, kind: HallKind | None = None) -> list[Hall]:
        """The centre first, then the halls and so on, each kind by township."""
        query: Document = {"kind": kind} if kind else {}
        found = self.documents.find(query).sort([("kind", ASCENDING), ("township", ASCENDING)])
        return sorted(await self._each(found.batch_size(BATCH)), key=lambda hall: ORDER.index(hall.kind))

    async def townships(self) -> list[str]:
        """Those in which there is a hall, as halls name them."""
        return sorted(await self.documents.distinct("township"))

    async def check_townships(self, names: Collection[str]) -> None:
        """
        Raises:
            TownshipUnknown: there is no hall in one of them.
        """
        known = await self.townships() if names else []
        for name in names:
            if name not in known:
                raise TownshipUnknown(township=name)

    async def offering(self, group: str, places: Collection[str] | None = None) -> list[Hall]:
        """Those with a window for an item group, of `places` (codes) alone where given."""
        query: Document = {"groups": group}
        if places is not None:
            query["_id"] = {"$in": sorted(places)}
        found = self.documents.find(query).sort("_id", ASCENDING)
        return await self._each(found)

    async def those(self, codes: Sequence[str]) -> list[Hall]:
        """The halls with these codes, in their order; one that is gone is left out."""
        found = self.documents.find({"_id": {"$in": list(codes)}})
        halls = {hall.code: hall for hall in await self._each(found)}
        return [halls[code] for code in codes if code in halls]

    async def near(
        self,
        position: Position,
        limit: int = 0,
        *,
        group: str | None = None,
        places: Collection[str] | None = None,
    ) -> list[Hall]:
        """The nearest places, the nearest first; all of them if `limit` is 0. Where `group` and `places` are
        given, only those of `places` (codes) with a window for that item group."""
        point = {"type": "Point", "coordinates": [position.longitude, position.latitude]}
        query: Document = {"location": {"$nearSphere": {"$geometry": point}}}
        if group is not None:
            query["groups"] = group
        if places is not None:
            query["_id"] = {"$in": sorted(places)}
        return await self._each(self.documents.find(query).limit(limit).batch_size(BATCH))
