import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application

from handlers.chat import callback
from simulator import Running, SimulatorConfig, start
from tests.conftest import Clock
from tests.wechat_backend.gateways.peer import Peer
from tests.wechat_backend.worker.platforms import Platforms
from tests.wechat_backend.worker.world import World, environment
from wechat_backend.settings import Settings

SECRETS = environment("", "", "")
CONFIG = SimulatorConfig(
    wechat_appid=SECRETS["PANYU_WECHAT_APPID"],
    wechat_secret=SECRETS["PANYU_WECHAT_SECRET"],
    wechat_token=SECRETS["PANYU_WECHAT_TOKEN"],
    wechat_aes_key=SECRETS["PANYU_WECHAT_AES_KEY"],
    miniprogram_appid=SECRETS["PANYU_MINIPROGRAM_APPID"],
    miniprogram_secret=SECRETS["PANYU_MINIPROGRAM_SECRET"],
    aliyun_key_id=SECRETS["PANYU_ALIYUN_KEY_ID"],
    aliyun_key_secret=SECRETS["PANYU_ALIYUN_KEY_SECRET"],
    government_app_id=SECRETS["PANYU_GOVERNMENT_APP_ID"],
    government_secret=SECRETS["PANYU_GOVERNMENT_SECRET"],
    port=0,
    report_seconds=0.0,
)


@pytest.fixture
async def platforms() -> AsyncIterator[Platforms]:
    peer = Peer()
    server = peer.start()
    yield Platforms(peer)
    server.stop()
    await server.close_all_connections()


@pytest.fixture
async def simulator(clock: Clock) -> AsyncIterator[Running]:
    running = await start(CONFIG, clock.now)
    yield running
    await running.close()


@pytest.fixture
def variables(platforms: Platforms, mongo_uri: str, database: Any) -> dict[str, str]:
    return environment(platforms.peer.url, mongo_uri, database.name)


@pytest.fixture
async def world(variables: dict[str, str], database: Any, clock: Clock) -> AsyncIterator[World]:
    """Empty but for the guides; its clock begins now, as that of the processes beside it does."""
    clock.set(datetime.now(UTC) - timedelta(seconds=1))
    async for made in made_world(variables, database, clock):
        yield made


@pytest.fixture
async def simulated(simulator: Running, mongo_uri: str, database: Any, clock: Clock) -> AsyncIterator[World]:
    """The same with the simulator outside, and the simulator's callback answered."""
    clock.set(datetime.now(UTC))
    variables = environment(simulator.url, mongo_uri, database.name)
    async for made in made_world(variables, database, clock):
        keys = {"appid": CONFIG.wechat_appid, "token": CONFIG.wechat_token}
        routes = callback.routes({**keys, "aes_keys": [CONFIG.wechat_aes_key]})
        server = HTTPServer(Application(routes, services=made.services))
        socket, port = bind_unused_port()
        server.add_socket(socket)
        simulator.call_back(f"http://127.0.0.1:{port}/wechat/callback")
        yield made
        server.stop()
        await server.close_all_connections()


async def made_world(variables: dict[str, str], database: Any, clock: Clock) -> AsyncIterator[World]:
    given: dict[str, Any] = {name.removeprefix("PANYU_").lower(): v for name, v in variables.items()}
    for name in ("wechat_templates", "sms_templates"):
        given[name] = json.loads(given[name])
    made = World(Settings(**given), database, clock.now)
    await made.prepare()
    for store in made.services.all():
        await store.documents.delete_many({})
    await database["tokens"].delete_many({})
    await made.publish()
    await made.work()
    yield made
    made.gateways.close()
