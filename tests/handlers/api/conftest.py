"""The fixture `api`: one service a module."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import tornado.locale
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port

from handlers import api as doors
from handlers.web.request_limits import ANY, BoundedApplication
from models.events import Cause, Channel
from models.guides import Department
from models.guides.publishing import Publishing
from simulator import start
from tests.conftest import Clock
from tests.handlers.api.clients import Service, api_guide
from tests.handlers.guides import USCC
from tests.handlers.visitor import HALL, ROOT
from tests.wechat_backend.worker.world import environment
from wechat_backend.app import build_services
from wechat_backend.demo.peer import simulator_of
from wechat_backend.gateways import Gateways
from wechat_backend.settings import Settings
from wechat_backend.wiring import privacy_of


@pytest.fixture(scope="module")
async def api(mongo_uri: str, database: Any) -> AsyncIterator[Service]:
    clock = Clock()
    clock.set(datetime.now(UTC).replace(microsecond=0))
    quiet = _settings("http://127.0.0.1:1", mongo_uri, database.name)
    simulator = await start(simulator_of(quiet, port=0), clock.now)
    settings = _settings(simulator.url, mongo_uri, database.name)
    gateways = Gateways(settings, database, privacy_of(settings), clock.now)
    services = build_services(settings, database, gateways, clock.now)
    await services.prepare()
    tornado.locale.load_gettext_translations(str(ROOT / "locale"), "panyu")
    tornado.locale.set_default_locale("zh_CN")
    application = BoundedApplication(doors.ROUTES, services=services, xsrf_cookies=True)
    server = HTTPServer(application, max_body_size=ANY)
    socket, port = bind_unused_port()
    server.add_socket(socket)
    made = Service(f"http://127.0.0.1:{port}", services, simulator, clock)
    await _furnish(made)
    yield made
    server.stop()
    await server.close_all_connections()
    gateways.close()
    await simulator.close()


def _settings(peer: str, mongo_uri: str, database: str) -> Settings:
    variables = environment(peer, mongo_uri, database)
    given: dict[str, Any] = {name.removeprefix("PANYU_").lower(): v for name, v in variables.items()}
    for name in ("wechat_templates", "sms_templates"):
        given[name] = json.loads(given[name])
    return Settings(**given)


async def _furnish(made: Service) -> None:
    by = Cause("system", made.clock.now(), Channel.SYSTEM, "request-town")
    bureau = Department(code=USCC, name="番禺区来穗局", short="来穗", phone="", address="")
    await made.services.departments.put(bureau, by)
    await made.services.halls.put(HALL, by)
    for number in range(1, 7):
        item = f"{USCC}{number:013}"
        await Publishing(made.services.guides).publish(api_guide(item=item, name=f"居住证签注{number}"), by)
