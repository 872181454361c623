"""The simulator as one thing: platforms, people, phones, and failures on order."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from simulator import people
from simulator.aliyun.service import Aliyun
from simulator.config import SimulatorConfig
from simulator.cookies import Jars
from simulator.faults import Faults
from simulator.government.service import Government
from simulator.wechat.service import WeChat


class Simulator:
    """`listeners` are called after every change that a phone could show."""

    def __init__(self, config: SimulatorConfig, clock: Callable[[], datetime]) -> None:
        self.config, self.clock = config, clock
        self.listeners: set[Callable[[], None]] = set()
        self.people = people.load()
        self.wechat = WeChat(config, clock, self.people, self.changed)
        self.aliyun = Aliyun(config, clock, self.people, self.changed)
        self.government = Government(config, clock, self.people)
        self.faults, self.jars = Faults(), Jars(config.desk_cookies)
        self.calls: Counter[str] = Counter()

    def changed(self) -> None:
        for listener in tuple(self.listeners):
            listener()

    def settle(self, population: people.Population) -> None:
        """Add people and bodies.

        Raises:
            Taken: see `Registry.add`.
        """
        self.people.add(population)
        self.wechat.meet(population.people)

    def called(self, operation: str) -> None:
        self.calls[operation] += 1

    def reset(self) -> None:
        """As after a start; the callback's address stays."""
        self.people.reset()
        for platform in (self.wechat, self.aliyun, self.government):
            platform.reset()
        self.faults.clear()
        self.jars.clear()
        self.calls.clear()
        self.changed()

    async def close(self) -> None:
        await self.wechat.close()
