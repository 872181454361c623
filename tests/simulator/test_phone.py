"""The phone in a real browser: chat, menu, pages, scanning, short messages, cookies; and axe."""

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
import qrcode
from playwright.async_api import Page, async_playwright, expect
from tornado.web import Application, RequestHandler
from wechatpy.replies import TextReply

from tests.house.server import serving
from tests.looks import AXE, focus_unseen
from tests.simulator.conftest import Peer, Service

pytestmark = pytest.mark.browser

NOTICE = {"thing1": {"value": "您的实名认证已转绑"}, "time2": {"value": "2026年11月24日 10:00"}}


class _Pages(RequestHandler):
    """A page of the service: its number, whose cookie it has, and a link to the next."""

    def get(self) -> None:
        number = int(self.get_query_argument("n", "1"))
        if name := self.get_query_argument("name", ""):
            self.set_cookie("session", name)
        self.write(
            f"<!doctype html><title>{number}</title><h1>第{number}页</h1>"
            f"<p>我是{name or self.get_cookie('session', '谁')}</p><a href='/?n={number + 1}'>下一页</a>"
        )


@pytest.fixture
async def pages() -> AsyncIterator[str]:
    async with serving(Application([("/", _Pages)])) as url:
        yield url


@pytest.fixture
async def page(peer: Peer, pages: str, service: Service) -> AsyncIterator[Page]:
    """The phone, with a menu and a service that answers."""
    service.answer = lambda message: TextReply(
        content=f'<a href="{pages}/?n=5">第五页</a>', message=message
    ).render()
    guides = {"type": "view", "name": "办事指南", "url": f"{pages}/"}
    ask = {"type": "click", "name": "帮助", "key": "help"}
    await peer.api("menu/create", {"button": [{"name": "办事", "sub_button": [guides]}, ask]})
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = await browser.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
        await page.goto(peer.url)
        yield page
        assert faults == []
        await browser.close()


async def take(page: Page, person: str) -> None:
    await page.get_by_test_id(f"person-{person}").click()
    await expect(page.get_by_test_id("phone")).to_have_attribute("data-person", person)


async def follow(page: Page) -> None:
    await page.get_by_test_id("conversation").click()
    await page.get_by_test_id("follow").click()
    await expect(page.get_by_test_id("message")).to_have_count(1)


async def axe(page: Page) -> list[dict[str, Any]]:
    await page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = await page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa']})")
    return [{"id": each["id"], "html": each["nodes"][0]["html"]} for each in found["violations"]]


async def test_chat_menu_and_pages_that_go_back(page: Page, peer: Peer) -> None:
    await take(page, "li")
    await follow(page)
    await page.get_by_test_id("menu-1").click()
    await expect(page.get_by_test_id("message")).to_have_count(2)
    await page.get_by_test_id("toggle").click()
    await page.get_by_test_id("message-input").fill("居住证")
    await page.get_by_test_id("message-input").press("Enter")
    await expect(page.get_by_test_id("message")).to_have_count(4)
    await page.get_by_role("link", name="第五页").last.click()
    frame = page.frame_locator("iframe")
    await expect(frame.get_by_role("heading")).to_have_text("第5页")
    await expect(page.get_by_test_id("webview-back")).to_be_disabled()
    for number in (6, 7):
        await frame.get_by_role("link").click()
        await expect(frame.get_by_role("heading")).to_have_text(f"第{number}页")
    for number in (6, 5):
        await page.get_by_test_id("webview-back").click()
        await expect(frame.get_by_role("heading")).to_have_text(f"第{number}页")
    await expect(page.get_by_test_id("webview-back")).to_be_disabled()
    await page.get_by_test_id("webview-close").click()
    await page.get_by_test_id("toggle").click()
    await page.get_by_test_id("menu-0").click()
    await page.get_by_test_id("menu-0-0").click()
    await expect(frame.get_by_role("heading")).to_have_text("第1页")
    events = [getattr(message, "event", message.type) for message in peer.service.heard]
    assert events == ["subscribe", "click", "text", "view"]


