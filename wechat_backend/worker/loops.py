"""The worker's loops. Each survives whatever happens in it: it logs, waits longer, and goes on."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from secrets import token_hex

import structlog

from models.applications import Applications
from models.events import Cause, Channel
from models.materials import Materials
from models.outbox import Deliveries, Outbox
from models.store import Document, Store
from models.workers import Workers
from wechat_backend import notices
from wechat_backend.gateways.base import Clock
from wechat_backend.worker.alarm import SmsAlarm
from wechat_backend.worker.publisher import MenuPublisher
from wechat_backend.worker.sender import Sender

log = structlog.get_logger("panyu.worker")

RELAY_EVERY = 0.3
DELIVER_EVERY = 0.3
BEAT_EVERY = 10.0
MENU_EVERY = 60.0
SWEEP_EVERY = 3600.0
"""Seconds between two rounds that found nothing to do."""
LONGEST_PAUSE = 15.0
AT_ONCE = 8
"""Deliveries on their way at the same time."""
GRACE = 3.0
"""Seconds that deliveries on their way get to arrive when the worker is told to stop."""


class Worker:
    """Any number of workers may run beside each other."""

    def __init__(
        self,
        *,
        stores: Sequence[Store],
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
        self.wake = asyncio.Event()

    async def relay_once(self) -> int:
        """Move all pending events on; returns how many."""
        done = await self.outbox.relay(self.stores, self.deliveries, notices.plan, self.clock())
        self._note(done.stuck)
        if done.moved:
            self.relayed += done.moved
            self.wake.set()
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

    async def run(self) -> None:
        """Work until cancelled; what is on its way then may still arrive."""
        log.info("worker_started", worker=self.name)
        on_their_way: set[asyncio.Task[None]] = set()
        loops = [
            self._repeat("relay", self.relay_once, RELAY_EVERY),
            self._repeat("deliver", lambda: self._dispatch(on_their_way), DELIVER_EVERY, self.wake),
            self._repeat("heartbeat", self._beat, BEAT_EVERY),
            self._repeat("menu", self.menu.publish, MENU_EVERY),
            self._repeat("sweep", self.sweep_once, SWEEP_EVERY),
        ]
        try:
            await asyncio.gather(*loops)
        finally:
            if on_their_way:
                await asyncio.wait(on_their_way, timeout=GRACE)
            log.info("worker_stopped", worker=self.name)

    async def _dispatch(self, on_their_way: set[asyncio.Task[None]]) -> bool:
        """Claim one delivery and set it on its way, when there is room."""
        if len(on_their_way) >= AT_ONCE:
            await asyncio.wait(on_their_way, return_when=asyncio.FIRST_COMPLETED)
        delivery = await self.sender.claim()
        if delivery is None:
            return False
        task = asyncio.create_task(self._send(delivery))
        on_their_way.add(task)
        task.add_done_callback(on_their_way.discard)
        return True

    async def _send(self, delivery: Document) -> None:
        try:
            await self.sender.send(delivery)
            self.sent += 1
        except Exception:  # the database: the lease runs out, and it is claimed again
            log.exception("delivery_not_recorded", delivery=delivery["_id"])

    async def _beat(self) -> bool:
        await self.workers.beat(self.name, self.clock(), relayed=self.relayed, sent=self.sent)
        await self.alarm.look()
        waiting = await self.deliveries.waiting(self.clock())
        log.info(
            "heartbeat",
            worker=self.name,
            relayed=self.relayed,
            sent=self.sent,
            stuck=len(self.stuck),
            **waiting,
        )
        return False

    async def _repeat(
        self,
        name: str,
        work: Callable[[], Awaitable[int | bool]],
        pause: float,
        wake: asyncio.Event | None = None,
    ) -> None:
        """Do `work` again at once while it finds something to do, else after `pause` or when woken."""
        failures = 0
        while True:
            try:
                busy = await work()
                failures = 0
            except Exception:
                failures += 1
                busy = False
                log.exception("loop_failed", loop=name, failures=failures)
            if not busy:
                await _rest(min(LONGEST_PAUSE, pause * 2 ** min(failures, 10)) if failures else pause, wake)


async def _rest(seconds: float, wake: asyncio.Event | None) -> None:
    if wake is None:
        await asyncio.sleep(seconds)
        return
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        pass
    wake.clear()
