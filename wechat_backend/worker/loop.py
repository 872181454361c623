"""Does one job over and over: it survives whatever happens in a round, and tells how the job is."""

from collections.abc import Callable
from math import inf
from time import monotonic

import structlog

from wechat_backend.worker.job import Elsewhere, Job

log = structlog.get_logger("panyu.worker")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
"""Seconds after a round that failed; they double with each that follows."""
UNWELL = 2
"""Failures in a row."""

Expect = Callable[[str, float], None]
"""Tells the watchdog that the job of this name will be heard of again within so many seconds."""


class Loop:
    """`ended` is when this worker last did a whole round, by `monotonic`; None before the first."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.failures = 0
        self.due = inf
        self.ended: float | None = None
        self.ending = False

    @property
    def unwell(self) -> bool:
        """Whether it fails again and again, or should have been heard of by now."""
        return self.failures >= UNWELL or monotonic() > self.due

    async def run(self, expect: Expect) -> None:
        """Go on until told to end; a round that has begun is finished."""
        while not self.ending:
            self._within(self.job.most, expect)
            pause = await self._round()
            if pause > 0 and not self.ending:
                self._within(pause + self.job.most, expect)
                await self.job.bell.wait(pause)
        await self.job.end()

    def end(self) -> None:
        self.ending = True
        self.job.bell.ring()

    async def _round(self) -> float:
        """Work once; how long to pause then."""
        try:
            pause = await self.job.run()
            self.ended = monotonic()
        except Elsewhere as other:
            pause = other.seconds
        except Exception:
            self.failures += 1
            log.exception("job_failed", job=self.job.name, failures=self.failures)
            return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self.failures - 1, 10))
        self.failures = 0
        return min(pause, self.job.longest)

    def _within(self, seconds: float, expect: Expect) -> None:
        self.due = monotonic() + seconds
        expect(self.job.name, seconds)
