"""The viewer beside the form: larger, turned, leafed through by mouse and keys, and nothing typed is lost."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from tests.browser.test_panel import desk
from tests.handlers.admin.test_viewer import answered
from tests.house.office import Office, staffed
from tests.house.town import Town
from tests.looks import focus_unseen, serious

pytestmark = pytest.mark.browser
STAGE = ".viewer__stage"


@pytest.fixture(scope="module")
async def office(town: Town) -> Office:
    return await staffed(town)


@dataclass
class Seen:
    """The page of a case with a document of three pages, and a photo that it replaced."""

    page: Page
    address: str
    document: str
    photo: str

    async def shows(self, file: str, number: int) -> None:
        """Once the page is there, it is a picture."""
        image = self.page.locator(f"{STAGE} img[src$='/{file}/pages/{number}']")
        await expect(image).to_have_js_property("complete", value=True)
        assert await image.evaluate("image => image.naturalWidth") > 100

    async def zoom(self) -> float:
        """How many times as wide as the stage the sheet is."""
        return float(
            await self.page.locator(STAGE).evaluate(
                "stage => Math.round(100 * stage.firstElementChild.offsetWidth / stage.clientWidth) / 100"
            )
        )

    async def lies(self) -> bool:
        """Whether the page of the document, which is upright, is seen on its side."""
        seen = await self.page.locator(f"{STAGE} img").evaluate(
            "image => { const r = image.getBoundingClientRect(); return [image.offsetWidth, r.width]; }"
        )
        return bool(abs(seen[0] - seen[1]) > 1)


@pytest.fixture
async def seen(office: Office, chromium: Chromium) -> AsyncIterator[Seen]:
    path, document, photo = await answered(office)
    page = await desk(office, chromium, "approver")
    address = f"{office.town.url}{path}"
    await page.goto(address)
    yield Seen(page, address, document, photo)
    await page.context.close()


async def test_files_are_looked_at_and_what_was_typed_stays(seen: Seen) -> None:
    page = seen.page
    words = page.locator("form[action*='/not_accept'] [name=reason]")
    await page.locator("summary", has_text="不予受理").click()
    await words.fill("合同没有签名")
    await page.locator(f"a[href*='{seen.document}']").click()
    await seen.shows(seen.document, 1)
    await expect(page.locator(STAGE)).to_be_focused()
    await expect(page.get_by_role("heading", name="申请", exact=True)).to_be_hidden()
    assert page.url == f"{seen.address}?file={seen.document}#viewer"
    await page.get_by_text("对照填写的内容").click()
    await page.get_by_text("下一页").click()
    await seen.shows(seen.document, 2)
    await expect(page.locator(".viewer").get_by_role("heading", name="居住信息")).to_be_visible()
    await page.get_by_text("下一份").click()
    await seen.shows(seen.photo, 1)
    await expect(words).to_have_value("合同没有签名")
    await page.reload()
    await seen.shows(seen.photo, 1)
    await page.go_back()
    await expect(page.get_by_role("heading", name="申请", exact=True)).to_be_visible()
    await expect(page.locator(STAGE)).to_have_count(0)


async def test_larger_smaller_and_turned(seen: Seen) -> None:
    page = seen.page
    await page.locator(f"a[href*='{seen.document}']").click()
    await seen.shows(seen.document, 1)
    assert (await seen.zoom(), await seen.lies()) == (1, False)
    await expect(page.get_by_text("缩小")).to_have_attribute("aria-disabled", "true")
    await page.get_by_text("放大").click()
    assert await seen.zoom() == 1.25
    await page.locator(STAGE).focus()
    await page.keyboard.press("+")
    assert await seen.zoom() == 1.56
    await page.keyboard.press("r")
    assert await seen.lies()
    await page.locator(STAGE).hover()
    await page.keyboard.down("Control")
    await page.mouse.wheel(0, -100)
    await page.keyboard.up("Control")
    assert await seen.zoom() == 1.95
    before = await page.locator(STAGE).evaluate("stage => stage.scrollTop")
    await page.mouse.down()
    await page.mouse.move(400, 300)
    await page.mouse.up()
    assert await page.locator(STAGE).evaluate("stage => stage.scrollTop") != before
    await page.keyboard.press("ArrowRight")  # the next page is seen as this one was
    await seen.shows(seen.document, 2)
    assert (await seen.zoom(), await seen.lies()) == (1.95, True)
    await page.keyboard.press("-")
    await page.keyboard.press("0")
    await page.keyboard.press("R")
    assert (await seen.zoom(), await seen.lies()) == (1, False)


async def test_arrows_leaf_through_all_files_while_the_viewer_has_the_focus(seen: Seen) -> None:
    page = seen.page
    await page.locator(f"a[href*='{seen.document}']").focus()
    await page.keyboard.press("Enter")
    await seen.shows(seen.document, 1)
    for file, number in ((seen.document, 2), (seen.document, 3), (seen.photo, 1)):
        await page.keyboard.press("ArrowRight")
        await seen.shows(file, number)
    await page.keyboard.press("Shift+ArrowLeft")
    await seen.shows(seen.document, 1)
    await page.locator("[name=reason]").last.focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.type("r+")
    await seen.shows(seen.document, 1)
    assert (await seen.zoom(), await seen.lies()) == (1, False)
    await page.locator(STAGE).focus()
    await page.keyboard.press("Escape")
    await expect(page.locator(f"[data-viewer=open][href*='{seen.document}']")).to_be_focused()
    assert page.url == seen.address


async def test_of_two_pages_asked_for_the_last_is_shown(seen: Seen) -> None:
    page = seen.page
    await page.locator(f"a[href*='{seen.document}']").click()
    await seen.shows(seen.document, 1)
    await page.evaluate("""() => {
        document.querySelector("[data-viewer=next_file]").click();
        document.querySelector("[data-viewer=next_page]").click();
    }""")
    await seen.shows(seen.document, 2)
    await page.wait_for_load_state("networkidle")
    await seen.shows(seen.document, 2)


async def test_what_does_not_open_is_said_and_nothing_is_lost(seen: Seen, office: Office) -> None:
    page = seen.page
    await page.locator("[name=reason]").last.fill("缺背面")
    await page.route("**/*file=*", lambda route: route.abort())
    await page.locator(f"a[href*='{seen.document}']").click()
    await expect(page.get_by_role("alert")).to_contain_text("没有打开，请再试一次")
    await page.unroute("**/*file=*")
    await page.route("**/pages/1", lambda route: route.abort())
    await page.locator(f"a[href*='{seen.document}']").click()
    await expect(page.get_by_role("alert")).to_contain_text("这一页没有显示出来")
    await expect(page.locator("[name=reason]").last).to_have_value("缺背面")
    await page.context.clear_cookies()
    await page.get_by_text("下一页").click()
    await expect(page.get_by_role("alert")).to_contain_text("如已退出登录")
    await expect(page.locator("[name=reason]").last).to_have_value("缺背面")


async def test_files_are_looked_at_without_scripts(office: Office, chromium: Chromium) -> None:
    path, document, photo = await answered(office)
    context = await chromium.new_context(java_script_enabled=False, locale="zh-CN")
    jar = (await office.desk("approver")).cookies
    await context.add_cookies([{"name": n, "value": v, "url": office.town.url} for n, v in jar.items()])
    page = await context.new_page()
    await page.goto(office.town.url + path)
    await expect(page.locator("noscript p")).to_be_visible()
    await page.locator(f"a[href*='{document}']").click()
    seen = Seen(page, "", document, photo)
    for name in ("放大", "放大", "右转", "下一页"):
        await page.get_by_text(name, exact=True).click()
    await seen.shows(document, 2)
    assert (await seen.zoom(), await seen.lies()) == (2, True)
    await page.get_by_text("下一份").click()
    await seen.shows(photo, 1)
    assert (await seen.zoom(), await seen.lies()) == (1, False)
    await page.get_by_text("关闭").click()
    await expect(page.get_by_role("heading", name="申请", exact=True)).to_be_visible()
    await context.close()


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
async def test_the_viewer_has_no_fault(seen: Seen, size: tuple[int, int]) -> None:
    page = seen.page
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    for file in (seen.document, seen.photo):
        await page.goto(f"{seen.address}?file={file}#viewer")
        await seen.shows(file, 1)
        assert await serious(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert [fault for fault in await focus_unseen(page) if "viewer" in fault] == []
