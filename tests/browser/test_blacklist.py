"""A decision of the blacklist on the phone: read, appealed against with a photo, answered (article 28)."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium

from models.blacklist import Reference
from tests.browser.album import Album
from tests.browser.test_citizen_pages import MODES, phone_of
from tests.files import photo
from tests.house.applying import ITEM, submitted
from tests.house.listing import WORDS, ZHAO, Listing
from tests.house.people import new_number, new_phone
from tests.house.town import Town

pytestmark = pytest.mark.browser


@pytest.mark.article("28.notice", "28.appeal")
@pytest.mark.parametrize("mode", MODES)
async def test_from_the_notice_to_the_answer(
    town: Town, chromium: Chromium, mode: str, tmp_path: Path
) -> None:
    citizen, openid = town.browser(), f"openid-listed-{mode}"
    await citizen.sign_in(openid)
    await citizen.bind("王小明", new_number(), new_phone())
    account = await town.services.accounts.find(openid)
    assert account
    party = await town.services.binding.party(account)
    assert party
    found = (await submitted(citizen)).split("/")[2]
    listing = Listing(town, party.id, (Reference("application", found),))
    ban = await listing.confirmed()
    phone = await phone_of(town, chromium, citizen, mode)
    page, album = phone.page, Album(f"blacklist-{mode}")
    await phone.open("/me")
    await page.click(f"a[href='/blacklist/{ban['_id']}']")
    await phone.look("the decision")
    await album.snap(page, "decision")
    await phone.open(f"/applications/new?item={ITEM}")
    await album.snap(page, "blocked")
    await page.click("a[href='/blacklist']")
    await phone.look("all decisions")
    await album.snap(page, "decisions")
    await phone.open(f"/blacklist/{ban['_id']}")
    await page.fill("#words", WORDS)
    await page.click("form#appeal button")
    await page.wait_for_selector("#files")
    await phone.look("the appeal")
    await asyncio.to_thread((tmp_path / "proof.jpg").write_bytes, photo())
    await page.set_input_files("#file", tmp_path / "proof.jpg")
    await page.wait_for_selector(".kept__name")
    await phone.look("with a file")
    await album.snap(page, "appealed")
    await town.services.appeals.decide(
        ban["_id"], ZHAO, "查明系中介所为，予以撤销", listing.by(ZHAO), lifted=True
    )
    await phone.open(f"/blacklist/{ban['_id']}")
    await album.snap(page, "lifted")
    assert phone.faults == []
    await phone.context.close()
