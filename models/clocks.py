"""A clock: how long something may take, from when, with which pauses, and until when.

It keeps the terms it began with. The day on which it begins does not count; nor does any day that a pause
touches.
"""

from collections.abc import Container, Iterable
from datetime import date, datetime, time, timedelta
from typing import TypedDict

from models.law import Period, Unit, by_key
from models.workdays import Workdays, local_date, local_moment

END_OF_DAY = time(23, 59, 59)


class Pause(TypedDict):
    """A time that does not count: why, from when, and until when (None while it lasts)."""

    why: str
    since: datetime
    until: datetime | None


class Clock(TypedDict):
    """`number` of `unit`, which may be less than the `period` of law allows (its key in `models.law`; None
    where the guide alone sets it); after one that `bars_a_person` the person may no longer do something;
    times in UTC. `due` is None while it stands still."""

    period: str | None
    number: int
    unit: Unit
    bars_a_person: bool
    began: datetime
    pauses: list[Pause]
    due: datetime | None


def clock(
    began: datetime,
    number: int,
    unit: Unit,
    calendar: Workdays,
    *,
    period: Period | None = None,
    bars_a_person: bool = False,
) -> Clock:
    """A clock that begins to run."""
    new = Clock(
        period=period.key if period else None,
        number=number,
        unit=unit,
        bars_a_person=bars_a_person,
        began=began,
        pauses=[],
        due=None,
    )
    return {**new, "due": due(new, calendar)}


def paused(running: Clock, why: str, at: datetime) -> Clock:
    """The clock, standing still from `at` on."""
    return {**running, "pauses": [*running["pauses"], Pause(why=why, since=at, until=None)], "due": None}


def resumed(standing_still: Clock, at: datetime, calendar: Workdays) -> Clock:
    """The clock, running again from the day after `at` on."""
    *before, last = standing_still["pauses"]
    running: Clock = {**standing_still, "pauses": [*before, {**last, "until": at}]}
    return {**running, "due": due(running, calendar)}


def due_of(running: Clock | None) -> datetime | None:
    """When it is due; None where there is no clock or it stands still."""
    return running["due"] if running else None


def source_of(running: Clock) -> str:
    """The article that allows no longer period; empty where the guide alone sets it."""
    return by_key(running["period"]).source if running["period"] else ""


def is_paused(running: Clock) -> bool:
    return bool(running["pauses"]) and running["pauses"][-1]["until"] is None


def due(running: Clock, calendar: Workdays) -> datetime | None:
    """The last instant (UTC) of the last day of a clock; None while it stands still.

    A period whose last day is no working day ends on the next one (民法典 203) that no pause touches; so
    does one of no length, whose last day is the day on which it begins.
    """
    if is_paused(running):
        return None
    began, still = local_date(running["began"]), _days_of(running["pauses"])
    number, bars = running["number"], running["bars_a_person"]
    if number and running["unit"] == Unit.WORKDAYS:
        return local_moment(calendar.after(began, number, without=still, bars_a_person=bars), END_OF_DAY)
    length = _days_in(began, number) if running["unit"] == Unit.MONTHS else number
    before = _after(began, length, still) - timedelta(days=1)
    return local_moment(calendar.after(before, 1, without=still, bars_a_person=bars), END_OF_DAY)


def share_run(running: Clock, today: date, calendar: Workdays) -> float:
    """Which part of a clock has run: 0 on the day on which it begins, 1 on its last day, more after it.
    What a pause touches does not count, nor, of a period in working days, any other day."""
    still = _days_of(running["pauses"])
    if is_paused(running):
        today = min(today, local_date(running["pauses"][-1]["since"]))

    def counted(last: date) -> int:
        days = (last - began).days
        each = (began + timedelta(days=number) for number in range(1, days + 1))
        return sum(day not in still and (not worked or calendar.worked(day)) for day in each)

    began, worked = local_date(running["began"]), running["unit"] == Unit.WORKDAYS
    months = running["unit"] == Unit.MONTHS
    length = _days_in(began, running["number"]) if months else running["number"]
    whole = counted(local_date(running["due"])) if running["due"] else length
    return counted(today) / whole if whole else 1.0


def _after(day: date, count: int, without: Container[date]) -> date:
    """The `count`-th day after `day`, those in `without` not counted."""
    while count:
        day += timedelta(days=1)
        count -= day not in without
    return day


def _days_of(pauses: Iterable[Pause]) -> set[date]:
    """All days that a pause touches."""
    days: set[date] = set()
    for pause in pauses:
        first, last = local_date(pause["since"]), local_date(pause["until"] or pause["since"])
        days |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    return days


def _days_in(began: date, months: int) -> int:
    return (corresponding(began, months) - began).days


def corresponding(began: date, months: int) -> date:
    """The same day so many months later, or that month's last, on which a period ends that begins on the day
    after `began` (民法典 201, 202); it is not moved for holidays."""
    year, month = divmod(began.month - 1 + months, 12)
    first = date(began.year + year, month + 1, 1)
    longest = ((first + timedelta(days=31)).replace(day=1) - first).days
    return first.replace(day=min(began.day, longest))
