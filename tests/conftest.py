"""What all tests share: the run's MongoDB, a database a module, and a clock. tests/house builds the rest."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from argon2 import PasswordHasher
from hypothesis import settings

from models.events import Cause, Channel
from models.privacy import Privacy
from models.staff import passwords
from tests.house.clock import Clock, MakeCause, cause_at
from tests.house.database import fresh_database, start_server, stop_server
from tests.house.stores import PRIVACY
from wechat_backend.database.connection import DRIVERS, Database

pytest_plugins = ["tests.plugin_articles"]
settings.register_profile("house", deadline=None)
settings.load_profile("house")
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S"),
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)
"""By itself structlog draws an error with all that each frame holds, while all else waits for seconds."""


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Called in the controller of pytest-xdist for each worker: all share the controller's server."""
    node.workerinput["mongo_uri"] = start_server(node.config)


def pytest_unconfigure(config: pytest.Config) -> None:
    stop_server(config)


PATIENCE, PAGES = 100, 25
"""What a test that asks for more time, and one that drives a browser, count for beside others."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of many workers none begins a long file when the others are about to end: such files come first."""
    if hasattr(config, "workerinput"):
        weight: Counter[Path] = Counter()
        for test in items:
            weight[test.path] += _weight(test)
        items.sort(key=lambda test: -weight[test.path])


def _weight(test: pytest.Item) -> int:
    if test.get_closest_marker("timeout"):
        return PATIENCE
    return PAGES if test.get_closest_marker("browser") else 1


@pytest.fixture(scope="session")
def mongo_uri(request: pytest.FixtureRequest) -> str:
    given: dict[str, Any] = getattr(request.config, "workerinput", {})
    return str(given.get("mongo_uri") or start_server(request.config))


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> None:
    """Members by the dozen are enrolled in the tests: one hash takes no 50 ms here."""
    passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords.NOBODY = passwords.HASHER.hash("nobody has this password")


@pytest.fixture(scope="module")
async def database(mongo_uri: str) -> AsyncIterator[Database]:
    """An empty database for this module."""
    async with fresh_database(mongo_uri) as database:
        yield database


@pytest.fixture(scope="module", params=sorted(DRIVERS))
async def any_database(mongo_uri: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """As `database`, once with each driver."""
    async with fresh_database(mongo_uri, request.param) as database:
        yield database


@pytest.fixture(scope="session")
def privacy() -> Privacy:
    return PRIVACY


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cause(clock: Clock) -> MakeCause:
    """`cause(actor="system", channel=Channel.SYSTEM)`: something is done just now."""

    def make(actor: str = "system", channel: Channel = Channel.SYSTEM) -> Cause:
        return cause_at(clock.now(), actor, channel)

    return make
