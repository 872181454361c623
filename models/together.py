"""Group commit: what many callers ask of one collection at once goes in one round trip.

Where nothing is under way, what is asked goes at one of the next turns of the loop, with what else was asked
until then; while a round is under way, the others gather for the next. So the rounds grow with the load, and
who is alone waits for nobody. A caller goes on when their own part is done, as the majority keeps it; a
caller that is cancelled takes nothing from the others (docs/decisions/0018-group-commit.md).
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextvars import Context
from copy import deepcopy
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, WriteError

from models.claims import claimed

Asked = TypeVar("Asked")
Told = TypeVar("Told")
Document: TypeAlias = dict[str, Any]
Operation: TypeAlias = InsertOne[Document] | UpdateOne

DUPLICATE_KEY = 11000
"""The server's code for it."""

LATE = 0.5
"""Seconds of a round after which another one goes beside it: its connection may be stuck."""
TURNS = 2
"""Of the loop, in which who is on their way comes along: microseconds where nobody is."""


class Together(ABC, Generic[Asked, Told]):
    """Rounds of one kind, one after the other; beside one that is late the next one goes."""

    most: ClassVar[int] = 500
    """What one round carries: far below what one command of the driver holds."""

    def __init__(self, documents: Any) -> None:
        self.documents = documents
        self._waiting: deque[tuple[Asked, asyncio.Future[Told]]] = deque()
        self._rounds: asyncio.Task[None] | None = None
        self._begun = 0.0

    async def ask(self, asked: Asked) -> Told:
        """What came of it.

        Raises:
            Exception: of this caller alone, or of all whose round failed.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Told] = loop.create_future()
        self._waiting.append((asked, future))
        if self._rounds is None or self._rounds.done() or loop.time() - self._begun > LATE:
            self._begun = loop.time()
            self._rounds = asyncio.create_task(self._until_none_waits(), context=Context())  # nobody's own
        return await future

    async def _until_none_waits(self) -> None:
        while self._waiting:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), self.most))]
            told: Sequence[Told | Exception]
            self._begun = asyncio.get_running_loop().time()
            try:
                told = await self._round([asked for asked, _ in taken])
            except Exception as error:
                told = [error] * len(taken)
            for (_, future), one in zip(taken, told, strict=True):
                if future.done():  # its caller was cancelled
                    continue
                if isinstance(one, Exception):
                    future.set_exception(one)
                else:
                    future.set_result(one)

    @abstractmethod
    async def _round(self, asked: Sequence[Asked]) -> Sequence[Told | Exception]:
        """What came of each, in their order.

        Raises:
            Exception: for all of them.
        """


class Writes(Together[Operation, None]):
    """Inserts, or updates: the driver sends each kind with a command of its own.

    `ask` returns when the write is kept. It raises `DuplicateKeyError`, or another `WriteError`, for a write
    that was refused; the others of its round are kept all the same. Where the round itself failed it is not
    known what is kept of it, and all are told so. Who writes within `models.claims.claiming` claims first,
    unless what is written `is_claim` itself.
    """

    def __init__(self, documents: Any, *, is_claim: bool = False) -> None:
        super().__init__(documents)
        self.is_claim = is_claim

    async def ask(self, asked: Operation) -> None:
        if not self.is_claim:
            await claimed()
        await super().ask(asked)

    async def _round(self, asked: Sequence[Operation]) -> Sequence[Exception | None]:
        refused: dict[int, Mapping[str, Any]] = {}
        try:
            await self.documents.bulk_write(asked, ordered=False)
        except BulkWriteError as error:
            if error.details.get("writeConcernErrors"):
                raise
            refused = {one["index"]: one for one in error.details["writeErrors"]}
        return [_error(refused[index]) if index in refused else None for index in range(len(asked))]


class Found(Together[Hashable, Told | None]):
    """By the value of one field, which is unique among the documents that fulfil `query`; None where there is
    none. Of each document only `fields` are read, where there are any. What is found was there after it was
    asked for.
    """

    def __init__(
        self,
        documents: Any,
        field: str = "_id",
        query: Mapping[str, Any] | None = None,
        fields: Sequence[str] = (),
    ) -> None:
        super().__init__(documents)
        self.field, self.query, self.fields = field, query or {}, [*fields] or None

    async def found(self, asked: Sequence[Hashable]) -> dict[Hashable, Document]:
        """The documents by their values."""
        values = [*dict.fromkeys(asked)]
        query = {**self.query, self.field: {"$in": values} if len(values) > 1 else values[0]}
        found = self.documents.find(query, self.fields).batch_size(self.most + 1)
        return {one[self.field]: one async for one in found}


class Finds(Found[Document]):
    """Documents; what is found is each caller's own."""

    async def _round(self, asked: Sequence[Hashable]) -> Sequence[Document | None]:
        return each_their_own(await self.found(asked), asked)


class Things(Found[Told]):
    """What is made of each document by `shaped`: all are given the same, and it is not changed."""

    def __init__(self, documents: Any, shaped: Callable[[Document], Told], *by: Any) -> None:
        super().__init__(documents, *by)
        self.shaped = shaped

    async def _round(self, asked: Sequence[Hashable]) -> Sequence[Told | None]:
        things = {value: self.shaped(one) for value, one in (await self.found(asked)).items()}
        return [things.get(value) for value in asked]


def each_their_own(found: Mapping[Any, Document], asked: Sequence[Hashable]) -> Sequence[Document | None]:
    """What is found of each; who asks for what another one has been given gets a copy."""
    given, told = set[Hashable](), list[Document | None]()
    for value in asked:
        one = found.get(value)
        told.append(deepcopy(one) if value in given else one)
        given.add(value)
    return told


def _error(refused: Mapping[str, Any]) -> WriteError:
    """Without the write itself, which holds what no log is to show."""
    kind = DuplicateKeyError if refused["code"] == DUPLICATE_KEY else WriteError
    details = {name: value for name, value in refused.items() if name != "op"}
    return kind(refused.get("errmsg", ""), refused["code"], details)
