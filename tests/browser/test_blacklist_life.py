"""The blacklist's whole life in real browsers: a clerk, three officers at their desks, a person on the phone.

Pictures of every page are in `artifacts/blacklist-…`.
"""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from models.blacklist import State
from models.staff import Role
from tests.browser.album import DESK, Album
from tests.browser.test_citizen_pages import Phone, phone_of
from tests.files import a_pdf, photo
from tests.house.applying import ITEM, submitted
from tests.house.browser import Browser
from tests.house.listing import FACTS, WORDS
from tests.house.office import Office, staffed
from tests.house.staff import Post
from tests.house.town import Town

pytestmark = pytest.mark.browser
OFFICERS = ("li", "wang", "zhao")
REASON = "查明材料系中介伪造，本人不知情"


class Desks:
    """A page in the panel for each member, and what is looked at on the way."""

    def __init__(self, office: Office, chromium: Chromium, album: Album) -> None:
        self.office, self.chromium, self.album = office, chromium, album
        self.pages: dict[str, Page] = {}

    async def of(self, username: str) -> Page:
        if username not in self.pages:
            context = await self.chromium.new_context(viewport=DESK, locale="zh-CN")
            jar, url = (await self.office.desk(username)).cookies, self.office.town.url
            await context.add_cookies([{"name": n, "value": v, "url": url} for n, v in jar.items()])
            self.pages[username] = await context.new_page()
            self.pages[username].set_default_timeout(30_000)
        return self.pages[username]

    async def open(self, username: str, path: str, name: str = "") -> Page:
        page = await self.of(username)
        await page.goto(self.office.town.url + path)
        if name:
            await self.album.keep(page, name)
        return page

    async def close(self) -> None:
        for page in self.pages.values():
            await page.context.close()


@pytest.fixture(scope="module")
async def office(town: Town) -> Office:
    for username in OFFICERS:
        await town.member(username, Post((Role.SERVICE_MANAGEMENT,)))
    return await staffed(town)


async def flagged(desks: Desks, case: str, proof: Path) -> None:
    """The department opens the form from its case, and hands in what it has found."""
    page = await desks.open("approver", f"/admin{case}")
    await page.get_by_role("link", name="提出黑名单线索").click()
    await page.get_by_label("提供虚假材料或信息").check()
    await page.get_by_label("情况（何时、何事，怎样核实的）").fill(FACTS)
    await page.set_input_files("input[type=file]", proof)
    await desks.album.keep(page, "new-flag")
    await page.get_by_role("button", name="提交线索").click()
    await expect(page.get_by_role("status")).to_contain_text("线索已提交")
    await desks.album.keep(page, "flagged-case")


async def proposed(desks: Desks) -> str:
    """One officer finds the flag in the queue and proposes a decision; its path."""
    await desks.open("li", "/admin", "home")
    page = await desks.open("li", "/admin/flags", "flags")
    await page.locator("tbody a").first.click()
    await desks.album.keep(page, "flag")
    await page.get_by_role("link", name="属实，提出处理决定").click()
    await page.get_by_label("虚假材料或欺诈").check()
    await page.get_by_label("事实（写入决定书，本人会看到）").fill(FACTS)
    await desks.album.keep(page, "new-ban")
    await page.get_by_role("button", name="提出，交同事复核").click()
    await expect(page.get_by_role("status")).to_contain_text("处理决定已提出")
    await expect(page.get_by_role("button", name="同意，作出决定")).to_have_count(0)
    await desks.album.keep(page, "proposed-by-me")
    return page.url.removeprefix(desks.office.town.url)


async def confirmed(desks: Desks, path: str) -> None:
    """Another officer looks at the evidence, and agrees."""
    await desks.open("wang", "/admin/bans", "proposals")
    page = await desks.open("wang", path)
    await page.locator("ol a").first.click()
    await expect(page.get_by_text("核对一致")).to_be_visible()
    await desks.open("wang", f"{path}/evidence/2", "evidence")
    page = await desks.open("wang", path, "to-confirm")
    await page.get_by_label("已核对事实和证据").check()
    await page.get_by_role("button", name="同意，作出决定").click()
    await expect(page.get_by_role("status")).to_contain_text("决定已作出")
    await desks.album.keep(page, "confirmed")


