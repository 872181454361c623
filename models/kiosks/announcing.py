"""The suspensions that are announced, for everybody to read: on the pages, on paper and on the kiosk itself
(article 21, item 4)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from models.guides import Guide
from models.kiosks.document import LIVE, Custody, Kiosk, State
from models.kiosks.store import Kiosks
from models.kiosks.suspension import notice_of
from models.places import Hall, Halls, Near, nearest_working, seen_from
from models.store import Document
from models.workdays import Workdays, local_date, local_moment

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
"""Before every suspension: the index of those that are announced begins here."""
DAYTIME = time(10)
GONE = frozenset({State.REMOVED, State.RETIRED, State.HANDED_BACK})


@dataclass(frozen=True)
class Announced:
    """A kiosk of `hall` stops, or has stopped where it is `running`; `end` is None where it does not come
    back."""

    kiosk: str
    hall: str
    name: str
    position: str
    start: datetime
    end: datetime | None
    reason: str
    running: bool


@dataclass(frozen=True)
class Stopped:
    """Why a kiosk does not serve; a `reason` that is empty says that it is being repaired, or is gone."""

    gone: bool
    reason: str = ""
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class Announcing:
    kiosks: Kiosks
    halls: Halls
    calendar: Workdays

    async def all(self, halls: Collection[str] | None = None) -> list[Announced]:
        """Those that are to come or running, of these halls or of all, the earliest first; one query."""
        query: Document = {"suspension.start": {"$gte": EARLIEST}, "state": {"$in": sorted(LIVE)}}
        if halls is not None:
            query["hall"] = {"$in": sorted(halls)}
        found = self.kiosks.documents.find(query, {"events": 0, "timeline": 0}).sort("suspension.start", 1)
        shaped = [self.kiosks.shaped(one) async for one in found.hint("announced")]
        return [announced for one in shaped if (announced := _announced(one))]

    async def stopped(self, hall: str, kiosk: str = "") -> Stopped | None:
        """Why the kiosk at which a browser stands does not serve; None while it does. A browser that knows
        its hall alone stands at one that has stopped when none of the hall is in service."""
        if kiosk:
            found = await self.kiosks.find(kiosk)
            return stop_of(found) if found and found["hall"] == hall else None
        query = {"hall": hall, "state": {"$in": sorted(LIVE)}}
        there = [self.kiosks.shaped(one) async for one in self.kiosks.documents.find(query, {"events": 0})]
        stops = [stop_of(one) for one in there]
        return stops[0] if stops and all(stops) else None

    async def elsewhere(self, hall: Hall, at: datetime, guide: Guide | None = None) -> Near | None:
        """The nearest other place where something works at a moment, of those with windows for the item of a
        guide where one is given."""
        group, places = (guide.group, guide.places) if guide else (None, None)
        near = await self.halls.near(hall.position, group=group, places=places)
        others = [one for one in near if one.code != hall.code]
        return nearest_working(seen_from(others, hall.position, at, self.calendar))

    async def on_paper(self, kiosk: Kiosk, hall: Hall, now: datetime) -> Near | None:
        """The nearest other place, for a paper that hangs for days: where something works in the daytime of
        the first working day without the kiosk."""
        told = kiosk["suspension"]
        day = local_date(max(now, told["start"]) if told else now)
        while not self.calendar.worked(day):
            day += timedelta(days=1)
        return await self.elsewhere(hall, local_moment(day, DAYTIME))


def _announced(kiosk: Kiosk) -> Announced | None:
    told = kiosk["suspension"]
    if told is None or kiosk["hall"] is None:
        return None
    return Announced(
        kiosk=kiosk["_id"],
        hall=kiosk["hall"],
        name=kiosk["name"],
        position=kiosk["position"],
        start=told["start"],
        end=None if told["custody"] is Custody.REMOVED else told["end"],
        reason=told["reason"],
        running=kiosk["state"] in (State.SUSPENDED, State.TAKEN_AWAY),
    )


def stop_of(kiosk: Kiosk) -> Stopped | None:
    """Why a kiosk does not serve; None while it does, or has not begun to."""
    if kiosk["state"] in GONE:
        return Stopped(gone=True)
    if notice_of(kiosk) is None:
        return None
    told = kiosk["suspension"]
    if told is None or kiosk["state"] is State.UNDER_REPAIR:
        return Stopped(gone=False)
    end = None if told["custody"] is Custody.REMOVED else told["end"]
    return Stopped(False, told["reason"], told["start"], end)
