"""A member of the service centre changes the hours of a hall in which forty visits are booked (article 9).

Pictures of every page are in `artifacts/schedules`.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect

from models.places import slots
from models.workdays import local_date
from tests.browser.album import Album
from tests.browser.test_blacklist_life import Desks
from tests.house.clock import Clock
from tests.house.guides import plain_guide
from tests.house.places import HALL, hall
from tests.house.whole import Whole, opened

pytestmark = [pytest.mark.browser, pytest.mark.article("9.time")]
VISITS = 40
WIDE = hall(
    windows={
        "weekday_hours": [["09:00", "12:00"], ["14:00", "17:00"]],
        "windows": [
            {"code": "w1", "name": "综合服务窗口", "groups": ["general", "social"], "seats": 3},
            {"code": "w2", "name": "企业窗口", "groups": ["business"], "seats": 1},
        ],
    }
)


@pytest.fixture(scope="module")
async def whole(mongo_uri: str, database: Any) -> AsyncIterator[Whole]:
    async with opened(mongo_uri, database, Clock()) as whole:
        yield whole


async def book_all(whole: Whole) -> None:
    """Three in each slot, from tomorrow on."""
    town, guide, calendar = whole.town, plain_guide(), whole.town.stores.calendar
    days = (calendar.after(local_date(town.clock.now()), number) for number in range(1, 8))
    starts = [one.start for day in days for one in slots(WIDE, guide.group, day, calendar) for _ in range(3)]
    for start in starts[:VISITS]:
        party = await town.applicant()
        await town.stores.appointments.book(party, guide, WIDE, start, calendar, town.by())


async def test_hours_are_changed_with_forty_visits_booked(whole: Whole, chromium: Chromium) -> None:
    town = whole.town
    await town.stores.halls.put(WIDE, town.by())
    await town.member("centre")
    await book_all(whole)
    desks = Desks(whole.office, chromium, Album("schedules"))
    await desks.open("centre", "/admin/halls", "halls")
    at = f"/admin/halls/{HALL.code}"
    page = await desks.open("centre", f"{at}/schedule", "schedule")
    for day in "一二三四五":
        await page.get_by_label(f"周{day}上午开始").fill("10:00")
    await page.get_by_role("button", name="下一步：核对影响").click()
    await expect(page.get_by_role("heading", name="请核对")).to_be_visible()
    await desks.album.keep(page, "confirm")
    await page.get_by_role("button", name="确认保存").click()
    await expect(page.get_by_role("status")).to_contain_text("不符合新的时间安排")
    await desks.album.keep(page, "unfit")
    boxes = page.get_by_role("checkbox", name="选择")
    left = await boxes.count()
    assert 0 < left < VISITS
    await boxes.first.check()
    await page.get_by_role("button", name="请本人改约").click()
    await expect(page.get_by_text("已请改约", exact=False)).to_have_count(1)
    await boxes.first.check()
    await page.get_by_role("button", name="照常保留").click()
    await expect(boxes).to_have_count(left - 1)
    home = await desks.open("centre", "/admin", "home")
    await expect(home.get_by_role("link", name="不合大厅时间的预约")).to_contain_text(str(left - 1))
    await desks.close()
