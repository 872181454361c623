"""When a person is asked for something that can wait: not at once, and not at night."""

from datetime import datetime, time, timedelta

from models.workdays import local_date, local_moment

LATER = timedelta(hours=1)
FIRST, LAST = time(9), time(20)
"""Between which, in Panyu, a person is asked."""


def when_to_ask(finished: datetime) -> datetime:
    """An hour after something was finished, or the next morning."""
    at = finished + LATER
    day = local_date(at)
    if at < local_moment(day, FIRST):
        return local_moment(day, FIRST)
    if at > local_moment(day, LAST):
        return local_moment(day + timedelta(days=1), FIRST)
    return at
