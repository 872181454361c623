"""A bad review's whole life in browsers: its person on the phone, the department and service management at
their desks (article 17). The pictures stand in `artifacts/reviews`."""

import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from models.schedule import Due
from tests.browser.test_citizen_pages import Phone, phone_of
from tests.files import photo
from tests.house.applying import concluded
from tests.house.browser import Browser
from tests.house.office import Office, staffed
from tests.house.reviewed import POSTS, due
from tests.house.town import Town
from tests.looks import picture, serious

pytestmark = pytest.mark.browser
PICTURES = Path(__file__).parents[2] / "artifacts" / "reviews"
DESK = {"width": 1440, "height": 900}


@dataclass
class Life:
    """One bad review: its person's phone, the desks of staff, and pictures in their order."""

    office: Office
    chromium: Chromium
    citizen: Browser
    phone: Phone
    path: str
    folder: Path
    desks: dict[str, Page] = field(default_factory=dict)
    count: int = 0

    @property
    def matter(self) -> str:
        return f"application:{self.path.rpartition('/')[2]}"

    @property
    def own(self) -> str:
        return f"/reviews/{self.matter}"

    async def keep(self, page: Page, name: str) -> None:
        self.count += 1
        await picture(page, self.folder / f"{self.count:02}-{name}.png", whole=True)

    async def look(self, name: str, path: str = "") -> None:
        """The own page on the phone."""
        await self.phone.open(path or self.own)
        await self.keep(self.phone.page, f"phone-{name}")

    async def desk(self, username: str, path: str) -> Page:
        """A page at a member's desk."""
        if username not in self.desks:
            context = await self.chromium.new_context(viewport=DESK, locale="zh-CN")  # type: ignore[arg-type]
            jar = (await self.office.desk(username)).cookies
            url = self.office.town.url
            await context.add_cookies([{"name": n, "value": v, "url": url} for n, v in jar.items()])
            self.desks[username] = await context.new_page()
        page = self.desks[username]
        await page.goto(self.office.town.url + path)
        assert await serious(page) == [], path
        return page

    async def give(self) -> str:
        """A bad review, on the phone; the number that staff know it by."""
        page = self.phone.page
        await self.phone.open(f"{self.path}/review")
        await page.click("label.face_1")
        await page.check("input[value='108']")
        await page.fill("#words", "等了一天，还要另交清单上没有的材料")
        await self.keep(page, "phone-form")
        await page.click("form button.weui-btn_primary")
        await page.wait_for_selector(".result")
        town = self.office.town
        review = await town.stores.reviews.get(self.matter)
        assert await town.stores.rectifying.open(due(review), town.by())
        return review["ref"]

    async def step(self, ref: str, verb: str, words: str) -> None:
        page = await self.desk("rectifier", f"/admin/rectifications/{ref}")
        await page.fill(f"form[action$='/{verb}'] textarea", words)
        await self.keep(page, f"desk-{verb}")
        await page.click(f"form[action$='/{verb}'] button")
        await expect(page.get_by_role("status").first).to_contain_text("已记录")

    async def dispute(self, ref: str) -> None:
        """Raised with a file by the supervisor; service management looks at it, and asks the person."""
        page = await self.desk("supervisor", f"/admin/reviews/{ref}")
        await page.click("summary:has-text('提出异议')")
        await page.fill("textarea[name=grounds]", "材料清单已在窗口告知")
        await page.fill("textarea[name=evidence]", "窗口收件记录")
        await page.click("form[action$='/dispute'] button")
        file = {"name": "记录.jpg", "mimeType": "image/jpeg", "buffer": photo()}
        await page.set_input_files("input[name=file]", file)  # type: ignore[arg-type]
        await self.keep(page, "desk-dispute-raised")
        await page.click("form[action$='/evidence'] button")
        await expect(page.get_by_role("link", name="证据1")).to_be_visible()
        page = await self.desk("management", f"/admin/reviews/{ref}")
        await self.keep(page, "desk-dispute-to-ask")
        seen = await page.context.request.get(f"{self.office.town.url}/admin/reviews/{ref}/evidence/1")
        assert (seen.status, seen.headers["content-type"]) == (200, "image/jpeg")
        await page.click("form[action$='/ask'] button")
        await self.look("asked")
        await self.phone.page.fill("#dispute-word", "清单上没有这一份，窗口也没有说")
        await self.phone.page.click("form[action$='/word'] button")
        await self.phone.page.wait_for_load_state()

    async def decide(self, ref: str, decision: str, reason: str) -> None:
        page = await self.desk("management", f"/admin/reviews/{ref}")
        await page.check(f"input[name=decision][value={decision}]")
        await page.fill("form[action$='/decide'] textarea", reason)
        await self.keep(page, f"desk-{decision}")
        await page.click("form[action$='/decide'] button")
        await expect(page.get_by_text(reason)).to_be_visible()
        for username in ("supervisor", "management"):
            page = await self.desk(username, f"/admin/reviews/{ref}")
            await expect(page.get_by_text(reason)).to_be_visible()
        await self.keep(page, f"desk-{decision}-said")

    async def close(self) -> None:
        assert self.phone.faults == [], "\n".join(self.phone.faults)
        for page in (self.phone.page, *self.desks.values()):
            await page.context.close()


