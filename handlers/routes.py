"""Every address of the service, door by door, and whom each is for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tornado.web import RequestHandler

from handlers import admin, api, citizen, kiosk, operations
from handlers.chat import callback
from handlers.web import assets

PAGES: list[Any] = [*assets.ROUTES, *admin.ROUTES, *kiosk.ROUTES, *citizen.ROUTES]
"""What is looked at in a browser."""


class Undeclared(Exception):
    """Routes of the panel do not say whom they are for: the service does not start."""


@dataclass(frozen=True)
class Served:
    """One method of one address; `who` is None where the handler declares nobody."""

    pattern: str
    method: str
    handler: type[RequestHandler]
    who: StrEnum | None


def routes(callback_keys: Mapping[str, Any]) -> list[Any]:
    """All of them; `callback_keys` are those that WeChat signs and encrypts with.

    Raises:
        Undeclared
    """
    check_declared(admin.ROUTES)
    return [*operations.ROUTES, *callback.routes(callback_keys), *api.ROUTES, *PAGES]


def served(routes: Iterable[Any]) -> Iterator[Served]:
    """What these routes answer, method by method."""
    for pattern, handler, *_ in routes:
        for method in RequestHandler.SUPPORTED_METHODS:
            answers = getattr(handler, method.lower())
            if answers is not getattr(RequestHandler, method.lower()):
                yield Served(pattern, method, handler, getattr(answers, "who", None))


def check_declared(routes: Iterable[Any]) -> None:
    """
    Raises:
        Undeclared
    """
    missing = [f"{each.method} {each.pattern}" for each in served(routes) if each.who is None]
    if missing:
        raise Undeclared(f"needs a scope, or to be declared: {', '.join(missing)}")
