"""The commands, as processes: what they say of a database that does not fit, and with which code they end."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from tests.wechat_backend.database.before import settings_over
from wechat_backend.database.migrations import ALL

ROOT = Path(__file__).parents[2]
NEWER: dict[str, Any] = {"_id": 9999, "what": "something to come", "finished_at": None}


@pytest.fixture
def name(mongo_uri: str) -> Iterator[str]:
    """Of a database of this test alone."""
    name = f"test_{uuid4().hex[:12]}"
    yield name
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        client.drop_database(name)


@contextmanager
def collection(uri: str, name: str) -> Iterator[Any]:
    with MongoClient[dict[str, Any]](uri) as client:
        yield client[name]["migrations"]


async def run(uri: str, name: str, *command: str) -> tuple[int | None, str, str]:
    """The exit code, and what was said on both outputs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "wechat_backend", *command),
        env=settings_over(uri, name),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        said, complained = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, said.decode(), complained.decode()


COMMANDS = (("serve",), ("worker",), ("migrate",), ("migrate", "--dry-run"))


async def test_a_newer_database_is_refused_in_one_line(mongo_uri: str, name: str) -> None:
    with collection(mongo_uri, name) as records:
        records.insert_one(NEWER)
    for code, _, complained in await asyncio.gather(*(run(mongo_uri, name, *one) for one in COMMANDS)):
        assert code == 2
        assert complained.startswith(
            f"The database {name} has migration 9999 (something to come), this code has"
        )
        assert complained.count("\n") == 1


async def test_an_empty_database_is_recorded_by_a_migration_and_not_by_a_dry_run(
    mongo_uri: str, name: str
) -> None:
    newest = f"The database is at migration {len(ALL)} of {len(ALL)}.\n"
    assert await run(mongo_uri, name, "migrate", "--dry-run") == (0, newest, "")
    with collection(mongo_uri, name) as records:
        assert records.count_documents({}) == 0
        assert await run(mongo_uri, name, "migrate") == (0, newest, "")
        [record] = records.find({})
        assert (record["_id"], record["what"]) == (len(ALL), "a new database")


async def test_running_processes_end_once_a_newer_migration_has_begun(mongo_uri: str, name: str) -> None:
    with collection(mongo_uri, name) as records:
        records.insert_one({"_id": len(ALL), "what": "-", "finished_at": datetime(2026, 11, 24, tzinfo=UTC)})
        running = [asyncio.ensure_future(run(mongo_uri, name, one)) for one in ("serve", "worker")]
        while records.database["workers"].count_documents({}) == 0 or not _indexed(records.database):
            assert not any(one.done() for one in running)
            await asyncio.sleep(0.1)
        records.insert_one(NEWER)
    for code, _, complained in await asyncio.gather(*running):
        assert code == 2
        assert complained.splitlines()[-1].startswith(f"The database {name} has migration 9999")
        assert "\nTraceback" not in complained


def _indexed(database: Any) -> bool:
    return bool(database["leases"].index_information())
