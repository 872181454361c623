"""Whatever becomes of its caller or its neighbours, a call comes to its own end."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from models.concurrency import all_to_their_end, wait_at_most


class Ends:
    """Calls that note that they ended."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.go = asyncio.Event()

    async def waits(self, name: str) -> str:
        await self.go.wait()
        self.ended.append(name)
        return name

    async def fails(self, name: str) -> str:
        raise LookupError(name)


async def test_results_come_in_order() -> None:
    calls = Ends()
    calls.go.set()
    assert await all_to_their_end(calls.waits(name) for name in "abc") == ["a", "b", "c"]
    assert await all_to_their_end([]) == []


async def test_one_that_fails_cuts_off_no_other() -> None:
    calls = Ends()
    both = asyncio.create_task(all_to_their_end([calls.waits("slow"), calls.fails("x"), calls.fails("y")]))
    await asyncio.sleep(0)
    calls.go.set()
    with pytest.raises(LookupError, match="x"):
        await both
    assert calls.ended == ["slow"]


WAYS: list[Callable[[Awaitable[str]], Coroutine[Any, Any, Any]]] = [
    lambda call: all_to_their_end([call]),
    lambda call: wait_at_most(60, call),
]


@pytest.mark.parametrize("way", WAYS)
async def test_a_caller_that_is_cancelled_cuts_off_none(
    way: Callable[[Awaitable[str]], Coroutine[Any, Any, Any]],
) -> None:
    calls = Ends()
    caller = asyncio.create_task(way(calls.waits("slow")))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    calls.go.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert calls.ended == ["slow"]


async def test_what_is_late_goes_on_alone() -> None:
    calls = Ends()
    with pytest.raises(TimeoutError):
        await wait_at_most(0, calls.waits("slow"))
    calls.go.set()
    assert await wait_at_most(60, calls.waits("quick")) == "quick"
    assert calls.ended == ["slow", "quick"]
    with pytest.raises(LookupError):
        await wait_at_most(60, calls.fails("at once"))
