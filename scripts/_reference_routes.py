"""The reference page of routes."""

import re

from _reference_tables import code, table

from handlers.chat.callback import CallbackHandler
from handlers.routes import routes as all_routes
from handlers.routes import served
from models.guides import ITEM_CODE

HEAD = """# Routes

Every address of the service, from `handlers/routes.py`. Who may use it: `anyone`; an `account` that is
signed in; an `applicant`, bound by the real name; a `member` of staff; or a member with the
[scope](scopes.md) that is named. What a store checks besides (the scope of each step of an application,
department, hall, whose it is) is not here.

"""
KEYS = {"appid": "wx", "token": "token", "aes_keys": ["a" * 43]}
"""WeChat's callback needs some to be made; none is shown."""

PARTS = {
    "([0-9a-f]{32})": "{id}",
    "([0-9a-f]{32}:[0-9a-f]{32})": "{agency}",
    "([0-9a-f]{32}(?::|%3[Aa])[0-9a-f]{32})": "{agency}",
    f"({ITEM_CODE})": "{item}",
    "([a-z0-9-]{1,64})": "{hall}",
    "([a-z0-9_]{1,64})": "{code}",
    "([a-z0-9_]+)": "{code}",
    "([^/?#]{1,600})": "{serial}",
}
"""What the parts of an address are called."""


def routes() -> str:
    """Address, method, who may, handler."""
    rows = [
        [code(address(each.pattern)), each.method, _who(each.handler, each.who), code(_place(each.handler))]
        for each in served(all_routes(KEYS))
    ]
    return HEAD + table(["address", "method", "who", "handler"], rows)


def address(pattern: str) -> str:
    """A route's regular expression as people write the address."""
    for group, name in PARTS.items():
        pattern = pattern.replace(group, name)
    return re.sub(r"\\(.)", r"\1", pattern.removesuffix("/?"))


def _who(handler: type, who: str | None) -> str:
    return "WeChat, which signs" if handler is CallbackHandler else who or "anyone"


def _place(handler: type) -> str:
    return f"{handler.__module__}.{handler.__qualname__}"
