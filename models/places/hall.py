"""智慧政务大厅: what is known of a place of the 1+6+N circle (article 18), and its slots (article 9)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from models.described import Coded
from models.places.positions import Position
from models.places.week import WORKDAYS, Week, runs_of
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
    if any(one.tzinfo or one.second or one.microsecond for one in times):
        raise ValueError("opening hours are minutes of a day in Panyu")
    if times != sorted(set(times)):
        raise ValueError("opening hours follow one another")
    return hours


Hours = Annotated[list[tuple[time, time]], AfterValidator(_in_order)]
"""From when to when on a working day, one after the other."""


class Window(HallPart):
    """A window, or a row of `seats` like ones, and the item groups that each of them serves."""

    code: str = Field(pattern=r"^[a-z0-9-]{1,64}$")
    name: Line = ""
    groups: tuple[str, ...] = Field(min_length=1)
    seats: int = Field(ge=1)


class Windows(HallPart):
    """When the windows are open, how long a slot is, and who serves what.

    `by_weekday` (1 is Monday) and, before it, `by_date` say what differs from `weekday_hours`: no hours are a
    day without windows. A day off has none unless `by_date` says so; a make-up day is as its weekday, and as
    `weekday_hours` where that has none.

    `capacity` (seats by item group) is short for windows that serve one group each, of whose code they are.
    """

    weekday_hours: Hours = Field(min_length=1)
    by_weekday: dict[Annotated[int, Field(ge=1, le=7)], Hours] = {}
    by_date: dict[date, Hours] = {}
    slot_minutes: int = Field(30, ge=5, le=240)
    windows: tuple[Window, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _written_short(cls, given: Any) -> Any:
        if not isinstance(given, dict) or "capacity" not in given:
            return given
        rest = {name: value for name, value in given.items() if name != "capacity"}
        if "windows" in rest:
            raise ValueError("either windows or capacity")
        rows = [{"code": one, "groups": [one], "seats": seats} for one, seats in given["capacity"].items()]
        return {**rest, "windows": rows}

    @model_validator(mode="after")
    def _each_once(self) -> "Windows":
        codes = [one.code for one in self.windows]
        if len({*codes}) < len(codes):
            raise ValueError("two windows have one code")
        return self

    @property
    def capacity(self) -> dict[str, int]:
        """How many can be served at once, by item group; a shared window counts for each of its groups."""
        groups = dict.fromkeys(group for one in self.windows for group in one.groups)
        return {group: sum(one.seats for one in self.serving(group)) for group in groups}

    def serving(self, group: str) -> tuple[Window, ...]:
        """The windows that serve an item group, those that serve few others first."""
        found = [one for one in self.windows if group in one.groups]
        return tuple(sorted(found, key=lambda one: (len(one.groups), one.code)))

    def hours_on(self, day: date, *, worked: bool) -> Sequence[tuple[time, time]]:
        """From when to when, on a day that is `worked` or not."""
        if day in self.by_date:
            return self.by_date[day]
        if not worked:
            return []
        hours = self.by_weekday.get(day.isoweekday())
        return self.weekday_hours if hours is None or (not hours and day.isoweekday() > 5) else hours


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
    visitors of a place without windows."""

    code: str = Field(pattern=r"^[a-z0-9-]{1,64}$")
    kind: HallKind
    name: Line
    name_en: Line = ""
    address: Note
    township: Line
    location: Point
    all_day: bool
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

    def serves(self, group: str) -> bool:
        """Whether it has a window for an item group."""
        return self.windows is not None and any(group in one.groups for one in self.windows.windows)

    @property
    def hours(self) -> Week:
        """When people serve there in a usual week, and whether one can serve oneself at all hours."""
        windows = self.windows
        differing = windows.by_weekday if windows else {}
        by_day = {day: differing.get(day, self.staffed_hours) for day in WORKDAYS}
        return Week(runs_of(by_day), windows is not None, self.all_day)

    @property
    def staffed_hours(self) -> list[tuple[time, time]]:
        """When people serve there on a usual working day, at windows or without."""
        return self.windows.weekday_hours if self.windows else self.staffed

    def hours_on(self, day: date, calendar: Workdays) -> Sequence[tuple[time, time]]:
        """From when to when people serve there on a day."""
        if self.closed_on(day):
            return []
        worked = calendar.worked(day)
        if self.windows:
            return self.windows.hours_on(day, worked=worked)
        return self.staffed if worked else []

    def closed_on(self, day: date) -> Closure | None:
        """The closure that a day falls into."""
        return next((one for one in self.closures if one.first <= day <= one.last), None)


@dataclass(frozen=True)
class Slot:
    """Times are in UTC; `windows` are those that serve the group, from `start` to `end`."""

    hall: str
    group: str
    start: datetime
    end: datetime
    windows: tuple[Window, ...]

    @property
    def capacity(self) -> int:
        """How many can be served at once."""
        return sum(one.seats for one in self.windows)


def slots_on(hall: Hall, day: date, calendar: Workdays) -> Iterator[tuple[datetime, datetime]]:
    """From when to when each slot of a day is, in UTC."""
    length = timedelta(minutes=hall.windows.slot_minutes if hall.windows else 0)
    for opens, closes in hall.hours_on(day, calendar) if hall.windows else ():
        start, end = local_moment(day, opens), local_moment(day, closes)
        while start + length <= end:
            yield start, start + length
            start += length


def slots(hall: Hall, group: str, day: date, calendar: Workdays) -> list[Slot]:
    """The slots of an item group on one day: none without hours, or where no window serves the group."""
    serving = hall.windows.serving(group) if hall.windows else ()
    if not serving:
        return []
    return [Slot(hall.code, group, start, end, serving) for start, end in slots_on(hall, day, calendar)]
