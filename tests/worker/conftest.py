import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conftest import Clock
from tests.gateways.peer import Peer
from tests.worker.platforms import Platforms
from tests.worker.world import World, environment
from wechat_backend.settings import Settings


@pytest.fixture
async def platforms() -> AsyncIterator[Platforms]:
    peer = Peer()
    server = peer.start()
    yield Platforms(peer)
    server.stop()
    await server.close_all_connections()


@pytest.fixture
def variables(platforms: Platforms, mongo_uri: str, database: Any) -> dict[str, str]:
    return environment(platforms.peer.url, mongo_uri, database.name)


@pytest.fixture
async def world(variables: dict[str, str], database: Any, clock: Clock) -> AsyncIterator[World]:
    """Empty but for the guides; its clock begins now, as that of the processes beside it does."""
    given: dict[str, Any] = {name.removeprefix("PANYU_").lower(): v for name, v in variables.items()}
    for name in ("wechat_templates", "sms_templates"):
        given[name] = json.loads(given[name])
    clock.set(datetime.now(UTC) - timedelta(seconds=1))
    made = World(Settings(**given), database, clock.now)
    await made.prepare()
    for store in [*made.services.stores(), made.worker.workers]:
        await store.documents.delete_many({})
    await database["tokens"].delete_many({})
    await made.publish()
    await made.work()
    yield made
    made.gateways.close()
