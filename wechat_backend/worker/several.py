"""Several pieces of work under way at the same time."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from wechat_backend.worker.job import Bell


class Several:
    """At most `most` at a time. One that ends rings the bell: there may be more to do then."""

    def __init__(self, most: int, bell: Bell) -> None:
        self.most, self.bell = most, bell
        self.under_way: set[asyncio.Task[None]] = set()

    async def room(self) -> None:
        """Wait until one more may begin."""
        if len(self.under_way) >= self.most:
            await asyncio.wait(self.under_way, return_when=asyncio.FIRST_COMPLETED)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self.under_way.add(task)
        task.add_done_callback(self._ended)

    async def end(self) -> None:
        """Wait for those under way."""
        if self.under_way:
            await asyncio.wait(self.under_way)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.under_way.discard(task)
        self.bell.ring()
