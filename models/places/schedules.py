"""A hall's schedule as staff write it in the panel: its hours, windows, exceptions and closures (article 9).

What is past is not written anew, and the code of a window that is gone is never given to another one: visits
that were booked there keep naming it.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, count
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from models import typed
from models.errors import BadInput
from models.places.hall import Closure, Hall, Window, Windows, slots_on
from models.places.week import WORKDAYS
from models.workdays import Workdays

Times = Sequence[tuple[str, str]]
"""From when to when as it was written, `09:00`; none on a day without windows."""
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
MAKE_UP_DAYS = range(6, 8)
"""ISO numbers of the days that are worked now and then: their hours are written beside those of `WORKDAYS`,
and where none are they are as on most days."""
GROUPS: Mapping[str, str] = {
    "general": "综合事务",
    "social": "社会保障与民生",
    "business": "企业与经营",
    "police": "公安",
    "building": "工程建设与不动产",
}
"""What the item groups are called; one that `data/` adds is called by its code."""
SEATS = re.compile("[1-9][0-9]?")
MOST_ROWS, MOST_DAYS = 60, 366
"""Windows, exceptions or closures of a hall; days of a closure."""


class HoursWrong(BadInput):
    code = "hours_wrong"
    message = "{when}的时间请成对填写，并按先后排列"
    field = "hours"


class HoursMissing(BadInput):
    code = "hours_missing"
    message = "周一至周五至少一天要有办理时间"
    field = "hours"


class SlotMinutesWrong(BadInput):
    code = "slot_minutes_wrong"
    message = "每个预约时段为5至240分钟"
    field = "slot_minutes"


class WindowWrong(BadInput):
    code = "window_wrong"
    message = "窗口“{name}”请写明名称、办理的事项类别和1至99个席位"
    field = "windows"


class WindowUnknown(BadInput):
    code = "window_unknown"
    message = "有窗口已被删除，请刷新后再修改"
    field = "windows"


class WindowsMissing(BadInput):
    code = "windows_missing"
    message = "至少要有一个窗口；整个大厅不办理的，请填写停止办理的日期"
    field = "windows"


class ExceptionWrong(BadInput):
    code = "exception_wrong"
    message = "个别日期请写今天起一年内的日期，每个日期写一行"
    field = "exceptions"


class ClosureWrong(BadInput):
    code = "closure_wrong"
    message = "停止办理请写明第一天、最后一天和原因；最后一天不早于第一天和今天，最长一年"
    field = "closures"


class ClosureBegun(BadInput):
    code = "closure_begun"
    message = "停止办理的第一天不早于今天；已经开始的，第一天不能改"
    field = "closures"


class TooManyRows(BadInput):
    code = "schedule_too_long"
    message = "窗口、个别日期、停止办理各最多{most}行"
    field = "windows"


@dataclass(frozen=True)
class WindowRow:
    """A window as it was written; a new one has no `code`."""

    code: str
    name: str
    groups: tuple[str, ...]
    seats: str


@dataclass(frozen=True)
class ClosureRow:
    first: str
    last: str
    reason: str


@dataclass(frozen=True)
class Changes:
    """All of a schedule as it was written, of a hall as it was at a `revision` (`Halls.kept`).
    `weekdays` are by ISO number, `by_date` in the order of the rows."""

    revision: str
    slot_minutes: str
    weekdays: Mapping[int, Times]
    by_date: Sequence[tuple[str, Times]]
    windows: Sequence[WindowRow]
    closures: Sequence[ClosureRow]


def rescheduled(hall: Hall, retired: Collection[str], changes: Changes, today: date) -> Hall:
    """The hall with the schedule that was written; of what is over it keeps what it had.

    Raises:
        BadInput: `hours_wrong`, `hours_missing`, `slot_minutes_wrong`, `window_wrong`,
            `window_unknown`, `windows_missing`, `exception_wrong`, `closure_wrong`, `closure_begun`,
            `schedule_too_long`.
    """
    for rows in (changes.windows, changes.by_date, changes.closures):
        if len(rows) > MOST_ROWS:
            raise TooManyRows(most=MOST_ROWS)
    made = _made(
        Windows,
        SlotMinutesWrong,
        {
            **_weekly(changes.weekdays),
            "by_date": _by_date(changes.by_date, hall.windows, today),
            "slot_minutes": changes.slot_minutes,
            "windows": _windows(changes.windows, hall, retired),
        },
    )
    closures = _closures(changes.closures, hall, today)
    return hall.model_copy(update={"windows": made, "closures": closures})


def retired_by(before: Hall, after: Hall) -> set[str]:
    """The codes of windows that one has and the other has not."""
    return _codes(before) - _codes(after)


def places_on(hall: Hall, day: date, calendar: Workdays) -> int:
    """How many visits can be booked for a day; a shared window counts once."""
    if hall.windows is None:
        return 0
    seats = sum(one.seats for one in hall.windows.windows)
    return seats * sum(1 for _ in slots_on(hall, day, calendar))


def _codes(hall: Hall) -> set[str]:
    return {one.code for one in hall.windows.windows} if hall.windows else set()


Shape = TypeVar("Shape", bound=BaseModel)


def _made(shape: type[Shape], wrong: type[BadInput], written: Any, **said: str) -> Shape:
    """
    Raises:
        BadInput: `wrong`.
    """
    try:
        return shape.model_validate(written)
    except ValidationError:
        raise wrong(**said) from None


def _hours(when: str, times: Times) -> Times:
    """
    Raises:
        BadInput: `hours_wrong`.
    """
    kept = [one for one in times if any(one)]
    _made(Windows, HoursWrong, _alone(kept or [("00:00", "00:01")]), when=when)
    return kept


def _alone(times: Times) -> Any:
    """Hours as windows have them, for their check."""
    return {"weekday_hours": times, "capacity": {"general": 1}}


def _weekly(weekdays: Mapping[int, Times]) -> dict[str, Any]:
    """The hours of most days, and of those that differ.

    Raises:
        BadInput: `hours_wrong`, `hours_missing`.
    """
    days = (*WORKDAYS, *MAKE_UP_DAYS)
    written = {day: tuple(_hours(WEEKDAYS[day - 1], weekdays.get(day, ()))) for day in days}
    if not (opened := [written[day] for day in WORKDAYS if written[day]]):
        raise HoursMissing
    usual = Counter(opened).most_common(1)[0][0]
    differing = {
        day: times for day, times in written.items() if times != usual and (times or day in WORKDAYS)
    }
    return {"weekday_hours": usual, "by_weekday": differing}


def _by_date(rows: Sequence[tuple[str, Times]], before: Windows | None, today: date) -> dict[date, Any]:
    """
    Raises:
        BadInput: `exception_wrong`, `hours_wrong`.
    """
    known = before.by_date if before else {}
    made: dict[date, Any] = {day: hours for day, hours in known.items() if day < today}
    for text, times in rows:
        day = _day(text, ExceptionWrong)
        if day < today and day in known:
            continue
        if day in made or not today <= day <= today + timedelta(days=MOST_DAYS):
            raise ExceptionWrong
        made[day] = _hours(f"{day.month}月{day.day}日", times)
    return made


def _day(text: str, wrong: type[BadInput]) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong from None


def _windows(rows: Sequence[WindowRow], hall: Hall, retired: Collection[str]) -> list[Window]:
    """
    Raises:
        BadInput: `window_wrong`, `window_unknown`, `windows_missing`.
    """
    own = {one.code: one for one in hall.windows.windows} if hall.windows else {}
    fresh = _fresh({*own, *retired})
    made = [_window(row, own, fresh) for row in rows]
    if not made:
        raise WindowsMissing
    if len({one.code for one in made}) < len(made):
        raise WindowUnknown
    return made


def _window(row: WindowRow, own: Mapping[str, Window], fresh: Iterable[str]) -> Window:
    if row.code and row.code not in own:
        raise WindowUnknown
    name = typed.line(row.name)
    if not name or not SEATS.fullmatch(row.seats):
        raise WindowWrong(name=name[:20])
    known = GROUPS.keys() | set(chain.from_iterable(one.groups for one in own.values()))
    if not known.issuperset(row.groups):
        raise WindowWrong(name=name[:20])
    written = {"code": row.code or next(iter(fresh)), "name": name, "groups": row.groups, "seats": row.seats}
    return _made(Window, WindowWrong, written, name=name[:20])


def _fresh(taken: Collection[str]) -> Iterable[str]:
    """Codes that no window of the hall has or had: they are counted on."""
    numbers = [int(one[1:]) for one in taken if one[:1] == "w" and one[1:].isdecimal()]
    return (f"w{number}" for number in count(max(numbers, default=0) + 1))


def _closures(rows: Sequence[ClosureRow], hall: Hall, today: date) -> list[Closure]:
    """
    Raises:
        BadInput: `closure_wrong`.
    """
    """What is over of a closure stays: it keeps the day on which it began, and ends yesterday where it is
    taken back.

    Raises:
        BadInput: `closure_wrong`, `closure_begun`.
    """
    made = [one for one in hall.closures if one.last < today]
    begun = [one for one in hall.closures if one.first < today <= one.last]
    for row in rows:
        closure = _closure(row, today)
        if closure.first < today:
            same = next((one for one in begun if one.first == closure.first), None)
            if same is None:
                raise ClosureBegun
            begun.remove(same)
        made.append(closure)
    return made + [one.model_copy(update={"last": today - timedelta(days=1)}) for one in begun]


def _closure(row: ClosureRow, today: date) -> Closure:
    first, last = _day(row.first, ClosureWrong), _day(row.last, ClosureWrong)
    reason = typed.line(row.reason)
    if not reason or last < today or last - first > timedelta(days=MOST_DAYS):
        raise ClosureWrong
    return _made(Closure, ClosureWrong, {"first": first, "last": last, "reason": reason})
