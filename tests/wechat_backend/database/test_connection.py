"""The driver seam and the embedded server, on the real thing."""

import gc
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bson import ObjectId
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from models.errors import Conflict
from models.outgoing import Workers
from models.store import PENDING_EVENTS
from wechat_backend.database.connection import Database, DatabaseUnreachable, connect
from wechat_backend.database.mongod import Mongod


async def test_times_come_back_in_utc(any_database: Database) -> None:
    at = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    await any_database["times"].insert_one({"_id": 1, "at": at})
    found = await any_database["times"].find_one({"_id": 1})
    assert found["at"] == at
    assert found["at"].utcoffset() is not None


async def test_cursors_are_alike(any_database: Database) -> None:
    numbers = any_database["numbers"]
    await numbers.create_indexes([IndexModel("half", name="half")])
    await numbers.insert_many([{"_id": n, "half": n // 2} for n in range(6)])
    halves = await numbers.aggregate([{"$group": {"_id": "$half"}}, {"$sort": {"_id": 1}}])
    assert [row["_id"] async for row in halves] == [0, 1, 2]
    assert [row["_id"] for row in await numbers.find({"half": 1}).sort("_id", 1).to_list()] == [2, 3]
    indexes = await (await numbers.list_indexes()).to_list()
    assert {index["name"] for index in indexes} == {"_id_", "half"}


async def test_indexes_may_take_longer_than_an_answer(any_database: Database, mongo_uri: str) -> None:
    """No answer comes within a thousandth of a second, as none does from a large collection under load."""
    driver = any_database.driver
    impatient = Database(driver, driver.client(mongo_uri, socketTimeoutMS=1), any_database.name)
    await Workers(impatient).prepare()
    await impatient.close()
    indexes = await (await any_database[Workers.collection].list_indexes()).to_list()
    assert len(indexes) == len([PENDING_EVENTS, *Workers.indexes]) + 1


async def test_changes_are_watched_alike(any_database: Database) -> None:
    stream = await any_database.watch([{"$match": {"ns.coll": "watched"}}], seconds=0.2)
    assert await stream.try_next() is None  # the stream is open from here on
    for name in ("watched", "unwatched", "watched"):
        await any_database[name].insert_one({"_id": ObjectId()})
    assert (await told(stream))["ns"]["coll"] == "watched"
    assert (await told(stream))["ns"]["coll"] == "watched"
    assert await stream.try_next() is None
    assert stream.alive
    await stream.close()


async def told(stream: Any) -> dict[str, Any]:
    """The next change, waited for."""
    while (change := await stream.try_next()) is None:
        pass
    return dict(change)


async def test_files_are_kept_in_buckets(any_database: Database) -> None:
    content = bytes(range(256)) * 2000
    bucket = any_database.bucket("files")
    await bucket.upload_from_stream_with_id("one", "扫描件.pdf", content)
    assert await (await bucket.open_download_stream("one")).read() == content
    assert await any_database["files.chunks"].count_documents({}) == 2


async def test_a_transaction_keeps_both_documents(any_database: Database) -> None:
    pairs = any_database["kept_pairs"]
    async with any_database.transaction() as session:
        await pairs.insert_one({"_id": 1}, session=session)
        assert await pairs.count_documents({}) == 0
        await pairs.insert_one({"_id": 2}, session=session)
    assert await pairs.count_documents({}) == 2


async def test_a_transaction_that_fails_keeps_neither(any_database: Database) -> None:
    pairs = any_database["lost_pairs"]
    await pairs.insert_one({"_id": 1, "state": "before"})

    async def fails() -> None:
        async with any_database.transaction() as session:
            await pairs.update_one({"_id": 1}, {"$set": {"state": "after"}}, session=session)
            await pairs.insert_one({"_id": 1}, session=session)

    with pytest.raises(DuplicateKeyError):
        await fails()
    assert await pairs.find({}).to_list() == [{"_id": 1, "state": "before"}]


async def test_of_two_transactions_on_one_document_one_is_told(any_database: Database) -> None:
    numbers = any_database["rivals"]
    await numbers.insert_one({"_id": 1, "n": 0})
    async with any_database.transaction() as first:
        await numbers.update_one({"_id": 1}, {"$inc": {"n": 1}}, session=first)
        with pytest.raises(Conflict) as overtaken:
            await increased(any_database)
    assert overtaken.value.code == "changed_meanwhile"
    assert (await numbers.find_one({"_id": 1}))["n"] == 1


async def increased(database: Database) -> None:
    async with database.transaction() as session:
        await database["rivals"].update_one({"_id": 1}, {"$inc": {"n": 1}}, session=session)


async def test_nothing_expires_by_the_servers_clock(database: Database) -> None:
    """The clock of the tests stands still, and the real one has long gone past it."""
    said = await database.client.admin.command({"getParameter": 1, "ttlMonitorEnabled": 1})
    assert said["ttlMonitorEnabled"] is False


async def test_writes_wait_for_the_majority(any_database: Database) -> None:
    assert any_database["any"].write_concern.document == {"w": "majority"}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("driver", ["pymongo", "motor"])
async def test_unreachable_is_told_soon_and_without_password(driver: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        uri = f"mongodb://panyu:password@127.0.0.1:{closed.getsockname()[1]}/"
        began = time.monotonic()
        with pytest.raises(DatabaseUnreachable, match=r"Errno 111") as raised:
            await connect(uri, "test", driver, patience=2)
    assert time.monotonic() - began < 5
    assert "password" not in str(raised.value)
    del raised
    gc.collect()  # PyMongo leaves the socket of an attempt that it cancels; that warning belongs to this test


async def test_nonsense_is_unreachable() -> None:
    with pytest.raises(DatabaseUnreachable, match="mongodb://"):
        await connect("postgres://127.0.0.1/", "test")


async def test_mongod_keeps_its_data_when_it_moves(tmp_path: Path) -> None:
    """Stopped cleanly, then killed, each time started again at another port."""
    for round_ in range(3):
        server = Mongod(tmp_path / "mongo").wait()
        database = await connect(server.uri, "kept")
        assert await database["rounds"].count_documents({}) == round_
        await database["rounds"].insert_one({"_id": round_})
        await database.close()
        if round_ == 1:
            server.process.kill()
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 3


PARENT = """
import sys, time
from pathlib import Path
from wechat_backend.database.mongod import Mongod
print(Mongod(Path(sys.argv[1])).wait().process.pid, flush=True)
time.sleep(60)
"""


def test_mongod_dies_with_its_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "mongo")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "."},
    )
    with parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    """Whether there is such a process and it is no zombie (who reaps orphans differs by machine)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
