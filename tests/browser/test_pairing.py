"""A phone, a kiosk and a PC in real browsers, on two server processes: each side's end is at once the
other's, and a picture of a code that went elsewhere signs nobody in (article 23).

Pictures of each step are in `artifacts/pairing`.
"""

import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import FilePayload, Page, expect

from models.people import Party
from models.store import Database
from tests.browser.album import ARTIFACTS, PHONE
from tests.files import photo
from tests.house.browser import PHONE_IN_WECHAT
from tests.house.guides import USCC, plain_guide, rich_guide
from tests.house.house import House
from tests.house.kiosks import kiosked, token_of
from tests.house.outside import Register, TakesAll
from tests.house.settings import environment
from tests.house.stores import stores_over
from tests.looks import focus_unseen, picture, serious
from tests.wechat_backend.demo.test_supervisor import free_port
from wechat_backend.wiring import utc_now

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
ROOT = Path(__file__).parents[2]
FOLDER = ARTIFACTS / "pairing"
OFFERED = rich_guide(item=f"{USCC}{81:013}", channels=["h5", "kiosk", "window"])
UPRIGHT, LYING, DESK = (1080, 1920), (1920, 1080), (1440, 900)


@dataclass
class Street:
    """Two servers, and the house behind both; `kiosk` stands there, `other` beside it."""

    house: House
    servers: list[str]
    chromium: Chromium
    kiosk: Any
    other: Any
    shot: int = 0

    async def page(
        self, server: int, size: tuple[int, int], cookies: dict[str, str], agent: str = ""
    ) -> Page:
        width, height = size
        context = await self.chromium.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            has_touch=True,
            user_agent=agent or None,
        )
        url = self.servers[server]
        await context.add_cookies([{"name": n, "value": v, "url": url} for n, v in cookies.items()])
        page = await context.new_page()
        await page.goto(f"{url}/progress")
        return page

    async def phone(self, server: int, party: Party) -> Page:
        subject = f"account:{party.account}"
        session = await self.house.stores.sessions.open(subject, self.house.by(subject))
        size = (PHONE["width"], PHONE["height"])
        return await self.page(server, size, {"session": session}, PHONE_IN_WECHAT)

    async def screen(self, server: int, size: tuple[int, int] = UPRIGHT, kiosk: Any = None) -> Page:
        token = await token_of(self.house, kiosk or self.kiosk)
        return await self.page(server, size, {"device_session": token})

    async def at(self, page: Page, path: str) -> None:
        base = "/".join(page.url.split("/")[:3])
        await page.goto(base + path)

    async def keep(self, page: Page, name: str) -> None:
        self.shot += 1
        await picture(page, FOLDER / f"{self.shot:02}-{name}.png", whole=True)
        assert await serious(page) == [], name

    async def code(self, page: Page) -> str:
        """What the QR on a screen leads to."""
        await expect(page.locator("[data-pairing][data-state=asked]")).to_be_visible()
        [ticket] = [c["value"] for c in await page.context.cookies() if c["name"] == "pairing"]
        return f"/pair/{self.house.stores.pairings.code_of(ticket.partition('.')[0])}"


