"""A change rings the jobs that want it, and a stream that is lost is opened again."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from pymongo.errors import OperationFailure, PyMongoError

from models.events import Event
from models.store import Store
from tests.house.clock import MakeCause
from wechat_backend.database.connection import Database, connect
from wechat_backend.worker.job import AT_ONCE, EVERYTHING, NET, WATCHED_NET, Job
from wechat_backend.worker.jobs import watch as watching
from wechat_backend.worker.jobs.watch import Watch

HISTORY_LOST, CURSOR_KILLED, TOKEN_UNKNOWN, FATAL = 286, 237, 260, 280


class Things(Store):
    collection = "things"
    tells = ("thing.made", "thing.changed")


class Parcels(Store):
    collection = "parcels"
    tells = ("parcel.packed",)


async def nothing() -> float:
    return AT_ONCE


class Ears:
    """A watch over two jobs: `told` wants events of both collections, `due` new parcels."""

    def __init__(self, database: Database) -> None:
        self.things, self.parcels = Things(database), Parcels(database)
        self.told = Job("told", 60, nothing, woken_by={"things": ("events",), "parcels": ("events",)})
        self.due = Job("due", 60, nothing, woken_by={"parcels": ("planned_at",)})
        self.watch = Watch(database, [self.told, self.due])

    async def open(self) -> None:
        await self.watch.run()
        assert [job.bell.heard() for job in (self.told, self.due)] == [{EVERYTHING}, {EVERYTHING}]

    async def heard(self) -> tuple[set[str], set[str]]:
        """What each was rung for, when all that was changed so far has been told."""
        await self.parcels.documents.insert_one({"_id": uuid4().hex})
        told, due = self.told.bell.heard(), self.due.bell.heard()
        while "parcels" not in due:
            await self.watch.run()
            told, due = told | self.told.bell.heard(), due | self.due.bell.heard()
        return told, due


@pytest.fixture
async def ears(mongo_uri: str, any_database: Database, monkeypatch: Any) -> Any:
    """With a database of its own, for a test may drop it."""
    monkeypatch.setattr(watching, "LOOK", 0.1)
    driver = "motor" if "motor" in type(any_database.client).__module__ else "pymongo"
    database = await connect(mongo_uri, f"test_{uuid4().hex[:12]}", driver)
    made = Ears(database)
    await made.things.documents.insert_one({"_id": "old", "seen": 0})
    yield made
    await made.watch.end()
    await database.drop()
    await database.close()


BOTH = ({"things", "parcels"}, {"parcels"})
"""What is heard of a change of things; the parcel is the one by which the end is known."""
NEITHER = ({"parcels"}, {"parcels"})


async def test_a_new_document_and_a_new_event_ring(ears: Ears, cause: MakeCause) -> None:
    await ears.open()
    await ears.things.add({"_id": "a"}, Event("thing.made", "a", cause()))
    assert await ears.heard() == BOTH
    for _ in range(2):  # into a list that is there, and one that is not
        await ears.things.note("old", Event("thing.changed", "old", cause()))
        assert await ears.heard() == BOTH


async def test_what_nobody_wants_rings_nobody(ears: Ears, database: Database, cause: MakeCause) -> None:
    await ears.things.note("old", Event("thing.changed", "old", cause()))
    await ears.open()
    await ears.things.documents.update_one({"_id": "old"}, {"$set": {"seen": 1, "eventshow": 2}})
    await ears.things.documents.update_one({"_id": "old"}, {"$pull": {"events": {}}})
    await ears.things.documents.delete_one({"_id": "old"})
    await ears.watch.database["others"].insert_one({"events": [{"id": "1"}]})
    assert await ears.heard() == NEITHER


async def test_a_field_rings_the_job_that_wants_it(ears: Ears) -> None:
    await ears.parcels.documents.insert_one({"_id": "p"})
    await ears.open()
    await ears.parcels.documents.update_one({"_id": "p"}, {"$set": {"planned_at": 1}})
    while not ears.due.bell.heard():
        await ears.watch.run()
    await ears.parcels.documents.update_one({"_id": "p"}, {"$set": {"weight": 1}})
    assert await ears.watch.run() == AT_ONCE
    assert ears.due.bell.heard() == set()


async def kill(ears: Ears) -> None:
    """Every cursor of the stream's collection on the server, as an operator would."""
    client = ears.watch.database.client  # type: ignore[attr-defined]
    pipeline = [{"$currentOp": {"idleCursors": True, "allUsers": True}}]
    cursors = client.admin.aggregate(pipeline)
    found = [each async for each in (await cursors if hasattr(cursors, "__await__") else cursors)]
    name = ears.watch.database.name  # type: ignore[attr-defined]
    streams = [each["cursor"] for each in found if each.get("ns", "").startswith(f"{name}.$cmd.aggregate")]
    assert streams
    for cursor in streams:
        await client[name].command({"killCursors": "$cmd.aggregate", "cursors": [cursor["cursorId"]]})


