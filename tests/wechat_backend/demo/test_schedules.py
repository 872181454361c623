"""The hall of the demo with shared windows and a visit that does not fit it."""

import pytest

from models.appointments import Reason
from tests.wechat_backend.demo.test_cases import Demo, demo
from wechat_backend.demo import schedules

__all__ = ["demo"]


@pytest.mark.article("9.place")
async def test_a_visit_does_not_fit(demo: Demo) -> None:
    stores, now = demo.stores, demo.clock.now()
    member = await stores.staff.get(schedules.CENTRE)
    [(hall, [row], _)] = await stores.unfit.listed(member, now)
    assert (hall.code, row.why.reason) == (schedules.HALL, Reason.WINDOW_GONE)
    assert hall.windows
    assert [len(one.groups) for one in hall.windows.windows] == [2, 2]
    await demo.furnish()
    assert await stores.unfit.count(member, now) == 1
    assert (await stores.halls.kept(schedules.HALL)).number == 1
