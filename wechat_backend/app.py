"""Builds the web application: settings → database → models → gateways → routes."""

import asyncio
import gc
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import structlog
import tornado.locale
from tornado.httpserver import HTTPServer
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
from wechat_backend.board import Row, alone
from wechat_backend.calendar_watch import begin_calendar, following_calendar
from wechat_backend.database.connection import connect
from wechat_backend.database.migrations import ALL
from wechat_backend.database.migrations.record import check_current, run_while_current
from wechat_backend.doors import Doors, open_doors
from wechat_backend.gateways import Gateways
from wechat_backend.pairing_watch import following_pairings
from wechat_backend.pulse import telling
from wechat_backend.server import FINISH_SECONDS, Limits, WebServer, room_for
from wechat_backend.settings import Settings
from wechat_backend.shown_watch import following_shown
from wechat_backend.wiring import build_stores, privacy_of, utc_now

ROOT = Path(__file__).parent.parent
SHUTDOWN_SECONDS = FINISH_SECONDS + 1

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


@cache
def prepare() -> None:
    """What all applications share: what pages are dressed with, and their words."""
    bundle()
    tornado.locale.load_gettext_translations(str(ROOT / "locale"), "panyu")
    tornado.locale.set_default_locale("zh_CN")


def make_app(services: Services, settings: Settings) -> Application:
    prepare()  # before the first visitor waits for it
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


async def serve(settings: Settings, doors: Doors | None = None, row: Row | None = None) -> None:
    """Serve until cancelled, then finish what has begun.

    One process of several is given the `doors` that all of them are asked at, and its `row`.

    Raises:
        wechat_backend.database.connection.DatabaseUnreachable
        wechat_backend.database.migrations.record.MigrationError: the database is not of this code's shape.
    """
    row = row or alone()
    database = await connect(
        settings.mongo_uri.get_secret_value(), settings.mongo_database, settings.mongo_driver
    )
    await check_current(database, ALL, utc_now())
    gateways = Gateways(settings, database, privacy_of(settings), utc_now)
    services = build_services(settings, database, gateways)
    await services.prepare()
    await begin_calendar(services)
    connections = room_for(-(-settings.connections // row.processes))
    limits = Limits(connections, settings.connections_per_address, settings.trusted_proxies)
    doors = doors or open_doors(settings)
    server = WebServer(make_app(services, settings), limits=limits, tally=row)
    server.add_sockets(doors.visitors)
    watched = HTTPServer(make_operations_app(services))
    watched.add_sockets(doors.operators)
    gc.freeze()  # what is there now stays; looking through it again and again would make everybody wait
    log.info("serving", process=row.process, connections=connections, **doors.addresses())
    row.serve()
    try:
        async with (
            telling(services.listening, utc_now),
            following_calendar(services.calendar_years),
            following_pairings(services.pairings.changes),
            following_shown(services.shown.snapshot),
        ):
            await run_while_current(database, ALL, until_told())
    finally:
        with suppress(TimeoutError):
            await asyncio.wait_for(server.finish(), SHUTDOWN_SECONDS)
        watched.stop()
        await services.uses.written()
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
