"""Signing in on a phone: back, reload, an address fetched twice, a page that has expired; what was typed
stays.
"""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from models.store import Database
from tests.browser.test_citizen_pages import Phone, phone_of
from tests.house.applying import draft
from tests.house.browser import Browser
from tests.house.server import serving
from tests.house.town import Town, opened

pytestmark = pytest.mark.browser
KNOWN: dict[str, str] = {}
"""What WeChat knows of the visitor: `openid`."""


class WeChatsDoor(RequestHandler):
    """Sends everybody back at once, as WeChat does with whom it knows."""

    def get(self) -> None:
        town: Town = self.settings["town"]
        self.redirect(town.url + town.back_from_wechat(str(self.request.uri), KNOWN["openid"]))


@pytest.fixture(scope="module")
async def town(database: Database) -> AsyncIterator[Town]:
    app = Application([("/connect/oauth2/authorize", WeChatsDoor)])
    async with serving(app, bind_unused_port()) as url, opened(database, url) as town:
        app.settings["town"] = town
        yield town


@pytest.fixture
async def stranger(town: Town, chromium: Chromium) -> AsyncIterator[Phone]:
    """The phone of a person who has not signed in."""
    phone = await phone_of(town, chromium, town.browser(), "chinese")
    KNOWN["openid"] = "openid-on-the-phone"
    yield phone
    assert phone.faults == []
    await phone.context.close()


async def openid_of(town: Town, citizen: Browser) -> str:
    session = await town.services.sessions.find(citizen.cookies["session"], "account", town.by())
    assert session
    account = await town.services.accounts.get(session["subject"].removeprefix("account:"))
    return account["openid"]


def at(page: Page) -> str:
    """Its address without what WeChat's leaves at the end."""
    return page.url.removesuffix("#wechat_redirect")


async def test_going_back_and_reloading(stranger: Phone) -> None:
    page, town = stranger.page, stranger.town
    await stranger.open("/halls")
    await stranger.open("/me")
    assert at(page) == f"{town.url}/binding?next=%2Fme"
    await page.go_back()
    assert at(page) == f"{town.url}/halls"
    await page.go_forward()
    await page.reload()
    assert at(page) == f"{town.url}/binding?next=%2Fme"
    arrival = f"{town.url}/sign-in/wechat?next=%2Fhalls&code=used&state=used"
    await page.goto(arrival)
    assert at(page) == f"{town.url}/halls"
    await stranger.context.clear_cookies()
    await page.goto(arrival)
    assert at(page) == f"{town.url}/halls"
    assert await page.inner_text("h1") == "办事网点"


async def test_what_to_do_without_cookies_is_said(stranger: Phone) -> None:
    await stranger.open("/sign-in/wechat?next=%2Fme&again=1")
    await expect(stranger.page.get_by_role("heading", level=1)).to_have_text("登录没有完成，请重新登录")


async def test_an_expired_page_is_sent_again(town: Town, chromium: Chromium) -> None:
    citizen = await town.citizen()
    phone = await phone_of(town, chromium, citizen, "chinese")
    await phone.open("/enterprises")
    await phone.page.fill("#name", "番禺小店有限公司")
    await phone.page.fill("#number", "123")
    await phone.context.clear_cookies(name="_xsrf")
    await phone.page.get_by_role("button", name="申请代办").click()
    await expect(phone.page.get_by_role("heading", level=1)).to_contain_text("页面已过期")
    await phone.look("expired")
    await phone.page.get_by_role("button", name="再提交一次").click()
    await expect(phone.page.locator("#error")).to_contain_text("统一社会信用代码应为18位")
    await expect(phone.page.locator("#name")).to_have_value("番禺小店有限公司")
    assert phone.faults == []
    await phone.context.close()


