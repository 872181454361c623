"""Drops the files that nobody holds, by one worker at a time."""

from secrets import token_hex

import structlog

from models.applications import Applications
from models.blacklist import Bans
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


class Sweep:
    def __init__(
        self, leases: Leases, materials: Materials, applications: Applications, bans: Bans, clock: Clock
    ) -> None:
        self.materials, self.applications, self.bans, self.clock = materials, applications, bans, clock
        alone = Alone(leases, "sweep", SWEEP_EVERY, self.sweep, clock)
        self.job = Job("sweep", SWEEP_EVERY, alone.run, most=LONGEST_SWEEP)

    async def sweep(self, _lease: Document) -> float:
        by = Cause("system", self.clock(), Channel.SYSTEM, f"sweep-{token_hex(4)}")
        if swept := await self.materials.sweep(self.held, by):
            log.info("files_swept", count=swept)
        return LATER

    async def held(self, keys: set[str]) -> set[str]:
        """The files that the applications or decisions with these ids hold."""
        return await self.applications.files_held(keys) | await self.bans.files_held(keys)
