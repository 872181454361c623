"""Time that stands still until it is told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from models.events import Cause, Channel

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Tuesday 24 November 2026, ten in the morning in Panyu."""

MakeCause = Callable[..., Cause]
"""`cause(actor="system", channel=Channel.SYSTEM)`: something is done at the time of the clock."""


class Clock:
    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def set(self, time: datetime) -> None:
        self.time = time

    def advance(self, by: timedelta) -> None:
        self.time += by


def cause_at(at: datetime, actor: str = "system", channel: Channel = Channel.SYSTEM) -> Cause:
    """The cause of a change, in a request of its own."""
    return Cause(actor, at, channel, f"request-{uuid4().hex[:8]}")
