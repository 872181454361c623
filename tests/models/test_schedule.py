"""What is planned is looked at when it is due, in the order of the moments, by one worker at a time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.events import Event, Plan
from models.leases import free
from models.outgoing.deliveries import Deliveries
from models.outgoing.outbox import Outbox
from models.schedule import (
    END,
    FIRST_PAUSE,
    LATE,
    LEASE,
    LONGEST_PAUSE,
    WAITING,
    Due,
    Overtaken,
    Schedule,
    held,
    pause_after,
)
from models.store import Database, Document, NothingFound
from tests.house.clock import START, Clock, MakeCause
from tests.promises import DUE, PromiseNotFound, Promises

SOON, LATER = START + timedelta(minutes=1), START + timedelta(hours=1)
MANY = 100_000
FEW = 5
"""Documents and keys that a query may look at, however many there are."""


@dataclass
class Parts:
    """A worker's part is played by hand: `relay`, `claim` and `look`."""

    clock: Clock
    cause: MakeCause
    promises: Promises
    outbox: Outbox
    deliveries: Deliveries
    schedule: Schedule

    async def relay(self) -> None:
        now, stores = self.clock.now(), [self.promises]
        done = await self.outbox.relay(stores, self.deliveries, self.schedule, lambda *_: (), now)
        assert done.stuck == {}

    async def claim(self) -> Due | None:
        return await self.schedule.claim(self.clock.now())

    async def claimed(self) -> Due:
        due = await self.claim()
        assert due is not None
        return due

    async def look(self) -> bool | None:
        """Whether what was due longest held; None where nothing was due."""
        if not (due := await self.claim()):
            return None
        held = await self.promises.keep(due, self.cause())
        await self.schedule.done(due, held, self.clock.now())
        return held

    async def log(self, key: str) -> list[str]:
        return [line["what"] for line in (await self.promises.get(key))["log"]]

    async def states(self) -> list[str]:
        found = self.schedule.documents.find({}).sort("planned_at", 1)
        return [each["state"] async for each in found]


@pytest.fixture
async def parts(any_database: Database, clock: Clock, cause: MakeCause) -> AsyncIterator[Parts]:
    stores: list[Any] = [kind(any_database) for kind in (Promises, Outbox, Deliveries, Schedule)]
    for store in stores:
        await store.prepare()
    yield Parts(clock, cause, *stores)
    for store in stores:
        await store.documents.delete_many({})


async def test_the_change_the_plan_and_its_moment_are_one_write(parts: Parts, cause: MakeCause) -> None:
    await parts.promises.set("a", 0, SOON, cause())
    [event] = (await parts.promises.get("a"))["events"]
    assert event["plans"] == [{"what": DUE, "at": SOON}]
    await parts.relay()
    [plan] = [each async for each in parts.schedule.documents.find({})]
    assert plan == {
        "_id": f"{event['id']}:{DUE}",
        "what": DUE,
        "about": "a",
        "at": SOON,
        "planned_at": START,
        "state": "waiting",
        "tries": 0,
        "due_at": SOON,
        "lease": None,
        "fault": None,
        "ended_at": None,
    }
    assert (await parts.outbox.get(event["id"]))["plans"] == event["plans"]
    assert (await parts.promises.get("a"))["events"] == []


def test_an_event_without_plans_is_written_as_ever(cause: MakeCause) -> None:
    assert "plans" not in Event("promise.dropped", "a", cause()).document()


async def test_relaying_again_changes_nothing_of_what_is_planned(parts: Parts, cause: MakeCause) -> None:
    await parts.promises.set("a", 0, SOON, cause())
    events = (await parts.promises.get("a"))["events"]
    await asyncio.gather(*(parts.schedule.plan(events) for _ in range(10)))
    parts.clock.set(SOON)
    assert await parts.look()
    await parts.relay()
    assert await parts.states() == ["fired"]
    assert await parts.look() is None


async def test_nothing_is_due_before_its_moment_and_the_earliest_is_first(
    parts: Parts, cause: MakeCause
) -> None:
    assert await parts.schedule.next_at() is None
    await parts.promises.set("late", 0, LATER, cause())
    await parts.promises.set("soon", 0, SOON, cause())
    await parts.relay()
    assert await parts.schedule.next_at() == SOON
    parts.clock.set(SOON - timedelta(milliseconds=1))
    assert await parts.claim() is None
    parts.clock.set(LATER)
    assert [(await parts.claimed()).about, (await parts.claimed()).about] == ["soon", "late"]
    assert await parts.claim() is None


