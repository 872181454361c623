"""Which pages stand open to a browser that is no kiosk, and what the others say to it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from handlers.kiosk import ROUTES
from handlers.web.request_limits import ANY
from models.kiosks import SESSION_LIFETIME
from models.store import Database
from tests.handlers.kiosk.addresses import PAGES
from tests.house.browser import Browser
from tests.house.kiosks import STAYS, Kiosked, at_kiosk, kiosked, token_of
from tests.house.places import HALL
from tests.house.server import serving
from tests.house.town import Town, citizen_app, opened

UNKNOWN, GONE = "此屏幕还没有激活为自助终端", "<h1>停止服务</h1>"
OPEN = ("/activate", "/guides", "/halls", "/notes")
"""How the pages begin that are open to all."""


@pytest.fixture(scope="module")
async def town(database: Database) -> AsyncIterator[Town]:
    async with opened(database) as made:
        yield made


@pytest.fixture(scope="module")
async def kiosks(town: Town) -> Kiosked:
    return await kiosked(town)


@pytest.mark.parametrize("page", PAGES)
async def test_without_a_kiosk_only_what_is_public_is_shown(town: Town, page: str) -> None:
    shown = await town.browser().get(f"/kiosk{page}")
    assert (shown.status, UNKNOWN in shown.text) == ((200, False) if page.startswith(OPEN) else (403, True))
    assert "020-12345" in shown.text


def test_a_new_page_is_closed_to_strangers() -> None:
    """Unless it says itself that it is open."""
    known = {handler.__name__ for _, handler in ROUTES if handler.open_to_all or handler.while_stopped}
    assert known == {
        *("KioskActivation", "KioskGuides", "KioskGuide", "KioskGuideCode", "KioskNotes", "KioskUnknown"),
        *(
            "KioskHalls",
            "KioskHall",
            "KioskHallCode",
            "KioskPlace",
            "KioskSettings",
            "KioskEnd",
            "KioskState",
            "KioskHelp",
        ),
    }


async def test_a_kiosk_knows_its_place_by_its_session(town: Town, kiosks: Kiosked) -> None:
    """Whatever the browser was told before; and still knows it when the session has lapsed."""
    kiosk = await kiosks.in_service()
    screen = await at_kiosk(town, kiosk)
    screen.cookies["place"] = "nancun"
    assert "/kiosk/halls/nancun" in (await screen.get("/kiosk/halls")).text
    assert screen.cookies.keys() == STAYS | {"_xsrf"}
    assert (screen.cookies["place"], screen.cookies["kiosk"]) == (HALL.code, kiosk["_id"])
    town.clock.advance(SESSION_LIFETIME)
    lapsed = await screen.get("/kiosk?x=1")
    assert (lapsed.status, UNKNOWN in lapsed.text) == (403, True)
    assert 'data-turned="/kiosk?x=1"' in lapsed.text
    assert (await screen.get("/kiosk/guides")).status == 200


async def test_a_kiosk_knows_its_place_anew_where_it_is_moved(town: Town, kiosks: Kiosked) -> None:
    """Or where the browser is that of another kiosk now; what it knows already is not sent again."""
    kiosk = await kiosks.in_service()
    screen = await at_kiosk(town, kiosk)
    for changes in ({}, {"hall": "nancun"}):
        await town.services.kiosks.documents.update_one({"_id": kiosk["_id"]}, {"$set": {"x": 1, **changes}})
        await screen.get("/kiosk/notes")
        sent = len(screen.set_cookies)
        await screen.get("/kiosk/notes")
        assert len(screen.set_cookies) == sent
        assert screen.cookies["place"] == changes.get("hall", HALL.code)
    other = await kiosks.in_service()
    screen.cookies["device_session"] = await token_of(town, other)
    await screen.get("/kiosk/notes")
    assert (screen.cookies["kiosk"], screen.cookies["place"]) == (other["_id"], HALL.code)


@pytest.mark.article("20.1")
async def test_twenty_ends_spare_the_kiosk(town: Town, kiosks: Kiosked) -> None:
    screen = await at_kiosk(town, await kiosks.in_service())
    for _ in range(20):
        assert (await screen.get("/kiosk/progress")).status == 200
        await screen.get("/kiosk/end")
    assert screen.cookies.keys() == STAYS


@pytest.mark.article("21.4")
async def test_a_revoked_kiosk_says_so_with_the_nearest_place(town: Town, kiosks: Kiosked) -> None:
    """On every page but the places and the activation, until a device is activated there again."""
    kiosk = await kiosks.in_service()
    screen = await at_kiosk(town, kiosk)
    await screen.get("/kiosk")
    await kiosks.stores.devices.revoke(kiosk["_id"], *kiosks.who("digital"))
    for path in ("", "/progress", "/guides"):
        page = await screen.get(f"/kiosk{path}")
        assert (page.status, GONE in page.text) == (403, True)
        assert '"/kiosk/halls/nancun"' in page.text
    for path in ("/halls", "/activate"):
        assert (await screen.get(f"/kiosk{path}")).status == 200
    screen.cookies["language"] = "en"
    assert "The activation of this kiosk was revoked" in (await screen.get("/kiosk")).text
    screen.cookies["device_session"] = await token_of(town, await kiosks.activated(kiosk["_id"], 1), 1)
    assert (await screen.get("/kiosk")).status == 200


async def test_nothing_is_sent_from_a_screen_that_is_no_kiosk(town: Town) -> None:
    sent = await town.browser().post("/kiosk/progress", {"serial": "2026112400"})
    assert (sent.status, UNKNOWN in sent.text) == (403, True)


async def test_on_https_a_session_of_another_host_is_none(town: Town, kiosks: Kiosked) -> None:
    services = replace(town.services, site=replace(town.services.site, base_url="https://panyu.test"))
    token = await token_of(town, await kiosks.in_service())
    async with serving(citizen_app(services), max_body_size=ANY) as url:
        secure = Town(services, url=url, clock=town.clock, sign_ins=town.sign_ins, register=town.register)
        assert (await Browser(secure, {"__Host-device_session": token}).get("/kiosk")).status == 200
        assert (await Browser(secure, {"device_session": token}).get("/kiosk")).status == 403
