"""Whole mornings at the panel, at a desk and on a phone: a clerk's with the mouse and by keyboard alone, a
supervisor's review of overdue work, a substitute's day."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Locator, Page, expect

from models.staff import Leave, Role
from models.workdays import local_date
from tests.browser.album import Album
from tests.browser.test_panel import desk
from tests.house.guides import USCC
from tests.house.office import Office, staffed
from tests.house.staff import PASSWORD, Post
from tests.house.town import Town
from tests.looks import focus_unseen

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
MEMBERS = {
    "clerk": Post((Role.REVIEWER,), USCC),
    "supervisor": Post((Role.SUPERVISOR,), USCC),
    "wang": Post((Role.APPROVER,), USCC),
    "li": Post((Role.REVIEWER,), USCC),
}
STAGE = ".viewer__stage"
DONE = ["accepted", "supplement_requested", *["accepted"] * 3]
"""What becomes of the cases in a clerk's morning; of those that are found, the latest comes first."""
FORM = "form[action*='/request_supplement']"


@dataclass
class Case:
    """The path of an application in the panel, and its applicant's name."""

    path: str
    name: str


@pytest.fixture(scope="module")
async def office(town: Town) -> Office:
    office = await staffed(town)
    for username, post in MEMBERS.items():
        await town.member(username, post)
    return office


@pytest.fixture
async def cases(office: Office) -> AsyncIterator[list[Case]]:
    """All that there is: two of one person, then three others, the first to fall due first."""
    documents, clock = office.town.services.applications.documents, office.town.clock
    await documents.delete_many({})
    now, made = clock.now(), []
    for days, name in enumerate(("何晓彤", "何晓彤", "李国栋", "周美玲", "吴志强")):
        clock.set(now - timedelta(days=6 - days))
        made.append(Case((await office.handed_in(name))[0], name))
    clock.set(now)
    yield made
    clock.set(now)


async def at_desk(office: Office, chromium: Chromium, username: str, to: str = "/admin") -> Page:
    page = await desk(office, chromium, username)
    await page.goto(office.town.url + to)
    return page


def row(page: Page, case: Case) -> Locator:
    return page.locator("tbody tr").filter(has=page.locator(f"a[href^='{case.path}']"))


async def states(office: Office, cases: list[Case]) -> list[str]:
    return [await office.state(case.path) for case in cases]


async def shown(page: Page) -> None:
    """Until the page of a file is a picture."""
    await expect(page.locator(f"{STAGE} img")).to_have_js_property("complete", value=True)


async def seen_well(page: Page) -> None:
    assert await focus_unseen(page) == []


async def test_a_clerks_morning(office: Office, cases: list[Case], chromium: Chromium) -> None:
    """Finds a person's two cases by name, looks at the material, asks for it again, accepts the next one, and
    the others at once; of these a colleague was quicker with one."""
    album, page = Album("clerk"), await at_desk(office, chromium, "clerk")
    await expect(page.get_by_role("link", name="5 待我处理")).to_be_visible()
    await album.keep(page, "home")
    await seen_well(page)
    await page.get_by_role("link", name="5 待我处理").click()
    await album.keep(page, "list")
    await page.get_by_label("流水号、手机号、证件号码或完整姓名").fill("何晓彤")
    await page.get_by_role("button", name="查找").click()
    await expect(page.locator("tbody tr")).to_have_count(2)
    await album.keep(page, "found")

    await page.locator("tbody a.code").first.click()
    await page.get_by_role("link", name="居住证原件照片").click()
    await shown(page)
    await page.locator(".viewer").get_by_text("放大").click()
    await page.locator(".viewer").get_by_text("右转").click()
    await page.get_by_text("对照填写的内容").click()
    await album.keep(page, "viewer")
    await seen_well(page)
    await page.locator(".viewer").get_by_text("关闭").click()
    await page.locator("summary", has_text="要求补齐补正").click()
    await page.locator(FORM).get_by_label("居住证原件照片").check()
    await page.locator(FORM).get_by_label("说明").fill("请上传四个角都拍到的照片。")
    await album.keep(page, "supplement")
    await page.get_by_role("button", name="发出补正通知").click()
    await expect(page.get_by_role("status")).to_contain_text("补正通知已发出")
    await album.keep(page, "asked")

    await page.locator(".done").get_by_role("link", name="下一件").click()
    await page.get_by_role("button", name="予以受理").click()
    await expect(page.get_by_role("status")).to_contain_text("这个列表后面没有了")
    await album.keep(page, "last-of-the-list")
    await page.locator(".done").get_by_role("link", name="返回列表").click()
    await page.get_by_role("link", name="查找：何晓彤，去掉").click()
    await page.get_by_role("link", name="待受理").click()
    for case in cases[2:]:
        await row(page, case).get_by_role("checkbox").check()
    await album.keep(page, "ticked")
    quicker = await office.desk("approver")
    assert (await quicker.post(f"{cases[4].path}/accept")).status == 303
    await page.get_by_role("button", name="受理勾选的办件").click()
    await expect(page.get_by_role("heading", name="批量受理：已受理2件，1件没有受理")).to_be_visible()
    await album.keep(page, "accepted")
    await seen_well(page)
    await page.context.close()
    assert await states(office, cases) == DONE


