"""Compares with 好差评 what it holds, a day in each round, by one worker at a time.

Each day it goes through the last RECENT days, then through OLDER further ones, so that all days come in turn.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import structlog

from models.leases import Leases
from models.store import Document
from models.voices import Reviews
from models.workdays import local_date
from wechat_backend.gateways.base import Clock, GatewayError
from wechat_backend.worker.alone import Alone
from wechat_backend.worker.job import AT_ONCE, LATER, Job
from wechat_backend.worker.reconciling import Reconciling

log = structlog.get_logger("panyu.worker")

RECENT, OLDER = 31, 31
LOOK_EVERY = 3600.0
REST = 900.0
"""Seconds after 好差评 did not say what it holds."""
LONGEST_DAY = 600.0
ONE_DAY = timedelta(days=1)


class Reconcile:
    """The lease keeps the day on which it was `begun`, the days that are `left`, and the earliest of the
    older days that it has `reached`: who takes it over goes on there, and does one day again at most."""

    def __init__(self, leases: Leases, reconciling: Reconciling, reviews: Reviews, clock: Clock) -> None:
        self.leases, self.reconciling, self.reviews, self.clock = leases, reconciling, reviews, clock
        alone = Alone(leases, "reconcile:reviews", LOOK_EVERY, self.round, clock)
        self.job = Job("reconcile", LOOK_EVERY, alone.run, most=LONGEST_DAY)

    async def round(self, lease: Document) -> float:
        """Compare one day; the days are chosen where none is left and a new day has come."""
        today = local_date(self.clock())
        begun, left, reached = lease.get("begun"), lease.get("left", []), lease.get("reached")
        if not left:
            if begun == today.isoformat():
                return LATER
            first = await self.reviews.first_day() or today
            days = days_to_compare(today, first, date.fromisoformat(reached) if reached else None)
            begun, left = today.isoformat(), [day.isoformat() for day in days]
            reached = left[-1] if left else None
        elif not await self._compare(date.fromisoformat(left[0])):
            return REST
        else:
            left = left[1:]
        await self.leases.keep(lease, begun=begun, left=left, reached=reached)
        return AT_ONCE if left else LATER

    async def _compare(self, day: date) -> bool:
        try:
            await self.reconciling.compare(day)
        except GatewayError as error:
            log.warning("reviews_not_reconciled", day=day.isoformat(), code=error.code)
            return False
        return True


def days_to_compare(today: date, first: date, reached: date | None) -> Sequence[date]:
    """The days before `today` that are looked at on it: the recent ones, then those before the one that was
    `reached` last; after the `first` day of all it begins anew behind the recent ones."""
    recent = [day for n in range(1, RECENT + 1) if (day := today - n * ONE_DAY) >= first]
    behind = today - (RECENT + 1) * ONE_DAY
    begins = min(reached - ONE_DAY, behind) if reached else behind
    if begins < first:
        begins = behind
    older = [day for n in range(OLDER) if (day := begins - n * ONE_DAY) >= first]
    return [*recent, *older]
