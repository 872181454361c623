"""The worker process: relays events, sends what they call for, publishes the menu, sweeps."""

from collections.abc import Mapping

from handlers.web.services import Services
from models.chat.inbox import Inbox
from models.counters import Counters
from models.outgoing.closures import Closures
from models.outgoing.outbox import Outbox, Via
from models.outgoing.sms import SmsDays
from models.outgoing.workers import Workers
from wechat_backend.database.connection import NOBODY, connect
from wechat_backend.gateways import Gateways
from wechat_backend.gateways.base import Clock
from wechat_backend.settings import Settings
from wechat_backend.watchdog import Watchdog
from wechat_backend.wiring import build_services, privacy_of, utc_now
from wechat_backend.worker.alarm import SmsAlarm
from wechat_backend.worker.channels import Channels
from wechat_backend.worker.jobs.menu import MenuPublisher
from wechat_backend.worker.loops import Worker
from wechat_backend.worker.menu import menu
from wechat_backend.worker.postage import Postage
from wechat_backend.worker.sender import Channel, Sender

WITHOUT_EVENTS = (Outbox, Inbox, Counters, SmsDays, Closures, Workers)
"""Stores from which there is nothing to relay."""


async def run(settings: Settings) -> None:
    """Work until cancelled. A worker that hangs ends its process.

    Raises:
        wechat_backend.database.connection.DatabaseUnreachable
    """
    database = await connect(
        settings.mongo_uri.get_secret_value(), settings.mongo_database, settings.mongo_driver, NOBODY
    )
    gateways = Gateways(settings, database, privacy_of(settings), utc_now)
    watchdog = Watchdog()
    try:
        services = build_services(settings, database, gateways)
        worker = build(settings, services, gateways, utc_now)
        await services.prepare()
        watchdog.start()
        await worker.run(watchdog.expect)
    finally:
        watchdog.stop()
        gateways.close()
        await database.close()


def build(settings: Settings, services: Services, gateways: Gateways, clock: Clock) -> Worker:
    postage = Postage(services.counters, services.sms, clock)
    channels = Channels(services, gateways, settings.wechat_templates, settings.sms_templates, postage)
    senders: Mapping[Via, Channel] = {
        Via.WECHAT: channels.wechat,
        Via.SMS: channels.sms,
        Via.GOVERNMENT: channels.government,
    }
    return Worker(
        stores=[store for store in services.stores() if not isinstance(store, WITHOUT_EVENTS)],
        outbox=services.outbox,
        deliveries=services.deliveries,
        workers=services.workers,
        sender=Sender(services.deliveries, senders, clock, services.closures),
        menu=MenuPublisher(services.database, gateways.wechat, menu(settings.base_url), clock),
        materials=services.materials,
        applications=services.applications,
        alarm=SmsAlarm(services.sms, clock),
        clock=clock,
    )
