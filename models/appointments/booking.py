"""预约: a place at a hall's window at a time (article 9).

Never more bookings than places, and no second one for the same matter: an appointment holds `claims`,
whose every element is unique among all appointments (one unique multikey index). Booking is one insert
that wins all of its claims or none; ending gives them back.

Bookings stay when a hall's capacity or slot length changes, and count in every slot that they overlap.
As only so many of the lowest seats are tried as there are places left, two who read the same day still
meet in the same seats.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import uuid4

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.errors import BadInput, Conflict, Forbidden, NotFound, Refused
from models.events import Cause, Event
from models.guides import Guide, NotForApplicant
from models.people.parties import Party
from models.places.halls import Hall, Slot, slots
from models.staff.scopes import Scope, check_scope, serves
from models.store import Document, Store, entry, part
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


class AppointmentNotFound(NotFound):
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
    message = "该预约在其他大厅办理"


class TooManyBookings(Refused):
    code = "too_many_bookings"
    message = "同一天最多预约{limit}个事项"


MOST_A_DAY = 3
"""Active bookings of one applicant for one day."""


class State(StrEnum):
    BOOKED = "booked"
    CANCELLED = "cancelled"
    SERVED = "served"
    NO_SHOW = "no_show"
    GIVEN_UP = "given_up"
    MISSING_MATERIAL = "missing_material"


class Ending(StrEnum):
    """All that staff can record: a booked applicant cannot be refused (article 9)."""

    SERVED = "served"
    NO_SHOW = "no_show"
    GIVEN_UP = "given_up"
    MISSING_MATERIAL = "missing_material"


LABELS = {
    State.BOOKED: "已预约",
    State.CANCELLED: "已取消",
    State.SERVED: "已办理",
    State.NO_SHOW: "未到场",
    State.GIVEN_UP: "本人放弃",
    State.MISSING_MATERIAL: "缺少必备材料",
}
BOOKED, CANCELLED = "appointment.booked", "appointment.cancelled"
DONE: Mapping[str, str] = {
    BOOKED: "预约成功",
    CANCELLED: "已取消预约",
    **{f"appointment.{ending}": LABELS[State(ending)] for ending in Ending},
}
"""Event → the word for it in a timeline."""


@dataclass(frozen=True)
class FreeSlot:
    """A slot that has not begun, and how many places are left in it."""

    start: datetime
    end: datetime
    left: int


def left(slot: Slot, booked: Iterable[Document]) -> int:
    """The places left in a slot; what was booked when slots were longer, shorter or more counts too."""
    overlapping = [one for one in booked if one["start"] < slot.end and one["end"] > slot.start]
    return max(0, slot.capacity - len(overlapping))


def check_begun(ending: Ending, start: datetime, now: datetime) -> None:
    """Nobody is absent before the time; nothing else is known before the day.

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


KEPT_BACK = frozenset({"applicant", "agent", "account", "masked_name", "guide", "seat", "claims"})
"""Ids and helps of our own, which tell the applicant nothing."""


