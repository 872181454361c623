"""The places near a kiosk."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from models.store import Database
from tests.house.browser import Browser, Page
from tests.house.guides import rich_guide
from tests.house.places import HALL, hall
from tests.house.town import Town, opened

SPOTS = {"near": [113.381, 22.937], "nearer": [113.383, 22.937], "far": [113.45, 23.0]}


@pytest.fixture(scope="module")
async def circle(database: Database) -> AsyncIterator[Town]:
    async with opened(database) as town:
        for code, spot in SPOTS.items():
            township = "南村镇" if code == "far" else HALL.township
            place = hall(
                code, name=f"{code}站", kind="station", township=township, location={"coordinates": spot}
            )
            await town.services.halls.put(place, town.by())
        yield town


def order(page: Page) -> list[str]:
    return re.findall(r'class="list__one" href="/kiosk/halls/([a-z]+)"', page.text)


@pytest.mark.article("18.near")
async def test_a_kiosk_shows_what_is_near_its_own_place(circle: Town) -> None:
    kiosk = circle.browser()
    assert (await kiosk.get(f"/kiosk/place/{HALL.code}")).location == "/kiosk"
    page = await kiosk.get("/kiosk/halls")
    assert order(page) == ["nearer", "near", "far"]
    assert HALL.name in page.text
    assert "步行约2分钟，骑车约1分钟" in page.text
    await kiosk.get("/kiosk/end")
    assert order(await kiosk.get("/kiosk/halls")) == ["nearer", "near", "far"]


@pytest.mark.article("18.near")
async def test_by_township(circle: Town) -> None:
    kiosk = circle.browser()
    first = await kiosk.get("/kiosk/halls")
    assert order(first) == []
    assert "/kiosk/halls?township=" in first.text
    numbered = await kiosk.get("/kiosk/halls?township=南村镇")
    assert order(numbered) == ["far"]
    assert "map__sign_soft" in numbered.text, "the key shows closed places as a map of numbers does"
    served = await kiosk.get(f"/kiosk/halls?item={rich_guide().item}")
    assert order(served) == [HALL.code]
    assert rich_guide().name in served.text
    assert (await kiosk.get("/kiosk/halls?item=nothing")).status == 404
    elsewhere = (await kiosk.get("/kiosk/halls?township=别处")).text
    assert "没有符合条件的网点" in elsewhere
    assert "<svg" in elsewhere, "with the map of all that there are"
    assert re.findall(r'href="/kiosk/halls\?township=([^"&]+)', first.text) == sorted(
        {quote(HALL.township), quote("南村镇")}
    )


@pytest.mark.article("18.near")
async def test_who_looks_for_a_township_or_an_item_at_a_kiosk_sees_that(circle: Town) -> None:
    """Its own place, by which else all is measured, is one of them then."""
    kiosk = circle.browser()
    kiosk.cookies |= {"kiosk": "0" * 32}
    await kiosk.get(f"/kiosk/place/{HALL.code}")
    assert "kiosk" not in kiosk.cookies, "it is none that was one before"
    there = await kiosk.get("/kiosk/halls?township=南村镇")
    assert (order(there), HALL.name in there.text, "步行" in there.text) == (["far"], False, False)
    assert order(await kiosk.get(f"/kiosk/halls?item={rich_guide().item}")) == []
    assert "步行" not in (await kiosk.get(f"/kiosk/halls/{HALL.code}")).text
    assert "步行" in (await kiosk.get("/kiosk/halls/near")).text


@pytest.mark.article("18.4", "18.5")
async def test_a_place_with_its_phones_and_a_way_onto_ones_own_phone(circle: Town) -> None:
    kiosk: Browser = circle.browser()
    page = await kiosk.get(f"/kiosk/halls/{HALL.code}")
    assert HALL.phone in page.text
    assert "窗口：周一至周五 9:00–12:00、13:00–17:00；自助服务区24小时开放" in page.text
    assert "https://" not in page.text  # nobody leaves the kiosk
    code = await kiosk.get(f"/kiosk/halls/{HALL.code}/code.png")
    assert code.headers["Content-Type"] == "image/png"
    for path in ("/kiosk/halls/nowhere", "/kiosk/halls/nowhere/code.png", "/kiosk/place/nowhere"):
        assert (await kiosk.get(path)).status == 404


async def test_a_place_that_is_gone_is_no_place(circle: Town) -> None:
    kiosk = Browser(circle, {"place": "gone"})
    assert order(await kiosk.get("/kiosk/halls")) == []
