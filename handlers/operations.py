"""For those who keep the service running: is it alive, can it serve, what does it count.

A server is ready when its database answers. Where no worker is alive, the answer and the metrics say so,
but the server stays ready: people are still served. What is counted is told at a port of its own.
"""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from handlers.web.jsonapi import ApiHandler
from handlers.web.metrics import FIGURES, measure, registry
from models.concurrency import wait_at_most
from models.database_trouble import DatabaseUnavailable
from models.events import Channel
from models.workdays import local_date

DATABASE_SECONDS = 2.0


class OperationsHandler(ApiHandler):
    """Answers even while the database does not."""

    channel = Channel.SYSTEM
    needs_database = False

    async def token(self) -> str | None:
        """Nobody signs in here."""


class HealthHandler(OperationsHandler):
    """GET /healthz: the process answers."""

    async def get(self) -> None:
        self.reply({"status": "ok"})


class ReadyHandler(OperationsHandler):
    """GET /readyz: the database answers too, 503 otherwise; workers and calendar are told beside it."""

    async def get(self) -> None:
        try:
            health = await wait_at_most(DATABASE_SECONDS, self.services.workers.health(self.now))
        except Exception as error:
            raise DatabaseUnavailable from error
        calendar = self.services.calendar
        ending = "ends" if calendar.ending(local_date(self.now)) else "known"
        self.reply(
            {
                "status": "ready",
                "worker": str(health),
                "jobs": health.by_job(),
                "calendar": f"{ending} with {calendar.through}",
            }
        )


class MetricsHandler(OperationsHandler):
    """GET /metrics: Prometheus text format."""

    async def get(self) -> None:
        try:
            await wait_at_most(DATABASE_SECONDS, measure(self.services))
        except Exception:  # the database does not answer, so its figures are unknown
            FIGURES.up = False
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.finish(generate_latest(registry()))


ROUTES = [(r"/healthz", HealthHandler), (r"/readyz", ReadyHandler)]
"""For whatever distributes requests to the servers."""
PRIVATE_ROUTES = [*ROUTES, (r"/metrics", MetricsHandler)]
"""At the operations port alone."""
