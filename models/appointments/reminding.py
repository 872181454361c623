"""Reminding of a visit: in the evening before it, and an hour before it begins (article 9).

Each reminder goes out once, at a moment that follows from the start of the visit: so a plan that was made for
another start finds no reminder at its moment and changes nothing. What nobody sees to in time stays unsaid:
a reminder at night, or after the visit has begun, helps nobody.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from models.appointments.document import (
    DAY_OVER,
    REMIND_EVENING,
    REMIND_HOUR,
    REMINDED,
    Appointment,
    State,
)
from models.events import Cause, Plan
from models.schedule import Due
from models.store import ChangedMeanwhile, Store, entry
from models.workdays import local_date, local_moment

EVENING, NIGHT = time(18), time(22)
"""Between which, in Panyu, people are reminded on the day before."""
AHEAD = timedelta(hours=1)


@dataclass(frozen=True)
class Reminder:
    """It is planned as `what`, for the moment `at`; at `until` it is too late for it."""

    what: str
    at: datetime
    until: datetime


def reminders(start: datetime) -> tuple[Reminder, ...]:
    """Those of a visit that starts then."""
    before = local_date(start) - timedelta(days=1)
    return (
        Reminder(REMIND_EVENING, local_moment(before, EVENING), local_moment(before, NIGHT)),
        Reminder(REMIND_HOUR, start - AHEAD, start),
    )


def plans_of(start: datetime, closes_at: datetime, now: datetime) -> tuple[Plan, ...]:
    """What is planned for a visit that is booked, or moved to this start: its reminders, as far as they are
    still ahead, and the end of its day."""
    ahead = (Plan(one.what, one.at) for one in reminders(start) if one.at > now)
    return (*ahead, Plan(DAY_OVER, closes_at))


def can_remind(visit: Appointment, at: datetime, now: datetime) -> bool:
    """Whether the reminder of the moment `at` still is one of this visit's, not too late, and of use: the
    person has not come yet, nor cancelled."""
    waits = visit["state"] is State.BOOKED and not visit["arrived_at"]
    return waits and any(one.at == at and now < one.until for one in reminders(visit["start"]))


def tells_too(before: Appointment, visit: Appointment, at: datetime) -> bool:
    """Whether the reminder of the moment `at` of one visit is told by a matter `before` it in the same visit:
    that has its own at that moment, or had it. Who booked within the hour before the first had none of it."""
    [what] = [one.what for one in reminders(visit["start"]) if one.at == at]
    [own] = [one.at for one in reminders(before["start"]) if one.what == what]
    return own == at or own in before["reminded"]


@dataclass(frozen=True)
class Reminding:
    appointments: Store[Appointment]

    async def remind(self, due: Due, by: Cause) -> bool:
        """Remind the person of the visit; not twice at the same moment of it.

        Raises:
            Conflict: `changed_meanwhile`.
        """
        try:
            visit = await self.appointments.get(due.about)
        except self.appointments.missing:
            return False
        if due.at in visit["reminded"] or not can_remind(visit, due.at, by.at):
            return False
        event = due.event(REMINDED, by, {"at": due.at})
        await self.appointments.change(
            due.about,
            expects={
                "state": State.BOOKED.value,
                "arrived_at": None,
                "start": visit["start"],
                "reminded": {"$ne": due.at},
            },
            update={"$push": {"reminded": due.at, "timeline": entry(event)}},
            event=event,
            otherwise=ChangedMeanwhile,
        )
        return True
