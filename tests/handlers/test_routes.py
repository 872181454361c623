"""No handler is left without a route."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from tornado.web import RequestHandler

import handlers
from handlers import api, operations
from handlers.chat.callback import CallbackHandler
from handlers.routes import PAGES
from handlers.web.html import NotFoundPage

GIVEN_TO_TORNADO = {CallbackHandler, NotFoundPage}
"""Routed by the application's own settings, and by keys that only it has."""


def family(kind: type[RequestHandler]) -> Iterator[type[RequestHandler]]:
    for child in kind.__subclasses__():
        yield child
        yield from family(child)


def unserved(routes: Iterable[Any]) -> set[str]:
    """The handlers that nothing inherits from and no route leads to."""
    for module in walk_packages(handlers.__path__, "handlers."):
        import_module(module.name)
    known = {route[1] for route in routes} | GIVEN_TO_TORNADO
    return {
        f"{each.__module__}.{each.__name__}"
        for each in family(RequestHandler)
        if each.__module__.startswith("handlers.") and not each.__subclasses__() and each not in known
    }


def test_every_handler_has_a_route() -> None:
    assert unserved([*PAGES, *api.ROUTES, *operations.PRIVATE_ROUTES]) == set()


def test_a_handler_without_a_route_is_missed() -> None:
    routes = [route for route in PAGES if route[0] != "/kiosk/notes"]
    assert unserved([*routes, *api.ROUTES, *operations.PRIVATE_ROUTES]) == {"handlers.kiosk.pages.KioskNotes"}
