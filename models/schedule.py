"""What is due at a time: each plan is a document, at which a worker looks when its moment has come.

A plan is a promise to look, not to act. The event of a change makes it (`Event.plans`), in the same write as
the change, and nothing alters it: another moment is another plan. The subject keeps the moment that it
expects, and its own guarded write decides whether a plan still holds (`held`). An older plan changes nothing
and is marked `overtaken`. So nothing has to be cancelled, the order in which plans are looked at does not
matter, and looking twice does what looking once does.

A worker that dies between the change and the mark leaves a plan that the next look finds overtaken although
it fired. Whether it fired, the audit record tells: its event's id follows from the plan's (`Due.event`).
"""

from collections.abc import Awaitable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, TypedDict
from uuid import UUID, uuid5

from pymongo import ASCENDING, IndexModel, ReturnDocument

from models.errors import Conflict, NotFound
from models.events import Cause, Event, Plan
from models.leases import free, given_back, held_by, new_holder, taken
from models.store import Document, Store, insert_new

END = "due_at"
"""The end of a lease, and the moment at which there is something to do, in one field with one index."""
LEASE = timedelta(seconds=60)
"""Longer than a worker waits for the database in one call."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=15)
"""After a look that failed; they double with each that follows."""
LATE = timedelta(minutes=1)
KEPT = timedelta(days=90)
"""So long a plan that has ended can be looked up."""
MOST_COUNTED = 10_000
PLANS = UUID("6f0c5a52-3a0e-4d0c-9d4e-2b6a5f1f7c11")
"""The name space of the ids of events that plans cause."""


class PlanState(StrEnum):
    WAITING = "waiting"
    FIRED = "fired"
    OVERTAKEN = "overtaken"  # when it was looked at last, it did not hold


WAITING: Document = {"state": PlanState.WAITING.value}
FAILING: Document = {**WAITING, "tries": {"$gt": 1}}
"""Looked at before, without an end: what it calls failed, or its worker died."""


class Scheduled(TypedDict):
    """`_id` is `<event id>:<what>`. `at` is the moment that was planned, `due_at` that of the next look.

    `fault` is the error of the last look that failed.
    """

    _id: str
    what: str
    about: str
    at: datetime
    planned_at: datetime
    state: PlanState
    tries: int
    due_at: datetime | None
    lease: str | None
    fault: str | None
    ended_at: datetime | None


class Overtaken(Conflict):
    """What the plan is about no longer expects it."""

    code = "plan_overtaken"
    message = "该计划事项已变更"


@dataclass(frozen=True)
class Due:
    """A plan whose moment has come; `lease` is that of the worker that looks, for the `tries`-th time."""

    key: str
    what: str
    about: str
    at: datetime
    tries: int
    lease: str

    @property
    def event_id(self) -> str:
        """The id of the event that planned it."""
        return self.key.partition(":")[0]

    def event(
        self, name: str, by: Cause, data: Document | None = None, plans: tuple[Plan, ...] = ()
    ) -> Event:
        """The event of the change that the plan causes: the same id however often it is looked at."""
        return self.event_about(self.about, name, by, data, plans)

    def event_about(
        self, about: str, name: str, by: Cause, data: Document | None = None, plans: tuple[Plan, ...] = ()
    ) -> Event:
        """The same of a change to another document than the one that planned it."""
        return Event(name, about, by, data or {}, uuid5(PLANS, f"{self.key}:{name}").hex, plans)


async def held(change: Awaitable[Any], gone: type[NotFound]) -> bool:
    """Make the guarded change that a plan calls for; False where it is overtaken or its subject is `gone`.

    The change is refused with `Overtaken` where the subject does not expect the plan, and with
    `ChangedMeanwhile` where it may still, but was changed between the reading and the writing: then the plan
    is looked at again. What else is missing is a fault, so `gone` must be an error of the subject's store
    alone.
    """
    try:
        await change
    except (Overtaken, gone):
        return False
    return True


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many looks that failed: 2 s, doubling up to a quarter of an hour."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(max(tries, 1) - 1, 16)))


class Schedule(Store[Scheduled]):
    """The plans, inserted by the relay. Whose turn it is to look at one is told by models.leases."""

    collection = "schedule"
    indexes: ClassVar = [
        IndexModel([(END, ASCENDING)], name="due", partialFilterExpression=WAITING),
        IndexModel([("tries", ASCENDING)], name="failing", partialFilterExpression=FAILING),
        IndexModel("ended_at", name="ended", expireAfterSeconds=round(KEPT.total_seconds())),
    ]

    async def plan(self, events: Iterable[Document]) -> None:
        """Keep what these events plan; a plan that is there already stays as it is."""
        plans = [_scheduled(event, plan) for event in events for plan in event.get("plans", ())]
        await insert_new(self.documents, plans)

    async def claim(self, now: datetime, whats: Collection[str] | None = None) -> Due | None:
        """Take the plan longest due, for LEASE; of these `whats`, or of all."""
        found: Document | None = await self.documents.find_one_and_update(
            {**_waiting(whats), **free(now, END)},
            {"$set": taken(new_holder(), now + LEASE, END), "$inc": {"tries": 1}},
            sort=[(END, ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        if found is None:
            return None
        return Due(found["_id"], *(found[name] for name in ("what", "about", "at", "tries", "lease")))

    async def next_at(self, whats: Collection[str] | None = None) -> datetime | None:
        """When there is something to look at next, of these `whats` or of all; None where nothing waits."""
        query, order = _waiting(whats), [(END, ASCENDING)]
        found: Document | None = await self.documents.find_one(query, {END: 1}, sort=order)
        return found[END] if found else None

    async def done(self, due: Due, held: bool, now: datetime) -> None:
        """It was looked at, and held or was overtaken; said too late, it changes nothing."""
        state = PlanState.FIRED if held else PlanState.OVERTAKEN
        await self._set(due, {"state": state.value, "ended_at": now, "fault": None, **given_back(end=END)})

    async def failed(self, due: Due, fault: str, now: datetime) -> None:
        """It could not be looked at because of `fault`: it is due again after a pause that grows."""
        await self._set(due, {"fault": fault, **given_back(now + pause_after(due.tries), END)})

    async def counts(self, now: datetime) -> dict[str, int]:
        """How many are `waiting`, `late` by more than LATE, and `failing`, as far as MOST_COUNTED."""
        queries = {"waiting": WAITING, "late": {**WAITING, END: {"$lt": now - LATE}}, "failing": FAILING}
        return {
            name: await self.documents.count_documents(query, limit=MOST_COUNTED)
            for name, query in queries.items()
        }

    async def _set(self, due: Due, values: Document) -> None:
        await self.documents.update_one({"_id": due.key, **WAITING, **held_by(due.lease)}, {"$set": values})


def _waiting(whats: Collection[str] | None) -> Document:
    return WAITING if whats is None else {**WAITING, "what": {"$in": sorted(whats)}}


def _scheduled(event: Document, plan: Document) -> Document:
    return {
        "_id": f"{event['id']}:{plan['what']}",
        "what": plan["what"],
        "about": event["about"],
        "at": plan["at"],
        "planned_at": event["at"],
        "state": PlanState.WAITING.value,
        "tries": 0,
        **given_back(plan["at"], END),
        "fault": None,
        "ended_at": None,
    }
