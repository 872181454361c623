"""When one can book, and how an appointment can end (article 9)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from models import typed
from models.appointments.document import Appointment, Ending, GivingUp, State
from models.errors import BadInput, Conflict, Forbidden, Refused
from models.guides import Guide, Material
from models.people import NotTheirs
from models.places import Hall, Slot, slots
from models.workdays import Workdays, local_date, local_moment


class SlotFull(Conflict):
    code = "slot_full"
    message = "该时段已约满，请选择其他时段"


class AlreadyBooked(Conflict):
    code = "already_booked"
    message = "您已预约该事项，要换时间请到“我的预约”里改期"


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
    message = "预约时间过后{minutes}分钟仍未到场的，才能记为未到场"


class EndingTooEarly(Refused):
    code = "appointment_not_begun"
    message = "预约时间未到；本人提前到场的，请先登记到场"


class ArrivalTooEarly(Refused):
    code = "appointment_not_begun"
    message = "预约时间前{minutes}分钟起才能登记到场"


class ArrivalRecorded(Conflict):
    code = "arrival_recorded"
    message = "已登记到场"


class NotItsDay(Refused):
    code = "appointment_not_its_day"
    message = "只能在预约当天记录；过后只能补记为已办理"


class HasArrived(Refused):
    code = "has_arrived"
    message = "申请人已到大厅，不能记为未到场"


class UnderObjection(Conflict):
    code = "under_objection"
    message = "申请人对记录提出了异议，由政务管理科处理，不能再更正"


class AlreadyProposed(Conflict):
    code = "giving_up_proposed"
    message = "已请本人确认是否放弃，不能重复提出"


class NothingToConfirm(Conflict):
    code = "nothing_to_confirm"
    message = "没有需要您确认的放弃预约"


class NothingToObject(Conflict):
    code = "nothing_to_object"
    message = "该预约没有可以提出异议的记录，或记录已更正，请刷新后再看"


class ObjectionWithoutWords(BadInput):
    code = "words_required"
    message = "请写明实际情况"
    field = "words"


class WordsTooLong(BadInput):
    code = "words_too_long"
    message = "最多{limit}字"


class ObjectionDecided(Conflict):
    code = "objection_decided"
    message = "该异议已处理"


class ReasonMissing(BadInput):
    code = "reason_required"
    message = "维持原记录须说明理由"
    field = "reason"


class MaterialNotRequired(Refused):
    code = "material_not_required"
    message = "须指明办事指南规定的一项必备材料"


class AppointmentBegun(Refused):
    code = "appointment_begun"
    message = "预约时间已到，不能取消"


class TooLateToMove(Refused):
    code = "appointment_begun"
    message = "预约时间已到，不能改期"


class SlotSame(Conflict):
    code = "slot_same"
    message = "您已经约在这个时间，请选择其他时段"


class VisitOverlaps(BadInput):
    code = "visit_overlaps"
    message = "与同一次到访的另一事项时间重叠，请选择其他时段"
    field = "start"


class OtherHall(Forbidden):
    code = "other_hall"
    message = "该预约在{hall}办理，您不在该大厅值守，请指引申请人前往"


class TooManyBookings(Refused):
    code = "too_many_bookings"
    message = "同一天最多预约{limit}个事项"


MOST_A_DAY = 3
"""Active bookings of one applicant for one day."""
GRACE = timedelta(minutes=15)
"""So long after the start one may still come before it is a no-show."""
ARRIVES = timedelta(minutes=60)
"""So long before the start one may be there already."""
LONGEST = 500
"""Characters of an objection, and of the reason with which it is decided."""
RECORDED = frozenset(State(ending) for ending in Ending)
"""States that staff recorded by themselves: they can be corrected the same day, and objected to."""


def check_booked(appointment: Appointment) -> None:
    """It has a ticket to show while it is booked, and none after it has ended.

    Raises:
        Conflict: `appointment_ended`.
    """
    if appointment["state"] is not State.BOOKED:
        raise AppointmentEnded


def can_cancel(appointment: Appointment, now: datetime) -> bool:
    """Whether the applicant can still cancel it: while it is booked, and until it begins."""
    return appointment["state"] is State.BOOKED and appointment["start"] > now


def check_move(appointment: Appointment, now: datetime) -> None:
    """The applicant can move it while it is booked, until it begins, or until they are there.

    Raises:
        Conflict: `appointment_ended`, `arrival_recorded`.
        Refused: `appointment_begun`.
    """
    if appointment["state"] is not State.BOOKED:
        raise AppointmentEnded
    if appointment["arrived_at"]:
        raise ArrivalRecorded
    if appointment["start"] <= now:
        raise TooLateToMove


def can_move(appointment: Appointment, now: datetime) -> bool:
    return _allowed(check_move, appointment, now)


def day_end(start: datetime) -> datetime:
    """The end of the day, in Panyu, of a visit that starts then."""
    return local_moment(local_date(start) + timedelta(days=1), time.min)


def is_its_day(appointment: Appointment, now: datetime) -> bool:
    return local_date(appointment["start"]) == local_date(now)


def check_arrival(appointment: Appointment, now: datetime, begins: datetime | None = None) -> None:
    """Who booked is there, at most an hour before the time; of several matters of one visit, before the first
    of them `begins`.

    Raises:
        Conflict: `appointment_ended`, `arrival_recorded`.
        Refused: `appointment_not_begun`, `appointment_not_its_day`.
    """
    if appointment["state"] is not State.BOOKED:
        raise AppointmentEnded
    if appointment["arrived_at"]:
        raise ArrivalRecorded
    if now < min(appointment["start"], begins or appointment["start"]) - ARRIVES:
        raise ArrivalTooEarly(minutes=ARRIVES // timedelta(minutes=1))
    if not is_its_day(appointment, now):
        raise NotItsDay


def is_marked_arrived(other: Appointment) -> bool:
    """Whether who arrives for another matter of the visit is there for this one too: not where they gave it
    up. One that staff recorded can still be corrected, and so is marked."""
    return not other["arrived_at"] and other["state"] in {State.BOOKED, *RECORDED}


def is_alone(appointment: Appointment) -> bool:
    """Whether it was booked alone, or left the visit that it was booked in."""
    return appointment["visit"] == appointment["_id"]


def shows_there(appointment: Appointment, ending: Ending, now: datetime) -> bool:
    """Whether this record says that the person is in the hall now: they were at the window. What is recorded
    on a later day says it of nothing that could still become a no-show."""
    return ending is not Ending.NO_SHOW and is_its_day(appointment, now)


def check_record(appointment: Appointment, ending: Ending, now: datetime) -> None:
    """No ending is recorded before it can be true, nor after the visit's day, on which it can be corrected.

    What nobody recorded that day can later be recorded as served, and as nothing else.

    Raises:
        Conflict: `appointment_ended`, `under_objection`.
        Refused: `appointment_not_its_day`, `appointment_not_begun`, `has_arrived`.
    """
    state, past = appointment["state"], now >= day_end(appointment["start"])
    if appointment["objection"]:
        raise UnderObjection
    if state not in {State.BOOKED, State.UNRECORDED, *RECORDED}:
        raise AppointmentEnded
    if past and (state in RECORDED or ending is not Ending.SERVED):
        raise NotItsDay
    if ending is Ending.NO_SHOW:
        if appointment["arrived_at"]:
            raise HasArrived
        if now < appointment["start"] + GRACE:
            raise NoShowTooEarly(minutes=GRACE // timedelta(minutes=1))
    elif now < appointment["start"] and not appointment["arrived_at"]:
        raise EndingTooEarly


def required_material(guide: Guide, code: str | None) -> Material:
    """The material whose lack ends a visit: one that the published guide requires (article 9).

    Raises:
        Refused: `material_not_required`.
    """
    for material in guide.materials:
        if material.required and material.code == code:
            return material
    raise MaterialNotRequired


def check_proposal(appointment: Appointment, now: datetime) -> None:
    """Staff ask once, on the day, whether the person gives the visit up.

    Raises:
        Conflict: `appointment_ended`, `giving_up_proposed`.
        Refused: `appointment_not_its_day`.
    """
    if appointment["state"] is not State.BOOKED:
        raise AppointmentEnded
    if appointment["giving_up"]:
        raise AlreadyProposed
    if not is_its_day(appointment, now):
        raise NotItsDay


def is_asked_to_give_up(appointment: Appointment) -> bool:
    """Whether the person is to confirm or deny that they give the visit up."""
    return appointment["state"] is State.BOOKED and appointment["giving_up"] is GivingUp.PROPOSED


def is_asked_to_move(appointment: Appointment) -> bool:
    """Whether the hall asks the person for another time, which they need not choose."""
    return appointment["state"] is State.BOOKED and appointment.get("asked_to_move_at") is not None


def can_object(appointment: Appointment) -> bool:
    """Whether staff recorded how it ended, and the person has not objected yet."""
    return appointment["state"] in RECORDED and not appointment["objection"]


def objection_words(text: str) -> str:
    """What an objection says, in normal form.

    Raises:
        BadInput: `words_required`, `words_too_long`.
    """
    words = typed.words(text)
    if not words:
        raise ObjectionWithoutWords
    if len(words) > LONGEST:
        raise WordsTooLong(limit=LONGEST, field="words")
    return words


def decision_reason(text: str, *, upheld: bool) -> str:
    """The reason of a decision, in normal form; an ending is kept only with one.

    Raises:
        BadInput: `reason_required`, `words_too_long`.
    """
    reason = typed.words(text)
    if not upheld and not reason:
        raise ReasonMissing
    if len(reason) > LONGEST:
        raise WordsTooLong(limit=LONGEST, field="reason")
    return reason


def recordable(appointment: Appointment, now: datetime) -> list[Ending]:
    """The endings that staff can record now."""
    return [ending for ending in Ending if _allowed(check_record, appointment, ending, now)]


def can_arrive(appointment: Appointment, now: datetime, begins: datetime | None = None) -> bool:
    return _allowed(check_arrival, appointment, now, begins)


def can_propose(appointment: Appointment, now: datetime) -> bool:
    return _allowed(check_proposal, appointment, now)


def _allowed(check: Callable[..., None], *given: Any) -> bool:
    try:
        check(*given)
    except (Conflict, Refused):
        return False
    return True


def bookable_days(calendar: Workdays, now: datetime, count: int = 7) -> list[date]:
    """The next working days on which one can book; today is one of them until five in the evening."""
    days: list[date] = []
    day = first_day(now)
    while len(days) < count:
        if calendar.worked(day):
            days.append(day)
        day += timedelta(days=1)
    return days


def first_day(now: datetime) -> date:
    """The first day for which one can book: today until five in the evening."""
    today = local_date(now)
    return today + timedelta(days=1) if now > local_moment(today, time(17, 0)) else today


def open_days(hall: Hall, calendar: Workdays, now: datetime) -> list[date]:
    """The days up to the last of `bookable_days` on which people serve at a hall: it may be closed on one of
    these, and open on a day off."""
    first, last = bookable_span(calendar, now)
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    return [day for day in days if hall.hours_on(day, calendar)]


def bookable_span(calendar: Workdays, now: datetime) -> tuple[date, date]:
    """The first and the last day for which one can book, where people serve on these."""
    return first_day(now), bookable_days(calendar, now)[-1]


def offered(hall: Hall, guide: Guide, start: datetime, calendar: Workdays, now: datetime) -> Slot:
    """The slot that begins at `start`, if the hall has it for the item and it can be booked now.

    Raises:
        BadInput: `slot_unknown`.
    """
    first, last = bookable_span(calendar, now)
    day = local_date(start)
    if hall.code in guide.places and now < start and first <= day <= last and hall.hours_on(day, calendar):
        for slot in slots(hall, guide.group, day, calendar):
            if slot.start == start:
                return slot
    raise SlotUnknown
