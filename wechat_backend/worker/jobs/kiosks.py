"""Notices kiosks that have fallen silent, by one worker at a time."""

from datetime import timedelta
from secrets import token_hex

import structlog

from models.events import Cause, Channel
from models.kiosks import Watching
from models.leases import Leases
from models.store import Document
from wechat_backend.gateways.base import Clock
from wechat_backend.worker.alone import Alone
from wechat_backend.worker.job import LATER, Job

log = structlog.get_logger("panyu.worker")

LOOK_EVERY = 5.0
LEASE = timedelta(seconds=10)
"""A look is one query and a write a loss. Of a worker that dies while it looks, another one takes over after
this; two that look at once do no harm."""


class KioskWatch:
    def __init__(self, leases: Leases, watching: Watching, clock: Clock) -> None:
        self.watching, self.clock = watching, clock
        alone = Alone(leases, "kiosks", LOOK_EVERY, self.look, clock, lease=LEASE)
        self.job = Job("kiosks", LOOK_EVERY, alone.run)

    async def look(self, _lease: Document) -> float:
        by = Cause("system", self.clock(), Channel.SYSTEM, f"kiosks-{token_hex(4)}")
        if lost := await self.watching.look(by):
            log.warning("kiosks_lost", count=lost)
        return LATER
