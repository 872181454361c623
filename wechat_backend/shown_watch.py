"""A server hears of the changes of what it shows from its memory, whichever process makes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from models.snapshot import Snapshot
from wechat_backend.rounds import repeating

PAUSE = timedelta(milliseconds=100)
"""Between two looks, each of which waits for a change by itself; and before a lost stream is opened anew."""


@asynccontextmanager
async def following_shown(snapshot: Snapshot) -> AsyncIterator[None]:
    """Follow them meanwhile. While the database does not answer, nothing is shown from memory."""
    async with repeating(snapshot.look, PAUSE, "shown_not_followed"):
        yield
    await snapshot.end()
