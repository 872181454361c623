"""The kiosk's screen, upright and on its side: nothing lies over what is typed, and all can be touched."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from models.kiosks import Kiosk
from models.kiosks.document import OutageCause
from tests.browser.standing import stand
from tests.house.applying import serial_of, submitted
from tests.house.guides import USCC, plain_guide
from tests.house.kiosks import kiosked
from tests.house.town import Town
from tests.looks import focus_unseen, serious

pytestmark = [pytest.mark.browser, pytest.mark.article("23.3")]
TYPED = "form.search :is(label, input:not([type=hidden]), button, .fault)"
FORMATS = {"portrait": (1080, 1920), "landscape": (1920, 1080)}
MANY = 12
WHOLE = """all => all.filter(e => e.getClientRects().length).flatMap(e => {
  const r = e.getBoundingClientRect();
  const corners = [r.x + 2, r.right - 2].flatMap(x => [r.y + 2, r.bottom - 2].map(y => [x, y]));
  const tops = corners.map(([x, y]) => document.elementFromPoint(x, y));
  return tops.every(top => top && (e.contains(top) || top.contains(e))) ? [] : [e.outerHTML.slice(0, 80)];
})"""
"""Those of which a corner is off the screen, or under something else."""
SMALL = """all => all.filter(e => e.getClientRects().length)
  .filter(e => e.offsetHeight < 60 || e.offsetWidth < 60)
  .map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture(params=FORMATS)
async def screen(town: Town, chromium: Chromium, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    width, height = FORMATS[request.param]
    context = await chromium.new_context(viewport={"width": width, "height": height}, has_touch=True)
    page = await context.new_page()
    page.set_default_timeout(10_000)
    await stand(context, town)
    await page.goto(f"{town.url}/kiosk")
    yield page
    await context.close()


@pytest.mark.article("20.5")
@pytest.mark.parametrize("path", ["", "/guides", "/guides?q=zzzz", "/progress"])
async def test_keys_lie_over_nothing(screen: Page, town: Town, path: str) -> None:
    await screen.goto(f"{town.url}/kiosk{path}")
    form = screen.locator("form.search")
    await form.locator("[data-pad]").tap()
    await expect(screen.locator(".pad")).to_be_visible()
    for parts in (
        TYPED,
        ".pad button",
        ".foot :is(a, .help)",
    ):
        assert await screen.locator(parts).evaluate_all(WHOLE) == [], parts
    assert await screen.locator("a, button, input:not([type=hidden])").evaluate_all(SMALL) == []
    assert await focus_unseen(screen) == []
    assert await serious(screen) == []


@pytest.mark.article("20.5")
async def test_a_fault_stays_in_sight_with_the_keys(screen: Page, town: Town) -> None:
    await screen.goto(f"{town.url}/kiosk/progress")
    await screen.locator("#serial").fill("2026112400")
    await screen.get_by_role("button", name="查询").tap()
    await expect(screen.get_by_role("alert")).to_be_visible()
    await expect(screen.locator(".pad")).to_be_visible()
    for parts in (TYPED, ".foot .help"):
        assert await screen.locator(parts).evaluate_all(WHOLE) == [], parts


@pytest.mark.article("13.serial")
async def test_a_scanned_receipt_shows_its_progress(screen: Page, town: Town) -> None:
    """Wherever the screen was touched last, and whatever was typed before."""
    serial = await serial_of(town, await submitted(await town.citizen()))
    await screen.goto(f"{town.url}/kiosk/progress")
    await screen.locator("#serial").fill("2026112400")
    await screen.get_by_role("button", name="查询").tap()
    await screen.locator(".main h1").tap()
    await screen.keyboard.type(f"{town.url}/verify/{serial}".upper())
    await screen.keyboard.press("Enter")
    await expect(screen.get_by_role("heading", name="已提交，待受理")).to_be_visible()


@pytest.mark.article("23.4")
async def test_the_way_back_leads_to_the_same_place(screen: Page, town: Town) -> None:
    for number in range(MANY):
        await town.publish(plain_guide(item=f"{USCC}{900 + number:013}", name=f"事项之{number}"))
    await screen.goto(f"{town.url}/kiosk/guides?q=事项之")
    last = screen.locator(".list li").last
    name = await last.locator("strong").inner_text()
    await last.locator("a").tap()
    await expect(screen.get_by_role("heading", level=1)).to_have_text(name)
    await screen.get_by_role("link", name="返回查找结果").tap()
    await expect(screen.locator("#q")).to_have_value("事项之")
    assert await screen.get_by_role("link", name=name).evaluate_all(WHOLE) == []


@pytest.fixture(scope="module")
async def broken(town: Town) -> Kiosk:
    """One that is under repair."""
    kiosks = await kiosked(town)
    return await kiosks.fault((await kiosks.in_service())["_id"], OutageCause.OWN)


@pytest.mark.article("21.4")
async def test_all_of_a_kiosk_that_has_stopped_is_in_sight(screen: Page, town: Town, broken: Kiosk) -> None:
    await stand(screen.context, town, broken)
    await screen.goto(f"{town.url}/kiosk")
    await expect(screen.get_by_role("heading", name="暂停服务")).to_be_visible()
    await expect(screen.get_by_role("heading", name="最近可以办事的网点")).to_be_visible()
    assert await screen.locator(".stop > *, .touch, .foot .help").evaluate_all(WHOLE) == []
    assert await serious(screen) == []
