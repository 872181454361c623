"""A visit of the demo with two matters (article 9): 许文轩 comes to the district's hall once for both.

He lives in the simulator: who binds there as him finds it under 我的预约, `centre` in the list of its day.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from models.events import Cause, Channel
from models.places import slots
from models.stores import Stores
from wechat_backend.demo.cases import GENERATED, PAUSED, XU
from wechat_backend.demo.scene import bound

HALL = "centre"
ITEMS = (GENERATED.item, PAUSED.item)
"""To be collected, and to bring what was to follow."""


async def make_once(stores: Stores, items: Mapping[str, str], now: datetime) -> bool:
    """Book it for the last day on which one can book; False where he has had one of several matters. The
    guides are published and the halls loaded."""
    by = Cause("system", now, Channel.MINIPROGRAM, f"demo-{uuid4().hex[:12]}")
    party = await bound(stores, XU, by)
    mine = await stores.appointments.of_applicant(party.id)
    if any(one["visit"] != one["_id"] for one in mine):
        return False
    by, calendar = replace(by, actor=f"applicant:{party.id}"), stores.calendar
    guides = [await stores.guides.published(items[name]) for name in ITEMS]
    hall = await stores.halls.get(HALL)
    left = await stores.appointments.days_left(hall, guides[0].group, calendar, by)
    start = slots(hall, guides[0].group, max(left), calendar)[0].start
    plan = await stores.several.plan(party, guides, hall, start, calendar, by)
    await stores.several.book(party, plan, hall, calendar, by)
    return True
