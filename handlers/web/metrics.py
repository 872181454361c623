"""The figures of `/metrics`: those that the processes count, and those of the database."""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from math import inf

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from handlers.web.services import Services
from models.workdays import local_date

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which Prometheus's client knows the folder in which several processes count."""


class Figures:
    """The figures that are read from the database, each time that they are asked for.

    Where the database does not answer, they stay as they were.
    """

    def __init__(self) -> None:
        self.known: list[Metric] = []
        self.up = False

    def collect(self) -> Iterator[Metric]:
        """As Prometheus's client asks for them."""
        yield GaugeMetricFamily("panyu_database_up", "Whether the database answers", value=float(self.up))
        yield from self.known


FIGURES = Figures()
REGISTRY.register(FIGURES)


def registry() -> CollectorRegistry:
    """All figures: of this process, or of all processes of the web server where there are several."""
    if FOLDER not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    together.register(FIGURES)
    return together


async def measure(services: Services) -> None:
    """Read all figures of the database anew."""
    FIGURES.up = False
    FIGURES.known = await _measured(services)
    FIGURES.up = True


async def _measured(services: Services) -> list[Metric]:
    now = services.clock()
    health = await services.workers.health(now)
    jobs = health.by_job().items()
    spent = await services.sms.spent(now)
    return [
        _gauge("panyu_workers", "How many workers were heard of lately", health.alive),
        _gauge(
            "panyu_worker_silent_seconds",
            "Since a worker was heard of; +Inf: never",
            _since(health.heard_at, now),
        ),
        _gauge(
            "panyu_calendar_days_left",
            "Until the known calendar of working days ends",
            (date(services.calendar.through, 12, 31) - local_date(now)).days,
        ),
        _gauges(
            "panyu_worker_job_well",
            "0 while a job fails, hangs, or was not done for too long",
            ["job"],
            {(name,): float(said == "working") for name, said in jobs},
        ),
        _gauges(
            "panyu_worker_job_silent_seconds",
            "Since a job was last done; +Inf: never",
            ["job"],
            {(name,): _since(health.jobs[name].ended_at, now) for name, _ in jobs},
        ),
        _gauges(
            "panyu_plans",
            "What is planned: waiting, late by more than a minute, failing",
            ["state"],
            {(state,): count for state, count in (await services.schedule.counts(now)).items()},
        ),
        _gauges(
            "panyu_sms_sent_today",
            "Short messages counted today, in all and by purpose",
            ["part"],
            {(each.part,): each.used for each in spent},
        ),
        _gauges(
            "panyu_sms_budget",
            "Short messages that may be sent in a day",
            ["part"],
            {(each.part,): each.most for each in spent},
        ),
        _gauge(
            "panyu_reviews_unknown",
            "Records that the review system holds and we do not know",
            await services.reconciled.unknown(),
        ),
        _gauges(
            "panyu_channel_closed",
            "1 while a provider turns everything away",
            ["channel", "code"],
            {(each["_id"], each["code"]): 1 for each in await services.closures.closed()},
        ),
    ]


def _since(moment: datetime | None, now: datetime) -> float:
    """Seconds."""
    return (now - moment).total_seconds() if moment else inf


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(name, says, value=value)


def _gauges(name: str, says: str, labels: Sequence[str], values: Mapping[tuple[str, ...], float]) -> Metric:
    """One value for each of the labels' values."""
    family = GaugeMetricFamily(name, says, labels=labels)
    for of, value in values.items():
        family.add_metric(of, value)
    return family
