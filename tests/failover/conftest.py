import shutil
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.house.database import data_folder
from tests.house.peer import listening
from tests.house.platforms import Platforms
from tests.house.replica_set import ReplicaSet


@pytest.fixture(scope="module")
def trio() -> Iterator[ReplicaSet]:
    """Three members that choose a new primary after two seconds without one."""
    folder = data_folder()
    members = ReplicaSet(folder, election=2.0)
    yield members
    members.stop()
    shutil.rmtree(folder)


@pytest.fixture
async def platforms() -> AsyncIterator[Platforms]:
    async with listening() as peer:
        yield Platforms(peer)
