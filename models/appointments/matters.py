"""Several matters in one visit (article 9): what can be booked together, and how their times are found.

They follow one another on one day at one hall, and none of them overlaps another: nobody is at two windows at
once. Each is a booking of its own, with its own place and its own ending.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from models.appointments.making import Wanted
from models.appointments.rules import (
    MOST_A_DAY,
    AlreadyBooked,
    SlotFull,
    TooManyBookings,
    VisitOverlaps,
    offered,
)
from models.appointments.seats import FreeSlot
from models.errors import BadInput, Conflict
from models.guides import Guide, check_audience
from models.people import Party
from models.places import Hall
from models.workdays import Workdays


class MatterFull(SlotFull):
    message = "“{item}”在该时段已约满，请选择其他时段"


class MatterBooked(AlreadyBooked):
    message = "您已预约“{item}”，要换时间请到“我的预约”里改期"


class VisitDoesNotFit(Conflict):
    code = "visit_does_not_fit"
    message = "当天没有能接着办“{item}”的时段，请换一天或单独预约"


class ItemTwice(BadInput):
    code = "item_twice"
    message = "同一次到访里“{item}”只能约一次"
    field = "also"


class VisitNotOneDay(BadInput):
    code = "visit_not_one_day"
    message = "同一次到访的事项须在同一天办理"
    field = "start"


@dataclass(frozen=True)
class Matter:
    """One of a visit, and when it begins."""

    guide: Guide
    start: datetime


def check_items(party: Party, guides: Sequence[Guide]) -> None:
    """
    Raises:
        BadInput: `item_twice`.
        Refused: `too_many_bookings`, `not_for_applicant`.
    """
    if len(guides) > MOST_A_DAY:
        raise TooManyBookings(limit=MOST_A_DAY)
    for number, guide in enumerate(guides):
        if guide.item in {one.item for one in guides[:number]}:
            raise ItemTwice(item=guide.name)
        check_audience(guide, party.applicant["kind"])


def following(
    guides: Sequence[Guide], start: datetime, free: Callable[[Guide], Sequence[FreeSlot]]
) -> list[Matter]:
    """The first at `start`, each next in the first slot with a place left that begins when the one before is
    over, or later; `free` are the slots of a guide on that day, in their order.

    Raises:
        Conflict: `slot_full`, of the first; `visit_does_not_fit`, of a later one.
    """
    matters: list[Matter] = []
    after = start
    for guide in guides:
        slot = next((one for one in free(guide) if one.left and one.start >= after), None)
        if slot is None or (not matters and slot.start != start):
            raise VisitDoesNotFit(item=guide.name) if matters else MatterFull(item=guide.name)
        matters.append(Matter(guide, slot.start))
        after = slot.end
    return matters


def wanted_together(
    party: Party, matters: Sequence[Matter], hall: Hall, calendar: Workdays, now: datetime
) -> list[Wanted]:
    """What is wanted for each, in the order of their times.

    Raises:
        BadInput: `slot_unknown`, `item_twice`, `visit_not_one_day`, `visit_overlaps`.
        Refused: `too_many_bookings`, `not_for_applicant`.
    """
    check_items(party, [one.guide for one in matters])
    wanted = [
        Wanted(party, one.guide, hall, offered(hall, one.guide, one.start, calendar, now)) for one in matters
    ]
    wanted.sort(key=lambda one: one.slot.start)
    for before, after in pairwise(wanted):
        if before.day != after.day:
            raise VisitNotOneDay
        if after.slot.start < before.slot.end:
            raise VisitOverlaps
    return wanted
