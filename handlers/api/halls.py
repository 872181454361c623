"""智慧政务大厅 and the free slots of their windows (articles 9, 18)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from handlers.api.contract import Answer, Asked, Endpoint, Expected, Resource, Said, SaidHours, operation
from handlers.web.dates import Day
from handlers.web.places import as_they_work, at_kiosks, directions, seen
from models import guides, places
from models.appointments import open_days
from models.guides import ItemCode
from models.guides.store import GuideNotFound
from models.places import Datum, HallKind, position, shown_first, to_gcj02
from models.places import hall as halls
from models.places.halls import HallNotFound
from models.workdays import local_date


class HallsQuery(Asked):
    kind: HallKind | None = None
    item: ItemCode | None = Field(None, description="only where this item is handled")


class Point(Answer):
    """A GeoJSON point: longitude and latitude, WGS 84."""

    type: Literal["Point"]
    coordinates: tuple[float, float]


ClockTime = Annotated[time, WithJsonSchema({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]:00$"})]
"""A time of day in Panyu, `09:00:00`."""


class Manager(Answer):
    """Who manages the place."""

    name: str
    phone: str


class Access(Answer):
    """How one gets in with a wheelchair or a pram, and where one parks."""

    step_free: bool
    way: Said
    parking: Said


class Closure(Answer):
    """The place is closed from the first day to the last, both included."""

    first: date
    last: date
    reason: Said


class Windows(Answer):
    """When the windows are open, and how many people they serve at once of each item group."""

    weekday_hours: list[tuple[ClockTime, ClockTime]]
    by_weekday: dict[int, list[tuple[ClockTime, ClockTime]]] = Field(
        description="what differs on a weekday (1 is Monday); no hours: no windows"
    )
    by_date: dict[date, list[tuple[ClockTime, ClockTime]]] = Field(description="what differs on a day")
    slot_minutes: int
    capacity: dict[str, int] = Field(description="a window that serves several groups counts for each")


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
    hours: SaidHours
    phone: str
    manager: Manager | None
    access: Access | None
    windows: Windows | None
    staffed: list[tuple[ClockTime, ClockTime]] = Field(
        description="when people guide visitors on a working day, where there are no windows"
    )
    closures: list[Closure]


class Offered(Answer):
    """An item by name, and the windows' group that serves it."""

    item: ItemCode
    name: str = Field(description="in Chinese")
    name_en: str
    group: str


class Working(Answer):
    """What works there at the moment of the answer."""

    staffed: bool = Field(description="people serve there now")
    self_service: bool = Field(description="one can serve oneself there now")
    until: datetime | None = Field(description="people serve until then")
    opens: datetime | None = Field(description="else from then on")
    closure: Closure | None


class Directions(Answer):
    """Addresses that open a map application at the place."""

    tencent: str
    amap: str


class Shown(Answer):
    """`gcj02` is the place as Chinese maps have it, `wx.openLocation` too."""

    latitude: float
    longitude: float


class Place(Answer):
    hall: Hall
    working: Working
    at_kiosks: list[Offered] = Field(description="what can be begun at its kiosks now")
    directions: Directions
    gcj02: Shown


class PlaceOffering(Place):
    items: list[Offered] = Field(description="what its windows handle")


class Here(Asked):
    """A position comes in the body alone, is rounded to some 10 m, and is kept nowhere."""

    lat: float = Field(ge=-90, le=90)
    lng: float = Field(ge=-180, le=180)
    datum: Datum = Field(Datum.WGS84, description="what a browser gives is wgs84, WeChat and maps give gcj02")
    item: ItemCode | None = Field(None, description="only where this item is handled")
    limit: int = Field(8, ge=1, le=50)


class Way(Answer):
    """Whole minutes, rounded up, over streets that are longer than the straight line."""

    on_foot: int
    by_bicycle: int
    within_circle: bool = Field(description="within 15 minutes on foot or by bicycle")


class Nearest(Place):
    metres: int = Field(description="along the straight line")
    way: Way


class NearestList(Answer):
    """The nearest first. If nothing works at any of them, the last is the nearest where something does."""

    places: list[Nearest]


class HallList(Answer):
    halls: list[Hall]


class DaysQuery(Asked):
    item: ItemCode


class OpenDay(Answer):
    day: date
    left: int = Field(description="places left of all slots that have not begun")
    expected: Expected


class Days(Answer):
    """None where the item is not handled."""

    days: list[OpenDay] = Field(description="on which the hall is open and can be booked, full ones too")


