"""A hall of the demo whose schedule was written in the panel: two of its windows serve several item groups,
and a visit that was booked before does not fit any more. The member `centre` keeps the halls' schedules."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from models.events import Cause, Channel
from models.guides import Guide
from models.places import Changes, Hall, WindowRow, slots
from models.stores import Stores
from wechat_backend.demo.cases import FENG
from wechat_backend.demo.scene import bound

HALL, CENTRE = "wanbo", "centre"
ITEM = "老年人优待证（敬老卡）申领"
SHARED = (
    WindowRow("", "综合服务窗口", ("general", "social"), "2"),
    WindowRow("", "企业和民生窗口", ("business", "social"), "1"),
)


async def make_once(stores: Stores, items: Mapping[str, str], now: datetime) -> bool:
    """Book a visit, then write a schedule that it does not fit; False where the schedule was written before.

    The guides are published, the staff enrolled and the halls loaded.
    """
    kept = await stores.halls.kept(HALL)
    if kept.number:
        return False
    guide = await stores.guides.published(items[ITEM])
    await _book(stores, guide, kept.hall, now)
    member = await stores.staff.get(CENTRE)
    changes = _shared(kept.hall, kept.revision)
    seen = (await stores.rescheduling.preview(HALL, changes, member, now)).mark
    by = _by(f"staff:{CENTRE}", now, Channel.WINDOW)
    await stores.rescheduling.reschedule(HALL, changes, member, by, seen=seen)
    return True


async def _book(stores: Stores, guide: Guide, hall: Hall, now: datetime) -> None:
    """The first slot of the last day on which one can book."""
    by = _by("system", now, Channel.MINIPROGRAM)
    party = await bound(stores, FENG, by)
    left = await stores.appointments.days_left(hall, guide.group, stores.calendar, by)
    start = slots(hall, guide.group, max(left), stores.calendar)[0].start
    by = replace(by, actor=f"applicant:{party.id}")
    await stores.appointments.book(party, guide, hall, start, stores.calendar, by)


def _shared(hall: Hall, revision: str) -> Changes:
    """The hours that it has, and other windows."""
    windows = hall.windows
    assert windows
    hours = [(f"{opens:%H:%M}", f"{closes:%H:%M}") for opens, closes in windows.weekday_hours]
    return Changes(
        revision=revision,
        slot_minutes=str(windows.slot_minutes),
        weekdays=dict.fromkeys(range(1, 6), hours),
        by_date=[],
        windows=SHARED,
        closures=[],
    )


def _by(actor: str, now: datetime, channel: Channel) -> Cause:
    return Cause(actor, now, channel, f"demo-{uuid4().hex[:12]}")
