"""What `/metrics` tells of the house as a whole, read from the database whenever it is asked for."""

from prometheus_client import Gauge

from handlers.services import Services

SENT = Gauge("panyu_sms_sent_today", "Short messages counted today, in all and by purpose", ["part"])
BUDGET = Gauge("panyu_sms_budget", "Short messages that may be sent in a day", ["part"])
CLOSED = Gauge("panyu_channel_closed", "1 while a provider turns everything away", ["channel", "code"])


async def measure(services: Services) -> None:
    now = services.clock()
    for spent in await services.sms.spent(now):
        SENT.labels(spent.part).set(spent.used)
        BUDGET.labels(spent.part).set(spent.most)
    CLOSED.clear()
    for each in await services.closures.closed(now):
        CLOSED.labels(each["_id"], each["code"]).set(1)