async def life(town: Town, chromium: Chromium, name: str, mode: str = "chinese") -> Life:
    office = await staffed(town)
    for username in ("supervisor", "rectifier"):
        await town.member(username, POSTS[username])
    folder = PICTURES / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    citizen = await town.citizen()
    path = await concluded(town, citizen)
    return Life(office, chromium, citizen, await phone_of(town, chromium, citizen, mode), path, folder)


@pytest.mark.article("17.rectification", "17.dispute", "17.contact")
async def test_a_bad_review_is_disputed_upheld_and_rectified(town: Town, chromium: Chromium) -> None:
    one = await life(town, chromium, "upheld")
    ref = await one.give()
    await one.look("given")
    page = await one.desk("rectifier", f"/admin/rectifications/{ref}")
    await one.keep(page, "desk-open")
    await page.fill("form[action$='/reveal'] textarea", "首次联系")
    await page.click("form[action$='/reveal'] button")
    await expect(page.get_by_text("王小明")).to_be_visible()
    await one.keep(page, "desk-contact")
    await one.step(ref, "contact", "电话联系，本人说多要了一份证明")
    await one.dispute(ref)
    await one.decide(ref, "upheld", "清单确无此项，评价有效")
    await one.look("upheld")
    await one.step(ref, "fix", "不再要求这份证明，已更新清单")
    await one.look("fixed")
    await one.phone.page.click("summary:has-text('整改')")
    await one.phone.page.click("form[action$='/rate'] label.face_4")
    await one.phone.page.click("form[action$='/rate'] button")
    await one.step(ref, "call_back", "本人满意")
    await one.step(ref, "close", "感谢指正：窗口不再要求这份证明")
    await one.look("closed")
    await expect(one.phone.page.get_by_text("感谢指正")).to_be_visible()
    guide = (await town.stores.reviews.get(one.matter))["item"]
    await one.look("guide", f"/guides/{guide}")
    await one.phone.page.click("a[href^='/replies']")
    await expect(one.phone.page.get_by_text("感谢指正")).to_be_visible()
    await one.phone.look("replies")
    await one.keep(one.phone.page, "phone-replies")
    found = await town.stores.rectifications.get(one.matter)
    assert found["rating"]
    assert found["rating"]["level"] == 4
    for mode in ("english", "large"):
        other = await phone_of(town, chromium, one.citizen, mode)
        for name, path in (("review", one.own), ("replies", f"/replies?item={guide}")):
            await other.open(path)
            await one.keep(other.page, f"{mode}-{name}")
        assert other.faults == [], "\n".join(other.faults)
        await other.context.close()
    await one.close()


@pytest.mark.article("17.dispute")
async def test_one_that_is_set_aside_keeps_its_place_and_says_so(town: Town, chromium: Chromium) -> None:
    one = await life(town, chromium, "set-aside")
    ref = await one.give()
    await one.dispute(ref)
    await one.decide(ref, "set_aside", "记录显示由其他部门办理")
    await one.look("set-aside")
    await expect(one.phone.page.get_by_text("不计入统计")).to_be_visible()
    await expect(one.phone.page.get_by_text("记录显示由其他部门办理")).to_be_visible()
    page = await one.desk("supervisor", "/admin/reviews?show=set_aside")
    await expect(page.locator(f"a[href='/admin/reviews/{ref}']")).to_be_visible()
    await one.keep(page, "desk-list")
    await one.close()


@pytest.mark.article("17.asked")
@pytest.mark.parametrize("mode", ["chinese", "english", "large"])
async def test_the_link_of_a_short_message(town: Town, chromium: Chromium, mode: str) -> None:
    """In a browser that is signed in nowhere."""
    one = await life(town, chromium, f"link-{mode}", mode)
    key, what = one.path.rpartition("/")[2], "application.ask_review"
    plan = Due(f"plan:{what}", what, key, town.clock.now() - timedelta(minutes=1), 1, "lease")
    assert await town.stores.asking.ask(plan, town.by())
    link = f"/r/{town.stores.invitations.token(one.matter)}"
    stranger = await phone_of(town, chromium, Browser(town), mode)
    await stranger.open(link)
    await one.keep(stranger.page, "form")
    await stranger.page.click("label.face_4")
    await stranger.page.click("form button.weui-btn_primary")
    await stranger.page.wait_for_selector(".result")
    await stranger.look("thanks")
    await one.keep(stranger.page, "thanks")
    assert stranger.faults == [], "\n".join(stranger.faults)
    await stranger.context.close()
    await one.close()
