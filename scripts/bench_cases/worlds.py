"""The service's stores in this process, over a database that a bench has for itself."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import _machine  # noqa: F401 - finds the service

from tests.house.outside import TakesAll
from tests.house.settings import settings_of
from tests.house.worker import World
from wechat_backend.database.connection import connect
from wechat_backend.database.migrations import ALL
from wechat_backend.database.migrations.record import check_current
from wechat_backend.wiring import utc_now

NOBODY = "http://127.0.0.1:1"
"""What lies outside, where nothing is sent."""


@asynccontextmanager
async def opened(env: Mapping[str, str]) -> AsyncIterator[World]:
    """With all indexes and nothing else, by the real clock; files are taken as they are."""
    settings = settings_of({name: given for name, given in env.items() if name.startswith("PANYU_")})
    database = await connect(settings.mongo_uri.get_secret_value(), settings.mongo_database)
    await check_current(database, ALL, utc_now())
    world = World(settings, database, utc_now)
    world.stores.materials.inspector = TakesAll()
    await world.prepare()
    try:
        yield world
    finally:
        world.gateways.close()
        await database.close()


def prepared(env: Mapping[str, str]) -> None:
    """Bring the database to its shape, with all indexes and nothing else."""

    async def prepare() -> None:
        async with opened(env):
            pass

    asyncio.run(prepare())
