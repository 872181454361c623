"""The worker process: relays events, sends what they call for, publishes the menu, sweeps."""

from collections.abc import Mapping

from models.outgoing import Via
from models.stores import Stores
from wechat_backend.database.connection import NOBODY, connect
from wechat_backend.database.migrations import ALL
from wechat_backend.database.migrations.record import check_current, run_while_current
from wechat_backend.gateways import Gateways
from wechat_backend.gateways.base import Clock
from wechat_backend.settings import Settings
from wechat_backend.watchdog import Watchdog
from wechat_backend.wiring import build_stores, privacy_of, utc_now
from wechat_backend.worker.alarm import SmsAlarm
from wechat_backend.worker.channels import Channels
from wechat_backend.worker.jobs.menu import MenuPublisher
from wechat_backend.worker.menu_buttons import menu
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
        settings.mongo_uri.get_secret_value(), settings.mongo_database, settings.mongo_driver, NOBODY
    )
    gateways = Gateways(settings, database, privacy_of(settings), utc_now)
    watchdog = Watchdog()
    try:
        await check_current(database, ALL, utc_now())
        stores = build_stores(settings, database, gateways)
        worker = build(settings, stores, gateways, utc_now)
        await stores.prepare()
        watchdog.start()
        await run_while_current(database, ALL, worker.run(watchdog.expect))
    finally:
        watchdog.stop()
        gateways.close()
        await database.close()


def build(settings: Settings, stores: Stores, gateways: Gateways, clock: Clock) -> Worker:
    sms_budget = SmsBudget(stores.counters, stores.sms, clock)
    channels = Channels(
        stores, gateways, settings.base_url, settings.wechat_templates, settings.sms_templates, sms_budget
    )
    senders: Mapping[Via, Send] = {
        Via.WECHAT: channels.wechat,
        Via.SMS: channels.sms,
        Via.GOVERNMENT: channels.government,
    }
    return Worker(
        stores=[store for store in stores.all() if store.tells],
        outbox=stores.outbox,
        deliveries=stores.deliveries,
        workers=stores.workers,
        sender=Sender(stores.deliveries, senders, clock, stores.closures),
        menu=MenuPublisher(stores.leases, gateways.wechat, menu(settings.base_url), clock),
        materials=stores.materials,
        applications=stores.applications,
        alarm=SmsAlarm(stores.sms, clock),
        clock=clock,
    )
