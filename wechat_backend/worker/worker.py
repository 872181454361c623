"""The worker: what it does in its loops."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any

import structlog

from models.applications import Applications
from models.events import Cause, Channel
from models.materials.store import Materials
from models.outgoing import Deliveries, Delivery, Outbox, Workers, notices
from models.store import Store
from wechat_backend.gateways.base import Clock
from wechat_backend.worker.alarm import SmsAlarm
from wechat_backend.worker.jobs.menu import MenuPublisher
from wechat_backend.worker.loop import Expect, Loop
from wechat_backend.worker.sender import Sender

log = structlog.get_logger("panyu.worker")

RELAY_EVERY = 0.3
DELIVER_EVERY = 0.3
BEAT_EVERY = 10.0
MENU_EVERY = 60.0
SWEEP_EVERY = 3600.0
"""Seconds between two rounds that found nothing to do."""
LONGEST_SWEEP = 1800.0
AT_ONCE = 8
"""Deliveries on their way at the same time."""
GRACE = 3.0
"""Seconds that rounds and deliveries on their way get to end when the worker is told to stop."""


def unwatched(_name: str, _seconds: float) -> None:
    """For a worker without a watchdog."""


class Worker:
    """Any number of workers may run beside each other."""

    def __init__(
        self,
        *,
        stores: Sequence[Store[Any]],
        outbox: Outbox,
        deliveries: Deliveries,
        workers: Workers,
        sender: Sender,
        menu: MenuPublisher,
        materials: Materials,
        applications: Applications,
        alarm: SmsAlarm,
        clock: Clock,
    ) -> None:
        self.materials, self.applications = materials, applications
        self.stores, self.outbox, self.deliveries, self.workers = stores, outbox, deliveries, workers
        self.sender, self.menu, self.alarm, self.clock = sender, menu, alarm, clock
        self.name = f"{os.getpid()}-{token_hex(4)}"
        self.relayed = self.sent = 0
        self.stuck: frozenset[str] = frozenset()
        self.on_their_way: set[asyncio.Task[None]] = set()
        self.deliver = Loop("deliver", self._dispatch, DELIVER_EVERY)
        self.loops = (
            Loop("relay", self.relay_once, RELAY_EVERY),
            self.deliver,
            Loop("heartbeat", self._beat, BEAT_EVERY),
            Loop("menu", self.menu.publish, MENU_EVERY),
            Loop("sweep", self.sweep_once, SWEEP_EVERY, most=LONGEST_SWEEP),
        )

    async def relay_once(self) -> int:
        """Move all pending events on; returns how many."""
        done = await self.outbox.relay(self.stores, self.deliveries, notices.plan, self.clock())
        self._note(done.stuck)
        if done.moved:
            self.relayed += done.moved
            self.deliver.wake.set()
            log.info("events_relayed", count=done.moved)
        return done.moved

    def _note(self, stuck: Mapping[str, Exception]) -> None:
        """Log each document when its events cannot be moved on, not in every round."""
        for document, error in stuck.items():
            if document not in self.stuck:
                log.error("events_stuck", document=document, exc_info=error)
        self.stuck = frozenset(stuck)

    async def deliver_once(self) -> bool:
        """Send the delivery longest due; False where none is."""
        delivery = await self.sender.claim()
        if delivery is None:
            return False
        await self._send(delivery)
        return True

    async def sweep_once(self) -> bool:
        """Drop the files that nobody holds; there is no more to do then."""
        by = Cause("system", self.clock(), Channel.SYSTEM, f"sweep-{token_hex(4)}")
        if swept := await self.materials.sweep(self.applications.files_held, by):
            log.info("files_swept", count=swept)
        return False

    async def run(self, expect: Expect = unwatched) -> None:
        """Work until cancelled; what is on its way then may still arrive.

        No call is cut off: the loops are told to end, and those that take too long are left to themselves.
        """
        log.info("worker_started", worker=self.name)
        running = {asyncio.create_task(loop.run(expect), name=loop.name) for loop in self.loops}
        try:
            ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for loop in ended:  # it was not told to
                loop.result()
        finally:
            for each in self.loops:
                each.end()
            await asyncio.wait(running | self.on_their_way, timeout=GRACE)
            log.info("worker_stopped", worker=self.name)

    async def _dispatch(self) -> bool:
        """Claim one delivery and set it on its way, when there is room."""
        if len(self.on_their_way) >= AT_ONCE:
            await asyncio.wait(self.on_their_way, return_when=asyncio.FIRST_COMPLETED)
        delivery = await self.sender.claim()
        if delivery is None:
            return False
        task = asyncio.create_task(self._send(delivery))
        self.on_their_way.add(task)
        task.add_done_callback(self.on_their_way.discard)
        return True

    async def _send(self, delivery: Delivery) -> None:
        try:
            await self.sender.send(delivery)
            self.sent += 1
        except Exception:  # the database: the lease runs out, and it is claimed again
            log.exception("delivery_not_recorded", delivery=delivery["_id"])

    async def _beat(self) -> bool:
        unwell = [loop.name for loop in self.loops if loop.unwell]
        await self.workers.beat(self.name, self.clock(), unwell, relayed=self.relayed, sent=self.sent)
        await self.alarm.look()
        waiting = await self.deliveries.waiting(self.clock())
        log.info(
            "heartbeat",
            worker=self.name,
            relayed=self.relayed,
            sent=self.sent,
            stuck=len(self.stuck),
            unwell=unwell,
            **waiting,
        )
        return False
