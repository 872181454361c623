"""No handler is left without a route."""

import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import SimpleNamespace
from typing import Any

import pytest
from tornado.web import RequestHandler

import handlers
from handlers import api, operations
from handlers.chat.callback import CallbackHandler
from handlers.routes import NOWHERE, PAGES, Addresses, address, served
from handlers.web.base import BaseHandler
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


@pytest.mark.parametrize(
    "handler", dict.fromkeys(route[1] for route in [*PAGES, *api.ROUTES, *operations.PRIVATE_ROUTES])
)
def test_every_handler_says_how_it_shows_an_error(handler: type[BaseHandler]) -> None:
    """Without it the answer is empty, and the log has an exception for each address that is not there."""
    assert handler.write_domain_error is not BaseHandler.write_domain_error


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/verify/20261124BN8J7GHAN59", "/verify/{serial}"),
        ("/api/v1/progress/20261124BN8J7GHAN59", "/api/v1/progress/{serial}"),
        (f"/applications/{'a' * 32}/files/{'b' * 32}", "/applications/{id}/files/{id}"),
        (f"/applications/{'a' * 32}/form", "/applications/{id}/form"),
        ("/me", "/me"),
        ("/440113199001010010", NOWHERE),
    ],
)
def test_an_address_is_told_without_its_parts(path: str, said: str) -> None:
    routes = [*PAGES, *api.ROUTES]
    found = next((handler for pattern, handler, *_ in routes if re.fullmatch(pattern, path)), NotFoundPage)
    asked: Any = found.__new__(found)
    asked.request = SimpleNamespace(path=path)
    assert Addresses(routes).of(asked) == said


def test_every_part_of_an_address_has_a_name_or_is_one_of_a_few_words() -> None:
    told = [address(each.pattern) for each in served([*PAGES, *api.ROUTES])]
    open_parts = [part for one in told for part in re.findall(r"\(([^)]*)\)", one)]
    assert [part for part in open_parts if not re.fullmatch(r"[a-z_]+(\|[a-z_]+)+", part)] == []


def test_a_handler_without_a_route_is_missed() -> None:
    routes = [route for route in PAGES if route[0] != "/kiosk/notes"]
    assert unserved([*routes, *api.ROUTES, *operations.PRIVATE_ROUTES]) == {"handlers.kiosk.pages.KioskNotes"}