async def test_notices_and_short_messages_come_by_themselves(page: Page, peer: Peer, pages: str) -> None:
    await take(page, "li")
    await follow(page)
    message = {"touser": await peer.openid("li"), "template_id": "TM_REBINDING", "url": f"{pages}/?n=9"}
    await peer.api("message/template/send", message | {"data": NOTICE})
    card = page.get_by_test_id("template-card")
    await expect(card).to_contain_text("账号安全提醒")
    await card.click()
    await expect(page.frame_locator("iframe").get_by_role("heading")).to_have_text("第9页")
    await page.get_by_test_id("webview-close").click()
    await page.get_by_test_id("chat-back").click()
    sent = peer.running.simulator.aliyun.send_sms(
        {
            "PhoneNumbers": "13900010002",
            "SignName": "番禺政务",
            "TemplateCode": "SMS_CODE",
            "TemplateParam": '{"code": "271828"}',
        }
    )
    assert sent["Code"] == "OK"
    await expect(page.locator("#sms-badge")).to_have_text("1")
    await page.get_by_test_id("tab-sms").click()
    await expect(page.get_by_test_id("sms")).to_contain_text("271828")
    await expect(page.locator("#sms-badge")).to_be_hidden()


async def test_codes_are_scanned_from_pictures_and_words(page: Page, peer: Peer, pages: str) -> None:
    await take(page, "li")
    picture = BytesIO()
    qrcode.make(f"{pages}/?n=3").save(picture)
    file: Any = {"name": "code.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    await page.get_by_test_id("tab-scan").click()
    await page.get_by_test_id("scan-file").set_input_files([file])
    await expect(page.frame_locator("iframe").get_by_role("heading")).to_have_text("第3页")
    await page.get_by_test_id("webview-close").click()
    scene = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "kiosk-7"}}}
    code = await peer.api("qrcode/create", scene)
    await page.get_by_test_id("scan-text").fill(code["url"])
    await page.get_by_test_id("scan-go").click()
    await expect(page.get_by_test_id("message")).to_have_count(1)
    assert peer.service.heard[0].scene_id == "kiosk-7"


async def test_everybody_has_a_phone_of_their_own(page: Page, peer: Peer, pages: str) -> None:
    async def visit(address: str) -> str:
        await page.get_by_test_id("tab-scan").click()
        await page.get_by_test_id("scan-text").fill(address)
        await page.get_by_test_id("scan-go").click()
        words = await page.frame_locator("iframe").get_by_role("paragraph").inner_text()
        await page.get_by_test_id("webview-close").click()
        return words

    async def change(person: str) -> None:
        await page.get_by_test_id("tab-me").click()
        await page.get_by_test_id("switch-person").click()
        await take(page, person)

    await take(page, "li")
    assert await visit(f"{pages}/?name=li") == "我是li"
    await change("wang")
    assert await visit(f"{pages}/") == "我是谁"
    assert await visit(f"{pages}/?name=wang") == "我是wang"
    await change("li")
    assert await visit(f"{pages}/") == "我是li"


@pytest.mark.parametrize("width", [1100, 390])
async def test_it_is_accessible_and_fits(page: Page, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 844})
    await page.get_by_test_id("person-smith").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("phone")).to_have_attribute("data-person", "smith")
    assert await axe(page) == []
    assert await focus_unseen(page) == []
    for tab in ("tab-scan", "tab-sms", "tab-me"):
        await page.get_by_test_id(tab).click()
        assert await axe(page) == []
        assert await focus_unseen(page) == []
    await page.get_by_test_id("tab-chat").click()
    await follow(page)
    await page.get_by_test_id("menu-0").press("Enter")
    await expect(page.get_by_test_id("menu-0-0")).to_be_visible()
    assert await axe(page) == []
    assert await focus_unseen(page) == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("menu-0-0")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
