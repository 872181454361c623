"""Each page of the kiosk, upright and on its side, as usual, in large text and in English: nothing is wider than
its place, all can be touched, axe finds nothing. The pictures are in `artifacts/kiosk`."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from tests.browser.album import ARTIFACTS
from tests.handlers.kiosk.addresses import PAGES
from tests.house.applying import concluded, draft, key_of, submitted
from tests.house.browser import Browser
from tests.house.clock import START
from tests.house.guides import rich_guide
from tests.house.kiosks import person_at_kiosk
from tests.house.town import Town
from tests.looks import focus_unseen, picture, serious

pytestmark = [pytest.mark.browser, pytest.mark.article("23.3"), pytest.mark.timeout(300)]
SIZES = {"upright": (1080, 1920), "lying": (1920, 1080)}
LOOKS = {"usual": {}, "large": {"elder": "1"}, "english": {"language": "en"}}
ITEM = rich_guide().item
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
    town.clock.set(START)
    phone: Browser = await town.citizen()
    case = key_of(await draft(phone))
    sent = key_of(await submitted(await another(town, phone)))
    done = key_of(await concluded(town, phone))
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
            f"/applications/new?item={ITEM}",
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
