"""Migrations: counted, done, repeated, cut off, two at once; and which database a process may start with."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pymongo import IndexModel
from pymongo.errors import OperationFailure

from models.store import Document
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import (
    Contents,
    Died,
    Watched,
    check_migration,
    contents_of,
    fill,
)
from wechat_backend.database import migrations as package
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations import ALL, steps
from wechat_backend.database.migrations.record import (
    COLLECTION,
    DatabaseBehind,
    DatabaseNewer,
    check_current,
    run_while_current,
)
from wechat_backend.database.migrations.runner import HELD, AnotherRun, StillOld, Turn, migrate, preview
from wechat_backend.database.migrations.steps import Change, DropIndex, Migration

OLD_LETTER: Document = {"letter": {"$type": "int"}}


def letter(one: Document) -> Document:
    return {"$set": {"letter": chr(one["letter"])}}


def sign(one: Document) -> Document:
    """Each event's `letter` becomes its `sign`."""
    numbered = list(enumerate(one["events"]))
    return {
        "$set": {f"events.{n}.sign": event["letter"] for n, event in numbered},
        "$unset": {f"events.{n}.letter": "" for n, _ in numbered},
    }


LETTERS = Migration(
    1,
    "letters instead of their numbers",
    [Change("things", OLD_LETTER, letter), Change("people", {"events.letter": {"$exists": True}}, sign)],
)
SEEN = Migration(
    2,
    "when things were seen",
    [Change("things", {"seen": {"$exists": False}}, lambda _one: {"$set": {"seen": None}})],
)
BOTH = [LETTERS, SEEN]


def things(count: int) -> list[Document]:
    return [{"_id": f"{n:03}", "letter": 65 + n % 26} for n in range(count)]


def lettered(old: list[Document], **more: Any) -> list[Document]:
    return [{**one, "letter": chr(one["letter"]), **more} for one in old]


BEFORE: Contents = {
    "things": things(5),
    "people": [
        {"_id": "a", "events": [{"letter": 1, "id": "x"}, {"letter": 2, "id": "y"}]},
        {"_id": "b", "events": []},
    ],
}
AFTER: Contents = {
    "things": lettered(things(5)),
    "people": [
        {"_id": "a", "events": [{"id": "x", "sign": 1}, {"id": "y", "sign": 2}]},
        {"_id": "b", "events": []},
    ],
}


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "BATCH", 2)


@pytest.fixture
async def empty(any_database: Database) -> AsyncIterator[Database]:
    await any_database.drop()
    yield any_database
    await any_database.drop()


def nobody(_line: str) -> None:
    """Hears what is said."""


async def number(database: Database) -> int:
    """As the record has it; 0 without one."""
    finished = [one["_id"] async for one in database[COLLECTION].find({"finished_at": {"$ne": None}})]
    return max(finished, default=0)


def test_each_migration_has_its_module_and_the_next_number() -> None:
    assert [migration.number for migration in ALL] == list(range(1, len(ALL) + 1))
    folder = Path(str(package.__file__)).parent
    modules = sorted(int(path.name[1:5]) for path in folder.glob("m*.py") if re.match(r"m\d{4}_", path.name))
    assert modules == [migration.number for migration in ALL]


async def test_a_migration_cut_off_at_any_call_comes_to_the_same_end(empty: Database, clock: Clock) -> None:
    assert await check_migration(empty, clock, LETTERS, BEFORE, AFTER) > 15


async def test_it_is_counted_done_and_recorded(empty: Database, clock: Clock) -> None:
    said: list[str] = []
    await fill(empty, BEFORE)
    await preview(empty, BOTH, clock.now, said.append)
    assert said == [
        "0001 letters instead of their numbers: 6 to change",
        "0002 when things were seen: 5 to change",
        "The database is at migration 0 of 2.",
    ]
    said.clear()
    await migrate(empty, BOTH, clock.now, said.append)
    assert said == [
        "0001 letters instead of their numbers: 6 changed",
        "0002 when things were seen: 5 changed",
        "The database is at migration 2 of 2.",
    ]
    first = await empty[COLLECTION].find_one({"_id": 1})
    assert first.pop("by")
    assert first == {
        "_id": 1,
        "what": LETTERS.what,
        "started_at": clock.now(),
        "finished_at": clock.now(),
        "changed": 6,
    }


async def test_the_next_one_is_done_alone(empty: Database, clock: Clock) -> None:
    await fill(empty, BEFORE)
    await migrate(empty, [LETTERS], clock.now, nobody)
    said: list[str] = []
    await migrate(empty, BOTH, clock.now, said.append)
    assert said == ["0002 when things were seen: 5 changed", "The database is at migration 2 of 2."]


async def test_an_empty_database_needs_none(empty: Database, clock: Clock) -> None:
    for go, recorded in ((preview, 0), (migrate, 2)):
        said: list[str] = []
        await go(empty, BOTH, clock.now, said.append)
        assert said == ["The database is at migration 2 of 2."]
        assert await number(empty) == recorded


async def test_of_many_runs_at_once_one_migrates(empty: Database, clock: Clock) -> None:
    await fill(empty, {"things": things(40)})
    runs = (migrate(empty, BOTH, clock.now, nobody) for _ in range(8))
    ended = await asyncio.gather(*runs, return_exceptions=True)
    assert {type(one) for one in ended} <= {type(None), AnotherRun}
    assert None in ended
    assert (await empty[COLLECTION].find_one({"_id": 1}))["changed"] == 40
    assert await contents_of(empty, {"things": []}) == {"things": lettered(things(40), seen=None)}


