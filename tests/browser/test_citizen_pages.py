"""The citizen pages as a phone shows them: accessible, wide enough, large enough, focus in sight, no broken
rule of the CSP.

Chinese, English and large text, at 390 × 844.
"""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Page, Route, expect

from tests.files import photo
from tests.house.applying import concluded, draft, key_of, submitted
from tests.house.browser import PHONE_IN_WECHAT, Browser, Fields
from tests.house.guides import plain_guide, rich_guide
from tests.house.people import new_phone
from tests.house.town import Town
from tests.looks import focus_unseen, serious

pytestmark = pytest.mark.browser
ITEM = rich_guide().item
PRINTED = rich_guide(item=plain_guide(61).item, name="教师资格认定", handling="form_generation", visits=1)
OTHER = rich_guide(item=plain_guide(62).item, name="居住证换领")
MODES = {"chinese": {}, "english": {"language": "en"}, "large": {"elder": "1"}}
SMALL = """least => [...document.querySelectorAll('a, button, summary, select, textarea, input')]
  .filter(e => e.type !== 'hidden')
  .filter(e => !e.closest('.skip, .hidden') && (e.closest('label') || e).getBoundingClientRect().width > 1)
  .filter(e => (e.closest('label') || e).getBoundingClientRect().height < least - 0.5)
  .map(e => e.outerHTML.slice(0, 100))"""


class Phone:
    """One page, and all that went wrong in it."""

    def __init__(self, town: Town, context: BrowserContext, page: Page, mode: str) -> None:
        self.town, self.context, self.page = town, context, page
        self.least = 60 if mode == "large" else 44
        self.axe = mode == "chinese"  # it takes a while, and sees the same in every mode
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self._said(said.text))

    def _said(self, text: str) -> None:
        if "Failed to load resource" not in text:  # an answer of 4xx, as the test expects it
            self.faults.append(text)

    async def open(self, path: str) -> None:
        await self.page.goto(self.town.url + path)
        await self.look(path)

    async def look(self, name: str) -> None:
        if self.axe:
            self.faults += [f"{name}: {fault}" for fault in await serious(self.page)]
        wide = await self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            self.faults.append(f"{name}: {wide} pixels too wide")
        self.faults += [f"{name}: small {one}" for one in await self.page.evaluate(SMALL, self.least)]
        self.faults += [f"{name}: {fault}" for fault in await focus_unseen(self.page)]


async def phone_of(town: Town, chromium: Chromium, visitor: Browser, mode: str, **options: Any) -> Phone:
    context = await chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", user_agent=PHONE_IN_WECHAT, **options
    )
    jar = {**visitor.cookies, **MODES[mode]}
    await context.add_cookies([{"name": n, "value": v, "url": town.url} for n, v in jar.items()])
    return Phone(town, context, await context.new_page(), mode)


async def visit(citizen: Browser, place: str) -> str:
    """The path of an appointment at the first free time."""
    page = (await citizen.get(f"/appointments/new?{place}")).text
    free = re.search(r'name="start" value="([^"]+)" required>', page)
    assert free
    where: Fields = {"item": ITEM, "hall": "district", "start": free[1]}
    return (await citizen.post("/appointments", where)).location


