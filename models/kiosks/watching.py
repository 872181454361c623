"""Notices which kiosks are offline, by one worker at a time."""

from dataclasses import dataclass

from models.events import Cause
from models.kiosks.heartbeats import Heartbeats
from models.kiosks.listening import Listening
from models.kiosks.presence import silent_since


@dataclass(frozen=True)
class Watching:
    heartbeats: Heartbeats
    listening: Listening

    async def look(self, by: Cause) -> int:
        """Mark each device that has been silent for too long; how many. It may be repeated, and done by
        several at once: each loss is written once, and none of a device that is heard meanwhile."""
        since = silent_since(await self.listening.find(), by.at)
        if since is None:
            return 0
        return sum([await self.heartbeats.lose(silent, by) async for silent in self.heartbeats.silent(since)])
