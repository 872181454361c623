"""Builds the web application: settings → database → models → gateways → routes."""

import asyncio
import gc
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
import tornado.locale
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from handlers import operations
from handlers.routes import Addresses, routes
from handlers.web import assets
from handlers.web.bundle import bundle
from handlers.web.html import NotFoundPage
from handlers.web.protection import form_tokens
from handlers.web.request_limits import BoundedApplication
from handlers.web.services import Services
from handlers.web.site import Site
from models.store import Database
from wechat_backend.calendar_watch import begin_calendar, following_calendar
from wechat_backend.database.connection import connect
from wechat_backend.database.migrations import ALL
from wechat_backend.database.migrations.record import check_current, run_while_current
from wechat_backend.gateways import Gateways
from wechat_backend.pairing_watch import following_pairings
from wechat_backend.pulse import telling
from wechat_backend.server import Limits, WebServer, room_for
from wechat_backend.settings import Settings
from wechat_backend.shown_watch import following_shown
from wechat_backend.wiring import build_stores, privacy_of, utc_now

ROOT = Path(__file__).parent.parent
BACKLOG = 4096
"""Connections that may wait for the loop's next turn; one too many comes again a second later."""
SHUTDOWN_SECONDS = 3

log = structlog.get_logger()


def build_services(
    settings: Settings, database: Database, gateways: Gateways, clock: Callable[[], datetime] = utc_now
) -> Services:
    """The stores, and what handlers alone need."""
    site = Site(
        base_url=settings.base_url,
        help_phone=settings.help_phone,
        wechat_appid=settings.wechat_appid,
        oauth_url=settings.wechat_oauth_url,
        demo=settings.demo,
        frame_ancestors=settings.frame_ancestors,
    )
    stores = build_stores(settings, database, gateways, clock)
    return Services.over(stores, site=site, identity=gateways.identity, scenes=gateways.scenes)


def make_app(services: Services, settings: Settings) -> Application:
    bundle()  # before the first visitor waits for it
    tornado.locale.load_gettext_translations(str(ROOT / "locale"), "panyu")
    tornado.locale.set_default_locale("zh_CN")
    known = routes(_callback_keys(settings))
    return BoundedApplication(
        known,
        services=services,
        default_handler_class=NotFoundPage,
        **assets.SETTINGS,
        **form_tokens(services.site),
        log_function=_request_log(known),
    )


def make_operations_app(services: Services) -> Application:
    """For those who keep the service running, at a port that the public does not reach."""
    known = operations.PRIVATE_ROUTES
    return Application(known, services=services, log_function=_request_log(known))


async def serve(settings: Settings) -> None:
    """Serve until cancelled, then finish what has begun.

    Raises:
        wechat_backend.database.connection.DatabaseUnreachable
        wechat_backend.database.migrations.record.MigrationError: the database is not of this code's shape.
    """
    database = await connect(
        settings.mongo_uri.get_secret_value(), settings.mongo_database, settings.mongo_driver
    )
    await check_current(database, ALL, utc_now())
    gateways = Gateways(settings, database, privacy_of(settings), utc_now)
    services = build_services(settings, database, gateways)
    await services.prepare()
    await begin_calendar(services)
    connections = room_for(settings.connections)
    limits = Limits(connections, settings.connections_per_address, settings.trusted_proxies)
    server = WebServer(make_app(services, settings), limits=limits)
    server.listen(settings.port, settings.bind, backlog=BACKLOG)
    watched = HTTPServer(make_operations_app(services))
    (listening,) = bind_sockets(settings.operations_port, settings.operations_bind)
    watched.add_socket(listening)
    gc.freeze()  # what is there now stays; looking through it again and again would make everybody wait
    log.info(
        "serving",
        address=settings.bind,
        port=settings.port,
        operations_port=listening.getsockname()[1],
        connections=connections,
    )
    try:
        async with (
            telling(services.listening, utc_now),
            following_calendar(services.calendar_years),
            following_pairings(services.pairings.changes),
            following_shown(services.shown.snapshot),
        ):
            await run_while_current(database, ALL, until_told())
    finally:
        server.stop()
        watched.stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(server.close_all_connections(), SHUTDOWN_SECONDS)
        gateways.close()
        await database.close()


async def until_told() -> None:
    """Wait until cancelled."""
    await asyncio.Event().wait()


def _callback_keys(settings: Settings) -> dict[str, Any]:
    previous = settings.wechat_aes_key_previous
    keys = [settings.wechat_aes_key.get_secret_value()]
    return {
        "appid": settings.wechat_appid,
        "token": settings.wechat_token.get_secret_value(),
        "aes_keys": keys + ([previous.get_secret_value()] if previous else []),
        "encrypted_only": settings.wechat_mode == "safe",
    }


def _request_log(routes: Sequence[Any]) -> Callable[[RequestHandler], None]:
    """Writes one line a request: the address of its route, and nothing that came with it."""
    addresses = Addresses(routes)

    def write(handler: RequestHandler) -> None:
        log.info(
            "request",
            method=handler.request.method,
            path=addresses.of(handler),
            status=handler.get_status(),
            milliseconds=round(handler.request.request_time() * 1000, 1),
        )

    return write
