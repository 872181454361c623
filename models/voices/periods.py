"""The periods of statistics: from which day to which they go."""

from datetime import date, timedelta
from enum import StrEnum


class Period(StrEnum):
    """Each ends today at the latest."""

    TWELVE_MONTHS = "twelve_months"
    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    LAST_MONTH = "last_month"


def days_of(period: Period, today: date) -> tuple[date, date]:
    """The first day and the last; twelve months are the running one and the eleven before it."""
    month = today.replace(day=1)
    match period:
        case Period.TWELVE_MONTHS:
            return months_before(month, 11), today
        case Period.YEAR:
            return today.replace(month=1, day=1), today
        case Period.QUARTER:
            return months_before(month, (today.month - 1) % 3), today
        case Period.MONTH:
            return month, today
        case Period.LAST_MONTH:
            return months_before(month, 1), month - timedelta(days=1)


def months_before(first: date, count: int) -> date:
    """The first day of the month so many months before that of `first`."""
    months = first.year * 12 + first.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def months_of(first: date, last: date) -> list[str]:
    """Each month that these days touch, `2026-11`."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{number // 12}-{number % 12 + 1:02}" for number in months]