@pytest.mark.parametrize("lost", [("session",), ("session", "_xsrf")])
async def test_what_was_typed_comes_back_after_signing_in(
    town: Town, chromium: Chromium, lost: tuple[str, ...]
) -> None:
    citizen = await town.citizen()
    path = f"{await draft(citizen)}/form"
    phone = await phone_of(town, chromium, citizen, "chinese")
    KNOWN["openid"] = await openid_of(town, citizen)
    await phone.open(path)
    await phone.page.route("**/draft", lambda route: route.abort())  # nothing is saved by itself
    for name in lost:
        await phone.context.clear_cookies(name=name)
    await phone.page.fill("#address", "番禺区桥南街8号")
    await phone.page.check("[name=housing][value=rent]")
    await phone.page.fill("#landlord", "何生")
    await phone.page.evaluate("document.querySelector('form.form').submit()")
    link = phone.page.get_by_role("link", name="重新登录")
    await link.wait_for()
    await phone.look("signed out")
    await phone.page.unroute("**/draft")
    await link.click()
    await expect(phone.page.locator("#address")).to_have_value("番禺区桥南街8号")
    await expect(phone.page.locator("#landlord")).to_have_value("何生")
    await expect(phone.page.locator("main [role=status]").first).to_contain_text("已经填回")
    await phone.page.wait_for_selector("#saved:has-text('已自动保存')")
    await phone.look("filled in again")
    assert await phone.page.evaluate("sessionStorage.length") == 0
    assert phone.faults == []
    await phone.context.close()


async def test_a_promise_is_ticked_anew(town: Town, chromium: Chromium) -> None:
    citizen = await town.citizen()
    path = f"{await draft(citizen)}/confirm"
    phone = await phone_of(town, chromium, citizen, "chinese")
    KNOWN["openid"] = await openid_of(town, citizen)
    await phone.open(path)
    await phone.context.clear_cookies(name="session")
    await phone.page.check("[name=how][value=courier]")
    await phone.page.fill("#address", "番禺区桥南街8号")
    await phone.page.check("#promise")
    await phone.page.click("form[action$=confirm] button")
    await phone.page.get_by_role("link", name="重新登录").click()
    await expect(phone.page.locator("#address")).to_have_value("番禺区桥南街8号")
    await expect(phone.page.locator("#promise")).not_to_be_checked()
    await phone.context.close()


async def test_asking_for_a_code_without_a_session(stranger: Phone) -> None:
    await stranger.open("/binding")
    await stranger.page.fill("#name", "何晓彤")
    await stranger.page.fill("#phone", "13900139000")
    await stranger.context.clear_cookies(name="session")
    await stranger.page.click("[data-code]")
    await stranger.page.get_by_role("link", name="重新登录").click()
    await stranger.page.wait_for_url("**/binding*")
    await expect(stranger.page.locator("#name")).to_have_value("何晓彤")


async def test_another_language_keeps_what_was_typed(town: Town, chromium: Chromium) -> None:
    citizen = await town.citizen()
    phone = await phone_of(town, chromium, citizen, "chinese")
    await phone.open("/enterprises")
    await phone.page.fill("#name", "番禺小店有限公司")
    await phone.page.select_option("#credential", "organization:uscc")
    await phone.page.get_by_role("button", name="English").click()
    await expect(phone.page.locator("html")).to_have_attribute("lang", "en")
    await expect(phone.page.locator("#name")).to_have_value("番禺小店有限公司")
    await expect(phone.page.locator("#credential")).to_have_value("organization:uscc")
    await phone.look("in English")
    assert phone.faults == []
    await phone.context.close()


@pytest.mark.parametrize("scripts", [True, False])
async def test_another_language_while_binding(town: Town, chromium: Chromium, scripts: bool) -> None:
    visitor = town.browser()
    await visitor.sign_in(f"openid-language-{scripts}")
    phone = await phone_of(town, chromium, visitor, "chinese", java_script_enabled=scripts)
    await phone.page.goto(f"{town.url}/binding?next=/appointments")
    await phone.page.fill("#name", "何晓彤")
    await phone.page.fill("#phone", "13912345678")
    await phone.page.get_by_role("button", name="大字版").click()
    await phone.page.get_by_role("button", name="English").click()
    await expect(phone.page.locator("html")).to_have_class(re.compile("elder"))
    await expect(phone.page.locator("html")).to_have_attribute("lang", "en")
    await expect(phone.page.locator("#name")).to_have_value("何晓彤")
    look = phone.page.locator("details.look")
    await expect(look.locator("summary")).to_contain_text("139****5678")
    await expect(phone.page.locator("#phone")).not_to_be_visible()
    await look.locator("summary").click()
    await expect(phone.page.locator("#phone")).to_have_value("13912345678")
    assert await phone.page.input_value("[name=next] >> nth=-1") == "/appointments"
    assert phone.faults == []
    await phone.context.close()
