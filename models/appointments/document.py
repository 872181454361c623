"""What an appointment holds in MongoDB, field by field, and the words for its states."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NotRequired, TypedDict

from models.events import Channel
from models.store import Line, Record


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


class Appointment(Record):
    """`agent` is the person who booked; `day` is `2026-11-24` in Panyu; `seat` counts a slot's places from
    0; `material` is the one whose lack ended it; `claims` are there while it is booked."""

    applicant: str
    agent: str
    account: str
    masked_name: str
    item: str
    item_name: str
    guide: str
    department: str
    hall: str
    hall_name: str
    group: str
    day: str
    start: datetime
    end: datetime
    seat: int
    state: State
    material: NotRequired[str | None]
    booked_at: datetime
    channel: Channel
    claims: NotRequired[list[str]]
    timeline: list[Line]


class Booked(TypedDict):
    """As much of an appointment as a slot needs to know."""

    start: datetime
    end: datetime
    seat: int
