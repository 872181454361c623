"""A paper on its way in the panel, and the citizen's page of electronic service, looked at in a browser."""

from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium

from models.serving import How
from tests.handlers.admin.test_servings import paper_at
from tests.house.browser import Browser
from tests.house.office import Office, staffed
from tests.house.town import Town
from tests.looks import serious

pytestmark = pytest.mark.browser
PICTURES = Path(__file__).parents[2] / "artifacts" / "servings"


async def looked_at(
    town: Town, chromium: Chromium, browser: Browser, path: str, size: tuple[int, int], name: str
) -> list[str]:
    context = await chromium.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    cookies = browser.cookies.items()
    await context.add_cookies([{"name": n, "value": v, "url": town.url} for n, v in cookies])
    page = await context.new_page()
    await page.goto(town.url + path)
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    found = await serious(page)
    await context.close()
    return found


async def test_its_pages_have_no_serious_fault(town: Town, chromium: Chromium) -> None:
    office: Office = await staffed(town)
    serving, _ = await paper_at(office, How.CALL)
    desk, citizen = await office.desk("window"), await town.citizen()
    panel, phone = (1440, 900), (390, 844)
    for browser, path, size, name in (
        (desk, "/admin/servings", panel, "list"),
        (desk, f"/admin/servings/{serving['_id']}", panel, "paper"),
        (citizen, "/me/electronic-service", phone, "electronic"),
        (citizen, "/announcements", phone, "announcements"),
    ):
        assert await looked_at(town, chromium, browser, path, size, name) == [], name