@dataclass
class Keys:
    """A page to which nothing is done but keys pressed."""

    page: Page

    async def press(self, *names: str) -> None:
        for name in names:
            await self.page.keyboard.press(name)

    async def type(self, text: str) -> None:
        await self.page.keyboard.type(text)

    async def tab_to(self, target: Locator) -> None:
        """Tab until it has the focus."""
        await target.wait_for()
        for _ in range(40):
            if await target.evaluate("element => element === document.activeElement"):
                return
            await self.press("Tab")
        raise AssertionError(f"not reached by Tab: {target}")


async def test_a_clerks_morning_by_keyboard_alone(
    office: Office, cases: list[Case], chromium: Chromium
) -> None:
    """From the sign-in to signing out, without a mouse and without an address."""
    page = await at_desk(office, chromium, "", to="/admin")
    keys, link = Keys(page), page.get_by_role("navigation", name="主菜单").get_by_role("link", name="办件")
    await expect(page.get_by_label("用户名")).to_be_focused()
    await keys.type("clerk")
    await keys.press("Tab")
    await keys.type(PASSWORD)
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="您好，clerk的姓名")).to_be_visible()
    await keys.press("j", "j")
    await expect(row(page, cases[1]).locator("a")).to_be_focused()
    await keys.tab_to(link)
    await keys.press("Enter")
    await expect(page.locator("[data-scan]")).to_be_focused()
    await keys.type("何晓彤")
    await keys.press("Enter")
    await expect(page.locator("tbody tr")).to_have_count(2)
    await expect(page.locator("[data-scan]")).to_be_focused()
    await keys.press("Escape", "j", "Enter")
    await looks_at_the_material(keys)
    await asks_for_it_again(keys)
    await keys.press("Enter")  # the next one has the focus
    await expect(page.locator(".case .status")).to_have_text("已提交，待受理")
    await keys.press("a", "Enter")
    await expect(page.locator(".done .button_main")).to_be_focused()
    await keys.press("Enter")
    await accepts_the_others(keys)
    await keys.tab_to(page.get_by_role("button", name="退出"))
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="工作人员登录")).to_be_visible()
    assert await states(office, cases) == DONE
    await page.context.close()


async def looks_at_the_material(keys: Keys) -> None:
    page = keys.page
    file = page.get_by_role("link", name="居住证原件照片")
    await keys.tab_to(file)
    await keys.press("Enter")
    await shown(page)
    await expect(page.locator(STAGE)).to_be_focused()
    await keys.press("+", "r")
    await expect(page.locator(STAGE)).to_have_attribute("data-turn", "90")
    await keys.press("Escape")
    await expect(file).to_be_focused()


async def asks_for_it_again(keys: Keys) -> None:
    page = keys.page
    await keys.press("a")
    await expect(page.get_by_role("button", name="予以受理")).to_be_focused()
    await keys.press("Tab", "Enter")
    await keys.tab_to(page.locator(FORM).get_by_label("居住证原件照片"))
    await keys.press(" ")
    await keys.tab_to(page.locator(FORM).get_by_label("说明"))
    await keys.type("请上传四个角都拍到的照片。")
    await keys.press("Tab", "Enter")
    await expect(page.get_by_role("status")).to_contain_text("补正通知已发出")
    await expect(page.locator(".done .button_main")).to_be_focused()


async def accepts_the_others(keys: Keys) -> None:
    """The search is taken off, and all that waits is ticked."""
    page = keys.page
    await keys.press("Escape")
    await keys.tab_to(page.get_by_role("link", name="查找：何晓彤，去掉"))
    await keys.press("Enter")
    await expect(page.locator(".chips")).to_have_count(0)
    await keys.press("Escape")
    await keys.tab_to(page.get_by_role("link", name="待受理"))
    await keys.press("Enter")
    await expect(page.locator("tbody tr")).to_have_count(3)
    await keys.press("Escape", "j", "x", "j", "x", "j", "x", "a", "Enter")
    await expect(page.get_by_role("status")).to_contain_text("已受理3件")


