"""The first try at a message, which nobody has answered yet as far as is known.

The answer is made before anything is claimed: most answers only read, and are then kept together with the
claim, in one write. An answer that changes something claims before its first change (`models.claims`). Where
the message turns out to have come before, whatever was made is dropped, and `Repeated` is raised: then the
message is to be begun anew (`Inbox.begin`), which finds the answer, or takes over.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from models.chat.inbox import Inbox, Listed


class Repeated(Exception):
    """The message, or its nonce, came before, or comes just now at another place."""


@dataclass
class Turn:
    """`holder`'s, at one message."""

    inbox: Inbox
    message: str
    nonce: str
    now: Callable[[], datetime]
    holder: str
    _claim: asyncio.Future[bool] | None = field(default=None, init=False)

    async def claim(self) -> None:
        """Before the first change; again it costs nothing.

        Raises:
            Repeated: also when it is called again.
        """
        if self._claim is None:
            claim = self.inbox.claim(self.message, self.nonce, self.now(), self.holder)
            self._claim = asyncio.ensure_future(claim)
        if not await asyncio.shield(self._claim):
            raise Repeated

    async def keep(self, reply: str | None, listed: Listed | None) -> None:
        """What the message is answered, and what the numbers of its list stand for.

        Raises:
            Repeated
        """
        if self._claim is not None:
            await self.claim()
            await self.inbox.finish(self.message, reply, self.holder, listed)
        elif not await self.inbox.keep(self.message, self.nonce, reply, self.now(), listed):
            raise Repeated
