from collections.abc import AsyncIterator

import pytest

from tests.house.peer import Peer, listening


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with listening() as peer:
        yield peer