async def test_one_that_was_held_up_leaves_it_to_the_next(empty: Database, clock: Clock) -> None:
    async with Turn(empty, clock.now) as first:
        with pytest.raises(AnotherRun):
            await Turn(empty, clock.now).__aenter__()
        clock.advance(HELD)
        async with Turn(empty, clock.now) as second:
            with pytest.raises(AnotherRun):
                await first.renew()
            await second.renew()


async def test_a_turn_is_given_back_when_it_fails(empty: Database, clock: Clock) -> None:
    with pytest.raises(Died):
        async with Turn(empty, clock.now):
            raise Died
    async with Turn(empty, clock.now):
        pass


class Meddled(Watched):
    """While documents are being written, a forgotten server changes one of them and adds one."""

    async def call(self, name: str, made: Callable[[], Awaitable[Any]]) -> Any:
        if name == "bulk_write":
            await self.database["things"].update_one({"_id": "000"}, {"$set": {"letter": 90}})
            await self.database["things"].update_one({"_id": "0"}, {"$set": {"letter": 66}}, upsert=True)
        return await made()


async def test_what_another_one_writes_meanwhile_is_not_lost(empty: Database, clock: Clock) -> None:
    await fill(empty, {"things": things(2)})
    meddled: Any = Meddled(empty)
    with pytest.raises(StillOld, match="Migration 1 is not finished: 2 are still as they were"):
        await migrate(meddled, [LETTERS], clock.now, nobody)
    assert await number(empty) == 0
    await migrate(empty, [LETTERS], clock.now, nobody)
    assert await contents_of(empty, {"things": []}) == {
        "things": [
            {"_id": "0", "letter": "B"},
            {"_id": "000", "letter": "Z"},
            {"_id": "001", "letter": "B"},
        ]
    }


INDEX = Migration(
    1,
    "things in the order of their letters",
    [DropIndex("things", "order", {"key": {"seen": 1, "letter": 1}})],
)
NOW = IndexModel([("letter", 1), ("seen", 1)], name="order")


async def indexed(database: Database) -> list[tuple[str, int]]:
    [index] = [
        one for one in await (await database["things"].list_indexes()).to_list() if one["name"] == "order"
    ]
    return list(index["key"].items())


async def test_an_index_of_another_definition_is_dropped_first(empty: Database, clock: Clock) -> None:
    """Without the migration the start fails: MongoDB has another index under that name."""
    before = {"things": things(3)}
    await fill(empty, before)
    await empty["things"].create_indexes([IndexModel([("seen", 1), ("letter", 1)], name="order")])
    with pytest.raises(OperationFailure) as refused:
        await empty["things"].create_indexes([NOW])
    assert refused.value.code == 86  # IndexKeySpecsConflict
    said: list[str] = []
    await preview(empty, [INDEX], clock.now, said.append)
    assert await indexed(empty) == [("seen", 1), ("letter", 1)]
    await migrate(empty, [INDEX], clock.now, said.append)
    await empty["things"].create_indexes([NOW])
    assert [line.rpartition(": ")[2] for line in said[::2]] == ["1 to change", "1 changed"]
    await empty[COLLECTION].delete_many({})
    await migrate(empty, [INDEX], clock.now, nobody)
    assert await indexed(empty) == [("letter", 1), ("seen", 1)]
    assert await check_migration(empty, clock, INDEX, before, before) == 5


async def test_an_empty_database_is_current_at_once(empty: Database, clock: Clock) -> None:
    await asyncio.gather(*(check_current(empty, BOTH, clock.now()) for _ in range(5)))
    assert await number(empty) == 2
    await empty["things"].insert_many(things(3))
    await check_current(empty, BOTH, clock.now())


async def test_a_database_behind_is_refused(empty: Database, clock: Clock) -> None:
    await fill(empty, BEFORE)
    with pytest.raises(DatabaseBehind, match=r"at migration 0, .* needs 2\. .*wechat_backend migrate"):
        await check_current(empty, BOTH, clock.now())
    assert await empty[COLLECTION].count_documents({}) == 0
    await empty[COLLECTION].insert_one({"_id": 1, "what": "begun", "finished_at": None})
    with pytest.raises(DatabaseBehind, match="at migration 0"):
        await check_current(empty, BOTH, clock.now())
    await migrate(empty, BOTH, clock.now, nobody)
    await check_current(empty, BOTH, clock.now())


async def test_a_newer_database_is_refused(empty: Database, clock: Clock) -> None:
    await fill(empty, BEFORE)
    await migrate(empty, BOTH, clock.now, nobody)
    for refused in (
        check_current(empty, [LETTERS], clock.now()),
        migrate(empty, [LETTERS], clock.now, nobody),
        preview(empty, [], clock.now, nobody),
    ):
        with pytest.raises(DatabaseNewer, match=r"has migration 2 \(when .* seen\), this code has [01]"):
            await refused


async def until_cancelled(ended: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ended.append("in order")


async def test_a_running_process_ends_once_a_newer_migration_has_begun(empty: Database, clock: Clock) -> None:
    await check_current(empty, [LETTERS], clock.now())
    ended: list[str] = []
    running = asyncio.create_task(run_while_current(empty, [LETTERS], until_cancelled(ended), every=0.01))
    await asyncio.sleep(0.1)
    assert not running.done()
    await empty[COLLECTION].insert_one({"_id": 2, "what": "begun", "finished_at": None})
    with pytest.raises(DatabaseNewer, match="begun"):
        await running
    assert ended == ["in order"]


async def test_a_running_process_that_is_told_to_stop_stops_its_work(empty: Database) -> None:
    ended: list[str] = []
    running = asyncio.create_task(run_while_current(empty, [], until_cancelled(ended), every=60))
    await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ended == ["in order"]


async def test_work_that_fails_is_told(empty: Database) -> None:
    async def work() -> None:
        raise Died

    with pytest.raises(Died):
        await run_while_current(empty, [], work())
