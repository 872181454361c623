"""The panel at 1440 × 900: a file too large is named before it is sent; no page has a serious fault."""

from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from tests.browser.test_citizen_pages import AXE, serious
from tests.handlers.office import PDF, Office, staffed
from tests.handlers.visitor import Town

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
async def office(town: Town) -> Office:
    return await staffed(town)


async def desk(office: Office, chromium: Chromium, username: str) -> Page:
    context = await chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    jar = (await office.desk(username)).cookies
    await context.add_cookies([{"name": n, "value": v, "url": office.town.url} for n, v in jar.items()])
    page = await context.new_page()
    page.set_default_timeout(10_000)
    return page


@pytest.mark.article(15)
async def test_file_too_large_is_not_sent(office: Office, chromium: Chromium, tmp_path: Path) -> None:
    path = await office.accepted()
    page = await desk(office, chromium, "approver")
    await page.goto(office.town.url + path)
    await expect(page.get_by_text("PDF，不超过20MB")).to_be_visible()
    large = tmp_path / "large.pdf"
    large.write_bytes(PDF + bytes(20 * 1024 * 1024))
    field = page.locator("input[name=deliverable]")
    await field.set_input_files(large)
    assert "超过20MB" in await field.evaluate("e => e.validationMessage")
    await page.get_by_role("button", name="确认办结").click()
    assert await office.state(path) == "accepted"
    await field.set_input_files({"name": "凭证.pdf", "mimeType": "application/pdf", "buffer": PDF})
    await page.get_by_role("button", name="确认办结").click()
    await expect(page.locator(".status")).to_contain_text("已办结")
    await page.context.close()


async def test_no_page_has_a_serious_fault(office: Office, chromium: Chromium) -> None:
    path = await office.accepted()
    page = await desk(office, chromium, "both")
    for address in ("/admin/applications", path, "/admin/appointments", "/admin/verify", "/admin/nowhere"):
        await page.goto(office.town.url + address)
        await page.evaluate(AXE.read_text())
        found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert list(serious(found["violations"])) == [], address
    await page.context.close()
