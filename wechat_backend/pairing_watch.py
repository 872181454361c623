"""A server hears of the changes of pairings, whichever process makes them, and tells its pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from models.pairings import Changes
from wechat_backend.rounds import repeating

PAUSE = timedelta(milliseconds=100)
"""Between two looks, each of which waits for a change by itself; and before a lost stream is opened anew."""


@asynccontextmanager
async def following_pairings(changes: Changes) -> AsyncIterator[None]:
    """Follow them meanwhile. While the database does not answer, the pages look for themselves."""
    async with repeating(changes.look, PAUSE, "pairings_not_followed"):
        yield
    await changes.end()
