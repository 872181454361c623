"""What kiosks do at places now, for everybody: where one works, and which items it offers (article 18)."""

from collections.abc import Collection
from dataclasses import dataclass

from models.kiosks.document import LIVE, State
from models.kiosks.heartbeats import Heartbeats
from models.kiosks.store import Kiosks


@dataclass(frozen=True)
class SelfService:
    kiosks: Kiosks
    heartbeats: Heartbeats

    async def at(self, places: Collection[str]) -> dict[str, frozenset[str]]:
        """By place, of those that have kiosks: the items of the kiosks that are in service, heard and without
        fault; none of them where none is. At most two round trips."""
        if not places:
            return {}
        query = {"hall": {"$in": sorted(places)}, "state": {"$in": sorted(LIVE)}}
        found = self.kiosks.documents.find(query, {"hall": 1, "state": 1, "items": 1})
        kiosks = [one async for one in found]
        in_service = [one["_id"] for one in kiosks if one["state"] == State.IN_SERVICE]
        well = await self.heartbeats.well(in_service) if in_service else set()
        offered: dict[str, frozenset[str]] = {}
        for one in kiosks:
            items = one["items"] if one["_id"] in well else ()
            offered[one["hall"]] = offered.get(one["hall"], frozenset()) | frozenset(items)
        return offered
