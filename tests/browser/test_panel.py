"""The panel at 1440 × 900: a file too large is named before it is sent, a form is sent once; no page has a
serious fault."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, Route, expect

from models.appointments import Ending
from tests.house.office import PDF, Office, booked, late_on, staffed
from tests.house.town import Town
from tests.looks import focus_unseen, serious

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
async def office(town: Town) -> Office:
    return await staffed(town)


async def desk(office: Office, chromium: Chromium, username: str) -> Page:
    """Of a member, or of nobody."""
    context = await chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    jar = (await office.desk(username)).cookies if username else {}
    await context.add_cookies([{"name": n, "value": v, "url": office.town.url} for n, v in jar.items()])
    page = await context.new_page()
    page.set_default_timeout(10_000)
    return page


@pytest.mark.article("15.electronic")
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
    await page.get_by_label("同意办理").check()
    await page.get_by_role("button", name="下一步").click()
    assert await office.state(path) == "accepted"
    await field.set_input_files({"name": "凭证.pdf", "mimeType": "application/pdf", "buffer": PDF})
    await page.get_by_role("button", name="下一步").click()
    await page.get_by_role("button", name="确认办结").click()
    await expect(page.get_by_role("status")).to_contain_text("已办结：同意办理")
    await expect(page.locator(".status")).to_contain_text("已办结")
    await page.context.close()


async def test_a_form_is_sent_once(office: Office, chromium: Chromium) -> None:
    """A second click while the first is under way does nothing."""
    path, _ = await office.handed_in()
    page = await desk(office, chromium, "both")
    answered, sent = asyncio.Event(), []

    async def hold(route: Route) -> None:
        sent.append(route.request.url)
        await answered.wait()
        await route.continue_()

    await page.route("**/accept*", hold)
    await page.goto(office.town.url + path)
    button = page.locator("form[action*='/accept'] button")
    await button.evaluate("""async (button) => {
        button.click();
        await new Promise((then) => setTimeout(then, 100));
        button.click();
    }""")
    answered.set()
    await expect(page.locator(".status")).to_contain_text("办理中")
    assert len(sent) == 1
    await page.context.close()


async def test_the_scan_field_keeps_the_focus(office: Office, chromium: Chromium) -> None:
    """After a scan, an error and an action, and when what was typed went nowhere: a morning without a mouse
    between two scans."""
    key, day, _ = await booked(office)
    scanned = f"{office.town.url}/appointments/{key}"
    with late_on(office, day):
        page = await desk(office, chromium, "both")
        field = page.locator("[name=code]")
        await page.goto(f"{office.town.url}/admin/appointments")
        await expect(field).to_be_focused()
        await page.keyboard.type("12345\n")
        await expect(page.get_by_role("alert")).to_contain_text("这不是预约码")
        await expect(field).to_be_focused()
        await page.keyboard.type(f"{scanned}\n")
        row = page.locator(f"[id='{key}']")
        await expect(row.locator("details")).to_have_attribute("open", "")
        await expect(row).to_be_in_viewport()
        await expect(field).to_be_focused()
        await row.get_by_label("已办理").check()
        await row.get_by_role("button", name="确认记录").click()
        await expect(page.get_by_role("status")).to_contain_text("已记录：张*，已办理")
        await expect(field).to_be_focused()
        await page.evaluate("document.activeElement.blur()")
        await page.keyboard.type("67890")
        await expect(field).to_have_value("67890")
        queue = page.locator("[name=q]")
        await page.goto(f"{office.town.url}/admin/applications")
        await page.keyboard.type("12345\n")
        await expect(page.get_by_text("没有找到。")).to_be_visible()
        await page.keyboard.type("6789")  # in place of what is there
        await expect(queue).to_have_value("6789")
        await page.context.close()


async def test_a_case_is_concluded_without_scripts(office: Office, chromium: Chromium) -> None:
    """The file of the result is chosen once, and the question comes after it."""
    path = await office.accepted()
    context = await chromium.new_context(java_script_enabled=False, locale="zh-CN")
    jar = (await office.desk("approver")).cookies
    await context.add_cookies([{"name": n, "value": v, "url": office.town.url} for n, v in jar.items()])
    page = await context.new_page()
    await page.goto(office.town.url + path)
    await page.locator("input[name=deliverable]").set_input_files(
        {"name": "凭证.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    await page.get_by_role("button", name="下一步").first.click()
    assert await office.state(path) == "accepted"  # nothing was decided: the browser asks for it
    await page.get_by_label("同意办理").check()
    await page.get_by_role("button", name="下一步").first.click()
    await expect(page.get_by_role("heading", name="请再核对一次：办结")).to_be_visible()
    await page.get_by_role("button", name="返回修改").click()
    await expect(page.get_by_label("同意办理")).to_be_checked()
    await page.locator("input[name=deliverable]").set_input_files(
        {"name": "凭证.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    await page.get_by_role("button", name="下一步").first.click()
    assert await office.state(path) == "accepted"
    await page.get_by_role("button", name="确认办结").click()
    await expect(page.locator(".status")).to_contain_text("已办结")
    assert await office.state(path) == "concluded"
    await context.close()


OWN = ("/admin/account", "/admin/password", "/admin/second-factor", "/admin/confirm")


async def test_no_page_has_a_serious_fault(office: Office, chromium: Chromium) -> None:
    """Nor hides where the keyboard is."""
    path, (key, day, _), services = await office.accepted(), await booked(office), office.town.services
    objected = await office.town.recorded(await services.appointments.get(key), Ending.NO_SHOW, minutes=15)
    party = await office.town.party_of(objected)
    await services.endings.object(key, party, objected["state"], "我来了", office.town.by())
    fresh, _ = await office.handed_in()
    visits = f"/admin/appointments?hall=district&day={day}"
    for username, addresses in {
        "": ("/admin/sign-in",),
        "both": ("/admin", "/admin/applications", fresh, path, visits, "/admin/verify", "/admin/nowhere"),
        "digital": ("/admin", "/admin/deliveries"),
        "management": ("/admin", "/admin/objections", "/admin/calendar?year=2027"),
        "admin": ("/admin/members", "/admin/new-member", "/admin/members/window", *OWN),
    }.items():
        page = await desk(office, chromium, username)
        for address in addresses:
            await page.goto(office.town.url + address)
            assert await serious(page) == [], address
            assert await focus_unseen(page) == [], address
        if username == "both":
            await page.goto(office.town.url + path)
            await page.locator("summary", has_text="退件").click()
            await page.locator("form[action*='/return'] textarea").fill("申请人已迁出")
            await page.click("form[action*='/return'] button")
            await page.get_by_role("heading", name="请再核对一次：退件").wait_for()
            assert await serious(page) == []
            assert await focus_unseen(page) == []
            await page.goto(office.town.url + path)
            await page.click("main summary")
            await page.fill("input[name=reason]", "核对")
            await page.click("form[action*=reveal] button")
            await page.get_by_role("heading", name="完整信息").wait_for()
            assert await serious(page) == []
            assert await focus_unseen(page) == []
        await page.context.close()
