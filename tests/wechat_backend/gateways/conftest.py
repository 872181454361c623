from collections.abc import AsyncIterator

import pytest

from tests.wechat_backend.gateways.peer import Peer


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    peer = Peer()
    server = peer.start()
    yield peer
    server.stop()
    await server.close_all_connections()
