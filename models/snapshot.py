"""What rarely changes, kept in the memory of a process and shown from there (docs/decisions/0019).

One change stream a process keeps it true. While it is not known to be true, readers ask the database. It is
for showing alone: who refuses or promises something reads the database, and the write checks it.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any, Generic

from bson import encode
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from typing_extensions import TypeVar

from models.store import Database, Document, Store, Stream

LOOK = 1.0
"""Seconds that a look waits for a change; so long may it last to end the process, as no call is cut off."""
PATIENCE = 5.0
"""Seconds without an answer of the stream, after which nothing here is known to be true any more. A look that
waits for a change is answered after one; the rest is for a busy machine."""
COUNTED_AGAIN = 10.0
"""Seconds between two readings of what changes too often to be followed, as how much items are asked for."""
BATCH = 1000
"""Documents that the server sends at once: all there are, where its own first answer ends at 101."""
OF_A_DOCUMENT = frozenset({"insert", "update", "replace", "delete"})
MARKS = 2**64

Thing = TypeVar("Thing")


def by_itself(key: str) -> tuple[str, Document]:
    """Each document is shown, under its own id."""
    return key, {"_id": key}


class Kept(Generic[Thing]):
    """What is shown of one collection: the documents that fulfil `query`, as `shaped` makes them, by name.

    `named` says for the id of a changed document which name that is about, and by which query the document is
    found that is shown under this name now. Where `followed` is false, no change is heard of, and all is read
    again every `COUNTED_AGAIN` seconds.
    """

    def __init__(
        self,
        store: Store[Any],
        shaped: Callable[[Document], Thing],
        *,
        query: Document | None = None,
        name: str = "_id",
        named: Callable[[str], tuple[str, Document]] = by_itself,
        followed: bool = True,
    ) -> None:
        self.collection, self.shaped, self.followed = store.collection, shaped, followed
        self.query, self.name, self.named = query or {}, name, named
        self.documents = store.documents.with_options(read_concern=ReadConcern("majority"))
        self.things: dict[str, Thing] = {}
        self.marks: dict[str, int] = {}
        self.mark = 0
        """The same in every process that keeps the same, and another one where anything is another."""

    async def load(self) -> None:
        """Read all anew; what was there stays until all is read."""
        things: dict[str, Thing] = {}
        marks: dict[str, int] = {}
        async for document in self.documents.find(self.query, {"events": 0}).batch_size(BATCH):
            name = document[self.name]
            marks[name] = _mark(document)
            same = marks[name] == self.marks.get(name)
            things[name] = self.things[name] if same else self.shaped(document)
            await asyncio.sleep(0)  # others have a turn
        self._keep(things, marks)

    async def changed(self, key: str) -> None:
        """Read again what is shown under the name that a changed document is about."""
        name, query = self.named(key)
        document = await self.documents.find_one({**query, **self.query}, {"events": 0})
        things, marks = dict(self.things), dict(self.marks)
        if document is None:
            things.pop(name, None)
            marks.pop(name, None)
        else:
            things[name], marks[name] = self.shaped(document), _mark(document)
        self._keep(things, marks)

    def _keep(self, things: dict[str, Thing], marks: dict[str, int]) -> None:
        """Who reads meanwhile has the old ones whole."""
        self.things, self.marks = things, marks
        self.mark = sum(marks.values()) % MARKS


class Snapshot:
    """Several collections, followed by one stream: it is opened before they are read, so that no change lies
    between."""

    def __init__(self, database: Database, kept: Sequence[Kept[Any]]) -> None:
        self.database, self.kept = database, kept
        self.by_collection = {one.collection: one for one in kept if one.followed}
        ours = {"$in": sorted(self.by_collection)}
        self.pipeline: list[Document] = [
            {"$match": {"$or": [{"ns.coll": ours}, {"to.coll": ours}]}},  # to: another one was renamed
            {"$project": {"operationType": 1, "ns": 1, "documentKey": 1}},
        ]
        self.stream: Stream | None = None
        self.whole = False
        self.heard = self.counted = 0.0

    @property
    def true(self) -> bool:
        """Whether what is kept is what the database has, but for what happened within these moments."""
        return self.whole and time.monotonic() - self.heard < PATIENCE

    def of(self, kept: Kept[Thing]) -> Mapping[str, Thing] | None:
        """All that is shown of a collection, by name; None while that is not known."""
        return kept.things if self.true else None

    def version(self, *kept: Kept[Any]) -> str:
        """The version of what these hold: 16 hexadecimal digits; "" while that is not known."""
        return f"{sum(one.mark for one in kept) % MARKS:016x}" if self.true else ""

    async def look(self) -> None:
        """Take over what was changed, until nothing has been changed for a look; the first look opens the
        stream and reads all.

        Raises:
            PyMongoError: the stream is lost; the next look opens another and reads all anew.
        """
        try:
            if self.stream is None:
                await self._begin()
            while self.stream and (change := await self._next(self.stream)):
                await self._take(change)
            await self._count_again()
        except BaseException:
            await self.end()
            raise

    async def end(self) -> None:
        """Close the stream, if there is one; from now on nothing is known to be true."""
        stream, self.stream, self.whole = self.stream, None, False
        if stream:
            with suppress(PyMongoError):
                await stream.close()

    async def _begin(self) -> None:
        self.stream = await self.database.watch(self.pipeline, LOOK)
        await self._next(self.stream)  # one driver opens it only now; a change that it tells of is read below
        await self._load(self.kept)
        self.counted = time.monotonic()
        self.whole = self.stream is not None

    async def _next(self, stream: Stream) -> Document | None:
        change = await stream.try_next()
        self.heard = time.monotonic()
        if not stream.alive:
            await self.end()
        return change

    async def _take(self, change: Document) -> None:
        if change["operationType"] in OF_A_DOCUMENT:
            await self.by_collection[change["ns"]["coll"]].changed(change["documentKey"]["_id"])
        else:  # a collection was dropped, or another one has its name
            await self._load(self.kept)

    async def _count_again(self) -> None:
        if time.monotonic() - self.counted < COUNTED_AGAIN:
            return
        await self._load([one for one in self.kept if not one.followed])
        self.counted = time.monotonic()

    async def _load(self, kept: Sequence[Kept[Any]]) -> None:
        for one in kept:
            await one.load()


def _mark(document: Document) -> int:
    return int.from_bytes(sha256(encode(document)).digest()[:8])
