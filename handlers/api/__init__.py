"""The JSON API under `/api/v1`: the models and rules of the pages, for the mini-program and other clients."""

from typing import Any

from handlers.api import (
    applications,
    appointments,
    binding,
    blacklist,
    devices,
    enterprises,
    guides,
    halls,
    materials,
    me,
    openapi,
    planning,
    progress,
    replies,
    reviews,
    satisfaction,
    session,
    suspensions,
    visits,
)
from handlers.api.contract import PREFIX, Unknown

MODULES = (
    session,
    guides,
    halls,
    binding,
    me,
    blacklist,
    enterprises,
    planning,
    appointments,
    visits,
    applications,
    materials,
    reviews,
    replies,
    satisfaction,
    progress,
    devices,
    suspensions,
    openapi,
)
ENDPOINTS = [endpoint for module in MODULES for endpoint in module.ENDPOINTS]
ROUTES: list[Any] = [
    *((endpoint.pattern, endpoint.handler, {"endpoints": ENDPOINTS}) for endpoint in ENDPOINTS),
    (rf"{PREFIX}/.*", Unknown, {"endpoints": ENDPOINTS}),
]
