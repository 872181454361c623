"""Every address of the service, door by door."""

from collections.abc import Mapping
from typing import Any

from handlers import admin, api, citizen, kiosk, operations
from handlers.chat import callback
from handlers.web import assets

PAGES: list[Any] = [*assets.ROUTES, *admin.ROUTES, *kiosk.ROUTES, *citizen.ROUTES]
"""What is looked at in a browser."""


def routes(callback_keys: Mapping[str, Any]) -> list[Any]:
    """All of them; `callback_keys` are those that WeChat signs and encrypts with."""
    return [*operations.ROUTES, *callback.routes(callback_keys), *api.ROUTES, *PAGES]
