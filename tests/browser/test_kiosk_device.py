"""A browser as the device of a kiosk: activated in one step, known by its key, and done for with it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from models.kiosks import CommandName, Kiosk, State
from models.kiosks.document import OutageCause
from tests.browser.test_kiosk_formats import FORMATS, SMALL
from tests.house.clock import Clock
from tests.house.kiosks import Kiosked, kiosked
from tests.house.town import Town
from tests.house.whole import opened
from tests.looks import focus_unseen, serious

pytestmark = [pytest.mark.browser, pytest.mark.article("23.3")]
HELD = """change => navigator.locks.request("panyu-kiosk", async () => {
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  if (change?.next) change.next = await crypto.subtle.generateKey(curve, false, ["sign", "verify"]);
  const asked = indexedDB.open("panyu-kiosk");
  await new Promise(done => asked.onsuccess = done);
  const store = asked.result.transaction("held", "readwrite").objectStore("held");
  const got = store.get("device");
  await new Promise(done => got.onsuccess = done);
  if (change) await new Promise(done => store.put({ ...got.result, ...change }, "device").onsuccess = done);
  asked.result.close();
  const { kiosk, key, next, skew, due } = got.result;
  const taken = await crypto.subtle.exportKey("pkcs8", key.privateKey).then(() => true, () => false);
  return { kiosk, taken, extractable: key.privateKey.extractable, offered: Boolean(next), skew, due };
})"""
"""What the device holds in its browser, before a change to it, while its pages do nothing; with `next: true`
there is a new key."""
HOME, GONE, UNKNOWN = "您好，请问要办什么事？", "停止服务", "此屏幕还没有激活为自助终端"


@pytest.fixture(scope="module")
async def town(mongo_uri: str, database: Any) -> AsyncIterator[Town]:
    """With all its doors, at the time of the browser's own clock."""
    clock = Clock()
    clock.set(datetime.now(UTC))
    async with opened(mongo_uri, database, clock) as whole:
        yield whole.town


@pytest.fixture(scope="module")
async def kiosks(town: Town) -> Kiosked:
    return await kiosked(town)


@pytest.fixture
async def screen(chromium: Chromium) -> AsyncIterator[Page]:
    width, height = FORMATS["portrait"]
    context = await chromium.new_context(viewport={"width": width, "height": height}, has_touch=True)
    context.set_default_timeout(15_000)
    page, faults = await context.new_page(), list[str]()
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    assert faults == []
    await context.close()


async def code_of(kiosks: Kiosked, kiosk: Kiosk) -> str:
    return await kiosks.stores.activations.issue(kiosk["_id"], *kiosks.who("digital"))


async def activated(town: Town, kiosks: Kiosked, screen: Page) -> Kiosk:
    """By the link of READY's table. The clock of the house is the browser's."""
    town.clock.set(datetime.now(UTC))
    kiosk = await kiosks.placed_one()
    await screen.goto(f"{town.url}/kiosk/activate#code={await code_of(kiosks, kiosk)}")
    await screen.wait_for_url(f"{town.url}/kiosk")
    await expect(screen.get_by_role("heading", level=1)).to_have_text(HOME)
    return await kiosks.get(kiosk["_id"])


async def heading(screen: Page, text: str) -> None:
    await expect(screen.get_by_role("heading", level=1)).to_have_text(text)


async def test_activated_in_one_step_and_for_all_sessions(town: Town, kiosks: Kiosked, screen: Page) -> None:
    """Its key cannot be taken out of the browser; twenty visitors come and go on one activation."""
    kiosk = await activated(town, kiosks, screen)
    assert kiosk["state"] is State.IN_SERVICE
    held = await screen.evaluate(HELD)
    assert (held["kiosk"], held["taken"], held["extractable"]) == (kiosk["_id"], False, False)
    await screen.reload()
    for _ in range(20):
        await screen.goto(f"{town.url}/kiosk/guides")
        await screen.get_by_role("link", name="结束使用").tap()
        await screen.wait_for_url(f"{town.url}/kiosk")
        await heading(screen, HOME)
    assert await screen.evaluate("localStorage.length + sessionStorage.length") == 0
    assert (await screen.evaluate(HELD))["kiosk"] == kiosk["_id"]
    now = await kiosks.get(kiosk["_id"])
    assert now["device_key"] == kiosk["device_key"]
    assert await town.services.heartbeats.find(kiosk["_id"])


async def test_a_session_that_lapsed_comes_back_by_itself(town: Town, kiosks: Kiosked, screen: Page) -> None:
    """As after a night without power: the key is there, the cookie is not."""
    await activated(town, kiosks, screen)
    await screen.context.clear_cookies()
    await screen.evaluate(HELD, {"opened": 0})
    await screen.goto(f"{town.url}/kiosk/progress")
    await heading(screen, "进度查询")
    assert screen.url == f"{town.url}/kiosk/progress"


