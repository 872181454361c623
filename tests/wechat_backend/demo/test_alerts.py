"""The alerts and rosters that the demo begins with, on whatever day it begins."""

from datetime import datetime, timedelta

import pytest

from models.kiosks import AlertState, WantedAlerts
from models.workdays import local_date
from tests.wechat_backend.demo.test_cases import DAYS, Demo, demo
from tests.wechat_backend.demo.test_kiosks import made
from wechat_backend.demo import alerts

__all__ = ["demo"]


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
async def test_one_waits_one_is_taken_on_one_is_over(demo: Demo, day: datetime) -> None:
    await made(demo, day)
    stores, by = demo.stores, alerts._Demo(demo.stores, day, {}).by("system", day)
    assert await alerts.make_once(stores, day)
    assert not await alerts.make_once(stores, day)
    member = await stores.staff.get("digital")
    found = (await stores.alerts.page(member, WantedAlerts(tuple(AlertState)), 10)).rows
    states = [(one["hall"], one["state"]) for one in found]
    assert states == [
        ("wanbo", AlertState.OPEN),
        ("centre", AlertState.ACKNOWLEDGED),
        ("centre", AlertState.CLOSED),
    ]
    assert all(one["told"] for one in found)
    assert await stores.alerting.look(await stores.heartbeats.troubles(), by) == 0
    today = local_date(day)
    for section in alerts.ROSTERS:
        for ahead in range(30):
            line = await stores.duty.line(section, today + timedelta(days=ahead))
            assert not line.gap, (section, ahead)