@pytest.mark.parametrize("mode", MODES)
async def test_every_page(town: Town, chromium: Chromium, mode: str) -> None:
    citizen = await town.citizen()
    await town.publish(PRINTED, OTHER)
    done, handed_in = await concluded(town, citizen), await submitted(citizen, item=OTHER.item)
    begun = await draft(citizen)
    printed = await draft(citizen, item=PRINTED.item)
    form = f"{printed}/confirm", printed, f"{printed}/receipt", f"{printed}/print"
    serial = (await town.services.applications.get(done.split("/")[2]))["serial"]
    phone = await phone_of(town, chromium, citizen, mode)
    place = f"item={ITEM}&hall=district&day=2026-11-25"
    booked = await visit(citizen, place)
    body = {"credential": "enterprise:uscc", "name": "番禺小店有限公司", "number": "91440113MA59A1B2X7"}
    assert (await citizen.post("/enterprises", {**body})).status == 303
    for path in (
        *("/", "/guides?q=zz", "/guides", f"/guides/{ITEM}", "/halls", "/progress", "/nowhere"),
        *("/me", "/me/unbind", "/me/unbound", "/enterprises", "/appointments", booked, f"{booked}/move"),
        *(f"{booked}/move?day=2026-11-26", f"{booked}/move?hall=district&start=2026-11-26T02:00:00Z"),
        *("/appointments/new", f"/appointments/new?item={ITEM}", f"/appointments/new?{place}"),
        *("/applications", f"/applications/new?item={ITEM}", f"{begun}/form", f"{begun}/materials"),
        *(f"{begun}/confirm", handed_in, f"{handed_in}/receipt", done, f"{done}/review"),
        *(f"/verify/{serial}", "/verify/20261124XXXXXXXXXXX", f"/progress?serial={serial}"),
    ):
        await phone.open(path)
    await phone.open(form[0])
    assert (await citizen.post(form[0], {"promise": "yes"})).location == form[2]
    for path in form[1:]:
        await phone.open(path)
    assert phone.faults == []
    await phone.context.close()


async def test_a_long_wait_is_told_and_not_counted_down(town: Town, chromium: Chromium) -> None:
    """After a code too many for the hour; who typed the wrong phone can ask for the right one at once."""
    visitor = town.browser()
    await visitor.sign_in("openid-phone-waiting")
    mistyped = new_phone()
    while (await visitor.post("/binding/code", {"phone": mistyped})).status == 200:
        town.clock.advance(timedelta(minutes=1))
    phone = await phone_of(town, chromium, visitor, "chinese")
    await phone.open("/binding")
    await phone.page.fill("#phone", mistyped)
    await phone.page.click("[data-code]")
    await phone.page.wait_for_selector("#code-status.bad")
    assert "携带证件到任一政务服务窗口" in await phone.page.inner_text("#code-status")
    assert await phone.page.inner_text("[data-code]") == "获取验证码"
    await phone.page.fill("#phone", new_phone())
    await phone.page.click("[data-code]")
    await phone.page.wait_for_selector("#code-status:not(.bad)")
    assert "验证码已发送" in await phone.page.inner_text("#code-status")
    await phone.context.close()


@pytest.mark.parametrize("mode", MODES)
async def test_binding_page(town: Town, chromium: Chromium, mode: str) -> None:
    visitor = town.browser()
    await visitor.sign_in(f"openid-phone-{mode}")
    phone = await phone_of(town, chromium, visitor, mode)
    await phone.open("/binding")
    await phone.page.fill("#phone", "13900139000")
    await phone.page.click("[data-code]")
    await phone.page.wait_for_selector("#code-status:not(:empty)")
    assert await phone.page.is_disabled("[data-code]")
    await phone.page.evaluate("document.querySelector('form.form').noValidate = true")
    await phone.page.press("#name", "Enter")  # the same as 提交认证
    await phone.page.wait_for_selector("#error")
    assert "/binding" in phone.page.url
    assert "code" not in phone.page.url
    await phone.look("errors")
    hidden = phone.page.locator("details.look", has=phone.page.locator("#phone")).locator("summary")
    await hidden.click()
    await phone.page.fill("#phone", "12345")
    await hidden.click()  # what is at fault is opened
    await phone.page.click("[data-code]")
    await phone.page.wait_for_selector(".field_bad:has(#phone-error) #phone[aria-invalid=true]")
    assert not await phone.page.query_selector("#error")
    assert await phone.page.evaluate("document.activeElement.id") == "phone"
    await phone.look("a phone that is none")
    assert phone.faults == []
    await phone.context.close()


