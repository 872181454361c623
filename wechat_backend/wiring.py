"""From settings to the stores that the web server and the worker share."""

from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime

from models.outgoing import SmsLimits
from models.privacy import Privacy
from models.store import Database
from models.stores import Stores, assemble
from wechat_backend.gateways import Gateways
from wechat_backend.loading.loader import load_calendar
from wechat_backend.settings import Settings


def privacy_of(settings: Settings) -> Privacy:
    keys = {name: b64decode(key.get_secret_value()) for name, key in settings.encryption_keys.items()}
    return Privacy(keys, settings.index_key.get_secret_value().encode())


def utc_now() -> datetime:
    """To the millisecond, as MongoDB keeps it: what is answered now reads the same later."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def sms_limits_of(settings: Settings) -> SmsLimits:
    return SmsLimits(
        a_day=settings.sms_a_day,
        codes_share=settings.sms_codes_share,
        courtesy_share=settings.sms_courtesy_share,
        codes_per_account=settings.codes_per_account,
        codes_per_address_hour=settings.codes_per_address_hour,
        codes_per_address=settings.codes_per_address,
    )


def build_stores(
    settings: Settings, database: Database, gateways: Gateways, clock: Callable[[], datetime] = utc_now
) -> Stores:
    return assemble(
        database,
        clock=clock,
        calendar=load_calendar().workdays(),
        privacy=privacy_of(settings),
        verifier=gateways.verifier,
        followers=gateways.followers,
        sms_limits=sms_limits_of(settings),
    )