async def test_what_is_planned_anew_fires_at_the_new_moment_alone(parts: Parts, cause: MakeCause) -> None:
    await parts.promises.set("a", 0, LATER, cause())
    parts.clock.advance(timedelta(seconds=1))
    await parts.promises.set("a", 1, SOON, cause())
    await parts.relay()
    parts.clock.set(SOON)
    assert await parts.look() is True
    parts.clock.set(LATER)
    assert await parts.look() is False
    assert await parts.states() == ["overtaken", "fired"]
    assert await parts.log("a") == ["set", "set", "kept"]


async def test_a_moment_that_is_set_twice_fires_once(parts: Parts, cause: MakeCause) -> None:
    for step, at in enumerate((SOON, LATER, SOON)):
        await parts.promises.set("a", step, at, cause())
    await parts.relay()
    parts.clock.set(LATER)
    assert [await parts.look() for _ in range(4)] == [True, False, False, None]
    assert await parts.log("a") == ["set", "set", "set", "kept"]


async def test_a_change_of_mind_leaves_nothing_to_do(parts: Parts, cause: MakeCause) -> None:
    await parts.promises.set("a", 0, SOON, cause())
    await parts.promises.drop("a", 1, cause())
    await parts.promises.set("gone", 0, SOON, cause())
    await parts.relay()
    await parts.promises.documents.delete_one({"_id": "gone"})
    parts.clock.set(SOON)
    assert [await parts.look(), await parts.look()] == [False, False]
    assert await parts.log("a") == ["set", "dropped"]


async def test_what_is_missing_beside_the_subject_is_a_fault() -> None:
    """Such as the version of a guide: the plan stands, and must not be taken for one that is overtaken."""

    async def raises(error: Exception) -> None:
        raise error

    assert await held(raises(PromiseNotFound()), PromiseNotFound) is False
    assert await held(raises(Overtaken()), PromiseNotFound) is False
    with pytest.raises(NothingFound):
        await held(raises(NothingFound()), PromiseNotFound)


async def test_who_dies_between_the_change_and_the_mark_leaves_a_look_that_does_nothing(
    parts: Parts, cause: MakeCause
) -> None:
    await parts.promises.set("a", 0, SOON, cause())
    await parts.relay()
    parts.clock.set(SOON)
    due = await parts.claimed()
    assert await parts.promises.keep(due, cause())
    parts.clock.advance(LEASE - timedelta(seconds=1))
    assert await parts.claim() is None
    parts.clock.advance(timedelta(seconds=1))
    assert await parts.look() is False
    assert await parts.log("a") == ["set", "kept"]
    await parts.relay()
    assert (await parts.outbox.get(due.event("promise.kept", cause()).id))["about"] == "a"


async def test_the_event_of_a_plan_has_one_id_and_another_plans_another(cause: MakeCause) -> None:
    due, other = (Due(key, DUE, "a", SOON, 1, "h") for key in ("e1:x", "e2:x"))
    ids = [each.event(name, cause()).id for each in (due, due, other) for name in ("a.kept", "a.told")]
    assert ids[:2] == ids[2:4]
    assert len(set(ids)) == 4
    assert {len(each) for each in ids} == {32}


async def test_of_many_who_claim_at_once_each_gets_another(parts: Parts, cause: MakeCause) -> None:
    for n in range(10):
        await parts.promises.set(str(n), 0, SOON, cause())
    await parts.relay()
    parts.clock.set(SOON)
    claimed = await asyncio.gather(*(parts.claim() for _ in range(30)))
    assert sorted(due.about for due in claimed if due) == [str(n) for n in range(10)]


async def test_who_comes_too_late_marks_nothing(parts: Parts, cause: MakeCause) -> None:
    await parts.promises.set("a", 0, SOON, cause())
    await parts.relay()
    parts.clock.set(SOON)
    first = await parts.claimed()
    parts.clock.advance(LEASE)
    second = await parts.claimed()
    await parts.schedule.done(first, held=False, now=parts.clock.now())
    await parts.schedule.failed(first, "KeyError", parts.clock.now())
    [kept] = [each async for each in parts.schedule.documents.find({})]
    assert (kept["state"], kept["lease"], kept["fault"]) == ("waiting", second.lease, None)
    await parts.schedule.done(second, held=True, now=parts.clock.now())
    await parts.schedule.done(second, held=False, now=parts.clock.now())
    assert await parts.states() == ["fired"]


async def test_what_fails_is_tried_again_after_growing_pauses_and_is_seen(
    parts: Parts, cause: MakeCause
) -> None:
    await parts.promises.set("a", 0, SOON, cause())
    await parts.relay()
    parts.clock.set(SOON)
    pauses = []
    for _ in range(12):
        due = await parts.claimed()
        await parts.schedule.failed(due, "KeyError", parts.clock.now())
        again = await parts.schedule.next_at()
        assert again
        pauses.append(again - parts.clock.now())
        parts.clock.set(again)
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE == pause_after(10_000)
    assert await parts.schedule.counts(parts.clock.now()) == {"waiting": 1, "late": 0, "failing": 1}
    assert await parts.look() is True
    assert await parts.schedule.counts(parts.clock.now()) == {"waiting": 0, "late": 0, "failing": 0}


