"""The places of Panyu as a phone and a kiosk show them: found by position, touched on the map."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from models.store import Database
from tests.browser.test_citizen_pages import MODES, Phone, phone_of
from tests.browser.test_kiosk_formats import FORMATS, SMALL
from tests.house.town import Town, opened
from tests.looks import focus_unseen, serious
from wechat_backend.loading.loader import load

pytestmark = [pytest.mark.browser, pytest.mark.article("18.near")]
HERE = {"latitude": 22.9405, "longitude": 113.3660}
TOUCHED = """all => all.map(e => {
  const r = e.getBoundingClientRect();
  e.scrollIntoView({block: "center"});
  const at = e.getBoundingClientRect();
  const top = document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2);
  return e.contains(top) && r.height >= 44 && r.width >= 44 ? "" : e.outerHTML.slice(0, 120);
}).filter(Boolean)"""
"""Marks of a map that are too small, or lie under something else."""


@pytest.fixture(scope="module")
async def panyu(database: Database) -> AsyncIterator[Town]:
    async with opened(database) as town:
        for hall in load().halls:
            await town.services.halls.put(hall, town.by())
        yield town


async def phone(town: Town, chromium: Chromium, mode: str, **options: Any) -> Phone:
    return await phone_of(town, chromium, town.browser(), mode, **options)


@pytest.mark.parametrize("mode", MODES)
async def test_the_pages_of_places(panyu: Town, chromium: Chromium, mode: str) -> None:
    seen = await phone(panyu, chromium, mode)
    for path in ("/halls", "/halls?township=市桥街道", "/halls?kind=special", "/halls/centre"):
        await seen.open(path)
        marks = seen.page.locator(".map__mark")
        assert await marks.count() > 0
        assert await marks.evaluate_all(TOUCHED) == [], path
    assert seen.faults == []
    await seen.context.close()


async def test_the_nearest_by_the_phones_position(panyu: Town, chromium: Chromium) -> None:
    seen = await phone(panyu, chromium, "chinese", geolocation=HERE, permissions=["geolocation"])
    await seen.page.goto(f"{panyu.url}/halls")
    await seen.page.get_by_role("button", name="用我的位置找最近的网点").click()
    first = seen.page.locator(".places > li").first
    await expect(first).to_contain_text("德兴社区公共服务站")
    await expect(first).to_contain_text("步行约5分钟")
    await seen.look("nearest")
    assert seen.page.url == f"{panyu.url}/halls"
    assert "22.94" not in await seen.page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")
    await seen.page.get_by_role("link", name="德兴社区公共服务站", exact=True).first.click()
    await seen.page.wait_for_url("**/halls/shiqiao-dexing")
    assert seen.faults == []
    await seen.context.close()


async def test_who_gives_no_position_is_led_on(panyu: Town, chromium: Chromium) -> None:
    seen = await phone(panyu, chromium, "chinese", permissions=[])
    await seen.page.goto(f"{panyu.url}/halls")
    await seen.page.get_by_role("button", name="用我的位置找最近的网点").click()
    await expect(seen.page.get_by_text("没有得到您的位置")).to_be_visible()
    await seen.page.select_option("#township", "市桥街道")
    await seen.page.get_by_role("button", name="按条件查找").click()
    await expect(seen.page.get_by_role("heading", name="市桥街道政务服务中心")).to_be_visible()
    await seen.context.close()


async def test_without_script_by_township_and_map(panyu: Town, chromium: Chromium) -> None:
    seen = await phone(panyu, chromium, "chinese", java_script_enabled=False)
    await seen.page.goto(f"{panyu.url}/halls")
    await expect(seen.page.locator("[data-near]")).to_be_hidden()
    await seen.page.get_by_role("link", name="南村", exact=True).click()
    await seen.page.get_by_role("link", name="南村镇政务服务中心", exact=True).first.click()
    await expect(seen.page.get_by_role("heading", name="南村镇政务服务中心")).to_be_visible()
    await seen.context.close()


@pytest.mark.article("23.3")
@pytest.mark.parametrize("format_", FORMATS)
async def test_the_kiosks_places(panyu: Town, chromium: Chromium, format_: str) -> None:
    width, height = FORMATS[format_]
    context = await chromium.new_context(viewport={"width": width, "height": height}, has_touch=True)
    page: Page = await context.new_page()
    await page.goto(f"{panyu.url}/kiosk/place/wanbo")
    for path in ("/kiosk/halls", "/kiosk/halls?township=市桥街道", "/kiosk/halls/shiqiao"):
        await page.goto(panyu.url + path)
        assert await page.locator("a:not(.map__mark), button").evaluate_all(SMALL) == [], path
        sizes = await page.locator(".map__mark").evaluate_all(
            "all => all.map(e => e.getBoundingClientRect().height)"
        )
        assert all(size >= 60 for size in sizes), path
        assert await focus_unseen(page) == []
        assert await serious(page) == []
    await page.goto(f"{panyu.url}/kiosk/halls")
    await page.locator(".map__mark").first.tap()
    await page.wait_for_url("**/kiosk/halls/*")
    await expect(page.get_by_text("用微信扫一扫")).to_be_visible()
    await context.close()
