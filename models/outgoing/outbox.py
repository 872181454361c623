"""What goes out: from the event in a changed document, over the audit record, to each thing sent.

`Outbox.relay` takes every event out of its document in five steps, each safe to repeat: copy it to
`events` (the audit record, only ever inserted into), insert what it plans into the schedule, plan its
deliveries, tell those who keep figures, and only then pull it. A process may die between any two of them, and
several may do the same at once: ids follow from the event's own, so that inserting again changes nothing.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.read_concern import ReadConcern

from models.concurrency import all_to_their_end
from models.database_trouble import is_trouble
from models.errors import NotFound
from models.events import KeptEvent, event_of
from models.outgoing.deliveries import Deliveries, Plan
from models.schedule import Schedule
from models.store import Document, Store, insert_new


class EventNotFound(NotFound):
    code = "event_not_found"
    message = "没有找到该记录"


BATCH = 100
PENDING: Document = {"events.0.id": {"$exists": True}}
"""Word for word the filter of the partial index `models.store.PENDING_EVENTS`."""


Planner = Callable[[KeptEvent, Document], Iterable[Plan]]
"""From an event and the document that carries it to what is to be sent."""
Follow = Callable[[Sequence[KeptEvent]], Awaitable[None]]
"""Keeps figures up with events."""


@dataclass
class Relayed:
    """What came of one round: how many events it moved on; which documents' events it could not, and why."""

    moved: int = 0
    stuck: dict[str, Exception] = field(default_factory=dict)


class Outbox(Store[KeptEvent]):
    """The audit record `events`."""

    collection = "events"
    missing = EventNotFound
    indexes: ClassVar = [
        IndexModel([("about", ASCENDING), ("at", ASCENDING)], name="about"),
        IndexModel([("name", ASCENDING), ("at", ASCENDING)], name="name"),
        IndexModel([("actor", ASCENDING), ("at", ASCENDING)], name="actor"),
    ]

    def shaped(self, document: Document) -> KeptEvent:
        """The event itself, whose `id` is the `_id` of its record."""
        return event_of({"id": document["_id"], **{k: v for k, v in document.items() if k != "_id"}})

    async def about(self, key: str) -> list[KeptEvent]:
        """All that happened to one document, the earliest first."""
        return await self._each(self.documents.find({"about": key}).sort("at", ASCENDING))

    async def latest(self, key: str, name: str, limit: int) -> list[KeptEvent]:
        """What happened to one document under a name, the last first."""
        found = self.documents.find({"about": key, "name": name})
        return await self._each(found.sort("at", DESCENDING).limit(limit))

    async def relay(
        self,
        stores: Sequence[Store[Any]],
        deliveries: Deliveries,
        schedule: Schedule,
        planner: Planner,
        now: datetime,
        follow: Follow | None = None,
    ) -> Relayed:
        """Move the pending events of these stores on: all stores at once, each document's in their order.

        `follow` is told of a document's events before they are pulled, and must bear to be told again.
        """
        done = Relayed()

        async def move(document: Document, store: Store[Any]) -> None:
            await self._record(document["events"])
            await schedule.plan(document["events"])
            events = [event_of(event) for event in document["events"]]
            for event in events:
                await deliveries.plan(event, planner(event, document), now)
            if follow:
                await follow(events)
            if await self._remove(store, document):
                done.moved += len(document["events"])

        async def empty(store: Store[Any]) -> None:
            async for document in pending(store):
                try:
                    await move(document, store)
                except Exception as error:
                    if is_trouble(error):  # no fault of the document
                        raise
                    done.stuck[f"{store.collection}/{document['_id']}"] = error

        await all_to_their_end(empty(store) for store in stores)
        return done

    async def _record(self, events: Sequence[Document]) -> None:
        await insert_new(self.documents, [_audit(event) for event in events])

    async def _remove(self, store: Store[Any], document: Document) -> bool:
        """False if another worker was first."""
        done = [event["id"] for event in document["events"]]
        pulled = await store.documents.update_one(
            {"_id": document["_id"]}, {"$pull": {"events": {"id": {"$in": done}}}}
        )
        return bool(pulled.modified_count)


async def pending(store: Store[Any]) -> AsyncIterator[Document]:
    """The documents of a store that carry events; only such as can no longer be rolled back."""
    documents = store.documents.with_options(read_concern=ReadConcern("majority"))
    async for document in documents.find(PENDING, batch_size=BATCH):
        yield document


def _audit(event: Document) -> Document:
    return {"_id": event["id"], **{name: value for name, value in event.items() if name != "id"}}
