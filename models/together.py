"""Group commit: what many callers ask of one collection at once goes in one round trip.

Where nothing is under way, what is asked goes at one of the next turns of the loop, with what else was asked
until then; while a round is under way, the others gather for the next. So the rounds grow with the load, and
who is alone waits for nobody. A caller goes on when their own part is done, as the majority keeps it; a
caller that is cancelled takes nothing from the others (docs/decisions/0018-group-commit.md).
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from contextvars import Context
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, WriteError

from models.claims import claimed
from models.store import DUPLICATE_KEY, Document

Asked = TypeVar("Asked")
Told = TypeVar("Told")
Operation: TypeAlias = InsertOne[Document] | UpdateOne


TURNS = 2
"""Of the loop, in which who is on their way comes along: microseconds where nobody is."""


class Together(ABC, Generic[Asked, Told]):
    """Rounds of one kind, one after the other."""

    most: ClassVar[int] = 500
    """What one round carries: far below what one command of the driver holds."""

    def __init__(self, documents: Any) -> None:
        self.documents = documents
        self._waiting: deque[tuple[Asked, asyncio.Future[Told]]] = deque()
        self._rounds: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Told:
        """What came of it.

        Raises:
            Exception: of this caller alone, or of all whose round failed.
        """
        future: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if self._rounds is None or self._rounds.done():
            self._rounds = asyncio.create_task(self._until_none_waits(), context=Context())  # nobody's own
        return await future

    async def _until_none_waits(self) -> None:
        while self._waiting:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), self.most))]
            told: Sequence[Told | Exception]
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


class Finds(Together[Hashable, Document | None]):
    """Documents by the value of one field, which is unique; None where there is none.

    What is found was there after it was asked for. Those who ask for the same are given the same document,
    and change nothing in it.
    """

    def __init__(self, documents: Any, field: str = "_id") -> None:
        super().__init__(documents)
        self.field = field

    async def _round(self, asked: Sequence[Hashable]) -> Sequence[Document | None]:
        found = self.documents.find({self.field: {"$in": [*dict.fromkeys(asked)]}}).batch_size(self.most + 1)
        by_value = {one[self.field]: one async for one in found}
        return [by_value.get(value) for value in asked]


def _error(refused: Mapping[str, Any]) -> WriteError:
    kind = DuplicateKeyError if refused["code"] == DUPLICATE_KEY else WriteError
    return kind(refused.get("errmsg", ""), refused["code"], refused)
