"""Tells that the worker is alive and how each of its jobs is, and what waits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic

import structlog

from models.outgoing import JobState
from models.stores import Stores
from wechat_backend.gateways.base import Clock
from wechat_backend.worker.alarm import SmsAlarm
from wechat_backend.worker.alone import LEASE
from wechat_backend.worker.job import LATER, Job
from wechat_backend.worker.jobs.deliver import Deliver
from wechat_backend.worker.jobs.relay import Relay
from wechat_backend.worker.loop import Loop

log = structlog.get_logger("panyu.worker")

BEAT_EVERY = 10.0


class Heartbeat:
    """`loops` are those of the worker `name`, this one's among them."""

    def __init__(
        self,
        name: str,
        loops: Sequence[Loop],
        relay: Relay,
        deliver: Deliver,
        stores: Stores,
        alarm: SmsAlarm,
        clock: Clock,
    ) -> None:
        self.name, self.loops, self.relay, self.deliver = name, loops, relay, deliver
        self.stores, self.alarm, self.clock = stores, alarm, clock
        self.job = Job("heartbeat", BEAT_EVERY, self.run)

    async def run(self) -> float:
        now = self.clock()
        done = {"relayed": self.relay.relayed, "sent": self.deliver.sent}
        jobs = {loop.job.name: state(loop, now) for loop in self.loops}
        await self.stores.workers.beat(self.name, now, jobs, **done)
        await self.alarm.look()
        log.info(
            "heartbeat",
            worker=self.name,
            **done,
            stuck=len(self.relay.stuck),
            unwell=[name for name, job in jobs.items() if job["unwell"]],
            **await self.stores.deliveries.waiting(now),
            schedule=await self.stores.schedule.counts(now),
        )
        return LATER


def state(loop: Loop, now: datetime) -> JobState:
    """How a job is on this worker."""
    since = None if loop.ended is None else timedelta(seconds=monotonic() - loop.ended)
    return {
        "ended_at": None if since is None else now - since,
        "within": loop.job.longest + loop.job.most + LEASE.total_seconds(),
        "unwell": loop.unwell,
    }
