"""Promises in a world, and what a worker's job does about them."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from models.events import Cause
from models.schedule import Due
from models.stores import Stores
from tests.house.worker import World
from tests.promises import DUE, Promises
from wechat_backend.worker.job import AT_ONCE
from wechat_backend.worker.jobs.schedule import Fire, ScheduleRunner


class Promised:
    """`fired` has what was kept, in that order; `work` is one worker, or several, until nothing is due."""

    def __init__(self, world: World) -> None:
        self.world, self.promises = world, Promises(world.database)
        self.fires: Mapping[str, Fire] = {DUE: self.keep}
        self.fired: list[str] = []
        self.runner = self.another()

    def another(self) -> ScheduleRunner:
        return ScheduleRunner(self.world.services, self.fires, self.world.clock)

    async def keep(self, _stores: Stores, due: Due, by: Cause) -> bool:
        held = await self.promises.keep(due, by)
        self.fired += [due.about] if held else []
        return held

    async def promise(self, key: str, after: timedelta) -> None:
        await self.promises.set(key, 0, self.world.clock() + after, self.world.by())
        services = self.world.services
        await services.outbox.relay(
            [self.promises], services.deliveries, services.schedule, lambda *_: (), self.world.clock()
        )

    async def work(self, *runners: ScheduleRunner) -> None:
        """Rounds of all, beside each other, until none finds more to do at once."""

        async def until_idle(runner: ScheduleRunner) -> None:
            while await runner.run() == AT_ONCE:
                pass
            await runner.end()

        await asyncio.gather(*(until_idle(runner) for runner in runners or (self.runner,)))

    async def kept(self) -> dict[str, int]:
        promises = [each async for each in self.promises.documents.find({})]
        return {each["_id"]: sum(line["what"] == "kept" for line in each["log"]) for each in promises}