async def test_a_supervisors_review_of_overdue_work(
    office: Office, cases: list[Case], chromium: Chromium
) -> None:
    """From the number on the home page to the case, whose clerk is asked, answers, and is read."""
    office.town.clock.advance(timedelta(days=2))
    late = cases[0]
    album, page = Album("supervisor"), await at_desk(office, chromium, "supervisor")
    await album.keep(page, "home")
    await seen_well(page)
    await page.locator("a.numbers__bad", has_text="全部已超期").click()
    await expect(row(page, late)).to_contain_text("已超期")
    await album.keep(page, "overdue")
    await row(page, late).locator("a").click()
    await page.locator("summary", has_text="分派").click()
    await page.get_by_role("combobox", name="承办人").select_option(label="clerk的姓名")
    await page.get_by_label("说明（可不填）").fill("今天请先办这一件")
    await page.get_by_role("button", name="分派").click()
    await expect(page.locator("#holder")).to_contain_text("承办人：clerk的姓名")
    await page.locator("#nudges summary").click()
    await page.get_by_label("督办事由").fill("已经超期，请说明原因和何时办结。")
    await album.keep(page, "nudge")
    await page.get_by_role("button", name="发出督办").click()
    await expect(page.locator("#nudges")).to_contain_text("待答复")
    await album.keep(page, "nudged")
    await answers(await at_desk(office, chromium, "clerk"), album, late)
    await page.reload()
    await expect(page.locator("#nudges .answer")).to_contain_text("今天下午办结。")
    await expect(page.locator("#nudges .answer")).to_contain_text("clerk的姓名答复，当天答复")
    await album.keep(page, "answered")
    await seen_well(page)
    await page.context.close()


async def answers(page: Page, album: Album, late: Case) -> None:
    """The clerk, who finds the nudge above the list."""
    await expect(page.get_by_role("link", name="1 我承办的")).to_be_visible()
    await page.get_by_role("navigation", name="主菜单").get_by_role("link", name="办件").click()
    await album.keep(page, "clerks-list")
    await page.locator(f".card_urgent a[href^='{late.path}']").click()
    back, name = [await page.locator(f".case__{one}").bounding_box() for one in ("back", "name")]
    assert back
    assert name
    assert back["x"] == name["x"]  # without a list to go through, too
    await page.get_by_label("答复（申请人看不到）").fill("已联系申请人，今天下午办结。")
    await album.keep(page, "clerks-answer")
    await seen_well(page)
    await page.get_by_role("button", name="答复督办").click()
    await expect(page.locator("#nudges .answer")).to_be_visible()
    await page.context.close()


async def test_a_substitutes_day(office: Office, cases: list[Case], chromium: Chromium) -> None:
    """Acts for an absent member, works what is theirs, and is oneself again."""
    town, case = office.town, cases[0]
    own = await office.desk("wang")
    assert (await own.post(f"{case.path}/take")).status == 303
    town.clock.advance(timedelta(minutes=20))
    today = local_date(town.clock.now())
    wang = await town.services.staff.get("wang")
    leave = Leave("li", today, today + timedelta(days=2))
    await town.services.absences.set_own(wang, leave, town.by_staff("wang"))
    album, page = Album("substitute"), await at_desk(office, chromium, "li")
    held, banner = page.get_by_role("link", name="1 我承办的"), page.get_by_label("代理", exact=True)
    await expect(page.get_by_role("link", name="0 我承办的")).to_be_visible()
    await page.get_by_role("link", name="我的账号").click()
    await album.keep(page, "account")
    await page.get_by_role("button", name="代wang的姓名办理").click()
    await expect(banner).to_contain_text("正在代wang的姓名办理")
    await expect(held).to_be_visible()
    await album.keep(page, "home")
    await seen_well(page)
    await held.click()
    await expect(page.locator("tbody tr")).to_have_count(1)
    await album.keep(page, "held")
    await row(page, case).locator("a").click()
    await page.get_by_role("button", name="予以受理").click()
    await expect(page.locator(".timeline li").first).to_contain_text("li的姓名（代wang的姓名）")
    await album.keep(page, "accepted")
    await seen_well(page)
    await banner.get_by_role("button", name="换回本人").click()
    await expect(banner).to_have_count(0)
    await expect(page.get_by_role("status")).to_contain_text("已换回您本人")
    await expect(page.get_by_role("link", name="0 我承办的")).to_be_visible()
    await album.keep(page, "oneself")
    await page.context.close()
