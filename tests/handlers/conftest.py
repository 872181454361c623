"""The citizen pages over real HTTP and a real database, one site a module."""

from collections.abc import AsyncIterator

import pytest

from models.events import Cause, Channel
from models.privacy import Privacy
from models.store import Database
from tests.conftest import Clock
from tests.handlers.visitor import Town, build, furnish


@pytest.fixture(scope="module")
async def town(database: Database, privacy: Privacy) -> AsyncIterator[Town]:
    clock = Clock()
    built = await build(database, privacy, clock)
    await furnish(built, Cause("system", clock.now(), Channel.SYSTEM, "request-town"))
    yield built
    built.server.stop()
    await built.server.close_all_connections()
