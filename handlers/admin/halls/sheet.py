"""The form of a schedule: a sheet of fields, filled from a hall or by who writes it, and what it says."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import zip_longest

from models.places import GROUPS, Changes, ClosureRow, Hall, Kept, WindowRow
from models.places.schedules import MAKE_UP_DAYS, Times
from models.places.week import WORKDAYS

Sheet = Mapping[str, Sequence[str]]
"""By the name of a field all that is in it, as a form sends it. Rows of windows, exceptions and closures are
fields of one name each, in one order; what a row has several of has the row's number in its name."""
OPENINGS = 2
"""Before noon and after it; a day that has more has room for more."""
SPARE = 2
"""Empty rows that one can fill."""


def sheet_of(kept: Kept, today: date) -> dict[str, list[str]]:
    """As the hall is; what is past is not on it."""
    hall, windows = kept.hall, kept.hall.windows
    sheet = {"revision": [kept.revision]}
    if windows is None:
        return sheet
    sheet["slot_minutes"] = [str(windows.slot_minutes)]
    for day in WORKDAYS:
        sheet |= _openings(f"day{day}", windows.by_weekday.get(day, windows.weekday_hours))
    for day in MAKE_UP_DAYS:
        sheet |= _openings(f"day{day}", windows.by_weekday.get(day, ()))
    for number, one in enumerate(windows.windows):
        sheet[f"window{number}_groups"] = list(one.groups)
    sheet["window_code"] = [one.code for one in windows.windows]
    sheet["window_name"] = [one.name or _named(one.groups) for one in windows.windows]
    sheet["window_seats"] = [str(one.seats) for one in windows.windows]
    ahead = sorted(one for one in windows.by_date if one >= today)
    sheet["date_day"] = [one.isoformat() for one in ahead]
    for number, ahead_day in enumerate(ahead):
        sheet |= _openings(f"date{number}", windows.by_date[ahead_day])
    closures = [one for one in hall.closures if one.last >= today]
    sheet["closure_first"] = [one.first.isoformat() for one in closures]
    sheet["closure_last"] = [one.last.isoformat() for one in closures]
    sheet["closure_reason"] = [one.reason for one in closures]
    return sheet


def written(sheet: Sheet) -> Changes:
    """What a sheet says; rows in which nothing is written are left out, and windows that are to go."""
    gone = sheet.get("window_gone", ())
    rows = zip_longest(*(sheet.get(f"window_{name}", ()) for name in ("code", "name", "seats")), fillvalue="")
    windows = [
        WindowRow(code, name, tuple(sheet.get(f"window{number}_groups", ())), seats or "")
        for number, (code, name, seats) in enumerate(rows)
        if str(number) not in gone
    ]
    dates = [
        (day, times(sheet, f"date{number}", filled=True))
        for number, day in enumerate(sheet.get("date_day", ()))
    ]
    closures = zip_longest(
        *(sheet.get(f"closure_{name}", ()) for name in ("first", "last", "reason")), fillvalue=""
    )
    return Changes(
        revision=_one(sheet, "revision"),
        slot_minutes=_one(sheet, "slot_minutes"),
        weekdays={day: times(sheet, f"day{day}", filled=True) for day in (*WORKDAYS, *MAKE_UP_DAYS)},
        by_date=[(day, hours) for day, hours in dates if day or hours],
        windows=[one for one in windows if one.code or one.name.strip() or one.groups],
        closures=[ClosureRow(*one) for one in closures if any(one)],
    )


def times(sheet: Sheet, name: str, *, filled: bool = False) -> Times:
    """The openings of a day; with those that are empty, unless only `filled` ones are asked for."""
    found = list(zip_longest(sheet.get(f"{name}_from", ()), sheet.get(f"{name}_to", ()), fillvalue=""))
    if filled:
        return [one for one in found if any(one)]
    return found + [("", "")] * (OPENINGS - len(found))


def groups_of(hall: Hall) -> dict[str, str]:
    """The item groups that a window can serve, and what they are called."""
    own = hall.windows.capacity if hall.windows else {}
    return {**GROUPS, **{one: one for one in own if one not in GROUPS}}


def hours_words(hours: Sequence[tuple[object, object]]) -> str:
    return "、".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in hours) or "不办理"


def _openings(name: str, hours: Sequence[tuple[object, object]]) -> dict[str, list[str]]:
    return {
        f"{name}_from": [f"{opens:%H:%M}" for opens, _ in hours],
        f"{name}_to": [f"{closes:%H:%M}" for _, closes in hours],
    }


def _named(groups: Sequence[str]) -> str:
    return "、".join(GROUPS.get(one, one) for one in groups)


def _one(sheet: Sheet, name: str) -> str:
    return next(iter(sheet.get(name, ())), "")
