"""The frame of the panel, and on a phone, where rounds are made on foot: the menu opens without a script, and
nothing is wider than the page."""

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, ViewportSize, expect

from tests.house.office import Office, booked, late_on, staffed
from tests.house.town import Town
from tests.looks import serious

pytestmark = pytest.mark.browser
OPEN = "document.querySelectorAll('main details').forEach((one) => one.open = true)"
PHONE = ViewportSize(width=390, height=844)
PAGES = {
    "both": (
        "/admin",
        "/admin/applications?show=all",
        "/admin/appointments",
        "/admin/verify",
        "/admin/account",
    ),
    "management": ("/admin", "/admin/objections"),
    "digital": ("/admin", "/admin/deliveries", "/admin/account"),
    "admin": ("/admin", "/admin/members", "/admin/new-member", "/admin/members/window"),
}
ACROSS = """() => [...document.querySelectorAll('main *')].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width && box.left > -900 && (box.left < -1 || box.right > innerWidth + 1);
}).map((one) => one.outerHTML.slice(0, 100))"""
"""What stands out of the page to the left or right."""


@pytest.fixture(scope="module")
async def office(town: Town) -> Office:
    return await staffed(town)


async def phone(office: Office, chromium: Chromium, username: str, *, scripts: bool = True) -> Page:
    context = await chromium.new_context(viewport=PHONE, locale="zh-CN", java_script_enabled=scripts)
    jar = (await office.desk(username)).cookies
    await context.add_cookies([{"name": n, "value": v, "url": office.town.url} for n, v in jar.items()])
    return await context.new_page()


async def test_the_menu_opens_without_a_script(office: Office, chromium: Chromium) -> None:
    page = await phone(office, chromium, "both", scripts=False)
    await page.goto(f"{office.town.url}/admin")
    menu, room = page.get_by_role("navigation", name="主菜单"), page.get_by_role("link", name="窗口核验")
    await expect(menu).to_be_hidden()
    await page.get_by_text("菜单").click()
    await expect(menu).to_be_visible()
    await room.click()
    await expect(page.get_by_role("heading", name="窗口核验")).to_be_visible()
    await expect(menu).to_be_hidden()
    await page.get_by_text("菜单").click()
    await menu.get_by_role("button", name="退出").click()
    await expect(page.get_by_role("heading", name="登录")).to_be_visible()
    await page.context.close()


async def test_nothing_is_wider_than_a_phone(office: Office, chromium: Chromium) -> None:
    """With rows in each list, and their forms open."""
    _, day, _ = await booked(office)
    with late_on(office, day):
        await office.accepted()
        for username, addresses in PAGES.items():
            page = await phone(office, chromium, username)
            for address in addresses:
                await page.goto(office.town.url + address)
                await page.evaluate(OPEN)
                assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], address
                assert await page.evaluate(ACROSS) == [], address
                assert await serious(page) == [], address
            await page.context.close()


async def test_the_rail_stays_in_sight(office: Office, chromium: Chromium) -> None:
    """At the left edge however far one scrolls; and what was done is said in sight."""
    context = await chromium.new_context(viewport={"width": 1440, "height": 500}, locale="zh-CN")
    jar = (await office.desk("window")).cookies
    await context.add_cookies([{"name": n, "value": v, "url": office.town.url} for n, v in jar.items()])
    page = await context.new_page()
    await page.goto(f"{office.town.url}/admin/verify")
    await page.evaluate("document.querySelector('main').style.minHeight = '3000px'; scrollTo(0, 2000)")
    for name in ("工作台", "窗口核验", "我的账号"):
        await expect(page.get_by_role("link", name=name)).to_be_in_viewport()
    await expect(page.get_by_role("link", name="窗口核验")).to_have_attribute("aria-current", "page")
    await context.close()
