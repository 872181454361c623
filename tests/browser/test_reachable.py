"""A member's phone and own WeChat, on real parts: the demo, its simulator's phone, the panel beside it.

Pictures of each step are kept in artifacts/reachable.
"""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.looks import picture, serious
from tests.wechat_backend.demo.test_supervisor import control, ready, start
from wechat_backend.demo import env as demo_env

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PICTURES = Path(__file__).parents[2] / "artifacts" / "reachable"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=zh-CN"]
PHONE = "13900010002"
"""Of Li, whose phone the simulator has."""


@dataclass
class Stage:
    """The running demo, Li's phone, and a desk of the panel."""

    url: str
    env: dict[str, str]
    phone: Page
    desk: Page

    async def ask(self, path: str) -> Any:
        return await asyncio.to_thread(control, self.env, path)


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    data = tmp_path_factory.mktemp("reachable")
    process = start(data)
    try:
        running = await asyncio.to_thread(ready, process)
        env = demo_env.read(data / "demo.env")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
            small = await browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
            wide = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
            yield Stage(running.url, env, await small.new_page(), await wide.new_page())
            await browser.close()
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        with process:
            pass


async def shoot(page: Page, name: str) -> None:
    await picture(page, PICTURES / f"{name}.png", whole=True)


async def sent_code(stage: Stage) -> str:
    for _ in range(100):
        listed = await stage.ask("sms?person=li")
        sent = listed if isinstance(listed, list) else next(iter(listed.values()))
        if codes := [one["parameters"]["code"] for one in sent if one["template"] == "SMS_CODE"]:
            return str(codes[-1])
        await asyncio.sleep(0.1)
    raise AssertionError("no short message")


async def test_a_member_is_reached_by_phone_and_by_wechat(stage: Stage) -> None:
    desk, phone = stage.desk, stage.phone
    for page in (desk, phone):
        page.set_default_timeout(10_000)
    await desk.goto(f"{stage.url}/admin/sign-in?next=/admin/account")
    await desk.get_by_label("用户名").fill("approver")
    await desk.get_by_label("密码").fill(stage.env["PANYU_DEMO_STAFF_PASSWORD"])
    await desk.get_by_role("button", name="登录").click()

    await desk.get_by_role("link", name="填写手机").click()
    await desk.get_by_label("手机号码").fill(PHONE)
    await shoot(desk, "1-phone")
    await desk.get_by_role("button", name="获取验证码").click()
    await desk.get_by_label("短信验证码").fill(await sent_code(stage))
    await shoot(desk, "2-phone-code")
    await desk.get_by_role("button", name="完成验证").click()
    await expect(desk.get_by_text("139****0002").first).to_be_visible()

    await desk.get_by_role("link", name="绑定微信").click()
    await shoot(desk, "3-wechat")
    await desk.get_by_role("button", name="显示二维码").click()
    qr = await picture(desk.get_by_alt_text("绑定微信的二维码"))
    await shoot(desk, "4-wechat-qr")
    assert await serious(desk) == []

    await phone.goto(stage.env["PANYU_WECHAT_API_URL"])
    await phone.get_by_test_id("person-li").click()
    await phone.get_by_test_id("tab-scan").click()
    await phone.get_by_test_id("scan-file").set_input_files(
        {"name": "qr.png", "mimeType": "image/png", "buffer": qr}
    )
    view = phone.frame_locator("[data-testid=webview-frame]")
    await expect(view.get_by_text("李国栋")).to_be_visible()
    await picture(phone, PICTURES / "5-whose.png")
    await view.get_by_role("button", name="这是我的微信").click()
    code = (await view.get_by_role("status").inner_text()).strip()
    await picture(phone, PICTURES / "6-code.png")

    await desk.get_by_label("校验码").fill(code)
    await desk.get_by_role("button", name="完成绑定").click()
    await expect(desk.get_by_text("已绑定微信，")).to_be_visible()
    await shoot(desk, "7-account")
    assert await serious(desk) == []
