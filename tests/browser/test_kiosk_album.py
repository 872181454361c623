"""Each page of the kiosk, upright and on its side, as usual, in large text and in English: nothing is wider
than its place, all can be touched, axe finds nothing. The pictures are in `artifacts/kiosk`."""

import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from tests.browser.album import ARTIFACTS
from tests.handlers.kiosk.addresses import PAGES
from tests.house.applying import concluded, draft, key_of, submitted
from tests.house.browser import Browser
from tests.house.clock import START
from tests.house.guides import USCC, rich_guide
from tests.house.kiosks import person_at_kiosk
from tests.house.places import hall
from tests.house.town import Town
from tests.looks import focus_unseen, picture, serious

pytestmark = [pytest.mark.browser, pytest.mark.article("23.3"), pytest.mark.timeout(300)]
FOLDER = ARTIFACTS / "kiosk"
SIZES = {"upright": (1080, 1920), "lying": (1920, 1080)}
LOOKS = {"usual": {}, "large": {"elder": "1"}, "english": {"language": "en"}}
ITEM = rich_guide().item
HERE = f"{USCC}{77:013}"
"""An item for which one can apply at the kiosk."""
HEAD = ".top a, .top button, .foot a, .foot button, .help"
WIDE = """() => {
  const main = document.querySelector(".main"), edge = document.documentElement.clientWidth;
  const wide = [...document.querySelectorAll("body *")].filter((one) =>
    one.getClientRects().length && one.getBoundingClientRect().right > edge + 1);
  return [main.scrollWidth > main.clientWidth, document.documentElement.scrollHeight > innerHeight,
    ...wide.map((one) => one.outerHTML.slice(0, 80))].filter(Boolean);
}"""
SMALL = """all => all.filter(e => e.getClientRects().length && !e.closest("label, .face"))
  .filter(e => e.offsetHeight < 60 || e.offsetWidth < 60)
  .map(e => e.outerHTML.slice(0, 80))"""
HIDDEN = """all => all.filter(e => e.getClientRects().length).filter((e) => {
  const r = e.getBoundingClientRect(), top = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
  return !(top && (e.contains(top) || top.contains(e)));
}).map(e => e.outerHTML.slice(0, 80))"""


@dataclass
class Person:
    """Somebody who is signed in at the kiosk, and the pages that show what is theirs."""

    cookies: dict[str, str]
    pages: list[str]


@pytest.fixture(scope="module")
async def person(town: Town) -> Person:
    shutil.rmtree(FOLDER, ignore_errors=True)
    town.clock.set(START)
    await town.furnish(hall=hall("nancun", location={"coordinates": [113.381, 22.937]}))
    phone: Browser = await town.citizen()
    done = key_of(await concluded(town, phone))
    sent = key_of(await submitted(phone))
    await town.publish(rich_guide(item=HERE, channels=["h5", "kiosk", "window"]))
    case = key_of(await draft(phone, item=HERE))
    screen = await person_at_kiosk(town, phone)
    new = f"/appointments/new?item={ITEM}"
    times = (await screen.get(f"/kiosk{new}&hall=district&day=2026-11-27")).text
    start = times.split('name="start" value="')[1].split('"')[0]
    fields: dict[str, str | list[str]] = {"item": ITEM, "hall": "district", "start": start}
    visit = (await screen.post("/kiosk/appointments", fields)).location.removeprefix("/kiosk")
    return Person(
        dict(screen.cookies),
        [
            "",
            "/applications",
            f"/applications/new?item={HERE}",
            f"/applications/{case}/form?part=1",
            f"/applications/{case}/form?part=2",
            f"/applications/{case}/materials",
            f"/applications/{case}/confirm",
            f"/applications/{sent}",
            f"/applications/{sent}/receipt",
            f"/applications/{done}/review",
            "/appointments",
            f"{new}&hall=district&day=2026-11-27",
            visit,
            "/reviews",
        ],
    )


@asynccontextmanager
async def opened(
    chromium: Chromium, size: str, town: Town, cookies: Mapping[str, str]
) -> AsyncIterator[Page]:
    width, height = SIZES[size]
    context = await chromium.new_context(viewport={"width": width, "height": height}, has_touch=True)
    await context.add_cookies([{"name": n, "value": v, "url": town.url} for n, v in cookies.items()])
    page = await context.new_page()
    page.set_default_timeout(10_000)
    yield page
    await context.close()


async def faults(page: Page) -> list[str]:
    """What is too wide, too small, or under something else."""
    every = "a, button, summary, input:not([type=hidden]), textarea"
    return [
        *(str(one) for one in await page.evaluate(WIDE)),
        *(f"hidden: {one}" for one in await page.locator(HEAD).evaluate_all(HIDDEN)),
        *(f"small: {one}" for one in await page.locator(every).evaluate_all(SMALL)),
    ]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("size", SIZES)
async def test_every_page_fits_the_screen(
    town: Town, person: Person, chromium: Chromium, size: str, look: str
) -> None:
    nobody = {name: value for name, value in person.cookies.items() if name != "person"}
    found: dict[str, list[str]] = {}
    for whose, cookies, paths in (("nobody", nobody, PAGES), ("person", person.cookies, person.pages)):
        async with opened(chromium, size, town, {**cookies, **LOOKS[look]}) as page:
            for number, path in enumerate(paths):
                await page.goto(f"{town.url}/kiosk{path}")
                name = (
                    re.sub("[0-9A-Za-z]{30,}", "one", path.split("?")[0].strip("/")).replace("/", "-")
                    or "home"
                )
                await picture(page, FOLDER / f"{size}-{look}-{whose}-{number:02}-{name}.png")
                for_eyes = size == "lying" and look != "usual"
                asked = await (focus_unseen(page) if for_eyes else serious(page))
                if wrong := [*await faults(page), *asked]:
                    found[f"{whose} {path}"] = wrong
    assert found == {}


@pytest.mark.article("23.2")
async def test_a_call_for_help_lies_over_what_is_typed(
    town: Town, person: Person, chromium: Chromium
) -> None:
    async with opened(chromium, "lying", town, person.cookies) as page:
        await page.goto(f"{town.url}/kiosk")
        await page.locator("#q").fill("JLK")
        await page.get_by_role("button", name="呼叫帮助").focus()
        await page.keyboard.press("Enter")
        box = page.get_by_role("dialog", name="呼叫帮助")
        await expect(box).to_contain_text("已经")
        assert await serious(page) == []
        await picture(page, FOLDER / "lying-help.png")
        await page.keyboard.press("Escape")
        await expect(box).to_be_hidden()
        await expect(page.locator("#q")).to_have_value("JLK")
        await expect(page.get_by_role("button", name="呼叫帮助")).to_be_focused()