async def drop(ears: Ears) -> None:
    """The database itself, which ends every stream on it."""
    await ears.watch.database.drop()  # type: ignore[attr-defined]


@pytest.mark.parametrize("lose", [kill, drop])
async def test_a_stream_that_is_taken_away_is_opened_again(
    ears: Ears, cause: MakeCause, lose: Callable[[Ears], Awaitable[None]]
) -> None:
    await ears.open()
    await lose(ears)
    await ears.things.add({"_id": "while away"}, Event("thing.made", "a", cause()))
    told: set[str] = set()
    for _ in range(100):
        await ears.watch.run()
        told |= ears.told.bell.heard()
        if told & {"things", EVERYTHING}:
            break
    assert told & {"things", EVERYTHING}
    await ears.heard()
    await ears.things.add({"_id": "later"}, Event("thing.made", "a", cause()))
    assert await ears.heard() == BOTH


@pytest.mark.parametrize("code", [HISTORY_LOST, CURSOR_KILLED, TOKEN_UNKNOWN, FATAL])
async def test_a_stream_that_cannot_be_mended_is_opened_anew_and_all_look(
    ears: Ears, cause: MakeCause, monkeypatch: Any, code: int
) -> None:
    await ears.open()

    async def lost() -> None:
        raise OperationFailure("lost", code)

    monkeypatch.setattr(ears.watch, "_look", lost)
    with pytest.raises(PyMongoError, match="lost"):
        await ears.watch.run()
    monkeypatch.undo()
    await ears.things.add({"_id": "while away"}, Event("thing.made", "a", cause()))
    await ears.open()
    await ears.things.add({"_id": "later"}, Event("thing.made", "a", cause()))
    assert await ears.heard() == BOTH


async def test_jobs_look_less_often_while_the_stream_is_open(ears: Ears, monkeypatch: Any) -> None:
    alone = Job("alone", NET, nothing)
    woken = Job("woken", NET, nothing, woken_by={"things": ("events",)})
    watch = Watch(ears.watch.database, [alone, woken])
    assert (alone.longest, woken.longest) == (NET, NET)
    await watch.run()
    assert (alone.longest, woken.longest) == (NET, WATCHED_NET)
    assert woken.bell.heard()

    async def lost() -> None:
        raise OperationFailure("lost", HISTORY_LOST)

    monkeypatch.setattr(watch, "_look", lost)
    with pytest.raises(PyMongoError, match="lost"):
        await watch.run()
    assert woken.longest == NET
    assert woken.bell.heard(), "it looks at once, and then as often as without a stream"
    await watch.end()


async def test_a_stream_leaves_nothing_open_at_its_end(ears: Ears) -> None:
    await ears.open()
    await ears.watch.end()
    assert ears.watch.stream is None
    with pytest.raises(AssertionError):
        await kill(ears)
