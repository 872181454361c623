"""The whole path of one citizen, on real parts: from the first scan to the review.

The demo runs as its users run it; the phone is the simulator's, the staff panel a second browser. Pictures
of each step are kept in artifacts/journey.
"""

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from PIL import Image
from playwright.async_api import Browser, FrameLocator, Page, async_playwright, expect

from tests.files import photo
from tests.looks import picture
from tests.wechat_backend.demo.test_supervisor import ready, start
from wechat_backend.demo import env as demo_env

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PICTURES = Path(__file__).parents[2] / "artifacts" / "journey"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=zh-CN"]
ITEM = "老年人优待证"
CHEN = {"name": "陈建国", "number": "440113194803120530", "phone": "13900010001"}


@dataclass
class Stage:
    """The running demo with a phone and a desk; `shoot` keeps a picture."""

    url: str
    simulator: str
    password: str
    phone: Page
    desk: Page
    faults: list[str] = field(default_factory=list)
    count: int = 0

    @property
    def view(self) -> FrameLocator:
        return self.phone.frame_locator("[data-testid=webview-frame]")

    async def shoot(self, page: Page, name: str) -> None:
        self.count += 1
        await picture(page, PICTURES / f"{self.count:02}-{name}.png")

    async def control(self, path: str) -> list[dict[str, Any]]:
        """What the control API lists."""
        raw = await asyncio.to_thread(lambda: urlopen(f"{self.simulator}/control/{path}").read())  # noqa: S310
        listed = json.loads(raw)
        return list(listed if isinstance(listed, list) else next(iter(listed.values())))

    async def eventually(self, path: str, count: int, serial: str = "") -> list[dict[str, Any]]:
        """What is listed, or reported of one serial number, once there are `count` of them, and a little
        later, when no more may have come."""

        async def listed() -> list[dict[str, Any]]:
            found = await self.control(path)
            of = ("serial", "projectNo")
            return [one for one in found if not serial or serial in map(one["body"].get, of)]

        for _ in range(100):
            if len(await listed()) >= count:
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(1.0)
        found = await listed()
        assert len(found) == count, found
        return found


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    data = tmp_path_factory.mktemp("journey")
    process = start(data)
    try:
        running = await asyncio.to_thread(ready, process)
        env = demo_env.read(data / "demo.env")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
            yield await _stage(browser, running.url, env)
            await browser.close()
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        with process:
            pass


async def _stage(browser: Browser, url: str, env: dict[str, str]) -> Stage:
    small = await browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    wide = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    phone, desk = await small.new_page(), await wide.new_page()
    stage = Stage(url, env["PANYU_WECHAT_API_URL"], env["PANYU_DEMO_STAFF_PASSWORD"], phone, desk)
    for page in (phone, desk):
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: stage.faults.append(str(error)))
    return stage


@pytest.mark.article("9.doors", "11.forms", "11.genuine", "17.review", "17.system", "12.3")
async def test_from_the_first_scan_to_the_review(stage: Stage) -> None:
    await follows(stage)
    await finds_the_guide(stage)
    await chooses_a_time_unbound(stage)
    await binds(stage)
    await books(stage)
    serial = await applies(stage)
    await gets_the_receipt_once(stage, serial)
    await scans_the_receipt(stage, serial)
    await staff_accept_and_conclude(stage, serial)
    await hears_of_it_once(stage, serial)
    await reviews(stage, serial)
    await books_in_the_chat(stage)
    assert stage.faults == []


async def follows(stage: Stage) -> None:
    phone = stage.phone
    await phone.goto(stage.simulator)
    await phone.get_by_test_id("person-chen").click()
    await phone.get_by_test_id("conversation").click()
    await phone.get_by_test_id("follow").click()
    await expect(phone.get_by_test_id("message")).to_have_count(1)
    await expect(phone.get_by_test_id("menu-0")).to_be_visible()
    await stage.shoot(phone, "welcome")


