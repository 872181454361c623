"""One draft open in two tabs of a phone: nothing is handed in unseen, nothing typed is lost (article 11)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Route, expect

from models.applications import State
from models.store import Document
from tests.browser.test_citizen_pages import Phone, phone_of
from tests.files import photo
from tests.house.applying import draft
from tests.house.town import Town

pytestmark = [pytest.mark.browser, pytest.mark.article("11.receipt")]
UNCOVERED = """selector => {
  const field = document.querySelector(selector), box = field.getBoundingClientRect();
  return document.elementFromPoint(box.x + box.width / 2, box.bottom - 2) === field;
}"""


@pytest.fixture
async def tabs(town: Town, chromium: Chromium) -> AsyncIterator[tuple[Phone, Phone, str]]:
    """Two tabs of one person, and the draft, of which nothing is missing."""
    citizen = await town.citizen("王小明")
    path = await draft(citizen)
    await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())
    one = await phone_of(town, chromium, citizen, "chinese")
    two = Phone(town, one.context, await one.context.new_page(), "chinese")
    yield one, two, path
    assert one.faults + two.faults == []
    await one.context.close()


async def kept(town: Town, path: str) -> Document:
    found = await town.services.applications.get(path.split("/")[2])
    return {"state": found["state"], **town.services.applications.answers(found)}


async def test_what_the_other_tab_saved_is_not_handed_in_unseen(
    tabs: tuple[Phone, Phone, str], town: Town
) -> None:
    one, two, path = tabs
    await one.open(f"{path}/confirm")
    await two.open(f"{path}/form")
    await two.page.fill("#address", "番禺区桥南街2号")
    await two.page.wait_for_selector("#saved:has-text('已自动保存')")
    await one.page.check("#promise")
    await one.page.click("form[action$=confirm] button")
    await expect(one.page.locator(".card_warn")).to_contain_text("番禺区桥南街2号")
    await one.look("what has changed since it was confirmed")
    assert (await kept(town, path))["state"] == State.DRAFT
    assert not await one.page.is_checked("#promise")
    await one.page.check("#promise")
    await one.page.click("form[action$=confirm] button")
    await one.page.wait_for_url("**/receipt")
    assert (await kept(town, path))["address"] == "番禺区桥南街2号"


async def test_a_promise_is_for_the_page_on_which_it_was_ticked(tabs: tuple[Phone, Phone, str]) -> None:
    one, _, path = tabs
    await one.open(f"{path}/confirm")
    await one.page.check("#promise")
    await one.open(f"{path}/form")
    await one.page.fill("#address", "番禺区桥南街3号")
    await one.page.wait_for_selector("#saved:has-text('已自动保存')")
    await one.page.go_back()
    await expect(one.page.locator("main")).to_contain_text("番禺区桥南街3号")
    assert not await one.page.is_checked("#promise")


async def test_who_writes_in_both_tabs_chooses_and_loses_nothing(
    tabs: tuple[Phone, Phone, str], town: Town
) -> None:
    one, two, path = tabs
    for tab in (one, two):
        await tab.open(f"{path}/form")
        assert not await tab.page.query_selector("[name=name]")
    await two.page.fill("#landlord", "何生")
    await two.page.wait_for_selector("#saved:has-text('已自动保存')")
    await one.page.fill("#address", "番禺区桥南街2号")
    await expect(one.page.locator("#saved.bad")).to_contain_text("刚在别处改过")
    await expect(one.page.locator("#saved.bad")).to_contain_text("刚填的内容还没有保存")
    assert await one.page.evaluate(UNCOVERED, "#address")
    await one.page.fill("#address", "番禺区桥南街3号")
    await one.look("it says so and stops")
    await one.page.wait_for_timeout(1200)
    assert (await kept(town, path))["address"] == "番禺区市桥街繁华路1号"
    await one.page.get_by_role("button", name="对比两处内容").click()
    await expect(one.page.get_by_role("heading", level=1)).to_have_text("核对两处内容")
    await one.look("the two beside each other")
    await one.page.check("[name=use-landlord][value=kept]")
    await one.page.get_by_role("button", name="按所选内容保存并继续").click()
    await one.page.wait_for_url("**/materials")
    found = await kept(town, path)
    assert (found["address"], found["landlord"]) == ("番禺区桥南街3号", "何生")


async def test_one_tab_saves_one_after_the_other_and_the_latest_stays(
    tabs: tuple[Phone, Phone, str], town: Town
) -> None:
    """Also when the first save is slow, and its answer is lost."""
    one, _, path = tabs
    sent: list[str] = []
    hold = asyncio.Event()

    async def slow(route: Route) -> None:
        sent.append(route.request.post_data or "")
        if len(sent) == 1:
            await hold.wait()
            await route.fetch()  # it arrives, but its answer does not
            return await route.abort()
        return await route.continue_()

    await one.open(f"{path}/form")
    await one.page.route("**/draft", slow)
    async with one.page.expect_request("**/draft"):
        await one.page.fill("#address", "番禺区桥南街2号")
    await one.page.fill("#address", "番禺区桥南街2号之一")
    await one.page.wait_for_timeout(1200)
    assert len(sent) == 1  # the second waits for the first
    await one.page.fill("#address", "番禺区桥南街3号")
    await one.page.click("form.form > button.weui-btn_primary")
    hold.set()
    await one.page.wait_for_url("**/materials")
    found = await kept(town, path)
    assert (found["state"], found["address"]) == (State.DRAFT, "番禺区桥南街3号")


async def test_what_is_not_saved_is_said_beside_the_field_and_tried_again(
    tabs: tuple[Phone, Phone, str], town: Town
) -> None:
    """The sentence does not cover the field that is being written in, with large text neither."""
    one, _, path = tabs
    await one.context.add_cookies([{"name": "elder", "value": "1", "url": town.url}])
    fails = True

    async def trouble(route: Route) -> None:
        if fails:
            return await route.fulfill(status=503, json={"message": "系统正在恢复，请稍等几秒再试"})
        return await route.continue_()

    await one.open(f"{path}/form")
    await one.page.route("**/draft", trouble)
    await one.page.fill("#landlord", "何生")
    await expect(one.page.locator("#saved.bad")).to_contain_text("刚填的内容还没有保存")
    assert await one.page.evaluate(UNCOVERED, "#landlord")
    fails = False
    await expect(one.page.locator("#saved")).to_contain_text("已自动保存", timeout=10_000)
    assert (await kept(town, path))["landlord"] == "何生"
