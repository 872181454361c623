"""Calls to the database are never cancelled.

PyMongo's asynchronous client can lose a lock when a call is cancelled while it looks for a primary; every
later call then waits for ever. So a call always runs to its end: `all_to_their_end` waits for several
calls at once, and a caller that has no more time goes on without the result (`wait_at_most`).
"""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

T = TypeVar("T")


async def all_to_their_end(works: Iterable[Awaitable[T]]) -> list[T]:
    """Do all of them at once; their results in order, when the last has ended.

    Cancelling the caller cancels none of them.

    Raises:
        Exception: of the first that failed, by their order; the others were done all the same.
    """
    tasks = [begun(work) for work in works]
    if tasks:
        await asyncio.wait(tasks)
    failed = [error for task in tasks if (error := task.exception())]
    if failed:
        raise failed[0]
    return [task.result() for task in tasks]


async def wait_at_most(seconds: float, work: Awaitable[T]) -> T:
    """The result of `work` within so many seconds; slower work goes on, and its result is dropped.

    Raises:
        TimeoutError
    """
    task = begun(work)
    await asyncio.wait({task}, timeout=seconds)
    if not task.done():
        raise TimeoutError
    return task.result()


def begun(work: Awaitable[T]) -> asyncio.Future[T]:
    """Start `work`; its error counts as read, since the caller may have been cancelled, or does not wait."""
    task = asyncio.ensure_future(work)
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    return task