async def menu(stage: Stage, button: int, entry: int) -> None:
    if await stage.phone.get_by_test_id("webview-close").is_visible():
        await stage.phone.get_by_test_id("webview-close").click()
    await stage.phone.get_by_test_id(f"menu-{button}").click()
    await stage.phone.get_by_test_id(f"menu-{button}-{entry}").click()


async def finds_the_guide(stage: Stage) -> None:
    """By the initials of its pinyin, without having signed in."""
    view = stage.view
    await menu(stage, 0, 0)
    await view.get_by_role("searchbox").fill("jlk")
    await view.get_by_role("searchbox").press("Enter")
    await expect(view.get_by_role("link", name="一次性创业资助")).to_have_count(0)
    await stage.shoot(stage.phone, "search")
    await view.get_by_role("link", name=ITEM).first.click()
    await expect(view.get_by_role("heading", level=1)).to_contain_text(ITEM)
    await stage.shoot(stage.phone, "guide")


async def chooses_a_time_unbound(stage: Stage) -> None:
    """A form that leads to WeChat's sign-in, at another origin, and on to binding."""
    view = stage.view
    await view.get_by_role("link", name="预约大厅").first.click()
    halls = view.locator("a[href*='hall=']")  # the guide's own page names the halls too
    await halls.filter(has_text="番禺区政务服务中心").click()
    await view.locator(".day").nth(2).click()
    await view.locator(".slot:not(.slot_full)").first.click()
    await view.get_by_role("button", name="下一步").click()
    await expect(view.get_by_role("heading", level=1)).to_have_text("实名认证")


async def binds(stage: Stage) -> None:
    """Booking asks for the real name first, and goes on with the chosen time; the code comes by SMS."""
    view = stage.view
    for name in ("name", "number", "phone"):
        await view.locator(f"#{name}").fill(CHEN[name])
    await view.get_by_role("button", name="获取验证码").click()
    sms = await stage.eventually("sms?person=chen", 1)
    await view.locator("#code").fill(sms[0]["parameters"]["code"])
    await view.locator("#consent").check()
    await stage.shoot(stage.phone, "binding")
    await view.get_by_role("button", name="提交认证").click()
    await expect(view.get_by_role("status")).to_contain_text("还没有约上")
    await stage.shoot(stage.phone, "chosen-before")


async def books(stage: Stage) -> None:
    view = stage.view
    await menu(stage, 0, 1)
    await view.locator("input[name=q]").fill("敬老卡")
    await view.locator("input[name=q]").press("Enter")
    await view.get_by_role("link", name=ITEM).first.click()
    await view.get_by_role("link", name="番禺区政务服务中心").click()
    await view.locator(".day").nth(2).click()
    await expect(view.locator(".slot").first).to_be_visible()
    await stage.shoot(stage.phone, "slots")
    await view.locator(".slot:not(.slot_full)").first.click()
    await view.get_by_role("button", name="确认预约").click()
    await expect(view.get_by_role("heading", level=1)).to_have_text("已预约")
    await stage.shoot(stage.phone, "booked")
    sent = await stage.eventually("template-messages?person=chen", 1)
    assert sent[0]["template"] == "TM_APPOINTMENT"


