"""Proposes kiosks that are to retire, by one worker at a time; a person decides (article 21, item 5)."""

from secrets import token_hex

import structlog

from models.events import Cause, Channel
from models.kiosks import Retiring
from models.leases import Leases
from models.store import Document
from wechat_backend.gateways.base import Clock
from wechat_backend.worker.alone import Alone
from wechat_backend.worker.job import LATER, Job

log = structlog.get_logger("panyu.worker")

LOOK_EVERY = 3600.0
"""It reads every kiosk that is in a hall; grounds are reckoned in days."""
LONGEST_LOOK = 600.0


class Retirements:
    def __init__(self, leases: Leases, retiring: Retiring, clock: Clock) -> None:
        self.retiring, self.clock = retiring, clock
        alone = Alone(leases, "retirements", LOOK_EVERY, self.look, clock)
        self.job = Job("retirements", LOOK_EVERY, alone.run, most=LONGEST_LOOK)

    async def look(self, _lease: Document) -> float:
        by = Cause("system", self.clock(), Channel.SYSTEM, f"retirements-{token_hex(4)}")
        if proposed := await self.retiring.propose_all(by):
            log.info("retirements_proposed", count=proposed)
        return LATER
