"""What the servers say of themselves and of the workers."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application

from handlers import operations
from models.outgoing.workers import SILENT, Workers
from tests.conftest import Clock
from tests.handlers.visitor import Town


@pytest.fixture
async def url(town: Town) -> AsyncIterator[str]:
    await town.services.workers.documents.delete_many({})
    server = HTTPServer(Application(operations.ROUTES, services=town.services))
    socket, port = bind_unused_port()
    server.add_socket(socket)
    yield f"http://127.0.0.1:{port}"
    server.stop()
    await server.close_all_connections()


async def worker_of(url: str) -> str:
    answer = await AsyncHTTPClient(force_instance=True).fetch(f"{url}/readyz")
    said: dict[str, str] = json.loads(answer.body)
    assert said["status"] == "ready"
    return said["worker"]


async def gauges(url: str) -> tuple[str, ...]:
    answer = await AsyncHTTPClient(force_instance=True).fetch(f"{url}/metrics")
    lines = [line for line in answer.body.decode().splitlines() if "{" not in line]
    values = dict(line.split(" ") for line in lines if line.startswith("panyu_"))
    names = ("database_up", "worker_silent_seconds", "workers", "worker_loops_unwell")
    return tuple(values[f"panyu_{name}"] for name in names)


async def test_operators_see_how_far_the_calendar_goes(town: Town, url: str) -> None:
    clock: Clock = town.clock
    now, client = clock.now(), AsyncHTTPClient(force_instance=True)
    for month, said, left in ((9, "known with 2026", "120.0"), (11, "ends with 2026", "59.0")):
        clock.set(datetime(2026, month, 1, 20, 0, tzinfo=UTC))  # the second day of the month in Panyu
        assert json.loads((await client.fetch(f"{url}/readyz")).body)["calendar"] == said
        assert f"panyu_calendar_days_left {left}\n" in (await client.fetch(f"{url}/metrics")).body.decode()
    clock.set(now)


async def test_a_server_is_ready_and_says_how_the_workers_are(town: Town, url: str) -> None:
    workers: Workers = town.services.workers
    clock: Clock = town.clock
    assert await worker_of(url) == "never heard of"
    assert await gauges(url) == ("1.0", "+Inf", "0.0", "0.0")

    heard_at = clock.now()
    await workers.beat("a", heard_at, [], relayed=0, sent=0)
    assert await worker_of(url) == "working"
    clock.advance(timedelta(seconds=10))
    await workers.beat("b", clock.now(), ["relay", "menu"], relayed=0, sent=0)
    assert await worker_of(url) == "unwell: menu, relay"
    assert await gauges(url) == ("1.0", "0.0", "2.0", "2.0")

    clock.advance(SILENT)
    silent_since = (heard_at + timedelta(seconds=10)).isoformat()
    assert await worker_of(url) == f"silent since {silent_since}"
    assert await gauges(url) == ("1.0", "30.0", "0.0", "0.0")
