"""The figures of reviews as a phone, a desk and large text show them, without JavaScript too."""

import re

import pytest
from playwright.async_api import Browser as Chromium

from tests.browser.album import ARTIFACTS, DESK, Album
from tests.browser.test_citizen_pages import MODES, phone_of
from tests.house.figured import a_year
from tests.house.guides import OTHER, USCC, plain_guide, rich_guide
from tests.house.office import Office
from tests.house.places import HALL
from tests.house.town import Town
from tests.looks import picture

pytestmark = pytest.mark.browser
GUIDES = (
    plain_guide(81, name="居住证换领", name_en="Renewal of the residence permit"),
    plain_guide(
        82,
        name="特种行业（旅馆业、公章刻制业、典当业）经营场所变更与负责人变更备案",
        name_en="Special trades",
    ),
    plain_guide(83, item=f"{OTHER}0000000000083", department=OTHER, name="结婚登记", name_en="Marriage"),
)
ITEMS = {rich_guide().item: USCC} | {guide.item: guide.department for guide in GUIDES}


async def filled(town: Town) -> None:
    await town.publish(*GUIDES)
    await town.services.figures.documents.delete_many({})
    await a_year(town.services, ITEMS, (HALL.code,))


async def test_the_panel(town: Town, chromium: Chromium) -> None:
    """Drawn at a desk and on a phone; a column leads to its days, a day to its reviews."""
    await filled(town)
    await town.member("management")
    desk = await Office(town).desk("management")
    album = Album("figures")
    context = await chromium.new_context(locale="zh-CN", viewport=DESK)
    await context.add_cookies([{"name": n, "value": v, "url": town.url} for n, v in desk.cookies.items()])
    page = await context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text))
    await page.goto(f"{town.url}/admin/figures")
    await album.keep(page, "year")
    await page.locator(".chart_columns a").nth(10).click()
    await page.wait_for_url("**days=2026-10-01..2026-10-31**")
    await album.keep(page, "month")
    await page.locator(".chart_columns a").nth(8).click()
    await page.wait_for_url("**/admin/reviews?**days=2026-10-09..2026-10-09**")
    await album.keep(page, "reviews")
    await page.goto(f"{town.url}/admin/figures?department={USCC}&days=2020-01-01..2020-01-02")
    await album.keep(page, "empty")
    assert faults == []
    await context.close()


@pytest.mark.parametrize("mode", MODES)
async def test_the_public_page(town: Town, chromium: Chromium, mode: str) -> None:
    await filled(town)
    phone = await phone_of(town, chromium, town.browser(), mode, java_script_enabled=mode != "large")
    folder = ARTIFACTS / "satisfaction"
    folder.mkdir(parents=True, exist_ok=True)
    paths = {
        "all": "/satisfaction",
        "office": f"/satisfaction?department={USCC}",
        "few": "/satisfaction?of=guide",
    }
    for name, path in paths.items():
        if mode == "large":
            await phone.page.goto(town.url + path)
        else:
            await phone.open(path)
        await picture(phone.page, folder / f"{mode}-{name}.png", whole=True)
    assert phone.faults == []
    await phone.page.goto(town.url + "/satisfaction")
    await phone.page.locator("table a").first.click()
    assert re.search(r"\?department=", phone.page.url)
    await phone.page.set_viewport_size({"width": 1440, "height": 900})
    await picture(phone.page, folder / f"{mode}-desk.png", whole=True)
    await phone.context.close()
