"""What a process does again and again beside its work, from its start to its end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog

LAST_ROUND = 3.0
"""Seconds that the end waits for a round under way: a call that is cut off can lock up the driver."""

log = structlog.get_logger("panyu.server")


@asynccontextmanager
async def repeating(
    work: Callable[[], Awaitable[object]], pause: timedelta, fault: str
) -> AsyncIterator[None]:
    """Do it meanwhile, with a pause after each round. A round that fails is logged as a `fault`, and the next
    one comes all the same."""
    over = asyncio.Event()
    task = asyncio.create_task(_repeat(work, pause, fault, over))
    try:
        yield
    finally:
        over.set()
        await asyncio.wait({task}, timeout=LAST_ROUND)


async def _repeat(
    work: Callable[[], Awaitable[object]], pause: timedelta, fault: str, over: asyncio.Event
) -> None:
    while not over.is_set():
        try:
            await work()
        except Exception as error:
            log.warning(fault, error=type(error).__name__)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause.total_seconds()):
                await over.wait()
