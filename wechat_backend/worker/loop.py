"""One loop of the worker: it survives whatever happens in it, and tells how it is."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import inf
from time import monotonic

import structlog

log = structlog.get_logger("panyu.worker")

LONGEST_PAUSE = 15.0
UNWELL = 2
"""Failures in a row."""

Expect = Callable[[str, float], None]
"""Tells the watchdog that the loop of this name will be heard of again within so many seconds."""


@dataclass
class Loop:
    """Does `work` again at once while it finds something to do, else after `every` seconds or when woken.

    A round takes `most` seconds at most; one that takes longer hangs.
    """

    name: str
    work: Callable[[], Awaitable[int | bool]]
    every: float
    most: float = 60.0
    failures: int = 0
    due: float = inf
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    ending: bool = False

    @property
    def unwell(self) -> bool:
        """Whether it fails again and again, or should have been heard of by now."""
        return self.failures >= UNWELL or monotonic() > self.due

    async def run(self, expect: Expect) -> None:
        """Go on until told to end; a round that has begun is finished."""
        while not self.ending:
            self._within(self.most, expect)
            pause = await self._round()
            if pause and not self.ending:
                self._within(pause + self.most, expect)
                await self._rest(pause)

    def end(self) -> None:
        self.ending = True
        self.wake.set()

    async def _round(self) -> float:
        """Work once; how long to pause then."""
        try:
            busy = await self.work()
        except Exception:
            self.failures += 1
            log.exception("loop_failed", loop=self.name, failures=self.failures)
            return min(LONGEST_PAUSE, self.every * 2.0 ** min(self.failures, 10))
        self.failures = 0
        return 0.0 if busy else self.every

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.wake.wait()
        except TimeoutError:
            pass
        self.wake.clear()

    def _within(self, seconds: float, expect: Expect) -> None:
        self.due = monotonic() + seconds
        expect(self.name, seconds)
