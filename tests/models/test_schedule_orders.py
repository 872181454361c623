"""In whatever order things are promised, moved, dropped, looked at and left by the dead: kept once."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from models.events import Cause, Channel
from models.outgoing.deliveries import Deliveries
from models.outgoing.outbox import Outbox
from models.schedule import LONGEST_PAUSE, Due, Schedule
from models.store import Database, Document
from tests.house.clock import START
from tests.promises import Promises

KEYS, MINUTES = st.sampled_from(["a", "b"]), st.integers(0, 3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), KEYS, MINUTES),
        st.tuples(st.just("drop"), KEYS),
        st.tuples(st.just("relay"), st.sampled_from(["whole", "dies early", "dies late"])),
        st.tuples(st.just("wait"), MINUTES),
        st.tuples(
            st.just("look"), st.sampled_from(["whole", "dies early", "dies late", "fails", "slow", "slow"])
        ),
        st.tuples(st.just("wake")),
    ),
    max_size=30,
)


class Dies(Exception):
    """The worker ends here."""


class DiesEarly(Schedule):
    async def plan(self, events: Iterable[Document]) -> None:
        raise Dies


class DiesLate(Outbox):
    async def _remove(self, *_: Any) -> bool:
        raise Dies


class World:
    """The house's parts; and beside them what must be true, by rules of its own.

    `expects` is the moment that stands for each subject, `kept` how often each subject must have been kept.
    """

    def __init__(self, database: Database) -> None:
        self.promises, self.deliveries = Promises(database), Deliveries(database)
        self.schedule, self.outbox = Schedule(database), Outbox(database)
        self.dies_early, self.dies_late = DiesEarly(database), DiesLate(database)
        self.now = START
        self.steps: Counter[str] = Counter()
        self.expects: dict[str, datetime] = {}
        self.kept: Counter[str] = Counter()
        self.slow: list[Due] = []

    async def empty(self) -> None:
        for store in (self.promises, self.deliveries, self.schedule, self.outbox):
            await store.prepare()
            await store.documents.delete_many({})

    def by(self) -> Cause:
        return Cause("system", self.now, Channel.SYSTEM, "request")

    async def set(self, key: str, minutes: int) -> None:
        at = self.expects[key] = self.now + timedelta(minutes=minutes)
        await self.promises.set(key, self.steps[key], at, self.by())
        self.steps[key] += 1

    async def drop(self, key: str) -> None:
        self.expects.pop(key, None)
        await self.promises.drop(key, self.steps[key], self.by())
        self.steps[key] += 1

    async def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    async def relay(self, how: str) -> None:
        """`dies early`: after the audit record, before the plans; `dies late`: before the event is pulled."""
        outbox = self.dies_late if how == "dies late" else self.outbox
        schedule = self.dies_early if how == "dies early" else self.schedule
        done = await outbox.relay([self.promises], self.deliveries, schedule, lambda *_: (), self.now)
        assert {type(error) for error in done.stuck.values()} <= {Dies}

    async def look(self, how: str) -> bool:
        """`dies early`: with a lease and nothing done; `dies late`: with the change and no mark."""
        due = await self.schedule.claim(self.now)
        if due is None:
            return False
        assert due.at <= self.now
        if how == "slow":
            self.slow.append(due)
        elif how == "fails":
            await self.schedule.failed(due, "Fault", self.now)
        elif how != "dies early":
            await self.keep(due, mark=how == "whole")
        return True

    async def wake(self) -> None:
        """The slowest goes on; its lease may have run out, and another may have looked meanwhile."""
        if self.slow:
            await self.keep(self.slow.pop(0), mark=True)

    async def keep(self, due: Due, mark: bool) -> None:
        held = await self.promises.keep(due, self.by())
        assert held == (self.expects.get(due.about) == due.at)
        if held:
            self.kept[due.about] += 1
            del self.expects[due.about]
        if mark:
            await self.schedule.done(due, held, self.now)

    async def settle(self) -> None:
        """Workers that live go on until nothing waits."""
        await self.relay("whole")
        while self.slow:
            await self.wake()
        while await self.schedule.next_at():
            self.now += LONGEST_PAUSE
            while await self.look("whole"):
                pass
        await self.relay("whole")


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
async def test_each_promise_that_stands_is_kept_once_and_no_other(database: Database, steps: Any) -> None:
    world = World(database)
    await world.empty()
    for name, *arguments in steps:
        await getattr(world, name)(*arguments)
    await world.settle()
    assert world.expects == {}
    logs = {each["_id"]: each["log"] async for each in world.promises.documents.find({})}
    kept = {key: sum(line["what"] == "kept" for line in log) for key, log in logs.items()}
    assert kept == {key: world.kept[key] for key in logs}
    told = Counter([each["about"] async for each in world.outbox.documents.find({"name": "promise.kept"})])
    assert told == +world.kept
    plans = [each async for each in world.schedule.documents.find({})]
    assert len(plans) == sum(line["what"] == "set" for log in logs.values() for line in log)
    assert {plan["state"] for plan in plans} <= {"fired", "overtaken"}