async def test_a_file_chosen_before_the_script_has_come_is_sent(
    town: Town, chromium: Chromium, tmp_path: Path
) -> None:
    citizen = await town.citizen()
    path = (await citizen.post("/applications", {"item": ITEM})).location.removesuffix("/form")
    phone = await phone_of(town, chromium, citizen, "chinese")
    page, chosen = phone.page, asyncio.Event()

    async def late(route: Route) -> None:
        await chosen.wait()
        await route.continue_()

    await page.route("**/upload.js*", late)
    await page.goto(f"{town.url}{path}/materials", wait_until="commit")
    await asyncio.to_thread((tmp_path / "good.jpg").write_bytes, photo())
    await page.set_input_files("[type=file]", tmp_path / "good.jpg")
    chosen.set()
    await page.wait_for_selector(".kept")
    await phone.context.close()


async def test_scripts_help_along(town: Town, chromium: Chromium, tmp_path: Path) -> None:
    """A question appears when it applies, the draft keeps itself, an unclear photo is refused in place."""
    citizen = await town.citizen()
    path = (await citizen.post("/applications", {"item": ITEM})).location
    phone = await phone_of(town, chromium, citizen, "chinese")
    page = phone.page
    await phone.open(path)
    assert not await page.is_visible("#landlord")
    await page.check("[name=housing][value=rent]")
    assert await page.is_visible("#landlord")
    await page.fill("#address", "番禺区市桥街1号")
    await page.fill("#landlord", "李四")
    await page.wait_for_selector("#saved:has-text('已自动保存')")
    await page.reload()
    assert await page.input_value("#landlord") == "李四"
    await page.fill("#landlord", "李四五")
    await page.click(".top__tools [name=language]")  # at once, before it was saved
    await page.wait_for_selector("html[lang=en]")
    assert await page.input_value("#landlord") == "李四五"
    await page.click(".top__tools [name=language]")
    await page.wait_for_selector("html[lang=zh-CN]")
    await page.click("form.form > button")
    await page.wait_for_url("**/materials")
    for name, content in (("bad.jpg", photo(blank=True)), ("good.jpg", photo())):
        await asyncio.to_thread((tmp_path / name).write_bytes, content)
    assert not await page.is_visible("[data-upload] button")  # choosing is enough
    await page.set_input_files("[type=file]", tmp_path / "bad.jpg")
    await page.wait_for_selector(".field__error:has-text('照片模糊')")
    assert await page.is_visible(".preview")
    await asyncio.to_thread((tmp_path / "a.heic.jpg").write_bytes, b"not for this browser")
    await page.set_input_files("[type=file]", tmp_path / "a.heic.jpg")
    await page.wait_for_selector(".field__error:has-text('只接受照片')")
    assert not await page.is_visible(".preview")
    await page.set_input_files("[type=file]", tmp_path / "good.jpg")
    await page.wait_for_selector(".kept")
    await page.click(".kept summary")
    await page.click(".kept [data-remove] button")
    await page.wait_for_selector(".kept", state="detached")
    assert phone.faults == []
    await phone.context.close()


async def test_corrections_outlive_an_upload(town: Town, chromium: Chromium, tmp_path: Path) -> None:
    """And what staff found wanting does not look as if all were well."""
    citizen = await town.citizen()
    path = await submitted(citizen)
    await town.staff.request_supplement(key_of(path), ["permit"], ["address"], "证件照片缺背面")
    phone = await phone_of(town, chromium, citizen, "chinese")
    page = phone.page
    await phone.open(f"{path}/supplement")
    await page.wait_for_selector(".kept_wanting:has-text('原文件不合要求')")
    await page.click("form[action$=supplement] button")
    await page.wait_for_selector("#error:has-text('请先补齐所要求的全部材料')")
    await page.fill("#address", "番禺区市桥街2号")
    await asyncio.to_thread((tmp_path / "good.jpg").write_bytes, photo())
    await page.set_input_files("[type=file]", tmp_path / "good.jpg")
    await page.wait_for_selector(".kept:not(.kept_wanting) .icon_good")
    assert not await page.query_selector("#error")
    await page.click(".top__tools [name=elder]")
    await page.wait_for_selector("html.elder")
    assert await page.input_value("#address") == "番禺区市桥街2号"
    await page.click("form[action$=supplement] button")
    await page.wait_for_url(f"**{path}")
    assert await page.query_selector("html.elder")
    assert phone.faults == []
    await phone.context.close()


