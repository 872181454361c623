"""Every address of the service, door by door, and whom each is for."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from tornado.web import RequestHandler

from handlers import admin, api, citizen, kiosk, operations
from handlers.chat import callback
from handlers.web import assets
from models.guides import ITEM_CODE
from models.staff.members import USER_NAME

DOCUMENT = "[0-9a-f]{32}"
PARTS: Mapping[str, str] = {
    f"({DOCUMENT})": "{id}",
    f"({DOCUMENT}:{DOCUMENT})": "{agency}",
    f"({DOCUMENT}:[a-z_]{{1,40}})": "{paper}",
    f"({DOCUMENT}(?::|%3[Aa]){DOCUMENT})": "{agency}",
    f"({ITEM_CODE})": "{item}",
    "([A-Za-z0-9_-]{43})": "{token}",
    "([a-z0-9-]{1,64})": "{hall}",
    f"({USER_NAME.pattern})": "{member}",
    "([a-z0-9_]{1,64})": "{code}",
    "([a-z0-9_]+)": "{code}",
    "([^/?#]{1,600})": "{serial}",
    "([0-9A-Za-z:%]{32,140})": "{matter}",
    "([2-9A-HJ-NP-Z]{16})": "{pairing}",
    "(state|events)": "{how}",
    "([1-9])": "{number}",
    "([1-9][0-9]{0,5})": "{page}",
    "(?:([0-9a-f]{16})/)?(.+)": "{file}",
}
"""What the parts of an address are called."""
NOWHERE = "-"

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


@cache
def address(pattern: str) -> str:
    """A route's regular expression as people write the address, with names for its parts."""
    for group, name in PARTS.items():
        pattern = pattern.replace(group, name)
    return re.sub(r"\\(.)", r"\1", pattern.removesuffix("/?"))


class Addresses:
    """Says at which address a handler was asked, without its parts: they are ids and serial numbers, or what
    people typed."""

    def __init__(self, routes: Iterable[Any]) -> None:
        self.patterns: dict[type[RequestHandler], list[str]] = {}
        for pattern, handler, *_ in routes:
            self.patterns.setdefault(handler, []).append(pattern)

    def of(self, handler: RequestHandler) -> str:
        """NOWHERE for what no route knows."""
        path = handler.request.path
        for pattern in self.patterns.get(type(handler), ()):
            if re.fullmatch(pattern, path):
                return address(pattern)
        return NOWHERE


def served(routes: Iterable[Any]) -> Iterator[Served]:
    """What these routes answer, method by method."""
    for pattern, handler, *_ in routes:
        for method in RequestHandler.SUPPORTED_METHODS:
            answers = getattr(handler, method.lower())
            if answers is not getattr(RequestHandler, method.lower()) and method != "HEAD":  # a GET
                yield Served(pattern, method, handler, getattr(answers, "who", None))


def check_declared(routes: Iterable[Any]) -> None:
    """
    Raises:
        Undeclared
    """
    missing = [f"{each.method} {each.pattern}" for each in served(routes) if each.who is None]
    if missing:
        raise Undeclared(f"needs a scope, or to be declared: {', '.join(missing)}")
