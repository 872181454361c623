"""When one is reminded of a visit: in the evening before it, and an hour before it begins (article 9).

Each reminder goes out once, at a moment that follows from the start of the visit: so a plan that was made for
another start finds no reminder at its moment and changes nothing. What nobody sees to in time stays unsaid:
a reminder at night, or after the visit has begun, helps nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from models.appointments.document import DAY_OVER, REMIND_EVENING, REMIND_HOUR, Appointment, State
from models.events import Plan
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


def moment_of(what: str, start: datetime) -> datetime:
    """The moment of the reminder that is planned as `what`."""
    return next(one.at for one in reminders(start) if one.what == what)


def what_at(at: datetime, start: datetime) -> str:
    """As what the reminder of the moment `at` of a visit that starts then is planned."""
    return next(one.what for one in reminders(start) if one.at == at)


def told_with(visits: Iterable[Appointment], what: str, now: datetime) -> list[Appointment]:
    """Those of several matters of which a reminder that is given now tells: what still is ahead of these, of
    the same hall and day as the first of them."""
    ahead = [one for one in visits if can_remind(one, moment_of(what, one["start"]), now)]
    return [one for one in ahead if (one["hall"], one["day"]) == (ahead[0]["hall"], ahead[0]["day"])]
