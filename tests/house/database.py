"""One real MongoDB a run, and a database of its own for each module."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from wechat_backend.database.connection import WORKER_PATIENCE, Database, connect
from wechat_backend.database.mongod import Mongod

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder made by mkdtemp inside it
ROOM = 2 * 1024**3
SERVER = pytest.StashKey[tuple[Mongod, Path]]()


def data_folder() -> Path:
    """In memory if there is room; what killed runs have left there is swept out first."""
    for left in SHARED_MEMORY.glob("panyu-tests-*"):
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    fast = SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).free > ROOM
    return Path(tempfile.mkdtemp(prefix=f"panyu-tests-{os.getpid()}-", dir=SHARED_MEMORY if fast else None))


def start_server(config: pytest.Config) -> str:
    """The URI of this run's server, started when first asked for; `stop_server` stops it."""
    given = os.environ.get("PANYU_TEST_MONGO_URI")
    if given:
        return _for_tests(given)
    if SERVER not in config.stash:
        folder = data_folder()
        config.stash[SERVER] = Mongod(folder / "mongo").wait(), folder
        _wait_for_no_journal(config.stash[SERVER][0].uri)
    return _for_tests(config.stash[SERVER][0].uri)


def stop_server(config: pytest.Config) -> None:
    if SERVER in config.stash:
        server, folder = config.stash[SERVER]
        server.stop()
        shutil.rmtree(folder)


PARAMETERS: Mapping[str, Any] = {
    "ttlMonitorEnabled": False,  # its clock must remove nothing: that of the tests stands still in the past
    "minSnapshotHistoryWindowInSeconds": 1,
    "syncdelay": 5,
    "wiredTigerEngineRuntimeConfig": "file_manager=(close_idle_time=5,close_scan_interval=2)",
}
"""A collection and each of its indexes is a file. Those of dropped databases are closed and go within
seconds, not minutes, else a fast run has more files open than a process may."""


def _wait_for_no_journal(uri: str) -> None:
    """Nothing is to outlive this run: what a majority of one has need not be on its disk."""
    with MongoClient[dict[str, Any]](uri) as client:
        config = client.admin.command("replSetGetConfig")["config"]
        config |= {"version": config["version"] + 1, "writeConcernMajorityJournalDefault": False}
        client.admin.command({"replSetReconfig": config})


PATIENT = "connectTimeoutMS=20000"
"""On a machine that is busy with other tests a server that answers late is not lost: the service's own two
seconds would end all of a client's calls. The tests of lost servers make their own connections."""


def _for_tests(uri: str) -> str:
    with MongoClient[dict[str, Any]](uri) as client:
        for name, value in PARAMETERS.items():
            client.admin.command({"setParameter": 1, name: value})
    return f"{uri}{'&' if '?' in uri else '?'}{PATIENT}"


def unused_name() -> str:
    return f"test_{uuid4().hex[:12]}"


@asynccontextmanager
async def fresh_database(uri: str, driver: str = "pymongo") -> AsyncIterator[Database]:
    """An empty database, which is dropped afterwards."""
    database = await connect(uri, unused_name(), driver, WORKER_PATIENCE)
    yield database
    await database.drop()
    await database.close()
