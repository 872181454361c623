"""When one can book, how an appointment can end (article 9), and what no two appointments may share.

Never more bookings than places, and no second one for the same matter: an appointment holds `claims`, whose
every element is unique among all appointments.

Bookings stay when a hall's capacity or slot length changes, and count in every slot that they overlap.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from models.appointments.document import Appointment, Booked, Ending, State
from models.errors import BadInput, Conflict, Forbidden, Refused
from models.guides import Guide
from models.people import NotTheirs
from models.places import Hall, Slot, slots
from models.workdays import Workdays, local_date, local_moment


class SlotFull(Conflict):
    code = "slot_full"
    message = "该时段已约满，请选择其他时段"


class AlreadyBooked(Conflict):
    code = "already_booked"
    message = "您已预约该事项，如需改期请先取消原预约"


class AppointmentEnded(Conflict):
    code = "appointment_ended"
    message = "该预约已结束或已取消"


class AppointmentNotFound(NotTheirs):
    code = "appointment_not_found"
    message = "没有找到该预约"


class SlotUnknown(BadInput):
    code = "slot_unknown"
    message = "该大厅在所选时间不办理此事项，请重新选择"
    field = "start"


class NoShowTooEarly(Refused):
    code = "appointment_not_begun"
    message = "预约时间未到，不能记为未到场"


class EndingTooEarly(Refused):
    code = "appointment_not_begun"
    message = "预约当天才能记录结果"


class MaterialNotRequired(Refused):
    code = "material_not_required"
    message = "须指明办事指南规定的一项必备材料"


class AppointmentBegun(Refused):
    code = "appointment_begun"
    message = "预约时间已到，不能取消"


class OtherHall(Forbidden):
    code = "other_hall"
    message = "该预约在{hall}办理，您不在该大厅值守，请指引申请人前往"


class TooManyBookings(Refused):
    code = "too_many_bookings"
    message = "同一天最多预约{limit}个事项"


MOST_A_DAY = 3
"""Active bookings of one applicant for one day."""


@dataclass(frozen=True)
class FreeSlot:
    """A slot that has not begun, and how many places are left in it."""

    start: datetime
    end: datetime
    left: int


def left(slot: Slot, booked: Iterable[Booked]) -> int:
    """The places left in a slot; bookings made when slots had other lengths or capacities count too."""
    overlapping = [one for one in booked if one["start"] < slot.end and one["end"] > slot.start]
    return max(0, slot.capacity - len(overlapping))


def can_cancel(appointment: Appointment, now: datetime) -> bool:
    """Whether the applicant can still cancel it: while it is booked, and until it begins."""
    return appointment["state"] is State.BOOKED and appointment["start"] > now


def check_begun(ending: Ending, start: datetime, now: datetime) -> None:
    """A no-show is recorded once the appointment has begun, any other ending on its day or later.

    Raises:
        Refused: `appointment_not_begun`.
    """
    if ending is Ending.NO_SHOW and start > now:
        raise NoShowTooEarly
    if local_date(start) > local_date(now):
        raise EndingTooEarly


def check_ending(ending: Ending, material: str | None, guide: Guide) -> None:
    """Missing material is an ending only where the published guide asks for that material (article 9).

    Raises:
        Refused: `material_not_required`.
    """
    required = {material.code for material in guide.materials if material.required}
    if ending is Ending.MISSING_MATERIAL and material not in required:
        raise MaterialNotRequired


def bookable_days(calendar: Workdays, now: datetime, count: int = 7) -> list[date]:
    """The next working days on which one can book; today is one of them until five in the evening."""
    today = local_date(now)
    evening = now > local_moment(today, time(17, 0))
    day = today + timedelta(days=1) if evening else today
    days: list[date] = []
    while len(days) < count:
        if calendar.worked(day):
            days.append(day)
        day += timedelta(days=1)
    return days


def offered(hall: Hall, guide: Guide, start: datetime, calendar: Workdays, now: datetime) -> Slot:
    """The slot that begins at `start`, if the hall has it for the item and it can be booked now.

    Raises:
        BadInput: `slot_unknown`.
    """
    days = bookable_days(calendar, now)
    if hall.code in guide.places and now < start <= local_moment(days[-1], time.max):
        for slot in slots(hall, guide.group, local_date(start), calendar):
            if slot.start == start:
                return slot
    raise SlotUnknown


def item_claim(applicant: str, item: str) -> str:
    """The claim by which an applicant has one booking of an item."""
    return f"item:{applicant}:{item}"


def claims(applicant: str, item: str, slot: Slot, seat: int, ordinal: int) -> list[str]:
    """What nobody else can have: this seat of the slot, a booking of this item by this applicant, and one of
    the bookings that an applicant may have for a day (`ordinal`, from 0)."""
    return [
        f"seat:{slot.hall}:{slot.group}:{slot.start.isoformat()}:{seat}",
        item_claim(applicant, item),
        f"day:{applicant}:{local_date(slot.start).isoformat()}:{ordinal}",
    ]
