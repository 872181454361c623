"""What is to be claimed before anything is written.

Some work is read for most of the time, and nobody knows beforehand whether it will change anything: the
answer to a message, above all. Within `claiming`, the first write of any collection waits until the claim is
made, and is not sent where it cannot be made; so work that only reads makes no claim, and none that writes
can forget it. `wechat_backend.database` puts `ClaimsFirst` around every collection, of either driver.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from inspect import ismethod
from typing import Any

Claim = Callable[[], Awaitable[None]]
"""Returns when the work is claimed, as often as it is called; raises where it is another's."""

READS = frozenset(
    {
        "aggregate",
        "count_documents",
        "distinct",
        "estimated_document_count",
        "find",
        "find_one",
        "index_information",
        "list_indexes",
        "watch",
    }
)
"""What changes nothing, and all that is no method; everything else counts as a write."""

_claim: ContextVar[Claim | None] = ContextVar("claim", default=None)


@contextmanager
def claiming(claim: Claim) -> Iterator[None]:
    """Whatever is written within, in tasks that are begun within too, waits for `claim`."""
    before = _claim.set(claim)
    try:
        yield
    finally:
        _claim.reset(before)


async def claimed() -> None:
    """Return when the claim of who runs is made, if there is one to be made: for what others write in their
    stead."""
    if claim := _claim.get():
        await claim()


class ClaimsFirst:
    """A collection whose writes wait for the claim of who writes, if there is one to be made."""

    def __init__(self, native: Any) -> None:
        self._native = native

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._native, name)
        if name in READS or not ismethod(found):
            return found
        if name == "with_options":
            return lambda **options: ClaimsFirst(found(**options))

        async def claimed_first(*given: Any, **named: Any) -> Any:
            await claimed()
            return await found(*given, **named)

        self.__dict__[name] = claimed_first
        return claimed_first