async def test_a_revoked_kiosk_says_so_until_it_is_activated_anew(
    town: Town, kiosks: Kiosked, screen: Page
) -> None:
    """Where somebody stands, with what they typed: the next heartbeat takes it off the screen."""
    kiosk = await activated(town, kiosks, screen)
    await screen.goto(f"{town.url}/kiosk/progress")
    await screen.locator("#serial").fill("2026112400")
    await town.services.devices.revoke(kiosk["_id"], *kiosks.who("digital"))
    await screen.evaluate(HELD, {"due": 0})
    await heading(screen, GONE)
    await expect(screen.get_by_role("heading", name="最近可以办事的网点")).to_be_visible()
    assert (await town.services.kiosk_sessions.documents.count_documents({"kiosk": kiosk["_id"]})) >= 1
    await screen.goto(f"{town.url}/kiosk/guides")
    await heading(screen, GONE)
    await screen.get_by_role("link", name="激活（工作人员）").tap()
    await screen.locator("#code").tap()
    await screen.locator(".pad").get_by_role("button", name="7", exact=True).tap()
    await screen.get_by_role("button", name="激活").tap()
    await expect(screen.locator("#fault")).to_have_text("激活码不正确、已过期或已使用")
    await screen.locator(".pad").get_by_role("button", name="清空").tap()
    for key in await code_of(kiosks, kiosk):
        await screen.locator(".pad").get_by_role("button", name=key, exact=True).tap()
    await screen.get_by_role("button", name="激活").tap()
    await screen.wait_for_url(f"{town.url}/kiosk")
    await heading(screen, HOME)


@pytest.mark.article("21.4")
async def test_a_kiosk_out_of_service_stays_the_kiosk(town: Town, kiosks: Kiosked, screen: Page) -> None:
    kiosk = await activated(town, kiosks, screen)
    await kiosks.fault(kiosk["_id"], OutageCause.OWN)
    await screen.goto(f"{town.url}/kiosk/guides")
    await heading(screen, "暂停服务")
    await town.services.keeping.repair(kiosk["_id"], *kiosks.who("centre"))
    await screen.goto(f"{town.url}/kiosk")
    await heading(screen, HOME)


async def test_it_does_what_a_page_can(town: Town, kiosks: Kiosked, screen: Page) -> None:
    """And says in words what it cannot; meanwhile its key changes, and the page goes on."""
    kiosk = await activated(town, kiosks, screen)
    for name in (CommandName.NEW_KEY, CommandName.LOGS, CommandName.RESTART, CommandName.RELOAD):
        await town.services.commands.order(kiosk["_id"], name, "", *kiosks.who("digital"))
    async with screen.expect_navigation():
        await screen.evaluate(HELD, {"due": 0})
    await heading(screen, HOME)
    store, told, sent = town.services.device_answers, {}, {}
    for one in await store.latest(kiosk["_id"]):
        whole = await store.view(kiosk["_id"], one["_id"], *kiosks.who("digital"))
        told[one["name"]], sent[one["name"]] = one["outcome"].value, store.opened(whole)[0]
    assert told == {"new_key": "done", "logs": "done", "restart": "failed", "reload": "done"}
    assert "activated" in sent[CommandName.LOGS]
    assert sent[CommandName.RESTART] == "浏览器不能执行这个指令"
    now = await kiosks.get(kiosk["_id"])
    assert now["device_key"]["spki"] != kiosk["device_key"]["spki"]
    assert now["commands"] == []


async def test_a_wrong_clock_and_a_lost_offer_cost_nothing(town: Town, kiosks: Kiosked, screen: Page) -> None:
    """The clock is an hour fast; a new key was made, and the power went before it was offered."""
    kiosk = await activated(town, kiosks, screen)
    await screen.evaluate(HELD, {"skew": 3_600_000, "next": True, "due": 0})
    for _ in range(100):
        held = await screen.evaluate(HELD)
        if held["due"]:
            break
        await screen.wait_for_timeout(200)
    assert abs(held["skew"]) < 60_000
    assert not held["offered"]
    assert (await kiosks.get(kiosk["_id"]))["device_key"] == kiosk["device_key"]
    await screen.reload()
    await heading(screen, HOME)


@pytest.mark.usefixtures("kiosks")
async def test_pages_of_a_screen_that_is_no_kiosk(town: Town, screen: Page) -> None:
    """Upright and on its side, in both languages."""
    await screen.goto(f"{town.url}/kiosk/place/district")
    await heading(screen, UNKNOWN)
    for language in ("中文", "English"):
        if language == "English":
            await screen.get_by_role("button", name="English").tap()
            await expect(screen.locator("html")).to_have_attribute("lang", "en")
        for (width, height), path in product(FORMATS.values(), ("/kiosk", "/kiosk/activate")):
            await screen.set_viewport_size({"width": width, "height": height})
            await screen.goto(f"{town.url}{path}")
            assert await serious(screen) == []
            assert await screen.locator("a, button, input:not([type=hidden])").evaluate_all(SMALL) == []
            assert await focus_unseen(screen) == []
