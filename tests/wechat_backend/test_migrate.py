"""The commands, as processes: what they say of a database that does not fit, and with which code they end."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from models.festivals import LAST_PUBLISHED_YEAR
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


async def run(
    uri: str, name: str, *command: str, errors: Any = subprocess.PIPE
) -> tuple[int | None, str, str]:
    """The exit code, and what was said on both outputs, unless `errors` is a file."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "wechat_backend", *command),
        env=settings_over(uri, name),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=errors,
    )
    try:
        said, complained = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, said.decode(), (complained or b"").decode()


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


async def test_running_processes_follow_the_calendar_and_end_once_a_newer_migration_has_begun(
    mongo_uri: str, name: str, tmp_path: Path
) -> None:
    year = LAST_PUBLISHED_YEAR + 1
    logs = {command: tmp_path / command for command in ("serve", "worker")}

    async def known(through: int) -> None:
        while not all(f'"through": {through},' in log.read_text() for log in logs.values()):
            assert not any(one.done() for one in running)
            await asyncio.sleep(0.05)

    with ExitStack() as files, collection(mongo_uri, name) as records:
        outputs = {one: files.enter_context(log.open("wb")) for one, log in logs.items()}
        records.insert_one({"_id": len(ALL), "what": "-", "finished_at": datetime(2026, 11, 24, tzinfo=UTC)})
        running = [
            asyncio.ensure_future(run(mongo_uri, name, one, errors=log)) for one, log in outputs.items()
        ]
        while records.database["workers"].count_documents({}) == 0 or not _indexed(records.database):
            assert not any(one.done() for one in running)
            await asyncio.sleep(0.1)
        await known(LAST_PUBLISHED_YEAR)
        entered = {"days": {}, "confirmed": True, "revision": 1, "changes": []}
        records.database["calendar"].insert_one({"_id": str(year), **entered})
        await known(year)
        records.insert_one(NEWER)
        codes = [code for code, *_ in await asyncio.gather(*running)]
    assert codes == [2, 2]
    for complained in (log.read_text() for log in logs.values()):
        assert complained.splitlines()[-1].startswith(f"The database {name} has migration 9999")
        assert "\nTraceback" not in complained


def _indexed(database: Any) -> bool:
    return bool(database["leases"].index_information())
