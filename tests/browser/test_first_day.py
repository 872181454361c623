"""An administrator's first day: from the first account on the command line to the first accepted case."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Locator, Page, expect

from models.staff.second_factor import code_of
from tests.browser.album import DESK, Album
from tests.house.guides import rich_guide
from tests.house.office import Office
from tests.house.town import Town, opened
from tests.looks import focus_unseen
from tests.wechat_backend.test_staff_command import run
from wechat_backend.database.connection import Database
from wechat_backend.wiring import utc_now

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
JSQR = Path(__file__).parents[2] / "static/vendor/jsQR.js"
READ = """image => {
    const canvas = document.createElement("canvas");
    const [width, height] = [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const drawn = canvas.getContext("2d");
    drawn.drawImage(image, 0, 0);
    return jsQR(drawn.getImageData(0, 0, width, height).data, width, height).data;
}"""
"""What a phone reads of a picture of a QR code."""
FIRST, NEW = "feng.guoqiang", "liang.shaofen"
OWN = {FIRST: "three small stones", NEW: "lychee wood and rain"}
"""The passwords that they choose."""


@pytest.fixture(scope="module")
async def first_password(mongo_uri: str, database: Database) -> str:
    """The one-time password that the command line shows, over a database in which nothing is yet."""
    add = ("add", FIRST, "--name", "冯国强", "--role", "administrator")
    code, said, complained = await run(mongo_uri, database.name, *add)
    assert (code, complained) == (0, "")
    found = re.search(r": (\S{19})\n", said)
    assert found
    return found[1]


@pytest.fixture(scope="module")
async def town(database: Database, first_password: str) -> AsyncIterator[Town]:
    """Opened after the first account was made, at the time of the command line."""
    async with opened(database) as town:
        town.clock.set(utc_now())
        yield town


async def window(chromium: Chromium, town: Town) -> Page:
    """Of a browser in which nobody has signed in."""
    context = await chromium.new_context(viewport=DESK, locale="zh-CN")
    page = await context.new_page()
    page.set_default_timeout(10_000)
    await page.goto(f"{town.url}/admin")
    return page


async def sign_in(page: Page, username: str, password: str) -> None:
    await page.get_by_label("用户名").fill(username)
    await page.get_by_label("密码").fill(password)
    await page.get_by_role("button", name="登录").click()


async def choose_password(page: Page, username: str, one_time: str) -> None:
    await page.get_by_label("原密码").fill(one_time)
    await page.get_by_label("新密码（至少10个字符）").fill(OWN[username])
    await page.get_by_label("再填一次新密码").fill(OWN[username])
    await page.get_by_role("button", name="修改密码").click()


async def scanned(image: Locator) -> str:
    await image.page.evaluate(JSQR.read_text())
    return str(await image.evaluate(READ))


async def test_from_the_command_line_to_the_first_accepted_case(
    town: Town, chromium: Chromium, first_password: str
) -> None:
    album = Album("first-day")
    page = await window(chromium, town)
    await takes_the_account(page, album, first_password)
    await binds_an_authenticator(page, album, town)
    one_time = await adds_a_member(page, album)
    assert await focus_unseen(page) == []
    path, _ = await Office(town).handed_in()
    desk = await window(chromium, town)
    await accepts_the_first_case(desk, album, one_time)
    assert await Office(town).state(path) == "accepted"
    for one in (page, desk):
        await one.context.close()


async def takes_the_account(page: Page, album: Album, one_time: str) -> None:
    """Nothing can be done with a one-time password but to choose another."""
    await expect(page.get_by_role("heading", name="工作人员登录")).to_be_visible()
    await album.keep(page, "sign-in")
    await sign_in(page, FIRST, one_time.lower() + "x")
    await expect(page.get_by_role("alert")).to_be_visible()
    await album.keep(page, "sign-in-refused")
    await sign_in(page, FIRST, one_time)
    await expect(page.get_by_text("您用的是一次性密码")).to_be_visible()
    await page.get_by_role("link", name="番禺智慧政务").click()
    await expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
    await expect(page.get_by_role("link", name="人员")).to_have_count(0)
    await album.keep(page, "own-password")
    await choose_password(page, FIRST, one_time)


async def binds_an_authenticator(page: Page, album: Album, town: Town) -> None:
    """Whose phone reads the QR; the recovery codes are shown once."""
    await expect(page.get_by_role("heading", name="绑定验证器")).to_be_visible()
    await album.keep(page, "authenticator-asked-for")
    await page.get_by_role("button", name="开始绑定").click()
    address = await scanned(page.get_by_alt_text("验证器的二维码"))
    secret = parse_qs(urlsplit(address).query)["secret"][0]
    assert (await page.locator(".code").inner_text()).replace(" ", "") == secret
    await album.keep(page, "authenticator")
    await page.get_by_label("动态验证码").fill(code_of(secret, town.clock.now()))
    await page.get_by_role("button", name="完成绑定").click()
    await expect(page.get_by_role("heading", name="验证器已绑定")).to_be_visible()
    await expect(page.locator(".codes li")).to_have_count(10)
    await album.keep(page, "recovery-codes")
    await page.get_by_role("link", name="我已记下，继续").click()
    await expect(page.get_by_role("heading", name="您好，冯国强")).to_be_visible()
    await album.keep(page, "home")


async def adds_a_member(page: Page, album: Album) -> str:
    """Their one-time password."""
    await page.get_by_role("link", name="人员", exact=True).click()
    await album.keep(page, "members")
    await page.get_by_role("link", name="新增人员").click()
    await page.get_by_label("姓名").fill("梁少芬")
    await page.get_by_label("用户名").fill(NEW)
    await page.get_by_role("checkbox", name="审批人员").check()
    await page.get_by_role("button", name="新增").click()
    await expect(page.get_by_role("alert")).to_contain_text("须选择所属部门")
    await album.keep(page, "new-member-refused")
    await page.get_by_label("部门（审查").select_option(rich_guide().department)
    await page.get_by_role("button", name="新增").click()
    await expect(page.get_by_role("heading", name="一次性密码")).to_be_visible()
    await album.keep(page, "one-time-password")
    one_time = await page.locator("dd.code strong").inner_text()
    await page.get_by_role("link", name="查看该人员").click()
    await expect(page.get_by_text("尚未修改一次性密码")).to_be_visible()
    await album.keep(page, "member")
    return one_time


async def accepts_the_first_case(page: Page, album: Album, one_time: str) -> None:
    await sign_in(page, NEW, one_time)
    await choose_password(page, NEW, one_time)
    await expect(page.get_by_role("heading", name="您好，梁少芬")).to_be_visible()
    await expect(page.get_by_role("status")).to_contain_text("密码已修改")
    await expect(page.get_by_role("link", name="1 待我处理")).to_be_visible()
    await album.keep(page, "home-of-the-member")
    await page.locator("tbody a.code").click()
    await album.keep(page, "case")
    await page.get_by_role("button", name="予以受理").click()
    await expect(page.locator(".case .status")).to_have_text("已受理，办理中")
    await expect(page.get_by_role("status")).to_contain_text("已受理")
    await expect(page.locator(".timeline li").first).to_have_text(re.compile("予以受理.*梁少芬", re.DOTALL))
    await album.keep(page, "accepted")
    assert await focus_unseen(page) == []
