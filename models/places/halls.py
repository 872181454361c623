"""智慧政务大厅: the places of the 1+6+N circle (article 18), and their windows' hours (article 9)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pymongo import ASCENDING, GEOSPHERE, IndexModel

from models.described import Coded, Described
from models.errors import BadInput, NotFound
from models.store import Document
from models.workdays import Workdays, local_moment


class HallNotFound(NotFound):
    code = "hall_not_found"
    message = "没有找到该大厅"


class TownshipUnknown(BadInput):
    code = "township_unknown"
    message = "没有镇街“{township}”"
    field = "townships"


class HallKind(StrEnum):
    """Of the 1+6+N circle."""

    CENTRE = "centre"
    HALL = "hall"
    STATION = "station"


class HallPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Point(HallPart):
    """A GeoJSON point: longitude and latitude, WGS 84."""

    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float]


class Windows(HallPart):
    """When the windows are open, and how many of them serve each item group at once."""

    weekday_hours: list[tuple[time, time]] = Field(min_length=1)
    slot_minutes: int = Field(30, ge=5, le=240)
    capacity: dict[str, Annotated[int, Field(ge=1)]] = Field(min_length=1)

    @model_validator(mode="after")
    def _hours_in_order(self) -> "Windows":
        times = [moment for opening in self.weekday_hours for moment in opening]
        if times != sorted(set(times)):
            raise ValueError("opening hours follow one another")
        return self


class Hall(Coded):
    """A place; `all_day` says that its self-service area is open for 24 hours."""

    code: str = Field(pattern=r"^[a-z0-9-]+$")
    kind: HallKind
    name: str
    name_en: str = ""
    address: str
    township: str
    location: Point
    all_day: bool
    hours: str
    phone: str
    windows: Windows | None = None


@dataclass(frozen=True)
class Slot:
    """Times are in UTC; `capacity` is the number of people who can be served from `start` to `end`."""

    hall: str
    group: str
    start: datetime
    end: datetime
    capacity: int


def slots(hall: Hall, group: str, day: date, calendar: Workdays) -> list[Slot]:
    """The slots of an item group on one day: none on a day off, or where no window serves the group."""
    if hall.windows is None or group not in hall.windows.capacity or not calendar.worked(day):
        return []
    length = timedelta(minutes=hall.windows.slot_minutes)
    capacity = hall.windows.capacity[group]
    found: list[Slot] = []
    for opens, closes in hall.windows.weekday_hours:
        start, end = local_moment(day, opens), local_moment(day, closes)
        while start + length <= end:
            found.append(Slot(hall.code, group, start, start + length, capacity))
            start += length
    return found


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
        """The centre first, then the halls, then the stations by township."""
        query: Document = {"kind": kind} if kind else {}
        found = self.documents.find(query).sort([("kind", ASCENDING), ("township", ASCENDING)])
        return await self._each(found)

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

    async def near(self, longitude: float, latitude: float, limit: int = 10) -> list[Hall]:
        """The nearest places, the nearest first."""
        point = {"type": "Point", "coordinates": [longitude, latitude]}
        query = {"location": {"$nearSphere": {"$geometry": point}}}
        return await self._each(self.documents.find(query).limit(limit))
