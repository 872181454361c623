"""Sends what is due, several at a time, and waits for what is due next."""

import structlog

from models.outgoing import Delivery
from wechat_backend.worker.job import AT_ONCE, NET, Job
from wechat_backend.worker.sender import Sender
from wechat_backend.worker.several import Several

log = structlog.get_logger("panyu.worker")

SIDE_BY_SIDE = 8
"""Deliveries on their way at the same time."""


class Deliver:
    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.sent = 0
        woken_by = {sender.deliveries.collection: ()}
        self.job = Job("deliver", NET, self.run, woken_by=woken_by, end=self.end)
        self.on_their_way = Several(SIDE_BY_SIDE, self.job.bell)

    async def run(self) -> float:
        """Claim one delivery and set it on its way, when there is room."""
        await self.on_their_way.room()
        delivery = await self.sender.claim()
        if delivery is None:
            return await self.sender.rest()
        self.on_their_way.begin(self._send(delivery))
        return AT_ONCE

    async def once(self) -> bool:
        """Send the delivery longest due; False where none is."""
        delivery = await self.sender.claim()
        if delivery is None:
            return False
        await self._send(delivery)
        return True

    async def end(self) -> None:
        await self.on_their_way.end()

    async def _send(self, delivery: Delivery) -> None:
        try:
            await self.sender.send(delivery)
            self.sent += 1
        except Exception:  # the database: the lease runs out, and it is claimed again
            log.exception("delivery_not_recorded", delivery=delivery["_id"])
