"""A paper on its way in the panel, and the citizen's page of electronic service, looked at in a browser."""

from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect
from pypdfium2 import PdfDocument

from models.serving import How
from tests.handlers.admin.test_servings import decision_at, paper_at
from tests.house.browser import Browser
from tests.house.office import Office, staffed
from tests.house.town import Town
from tests.looks import picture, serious

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
    await picture(page, PICTURES / f"{name}.png", whole=True)
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


async def test_a_paper_is_printed_by_the_browser_without_the_panel_around_it(
    town: Town, chromium: Chromium
) -> None:
    """On the screen as a page of the panel; on A4 the paper and its slip alone."""
    office: Office = await staffed(town)
    refusal, _ = await paper_at(office, How.LETTER, {"how": "courier", "address": "番禺区市桥街1号"})
    decision = await decision_at(office, How.LETTER)
    desk = await office.desk("window")
    context = await chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    cookies = desk.cookies.items()
    await context.add_cookies([{"name": n, "value": v, "url": town.url} for n, v in cookies])
    page = await context.new_page()
    PICTURES.mkdir(parents=True, exist_ok=True)
    for serving in (refusal, decision):
        await page.goto(f"{town.url}/admin/servings/{serving['_id']}")
        await page.get_by_label("打印理由").fill("装入信封")
        await picture(page, PICTURES / f"before-{serving['paper']}.png", whole=True)
        await page.get_by_role("button", name="打印文书").click()
        await expect(page.get_by_role("heading", name="送达回证")).to_be_visible()
        assert page.url == f"{town.url}/admin/servings/{serving['_id']}/print"
        await picture(page, PICTURES / f"print-{serving['paper']}.png", whole=True)
        assert await serious(page) == []
        path = PICTURES / f"print-{serving['paper']}.pdf"
        await page.pdf(path=path, prefer_css_page_size=True)
        paper = PdfDocument(path)
        sheets = [sheet.get_textpage().get_text_bounded() for sheet in paper]
        assert "返回" not in "".join(sheets)
        assert "送达回证" in sheets[-1]
        assert "备注" in sheets[-1]
        paper.close()
    await context.close()
