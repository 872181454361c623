"""The kiosk's screen at 1080 × 1920: its own keys, and an end that leaves nothing and always comes back."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from tests.browser.standing import stand
from tests.handlers.kiosk.addresses import PAGES
from tests.house.applying import serial_of, submitted
from tests.house.guides import rich_guide
from tests.house.places import hall
from tests.house.town import Town
from tests.looks import focus_unseen, serious

pytestmark = [pytest.mark.browser, pytest.mark.article("23.3")]
IDLE = 61_000
VISIBLE = """e => { const r = e.getBoundingClientRect();
  return e.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2)) }"""


@pytest.fixture
async def screen(town: Town, chromium: Chromium) -> AsyncIterator[Page]:
    context = await chromium.new_context(viewport={"width": 1080, "height": 1920}, has_touch=True)
    page = await context.new_page()
    page.set_default_timeout(10_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.clock.install()
    await stand(context, town)
    await page.goto(f"{town.url}/kiosk")
    yield page
    assert faults == []
    await context.close()


async def test_the_screens_own_keys(screen: Page, town: Town) -> None:
    pad = screen.locator(".pad")
    await expect(pad).to_be_hidden()
    await screen.locator("#q").tap()
    for key in "SENIOR":
        await pad.get_by_role("button", name=key, exact=True).tap()
    await pad.get_by_role("button", name="空格").tap()
    await pad.get_by_role("button", name="C", exact=True).tap()
    await expect(screen.locator("#q")).to_have_value("SENIOR C")
    small = await pad.locator("button").evaluate_all("all => all.filter(e => e.offsetHeight < 60).length")
    assert small == 0
    await pad.get_by_role("button", name="收起").tap()
    await expect(pad).to_be_hidden()


async def test_keys_are_there_after_a_fault(screen: Page, town: Town) -> None:
    await screen.goto(f"{town.url}/kiosk/progress")
    await expect(screen.locator(".pad")).to_be_hidden()
    await screen.locator("#serial").fill("2026112400")
    await screen.get_by_role("button", name="查询").tap()
    await expect(screen.get_by_role("alert")).to_be_visible()
    await expect(screen.locator(".pad")).to_be_visible()


async def test_unused_keys_go_away(screen: Page) -> None:
    await screen.locator("#q").tap()
    await expect(screen.locator(".pad")).to_be_visible()
    await screen.clock.fast_forward(IDLE)
    await expect(screen.locator(".pad")).to_be_hidden()
    await expect(screen.locator(".idle")).to_be_hidden()


@pytest.mark.article("20.5")
async def test_help_phone_stays_in_sight(screen: Page, town: Town) -> None:
    await screen.goto(f"{town.url}/kiosk/guides")
    await screen.clock.fast_forward(50_000)
    await expect(screen.locator(".idle")).to_be_visible()
    phones = screen.get_by_text("020-12345")
    seen = [await phone.evaluate(VISIBLE) for phone in await phones.all() if await phone.is_visible()]
    assert any(seen)
    assert await serious(screen) == []


@pytest.mark.article("20.1")
async def test_end_without_a_network_comes_back(screen: Page, town: Town) -> None:
    citizen = await town.citizen()
    serial = await serial_of(town, await submitted(citizen))
    await screen.goto(f"{town.url}/kiosk/progress")
    await screen.locator("#serial").fill(serial)
    await screen.get_by_role("button", name="查询").tap()
    await expect(screen.get_by_role("heading", name="已提交，待受理")).to_be_visible()
    await screen.context.set_offline(True)
    await screen.clock.fast_forward(IDLE)
    await expect(screen.get_by_role("heading", name="暂停服务，正在恢复")).to_be_visible()
    await expect(screen.get_by_text("020-12345")).to_be_visible()
    assert serial not in await screen.content()
    await screen.clock.fast_forward(4000)
    await expect(screen.get_by_role("heading", name="暂停服务，正在恢复")).to_be_visible()
    await screen.context.set_offline(False)
    await screen.clock.fast_forward(4000)
    await screen.wait_for_url(f"{town.url}/kiosk")
    await expect(screen.get_by_role("heading", level=1)).to_have_text("您好，请问要办什么事？")


async def test_going_back_shows_nothing_of_anybody(screen: Page, town: Town) -> None:
    await screen.goto(f"{town.url}/kiosk/guides/{rich_guide().item}")
    before = await screen.evaluate("history.length")
    await screen.get_by_role("link", name="结束使用").tap()
    await screen.wait_for_url(f"{town.url}/kiosk")
    assert await screen.evaluate("history.length") == before
    await screen.evaluate("history.back()")
    await screen.wait_for_timeout(1000)
    await screen.wait_for_url(f"{town.url}/kiosk")
    await expect(screen.get_by_role("heading", level=1)).to_have_text("您好，请问要办什么事？")


async def test_form_of_an_ended_session_begins_anew(screen: Page, town: Town) -> None:
    await screen.goto(f"{town.url}/kiosk/progress")
    await screen.context.clear_cookies(name="_xsrf")
    await screen.locator("#serial").fill("2026112400")
    await screen.get_by_role("button", name="查询").tap()
    await screen.wait_for_url(f"{town.url}/kiosk")


@pytest.mark.parametrize("path", ["/kiosk", "/kiosk/guides", f"/kiosk/guides/{rich_guide().item}"])
async def test_phone_numbers_stay_on_one_line(screen: Page, town: Town, path: str) -> None:
    await screen.goto(town.url + path)
    for phone in await screen.locator(".phone, .help strong").all():
        if await phone.is_visible():
            assert await phone.evaluate("e => e.getClientRects().length") == 1
            assert await phone.evaluate("e => getComputedStyle(e).whiteSpace") == "nowrap"


@pytest.mark.parametrize("language", ["中文", "English"])
async def test_every_page_shows_where_the_keyboard_is(screen: Page, town: Town, language: str) -> None:
    await town.furnish(hall=hall("nancun", location={"coordinates": [113.381, 22.937]}))
    if language == "English":
        await screen.get_by_role("button", name="English").tap()
    serial = await serial_of(town, await submitted(await town.citizen()))
    for path in (*PAGES, "/guides?q=zzzz", "/nowhere"):
        await screen.goto(f"{town.url}/kiosk{path}")
        assert await focus_unseen(screen) == [], path
        assert await serious(screen) == [], path
    await screen.goto(f"{town.url}/kiosk/progress")
    await screen.locator("#serial").fill(serial)
    await screen.locator("form.search button").tap()
    await screen.locator(".facts").wait_for()
    assert await focus_unseen(screen) == []
    await screen.clock.fast_forward(50_000)
    await expect(screen.locator(".idle")).to_be_visible()
    assert await focus_unseen(screen) == []
