"""A server tells, every few seconds, that heartbeats of kiosks can arrive (`models.kiosks.listening`)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from secrets import token_hex

import structlog

from models.events import Cause, Channel
from models.kiosks import PULSE, Listening
from wechat_backend.gateways.base import Clock

LAST_NOTE = 3.0
"""Seconds that the end waits for a note under way: a call that is cut off can lock up the driver."""

log = structlog.get_logger("panyu.server")


@asynccontextmanager
async def telling(listening: Listening, clock: Clock) -> AsyncIterator[None]:
    """Tell it meanwhile. What the database does not take is a silence, and ends with the next note."""
    over = asyncio.Event()
    task = asyncio.create_task(_tell(listening, clock, over))
    try:
        yield
    finally:
        over.set()
        await asyncio.wait({task}, timeout=LAST_NOTE)


async def _tell(listening: Listening, clock: Clock, over: asyncio.Event) -> None:
    name = token_hex(4)
    while not over.is_set():
        try:
            await listening.listen(Cause("system", clock(), Channel.SYSTEM, f"server-{name}"))
        except Exception as error:
            log.warning("pulse_not_noted", error=type(error).__name__)
        with suppress(TimeoutError):
            async with asyncio.timeout(PULSE.total_seconds()):
                await over.wait()
