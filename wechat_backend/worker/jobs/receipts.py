"""Asks the carrier what became of the short messages that tell of a paper, ever more seldom."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from models.events import Cause, Channel
from models.outgoing import Arrivals, Delivery
from wechat_backend.gateways.base import Clock, GatewayError, Remedy
from wechat_backend.gateways.sms import Arrival
from wechat_backend.worker.job import AT_ONCE, LATER, NET, Job

log = structlog.get_logger("panyu.worker")

REST = timedelta(minutes=5)
"""After the provider turned everything away."""

Ask = Callable[[Delivery], Awaitable[Arrival | None]]
"""What the carrier reports of a message; None while it has reported nothing. Raises `GatewayError`."""


class Receipts:
    def __init__(self, arrivals: Arrivals, ask: Ask, clock: Clock) -> None:
        self.arrivals, self.ask, self.clock = arrivals, ask, clock
        self.closed_until = clock()
        self.job = Job("receipts", NET, self.run, woken_by={arrivals.deliveries.collection: ("ask_at",)})

    async def run(self) -> float:
        """Ask about the message that waits longest."""
        now = self.clock()
        if now < self.closed_until:
            return (self.closed_until - now).total_seconds()
        delivery = await self.arrivals.claim(now)
        if delivery is None:
            return await self._until_the_next()
        by = Cause("system", now, Channel.SYSTEM, delivery["request"])
        try:
            arrival = await self.ask(delivery)
        except GatewayError as error:
            log.warning("receipt_not_known", delivery=delivery["_id"], code=error.code)
            await self._failed(delivery, error, by)
            return AT_ONCE
        if arrival is None:
            await self.arrivals.not_told(delivery, by)
        else:
            reached_at = arrival.at and _between(delivery, arrival.at, now)
            await self.arrivals.told(delivery, arrival.code, reached_at, by)
        return AT_ONCE

    async def _failed(self, delivery: Delivery, error: GatewayError, by: Cause) -> None:
        """What cannot be asked is not asked again; what the provider turned away is, later."""
        if error.permanent:
            await self.arrivals.told(delivery, error.code, None, by)
            return
        if error.remedy is Remedy.WAIT:
            self.closed_until = by.at + REST
        await self.arrivals.not_told(delivery, by)

    async def _until_the_next(self) -> float:
        at = await self.arrivals.next_at()
        return LATER if at is None else max(0.0, (at - self.clock()).total_seconds())


def _between(delivery: Delivery, arrived_at: datetime, now: datetime) -> datetime:
    """When a message arrived: after it went out, and not in the future, whatever the carrier's clock says."""
    return min(max(arrived_at, delivery.get("settled_at", arrived_at)), now)