async def test_what_no_worker_looks_at_is_late(parts: Parts, cause: MakeCause) -> None:
    await parts.promises.set("a", 0, SOON, cause())
    await parts.promises.set("b", 0, LATER, cause())
    await parts.relay()
    assert await parts.schedule.counts(SOON + LATE) == {"waiting": 2, "late": 0, "failing": 0}
    late = SOON + LATE + timedelta(milliseconds=1)
    assert await parts.schedule.counts(late) == {"waiting": 2, "late": 1, "failing": 0}


async def test_what_has_ended_expires_and_what_waits_does_not(parts: Parts, cause: MakeCause) -> None:
    """The server removes what has a moment in `ended_at`, KEPT after it."""
    await parts.promises.set("a", 0, SOON, cause())
    await parts.promises.set("b", 0, LATER, cause())
    await parts.relay()
    parts.clock.set(SOON)
    await parts.look()
    ended = {each["about"]: each["ended_at"] async for each in parts.schedule.documents.find({})}
    assert ended == {"a": SOON, "b": None}
    indexes = await parts.schedule.documents.index_information()
    assert indexes["ended"]["expireAfterSeconds"] == 90 * 24 * 3600


@pytest.mark.parametrize("plans", [(Plan("promise.other", SOON),), (Plan(DUE, SOON), Plan(DUE, LATER))])
async def test_a_store_keeps_no_plan_that_it_does_not_declare_and_none_twice(
    parts: Parts, cause: MakeCause, plans: tuple[Plan, ...]
) -> None:
    with pytest.raises(AssertionError, match=r"Promises\.plans"):
        await parts.promises.add({"_id": "a"}, Event("promise.set", "a", cause(), plans=plans))
    assert await parts.promises.documents.count_documents({}) == 0


async def looked_at(documents: Any, query: Document) -> Document:
    explained = await documents.find(query).sort(END, 1).limit(1).explain()
    plan = str(explained["queryPlanner"]["winningPlan"])
    assert "'indexName': 'due'" in plan
    assert "'stage': 'SORT'" not in plan
    return dict(explained["executionStats"])


@pytest.fixture(scope="module")
async def crowded(database: Database) -> Schedule:
    """MANY plans wait, the first fifty of them are due."""
    schedule = Schedule(database)
    await schedule.prepare()
    for first in range(0, MANY, 10_000):
        plans = [a_plan(n) for n in range(first, first + 10_000)]
        await schedule.documents.insert_many(plans, ordered=False)
    return schedule


def a_plan(n: int) -> Document:
    at = START + timedelta(seconds=n - 50)
    plan = {"_id": f"e{n}:x", "what": "x", "about": str(n), "at": at, "due_at": at}
    return {**plan, "tries": 0, "state": "waiting"}


async def test_claim_and_next_at_look_at_few_of_many(crowded: Schedule) -> None:
    """Both at first, and when some have ended and some are being looked at."""
    await few_are_looked_at(crowded)
    assert await crowded.next_at() == a_plan(0)["at"]
    for n in range(30):
        due = await crowded.claim(START)
        assert due
        assert due.about == str(n)
        if n < 20:
            await crowded.done(due, True, START)
    await few_are_looked_at(crowded)
    assert await crowded.next_at() == a_plan(30)["at"]


async def few_are_looked_at(crowded: Schedule) -> None:
    for query in (WAITING, {**WAITING, **free(START, END)}):
        stats = await looked_at(crowded.documents, query)
        assert (stats["totalDocsExamined"], stats["nReturned"]) == (1, 1)
        assert stats["totalKeysExamined"] <= FEW


async def test_what_is_counted_has_its_index(crowded: Schedule) -> None:
    for query, index in (
        ({**WAITING, END: {"$lt": START}}, "due"),
        ({**WAITING, "tries": {"$gt": 1}}, "failing"),
    ):
        explained = await crowded.documents.find(query).explain()
        assert f"'indexName': '{index}'" in str(explained["queryPlanner"]["winningPlan"])


async def test_the_moment_in_a_plan_is_the_one_that_the_subject_keeps(parts: Parts, cause: MakeCause) -> None:
    """Also where it is finer than what the database keeps."""
    moment: datetime = SOON + timedelta(microseconds=1234)
    await parts.promises.set("a", 0, moment, cause())
    await parts.relay()
    parts.clock.set(LATER)
    assert await parts.look() is True