class SlotsQuery(Asked):
    item: ItemCode
    day: Day | None = Field(None, description="in Panyu; the first day that can be booked, if left out")


class Slot(Answer):
    start: datetime
    end: datetime
    left: int = Field(description="places left; a full slot is listed with 0")


class Slots(Answer):
    days: list[date] = Field(description="the days that can be booked, on which the hall is open")
    expected: list[date] = Field(
        description="those that the published calendar does not reach yet, and that may turn out to be off"
    )
    day: date
    slots: list[Slot]


class HallsResource(Resource):
    @operation("List the places", asks=HallsQuery, answers=HallList, errors=(GuideNotFound,))
    async def get(self, asked: HallsQuery) -> HallList:
        self.shown_version()
        if asked.item is None:
            return HallList(halls=halls_shown(await self.services.shown.halls.all(asked.kind)))
        guide = await self.services.shown.guides.published(asked.item)
        found = await self.services.shown.halls.offering(guide.group, guide.places)
        return HallList(halls=halls_shown(hall for hall in found if asked.kind in (None, hall.kind)))


class HallResource(Resource):
    @operation("Show a place and what it offers", answers=PlaceOffering, errors=(HallNotFound,))
    async def get(self, code: str) -> PlaceOffering:
        self.shown_version()
        hall = await self.services.shown.halls.get(code)
        [near] = await as_they_work(self.services, [hall], None, self.now)
        groups = hall.windows.capacity if hall.windows else ()
        items = [one for one in await self.services.shown.guides.at_place(code) if one.group in groups]
        offered = await at_kiosks(self.services, [near])
        return PlaceOffering(**_place(near, offered), items=[Offered.model_validate(one) for one in items])


class NearestResource(Resource):
    @operation("Find the nearest places", asks=Here, answers=NearestList, errors=(GuideNotFound,))
    async def post(self, asked: Here) -> NearestList:
        here = position(asked.lat, asked.lng, asked.datum)
        guide = await self.services.shown.guides.published(asked.item) if asked.item else None
        found = shown_first(await seen(self.services, self.now, here, guide), asked.limit)
        offered = await at_kiosks(self.services, found)
        return NearestList(places=[_nearest(near, offered) for near in found])


class DaysResource(Resource):
    @operation(
        "Show on which days one can book, and how much is left on each",
        asks=DaysQuery,
        answers=Days,
        errors=(GuideNotFound, HallNotFound),
    )
    async def get(self, code: str, asked: DaysQuery) -> Days:
        services = self.services
        hall = await services.shown.halls.get(code)
        guide = await services.shown.guides.published(asked.item)
        if hall.code not in guide.places:
            return Days(days=[])
        left = await services.appointments.days_left(hall, guide.group, services.calendar, self.cause())
        certain = services.calendar.certain
        return Days(
            days=[OpenDay(day=day, left=count, expected=not certain(day)) for day, count in left.items()]
        )


class SlotsResource(Resource):
    @operation(
        "Show what can be booked on one day",
        asks=SlotsQuery,
        answers=Slots,
        errors=(GuideNotFound, HallNotFound),
    )
    async def get(self, code: str, asked: SlotsQuery) -> Slots:
        hall = await self.services.shown.halls.get(code)
        guide = await self.services.shown.guides.published(asked.item)
        days = open_days(hall, self.services.calendar, self.now)
        day = asked.day or next(iter(days), local_date(self.now))
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


def _place(near: places.Near, offered: Mapping[str, guides.Offered]) -> dict[str, Any]:
    hall = near.hall
    latitude, longitude = to_gcj02(hall.position)
    return {
        "hall": Hall.model_validate(hall),
        "working": Working.model_validate(near.working),
        "at_kiosks": [Offered.model_validate(one) for code, one in offered.items() if code in near.items],
        "directions": Directions.model_validate(directions(hall)),
        "gcj02": Shown(latitude=round(latitude, 6), longitude=round(longitude, 6)),
    }


def _nearest(near: places.Near, offered: Mapping[str, guides.Offered]) -> Nearest:
    metres, way = round(near.metres or 0), Way.model_validate(near.way)
    return Nearest(**_place(near, offered), metres=metres, way=way)


ENDPOINTS = [
    Endpoint("/halls", HallsResource),
    Endpoint("/halls/nearest", NearestResource),
    Endpoint("/halls/{hall}", HallResource),
    Endpoint("/halls/{hall}/days", DaysResource),
    Endpoint("/halls/{hall}/slots", SlotsResource),
]
