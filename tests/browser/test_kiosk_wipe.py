"""Nothing of a person stays at a kiosk when their session ends: in no cookie, store, cache, history, form or
memory of the browser, and in no log of the service. The device's key stays (article 20.1)."""

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Error, Page, async_playwright, expect

from models.people import Party
from tests.browser.conftest import OPTIONS
from tests.browser.screens import home, join, press
from tests.browser.test_kiosk_device import HELD
from tests.house.clock import Clock
from tests.house.guides import USCC, api_guide
from tests.house.kiosks import Kiosked, kiosked
from tests.house.people import new_number, new_phone
from tests.house.whole import Whole, opened

pytestmark = [pytest.mark.browser, pytest.mark.article("20.1", "23.3"), pytest.mark.timeout(240)]
ITEM = f"{USCC}{78:013}"
OFFERED = api_guide(item=ITEM, channels=["h5", "kiosk", "window"])
DATABASES = ["panyu-kiosk"]
"""The device's own."""
HOLDS = """async () => {
  return {
    databases: (await indexedDB.databases()).map(one => one.name), caches: await caches.keys(),
    stored: localStorage.length + sessionStorage.length, referrer: document.referrer, name: window.name,
    state: history.state, page: document.documentElement.outerHTML,
    fields: [...document.querySelectorAll("input:not([type=hidden]), textarea")].map(one => one.value),
  };
}"""
REMEMBER = """() => window.remembered = [document.documentElement.outerHTML,
  ...[...document.querySelectorAll("input, textarea")].map(one => one.value)].map(one => `${one} `)"""
"""All of a page is also in its scripts' memory, as a careless script would leave it."""


@pytest.fixture(scope="module")
async def whole(mongo_uri: str, database: Any) -> AsyncIterator[Whole]:
    """At the time of the browser's own clock."""
    clock = Clock()
    clock.set(datetime.now(UTC))
    async with opened(mongo_uri, database, clock) as whole:
        yield whole


@pytest.fixture(scope="module")
async def kiosks(whole: Whole) -> Kiosked:
    made = await kiosked(whole.town)
    await whole.town.publish(OFFERED)
    return made


@dataclass
class Visit:
    """A session at the kiosk; `planted` is what is to be found nowhere after it, and `seen` what of it the
    screen has shown."""

    page: Page
    party: Party
    pairing: str
    planted: dict[str, str]
    seen: set[str] = field(default_factory=set)

    def found_in(self, text: str) -> set[str]:
        return {what for what, words in self.planted.items() if words in text}

    async def remember(self) -> None:
        self.seen |= self.found_in("\n".join(await self.page.evaluate(REMEMBER)))


async def heap(page: Page) -> str:
    """All strings in the memory of the page's scripts, and of what they hold."""
    session, parts = await page.context.new_cdp_session(page), list[str]()
    session.on("HeapProfiler.addHeapSnapshotChunk", lambda event: parts.append(event["chunk"]))
    await session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    await session.detach()
    return "\n".join(json.loads("".join(parts))["strings"])


