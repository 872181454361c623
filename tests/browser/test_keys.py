"""The panel by keyboard alone: a morning of cases, the help, and a scanner beside it."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from tests.browser.test_panel import desk
from tests.house.office import Office, staffed
from tests.house.town import Town
from tests.looks import focus_unseen, serious

pytestmark = pytest.mark.browser
LIST = "/admin/applications?show=submitted"


@pytest.fixture(scope="module")
async def office(town: Town) -> Office:
    return await staffed(town)


@pytest.fixture
async def cases(office: Office) -> list[str]:
    """The panel's paths of three cases, alone in their list, the most urgent first."""
    documents, paths = office.town.services.applications.documents, []
    await documents.delete_many({})
    for days in range(1, 4):
        path = (await office.handed_in())[0]
        due = office.town.clock.now() + timedelta(days=days)
        await documents.update_one({"_id": path.split("/")[3]}, {"$set": {"due_at": due}})
        paths.append(path)
    return paths


@pytest.fixture
async def page(office: Office, chromium: Chromium) -> AsyncIterator[Page]:
    page = await desk(office, chromium, "both")
    await page.goto(office.town.url + "/admin/applications")
    yield page
    await page.context.close()


async def pressed(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def test_a_morning_by_keyboard_alone(office: Office, cases: list[str], page: Page) -> None:
    """Opening, accepting, the next one, a question answered, back, and the rest at once."""
    await page.goto(office.town.url + LIST)
    await expect(page.locator("[data-scan]")).to_be_focused()
    await pressed(page, "j")
    await expect(page.locator("[data-scan]")).to_have_value("j")
    await pressed(page, "Escape", "j", "j", "k")
    await expect(page.locator(f"tbody a[href^='{cases[0]}']")).to_be_focused()
    await pressed(page, "Enter")
    await expect(page.locator(".case .status")).to_have_text("已提交，待受理")
    await pressed(page, "]")
    await expect(page).to_have_url(re.compile(cases[1]))
    await pressed(page, "[")
    await expect(page).to_have_url(re.compile(cases[0]))
    await pressed(page, "a")
    await expect(page.get_by_role("button", name="予以受理")).to_be_focused()
    await pressed(page, "Enter")
    await expect(page.locator(".done .button_main")).to_be_focused()
    await pressed(page, "Enter")
    await expect(page).to_have_url(re.compile(cases[1]))
    await pressed(page, "a", "Tab", "Tab", "Enter", "Tab")
    await page.keyboard.type("a/x]不在番禺居住")  # in a field all is text
    await pressed(page, "Tab")
    await page.keyboard.type("条例第九条")
    await pressed(page, "Tab", "Enter")
    await expect(page.get_by_role("heading", name="请再核对一次")).to_be_visible()
    await expect(page.get_by_text("a/x]不在番禺居住")).to_be_visible()
    await pressed(page, "a", "Enter")
    await expect(page.locator(".done .button_main")).to_be_focused()
    assert await office.state(cases[1]) == "not_accepted"
    await page.goto(office.town.url + LIST)
    await pressed(page, "Escape", "j", "x")
    await expect(page.get_by_role("checkbox")).to_be_checked()
    await pressed(page, "a", "Enter")
    await expect(page.get_by_role("status")).to_contain_text("已受理1件")
    assert await office.state(cases[2]) == "accepted"


async def test_a_scanner_finds_its_field_wherever_the_focus_is(
    office: Office, cases: list[str], page: Page
) -> None:
    """What it types begins with no key; on a row, too, it opens and ticks nothing."""
    serial = (await office.application(cases[1]))["serial"]
    await pressed(page, "Escape", "j")
    await page.keyboard.type(f"{serial}\n")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.locator("tbody a.code")).to_have_text(serial)
    await expect(page.locator("[data-scan]")).to_be_focused()
    await pressed(page, "Escape", "j", "/")
    await expect(page.locator("[data-scan]")).to_be_focused()
    assert not await page.get_by_role("checkbox").is_checked()


async def test_the_help_names_the_keys_and_turns_them_off(cases: list[str], page: Page) -> None:
    await pressed(page, "Escape", "?")
    help_ = page.get_by_role("dialog", name="键盘快捷键")
    await expect(help_).to_be_visible()
    assert await serious(page) == []
    assert await focus_unseen(page) == []
    await pressed(page, "Escape")
    await expect(help_).to_be_hidden()
    await page.get_by_role("button", name="快捷键").click()
    await expect(help_.locator("kbd")).to_have_text(["/", "j", "k", "Enter", "x", "a", "[", "]", "Esc", "?"])
    await pressed(page, "?")
    await expect(help_).to_be_hidden()
    await pressed(page, "Control+j", "Alt+j")
    assert await page.locator("tbody a:focus").count() == 0
    await pressed(page, "?")
    await help_.get_by_label("使用单键快捷键").uncheck()
    await pressed(page, "Escape")
    await page.reload()
    await pressed(page, "Escape", "j")
    await expect(page.locator("[data-scan]")).to_have_value("j")
    await page.get_by_role("button", name="快捷键").click()
    await help_.get_by_label("使用单键快捷键").check()
    await pressed(page, "Escape", "j")
    await expect(page.locator(f"tbody a[href^='{cases[0]}']")).to_be_focused()


async def test_on_a_phone_a_link_leads_to_the_actions_below_the_head(
    office: Office, cases: list[str], page: Page
) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(office.town.url + LIST)
    await page.locator(f"tbody a[href^='{cases[1]}']").click()
    head, actions = page.locator(".case"), page.locator("#actions")
    await page.get_by_role("link", name="去办理").click()
    await expect(actions).to_be_in_viewport()
    boxes = [await one.bounding_box() for one in (head, actions)]
    above, below = (box for box in boxes if box)
    assert above["y"] == 0
    assert above["height"] < 160
    assert below["y"] >= above["y"] + above["height"]
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    assert await serious(page) == []