@contextmanager
def server(env: dict[str, str], log: Path) -> Iterator[str]:
    """Its address, as soon as it listens."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        serving = subprocess.Popen(
            [sys.executable, "-m", "wechat_backend", "serve"],
            env=env | {"PANYU_PORT": str(port), "PANYU_BASE_URL": url},
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
    try:
        while b'"serving"' not in log.read_bytes():
            assert serving.poll() is None, log.read_text()
            sleep(0.1)
        yield url
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait()


@pytest.fixture(scope="module")
async def street(
    mongo_uri: str, database: Database, chromium: Chromium, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Street]:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    connected: Any = database
    env = environment("http://127.0.0.1:1", mongo_uri, connected.name)
    logs = [tmp_path_factory.mktemp("servers") / f"{number}.log" for number in range(2)]
    house = House(stores_over(database, utc_now, Register()))
    house.stores.materials.inspector = TakesAll()
    with server(env, logs[0]) as one, server(env, logs[1]) as two:  # on an empty database
        kiosks = await kiosked(house)
        kiosk, other = [await kiosks.in_service(name=f"市桥{n}号自助终端") for n in "一二"]
        await house.publish(plain_guide(), OFFERED)
        yield Street(house, [one, two], chromium, kiosk, other)


async def digits_of(screen: Page) -> str:
    """As soon as the phone has scanned."""
    return await screen.locator(".pairing__digits").inner_text()


async def give(phone: Page, digits: str) -> None:
    await phone.get_by_label("屏幕上显示的两位数字").fill(digits)
    await phone.get_by_role("button", name="在这个屏幕上登录").tap()


async def shown(page: Page, words: str) -> None:
    await expect(page.get_by_role("heading", level=1).filter(has_text=words)).to_be_visible()


async def token_in(page: Page) -> str:
    return next((c["value"] for c in await page.context.cookies() if c["name"] == "person"), "")


async def test_a_kiosk_is_signed_in_and_the_phone_ends_it(street: Street) -> None:
    kiosk, phone = await street.screen(0), await street.phone(1, await street.house.applicant())
    await street.at(kiosk, "/kiosk")
    await street.keep(kiosk, "kiosk-home")
    await street.at(kiosk, "/kiosk/sign-in?next=/kiosk/notes")
    await street.keep(kiosk, "kiosk-sign-in")
    await kiosk.get_by_role("button", name="显示二维码").tap()
    code = await street.code(kiosk)
    await street.keep(kiosk, "kiosk-code")
    await street.at(phone, code)
    await expect(phone.get_by_text("市桥一号自助终端")).to_be_visible()
    await street.keep(phone, "phone-asked")
    assert await focus_unseen(phone) == []
    digits = await digits_of(kiosk)  # pushed
    await street.keep(kiosk, "kiosk-digits")
    await kiosk.set_viewport_size({"width": LYING[0], "height": LYING[1]})
    await street.keep(kiosk, "kiosk-digits-lying")
    await give(phone, digits)
    await expect(kiosk).to_have_url(f"{street.servers[0]}/kiosk/notes")
    await shown(phone, "已登录，请在屏幕上继续")
    await street.keep(phone, "phone-joined")
    token = await token_in(kiosk)
    await street.at(phone, "/me/devices")
    await street.keep(phone, "phone-devices")
    await phone.get_by_role("button", name="结束").tap()
    await expect(kiosk).to_have_url(f"{street.servers[0]}/kiosk")
    assert await token_in(kiosk) == ""
    assert token
    assert await street.house.stores.sessions.find(token, "account", street.house.by()) is None
    for page in (kiosk, phone):
        await page.context.close()


@pytest.mark.article("23.3")
async def test_a_phone_goes_on_at_a_kiosk_which_ends_it(street: Street) -> None:
    party = await street.house.applicant()
    begun = await street.house.desk(party).begun(plain_guide())
    phone, kiosk = await street.phone(0, party), await street.screen(1, LYING)
    await street.at(phone, f"/applications/{begun['_id']}/form")
    await phone.get_by_role("button", name="到自助终端继续").tap()
    short = (await phone.locator(".pairing__digits").inner_text()).replace("\xa0", "")
    await street.keep(phone, "phone-offers")
    await street.at(kiosk, "/kiosk/continue")
    await kiosk.get_by_label("手机上显示的六位数字").tap()
    for digit in short:
        await kiosk.locator(".pad").get_by_role("button", name=digit, exact=True).tap()
    await street.keep(kiosk, "kiosk-continue")
    await kiosk.get_by_role("button", name="继续", exact=True).tap()
    digits = await digits_of(kiosk)
    await expect(phone.get_by_text("市桥一号自助终端")).to_be_visible()  # pushed
    await give(phone, digits)
    await expect(kiosk).to_have_url(f"{street.servers[1]}/kiosk/applications/{begun['_id']}/form")
    await shown(phone, "已登录")
    await kiosk.get_by_role("link", name="结束使用").tap()
    await expect(kiosk).to_have_url(f"{street.servers[1]}/kiosk")
    await shown(phone, "屏幕上的使用已结束")
    await street.keep(phone, "phone-ended")
    for page in (kiosk, phone):
        await page.context.close()


async def test_a_pc_is_signed_in_and_the_phone_ends_it(street: Street) -> None:
    pc, phone = await street.page(0, DESK, {}), await street.phone(1, await street.house.applicant())
    await street.at(pc, "/me")
    code = await street.code(pc)  # without a touch
    await street.keep(pc, "pc-code")
    await street.at(phone, code)
    digits = await digits_of(pc)
    await street.keep(pc, "pc-digits")
    await give(phone, digits)
    await expect(pc).to_have_url(f"{street.servers[0]}/me")
    await shown(pc, "个人中心")
    await phone.get_by_role("button", name="结束屏幕上的使用").tap()
    await shown(pc, "已退出登录")
    await street.keep(pc, "pc-ended")
    await street.at(pc, "/me")
    assert "/sign-in" in pc.url
    for page in (pc, phone):
        await page.context.close()


async def test_a_screenshot_sent_to_a_friend_signs_nobody_in(street: Street) -> None:
    house = street.house
    kiosk = await street.screen(0, LYING)
    mine, theirs = (
        await street.phone(1, await house.applicant()),
        await street.phone(0, await house.applicant()),
    )
    await street.at(kiosk, "/kiosk/sign-in")
    await kiosk.get_by_role("button", name="显示二维码").tap()
    code = await street.code(kiosk)
    await street.keep(kiosk, "kiosk-code-lying")
    await street.at(theirs, code)
    await expect(kiosk.locator(".pairing__digits")).to_be_visible()
    await street.at(mine, code)
    await shown(mine, "已在另一台设备上使用")
    await street.keep(mine, "phone-taken")
    right = await digits_of(kiosk)
    await give(theirs, "11" if right != "11" else "12")
    await shown(theirs, "数字与屏幕上显示的不一致")
    await street.keep(theirs, "friend-refused")
    await expect(kiosk.get_by_text("手机上填写的数字不对")).to_be_visible()
    await street.keep(kiosk, "kiosk-refused")
    assert await token_in(kiosk) == ""
    for page in (kiosk, mine, theirs):
        await page.context.close()


async def test_a_code_that_was_used_and_a_ticket_at_another_kiosk_are_worth_nothing(street: Street) -> None:
    house = street.house
    kiosk, beside = await street.screen(0), await street.screen(1, kiosk=street.other)
    mine, friend = [await street.phone(n, await house.applicant()) for n in (1, 0)]
    await street.at(kiosk, "/kiosk/sign-in?next=/kiosk/notes")
    await kiosk.get_by_role("button", name="显示二维码").tap()
    code = await street.code(kiosk)
    await street.at(mine, code)
    digits = await digits_of(kiosk)
    [ticket] = [one for one in await kiosk.context.cookies(street.servers[0]) if one["name"] == "pairing"]
    taken: Any = {"name": "pairing", "value": ticket["value"], "url": street.servers[1]}
    await beside.context.add_cookies([taken])
    await street.at(beside, "/kiosk/sign-in")
    await expect(beside.get_by_role("button", name="显示二维码")).to_be_visible()
    await expect(beside.locator(".pairing__digits")).to_be_hidden()
    await give(mine, digits)
    await kiosk.wait_for_url("**/kiosk/notes")
    await street.at(friend, code)
    await shown(friend, "已在另一台设备上使用")
    await kiosk.get_by_role("link", name="结束使用").tap()
    await shown(mine, "屏幕上的使用已结束")
    for phone, why in ((mine, "这个码已经用过"), (friend, "已在另一台设备上使用")):
        await street.at(phone, code)
        await shown(phone, why)
    assert [await token_in(page) for page in (kiosk, beside)] == ["", ""]
    for page in (kiosk, beside, mine, friend):
        await page.context.close()


async def test_a_code_that_is_over_signs_nobody_in(street: Street) -> None:
    """Both are told why; the screen asks for no other one by itself."""
    house = street.house
    kiosk, phone = await street.screen(0), await street.phone(1, await house.applicant())
    await street.at(kiosk, "/kiosk/sign-in")
    await kiosk.get_by_role("button", name="显示二维码").tap()
    code, codes = await street.code(kiosk), house.stores.pairings.documents
    before = await codes.count_documents({})
    await codes.update_many({"state": "asked"}, {"$set": {"expires_at": utc_now()}})
    await expect(kiosk.get_by_role("alert")).to_have_text("这个码已过期。")  # pushed
    await street.at(phone, code)
    await shown(phone, "这个码已过期")
    await kiosk.reload()
    await expect(kiosk.get_by_role("button", name="换一个码")).to_be_visible()
    assert (await codes.count_documents({}), await token_in(kiosk)) == (before, "")
    for page in (kiosk, phone):
        await page.context.close()


async def written(page: Page) -> None:
    """The form, on however many screens."""
    while await page.locator("form.form[action*='/form']").count():
        at = page.url
        if await page.get_by_label("现住址").count():
            await page.get_by_label("现住址").fill("番禺区市桥街繁华路1号")
            await page.get_by_label("租赁").check()
            await page.get_by_label("出租人姓名").fill("李四")
        await page.locator("form.form > button").tap()
        await expect(page).not_to_have_url(at)


async def photographed(phone: Page) -> None:
    taken = FilePayload(name="permit.jpg", mimeType="image/jpeg", buffer=photo())
    await phone.set_input_files("[type=file]", taken)
    await expect(phone.locator(".kept__name")).to_be_visible()


async def handed_in(page: Page) -> None:
    await page.locator("#promise").check()
    await page.locator("form[action$=confirm] > button, form[action$=confirm] .weui-btn").last.tap()
    await page.wait_for_url("**/receipt")


async def signed_in(street: Street, kiosk: Page, phone: Page, page: str) -> None:
    """By the QR on the kiosk, which goes on at this page."""
    await street.at(kiosk, f"/kiosk/sign-in?next={page}")
    await kiosk.get_by_role("button", name="显示二维码").tap()
    await street.at(phone, await street.code(kiosk))
    await give(phone, await digits_of(kiosk))
    await kiosk.wait_for_url(f"**{page}")


@pytest.mark.article("23.4")
async def test_begun_at_the_kiosk_and_handed_in_on_the_phone(street: Street) -> None:
    party = await street.house.applicant()
    kiosk, phone = await street.screen(0), await street.phone(1, party)
    await signed_in(street, kiosk, phone, f"/kiosk/applications/new?item={OFFERED.item}")
    await kiosk.get_by_role("button", name="开始填写").tap()
    await kiosk.wait_for_url("**/form*")
    await written(kiosk)
    await shown(kiosk, "材料")
    key = kiosk.url.split("/")[5]
    await street.at(phone, f"/applications/{key}/materials")  # as the QR at the kiosk says
    await photographed(phone)
    await expect(kiosk.locator(".papers__have")).to_be_visible()  # by itself
    await street.keep(kiosk, "kiosk-photo")
    await street.at(phone, f"/applications/{key}/confirm")
    await handed_in(phone)
    now = await street.house.stores.applications.get(key)
    await kiosk.get_by_role("link", name="下一步").tap()
    await expect(kiosk.get_by_text(now["serial"] or "")).to_be_visible()
    await street.keep(kiosk, "kiosk-handed-in-on-the-phone")
    for page in (kiosk, phone):
        await page.context.close()


@pytest.mark.article("23.4")
async def test_begun_on_the_phone_and_handed_in_at_the_kiosk(street: Street) -> None:
    party = await street.house.applicant()
    kiosk, phone = await street.screen(1, LYING), await street.phone(0, party)
    key = (await street.house.desk(party).begun(OFFERED))["_id"]
    await street.at(phone, f"/applications/{key}/form")
    await written(phone)
    await street.at(phone, f"/applications/{key}/materials")
    await photographed(phone)
    await signed_in(street, kiosk, phone, f"/kiosk/applications/{key}/confirm")
    await expect(kiosk.get_by_text("番禺区市桥街繁华路1号")).to_be_visible()
    await handed_in(kiosk)
    serial = (await kiosk.locator(".serial").inner_text()).strip()
    await street.keep(kiosk, "kiosk-receipt")
    await street.at(phone, "/applications")
    await expect(phone.get_by_text(serial)).to_be_visible()
    for page in (kiosk, phone):
        await page.context.close()
