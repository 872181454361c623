"""A period in an address of the panel: one of those with a name, or `2026-11-01..2026-11-30`."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date

from models.voices import Period
from models.voices.periods import days_of

NAMES: Mapping[Period, str] = {
    Period.MONTH: "本月",
    Period.LAST_MONTH: "上月",
    Period.QUARTER: "本季度",
    Period.YEAR: "今年",
    Period.TWELVE_MONTHS: "近12个月",
}
SPAN = re.compile(r"(20\d\d-\d\d-\d\d)\.\.(20\d\d-\d\d-\d\d)", re.ASCII)
Days = tuple[date, date]


def days_asked(text: str, today: date) -> Days | None:
    """The first day and the last; None where the text names none."""
    if text in NAMES:
        return days_of(Period(text), today)
    if not (found := SPAN.fullmatch(text)):
        return None
    with suppress(ValueError):  # there is no such day
        first, last = map(date.fromisoformat, found.groups())
        return (first, last) if first <= last else None
    return None


def span(first: date, last: date) -> str:
    """As an address has it."""
    return f"{first}..{last}"


def options(text: str, today: date) -> dict[str, str]:
    """What can be chosen, by its text: all that have a name, and the one that is asked for."""
    asked = days_asked(text, today)
    own = {} if text in NAMES or not asked else {text: f"{asked[0]} 至 {asked[1]}"}
    return {**{period.value: name for period, name in NAMES.items()}, **own}