async def test_file_too_large_is_told_before_it_is_sent(
    town: Town, chromium: Chromium, tmp_path: Path
) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    phone = await phone_of(town, chromium, citizen, "chinese")
    sent: list[str] = []
    phone.page.on("request", lambda request: sent.append(request.method))
    await phone.open(f"{path}/materials")
    large = tmp_path / "large.pdf"
    large.write_bytes(bytes(31 * 1024 * 1024))
    field, problem = phone.page.locator("#file-permit"), phone.page.locator("#error-permit")
    await field.set_input_files(large)
    await expect(problem).to_have_text("文件有 31.0 MB，超过了 20 MB，请压缩或重新拍照后再上传")
    assert "POST" not in sent
    await phone.look("too large")
    await field.evaluate("e => { e.form.dataset.largest = 1e9; }")  # a page that is older than the limit
    await field.set_input_files([])
    await field.set_input_files(large)
    await expect(problem).to_contain_text("超过24 MB")
    assert phone.faults == []
    await phone.context.close()


async def test_a_second_tap_does_nothing(town: Town, chromium: Chromium) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())
    phone = await phone_of(town, chromium, citizen, "chinese")
    page = phone.page
    await phone.open(f"{path}/confirm")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    await page.check("#promise")
    await page.evaluate(
        "for (let i = 0; i < 3; i++) setTimeout(() => "
        "document.querySelector('form[action$=confirm] button').click(), 10 * i)"
    )
    await page.wait_for_url("**/receipt")
    assert sent.count("POST") == 1
    await page.go_back()
    assert "/form" not in page.url
    assert await page.inner_text("h1") in ("申请回执", "已提交，待受理")
    await phone.context.close()


async def test_a_lost_session_is_told_while_writing(town: Town, chromium: Chromium) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    phone = await phone_of(town, chromium, citizen, "chinese")
    await phone.open(f"{path}/form")
    await phone.context.clear_cookies(name="session")
    await phone.page.fill("#address", "番禺区市桥街3号")
    link = await phone.page.get_attribute("#saved.bad a", "href")
    assert link == f"/sign-in?next={path.replace('/', '%2F')}%2Fform"
    assert phone.faults == []
    await phone.context.close()


async def test_all_works_without_scripts(town: Town, chromium: Chromium, tmp_path: Path) -> None:
    citizen = await town.citizen()
    phone = await phone_of(town, chromium, citizen, "chinese", java_script_enabled=False)
    page = phone.page
    await page.goto(f"{town.url}/guides/{ITEM}")
    await page.click(".actions a")
    await page.click("main form button")
    await page.fill("#address", "番禺区市桥街1号")
    await page.check("[name=housing][value=rent]")
    await page.fill("#landlord", "李四")
    await page.click("form.form > button")
    await asyncio.to_thread((tmp_path / "good.jpg").write_bytes, photo())
    await page.set_input_files("[type=file]", tmp_path / "good.jpg")
    await page.click("[data-upload] button")
    await page.wait_for_selector(".kept")
    await page.click("main > a.weui-btn_primary")
    await page.check("#promise")
    await page.click("form[action$=confirm] button")
    await page.wait_for_url("**/receipt")
    assert "申请回执" in await page.inner_text("h1")
    await phone.context.close()
