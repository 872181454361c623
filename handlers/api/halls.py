"""智慧政务大厅 and the free slots of their windows (articles 9, 18)."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from handlers.api.contract import Answer, Asked, Endpoint, Resource, Said, operation
from handlers.web.dates import Day
from models.appointments import bookable_days
from models.guides import ItemCode
from models.guides.store import GuideNotFound
from models.places import HallKind, halls
from models.places.halls import HallNotFound


class HallsQuery(Asked):
    kind: HallKind | None = None
    item: ItemCode | None = Field(None, description="only where this item is handled")


class Point(Answer):
    """A GeoJSON point: longitude and latitude, WGS 84."""

    type: Literal["Point"]
    coordinates: tuple[float, float]


ClockTime = Annotated[time, WithJsonSchema({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]:00$"})]
"""A time of day in Panyu, `09:00:00`."""


class Windows(Answer):
    """When the windows are open, and how many of them serve each item group at once."""

    weekday_hours: list[tuple[ClockTime, ClockTime]]
    slot_minutes: int
    capacity: dict[str, int]


class Hall(Answer):
    """A place; `all_day` says that its self-service area is open for 24 hours."""

    code: str
    kind: HallKind
    name: str = Field(description="in Chinese")
    name_en: str
    address: Said
    township: Said
    location: Point
    all_day: bool
    hours: Said
    phone: str
    windows: Windows | None


class HallList(Answer):
    halls: list[Hall]


class SlotsQuery(Asked):
    item: ItemCode
    day: Day | None = Field(None, description="in Panyu; the first day that can be booked, if left out")


class Slot(Answer):
    start: datetime
    end: datetime
    left: int = Field(description="places left; a full slot is listed with 0")


class Slots(Answer):
    days: list[date] = Field(description="the days that can be booked")
    expected: list[date] = Field(
        description="those that the published calendar does not reach yet, and that may turn out to be off"
    )
    day: date
    slots: list[Slot]


class HallsResource(Resource):
    @operation("List the places", asks=HallsQuery, answers=HallList, errors=(GuideNotFound,))
    async def get(self, asked: HallsQuery) -> HallList:
        if asked.item is None:
            return HallList(halls=halls_shown(await self.services.halls.all(asked.kind)))
        guide = await self.services.guides.published(asked.item)
        found = await self.services.halls.offering(guide.group, guide.places)
        return HallList(halls=halls_shown(hall for hall in found if asked.kind in (None, hall.kind)))


class SlotsResource(Resource):
    @operation(
        "Show what can be booked on one day",
        asks=SlotsQuery,
        answers=Slots,
        errors=(GuideNotFound, HallNotFound),
    )
    async def get(self, code: str, asked: SlotsQuery) -> Slots:
        hall = await self.services.halls.get(code)
        guide = await self.services.guides.published(asked.item)
        days = bookable_days(self.services.calendar, self.now)
        day = asked.day or days[0]
        return Slots(
            days=days,
            expected=[one for one in days if not self.services.calendar.certain(one)],
            day=day,
            slots=await self._free(hall, guide.group, day)
            if day in days and hall.code in guide.places
            else [],
        )

    async def _free(self, hall: halls.Hall, group: str, day: date) -> list[Slot]:
        free = await self.services.appointments.free(hall, group, day, self.services.calendar, self.cause())
        return [Slot(start=slot.start, end=slot.end, left=slot.left) for slot in free]


def halls_shown(found: Iterable[halls.Hall]) -> list[Hall]:
    return [Hall.model_validate(hall) for hall in found]


ENDPOINTS = [
    Endpoint("/halls", HallsResource),
    Endpoint("/halls/{hall}/slots", SlotsResource),
]
