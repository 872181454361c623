"""Working days as the State Council's holiday notices set them, and Panyu's own time zone."""

from collections.abc import Container, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from chinese_calendar import is_workday

from models.festivals import FIXED, LAST_PUBLISHED_YEAR, Doubt

PANYU = ZoneInfo("Asia/Shanghai")


def local_date(moment: datetime) -> date:
    """The date in Panyu at an aware `moment`."""
    return moment.astimezone(PANYU).date()


@lru_cache(maxsize=4096)
def published(day: date) -> bool:
    """Whether a date is worked by the holiday notices.

    Raises:
        NotImplementedError: there is none for its year.
    """
    return bool(is_workday(day))


def beginning(moment: datetime) -> datetime:
    """The moment, in UTC, at which the day in Panyu begins that a moment is in."""
    return local_moment(local_date(moment), time())


def local_moment(day: date, at: time) -> datetime:
    """The moment, in UTC, of a wall-clock time in Panyu."""
    return datetime.combine(day, at, PANYU).astimezone(UTC)


class Workdays:
    """Counts working days.

    `overrides` (date → is it worked?) come before the published calendar. `through` is the last year of which
    all days are known, from the calendar or from overrides; in the years after it weekdays are worked, except
    on fixed festivals, and what is computed is uncertain.
    """

    def __init__(
        self, overrides: Mapping[date, bool] | None = None, through: int = LAST_PUBLISHED_YEAR
    ) -> None:
        self.overrides = overrides or {}
        self.through = through

    def worked(self, day: date) -> bool:
        if day in self.overrides:
            return self.overrides[day]
        if self.certain(day):
            with suppress(NotImplementedError):  # a year that only the overrides know
                return published(day)
        return day.weekday() < 5 and (day.month, day.day) not in FIXED

    def certain(self, day: date) -> bool:
        """Whether a date that was computed may be relied on; one that may not is shown as 「预计」.

        An override makes its own day known, but not those that were counted to reach it.
        """
        return day.year <= self.through

    def ending(self, today: date) -> bool:
        """Whether deadlines begin to reach beyond `through`: in its last quarter, and after it."""
        return today >= date(self.through, 10, 1)

    def after(
        self, day: date, count: int, *, without: Container[date] = (), bars_a_person: bool = False
    ) -> date:
        """The `count`-th working day after `day`, neither `day` itself counted nor those in `without`.

        A deadline after which a person may no longer do something (`bars_a_person`) is the latest that the
        holiday notices still to come can make it (docs/decisions/0006-calendar.md).
        """
        doubt = Doubt()
        while count:
            day += timedelta(days=1)
            if day in without:
                continue
            if self.worked(day) and not (bars_a_person and self._doubtful(day) and doubt.grants(day)):
                count -= 1
        return day

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and including `end`."""
        return sum(self.worked(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def touched(self, start: datetime, end: datetime) -> list[date]:
        """The working days that the time from `start` up to `end` touches, the first included."""
        first, last = local_date(start), local_date(end - timedelta(microseconds=1))
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in days if self.worked(day)]

    def deadline(self, moment: datetime, count: int, *, bars_a_person: bool = False) -> datetime:
        """The last instant (UTC) of the `count`-th working day after `moment`; see `after`."""
        last = self.after(local_date(moment), count, bars_a_person=bars_a_person)
        return local_moment(last, time(23, 59, 59))

    def _doubtful(self, day: date) -> bool:
        return not self.certain(day) and day not in self.overrides


class LiveWorkdays(Workdays):
    """The calendar of a process that runs on: its users keep it, and count with what it was told last."""

    def tell(self, overrides: Mapping[date, bool], through: int) -> None:
        """From now on it is this; who is counting has counted to the end, since counting awaits nothing."""
        self.overrides, self.through = overrides, through


def local(moment: datetime, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """A stored time as people in Panyu write it."""
    return moment.astimezone(PANYU).strftime(pattern)
