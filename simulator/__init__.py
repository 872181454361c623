"""A peer as strict as the platforms: WeChat, Aliyun and the government's systems, with a phone to look at.

Everything is in memory; what phones remember can be kept in a file. docs/simulator.md describes it.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.routing import PathMatches, Rule
from tornado.web import Application, RequestHandler

from simulator import control, registration
from simulator.api import aliyun as aliyun_api
from simulator.api import government as government_api
from simulator.api import wechat as wechat_api
from simulator.config import SimulatorConfig
from simulator.devices import Devices, Player
from simulator.memory import Memory
from simulator.phone import pages as phone
from simulator.state import Simulator

__all__ = ["Running", "Simulator", "SimulatorConfig", "make_app", "serve", "start", "utc_now"]

HERE = Path(__file__).parent / "phone"
BODY_LIMIT = 16 * 1024 * 1024
SHUTDOWN_SECONDS = 1
"""Seconds for which a call that was ordered to be late may delay the end."""

log = structlog.get_logger("panyu.simulator")


def utc_now() -> datetime:
    return datetime.now(UTC)


class _Phone(PathMatches):
    """`/` asked for by a browser rather than by a customer of Aliyun's."""

    def match(self, request: object) -> dict[str, object] | None:
        asked = getattr(request, "query_arguments", {})
        wanted = getattr(request, "method", "") in {"GET", "HEAD"} and "Action" not in asked
        return super().match(request) if wanted else None  # type: ignore[arg-type]


def make_app(config: SimulatorConfig, clock: Callable[[], datetime] = utc_now) -> Application:
    """Call it inside the event loop; `application.settings["simulator"]` is the `Simulator`."""
    return Application(
        [
            Rule(_Phone("/"), phone.IndexHandler),
            ("/", aliyun_api.RpcHandler),
            *wechat_api.ROUTES,
            wechat_api.UNKNOWN,
            *government_api.ROUTES,
            *registration.ROUTES,
            *control.ROUTES,
            *phone.ROUTES,
        ],
        simulator=Simulator(config, clock),
        template_path=str(HERE / "templates"),
        log_function=_log_request,
    )


@dataclass(frozen=True)
class Running:
    """A simulator that listens."""

    url: str
    simulator: Simulator
    server: HTTPServer
    memory: Memory | None
    player: Player | None

    def call_back(self, url: str) -> None:
        """Push to `url` from now on."""
        self.simulator.wechat.callbacks.url = url

    async def close(self) -> None:
        self.server.stop()
        if self.player:
            await self.player.close()
        if self.memory:
            await self.memory.close()
        await self.simulator.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.server.close_all_connections(), SHUTDOWN_SECONDS)


async def start(config: SimulatorConfig, clock: Callable[[], datetime] = utc_now) -> Running:
    """Listen; port 0 takes one that is free."""
    sockets = bind_sockets(config.port, config.bind)
    config = replace(config, port=sockets[0].getsockname()[1])
    application = make_app(config, clock)
    simulator: Simulator = application.settings["simulator"]
    memory = Memory(simulator, config.state) if config.state else None
    player = Player(config.site_url, Devices(config.devices), clock) if config.devices else None
    server = HTTPServer(application, max_body_size=BODY_LIMIT)
    server.add_sockets(sockets)
    return Running(config.url, simulator, server, memory, player)


async def serve(config: SimulatorConfig) -> None:
    """Listen until cancelled."""
    running = await start(config)
    log.info("simulating", address=config.bind, port=config.port)
    try:
        await asyncio.Event().wait()
    finally:
        await running.close()


def _log_request(handler: RequestHandler) -> None:
    """One line a request, without its query, which carries tokens."""
    log.info(
        "simulated",
        method=handler.request.method,
        path=handler.request.path,
        status=handler.get_status(),
    )
