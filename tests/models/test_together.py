"""Group commit: one round for many, each caller with an outcome of their own, nobody in another's way."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import InsertOne, UpdateOne
from pymongo.errors import AutoReconnect, BulkWriteError, DuplicateKeyError

from models import together
from models.claims import READS, ClaimsFirst, claiming
from models.store import Database
from models.together import Finds, Together, Writes
from tests.models.test_store import WRITES


class Slow(Together[int, int]):
    """Doubles numbers, as often as it is let; 13 ends its round, 7 is refused."""

    most = 4

    def __init__(self) -> None:
        super().__init__(None)
        self.rounds: list[list[int]] = []
        self.goes_on = asyncio.Event()

    async def _round(self, asked: Sequence[int]) -> Sequence[int | Exception]:
        self.rounds.append(list(asked))
        await self.goes_on.wait()
        if 13 in asked:
            raise AutoReconnect("lost")
        return [ValueError("7") if number == 7 else 2 * number for number in asked]


async def test_who_comes_while_a_round_is_under_way_is_in_the_next() -> None:
    slow = Slow()
    first = [asyncio.ensure_future(slow.ask(number)) for number in (1, 7)]
    await asyncio.sleep(0.01)
    others = [asyncio.ensure_future(slow.ask(number)) for number in (2, 13, 3, 4, 5)]
    await asyncio.sleep(0.01)
    others[2].cancel()  # of the round that fails, as the caller's own
    slow.goes_on.set()
    told = await asyncio.gather(*first, *others, return_exceptions=True)
    assert slow.rounds == [[1, 7], [2, 13, 3, 4], [5]]
    assert told[0] == 2
    assert [type(one) for one in told[1:6]] == [
        ValueError,
        AutoReconnect,
        AutoReconnect,
        asyncio.CancelledError,
        AutoReconnect,
    ]
    assert told[6] == 10
    assert await slow.ask(6) == 12


async def test_a_round_that_is_stuck_holds_nobody_else_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "LATE", 0.02)
    slow = Slow()
    stuck, behind = asyncio.ensure_future(slow.ask(1)), asyncio.ensure_future(asyncio.sleep(0.01, 2))
    first = asyncio.ensure_future(slow.ask(await behind))
    await asyncio.sleep(0.03)
    assert slow.rounds == [[1]]
    later = asyncio.ensure_future(slow.ask(3))
    await asyncio.sleep(0.01)
    assert slow.rounds == [[1], [2, 3]]
    slow.goes_on.set()
    assert [await each for each in (stuck, first, later)] == [2, 4, 6]


@pytest.fixture
async def documents(any_database: Database) -> AsyncIterator[Any]:
    yield any_database["together"]
    await any_database["together"].delete_many({})


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.lists(st.integers(0, 6), min_size=1, max_size=30))
async def test_of_equal_keys_one_is_written_and_each_knows_whether_it_was(
    documents: Any, keys: list[int]
) -> None:
    await documents.delete_many({})
    writes, found = Writes(documents), Finds(documents)

    async def put(number: int, key: int) -> bool:
        try:
            await writes.ask(InsertOne({"_id": key, "by": number}))
        except DuplicateKeyError:
            return False
        return True

    won = await asyncio.gather(*(put(number, key) for number, key in enumerate(keys)))
    assert sum(won) == len(set(keys))
    kept = await asyncio.gather(*(found.ask(key) for key in keys))
    assert [one["by"] == number for number, one in enumerate(kept) if one] == won
    assert await found.ask("nobody") is None


async def test_a_guarded_upsert_is_refused_where_another_version_is_there(documents: Any) -> None:
    writes = Writes(documents)

    async def step(version: int) -> str:
        write = UpdateOne({"_id": "a", "v": version}, {"$set": {"v": version + 1}}, upsert=True)
        try:
            await writes.ask(write)
        except DuplicateKeyError:
            return "refused"
        return "kept"

    for version in range(3):
        told = await asyncio.gather(*(step(version) for _ in range(5)))
        assert told.count("kept") == 1
    assert await documents.find_one({"_id": "a"}) == {"_id": "a", "v": 3}


async def test_a_write_that_the_majority_may_not_have_is_nobodys() -> None:
    class Unsure:
        async def bulk_write(self, *_: Any, **__: Any) -> None:
            raise BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 64, "errmsg": "late"}]})

    writes = Writes(Unsure())
    told = await asyncio.gather(
        *(writes.ask(InsertOne({"_id": number})) for number in range(3)), return_exceptions=True
    )
    assert [type(one) for one in told] == [BulkWriteError] * 3


class Refused(Exception):
    pass


async def test_nothing_is_written_before_the_claim_is_made(documents: Any) -> None:
    """By whatever way one writes, in a task of one's own too; reading needs no claim."""
    claims = []

    async def made() -> None:
        claims.append(await documents.count_documents({}))

    async def refused() -> None:
        raise Refused

    writes = Writes(documents)
    with claiming(made):
        assert await documents.find_one({}) is None
        assert claims == []
        await documents.insert_one({"_id": 1})
        await asyncio.gather(writes.ask(InsertOne({"_id": 2})))
    assert claims == [0, 1]
    with claiming(refused):
        for write in (documents.insert_one({"_id": 3}), writes.ask(InsertOne({"_id": 4}))):
            with pytest.raises(Refused):
                await write
    assert await documents.count_documents({}) == 2
    await documents.insert_one({"_id": 3})


async def test_every_way_to_write_claims(any_database: Database) -> None:
    """What is not known to read counts as writing, so a new method of the driver cannot slip through."""
    collection = any_database["together"]
    assert READS.isdisjoint(WRITES)

    async def refused() -> None:
        raise Refused

    with claiming(refused):
        for name in (*WRITES, "drop", "create_indexes", "rename"):
            with pytest.raises(Refused):
                await getattr(collection, name)()
            with pytest.raises(Refused):
                await getattr(collection.with_options(), name)()
    assert isinstance(collection.with_options(), ClaimsFirst)
