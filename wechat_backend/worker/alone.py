"""Lets one worker at a time do a job, and another one when that one is gone."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from models.leases import Leases
from models.store import Document
from wechat_backend.gateways.base import Clock
from wechat_backend.worker.job import Elsewhere

log = structlog.get_logger("panyu.worker")

LEASE = timedelta(seconds=60)
RENEW_EVERY = 20.0
"""Seconds (less for a shorter lease), while a round lasts: a worker that lives keeps its lease through two
renewals that fail."""
AFTER_FAILURE = timedelta(seconds=15)

Work = Callable[[Document], Awaitable[float]]
"""One round of the one who has the lease, which is given; returns what `Job.run` does."""


class Alone:
    """`run` is that of a `Job`. `key` names the lease, which is free again when the next round is due; of a
    worker that dies in a round, when `lease` has run out."""

    def __init__(
        self, leases: Leases, key: str, every: float, work: Work, clock: Clock, lease: timedelta = LEASE
    ) -> None:
        self.leases, self.key, self.every, self.work, self.clock = leases, key, every, work, clock
        self.lease = lease

    async def run(self) -> float:
        """
        Raises:
            Elsewhere: another worker has the lease, or no round is due yet.
        """
        now = self.clock()
        if not (lease := await self.leases.take(self.key, now, now + self.lease)):
            until = await self.leases.until(self.key) or now
            raise Elsewhere(max(0.0, (until - now).total_seconds()))
        free_at = self.clock() + min(AFTER_FAILURE, self.lease)
        try:
            again = min(await self._worked(lease), self.every)
            free_at = self.clock() + timedelta(seconds=again)
        finally:
            await self.leases.give_back(lease, free_at)
        return again

    async def _worked(self, lease: Document) -> float:
        """Do the round, and renew the lease meanwhile."""
        round_ = asyncio.ensure_future(self.work(lease))
        while not (await asyncio.wait({round_}, timeout=self.lease / LEASE * RENEW_EVERY))[0]:
            await self._renew(lease)
        return round_.result()

    async def _renew(self, lease: Document) -> None:
        try:
            held = await self.leases.renew(lease, self.clock() + self.lease)
        except Exception as error:  # the round goes on; should another worker begin one, both do the same
            log.warning("lease_not_renewed", lease=self.key, error=type(error).__name__)
        else:
            if not held:
                log.warning("lease_lost", lease=self.key)