async def history(page: Page) -> str:
    """The addresses and titles to which the browser could go back or on."""
    session = await page.context.new_cdp_session(page)
    found = await session.send("Page.getNavigationHistory")
    await session.detach()
    return json.dumps(found, ensure_ascii=False)


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Chromium]:
    """As it stands in a hall: with its memory of pages that one may come back to."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=OPTIONS,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        await browser.close()


@pytest.fixture(scope="module")
async def screen(whole: Whole, kiosks: Kiosked, chromium: Chromium) -> AsyncIterator[Page]:
    """Of a kiosk that was activated once, for all sessions."""
    context = await chromium.new_context(viewport={"width": 1080, "height": 1920}, has_touch=True)
    context.set_default_timeout(15_000)
    page, faults = await context.new_page(), list[str]()
    page.on("pageerror", lambda error: faults.append(str(error)))
    kiosk = await kiosks.placed_one()
    code = await kiosks.stores.activations.issue(kiosk["_id"], *kiosks.who("digital"))
    await page.goto(f"{whole.town.url}/kiosk/activate#code={code}")
    await page.wait_for_url(f"{whole.town.url}/kiosk")
    await home(page)
    yield page
    assert faults == []
    await context.close()


async def written(visit: Visit) -> None:
    """The form, one group of questions a screen."""
    page, planted = visit.page, visit.planted
    await expect(page.get_by_role("heading", level=1)).to_have_text("申请人信息")
    await visit.remember()
    await press(page, "保存并继续")
    await page.get_by_label("现住址").fill(planted["address"])
    await page.get_by_label("租赁").check()
    await press(page, "保存并继续")  # with a fault, which is said
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_label("现住址")).to_have_value(planted["address"])
    await page.get_by_label("出租人姓名").fill(planted["landlord"])
    await visit.remember()
    await press(page, "保存并继续")
    await expect(page.get_by_role("heading", level=1)).to_have_text("材料")


async def visited(whole: Whole, page: Page, number: int) -> Visit:
    """A whole session, from the form to the review, whose words are still being written."""
    town = whole.town
    name, phone, credential = f"欧阳梓{'萱涵岚'[number]}", new_phone(), new_number()
    party = await town.applicant(name, number=credential, phone=phone)
    desk = town.desk(party)
    key = (await desk.begun(OFFERED))["_id"]
    planted = {
        "name": name,
        "number": credential,
        "phone": phone,
        "address": f"番禺区大石街朝阳东路{number}号之八",
        "landlord": f"司徒景{'行云山'[number]}",
        "file": f"居住证照片{number}.pdf",
        "sought": f"ZHUZHAI{number}",
        "review": f"窗口的同志很耐心{number}",
    }
    pairing = await join(page, town, party, f"/applications/{key}/form")
    [planted["token"]] = [one["value"] for one in await page.context.cookies() if one["name"] == "person"]
    visit = Visit(page, party, pairing, planted)
    await written(visit)
    await desk.attach(key, "permit", await town.file(party.id, key, "permit", f"居住证照片{number}"))
    await expect(page.get_by_text(planted["file"])).to_be_visible()  # by itself
    await visit.remember()
    await page.get_by_role("link", name="下一步").tap()
    await page.locator("#promise").check()
    await visit.remember()
    await press(page, "提交申请")
    await expect(page.get_by_role("heading", level=1)).to_have_text("申请回执")
    planted["serial"] = (await page.locator(".serial").inner_text()).strip()
    await visit.remember()
    await page.get_by_role("link", name="返回首页").tap()
    words = f"{planted['sought']} {credential}"  # as somebody types who takes one field for another
    await page.locator("#q").fill(words)
    await press(page, "查找")
    await page.wait_for_url("**/kiosk/guides?q=*")
    await expect(page.locator("#q")).to_have_value(words)
    await visit.remember()
    await town.staff.accept(key)
    await town.staff.approve(key)
    await page.get_by_role("link", name="返回首页").tap()
    await home(page)
    await page.evaluate("address => location.replace(address)", f"/kiosk/applications/{key}/review")
    await page.get_by_label("还想说的话").fill(planted["review"])
    await visit.remember()
    return visit


async def asked(screen: Page, script: str) -> Any:
    """What a script answers; anew where the page went to the next one meanwhile."""
    for _ in range(3):
        try:
            return await screen.evaluate(script)
        except Error as error:
            if "context was destroyed" not in error.message:
                raise
            await home(screen)
    return await screen.evaluate(script)


async def by_hand(_whole: Whole, visit: Visit) -> None:
    await visit.page.get_by_role("link", name="结束使用").tap()


async def by_idling(_whole: Whole, visit: Visit) -> None:
    await visit.page.evaluate("const now = Date.now; Date.now = () => now() + 61_000")


async def by_phone(whole: Whole, visit: Visit) -> None:
    by = whole.town.by(f"account:{visit.party.account}")
    await whole.town.stores.paired.end_by_phone(visit.pairing, visit.party.account, by)


ENDS = (by_hand, by_idling, by_phone)


@pytest.mark.parametrize("number", range(len(ENDS)))
async def test_nothing_of_a_session_stays(whole: Whole, screen: Page, number: int) -> None:
    device = await screen.evaluate(HELD)
    visit = await visited(whole, screen, number)
    assert visit.planted.keys() - visit.seen == {"token"}, "all else is seen at the kiosk"
    assert visit.found_in(await heap(screen)) >= {"review"}, "it is seen while it is there"
    await ENDS[number](whole, visit)
    await home(screen)
    assert visit.found_in(await history(screen)) == set()
    for step in ("", "history.back()", "history.forward()", "location.reload()"):
        if step:
            await screen.evaluate(step)
            await screen.wait_for_timeout(1500)
            await home(screen)
        held = await asked(screen, HOLDS)
        assert (held["databases"], held["caches"], held["stored"]) == (DATABASES, [], 0), step
        assert visit.found_in(json.dumps(held, ensure_ascii=False)) == set(), step
        assert not any(held["fields"]), step
    kept = await screen.context.storage_state(indexed_db=True)
    assert visit.found_in(json.dumps(kept, ensure_ascii=False)) == set()
    assert not {"person", "pairing", "session"} & {one["name"] for one in kept["cookies"]}
    assert visit.found_in(await heap(screen)) == set()
    logged = "\n".join(str(dict(line)) for line in whole.logged)
    assert "/kiosk/applications/{id}/confirm" in logged
    assert visit.found_in(logged) == set()
    assert (await asked(screen, HELD))["kiosk"] == device["kiosk"]
