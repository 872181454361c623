"""The one way in which documents change."""

from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime
from typing import Any, ClassVar, Generic, NotRequired, Protocol, TypedDict, cast

from pymongo import IndexModel, InsertOne, ReturnDocument, timeout
from pymongo.errors import BulkWriteError, DuplicateKeyError
from typing_extensions import TypeVar

from models.errors import BadInput, Conflict, DomainError, NotFound
from models.events import Event
from models.together import DUPLICATE_KEY, Finds, Writes


class ChangedMeanwhile(Conflict):
    code = "changed_meanwhile"
    message = "刚刚有其他人作了修改，请刷新后再操作"


class PageUnknown(BadInput):
    code = "page_unknown"
    message = "没有找到这一页，请从头查看"
    field = "after"


class ReasonTooLong(BadInput):
    code = "reason_too_long"
    message = "内容最多{most}个字"
    field = "reason"


class NothingFound(NotFound):
    code = "not_found"
    message = "没有找到您要的内容"


LONGEST_REASON = 1000
"""Characters of what is written with a step."""
INDEXES_TAKE = 1800
"""Seconds, at most, until all indexes of a collection are made: they are made in one reading of it."""
Document = dict[str, Any]


class Record(TypedDict):
    """What a document has that can carry events: those not yet relayed. Some readings leave them out."""

    _id: str
    events: NotRequired[list[Document]]


Shape = TypeVar("Shape", default=Document)
"""The shape in which a store gives its documents: a TypedDict of the concept."""
Refusal = Callable[[], DomainError]
"""Makes the error for a document that is not as expected; as a rule its class."""


PENDING_EVENTS = IndexModel(
    "events.0.id", name="pending_events", partialFilterExpression={"events.0.id": {"$exists": True}}
)
"""Finds the documents whose events have not been relayed; empty while the worker keeps up."""


def unique_text(field: str) -> IndexModel:
    """An index: no two documents have the same text in `field`; documents without it are not compared.

    The filter is `$gte`, since MongoDB then uses the index for an equality; with `$type` or `$exists` it
    does not.
    """
    return IndexModel(field, unique=True, name=field, partialFilterExpression={field: {"$gte": ""}})


class Stream(Protocol):
    """Changes of a database as they happen, through a pipeline; they have been kept by the majority."""

    @property
    def alive(self) -> bool:
        """Whether there can be more."""

    async def try_next(self) -> Document | None:
        """The next change, or None if there is none within the time that the stream was opened with.

        Raises:
            pymongo.errors.PyMongoError: the stream is lost, and the driver could not mend it.
        """

    async def close(self) -> None: ...


class Database(Protocol):
    """A connected database of either driver, as `wechat_backend.database.connection` hands it over."""

    @property
    def lost(self) -> bool:
        """Whether a call waited in vain for a primary, and none has been found since."""

    def note(self, error: BaseException | None) -> None:
        """Note how a call failed; if it found no primary, `lost` is true until there is one."""

    def __getitem__(self, name: str) -> Any: ...

    def bucket(self, name: str) -> Any:
        """A GridFS bucket."""

    async def watch(self, pipeline: Sequence[Document], seconds: float) -> Stream:
        """Changes in all collections; each look waits at most so many seconds. The first opens the stream."""

    def transaction(self) -> AbstractAsyncContextManager[Any]:
        """A session whose writes are kept as a whole or not at all, for documents that must agree."""


