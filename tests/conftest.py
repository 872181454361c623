"""What the tests share: one real MongoDB a run, a database a module, keys, and a clock that stands still."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import settings
from pymongo import MongoClient

from models.events import Cause, Channel
from models.outgoing.sms import SmsLimits
from models.privacy import Privacy
from wechat_backend.database.connection import DRIVERS, Database, connect
from wechat_backend.database.mongod import Mongod

pytest_plugins = ["tests.plugin_articles"]
settings.register_profile("house", deadline=None)
settings.load_profile("house")

MakeCause = Callable[..., Cause]
START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Tuesday 24 November 2026, ten in the morning in Panyu."""

ROOMY = SmsLimits(codes_per_address_hour=10_000, codes_per_address=10_000)
"""Everybody in the tests comes from one address."""
ADDRESS = "192.0.2.1"

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder made by mkdtemp inside it
ROOM = 2 * 1024**3
SERVER = pytest.StashKey[tuple[Mongod, Path]]()


class Clock:
    """Time for tests: it stands still until told."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def set(self, time: datetime) -> None:
        self.time = time

    def advance(self, by: timedelta) -> None:
        self.time += by


def _folder() -> Path:
    """In memory if there is room; what killed runs have left there is swept out first."""
    for left in SHARED_MEMORY.glob("panyu-tests-*"):
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    fast = SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).free > ROOM
    return Path(tempfile.mkdtemp(prefix=f"panyu-tests-{os.getpid()}-", dir=SHARED_MEMORY if fast else None))


def _start(config: pytest.Config) -> str:
    """The URI of this run's server, started when first asked for; stopped by `pytest_unconfigure`."""
    given = os.environ.get("PANYU_TEST_MONGO_URI")
    if given:
        return _without_expiry(given)
    if SERVER not in config.stash:
        folder = _folder()
        config.stash[SERVER] = Mongod(folder / "mongo").wait(), folder
    return _without_expiry(config.stash[SERVER][0].uri)


def _without_expiry(uri: str) -> str:
    """The server's own clock must remove nothing: that of the tests stands still in the past."""
    with MongoClient[dict[str, Any]](uri) as client:
        client.admin.command("setParameter", 1, ttlMonitorEnabled=False)
    return uri


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Called in the controller of pytest-xdist for each worker: all share the controller's server."""
    node.workerinput["mongo_uri"] = _start(node.config)


def pytest_unconfigure(config: pytest.Config) -> None:
    if SERVER in config.stash:
        server, folder = config.stash[SERVER]
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def mongo_uri(request: pytest.FixtureRequest) -> str:
    given: dict[str, Any] = getattr(request.config, "workerinput", {})
    return str(given.get("mongo_uri") or _start(request.config))


async def _fresh(uri: str, driver: str) -> AsyncIterator[Database]:
    database = await connect(uri, f"test_{uuid4().hex[:12]}", driver)
    yield database
    await database.drop()
    await database.close()


@pytest.fixture(scope="module")
async def database(mongo_uri: str) -> AsyncIterator[Database]:
    """An empty database for this module."""
    async for fresh in _fresh(mongo_uri, "pymongo"):
        yield fresh


@pytest.fixture(scope="module", params=sorted(DRIVERS))
async def any_database(mongo_uri: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """As `database`, once with each driver."""
    async for fresh in _fresh(mongo_uri, request.param):
        yield fresh


@pytest.fixture(scope="session")
def privacy() -> Privacy:
    return Privacy({"test": bytes(range(32))}, b"index key of the tests, 32 bytes")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cause(clock: Clock) -> MakeCause:
    """`cause(actor="system", channel=Channel.SYSTEM)`: somebody did something just now."""

    def make(actor: str = "system", channel: Channel = Channel.SYSTEM) -> Cause:
        return Cause(actor, clock.now(), channel, f"request-{uuid4().hex[:8]}")

    return make
