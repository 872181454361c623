from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tornado.web import Application

from handlers.chat import callback
from simulator import Running, SimulatorConfig, start
from tests.house.clock import Clock
from tests.house.peer import listening
from tests.house.platforms import Platforms
from tests.house.server import serving
from tests.house.settings import environment, settings_of
from tests.house.worker import World, working

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
    async with listening() as peer:
        yield Platforms(peer)


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
    """Its clock begins now, as that of the processes beside it does."""
    clock.set(datetime.now(UTC) - timedelta(seconds=1))
    async with working(settings_of(variables), database, clock.now) as world:
        yield world


@pytest.fixture
async def simulated(simulator: Running, mongo_uri: str, database: Any, clock: Clock) -> AsyncIterator[World]:
    """The same with the simulator outside, and the simulator's callback answered."""
    clock.set(datetime.now(UTC))
    settings = settings_of(environment(simulator.url, mongo_uri, database.name))
    async with working(settings, database, clock.now) as world:
        keys = {"appid": CONFIG.wechat_appid, "token": CONFIG.wechat_token}
        routes = callback.routes({**keys, "aes_keys": [CONFIG.wechat_aes_key]})
        async with serving(Application(routes, services=world.services)) as url:
            simulator.call_back(f"{url}/wechat/callback")
            yield world
