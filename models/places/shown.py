"""Places as they are shown: from the process's own memory while that is known to be true, else from the
database. Each method answers what the method of the same name of `Halls` does."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from models.places.hall import Hall, HallKind
from models.places.halls import Halls, in_order
from models.places.positions import Position, metres_between
from models.snapshot import Kept, Snapshot


@dataclass
class Ordered:
    """`halls` are all that were `known`, in their order: as long as the same are known it is the same."""

    known: Mapping[str, Hall] | None = None
    halls: Sequence[Hall] = ()


@dataclass(frozen=True)
class ShownHalls:
    halls: Halls
    snapshot: Snapshot
    kept: Kept[Hall]
    ordered: Ordered = field(default_factory=Ordered)

    async def get(self, code: str) -> Hall:
        """
        Raises:
            NotFound: `hall_not_found`.
        """
        known = (self.snapshot.of(self.kept) or {}).get(code)
        return known or await self.halls.get(code)

    async def all(self, kind: HallKind | None = None) -> list[Hall]:
        known = self.snapshot.of(self.kept)
        if known is None:
            return await self.halls.all(kind)
        if self.ordered.known is not known:
            self.ordered.known, self.ordered.halls = known, in_order(known.values())
        return [hall for hall in self.ordered.halls if kind in (None, hall.kind)]

    async def offering(self, group: str, places: Collection[str] | None = None) -> list[Hall]:
        known = self.snapshot.of(self.kept)
        if known is None:
            return await self.halls.offering(group, places)
        return sorted(_with_window(known.values(), group, places), key=lambda hall: hall.code)

    async def those(self, codes: Sequence[str]) -> list[Hall]:
        known = self.snapshot.of(self.kept)
        if known is None:
            return await self.halls.those(codes)
        return [known[code] for code in codes if code in known]

    async def near(
        self,
        position: Position,
        limit: int = 0,
        *,
        group: str | None = None,
        places: Collection[str] | None = None,
    ) -> list[Hall]:
        known = self.snapshot.of(self.kept)
        if known is None:
            return await self.halls.near(position, limit, group=group, places=places)
        fitting = _with_window(known.values(), group, places)
        nearest = sorted(fitting, key=lambda hall: metres_between(position, hall.position))
        return nearest[: limit or None]


def _with_window(halls: Collection[Hall], group: str | None, places: Collection[str] | None) -> list[Hall]:
    """Those of `places` that have a window for a group of items; None asks for nothing."""
    return [
        hall
        for hall in halls
        if (group is None or hall.serves(group)) and (places is None or hall.code in places)
    ]