class Store(Generic[Shape]):
    """One collection of documents of one `Shape`; subclasses name what can happen to its documents.

    Each method that writes records an event in the same step; nothing else adds to `events`.
    """

    collection: ClassVar[str]
    tells: ClassVar[tuple[str, ...]] = ()
    """The names of all events that its documents can carry."""
    plans: ClassVar[tuple[str, ...]] = ()
    """What its events can plan (models.schedule)."""
    indexes: ClassVar[Sequence[IndexModel]] = ()
    missing: ClassVar[type[NotFound]] = NothingFound

    def __init__(self, database: Database) -> None:
        self.database, self.documents = database, database[self.collection]
        self.by_id, self.inserts = Finds(self.documents), Writes(self.documents)

    async def prepare(self) -> None:
        """Create the indexes; safe to repeat. Those of a large collection take longer than other answers."""
        with timeout(INDEXES_TAKE):
            await self.documents.create_indexes([*self.indexes, PENDING_EVENTS])

    def shaped(self, document: Document) -> Shape:
        """A document as it was read; a store whose shape has enums makes them here."""
        return cast(Shape, document)

    async def get(self, key: Any) -> Shape:
        """The document with this `_id`.

        Raises:
            NotFound
        """
        found = await self.by_id.ask(key)
        if found is None:
            raise self.missing
        return self.shaped(found)

    async def parts(
        self, keys: Iterable[Any], fields: Iterable[str], session: Any = None
    ) -> dict[Any, Document]:
        """These fields of the documents with these ids, as they are kept, and their events; by id."""
        wanted = dict.fromkeys((*fields, "events"), 1)
        found = self.documents.find({"_id": {"$in": list(keys)}}, wanted, session=session)
        return {one["_id"]: one async for one in found}

    async def _first(self, query: Document) -> Shape | None:
        """A document that fulfils `query`, if there is one."""
        found: Document | None = await self.documents.find_one(query)
        return None if found is None else self.shaped(found)

    async def _each(self, found: AsyncIterable[Document]) -> list[Shape]:
        """All documents that a cursor finds, in its order."""
        return [self.shaped(document) async for document in found]

    async def add(self, document: Document, event: Event, session: Any = None) -> Shape:
        """Insert a new document together with the event that tells of it."""
        new = {**document, "events": [self._kept(event)]}
        if session is None:
            await self.inserts.ask(InsertOne(new))
        else:
            await self.documents.insert_one(new, session=session)
        return self.shaped(document)

    async def change(
        self,
        key: Any,
        *,
        expects: Document,
        event: Event,
        otherwise: Refusal,
        sets: Document | None = None,
        update: Document | None = None,
        session: Any = None,
    ) -> Shape:
        """Write `sets` (and further operators in `update`) and record `event` in one step.

        Raises:
            NotFound: there is no such document.
            DomainError: `otherwise`, if the document is no longer as it `expects`.
        """
        changed: Document | None = await self.documents.find_one_and_update(
            {"_id": key, **expects},
            self._operators(event, sets, update),
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        if changed is None:
            await self.get(key)
            raise otherwise()
        return self.shaped(changed)

    async def upsert(
        self,
        match: Document,
        *,
        event: Event,
        otherwise: Refusal,
        sets: Document | None = None,
        update: Document | None = None,
    ) -> Shape:
        """As `change`, for the document that fulfils `match`; it is inserted if there is none.

        Raises:
            DomainError: `otherwise`, if the document is there and does not fulfil `match`, or if another one
                has a value that must be unique.
        """
        written = await insert_or_update(self.documents, match, self._operators(event, sets, update))
        if written is None:
            raise otherwise()
        return self.shaped(written)

    async def change_many(
        self, matching: Document, *, sets: Document, event: Callable[[Any], Event], session: Any = None
    ) -> None:
        """Write `sets` to each document that fulfils `matching`, and record what `event` makes of its `_id`.

        Each document is one guarded write, so that repeating the call is safe.
        """
        async for found in self.documents.find(matching, {"_id": 1}, session=session):
            key = found["_id"]
            await self.documents.update_one(
                {"_id": key, **matching}, self._operators(event(key), sets), session=session
            )

    async def clear(self, keys: Sequence[Any], field: str, session: Any) -> None:
        """Take a field away from these documents, in a transaction that then sets it anew in each, with the
        event that tells of it: so what is unique can go from one of them to another."""
        await self.documents.update_many({"_id": {"$in": keys}}, {"$unset": {field: ""}}, session=session)

    async def note(self, key: Any, event: Event) -> None:
        """Record what happened, with no other change; one write, whether or not there is such a document."""
        await self.documents.update_one({"_id": key}, self._operators(event))

    def _operators(
        self, event: Event, sets: Document | None = None, update: Document | None = None
    ) -> Document:
        """The update that makes a change and records its event."""
        operators: Document = {**(update or {})}
        if sets:
            operators["$set"] = {**operators.get("$set", {}), **sets}
        operators["$push"] = {**operators.get("$push", {}), "events": self._kept(event)}
        return operators

    def _kept(self, event: Event) -> Document:
        """An event as a document keeps it; one that is missing in `tells` or `plans` is our own mistake."""
        if event.name not in self.tells:
            raise AssertionError(f"{type(self).__name__}.tells lacks {event.name}")
        planned = [plan.what for plan in event.plans]
        if len({*planned} & {*self.plans}) < len(planned):
            raise AssertionError(f"{type(self).__name__}.plans lacks one of {planned}, or one is twice there")
        return event.document()


async def insert_or_update(
    documents: Any, match: Document, update: Document | Sequence[Document]
) -> Document | None:
    """Update the document that fulfils `match`, or insert it; None where a unique index forbids both.

    Of several callers that insert it at once one does, and the others then update it.
    """
    for upsert in (True, False):
        with suppress(DuplicateKeyError):
            written: Document | None = await documents.find_one_and_update(
                match, update, upsert=upsert, return_document=ReturnDocument.AFTER
            )
            return written
    return None


async def insert_new(documents: Any, new: list[Document]) -> None:
    """Insert those that are not there yet."""
    if not new:
        return
    try:
        await documents.insert_many(new, ordered=False)
    except BulkWriteError as error:
        failures = error.details["writeErrors"]
        if any(failure["code"] != DUPLICATE_KEY for failure in failures) or error.details.get(
            "writeConcernErrors"
        ):
            raise


class Line(TypedDict):
    """One line of a document's timeline; `what` is the event's name, `on_behalf_of` for whom a substitute
    acted."""

    at: datetime
    actor: str
    what: str
    on_behalf_of: NotRequired[str]
    reason: NotRequired[str]


def part(document: Mapping[str, Any], kept_back: frozenset[str]) -> Document:
    """A document for the person it is about: without its id, its events and what is `kept_back`."""
    return {name: value for name, value in document.items() if name not in kept_back | {"_id", "events"}}


def check_length(reason: str) -> None:
    """A trail grows line by line in one document, so that each has a bound.

    Raises:
        ReasonTooLong
    """
    if len(reason) > LONGEST_REASON:
        raise ReasonTooLong(most=LONGEST_REASON)


def entry(event: Event, reason: str = "") -> Line:
    """What an event adds to the timeline of its document.

    Raises:
        ReasonTooLong
    """
    check_length(reason)
    line = Line(at=event.cause.at, actor=event.cause.actor, what=event.name)
    if event.cause.on_behalf_of:
        line["on_behalf_of"] = event.cause.on_behalf_of
    if reason:
        line["reason"] = reason
    return line
