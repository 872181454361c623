"""Whether a visit that was booked fits the schedule of its hall as it is now (article 9)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from models.appointments.document import Appointment
from models.places import Hall
from models.workdays import Workdays, local_date, local_moment


class Reason(StrEnum):
    """Why a visit does not fit; the first that holds is said."""

    label: str

    def __new__(cls, name: str, label: str) -> "Reason":
        member = str.__new__(cls, name)
        member._value_, member.label = name, label
        return member

    CLOSED = "closed", "当天停止办理"
    DAY_OFF = "day_off", "当天不办理"
    OUTSIDE_HOURS = "outside_hours", "不在办理时间内"
    WINDOW_GONE = "window_gone", "窗口已撤销"
    GROUP_GONE = "group_gone", "窗口不再办理该类事项"
    SEAT_GONE = "seat_gone", "窗口席位减少"


class Placed(Protocol):
    """As much of a visit as says whether it fits."""

    @property
    def group(self) -> str: ...
    @property
    def window(self) -> str: ...
    @property
    def seat(self) -> int: ...
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...


@dataclass(frozen=True)
class Misfit:
    """`words` say more where the hall does: why it is closed."""

    reason: Reason
    words: str = ""

    @property
    def label(self) -> str:
        return f"{self.reason.label}（{self.words}）" if self.words else self.reason.label


@dataclass(frozen=True)
class Place:
    """Where and when a visit is."""

    group: str
    window: str
    seat: int
    start: datetime
    end: datetime


def fits(hall: Hall, visit: Appointment, calendar: Workdays) -> bool:
    """Whether a visit at this hall can be served as it was booked."""
    place = Place(visit["group"], visit["window"], visit["seat"], visit["start"], visit["end"])
    return misfit(hall, place, calendar) is None


def misfit(hall: Hall, visit: Placed, calendar: Workdays) -> Misfit | None:
    """Why a visit does not fit its hall; None where it does. Slots of another length alone are no reason: it
    can be served while its window is open."""
    day = local_date(visit.start)
    if closure := hall.closed_on(day):
        return Misfit(Reason.CLOSED, closure.reason)
    hours = hall.hours_on(day, calendar)
    if not hours:
        return Misfit(Reason.DAY_OFF)
    openings = ((local_moment(day, opens), local_moment(day, closes)) for opens, closes in hours)
    if not any(opens <= visit.start and visit.end <= closes for opens, closes in openings):
        return Misfit(Reason.OUTSIDE_HOURS)
    rows = hall.windows.windows if hall.windows else ()
    window = next((one for one in rows if one.code == visit.window), None)
    if window is None:
        return Misfit(Reason.WINDOW_GONE)
    if visit.group not in window.groups:
        return Misfit(Reason.GROUP_GONE)
    return Misfit(Reason.SEAT_GONE) if visit.seat >= window.seats else None
