"""A kiosk's life in real browsers, at three desks: its department's contact, digital affairs, and the hall's
centre; the device is the client of `examples/device` (articles 18, 20 and 21).

Pictures of every page are in `artifacts/kiosk-…`.
"""

import asyncio
import runpy
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Locator, Page, expect
from pypdfium2 import PdfDocument

from models.kiosks import State
from models.kiosks.document import Custody, Paper
from models.workdays import PANYU
from tests.browser.album import Album
from tests.browser.test_blacklist_life import Desks
from tests.files import a_pdf
from tests.house.clock import START, Clock
from tests.house.kiosks import GUIDE, Kiosked, kiosked
from tests.house.places import HALL
from tests.house.whole import Whole, opened
from wechat_backend.worker.job import AT_ONCE

pytestmark = pytest.mark.browser
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOON = START + 10 * DAY
"""Friday 4 December 2026, ten in the morning in Panyu."""
NUMBER = "番公函〔2026〕12号"
EXAMPLE = runpy.run_path(str(Path(__file__).parents[2] / "examples" / "device" / "device.py"))


class Life:
    """One kiosk between those who have to do with it."""

    def __init__(self, whole: Whole, kiosks: Kiosked, chromium: Chromium, name: str, file: Path) -> None:
        self.whole, self.kiosks, self.file, self.kiosk = whole, kiosks, file, ""
        self.desks = Desks(whole.office, chromium, Album(name))

    async def at(self, username: str) -> Page:
        return await self.desks.open(username, f"/admin/kiosks/{self.kiosk}")

    async def look(self, username: str, name: str) -> Page:
        return await self.desks.open(username, f"/admin/kiosks/{self.kiosk}", name)

    async def later(self, moment: datetime) -> None:
        """So late it is; workers do what is due, and everybody signs in anew."""
        self.whole.town.clock.set(moment)
        await self.whole.work()
        job = self.whole.worker.loop("schedule").job
        while await job.run() == AT_ONCE:
            pass
        await job.end()
        await self.desks.close()
        self.desks.pages.clear()

    async def state(self) -> State:
        return (await self.kiosks.get(self.kiosk))["state"]


@pytest.fixture(scope="module")
async def whole(mongo_uri: str, database: Any) -> AsyncIterator[Whole]:
    async with opened(mongo_uri, database, Clock()) as whole:
        yield whole


@pytest.fixture(scope="module")
async def kiosks(whole: Whole) -> Kiosked:
    return await kiosked(whole.town)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "letter.pdf"
    path.write_bytes(a_pdf())
    return path


def form(page: Page, button: str) -> Locator:
    """The form that a button sends."""
    return page.locator("#actions form").filter(has=page.get_by_role("button", name=button, exact=True))


async def unfold(page: Page, title: str) -> Locator:
    await page.locator("#actions summary", has_text=title).click()
    return form(page, title)


async def send(page: Page, button: str, told: str) -> None:
    await form(page, button).locator("button").click()
    await expect(page.locator(".good[role=status]")).to_contain_text(told)


async def confirm(page: Page, title: str, told: str) -> None:
    """On the page that shows what follows from it."""
    await page.get_by_role("button", name=f"确认{title}").click()
    await expect(page.locator(".good[role=status]")).to_contain_text(told)


def wall(moment: datetime) -> str:
    return moment.astimezone(PANYU).strftime("%Y-%m-%dT%H:%M")


async def requested(life: Life) -> None:
    """The department's contact asks for it, and hands in what belongs to it."""
    page = await life.desks.open("contact", "/admin/kiosks/new")
    for label, text in (("名称", "居住证自助机"), ("厂家", "番禺电子"), ("型号", "PY-100")):
        await page.get_by_label(label, exact=True).fill(text)
    await page.get_by_label("打印机", exact=True).check()
    await page.get_by_label("插入式读写卡设备", exact=True).check()
    await page.get_by_label("资产归属").select_option("申请部门")
    await page.get_by_label("使用至").fill("2029-12-31")
    await page.get_by_label(GUIDE.name).check()
    await page.get_by_label("A4标准空白打印纸由谁提供").select_option("政务服务中心")
    await page.locator("select[name=network]").select_option("政务外网")
    await page.get_by_role("button", name="提交申请").click()
    await expect(page.get_by_role("alert")).to_contain_text("紧急取卡措施")
    await page.get_by_label("紧急取卡措施").fill("按住退卡键五秒")
    await page.get_by_label("非工作时间联系人").fill("陈工")
    await page.get_by_label("电话", exact=True).fill("13500135000")
    await page.get_by_label("多少分钟内解决").fill("60")
    await life.desks.album.keep(page, "request")
    await page.get_by_role("button", name="提交申请").click()
    await expect(page.locator(".good[role=status]")).to_contain_text("进驻申请已提交")
    life.kiosk = page.url.rpartition("/")[2]
    for paper in Paper:
        given = await unfold(page, "提交使用说明、排查手册")
        await given.get_by_label("哪一种").select_option(paper.label)
        await given.locator("input[type=file]").set_input_files(life.file)
        await send(page, "提交使用说明、排查手册", "文件已提交")
    await life.desks.album.keep(page, "requested")


