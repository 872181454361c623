"""Opens, follows and closes the alerts of places, by one worker at a time (docs/decisions/0012-alerts.md)."""

from secrets import token_hex

import structlog

from models.events import Cause, Channel
from models.kiosks import Alerting, Heartbeats
from models.leases import Leases
from models.store import Document
from wechat_backend.gateways.base import Clock
from wechat_backend.worker.alone import Alone
from wechat_backend.worker.job import LATER, Job

log = structlog.get_logger("panyu.worker")

LOOK_EVERY = 30.0


class KioskAlerts:
    def __init__(self, leases: Leases, heartbeats: Heartbeats, alerting: Alerting, clock: Clock) -> None:
        self.heartbeats, self.alerting, self.clock = heartbeats, alerting, clock
        alone = Alone(leases, "alerts", LOOK_EVERY, self.look, clock)
        self.job = Job("alerts", LOOK_EVERY, alone.run)

    async def look(self, _lease: Document) -> float:
        by = Cause("system", self.clock(), Channel.SYSTEM, f"alerts-{token_hex(4)}")
        if changed := await self.alerting.look(await self.heartbeats.troubles(), by):
            log.info("alerts_changed", count=changed)
        return LATER
