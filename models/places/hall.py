"""智慧政务大厅: what is known of a place of the 1+6+N circle (article 18), and its slots (article 9)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from models.described import Coded
from models.places.positions import Position
from models.workdays import Workdays, local_moment


class HallKind(StrEnum):
    """Of the 1+6+N circle, and beside it; in the order of lists."""

    CENTRE = "centre"
    HALL = "hall"
    TOWNSHIP = "township"  # 镇街政务服务中心
    SPECIAL = "special"  # 专业大厅, of a single field
    STATION = "station"


class HallPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Point(HallPart):
    """A GeoJSON point: longitude and latitude, WGS 84."""

    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float]


Line = Annotated[str, Field(max_length=100)]
Note = Annotated[str, Field(max_length=500)]
"""Of what is said of a place, which stands whole in lists and on small screens."""


def _in_order(hours: list[tuple[time, time]]) -> list[tuple[time, time]]:
    times = [moment for opening in hours for moment in opening]
    if times != sorted(set(times)):
        raise ValueError("opening hours follow one another")
    return hours


Hours = Annotated[list[tuple[time, time]], AfterValidator(_in_order)]
"""From when to when on a working day, one after the other."""


class Windows(HallPart):
    """When the windows are open, and how many of them serve each item group at once."""

    weekday_hours: Hours = Field(min_length=1)
    slot_minutes: int = Field(30, ge=5, le=240)
    capacity: dict[str, Annotated[int, Field(ge=1)]] = Field(min_length=1)


class Manager(HallPart):
    """Who manages the place (article 18, item 4), and their phone."""

    name: Line
    phone: Line


class Access(HallPart):
    """How one gets in with a wheelchair or a pram, and where one parks."""

    step_free: bool
    way: Note
    parking: Note


class Closure(HallPart):
    """The place is closed from the `first` day to the `last`, both included."""

    first: date
    last: date
    reason: Note

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Closure":
        if self.last < self.first:
            raise ValueError("a closure ends after it begins")
        return self


class Hall(Coded):
    """A place; `all_day` says that its self-service area is open for 24 hours. `staffed` is when people guide
    visitors of a place without windows. `hours` says the times in words."""

    code: str = Field(pattern=r"^[a-z0-9-]{1,64}$")
    kind: HallKind
    name: Line
    name_en: Line = ""
    address: Note
    township: Line
    location: Point
    all_day: bool
    hours: Note
    phone: Line
    manager: Manager | None = None
    access: Access | None = None
    windows: Windows | None = None
    staffed: Hours = []
    closures: list[Closure] = []

    @property
    def position(self) -> Position:
        longitude, latitude = self.location.coordinates
        return Position(latitude, longitude)

    @property
    def staffed_hours(self) -> list[tuple[time, time]]:
        """When people serve there on a working day, at windows or without."""
        return self.windows.weekday_hours if self.windows else self.staffed

    def closed_on(self, day: date) -> Closure | None:
        """The closure that a day falls into."""
        return next((one for one in self.closures if one.first <= day <= one.last), None)


@dataclass(frozen=True)
class Slot:
    """Times are in UTC; `capacity` is the number of people who can be served from `start` to `end`."""

    hall: str
    group: str
    start: datetime
    end: datetime
    capacity: int


def slots(hall: Hall, group: str, day: date, calendar: Workdays) -> list[Slot]:
    """The slots of an item group on one day: none on a day off or while the hall is closed, or where no
    window serves the group."""
    if hall.windows is None or group not in hall.windows.capacity:
        return []
    if hall.closed_on(day) or not calendar.worked(day):
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