async def placed(life: Life) -> str:
    """Digital affairs reviews it, gives it a place, and issues a code; returns the code."""
    page = await life.at("digital")
    await send(page, "审核通过", "已审核通过")
    await form(page, "确定位置").get_by_label("大厅").select_option(HALL.code)
    await form(page, "确定位置").get_by_label("位置（如").fill("一楼A区3号位")
    await life.desks.album.keep(page, "to-place")
    await send(page, "确定位置", "位置已确定")
    await page.get_by_role("button", name="发出激活码").click()
    code = await page.locator(".code").inner_text()
    await life.desks.album.keep(page, "code")
    return code


def device_of(life: Life, folder: Path) -> Any:
    """The example's client, whose clock is that of the town."""
    made = EXAMPLE["Device"](life.whole.town.url, folder)
    now = life.whole.town.clock.now
    made.proof.__globals__["time"] = SimpleNamespace(time=lambda: now().timestamp())
    return made


async def broken_and_repaired(life: Life, device: Any) -> None:
    page = await life.at("centre")
    fault = await unfold(page, "报告故障")
    await fault.get_by_label("原因").select_option("设备或业务原因")
    await fault.get_by_label("情况").fill("打印机不出纸")
    await life.desks.album.keep(page, "to-report-a-fault")
    await send(page, "报告故障", "已登记为维修中")
    told = await asyncio.to_thread(device.beat)
    assert told["state"] == "under_repair"
    assert told["notice"]["text"].startswith("暂停服务")
    page = await life.at("contact")
    await send(page, "已修复", "已恢复服务")


async def filled(page: Page, start: datetime, end: datetime, reason: str) -> Locator:
    """The form of a suspension."""
    given = form(page, "通知暂停服务")
    await given.get_by_label("开始").fill(wall(start))
    await given.get_by_label("结束").fill(wall(end))
    await given.get_by_label("理由").fill(reason)
    return given


async def suspended(life: Life, device: Any) -> None:
    """For an hour: announced, put up in the hall, begun and ended by itself."""
    page = await life.at("contact")
    await unfold(page, "通知暂停服务")
    await filled(page, START + HOUR, START + 2 * HOUR, "系统升级")
    await form(page, "通知暂停服务").locator("button").click()
    await expect(page.get_by_role("alert")).to_contain_text("须提前1个工作日")
    await filled(page, SOON, SOON + HOUR, "系统升级")
    await life.desks.album.keep(page, "to-suspend")
    await form(page, "通知暂停服务").locator("button").click()
    await expect(page.get_by_role("heading", name="受影响的预约")).to_be_visible()
    await life.desks.album.keep(page, "consequences")
    await confirm(page, "通知暂停服务", "已通知大厅")
    page = await life.look("centre", "announced")
    await printed(life, page)
    page = await life.at("centre")
    await form(page, "已张贴公告").locator("button").click()
    await confirm(page, "已张贴公告", "已记录张贴时间")
    await life.later(SOON)
    told = await asyncio.to_thread(device.beat)
    assert told["state"] == "suspended"
    assert "因系统升级" in told["notice"]["text"]
    await life.look("centre", "suspended")
    await life.later(SOON + HOUR)
    told = await asyncio.to_thread(device.beat)
    assert (told["state"], told["notice"]) == ("in_service", None)


