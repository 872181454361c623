"""What the worker does again and again, declared as a record, and what wakes it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import inf

from models.outgoing.waking import Wakes

AT_ONCE, LATER = 0.0, inf
"""What a round returns where there is more to do, and where nothing is known of more."""
NET, WATCHED_NET = 5.0, 30.0
"""Seconds between two looks of a job that is woken, for what no bell has told; and while the change stream is
open which rings the bells."""
EVERYTHING = "*"
"""Rung where it is not known what has changed."""


class Bell:
    """Rung by those who know that there is something to do; it keeps what it was rung for.

    `watched` while a change stream is open that rings it.
    """

    def __init__(self) -> None:
        self.watched = False
        self._rung = asyncio.Event()
        self._names: set[str] = set()

    def ring(self, name: str = EVERYTHING) -> None:
        self._names.add(name)
        self._rung.set()

    def heard(self) -> set[str]:
        """What it was rung for since this was asked last."""
        names, self._names = self._names, set()
        return names

    async def wait(self, seconds: float) -> None:
        """Until it has been rung since the last wait, or the time is over."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            pass
        self._rung.clear()


class Elsewhere(Exception):
    """Another worker does this job, or did it lately; it may be this one's turn in so many `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


async def _nothing() -> None:
    """A job that leaves nothing behind."""


@dataclass(frozen=True, eq=False)
class Job:
    """`run` does one round, and returns the seconds until there is more to do (`AT_ONCE`, `LATER`).

    The next round begins then, when the bell rings, or `every` seconds later (`longest`), whichever comes
    first. Each change that `woken_by` names rings the bell with its collection. A round takes `most` seconds
    at most; one that takes longer hangs. `end` is called after the last round.
    """

    name: str
    every: float
    run: Callable[[], Awaitable[float]]
    most: float = 60.0
    woken_by: Wakes = field(default_factory=dict)
    end: Callable[[], Awaitable[None]] = _nothing
    bell: Bell = field(default_factory=Bell)

    @property
    def longest(self) -> float:
        """Seconds of the longest pause between two rounds, as things are."""
        return max(self.every, WATCHED_NET) if self.bell.watched else self.every
