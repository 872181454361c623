"""Sends what is due, several at a time, and waits for what is due next."""

import asyncio

import structlog

from models.outgoing import Delivery
from wechat_backend.worker.job import AT_ONCE, NET, Job
from wechat_backend.worker.sender import Sender

log = structlog.get_logger("panyu.worker")

SIDE_BY_SIDE = 8
"""Deliveries on their way at the same time."""


class Deliver:
    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.sent = 0
        self.on_their_way: set[asyncio.Task[None]] = set()
        woken_by = {sender.deliveries.collection: ()}
        self.job = Job("deliver", NET, self.run, woken_by=woken_by, end=self.end)

    async def run(self) -> float:
        """Claim one delivery and set it on its way, when there is room."""
        if len(self.on_their_way) >= SIDE_BY_SIDE:
            await asyncio.wait(self.on_their_way, return_when=asyncio.FIRST_COMPLETED)
        delivery = await self.sender.claim()
        if delivery is None:
            return await self.sender.rest()
        task = asyncio.create_task(self._send(delivery))
        self.on_their_way.add(task)
        task.add_done_callback(self._ended)
        return AT_ONCE

    async def once(self) -> bool:
        """Send the delivery longest due; False where none is."""
        delivery = await self.sender.claim()
        if delivery is None:
            return False
        await self._send(delivery)
        return True

    async def end(self) -> None:
        if self.on_their_way:
            await asyncio.wait(self.on_their_way)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """It may be due again sooner than what is waited for."""
        self.on_their_way.discard(task)
        self.job.bell.ring()

    async def _send(self, delivery: Delivery) -> None:
        try:
            await self.sender.send(delivery)
            self.sent += 1
        except Exception:  # the database: the lease runs out, and it is claimed again
            log.exception("delivery_not_recorded", delivery=delivery["_id"])