async def read_on_the_phone(desks: Desks, phone: Phone, key: str) -> None:
    """The person opens the decision, is turned away where applying begins, and goes on everywhere else."""
    await phone.open("/me")
    await phone.page.click(f"a[href='/blacklist/{key}']")
    await snap(desks, phone, "citizen-decision")
    await phone.open(f"/applications/new?item={ITEM}")
    await expect(phone.page.get_by_text("您在网上办事黑名单内")).to_be_visible()
    await snap(desks, phone, "citizen-blocked")
    await phone.open(f"/appointments/new?item={ITEM}")
    await expect(phone.page.get_by_text("黑名单")).to_have_count(0)


async def snap(desks: Desks, phone: Phone, name: str) -> None:
    await phone.look(name)
    await desks.album.snap(phone.page, name)


async def begins_again(desks: Desks, phone: Phone) -> None:
    await phone.open(f"/applications/new?item={ITEM}")
    await expect(phone.page.get_by_text("您在网上办事黑名单内")).to_have_count(0)


@pytest.fixture
async def citizen(office: Office) -> Browser:
    return await office.town.citizen()


@pytest.mark.article("28.1", "28.notice", "28.appeal", "28.online")
async def test_listed_blocked_and_lifted_after_an_appeal(
    office: Office, chromium: Chromium, citizen: Browser, tmp_path: Path
) -> None:
    desks, bans = Desks(office, chromium, Album("blacklist-appeal")), office.town.stores.bans
    proof, picture = tmp_path / "proof.pdf", tmp_path / "proof.jpg"
    await asyncio.to_thread(proof.write_bytes, a_pdf())
    await asyncio.to_thread(picture.write_bytes, photo())
    await flagged(desks, await submitted(citizen), proof)
    path = await proposed(desks)
    await confirmed(desks, path)
    key = path.rpartition("/")[2]
    phone = await phone_of(office.town, chromium, citizen, "chinese")
    page = phone.page
    await read_on_the_phone(desks, phone, key)
    await desks.open("li", path, "in-force")
    await phone.open(f"/blacklist/{key}")
    await page.fill("#words", WORDS)
    await page.click("form#appeal button")
    await page.set_input_files("#file", picture)
    await page.wait_for_selector(".kept__name")
    await snap(desks, phone, "citizen-appealed")
    own = await desks.open("li", f"/admin/appeals/{key}", "appeal-of-my-own")
    await expect(own.get_by_role("button", name="答复")).to_have_count(0)
    await desks.open("zhao", "/admin/appeals", "appeals")
    desk = await desks.open("zhao", f"/admin/appeals/{key}", "appeal")
    await desk.get_by_label("申诉成立，撤销原决定").check()
    await desk.get_by_label("理由（本人会看到）").fill(REASON)
    await desk.get_by_role("button", name="答复").click()
    await expect(desk.get_by_role("status")).to_contain_text("已答复")
    await desks.album.keep(desk, "answered")
    await desks.open("zhao", path, "lifted")
    assert (await bans.get(key))["state"] is State.LIFTED
    await phone.open(f"/blacklist/{key}")
    await expect(page.get_by_text(REASON)).to_be_visible()
    await snap(desks, phone, "citizen-lifted")
    await begins_again(desks, phone)
    assert phone.faults == []
    await phone.context.close()
    await desks.close()


@pytest.mark.article("28.1", "28.delisting", "28.online")
async def test_listed_blocked_and_delisted(
    office: Office, chromium: Chromium, citizen: Browser, tmp_path: Path
) -> None:
    desks, proof = Desks(office, chromium, Album("blacklist-delisting")), tmp_path / "proof.pdf"
    await asyncio.to_thread(proof.write_bytes, a_pdf())
    await flagged(desks, await submitted(citizen), proof)
    path = await proposed(desks)
    await confirmed(desks, path)
    key = path.rpartition("/")[2]
    phone = await phone_of(office.town, chromium, citizen, "chinese")
    await read_on_the_phone(desks, phone, key)
    page = await desks.open("zhao", path)
    await page.get_by_text("核实为非故意，解除").click()
    await page.get_by_label("理由（本人会看到）").fill(REASON)
    await desks.album.keep(page, "to-delist")
    await page.get_by_role("button", name="解除").click()
    await expect(page.get_by_role("status")).to_contain_text("已解除")
    await desks.album.keep(page, "delisted")
    await page.get_by_role("link", name="该对象的全部记录").click()
    await desks.album.keep(page, "person")
    await desks.open("zhao", "/admin/blacklist", "figures")
    await phone.open(f"/blacklist/{key}")
    await expect(phone.page.get_by_text(REASON)).to_be_visible()
    await snap(desks, phone, "citizen-delisted")
    await begins_again(desks, phone)
    assert phone.faults == []
    await phone.context.close()
    await desks.close()
