"""Moves events on: into the audit record, what is to be sent because of them, and the figures."""

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any

import structlog

from models.outgoing import Deliveries, Outbox, notices
from models.outgoing.outbox import Follow
from models.schedule import Schedule
from models.store import Store
from wechat_backend.gateways.base import Clock
from wechat_backend.worker.job import AT_ONCE, EVERYTHING, LATER, NET, Bell, Job

log = structlog.get_logger("panyu.worker")


class Relay:
    """It looks where it was rung for, and everywhere once in `Job.longest`; then it rings `deliver`."""

    def __init__(
        self,
        stores: Sequence[Store[Any]],
        outbox: Outbox,
        deliveries: Deliveries,
        schedule: Schedule,
        clock: Clock,
        deliver: Bell,
        follow: Follow | None = None,
    ) -> None:
        self.stores, self.outbox, self.deliveries, self.clock = stores, outbox, deliveries, clock
        self.follow = follow
        self.schedule = schedule
        self.deliver = deliver
        self.relayed = 0
        self.stuck: dict[str, Exception] = {}
        self.everywhere_at = 0.0
        self.job = Job("relay", NET, self.run, woken_by={store.collection: ("events",) for store in stores})

    async def run(self) -> float:
        rung = self.job.bell.heard()
        everywhere = not rung or EVERYTHING in rung or monotonic() >= self.everywhere_at
        stores = self.stores if everywhere else [each for each in self.stores if each.collection in rung]
        if everywhere:
            self.everywhere_at = monotonic() + self.job.longest
        if not await self.once(stores):
            return NET if self.stuck else LATER
        for store in stores:
            self.job.bell.ring(store.collection)
        return AT_ONCE

    async def once(self, stores: Sequence[Store[Any]] | None = None) -> int:
        """Move the pending events of these stores on, or of all; returns how many."""
        looked_at = self.stores if stores is None else stores
        done = await self.outbox.relay(
            looked_at, self.deliveries, self.schedule, notices.plan, self.clock(), self.follow
        )
        self._note(done.stuck, looked_at)
        if done.moved:
            self.relayed += done.moved
            self.deliver.ring()
            log.info("events_relayed", count=done.moved)
        return done.moved

    def _note(self, stuck: Mapping[str, Exception], looked_at: Sequence[Store[Any]]) -> None:
        """Log each document when its events cannot be moved on, not in every round."""
        for document in stuck.keys() - self.stuck.keys():
            log.error("events_stuck", document=document, exc_info=stuck[document])
        fresh = {each.collection for each in looked_at}
        kept = {key: error for key, error in self.stuck.items() if key.partition("/")[0] not in fresh}
        self.stuck = {**kept, **stuck}
