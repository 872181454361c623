"""For those who keep the service running: is it alive, can it serve, what does it count."""

import asyncio
from contextlib import suppress

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from handlers.jsonapi import ApiHandler
from handlers.measures import measure
from models.errors import Unavailable


class DatabaseUnavailable(Unavailable):
    code = "database_unavailable"
    message = "数据库暂时不可用"


DATABASE_SECONDS = 2


class HealthHandler(ApiHandler):
    """GET /healthz: the process answers."""

    async def get(self) -> None:
        self.reply({"status": "ok"})


class ReadyHandler(ApiHandler):
    """GET /readyz: the database answers too; 503 otherwise."""

    async def get(self) -> None:
        try:
            await asyncio.wait_for(self.services.guides.documents.find_one({}, {"_id": 1}), DATABASE_SECONDS)
        except Exception as error:
            raise DatabaseUnavailable from error
        self.reply({"status": "ready"})


class MetricsHandler(ApiHandler):
    """GET /metrics: Prometheus text format."""

    async def get(self) -> None:
        with suppress(Exception):  # of a database that does not answer nothing can be told
            await asyncio.wait_for(measure(self.services), DATABASE_SECONDS)
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.finish(generate_latest())


ROUTES = [
    (r"/healthz", HealthHandler),
    (r"/readyz", ReadyHandler),
    (r"/metrics", MetricsHandler),
]
