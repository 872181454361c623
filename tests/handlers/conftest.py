"""Sites over real HTTP and a real database, one a module."""

from collections.abc import AsyncIterator

import pytest

from models.store import Database
from tests.house.office import Office, staffed
from tests.house.stores import empty
from tests.house.town import Town, opened
from tests.house.wechat import Peer, answering


@pytest.fixture(scope="module")
async def town(database: Database) -> AsyncIterator[Town]:
    async with opened(database) as town:
        yield town


@pytest.fixture(scope="module")
async def office(town: Town) -> Office:
    return await staffed(town)


@pytest.fixture(scope="module")
async def served(mongo_uri: str) -> AsyncIterator[Peer]:
    async with answering(mongo_uri) as peer:
        yield peer


@pytest.fixture
async def peer(served: Peer) -> Peer:
    """Nobody has said anything to it."""
    await empty(served.stores)
    return served
