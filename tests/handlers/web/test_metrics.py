"""What /metrics tells of the whole house."""

from datetime import timedelta

from prometheus_client import REGISTRY

from handlers.web.metrics import measure
from models.outgoing.deliveries import Via
from models.outgoing.sms import Purpose
from tests.house.town import Town


async def test_messages_of_the_day_and_closed_channels_are_measured(town: Town) -> None:
    services, now = town.services, town.clock.now()
    await services.sms.take(Purpose.LEGAL, now)
    await services.closures.close(Via.SMS, "isv.AMOUNT_NOT_ENOUGH", now, now + timedelta(minutes=5))
    await measure(services)
    [everything, *_] = await services.sms.spent(now)
    assert REGISTRY.get_sample_value("panyu_sms_sent_today", {"part": "all"}) == everything.used > 0
    assert REGISTRY.get_sample_value("panyu_sms_budget", {"part": "code"}) == 5000
    closed = {"channel": "sms", "code": "isv.AMOUNT_NOT_ENOUGH"}
    assert REGISTRY.get_sample_value("panyu_channel_closed", closed) == 1
    await services.closures.open_again(Via.SMS, now + timedelta(minutes=6))
    await measure(services)
    assert REGISTRY.get_sample_value("panyu_channel_closed", closed) is None
