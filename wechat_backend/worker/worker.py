"""The worker: it does its jobs beside each other until it is told to stop."""

import asyncio
from collections.abc import Sequence

import structlog

from wechat_backend.worker.jobs.deliver import Deliver
from wechat_backend.worker.jobs.relay import Relay
from wechat_backend.worker.loop import Expect, Loop

log = structlog.get_logger("panyu.worker")

GRACE = 3.0
"""Seconds that rounds and deliveries on their way get to end when the worker is told to stop."""


def unwatched(_name: str, _seconds: float) -> None:
    """For a worker without a watchdog."""


class Worker:
    """Any number of workers may run beside each other."""

    def __init__(self, name: str, loops: Sequence[Loop], relay: Relay, deliver: Deliver) -> None:
        self.name, self.loops, self.relay, self.deliver = name, loops, relay, deliver

    def loop(self, name: str) -> Loop:
        return next(loop for loop in self.loops if loop.job.name == name)

    async def run(self, expect: Expect = unwatched) -> None:
        """Work until cancelled; what is on its way then may still arrive.

        No call is cut off: the loops are told to end, and those that take too long are left to themselves.
        """
        log.info("worker_started", worker=self.name)
        running = {asyncio.create_task(loop.run(expect), name=loop.job.name) for loop in self.loops}
        try:
            ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for loop in ended:  # it was not told to
                loop.result()
        finally:
            for each in self.loops:
                each.end()
            await asyncio.wait(running, timeout=GRACE)
            log.info("worker_stopped", worker=self.name)
