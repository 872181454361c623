"""Looks at what is due and asks an outside system, apart from other plans: one that does not answer holds up
none of those."""

from models.stores import Stores
from wechat_backend.gateways.base import Clock
from wechat_backend.worker.jobs.schedule import ASKING, ScheduleRunner


class Questions(ScheduleRunner):
    def __init__(self, stores: Stores, clock: Clock) -> None:
        super().__init__(stores, ASKING, clock, "questions")
