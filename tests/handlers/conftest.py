"""Sites over real HTTP and a real database, one a module."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port

from handlers.chat import callback
from handlers.web.request_limits import BoundedApplication
from handlers.web.services import Services
from handlers.web.site import Site
from models.privacy import Privacy
from models.store import Database
from models.stores import assemble
from models.workdays import Workdays
from tests.conftest import ROOMY, Clock
from tests.handlers.office import Office, staffed
from tests.handlers.visitor import Town, opened
from tests.handlers.wechat import APPID, KEY, OLD_KEY, TOKEN, Gate, Peer
from wechat_backend.database.connection import connect


@pytest.fixture(scope="module")
async def town(database: Database, privacy: Privacy) -> AsyncIterator[Town]:
    async with opened(database, privacy) as town:
        yield town


@pytest.fixture
async def peer(served: Peer) -> Peer:
    for store in (served.services.accounts, served.services.guides, served.services.deliveries):
        await store.documents.delete_many({})
    await served.services.inbox.documents.delete_many({})
    return served


@pytest.fixture(scope="module")
async def served(mongo_uri: str, privacy: Privacy) -> AsyncIterator[Peer]:
    clock = Clock()
    found = re.search(r"127\.0\.0\.1:(\d+)", mongo_uri)
    assert found
    gate = Gate(int(found[1]))
    name = f"test_{uuid4().hex[:12]}"
    database = await connect(f"mongodb://127.0.0.1:{await gate.start()}/?directConnection=true", name)
    site = Site("https://panyu.test", "020-12345", APPID, "https://open.weixin.test")
    nobody: Any = None
    services = Services.over(
        assemble(
            database,
            clock=clock.now,
            calendar=Workdays(),
            privacy=privacy,
            verifier=nobody,
            sms_limits=ROOMY,
        ),
        site=site,
        identity=nobody,
    )
    await services.prepare()
    keys = {"appid": APPID, "token": TOKEN, "aes_keys": [KEY, OLD_KEY]}
    server = HTTPServer(BoundedApplication(callback.routes(keys), services=services, xsrf_cookies=True))
    socket, port = bind_unused_port()
    server.add_socket(socket)
    yield Peer(f"http://127.0.0.1:{port}/wechat/callback", services, clock, gate)
    server.stop()
    await server.close_all_connections()
    await database.drop()
    await database.close()
    await gate.stop()


@pytest.fixture(scope="module")
async def office(town: Town) -> Office:
    return await staffed(town)
