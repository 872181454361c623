"""What works at a place at a moment: its windows, and its self-service (articles 18 and 20)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from models.places.hall import Closure, Hall
from models.workdays import Workdays, local_date, local_moment

LOOKED_AHEAD = 30
"""Days in which the next opening is looked for: longer than any run of holidays."""


@dataclass(frozen=True)
class Working:
    """`staffed` says that people serve there now, until `until`; else they do from `opens` on, if that is
    known. `self_service` says that one can serve oneself, `entered` that one can get in, though none of its
    kiosks may work. A place that is closed has a `closure`.
    """

    staffed: bool
    self_service: bool
    until: datetime | None = None
    opens: datetime | None = None
    closure: Closure | None = None
    entered: bool = False

    @property
    def anything(self) -> bool:
        return self.staffed or self.self_service


def working(hall: Hall, now: datetime, calendar: Workdays, *, kiosks: bool | None = None) -> Working:
    """What works there now.

    `kiosks` says whether a kiosk of the place works, which one comes to at all hours where the self-service
    area is open for 24 hours, else while people serve there. None says that the place has no kiosk that
    reports, and then an area that is open for 24 hours counts as working.
    """
    today = local_date(now)
    closure = hall.closed_on(today)
    until = next((end for start, end in openings(hall, today, calendar) if start <= now < end), None)
    opens = None if until else _next_opening(hall, now, calendar)
    reached = closure is None and (hall.all_day or until is not None)
    self_service = reached and (hall.all_day if kiosks is None else kiosks)
    return Working(until is not None, self_service, until, opens, closure, reached)


def openings(hall: Hall, day: date, calendar: Workdays) -> list[tuple[datetime, datetime]]:
    """From when to when people serve on a day, in UTC."""
    hours = hall.hours_on(day, calendar)
    return [(local_moment(day, opens), local_moment(day, closes)) for opens, closes in hours]


def open_times(
    hall: Hall, first: date, last: date, calendar: Workdays
) -> Iterator[tuple[datetime, datetime]]:
    """From when to when one can get in, on each day from `first` to `last`, in UTC: at all hours where the
    self-service area is open for 24 hours, else while people serve; never on a day on which it is closed."""
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if not hall.all_day:
            yield from openings(hall, day, calendar)
        elif not hall.closed_on(day):
            yield local_moment(day, time()), local_moment(day + timedelta(days=1), time())


def _next_opening(hall: Hall, now: datetime, calendar: Workdays) -> datetime | None:
    today = local_date(now)
    days = (today + timedelta(days=ahead) for ahead in range(LOOKED_AHEAD + 1))
    starts = (start for day in days for start, _ in openings(hall, day, calendar))
    return next((start for start in starts if start > now), None)
