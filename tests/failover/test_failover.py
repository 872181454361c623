"""A replica set of three loses its primary under load: all goes on, and nothing is lost or done twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from pymongo.errors import PyMongoError
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from models.appointments.rules import AlreadyBooked
from models.people.parties import Party
from tests.house.database import unused_name
from tests.house.guides import plain_guide
from tests.house.people import new_number, new_phone
from tests.house.places import with_windows
from tests.house.platforms import SEND, Platforms
from tests.house.replica_set import ReplicaSet
from tests.house.server import serving
from tests.house.settings import environment, settings_of
from tests.house.wechat import message, signature
from tests.house.worker import World
from wechat_backend.app import make_app, make_operations_app
from wechat_backend.database.connection import Database, DatabaseUnreachable, connect
from wechat_backend.settings import Settings
from wechat_backend.wiring import utc_now

PEOPLE = 40
AT_ONCE = 4
SOON = 30.0
"""Seconds within which all goes on."""
BIG = with_windows(PEOPLE)
IMPATIENT = "&serverSelectionTimeoutMS=1000"


async def connected(uri: str, name: str, driver: str) -> Database:
    """The first answer of a busy machine may take longer than such a service waits."""
    for _ in range(round(SOON)):
        with suppress(DatabaseUnreachable):
            return await connect(uri, name, driver)
    return await connect(uri, name, driver)


@asynccontextmanager
async def opened(
    trio: ReplicaSet, platforms: Platforms, driver: str
) -> AsyncIterator[tuple[World, Settings]]:
    """A service that waits but a second for a primary, so that it meets the loss in every possible way."""
    name = unused_name()
    variables = environment(platforms.peer.url, trio.uri, name) | {"PANYU_WECHAT_MODE": "compatible"}
    settings = settings_of(variables)
    database = await connected(trio.uri + IMPATIENT, name, driver)
    world = World(settings, database, utc_now)
    await world.prepare()
    await world.furnish(plain_guide(), hall=BIG)
    yield world, settings
    world.gateways.close()
    await database.close()


async def until(happened: Callable[[], Any], what: str) -> None:
    for _ in range(round(SOON / 0.1)):
        if happened():
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"not within {SOON:.0f} s: {what}")


async def books(world: World, party: Party, turn: asyncio.Semaphore) -> None:
    """A person who tries until it is booked, or is told that it is."""
    async with turn:
        while True:
            try:
                await world.book(party, BIG)
            except AlreadyBooked:
                return
            except PyMongoError:
                await asyncio.sleep(0.2)
            else:
                return


@pytest.mark.article("27.recovery")
@pytest.mark.parametrize(
    ("driver", "how"),
    [("pymongo", "leaderless"), ("motor", "kill")],
)
async def test_the_worker_goes_on(trio: ReplicaSet, platforms: Platforms, driver: str, how: str) -> None:
    async with opened(trio, platforms, driver) as (world, _):
        crowd = [await world.person(f"openid-{n}", new_phone(), new_number()) for n in range(PEOPLE)]
        await world.work()
        platforms.peer.calls.clear()
        platforms.messages.clear()
        working = asyncio.create_task(world.worker.run())
        turn = asyncio.Semaphore(AT_ONCE)
        load = [asyncio.create_task(books(world, party, turn)) for party in crowd]
        await until(lambda: platforms.messages, "the first is told")
        mend = await asyncio.to_thread(trio.lose, how)
        try:
            await until(lambda: all(each.done() for each in load), "all are booked")
            await until(lambda: len(platforms.messages) == PEOPLE, "all are told")
        finally:
            await asyncio.to_thread(mend)
        await asyncio.gather(*load)
        assert not working.done()
        working.cancel()
        await asyncio.wait({working})
        assert await world.services.appointments.documents.count_documents({}) == PEOPLE
        assert len(platforms.messages) == PEOPLE, "what is sent twice, the platform knows by its id"
        assert await world.services.deliveries.documents.distinct("state") == ["sent"]


@pytest.mark.parametrize("driver", ["pymongo", "motor"])
@pytest.mark.parametrize("how", ["step_down", "kill"])
async def test_changes_wake_the_worker_after_a_new_primary(
    trio: ReplicaSet, platforms: Platforms, driver: str, how: str
) -> None:
    """It would not look for an hour, and nothing is changed while there is none."""
    async with opened(trio, platforms, driver) as (world, _):
        party = await world.person()
        for loop in world.worker.loops:
            if loop.job.name != "watch":
                loop.job = replace(loop.job, every=3600)
        working = asyncio.create_task(world.worker.run())
        await until(lambda: world.worker.loop("watch").ended, "it listens")
        await asyncio.sleep(0.5)
        mend = await asyncio.to_thread(trio.lose, how)
        await asyncio.to_thread(trio.primary)
        await books(world, party, asyncio.Semaphore())
        await until(lambda: platforms.messages, "it is told")
        await asyncio.to_thread(mend)
        working.cancel()
        await asyncio.wait({working})
        assert len(platforms.peer.to(SEND)) == 1


DOORS = {
    "page": "/guides",
    "api": "/api/v1/guides",
    "panel": "/admin/applications",
    "kiosk": "/kiosk/guides",
    "chat": "/wechat/callback",
    "ready": "/readyz",
}


async def knock(url: str, door: str, settings: Settings) -> HTTPResponse:
    """One request at a door; each asks the database something."""
    stamp, nonce = str(int(utc_now().timestamp())), uuid4().hex[:10]
    query, body = "", None
    if door == "chat":
        signed = signature(stamp, nonce, token=settings.wechat_token.get_secret_value())
        query = "?" + urlencode({"timestamp": stamp, "nonce": nonce, "signature": signed})
        body = message("居住证")
    return await AsyncHTTPClient(force_instance=True).fetch(
        f"{url}{DOORS[door]}{query}",
        method="POST" if body else "GET",
        body=body,
        headers={"Cookie": "__Host-staff=unknown; __Host-session=unknown"},
        follow_redirects=False,
        raise_error=False,
    )


async def body(where: str) -> bytes:
    return (await AsyncHTTPClient(force_instance=True).fetch(where)).body


@pytest.mark.article("27.recovery")
@pytest.mark.parametrize("driver", ["pymongo", "motor"])
async def test_every_door_says_503_and_goes_on(trio: ReplicaSet, platforms: Platforms, driver: str) -> None:
    async with (
        opened(trio, platforms, driver) as (world, settings),
        serving(make_app(world.services, settings)) as url,
        serving(make_operations_app(world.services)) as operators,
    ):

        async def knocked() -> dict[str, HTTPResponse]:
            answers = await asyncio.gather(*(knock(url, door, settings) for door in DOORS))
            return dict(zip(DOORS, answers, strict=True))

        well = {door: answer.code for door, answer in (await knocked()).items()}
        assert well == {**dict.fromkeys(DOORS, 200), "panel": 302}
        mend = await asyncio.to_thread(trio.lose, "frozen")
        for lost in (False, True):  # who waited in vain, and who is told at once
            assert world.services.database.lost == lost
            if lost:
                assert b"panyu_database_up 0.0" in await body(f"{operators}/metrics")
                assert b"ok" in await body(f"{url}/healthz")
            for door, answer in (await knocked()).items():
                assert (door, answer.code) == (door, 503)
                assert answer.headers["Retry-After"] == "5"
                if door in ("api", "ready"):
                    assert json.loads(answer.body)["error"]["code"] == "database_unavailable"
        await asyncio.to_thread(mend)
        await until(lambda: not world.services.database.lost, "a primary is found")
        assert {door: answer.code for door, answer in (await knocked()).items()} == well