class Appointments(Store):
    """`{_id, applicant, agent, account, masked_name, item, item_name, guide, department, hall, hall_name,
    group, day, start, end, seat, state, material, booked_at, channel, claims, timeline}`; `day` is
    `2026-11-24` in Panyu, `material` the one whose lack ended it."""

    collection = "appointments"
    missing = AppointmentNotFound
    tells = tuple(DONE)
    indexes: ClassVar = [
        IndexModel("claims", unique=True, sparse=True),
        IndexModel([("applicant", ASCENDING), ("start", DESCENDING)]),
        IndexModel([("hall", ASCENDING), ("day", ASCENDING), ("start", ASCENDING)]),
    ]

    async def free(self, hall: Hall, group: str, day: date, calendar: Workdays, by: Cause) -> list[FreeSlot]:
        """The slots of a day that have not begun, full ones too."""
        open_slots = [slot for slot in slots(hall, group, day, calendar) if slot.start > by.at]
        if not open_slots:
            return []
        booked = await self._booked(hall, group, day)
        return [FreeSlot(slot.start, slot.end, left(slot, booked)) for slot in open_slots]

    async def book(
        self, party: Party, guide: Guide, hall: Hall, start: datetime, calendar: Workdays, by: Cause
    ) -> Document:
        """Take one place.

        Raises:
            BadInput: `slot_unknown`, the hall has no such slot for the item, or it has begun.
            Conflict: `slot_full` or `already_booked`.
            Refused: `not_for_applicant`, or `too_many_bookings`, three for that day already.
        """
        if party.applicant["kind"] not in guide.audience:
            raise NotForApplicant
        slot = _slot(hall, guide, start, calendar, by)
        booked = await self._booked(hall, guide.group, local_date(start))
        taken = {one["seat"] for one in booked if one["start"] == slot.start}
        seats = [seat for seat in range(slot.capacity) if seat not in taken][: left(slot, booked)]
        random.shuffle(seats)
        ordinal = 0
        while seats:
            document = _document(party, guide, hall, slot, seats[-1], ordinal, by)
            event = Event(BOOKED, document["_id"], by)
            document["timeline"] = [entry(event)]
            try:
                return await self.add(document, event)
            except DuplicateKeyError as error:
                claim = str((error.details or {}).get("keyValue", {}).get("claims", ""))
                if claim.startswith("item:"):
                    raise AlreadyBooked from None
                if claim.startswith("day:"):
                    ordinal += 1
                else:
                    seats.pop()
            if ordinal == MOST_A_DAY:
                raise TooManyBookings(limit=MOST_A_DAY)
        if await self.documents.find_one({"claims": f"item:{party.id}:{guide.item}"}, {"_id": 1}):
            raise AlreadyBooked
        raise SlotFull

    async def _booked(self, hall: Hall, group: str, day: date) -> list[Document]:
        query = {"hall": hall.code, "day": day.isoformat(), "group": group, "state": State.BOOKED}
        found = self.documents.find(query, {"start": 1, "end": 1, "seat": 1})
        return [document async for document in found]

    async def find(self, key: str, party: Party) -> Document:
        """An appointment of the party's own; somebody else's is not found."""
        found: Document = await self.get(key)
        if found["applicant"] != party.id:
            raise self.missing
        return found

    async def cancel(self, key: str, party: Party, by: Cause) -> Document:
        """
        Raises:
            Conflict: `appointment_ended`.
            Refused: `appointment_begun`.
        """
        event = Event(CANCELLED, key, by)
        found = await self.find(key, party)
        if found["state"] == State.BOOKED and found["start"] <= by.at:
            raise AppointmentBegun
        return await self.change(
            key,
            expects={"state": State.BOOKED, "applicant": party.id},
            sets={"state": State.CANCELLED.value},
            update={"$unset": {"claims": ""}, "$push": {"timeline": entry(event)}},
            event=event,
            otherwise=AppointmentEnded,
        )

    async def for_member(self, key: str, member: Document) -> Document:
        """An appointment at one of the halls for which a member records.

        Raises:
            Forbidden: `scope_missing` or `other_hall`.
        """
        check_scope(member, Scope.APPOINTMENTS_RECORD)
        found = await self.get(key)
        if not serves(member, found["hall"]):
            raise OtherHall
        return found

    async def end(
        self,
        key: str,
        member: Document,
        ending: Ending,
        guide: Guide,
        by: Cause,
        material: str | None = None,
    ) -> Document:
        """Record how an appointment ended.

        Raises:
            Forbidden: see `for_member`.
            Refused: `material_not_required`, `appointment_not_begun`.
            Conflict: `appointment_ended`.
        """
        booked = await self.for_member(key, member)
        check_ending(ending, material, guide)
        if booked["state"] == State.BOOKED:
            check_begun(ending, booked["start"], by.at)
        event = Event(f"appointment.{ending}", key, by, {"material": material} if material else {})
        return await self.change(
            key,
            expects={"state": State.BOOKED},
            sets={"state": ending.value, "material": material},
            update={"$unset": {"claims": ""}, "$push": {"timeline": entry(event)}},
            event=event,
            otherwise=AppointmentEnded,
        )

    async def of_applicant(self, applicant: str, limit: int = 50) -> list[Document]:
        """Newest first; a `limit` of 0 is none."""
        query = {"applicant": applicant}
        found = self.documents.find(query, {"events": 0}).sort("start", DESCENDING).limit(limit)
        return [document async for document in found]

    async def export(self, applicant: str) -> list[Document]:
        """All of an applicant's own."""
        return [part(one, KEPT_BACK) for one in await self.of_applicant(applicant, limit=0)]

    async def of_hall(self, hall: str, day: date) -> list[Document]:
        """In the order of the day."""
        query = {"hall": hall, "day": day.isoformat()}
        found = self.documents.find(query, {"events": 0}).sort("start", ASCENDING)
        return [document async for document in found]


def bookable_days(calendar: Workdays, by: Cause, count: int = 7) -> list[date]:
    """The next working days on which one can book, today among them while it lasts."""
    today = local_date(by.at)
    evening = by.at > local_moment(today, time(17, 0))
    day = today + timedelta(days=1) if evening else today
    days: list[date] = []
    while len(days) < count:
        if calendar.worked(day):
            days.append(day)
        day += timedelta(days=1)
    return days


def _slot(hall: Hall, guide: Guide, start: datetime, calendar: Workdays, by: Cause) -> Slot:
    days = bookable_days(calendar, by)
    if hall.code in guide.places and by.at < start <= local_moment(days[-1], time.max):
        for slot in slots(hall, guide.group, local_date(start), calendar):
            if slot.start == start:
                return slot
    raise SlotUnknown


def _document(
    party: Party, guide: Guide, hall: Hall, slot: Slot, seat: int, ordinal: int, by: Cause
) -> Document:
    day = local_date(slot.start).isoformat()
    moment = slot.start.isoformat()
    return {
        "_id": uuid4().hex,
        "applicant": party.id,
        "agent": str(party.agent["_id"]),
        "account": party.account,
        "masked_name": party.applicant["masked_name"],
        "item": guide.item,
        "item_name": guide.name,
        "guide": guide.key,
        "department": guide.department,
        "hall": hall.code,
        "hall_name": hall.name,
        "group": guide.group,
        "day": day,
        "start": slot.start,
        "end": slot.end,
        "seat": seat,
        "state": State.BOOKED.value,
        "booked_at": by.at,
        "channel": by.channel.value,
        "claims": [
            f"seat:{hall.code}:{guide.group}:{moment}:{seat}",
            f"item:{party.id}:{guide.item}",
            f"day:{party.id}:{day}:{ordinal}",
        ],
    }
