"""Working days as the State Council's holiday notices set them, and Panyu's own time zone."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chinese_calendar import is_workday

PANYU = ZoneInfo("Asia/Shanghai")
LAST_PUBLISHED_YEAR = 2026


def local_date(moment: datetime) -> date:
    """The date in Panyu at an aware `moment`."""
    return moment.astimezone(PANYU).date()


def local_moment(day: date, at: time) -> datetime:
    """The moment, in UTC, of a wall-clock time in Panyu."""
    return datetime.combine(day, at, PANYU).astimezone(UTC)


class Workdays:
    """Counts working days; `overrides` (date → is it worked?) come before the published calendar."""

    def __init__(self, overrides: Mapping[date, bool] | None = None) -> None:
        self.overrides = overrides or {}

    def worked(self, day: date) -> bool:
        if day in self.overrides:
            return self.overrides[day]
        try:
            return bool(is_workday(day))
        except NotImplementedError:  # past the published years
            return day.weekday() < 5

    def certain(self, day: date) -> bool:
        """False for a day beyond the published calendar: such a date is shown as 「预计」."""
        return day.year <= LAST_PUBLISHED_YEAR or day in self.overrides

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, `day` itself not counted."""
        while count:
            day += timedelta(days=1)
            count -= self.worked(day)
        return day

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and including `end`."""
        return sum(self.worked(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def deadline(self, moment: datetime, count: int) -> datetime:
        """The last instant (UTC) of the `count`-th working day after `moment`."""
        return local_moment(self.after(local_date(moment), count), time(23, 59, 59))


def local(moment: datetime, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """A stored time as people in Panyu write it."""
    return moment.astimezone(PANYU).strftime(pattern)
