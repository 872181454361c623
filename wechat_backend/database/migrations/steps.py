"""What a migration is made of: steps that can be counted first, die at any line, and be done again."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

from pymongo import ASCENDING, DeleteOne, ReplaceOne, UpdateOne

from models.privacy import Privacy
from models.store import Document
from wechat_backend.database.connection import Database

UNNAMED = {"files.chunks", "migrations"}
"""Collections without codes: bytes, and the record of migrations."""
BATCH = 500
"""Documents that are read and written at once: far less than a second's work, so that a lease is kept."""


class Step(Protocol):
    async def count(self, database: Database) -> int:
        """How many documents or indexes are still as they were; 0 when the step is done. Writes nothing."""

    def batches(self, database: Database) -> AsyncIterator[int]:
        """Do what is not done yet, a bounded part at a time; tells after each how many it changed."""


@runtime_checkable
class Keyed(Protocol):
    """What becomes a `Step` once it has the keys."""

    async def count(self, database: Database) -> int: ...

    def with_keys(self, privacy: Privacy | None) -> Step: ...


@dataclass(frozen=True)
class Migration:
    """`number` is the one in the module's name; `what` completes the sentence "This migration brings …"."""

    number: int
    what: str
    steps: Sequence["Step | Keyed"]

    def with_keys(self, privacy: Privacy | None) -> Sequence[Step]:
        """The steps, those that seal or hash with the keys that they need.

        Raises:
            ValueError: there are none.
        """
        return [step.with_keys(privacy) if isinstance(step, Keyed) else step for step in self.steps]


@dataclass(frozen=True)
class Change:
    """Bring the documents of a collection that fulfil `old` into their new shape.

    No document in the new shape may fulfil `old`. `new` makes the update operators for a document as it was
    read; they name whole paths (`deadlines.decision`, `events.0.channel`), without `$[]`. A document is
    written if it still fulfils `old` and each of these paths holds what was read.
    """

    collection: str
    old: Document
    new: Callable[[Document], Document]

    async def count(self, database: Database) -> int:
        found: int = await database[self.collection].count_documents(self.old)
        return found

    async def batches(self, database: Database) -> AsyncIterator[int]:
        documents, query = database[self.collection], self.old
        while found := await documents.find(query).sort("_id", ASCENDING).limit(BATCH).to_list():
            written = await documents.bulk_write([self._write(one) for one in found], ordered=False)
            yield written.modified_count
            query = {"$and": [self.old, {"_id": {"$gt": found[-1]["_id"]}}]}

    def _write(self, found: Document) -> UpdateOne:
        update = self.new(found)
        read = [held(found, path) for paths in update.values() for path in paths]
        return UpdateOne({"$and": [{"_id": found["_id"]}, self.old, *read]}, update)


@dataclass(frozen=True)
class Derive:
    """Insert into the collection `into` what `new` makes of each document of `collection` that fulfils `old`.

    What is there under the same `_id` stays as it is. A later step must change these documents, so that they
    do not fulfil `old` any more.
    """

    collection: str
    old: Document
    into: str
    new: Callable[[Document], Document]

    async def count(self, database: Database) -> int:
        keys = [self.new(one)["_id"] async for one in database[self.collection].find(self.old)]
        there: int = await database[self.into].count_documents({"_id": {"$in": keys}})
        return len(keys) - there

    async def batches(self, database: Database) -> AsyncIterator[int]:
        documents, query = database[self.collection], self.old
        while found := await documents.find(query).sort("_id", ASCENDING).limit(BATCH).to_list():
            written = await database[self.into].bulk_write([self._write(one) for one in found], ordered=False)
            yield written.upserted_count
            query = {"$and": [self.old, {"_id": {"$gt": found[-1]["_id"]}}]}

    def _write(self, found: Document) -> UpdateOne:
        new = self.new(found)
        return UpdateOne({"_id": new["_id"]}, {"$setOnInsert": new}, upsert=True)


@dataclass(frozen=True)
class Remove:
    """Remove the documents of a collection that fulfil `old`."""

    collection: str
    old: Document

    async def count(self, database: Database) -> int:
        found: int = await database[self.collection].count_documents(self.old)
        return found

    async def batches(self, database: Database) -> AsyncIterator[int]:
        documents = database[self.collection]
        while found := await documents.find(self.old, {"_id": 1}).limit(BATCH).to_list():
            keys = [one["_id"] for one in found]
            yield (await documents.delete_many({**self.old, "_id": {"$in": keys}})).deleted_count


@dataclass(frozen=True)
class Seal:
    """A `Change` whose `new` seals: it is given the keys, by `with_keys`."""

    collection: str
    old: Document
    new: Callable[[Document, Privacy], Document]

    async def count(self, database: Database) -> int:
        return await Change(self.collection, self.old, lambda _one: {}).count(database)

    def with_keys(self, privacy: Privacy | None) -> Change:
        """
        Raises:
            ValueError: there are none.
        """
        if privacy is None:
            raise ValueError(f"sealing {self.collection} takes keys")
        return Change(self.collection, self.old, lambda one: self.new(one, privacy))