async def applies(stage: Stage) -> str:
    view = stage.view
    await menu(stage, 0, 0)
    await view.get_by_role("searchbox").fill(ITEM)
    await view.get_by_role("searchbox").press("Enter")
    await view.get_by_role("link", name=ITEM).first.click()
    await view.get_by_role("link", name="在线办理").click()
    await view.get_by_role("button", name="开始填写").click()
    await expect(view.locator(".known")).to_contain_text(CHEN["name"])
    await expect(view.locator("#name")).to_have_count(0)
    await view.locator("#address").fill("番禺区沙湾街道紫坭村1号")
    await view.get_by_label("遗失补领").check()
    await view.locator("#lost_on").fill("2026-11-01")
    await view.locator("#bus").get_by_label("是", exact=True).check()
    await stage.shoot(stage.phone, "form")
    await view.get_by_role("button", name="保存并继续").click()
    await view.locator("#file-id_card").set_input_files(
        {"name": "id.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    await expect(view.locator(".kept__name")).to_be_visible()
    await stage.shoot(stage.phone, "material")
    await view.get_by_role("link", name="下一步").click()
    await view.get_by_label("电子结果").check()
    await view.locator("#promise").check()
    await stage.shoot(stage.phone, "confirm")
    await view.get_by_role("button", name="提交申请").click()
    await expect(view.get_by_role("heading", level=1)).to_have_text("申请回执")
    await expect(view.locator(".qr img")).to_have_js_property("complete", True)
    await stage.shoot(stage.phone, "receipt")
    return (await view.locator("dd.code").first.inner_text()).strip()


async def gets_the_receipt_once(stage: Stage, serial: str) -> None:
    """By WeChat and by SMS; the e-form page has every field of article 11."""
    text = await stage.view.locator("main").inner_text()
    for part in (serial, "陈**", ITEM, "民政局", "身份证件", "已提交", "全流程网办"):
        assert part in text
    templates = await stage.eventually("template-messages?person=chen", 2)
    assert [one["template"] for one in templates] == ["TM_APPOINTMENT", "TM_RECEIPT"]
    assert serial in json.dumps(templates[1]["data"])
    sms = await stage.eventually("sms?person=chen", 2)
    assert [one["template"] for one in sms] == ["SMS_CODE", "SMS_RECEIPT"]


async def scans_the_receipt(stage: Stage, serial: str) -> None:
    """Somebody else's phone scans the QR and sees that the receipt is genuine."""
    code = await picture(stage.view.locator(".qr img"))
    await stage.phone.get_by_test_id("webview-close").click()
    if await stage.phone.get_by_test_id("chat-back").is_visible():
        await stage.phone.get_by_test_id("chat-back").click()
    await stage.phone.get_by_test_id("tab-scan").click()
    await stage.phone.get_by_test_id("scan-file").set_input_files(
        {"name": "qr.png", "mimeType": "image/png", "buffer": code}
    )
    await expect(stage.view.get_by_text(serial)).to_be_visible()
    await expect(stage.view.locator("main")).to_contain_text("真实")
    await stage.shoot(stage.phone, "genuine")


async def staff_accept_and_conclude(stage: Stage, serial: str) -> None:
    desk = stage.desk
    await desk.goto(f"{stage.url}/admin")
    await desk.get_by_label("用户名").fill("civil")
    await desk.get_by_label("密码").fill(stage.password)
    await stage.shoot(desk, "panel-sign-in")
    await desk.get_by_role("button", name="登录").click()
    await stage.shoot(desk, "panel-queue")
    await desk.get_by_role("link", name=serial).click()
    await stage.shoot(desk, "panel-application")
    await desk.get_by_role("button", name="予以受理").click()
    await expect(desk.locator(".status")).to_contain_text("已受理")
    await desk.locator("input[name=decision][value=approved]").check()
    await desk.get_by_role("button", name="下一步").click()
    await expect(desk.get_by_role("alert")).to_contain_text("须先上传")
    await desk.locator("input[name=deliverable]").set_input_files(
        {"name": "敬老卡.pdf", "mimeType": "application/pdf", "buffer": a_pdf()}
    )
    await stage.shoot(desk, "panel-conclude")
    await desk.get_by_role("button", name="下一步").click()
    await stage.shoot(desk, "panel-confirm")
    await desk.get_by_role("button", name="确认办结").click()
    await expect(desk.locator(".status")).to_contain_text("已办结")
    await stage.shoot(desk, "panel-concluded")


def a_pdf() -> bytes:
    page = BytesIO()
    Image.new("RGB", (400, 300), "white").save(page, "PDF")
    return page.getvalue()


async def hears_of_it_once(stage: Stage, serial: str) -> None:
    """Each notice once, by WeChat; the government's systems are told as well."""
    templates = await stage.eventually("template-messages?person=chen", 4)
    assert [one["template"] for one in templates[2:]] == ["TM_PROGRESS", "TM_PROGRESS"]
    assert len(await stage.control("sms?person=chen")) == 2
    told = [one["body"]["state"] for one in await stage.eventually("acceptance", 3, serial)]
    assert sorted(told) == ["accepted", "concluded", "submitted"]
    await stage.phone.get_by_test_id("webview-close").click()
    await stage.phone.get_by_test_id("tab-chat").click()
    await stage.phone.get_by_test_id("conversation").click()
    await stage.shoot(stage.phone, "notices")
    await stage.phone.get_by_test_id("template-card").last.click()
    await expect(stage.view.get_by_role("heading", level=1)).to_have_text("已办结")
    await stage.shoot(stage.phone, "concluded")


async def reviews(stage: Stage, serial: str) -> None:
    """A bad review without a reason is refused; with one it goes on to the 好差评 system."""
    view = stage.view
    await view.get_by_role("link", name="评价这次服务").click()
    await view.locator("label.face_2").click()
    await view.get_by_role("button", name="提交评价").click()
    await expect(view.get_by_role("alert")).to_contain_text("原因")
    await stage.shoot(stage.phone, "review-refused")
    await view.locator("#words").fill("窗口和网上说法不一致")
    await view.get_by_role("button", name="提交评价").click()
    await expect(view.get_by_role("heading", level=1)).to_have_text("感谢您的评价")
    await stage.shoot(stage.phone, "reviewed")
    [pushed] = await stage.eventually("reviews", 1, serial)
    assert pushed["body"]["satisfaction"] == "2"


@dataclass(frozen=True)
class Phrases:
    """What is said and heard in one language."""

    item: str
    book: str
    mine: str
    back: str
    day: str
    time: str
    confirm: str
    number: str
    view: str
    what: str
    check: str
    moved: str
    sure: str
    cancelled: str


CHINESE = Phrases(
    *("居住证签注", "预约", "我的预约", "0 返回", "哪一天", "几点", "回复1确认", "预约号", "回复数字查看"),
    *("要做什么", "请核对新的时间", "改期成功", "确定取消", "已取消预约"),
)
ENGLISH = Phrases(
    *(
        "Residence Permit",
        "book",
        "my appointments",
        "0 Back",
        "Which day",
        "What time",
        "Reply 1 to confirm",
        "Number",
    ),
    *("reply with a number to see", "What would you like to do", "Please check the new time", "Moved"),
    *("Cancel this appointment", "The appointment is cancelled"),
)


async def books_in_the_chat(stage: Stage) -> None:
    """By numbers alone: booked, moved and cancelled again, without a page, in either language."""
    phone = stage.phone
    await phone.get_by_test_id("webview-close").click()
    await phone.get_by_test_id("toggle").click()
    for name, known in {"chinese": CHINESE, "english": ENGLISH}.items():
        items = await says(stage, known.book, known.back)
        await says(stage, number_of(known.item, items), known.day)
        await says(stage, "2", known.time)
        await says(stage, "1", known.confirm)
        assert (await says(stage, "1", known.number)).startswith("预约成功")
        await stage.shoot(phone, f"booked-in-the-chat-{name}")
        mine = await says(stage, known.mine, known.view)
        await says(stage, number_of(known.item, mine), known.what)
        await says(stage, "1", known.day)
        await says(stage, "3", known.time)
        await says(stage, "1", known.check)
        await says(stage, "1", known.moved)
        mine = await says(stage, known.mine, known.view)
        await says(stage, number_of(known.item, mine), known.what)
        await says(stage, "2", known.sure)
        await says(stage, "1", known.cancelled)
        await stage.shoot(phone, f"cancelled-in-the-chat-{name}")


async def says(stage: Stage, words: str, part: str) -> str:
    """The account's answer, which has a part."""
    messages = stage.phone.locator("[data-testid=message][data-from=account][data-kind=text]")
    before = await messages.count()
    await stage.phone.get_by_test_id("message-input").fill(words)
    await stage.phone.get_by_test_id("send").click()
    await expect(messages).to_have_count(before + 1)
    await expect(messages.last).to_contain_text(part)
    return await messages.last.inner_text()


def number_of(name: str, listed: str) -> str:
    """The number before an entry of a list."""
    found = re.search(rf"(\d)\. [^\n]*{name}", listed)
    assert found, listed
    return found[1]
