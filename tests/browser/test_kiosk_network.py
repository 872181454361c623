"""The network goes at each step of a submission at a kiosk: before it, when the service has taken it but not
answered, and after it. What was typed stays and it goes on by itself; it is one application with one receipt
(article 23.4)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, Request, Route, expect

from models.applications import State
from tests.browser.album import ARTIFACTS, Album
from tests.browser.screens import join, press
from tests.browser.standing import stand
from tests.browser.test_kiosk_formats import WHOLE
from tests.house.guides import USCC, rich_guide
from tests.house.town import Town
from tests.looks import picture, serious

pytestmark = [pytest.mark.browser, pytest.mark.article("23.4")]
ITEM = f"{USCC}{79:013}"
OFFERED = rich_guide(item=ITEM, channels=["h5", "kiosk", "window"])
CUT = "网络中断，刚才填的都还在；网络恢复后会自动继续，请稍候"
AT = ("before", "during", "after")
STEPS = ("**/kiosk/state", "**/form?part=*", "**/confirm")
ADDRESS, LANDLORD = "番禺区市桥街繁华路1号", "李四"


@pytest.fixture
async def screen(town: Town, chromium: Chromium) -> AsyncIterator[Page]:
    context = await chromium.new_context(
        viewport={"width": 1080, "height": 1920}, has_touch=True, service_workers="block"
    )
    context.set_default_timeout(15_000)
    page, faults = await context.new_page(), list[str]()
    page.on("pageerror", lambda error: faults.append(str(error)))
    await stand(context, town)
    yield page
    assert faults == []
    await context.close()


@asynccontextmanager
async def cut(screen: Page, at: str) -> AsyncIterator[None]:
    """The network goes at this moment of the step that is taken meanwhile. It is back when that was said."""
    lost: list[Request] = []

    async def lose(route: Route) -> None:
        """The service has taken it; its answer is lost on the way."""
        if lost or route.request.resource_type != "fetch":
            return await route.fallback()
        lost.append(route.request)
        await route.fetch(max_redirects=0)
        return await route.abort()

    if at == "before":
        await screen.context.set_offline(True)
    elif at == "during":
        for address in STEPS:
            await screen.route(address, lose)
    yield
    if at == "after":
        return
    await expect(screen.locator(".offline")).to_have_text(CUT)
    await expect(screen.locator(".offline")).to_be_visible()
    await screen.context.set_offline(False)
    assert len(lost) == (at == "during")
    await screen.unroute_all(behavior="wait")


async def left_alone(screen: Page, at: str) -> None:
    """Without a network the page stays as it is, and goes on when there is one."""
    if at == "after":
        await screen.context.set_offline(True)
        await screen.wait_for_timeout(2500)
        await screen.context.set_offline(False)


async def kept(screen: Page) -> str:
    """What the browser would still have after a loss of power."""
    stored = await screen.evaluate("JSON.stringify([localStorage, sessionStorage, history.state])")
    return str(stored) + str(await screen.context.storage_state(indexed_db=True))


@pytest.mark.parametrize("at", AT)
async def test_it_is_one_application(town: Town, screen: Page, at: str) -> None:
    party = await town.applicant()
    desk = town.desk(party)
    begun = await desk.begun(OFFERED)
    await desk.attach(begun["_id"], "permit")
    album = Album(f"kiosk-network-{at}")
    await join(screen, town, party, f"/applications/{begun['_id']}/form")
    shown = screen.get_by_role("heading", level=1)
    await expect(shown).to_have_text("申请人信息")
    async with cut(screen, at):
        await press(screen, "保存并继续")
    await expect(shown).to_have_text("居住信息")
    await left_alone(screen, at)
    await screen.get_by_label("现住址").fill(ADDRESS)
    await screen.get_by_label("租赁").check()
    await screen.get_by_label("出租人姓名").fill(LANDLORD)
    async with cut(screen, at):
        await press(screen, "保存并继续")
        if at == "before":
            await expect(screen.get_by_label("现住址")).to_have_value(ADDRESS)
            await expect(screen.locator(".offline")).to_be_visible()
            assert ADDRESS not in await kept(screen)
            assert await screen.locator(".foot :is(a, .help)").evaluate_all(WHOLE) == []
            assert await serious(screen) == []
            await album.snap(screen, "cut")
    await expect(shown).to_have_text("材料")
    await left_alone(screen, at)
    async with cut(screen, at):
        await screen.get_by_role("link", name="下一步").tap()
    await expect(shown).to_have_text("请核对后提交")
    await left_alone(screen, at)
    await screen.locator("#promise").check()
    async with cut(screen, at):
        await press(screen, "提交申请")
    await expect(shown).to_have_text("申请回执")
    serial = (await screen.locator(".serial").inner_text()).strip()
    await album.snap(screen, "receipt")
    now = await town.stores.applications.documents.find({"applicant": party.id}).to_list()
    assert [(one["state"], one["serial"]) for one in now] == [(State.SUBMITTED, serial)]
    done = [line["what"] for line in now[0]["timeline"]]
    assert done == ["application.started", "application.submitted"]
    answers = await desk.present(now[0])
    assert (answers["address"], answers["landlord"]) == (ADDRESS, LANDLORD)


async def test_what_is_refused_is_sent_once(town: Town, screen: Page) -> None:
    """Its answer takes the place of the page, which works as before; meanwhile nothing can be changed."""
    party = await town.applicant()
    begun = await town.desk(party).begun(OFFERED)
    await join(screen, town, party, f"/applications/{begun['_id']}/form")
    await press(screen, "保存并继续")
    sent: list[Request] = []
    inert: list[bool] = []

    async def slow(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request)
            inert.append(await screen.locator("#main").evaluate("main => main.inert"))
        await route.fallback()

    await screen.get_by_label("现住址").fill(ADDRESS)
    await screen.get_by_label("租赁").check()
    await screen.route("**/form?part=2", slow)
    await press(screen, "保存并继续")
    await expect(screen.get_by_role("alert")).to_be_focused()
    assert (len(sent), inert) == (1, [True])
    await screen.get_by_label("自有").check()
    await expect(screen.get_by_label("出租人姓名")).to_be_hidden()
    await screen.get_by_label("租赁").check()
    await screen.get_by_label("出租人姓名").fill(LANDLORD)
    await press(screen, "保存并继续")
    await expect(screen.get_by_role("heading", level=1)).to_have_text("材料")
    assert len(sent) == 2
    await screen.goto(f"{town.url}/kiosk/progress")
    await screen.locator("#serial").fill("A1")
    await press(screen, "查询")
    await expect(screen.locator("#serial")).to_be_focused()
    await expect(screen.locator(".pad")).to_be_visible()
    await screen.locator(".pad").get_by_role("button", name="7", exact=True).tap()
    await expect(screen.locator("#serial")).to_have_value("A17")


async def test_a_page_that_cannot_be_loaded_is_tried_again_by_itself(town: Town, chromium: Chromium) -> None:
    """The browser's own page would lead nobody on; what is shown instead has the number for help."""
    context = await chromium.new_context(viewport={"width": 1080, "height": 1920})
    await stand(context, town)
    page = await context.new_page()
    await page.goto(f"{town.url}/kiosk/guides")
    await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    await context.set_offline(True)
    await page.goto(f"{town.url}/kiosk/guides?q=jzz")
    await expect(page.get_by_role("heading")).to_have_text("网络中断")
    await expect(page.get_by_text(town.services.site.help_phone)).to_be_visible()
    await picture(page, ARTIFACTS / "kiosk" / "no-network.png")
    assert await serious(page) == []
    await context.set_offline(False)
    await expect(page.locator("#main")).to_be_visible()
    assert page.url == f"{town.url}/kiosk/guides?q=jzz"
    await context.close()
