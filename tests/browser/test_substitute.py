"""A substitute's day, at a desk and on a phone: acts for an absent member, concludes, is oneself again."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from models.staff import Leave, Role
from models.workdays import local_date
from tests.house.guides import USCC
from tests.house.office import PDF, Office, staffed
from tests.house.staff import Post
from tests.house.town import Town
from tests.looks import focus_unseen, serious

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
async def office(town: Town) -> Office:
    office = await staffed(town)
    await town.member("wang", Post((Role.APPROVER,), USCC))
    await town.member("li", Post((Role.REVIEWER,), USCC))
    today = local_date(town.clock.now())
    leave = Leave("li", today, today + timedelta(days=4))
    wang = await town.services.staff.get("wang")
    await town.services.absences.set_own(wang, leave, town.by_staff("wang"))
    return office


async def desk(office: Office, chromium: Chromium, width: int, height: int) -> Page:
    context = await chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    jar = (await office.desk("li")).cookies
    await context.add_cookies([{"name": n, "value": v, "url": office.town.url} for n, v in jar.items()])
    page = await context.new_page()
    page.set_default_timeout(10_000)
    return page


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
async def test_a_substitutes_day(office: Office, chromium: Chromium, width: int, height: int) -> None:
    path, url = await office.accepted(), office.town.url
    page = await desk(office, chromium, width, height)
    await page.goto(f"{url}{path}")
    await expect(page.locator("input[name=deliverable]")).to_have_count(0)
    await page.goto(f"{url}/admin/account")
    await page.get_by_role("button", name="代wang的姓名办理").click()
    banner = page.get_by_label("代理", exact=True)
    await expect(banner).to_contain_text("正在代wang的姓名办理（至11月28日）")
    await page.goto(f"{url}{path}")
    await page.get_by_role("button", name="由我承办").click()
    await page.locator("input[name=deliverable]").set_input_files(
        {"name": "凭证.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    await page.get_by_label("同意办理").check()
    await page.get_by_role("button", name="下一步").click()
    await page.get_by_role("button", name="确认办结").click()
    await expect(page.locator(".status")).to_contain_text("已办结")
    await expect(page.get_by_text("li的姓名（代wang的姓名）").first).to_be_visible()
    await page.get_by_text("已开始填写").scroll_into_view_if_needed()
    await expect(banner).to_be_in_viewport()
    for address in ("/admin/account", "/admin/account/absence"):
        await page.goto(f"{url}{address}")
        await expect(banner).to_be_visible()
        assert await serious(page) == []
        assert await focus_unseen(page) == []
    await page.context.close()


async def test_a_tab_that_was_left_open_says_that_nothing_was_done(
    office: Office, chromium: Chromium
) -> None:
    path, _ = await office.handed_in()
    page = await desk(office, chromium, 1440, 900)
    await page.goto(f"{office.town.url}/admin/account")
    await page.get_by_role("button", name="代wang的姓名办理").click()
    await page.goto(office.town.url + path)
    other = await page.context.new_page()
    await other.goto(f"{office.town.url}/admin")
    await other.get_by_role("button", name="换回本人").click()
    await page.get_by_label("备注（申请人看不到）").fill("写了很久的备注")
    await page.get_by_role("button", name="记下").click()
    await expect(page.get_by_role("heading", name="您现在的办理身份与打开本页时不同")).to_be_visible()
    await expect(page.get_by_text("写了很久的备注")).to_be_visible()
    assert not (await office.application(path)).get("internal")
    await page.get_by_role("link", name="返回刚才的页面").click()
    await expect(page.get_by_label("代理", exact=True)).to_have_count(0)
    await page.context.close()
