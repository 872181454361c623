"""The kiosk by keyboard alone: signed in by six digits, a form, its handing in, the end (article 23.5)."""

from collections.abc import AsyncIterator
from typing import Literal

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Locator, Page, expect

from handlers.web import pairing
from models.applications import State
from tests.browser.screens import home
from tests.browser.standing import stand
from tests.house.guides import USCC, rich_guide
from tests.house.town import Town

pytestmark = [pytest.mark.browser, pytest.mark.article("20.5", "23.5")]
OFFERED = rich_guide(item=f"{USCC}{82:013}", channels=["h5", "kiosk", "window"])
MOST = 60
"""Steps from one end of a page to the other."""


@pytest.fixture
async def screen(town: Town, chromium: Chromium) -> AsyncIterator[Page]:
    """Without a finger."""
    context = await chromium.new_context(viewport={"width": 1920, "height": 1080}, service_workers="block")
    context.set_default_timeout(15_000)
    page = await context.new_page()
    await stand(context, town)
    yield page
    await context.close()


async def reached(screen: Page, target: Locator) -> None:
    """The focus goes there, step by step."""
    await expect(target).to_be_visible()
    for _ in range(MOST):
        if await target.evaluate("one => one === document.activeElement"):
            return
        await screen.keyboard.press("Tab")
    pytest.fail(f"no key leads to {target}")


async def pressed(screen: Page, name: str, kind: Literal["button", "link"] = "button") -> None:
    await reached(screen, screen.get_by_role(kind, name=name, exact=True).first)
    await screen.keyboard.press("Enter")


async def typed(screen: Page, label: str, text: str) -> None:
    await reached(screen, screen.get_by_label(label))
    await screen.keyboard.type(text)


async def titled(screen: Page, text: str) -> None:
    await expect(screen.get_by_role("heading", level=1)).to_have_text(text)


async def test_an_application_from_the_sign_in_to_the_end(
    town: Town, screen: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "LOOK_SECONDS", 0.2)
    party = await town.applicant()
    desk, pairings, by = town.desk(party), town.stores.pairings, town.by(f"account:{party.account}")
    key = (await desk.begun(OFFERED))["_id"]
    await desk.attach(key, "permit")
    offered = await pairings.offer(party.account, f"/kiosk/applications/{key}/form", by)
    await screen.goto(f"{town.url}/kiosk/continue")
    await typed(screen, "手机上显示的六位数字", pairings.short_of(offered["_id"]))
    await pressed(screen, "继续")
    digits = await screen.locator(".pairing__digits").inner_text()
    await pairings.give(offered["_id"], party.account, digits, by)
    await titled(screen, "申请人信息")
    await pressed(screen, "保存并继续")
    await titled(screen, "居住信息")
    await typed(screen, "现住址", "番禺区市桥街繁华路1号")
    await reached(screen, screen.get_by_role("radio").first)
    await screen.keyboard.press("ArrowDown")
    await expect(screen.get_by_label("租赁")).to_be_checked()
    await typed(screen, "出租人姓名", "李四")
    await pressed(screen, "保存并继续")
    await titled(screen, "材料")
    await pressed(screen, "下一步：核对提交", "link")
    await titled(screen, "请核对后提交")
    await reached(screen, screen.locator("#promise"))
    await screen.keyboard.press("Space")
    await pressed(screen, "提交申请")
    await titled(screen, "申请回执")
    assert (await desk.get(key))["state"] is State.SUBMITTED
    await pressed(screen, "结束使用", "link")
    await home(screen)
    assert "person" not in {one["name"] for one in await screen.context.cookies()}
