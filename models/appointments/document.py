"""What an appointment holds in MongoDB, field by field, and the words for its states."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NotRequired, TypedDict

from pymongo import IndexModel

from models.events import Channel
from models.paging import EPOCH
from models.store import Line, Record


class State(StrEnum):
    BOOKED = "booked"
    CANCELLED = "cancelled"
    SERVED = "served"
    NO_SHOW = "no_show"
    MISSING_MATERIAL = "missing_material"
    GIVEN_UP = "given_up"  # staff proposed it, and the person confirmed
    UNRECORDED = "unrecorded"  # nobody recorded anything by the end of the day
    SET_ASIDE = "set_aside"  # what staff recorded was objected to, and the objection was upheld


class Ending(StrEnum):
    """All that staff can record by themselves: a booked applicant cannot be refused (article 9)."""

    SERVED = "served"
    NO_SHOW = "no_show"
    MISSING_MATERIAL = "missing_material"


class GivingUp(StrEnum):
    """What became of the staff's proposal that the person gives the visit up; confirmed, it is a state."""

    PROPOSED = "proposed"
    DECLINED = "declined"


class ObjectionState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    KEPT = "kept"


class Visits(StrEnum):
    """Which of a day's appointments are listed."""

    ALL = "all"
    OPEN = "open"  # how it ended is to be recorded
    ARRIVED = "arrived"  # of these, who is in the hall
    ENDED = "ended"


LABELS = {
    State.BOOKED: "已预约",
    State.CANCELLED: "已取消",
    State.SERVED: "已办理",
    State.NO_SHOW: "未到场",
    State.MISSING_MATERIAL: "缺少必备材料",
    State.GIVEN_UP: "本人放弃",
    State.UNRECORDED: "未记录结果",
    State.SET_ASIDE: "记录已撤销",
}
OBJECTIONS = {
    ObjectionState.OPEN: "异议待处理",
    ObjectionState.UPHELD: "异议成立",
    ObjectionState.KEPT: "异议不成立",
}
AHEAD = IndexModel(
    ["hall", "closes_at", "state", "end", "start", "_id", "group", "window", "seat", "kept_for"],
    name="ahead",
    partialFilterExpression={"closes_at": {"$gt": EPOCH}},
)
"""Has what says whether a visit that is not over fits its hall, so that none is read to count those."""
BOOKED, CANCELLED, ARRIVED = "appointment.booked", "appointment.cancelled", "appointment.arrived"
MOVED = "appointment.moved"
PROPOSED, DECLINED = "appointment.giving_up_proposed", "appointment.giving_up_declined"
GIVEN_UP, UNRECORDED = "appointment.given_up", "appointment.unrecorded"
OBJECTED = "appointment.objected"
REMINDED = "appointment.reminded"
STOPS, GOES_ON = "appointment.kiosk_stops", "appointment.kiosk_goes_on"
"""The kiosk that alone offers the item there is out of service at that time, or is not after all."""
KEPT_ANYWAY, ASKED_TO_MOVE = "appointment.kept_anyway", "appointment.asked_to_move"
"""It does not fit the schedule of its hall any more: it is served as booked, or another time is offered."""
UPHELD, KEPT = "appointment.objection_upheld", "appointment.objection_kept"
REVIEW_WAITS = "appointment.review_waits"
"""Who was served is asked for a review later, of the whole visit: others of its matters are still to come."""
DAY_OVER = "appointment.day_over"
"""What is planned for the end of the day: what nobody recorded is unrecorded."""
REMIND_EVENING, REMIND_HOUR = "appointment.remind_evening", "appointment.remind_hour"
"""What is planned for the evening before a visit, and for an hour before it begins."""
DECIDED = frozenset({UPHELD, KEPT})
"""What service management decides, not the hall."""
DONE: Mapping[str, str] = {
    BOOKED: "预约成功",
    MOVED: "已改期",
    CANCELLED: "已取消预约",
    REMINDED: "已提醒按时前往",
    ARRIVED: "已到大厅",
    **{f"appointment.{ending}": LABELS[State(ending)] for ending in Ending},
    PROPOSED: "工作人员提出本人放弃，待本人确认",
    DECLINED: "本人确认没有放弃",
    GIVEN_UP: "本人确认放弃",
    UNRECORDED: "当天没有记录结果",
    OBJECTED: "本人提出异议",
    STOPS: "自助终端届时暂停服务，预约保留",
    GOES_ON: "自助终端届时照常服务",
    KEPT_ANYWAY: "大厅时间调整，预约照常保留",
    ASKED_TO_MOVE: "大厅时间调整，请您改约其他时间；不改约的预约保留",
    UPHELD: "异议成立，原记录已撤销",
    KEPT: "异议不成立，维持原记录",
}
"""Event → the word for it in a timeline."""
KEPT_BACK = frozenset(
    [
        "applicant",
        "agent",
        "account",
        "visit",
        "masked_name",
        "guide",
        "window",
        "seat",
        "claims",
        "closes_at",
        "pause",
        "reminded",
        "kept_for",
        "asked_to_move_at",
    ]
)
"""Internal ids and fields, which tell the applicant nothing."""


class Objection(TypedDict):
    """`words` are the person's; `reason` is given with the decision."""

    state: ObjectionState
    words: str
    at: datetime
    reason: str
    decided_at: datetime | None


class Pause(TypedDict):
    """Of which the person was told last: the kiosk is out of service from `start` to `end` (None: it does not
    come back), as was decided `since` a moment; `elsewhere` is the code of a place to go to, or empty."""

    kiosk: str
    since: datetime
    start: datetime
    end: datetime | None
    reason: str
    elsewhere: str


class Appointment(Record):
    """`agent` is the person who booked; `day` is `2026-11-24` in Panyu; `seat` counts the places of a
    `window` from 0; `number` is what is called out, unique at the hall on that day (of old ones empty);
    `moves` counts how often it was moved; `claims` are there while it is booked.

    `closes_at` is the end of the day, at which it becomes `unrecorded`; None once it has ended. `material` is
    the code of the one whose lack ended it. One that ended can have one objection. `reminded` has the planned
    moments of the reminders that went out.

    Those that were booked together, and are still for one hall and day, have the same `visit`; of one that is
    alone it is its own id.

    `kept_for` is why it did not fit the schedule of its hall when staff said that it is served all the same;
    `asked_to_move_at` is when the person was asked for another time.
    """

    visit: str
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
    window: str
    seat: int
    number: str
    moves: int
    state: State
    arrived_at: datetime | None
    giving_up: GivingUp | None
    closes_at: datetime | None
    reminded: list[datetime]
    material: str | None
    objection: Objection | None
    booked_at: datetime
    channel: Channel
    claims: NotRequired[list[str]]
    pause: NotRequired[Pause]
    kept_for: NotRequired[str]
    asked_to_move_at: NotRequired[datetime]
    timeline: list[Line]


class Booked(TypedDict):
    """As much of an appointment as a slot needs to know."""

    start: datetime
    end: datetime
    window: str
    seat: int
