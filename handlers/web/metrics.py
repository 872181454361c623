"""The figures of `/metrics` that are read from the database, each time that they are asked for."""

from datetime import date
from math import inf

from prometheus_client import Gauge

from handlers.web.services import Services
from models.workdays import local_date

SENT = Gauge("panyu_sms_sent_today", "Short messages counted today, in all and by purpose", ["part"])
BUDGET = Gauge("panyu_sms_budget", "Short messages that may be sent in a day", ["part"])
CLOSED = Gauge("panyu_channel_closed", "1 while a provider turns everything away", ["channel", "code"])
DATABASE_UP = Gauge("panyu_database_up", "Whether the database answers")
WORKERS = Gauge("panyu_workers", "How many workers were heard of lately")
WORKER_SILENT = Gauge("panyu_worker_silent_seconds", "Since a worker was heard of; +Inf: never")
CALENDAR = Gauge("panyu_calendar_days_left", "Until the known calendar of working days ends")
PLANS = Gauge("panyu_plans", "What is planned: waiting, late by more than a minute, failing", ["state"])
JOB_WELL = Gauge("panyu_worker_job_well", "0 while a job fails, hangs, or was not done for too long", ["job"])
JOB_SILENT = Gauge("panyu_worker_job_silent_seconds", "Since a job was last done; +Inf: never", ["job"])

UNKNOWN = Gauge("panyu_reviews_unknown", "Records that the review system holds and we do not know")


async def measure(services: Services) -> None:
    """Set all gauges; where the database does not answer, they stay as they were."""
    now = services.clock()
    health = await services.workers.health(now)
    DATABASE_UP.set(1)
    CALENDAR.set((date(services.calendar.through, 12, 31) - local_date(now)).days)
    WORKERS.set(health.alive)
    WORKER_SILENT.set((now - health.heard_at).total_seconds() if health.heard_at else inf)
    JOB_WELL.clear()
    JOB_SILENT.clear()
    for name, said in health.by_job().items():
        ended_at = health.jobs[name].ended_at
        JOB_WELL.labels(name).set(said == "working")
        JOB_SILENT.labels(name).set((now - ended_at).total_seconds() if ended_at else inf)
    for state, count in (await services.schedule.counts(now)).items():
        PLANS.labels(state).set(count)
    for spent in await services.sms.spent(now):
        SENT.labels(spent.part).set(spent.used)
        BUDGET.labels(spent.part).set(spent.most)
    UNKNOWN.set(await services.reconciled.unknown())
    CLOSED.clear()
    for each in await services.closures.closed():
        CLOSED.labels(each["_id"], each["code"]).set(1)
