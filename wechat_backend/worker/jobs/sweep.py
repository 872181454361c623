"""Drops the files that nobody holds, by one worker at a time."""

from collections.abc import Sequence
from secrets import token_hex
from typing import Protocol

import structlog

from models.events import Cause, Channel
from models.leases import Leases
from models.materials.store import Materials
from models.store import Document
from wechat_backend.gateways.base import Clock
from wechat_backend.worker.alone import Alone
from wechat_backend.worker.job import LATER, Job

log = structlog.get_logger("panyu.worker")

SWEEP_EVERY = 86400.0
"""It looks at every file that is kept."""
LONGEST_SWEEP = 1800.0


class Holder(Protocol):
    """A store whose documents hold files."""

    async def files_held(self, keys: set[str], /) -> set[str]:
        """Ids of the files that the documents with these ids hold."""


class Sweep:
    def __init__(self, leases: Leases, materials: Materials, holders: Sequence[Holder], clock: Clock) -> None:
        self.materials, self.holders, self.clock = materials, holders, clock
        alone = Alone(leases, "sweep", SWEEP_EVERY, self.sweep, clock)
        self.job = Job("sweep", SWEEP_EVERY, alone.run, most=LONGEST_SWEEP)

    async def sweep(self, _lease: Document) -> float:
        by = Cause("system", self.clock(), Channel.SYSTEM, f"sweep-{token_hex(4)}")
        if swept := await self.materials.sweep(self.held, by):
            log.info("files_swept", count=swept)
        return LATER

    async def held(self, keys: set[str]) -> set[str]:
        """The files that what has these ids holds."""
        return {file for holder in self.holders for file in await holder.files_held(keys)}
