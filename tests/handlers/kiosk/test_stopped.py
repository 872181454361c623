"""A suspension where everybody reads it: on the kiosk itself, and on the pages of its hall."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from models.kiosks import DeviceState, Heard, Wanted
from models.kiosks.document import OutageCause, State
from models.kiosks.heartbeats import Nonce
from models.schedule import Due
from models.store import Database
from tests.house.browser import Browser
from tests.house.kiosks import Kiosked, at_kiosk, kiosked, token_of
from tests.house.places import HALL
from tests.house.town import Town, opened

DAY = timedelta(days=1)
REASON = "系统<升级>"


@pytest.fixture(scope="module")
async def town(database: Database) -> AsyncIterator[Town]:
    async with opened(database) as made:
        yield made


@pytest.fixture(scope="module")
async def kiosks(town: Town) -> Kiosked:
    return await kiosked(town)


async def in_the_hall(town: Town) -> Browser:
    """A browser that is no kiosk, and knows its place."""
    browser = town.browser()
    await browser.get(f"/kiosk/place/{HALL.code}")
    return browser


async def planned(kiosks: Kiosked, kiosk: str, days: int = 1) -> datetime:
    start = kiosks.stores.clock() + 10 * DAY
    await kiosks.planned(kiosk, Wanted(start, start + days * DAY, REASON))
    return start


async def begun(kiosks: Kiosked, kiosk: str) -> None:
    """A suspension whose beginning has come."""
    start = await planned(kiosks, kiosk)
    kiosks.set(start)
    due = Due("x:begin", "kiosk.suspension_begin", kiosk, start, 1, "lease")
    assert await kiosks.stores.suspending.begin(due, kiosks.house.by())


@pytest.mark.article("21.4", "21.announced")
async def test_a_suspended_kiosk_says_so_by_itself(town: Town, kiosks: Kiosked) -> None:
    """Why, until when, and where one can go, in both languages; it serves again when that is over."""
    one, two = await kiosks.in_service(), await kiosks.in_service()
    own, other = one["_id"], two["_id"]
    browser, beside = await at_kiosk(town, one), await at_kiosk(town, two)
    hall_alone, nowhere = await in_the_hall(town), town.browser()
    assert "暂停服务" not in (await browser.get("/kiosk")).text.split("<footer")[0]
    await begun(kiosks, own)
    browser.cookies["device_session"] = await token_of(town, one)
    beside.cookies["device_session"] = await token_of(town, two)
    shown = ("<h1>暂停服务</h1>", "系统&lt;升级&gt;", '"/kiosk/halls/nancun"')
    for path in ("", "/guides", "/progress", "/phone", "/notes", "/nothing"):
        page = await browser.get(f"/kiosk{path}")
        assert [word for word in shown if word not in page.text] == []
        assert "data-stopped" in page.text
        assert "<h1>暂停服务</h1>" not in (await beside.get(f"/kiosk{path}")).text
    state = await browser.get("/kiosk/state")
    assert (state.json, state.headers["Cache-Control"]) == ({"stopped": True}, "no-store")
    lapsed = Browser(town, {"kiosk": own, "place": HALL.code})
    assert (await lapsed.get("/kiosk/state")).json == {"stopped": True}
    for serving in (beside, hall_alone, nowhere):
        assert (await serving.get("/kiosk/state")).json == {"stopped": False}
    await browser.post("/kiosk/settings", {"language": "en", "next": "/kiosk"})
    english = (await browser.get("/kiosk")).text
    assert [word for word in ("Out of service", "Reason", "Nearest") if word not in english] == []
    for path in ("/kiosk/halls", "/kiosk/halls/nancun", "/kiosk/halls/nancun/code.png"):
        assert "<h1>Out of service</h1>" not in (await browser.get(path)).content.decode(errors="replace")
    assert (await browser.get("/kiosk/end")).status == 302
    await kiosks.fault(other, OutageCause.OWN)
    assert (await hall_alone.get("/kiosk/state")).json == {"stopped": True}
    assert "正在维修" in (await beside.get("/kiosk")).text
    await kiosks.stores.suspending.resume(own, *kiosks.who("contact"))
    assert (await browser.get("/kiosk/state")).json == {"stopped": False}
    await kiosks.stores.keeping.repair(other, *kiosks.who("centre"))


@pytest.mark.article("21.announced")
async def test_an_announced_suspension_is_public(town: Town, kiosks: Kiosked) -> None:
    """On the list of places, the hall's own page and the kiosks there, until it is called off."""
    kiosk = await kiosks.in_service(name="0公告机")
    await planned(kiosks, kiosk["_id"])
    browser, screen = town.browser(), await at_kiosk(town, kiosk)
    pages = [(browser, "/halls"), (browser, f"/halls/{HALL.code}"), (screen, "/kiosk")]
    pages.append((screen, f"/kiosk/halls/{HALL.code}"))
    words = ("0公告机", kiosk["position"], "系统&lt;升级&gt;")
    for reader, path in pages:
        page = await reader.get(path)
        assert [word for word in words if word not in page.text] == [], path
    assert "0公告机" not in (await browser.get("/halls/nancun")).text
    await kiosks.stores.suspending.call_off(kiosk["_id"], *kiosks.who("contact"))
    for reader, path in pages:
        assert "0公告机" not in (await reader.get(path)).text, path


async def test_other_kiosks_are_named_only_where_one_works(town: Town, kiosks: Kiosked) -> None:
    """Not where the hall, which is open day and night, has no other one."""
    kiosk = await kiosks.in_service()
    alone, browser = kiosk["_id"], await at_kiosk(town, kiosk)
    others = town.services.kiosks.documents
    await others.delete_many({"_id": {"$ne": alone}})
    words = "本网点还有自助终端可以使用"
    await others.update_one({"_id": alone}, {"$set": {"state": State.RETIRED.value}})
    assert words not in (page := (await browser.get("/kiosk")).text)
    assert "<h1>停止服务</h1>" in page
    other = await kiosks.in_service()
    assert words not in (await browser.get("/kiosk")).text
    nonce = Nonce(nonce="the other one is heard", until=kiosks.stores.clock() + DAY)
    said = Heard(state=DeviceState.IDLE, session=False, software="")
    await kiosks.stores.heartbeats.hear(other["_id"], nonce, kiosks.house.by(), said)
    assert words in (await browser.get("/kiosk")).text
