"""Whoever has left a kiosk is signed out: after a minute, after three where the phone is waited for. Who
types is there, and so is whose photo arrives; what they typed stays (articles 20.1 and 23.4)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, Route, expect

from models.applications import State
from tests.browser.album import Album
from tests.browser.screens import home, join, press
from tests.browser.standing import stand
from tests.files import a_pdf
from tests.house.guides import USCC, rich_guide
from tests.house.town import Town
from tests.looks import serious

pytestmark = [pytest.mark.browser, pytest.mark.article("20.1", "23.4")]
OFFERED = rich_guide(item=f"{USCC}{80:013}", channels=["h5", "kiosk", "window"])
RIGHT = "番禺区桥南街2号"


@pytest.fixture
async def screen(town: Town, chromium: Chromium) -> AsyncIterator[Page]:
    context = await chromium.new_context(
        viewport={"width": 1920, "height": 1080}, has_touch=True, service_workers="block"
    )
    context.set_default_timeout(15_000)
    page, faults = await context.new_page(), list[str]()
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.clock.install()
    await stand(context, town)
    yield page
    assert faults == []
    await context.close()


async def later(screen: Page, seconds: int) -> None:
    await screen.clock.fast_forward(seconds * 1000)


async def test_who_waits_for_the_phone_has_three_minutes(town: Town, screen: Page) -> None:
    album, party = Album("kiosk-idle"), await town.applicant()
    desk, warning = town.desk(party), screen.locator(".idle")
    key = (await desk.submitted(OFFERED))["_id"]
    await town.staff.request_supplement(key, ["permit"], ["address"], "照片不清楚，地址不全")
    town.clock.advance(timedelta(minutes=1))
    await join(screen, town, party, f"/applications/{key}/supplement")
    await screen.get_by_label("现住址").fill(RIGHT)
    await screen.wait_for_timeout(500)  # until the page has scrolled to it, as a hand would have done
    await later(screen, 160)
    await expect(warning).to_be_hidden()
    await later(screen, 8)
    await expect(warning).to_be_visible()
    assert 0 < int(await screen.locator(".idle__count").inner_text()) <= 15
    assert await serious(screen) == []
    await album.snap(screen, "warning")
    await desk.attach(key, "permit", await town.file(party.id, key, "permit", content=a_pdf("清楚的照片")))
    await expect(screen.locator(".papers__have")).to_be_visible()
    await expect(warning).to_be_hidden()
    await expect(screen.get_by_label("现住址")).to_have_value(RIGHT)
    await album.snap(screen, "arrived")
    await press(screen, "提交补正")
    await screen.wait_for_url(f"{town.url}/kiosk/applications/{key}")
    now = await desk.get(key)
    assert (now["state"], (await desk.present(now))["address"]) == (State.SUBMITTED, RIGHT)


async def test_who_types_is_there_and_who_has_left_is_not(town: Town, screen: Page) -> None:
    party = await town.applicant()
    begun = await town.desk(party).begun(OFFERED)
    await join(screen, town, party, f"/applications/{begun['_id']}/form")
    await later(screen, 50)
    await expect(screen.locator(".idle")).to_be_visible()
    await screen.keyboard.press("Shift")
    await expect(screen.locator(".idle")).to_be_hidden()
    await later(screen, 44)
    await expect(screen.locator(".idle")).to_be_hidden()
    await later(screen, 17)
    await home(screen)
    assert "person" not in {one["name"] for one in await screen.context.cookies()}


async def holding(screen: Page) -> asyncio.Event:
    """The end of the session is answered once this is set."""
    let = asyncio.Event()

    async def hold(route: Route) -> None:
        await let.wait()
        await route.fallback()

    await screen.route("**/kiosk/end", hold)
    return let


async def seen_after(screen: Page, let: asyncio.Event) -> set[str]:
    """The pages that are shown from now on, until nobody is served."""
    shown: set[str] = set()  # a page also tells of its own `replaceState`
    screen.on("framenavigated", lambda frame: shown.add(urlsplit(frame.url).path))
    await screen.wait_for_timeout(4000)  # longer than a form waits until it is sent once more
    let.set()
    await home(screen)
    return shown


async def test_a_step_that_waited_for_the_network_is_not_taken_after_the_end(
    town: Town, screen: Page
) -> None:
    party = await town.applicant()
    begun = await town.desk(party).begun(OFFERED)
    await join(screen, town, party, f"/applications/{begun['_id']}/form")
    await screen.context.set_offline(True)
    await press(screen, "保存并继续")
    await expect(screen.locator(".offline")).to_be_visible()
    await screen.get_by_role("link", name="结束使用").first.tap()
    await expect(screen.locator(".paused")).to_be_visible()
    let = await holding(screen)
    await screen.context.set_offline(False)
    assert await seen_after(screen, let) == {"/kiosk"}


async def test_a_code_that_goes_with_the_end_does_not_come_back(town: Town, screen: Page) -> None:
    await screen.goto(f"{town.url}/kiosk/sign-in?next=/kiosk/applications")
    await press(screen, "显示二维码")
    await expect(screen.locator("[data-state=asked]")).to_be_visible()
    let = await holding(screen)
    await screen.get_by_role("link", name="结束使用").first.tap()
    [asked] = await town.stores.pairings.documents.find({"state": "asked"}).to_list()
    await town.stores.pairings.end(asked["_id"], {}, town.by())
    assert await seen_after(screen, let) == {"/kiosk"}


async def test_a_code_that_runs_out_without_a_network_is_shown_to_be_over_later(
    town: Town, screen: Page
) -> None:
    """The browser's own page of a fault would stay until somebody comes."""
    await screen.goto(f"{town.url}/kiosk/sign-in")
    await press(screen, "显示二维码")
    await expect(screen.locator("[data-state=asked]")).to_be_visible()
    await screen.context.set_offline(True)
    town.clock.advance(timedelta(seconds=121))
    await later(screen, 121)
    await screen.wait_for_timeout(1000)
    await expect(screen.locator("[data-state=asked]")).to_be_visible()
    await screen.context.set_offline(False)
    await expect(screen.get_by_role("alert")).to_have_text("这个码已过期。")
