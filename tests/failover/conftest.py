import shutil
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.conftest import _folder
from tests.replica_set import ReplicaSet
from tests.wechat_backend.gateways.peer import Peer
from tests.wechat_backend.worker.platforms import Platforms


@pytest.fixture(scope="module")
def trio() -> Iterator[ReplicaSet]:
    """Three members that choose a new primary after two seconds without one."""
    folder = _folder()
    members = ReplicaSet(folder, election=2.0)
    yield members
    members.stop()
    shutil.rmtree(folder)


@pytest.fixture
async def platforms() -> AsyncIterator[Platforms]:
    peer = Peer()
    server = peer.start()
    yield Platforms(peer)
    server.stop()
    await server.close_all_connections()