@dataclass(frozen=True)
class Gather:
    """Write to documents what takes more than themselves to know.

    `pipeline` gives, for each document of the collection that has not got it yet, the `_id` and what `new`
    makes the update of; the document is written if it still fulfils `old`.
    """

    collection: str
    old: Document
    pipeline: Sequence[Document]
    new: Callable[[Document], Document]

    async def count(self, database: Database) -> int:
        return sum([one["all"] for one in await self._gathered(database, {"$count": "all"})])

    async def batches(self, database: Database) -> AsyncIterator[int]:
        while found := await self._gathered(database, {"$limit": BATCH}):
            writes = [UpdateOne({"_id": one["_id"], **self.old}, self.new(one)) for one in found]
            written = await database[self.collection].bulk_write(writes, ordered=False)
            yield written.modified_count
            if not written.modified_count:
                return

    async def _gathered(self, database: Database, last: Document) -> list[Document]:
        found = await database[self.collection].aggregate([*self.pipeline, last])
        return [one async for one in found]


@dataclass(frozen=True)
class Rename:
    """Write new codes for old ones wherever a text holds one: in all collections, in any field, in `_id` too.

    It reads each document once, since no query finds a part of any text. A document with another `_id` is
    inserted first, then the old one is deleted. No old code may be a part of a new one.
    """

    codes: Mapping[str, str]

    async def count(self, database: Database) -> int:
        found = 0
        for name in await self._collections(database):
            async for document in database[name].find({}).batch_size(BATCH):
                found += self._renamed(document) != document
        return found

    async def batches(self, database: Database) -> AsyncIterator[int]:
        for name in await self._collections(database):
            documents, query = database[name], Document()
            while found := await documents.find(query).sort("_id", ASCENDING).limit(BATCH).to_list():
                renamed = [(one, self._renamed(one)) for one in found]
                writes = [write for one, new in renamed if one != new for write in _rewritten(one, new)]
                if writes:
                    await documents.bulk_write(writes)
                yield sum(one != new for one, new in renamed)
                query = {"_id": {"$gt": found[-1]["_id"]}}

    async def _collections(self, database: Database) -> list[str]:
        names = await database.native.list_collection_names()
        return sorted(name for name in names if not name.startswith("system.") and name not in UNNAMED)

    def _renamed(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._pattern.sub(lambda old: self.codes[old[0]], value)
        if isinstance(value, list):
            return [self._renamed(one) for one in value]
        if isinstance(value, Mapping):
            return {self._renamed(name): self._renamed(one) for name, one in value.items()}
        return value

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, self.codes)))


def _rewritten(old: Document, new: Document) -> list[UpdateOne | ReplaceOne[Document] | DeleteOne]:
    """The writes that bring one document to its new shape, if it still holds what was read."""
    if old["_id"] != new["_id"]:
        return [ReplaceOne({"_id": new["_id"]}, new, upsert=True), DeleteOne({"_id": old["_id"]})]
    fields = {name: value for name, value in new.items() if old.get(name) != value}
    as_read = {name: {"$eq": old[name]} for name in fields if name in old}
    return [UpdateOne({"_id": old["_id"], **as_read}, {"$set": fields})]


@dataclass(frozen=True)
class DropIndex:
    """Drop the index `name` if its definition has all of `old` (`{"key": {"due_at": 1}}`, `unique`, …).

    The next start makes the index as its store declares it now. Without this step the start fails, because
    MongoDB makes no index under a name that another definition has.
    """

    collection: str
    name: str
    old: Document

    async def count(self, database: Database) -> int:
        indexes = await (await database[self.collection].list_indexes()).to_list()
        return sum(index["name"] == self.name and self._is_old(index) for index in indexes)

    async def batches(self, database: Database) -> AsyncIterator[int]:
        if await self.count(database):
            await database[self.collection].drop_index(self.name)
            yield 1

    def _is_old(self, index: Document) -> bool:
        return all(_ordered(index.get(field)) == _ordered(value) for field, value in self.old.items())


def held(document: Document, path: str) -> Document:
    """The query for a document in which `path` holds the same as in this one."""
    value: Any = document
    for name in path.split("."):
        try:
            value = value[int(name)] if isinstance(value, list) else value[name]
        except (KeyError, IndexError, TypeError):
            return {path: {"$exists": False}}
    return {path: {"$eq": value}}


def _ordered(value: Any) -> Any:
    """For comparing: the order of fields counts in the key of an index."""
    return list(value.items()) if isinstance(value, Mapping) else value
