"""The reference page of routes."""

from _reference_tables import code, table

from handlers.chat.callback import CallbackHandler
from handlers.routes import address, served
from handlers.routes import routes as all_routes

HEAD = """# Routes

Every address of the service, from `handlers/routes.py`. Who may use it: `anyone`; an `account` that is
signed in; an `applicant`, bound by the real name; a `member` of staff; or a member with the
[scope](scopes.md) that is named. What a store checks besides (the scope of each step of an application,
department, hall, whose it is) is not here. `/metrics` is at the operations port alone (docs/operations.md).

"""
KEYS = {"appid": "wx", "token": "token", "aes_keys": ["a" * 43]}
"""WeChat's callback needs some to be made; none is shown."""


def routes() -> str:
    """Address, method, who may, handler."""
    rows = [
        [code(address(each.pattern)), each.method, _who(each.handler, each.who), code(_place(each.handler))]
        for each in served(all_routes(KEYS))
    ]
    return HEAD + table(["address", "method", "who", "handler"], rows)


def _who(handler: type, who: str | None) -> str:
    return "WeChat, which signs" if handler is CallbackHandler else who or "anyone"


def _place(handler: type) -> str:
    return f"{handler.__module__}.{handler.__qualname__}"