async def printed(life: Life, page: Page) -> None:
    """One sheet, on which nothing is larger than what it says first."""
    await page.get_by_role("link", name="打印暂停服务公告").click()
    heading = page.locator(".paper h1")
    await expect(heading).to_have_text("暂停服务")
    sizes = await page.locator(".paper *").evaluate_all(
        "all => all.map(e => [parseFloat(getComputedStyle(e).fontSize), e.tagName])"
    )
    assert max(sizes)[1] == "H1"
    await life.desks.album.keep(page, "notice")
    path = life.desks.album.folder / "notice.pdf"
    await page.pdf(path=path, prefer_css_page_size=True)
    with closing(PdfDocument(path)) as sheets:
        assert len(sheets) == 1


async def retired(life: Life, device: Any) -> None:
    """The contact asks by letter, digital affairs agrees on a day; on it the centre hands it back."""
    page = await life.at("contact")
    given = await unfold(page, "申请撤离")
    await given.get_by_label("理由").fill("更新换代")
    await given.get_by_label("文号").fill(NUMBER)
    await given.locator("input[type=file]").set_input_files(life.file)
    await life.desks.album.keep(page, "to-withdraw")
    await send(page, "申请撤离", "申请已提交")
    page = await life.at("digital")
    await form(page, "商定撤离日期").get_by_label("撤离日期").fill("2026-12-10")
    await life.desks.album.keep(page, "to-agree")
    await form(page, "商定撤离日期").locator("button").click()
    await confirm(page, "商定撤离日期", "撤离日期已确定")
    await life.later(datetime(2026, 12, 10, tzinfo=PANYU))
    with pytest.raises(EXAMPLE["Refused"], match="401 key_revoked"):
        await asyncio.to_thread(device.beat)
    page = await life.look("centre", "retired")
    await form(page, "已交还").get_by_label("交还给谁").fill("番禺分局王工，外观完好")
    await send(page, "已交还", "已记录交还")
    await life.desks.album.keep(page, "handed-back")


@pytest.mark.article("21.1", "21.5", "21.8", "18.7", "20.2", "21.announced")
async def test_from_the_request_until_it_is_handed_back(
    whole: Whole, kiosks: Kiosked, chromium: Chromium, file: Path, tmp_path: Path
) -> None:
    life = Life(whole, kiosks, chromium, "kiosk-life", file)
    await requested(life)
    code = await placed(life)
    device = device_of(life, tmp_path / "device")
    assert (await asyncio.to_thread(device.activate, code))["kiosk"] == life.kiosk
    assert (await asyncio.to_thread(device.beat))["state"] == "in_service"
    await broken_and_repaired(life, device)
    await suspended(life, device)
    await retired(life, device)
    assert await life.state() is State.HANDED_BACK
    await life.desks.close()


@pytest.mark.article("21.4", "21.away")
async def test_two_weeks_by_letter_taken_away_and_brought_back(
    whole: Whole, kiosks: Kiosked, chromium: Chromium, file: Path
) -> None:
    life = Life(whole, kiosks, chromium, "kiosk-weeks", file)
    life.kiosk = (await kiosks.in_service())["_id"]
    soon = whole.town.clock.now() + 10 * DAY
    end = soon + 14 * DAY
    page = await life.at("contact")
    await unfold(page, "通知暂停服务")
    await filled(page, soon, end, "网络调整")
    await form(page, "通知暂停服务").locator("button").click()
    await life.desks.album.keep(page, "letter-asked")
    await page.get_by_label("文号").fill(NUMBER)
    await page.locator("main input[type=file]").set_input_files(file)
    await confirm(page, "通知暂停服务", "已通知大厅")
    await expect(page.locator("#suspension")).to_contain_text(Custody.TAKEN_AWAY.label)
    await life.desks.album.keep(page, "announced")
    page = await life.at("centre")
    path = await page.get_by_role("link", name=NUMBER).get_attribute("href")
    letter = await page.request.get(f"{whole.town.url}{path}")
    assert (await letter.body()).startswith(b"%PDF")
    await life.later(soon)
    page = await life.look("centre", "to-take-away")
    await send(page, "已暂时撤离", "已记录撤离")
    assert await life.state() is State.TAKEN_AWAY
    await life.later(end + HOUR)
    assert await life.state() is State.TAKEN_AWAY
    page = await life.look("centre", "to-bring-back")
    await send(page, "已搬回原位，恢复服务", "已恢复服务")
    await life.desks.album.keep(page, "brought-back")
    found = await kiosks.get(life.kiosk)
    assert (found["state"], found["position"]) == (State.IN_SERVICE, "一楼A区1号位")
    assert [(one["start"], one["end"]) for one in found["suspensions"]] == [(soon, end)]
    await life.desks.close()
