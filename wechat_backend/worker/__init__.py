"""The worker process: what it does is in `jobs`, one module each."""

import os
from collections.abc import Mapping, Sequence
from secrets import token_hex

from models.events import KeptEvent
from models.outgoing import Arrivals, Via
from models.outgoing.outbox import Follow
from models.stores import Stores
from wechat_backend.calendar_watch import begin_calendar
from wechat_backend.database.connection import WORKER_PATIENCE, connect
from wechat_backend.database.migrations import ALL
from wechat_backend.database.migrations.record import check_current, run_while_current
from wechat_backend.gateways import Gateways
from wechat_backend.gateways.base import Clock
from wechat_backend.settings import Settings
from wechat_backend.watchdog import Watchdog
from wechat_backend.wiring import build_stores, privacy_of, utc_now
from wechat_backend.worker.alarm import SmsAlarm
from wechat_backend.worker.carriers import Carriers
from wechat_backend.worker.job import Job
from wechat_backend.worker.jobs.alerts import KioskAlerts
from wechat_backend.worker.jobs.calendar import Calendar
from wechat_backend.worker.jobs.deliver import Deliver
from wechat_backend.worker.jobs.heartbeat import Heartbeat
from wechat_backend.worker.jobs.kiosks import KioskWatch
from wechat_backend.worker.jobs.menu import MenuPublisher
from wechat_backend.worker.jobs.questions import Questions
from wechat_backend.worker.jobs.receipts import Receipts
from wechat_backend.worker.jobs.reconcile import Reconcile
from wechat_backend.worker.jobs.relay import Relay
from wechat_backend.worker.jobs.retirements import Retirements
from wechat_backend.worker.jobs.schedule import WITHIN, ScheduleRunner
from wechat_backend.worker.jobs.sweep import Sweep
from wechat_backend.worker.jobs.watch import Watch
from wechat_backend.worker.loop import Loop
from wechat_backend.worker.menu_buttons import menu
from wechat_backend.worker.reconciling import Reconciling
from wechat_backend.worker.sender import Send, Sender
from wechat_backend.worker.sms_budget import SmsBudget
from wechat_backend.worker.worker import Worker


async def run(settings: Settings) -> None:
    """Work until cancelled. A worker that hangs ends its process.

    Raises:
        wechat_backend.database.connection.DatabaseUnreachable
        wechat_backend.database.migrations.record.MigrationError: the database is not of this code's shape.
    """
    database = await connect(
        settings.mongo_uri.get_secret_value(), settings.mongo_database, settings.mongo_driver, WORKER_PATIENCE
    )
    gateways = Gateways(settings, database, privacy_of(settings), utc_now)
    watchdog = Watchdog()
    try:
        await check_current(database, ALL, utc_now())
        stores = build_stores(settings, database, gateways)
        worker = build(settings, stores, gateways, utc_now)
        await stores.prepare()
        await begin_calendar(stores)
        watchdog.start()
        await run_while_current(database, ALL, worker.run(watchdog.expect))
    finally:
        watchdog.stop()
        gateways.close()
        await database.close()


def build(settings: Settings, stores: Stores, gateways: Gateways, clock: Clock) -> Worker:
    """All jobs, each declared in its module of `jobs`."""
    sms_budget = SmsBudget(stores.counters, stores.sms, clock)
    carriers = Carriers(
        stores, gateways, settings.base_url, settings.wechat_templates, settings.sms_templates, sms_budget
    )
    senders: Mapping[Via, Send] = {
        Via.WECHAT: carriers.wechat,
        Via.SMS: carriers.sms,
        Via.GOVERNMENT: carriers.government,
    }
    telling = [store for store in stores.all() if store.tells]
    deliver = Deliver(Sender(stores.deliveries, senders, clock, stores.closures))
    relay = Relay(
        telling,
        stores.outbox,
        stores.deliveries,
        stores.schedule,
        clock,
        deliver.job.bell,
        following(stores),
    )
    jobs = [
        relay.job,
        deliver.job,
        Receipts(Arrivals(stores.deliveries), carriers.arrival, clock).job,
        ScheduleRunner(stores, WITHIN, clock).job,
        Questions(stores, clock).job,
        MenuPublisher(stores.leases, gateways.wechat, menu(settings.base_url), clock).job,
        *_jobs_of_one(stores, gateways, clock),
        Calendar(stores.calendar_years).job,
    ]
    watch = Watch(stores.database, jobs)

    name = f"{os.getpid()}-{token_hex(4)}"
    loops = [Loop(job) for job in (*jobs, watch.job)]
    alarm = SmsAlarm(stores.sms, clock)
    heartbeat = Heartbeat(name, loops, relay, deliver, stores, alarm, clock)
    loops.append(Loop(heartbeat.job))
    return Worker(name, loops, relay, deliver)


def _jobs_of_one(stores: Stores, gateways: Gateways, clock: Clock) -> list[Job]:
    """Those that look through all there is; one worker at a time does each."""
    leases = stores.leases
    holders = (stores.applications, stores.bans, stores.flags, stores.reviews, stores.kiosks)
    reconciling = Reconciling(stores, gateways.government, clock)
    return [
        Sweep(leases, stores.materials, holders, clock).job,
        Reconcile(leases, reconciling, stores.reviews, clock).job,
        Retirements(leases, stores.retiring, clock).job,
        KioskWatch(leases, stores.watching, clock).job,
        KioskAlerts(leases, stores.heartbeats, stores.alerting, clock).job,
    ]


def following(stores: Stores) -> Follow:
    """Those who keep figures of what happens."""

    async def follow(events: Sequence[KeptEvent]) -> None:
        await stores.counting.follow(events)
        await stores.spells.follow(events)

    return follow
