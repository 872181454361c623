"""The calendar of working days in a process that runs on: what the database has of it, and what changes."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial
from uuid import uuid4

import structlog

from models.calendar import CalendarYears
from models.events import Cause, Channel
from models.stores import Stores
from wechat_backend.loading.loader import load_calendar
from wechat_backend.rounds import repeating

PAUSE = timedelta(seconds=1)
"""Between two looks at the revisions: what one process changes all others count with two seconds later."""

log = structlog.get_logger("panyu.server")


async def begin_calendar(stores: Stores) -> None:
    """Keep the years of `data/calendar.yaml` that the database has not got, and count with what it has.

    What the file has otherwise is logged; the database's holds.
    """
    file, at = load_calendar(), stores.clock()
    by = Cause("system", at, Channel.SYSTEM, f"calendar-{uuid4().hex[:8]}")
    differing = await stores.calendar_years.learn(file.days, file.through, by)
    if differing:
        log.warning("calendar_file_differs", days=len(differing), first=differing[0])
    await stores.calendar_years.refresh()
    _say(stores.calendar_years)


def following_calendar(years: CalendarYears) -> AbstractAsyncContextManager[None]:
    """Follow what is changed elsewhere. While the database does not answer, the calendar stays as it is."""

    return repeating(partial(read_again, years), PAUSE, "calendar_not_read")


async def read_again(years: CalendarYears) -> None:
    """Count with what has been changed elsewhere."""
    if await years.refresh():
        _say(years)


def _say(years: CalendarYears) -> None:
    log.info("calendar_read", through=years.live.through, entered=len(years.live.overrides))
