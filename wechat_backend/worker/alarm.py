"""Says in the log, once for each level and day, when the day's short messages run out."""

import structlog

from models.outgoing import SmsDays
from wechat_backend.gateways.base import Clock

log = structlog.get_logger("panyu.worker")


class SmsAlarm:
    """`levels` is what has been said of each part; a new day begins at 0."""

    def __init__(self, sms: SmsDays, clock: Clock) -> None:
        self.sms, self.clock = sms, clock
        self.levels: dict[str, int] = {}

    async def look(self) -> None:
        for spent in await self.sms.spent(self.clock()):
            if spent.level > self.levels.get(spent.part, 0):
                log.error(
                    "sms_running_out",
                    part=spent.part,
                    used=spent.used,
                    budget=spent.most,
                    percent=spent.level,
                )
            self.levels[spent.part] = spent.level
