"""办事网点 over real HTTP: by position, by township, by item; and each place's own page."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from models.guides import Guide
from models.places import Datum, Position, position, to_gcj02
from models.store import Database
from models.workdays import Workdays
from tests.handlers.test_round_trips import watched
from tests.house.browser import Page
from tests.house.guides import plain_guide, rich_guide
from tests.house.places import hall
from tests.house.town import Town, opened

HERE = Position(22.9405, 113.3660)
STAFFED = [["09:00", "12:00"], ["14:00", "17:00"]]
ACCESS = {"step_free": True, "way": "在一楼，门口有坡道", "parking": "院内可以停车"}
PLACES = [
    hall(
        "station",
        kind="station",
        name="德兴社区公共服务站",
        name_en="Dexing Station",
        location={"coordinates": [113.3672, 22.9389]},
        windows=None,
        staffed=STAFFED,
        phone="020-84812140",
        manager={"name": "陈志明", "phone": "020-84812143"},
        access=ACCESS,
    ),
    hall(
        "steps",
        kind="station",
        name="富都社区公共服务站",
        location={"coordinates": [113.3752, 22.9413]},
        windows=None,
        access={**ACCESS, "step_free": False, "way": "门口有台阶，请打电话"},
    ),
    hall(
        "nancun",
        kind="township",
        name="南村镇政务服务中心",
        township="南村镇",
        location={"coordinates": [113.3884, 23.0071]},
        all_day=False,
    ),
    hall(
        "closed",
        kind="special",
        name="婚姻登记处",
        location={"coordinates": [113.3661, 22.9404]},
        closures=[{"first": "2000-01-01", "last": "2099-12-31", "reason": "搬迁"}],
    ),
]
SOCIAL: Guide = plain_guide(70, name="养老待遇申领", places=["district", "nancun"])


@pytest.fixture(scope="module")
async def district(database: Database) -> AsyncIterator[Town]:
    """A site with five places, on a Tuesday at ten."""
    async with opened(database) as town:
        for place in PLACES:
            await town.services.halls.put(place, town.by())
        await town.publish(SOCIAL)
        yield town


def order(page: Page) -> list[str]:
    return re.findall(r'<a href="/halls/([a-z]+)">', page.text)


async def found_at(town: Town, **fields: str) -> Page:
    here = {"lat": str(HERE.latitude), "lng": str(HERE.longitude), **fields}
    return await town.browser().post("/halls", here)


@pytest.mark.article("18.near")
async def test_the_nearest_come_first_with_minutes_and_what_works(district: Town) -> None:
    page = await found_at(district)
    assert page.status == 200
    assert order(page) == ["closed", "station", "steps", "district", "nancun"]
    assert "步行约5分钟，骑车约2分钟" in page.text
    assert re.search(r"(?<!，)骑车约\d+分钟", page.text)  # too far to go on foot
    assert not re.search(r"步行约(6[1-9]|[7-9]\d|\d{3,})分钟", page.text)
    assert "步行15分钟内可到" in page.text
    assert "骑车15分钟内可到" in page.text
    assert "2099-12-31（含当日）以前不开放：搬迁" in page.text


@pytest.mark.article("18.near")
async def test_a_position_of_wechats_is_read_as_such(district: Town) -> None:
    shown = to_gcj02(HERE)
    read = await found_at(
        district, lat=f"{shown.latitude:.6f}", lng=f"{shown.longitude:.6f}", datum=Datum.GCJ02
    )
    assert "步行约5分钟，骑车约2分钟" in read.text
    misread = await found_at(district, lat=f"{shown.latitude:.6f}", lng=f"{shown.longitude:.6f}")
    assert "步行约5分钟，骑车约2分钟" not in misread.text


async def test_a_position_is_said_and_kept_nowhere(district: Town, capfd: pytest.CaptureFixture[str]) -> None:
    secret = ("22.94", "113.36")
    page = await found_at(district)
    assert not page.location
    assert not any(digits in value for _, value in page.headers.get_all() for digits in secret)
    assert not re.search(r"22\.9405|113\.366\b", page.text)
    said = capfd.readouterr()
    assert not any(digits in said.out + said.err for digits in secret)
    database = district.services.database
    kept = [str(one) async for one in database["events"].find({})]
    assert not any("22.9405" in one for one in kept)
    assert (await district.browser().get("/halls?lat=22.9405&lng=113.3660")).text.count("分钟内可到") == 0


@pytest.mark.parametrize(
    "wrong", [{"lat": "91"}, {"lng": "-181"}, {"lat": "nan"}, {"lat": "here"}, {"lat": ""}, {"datum": "bd09"}]
)
async def test_what_is_no_position_leads_to_the_townships(district: Town, wrong: dict[str, str]) -> None:
    page = await found_at(district, **wrong)
    assert page.status == 400
    assert 'role="alert"' in page.text
    assert 'name="township"' in page.text


async def test_who_is_far_away_is_told_so(district: Town) -> None:
    page = await found_at(district, lat="39.9", lng="116.4")
    assert "您现在离番禺较远" in page.text
    assert "15分钟内可到" not in page.text


@pytest.mark.article("18.near")
async def test_by_township_kind_access_and_item_without_script(district: Town) -> None:
    browser = district.browser()
    assert order(await browser.get("/halls?township=南村镇")) == ["nancun"]
    assert order(await browser.get("/halls?kind=special")) == ["closed"]
    assert order(await browser.get("/halls?step_free=true")) == ["station"]
    assert order(await browser.get(f"/halls?item={SOCIAL.item}")) == ["district", "nancun"]
    assert order(await found_at(district, item=SOCIAL.item)) == ["district", "nancun"]
    assert "没有符合条件的网点" in (await browser.get("/halls?township=南村镇&kind=hall")).text
    assert (await browser.get("/halls?item=11440113000000000X0000000000000")).status in (400, 404)


@pytest.mark.article("18.4", "18.5")
async def test_a_places_own_page(district: Town) -> None:
    page = (await district.browser().get("/halls/station")).text
    for told in (
        "德兴社区公共服务站",
        "020-84812140",
        "陈志明",
        "020-84812143",
        ACCESS["way"],
        "院内可以停车",
    ):
        assert str(told) in page
    assert "人工服务中，到12:00" in page
    assert "养老待遇申领" not in page
    served = (await district.browser().get("/halls/nancun")).text
    assert f'href="/guides/{SOCIAL.item}"' in served
    assert "现在人工窗口可以办" in served
    assert rich_guide().name not in served
    assert (await district.browser().get("/halls/nowhere")).status == 404


async def test_directions_are_those_of_chinese_maps(district: Town) -> None:
    page = unescape((await district.browser().get("/halls/station")).text)
    real = PLACES[0].position
    for address, read in (
        ("https://apis.map.qq.com/uri/v1/marker", lambda q: q["marker"][0].split(";")[0].split(":")[1]),
        ("https://uri.amap.com/marker", lambda q: ",".join(reversed(q["position"][0].split(",")))),
    ):
        link = re.search(rf'href="({re.escape(address)}[^"]+)"', page)
        assert link
        latitude, longitude = map(float, read(parse_qs(urlsplit(link[1]).query)).split(","))
        assert Position(latitude, longitude) == pytest.approx(to_gcj02(real), abs=1e-6)
        assert position(latitude, longitude, Datum.GCJ02) == real


@pytest.mark.article("20.1")
async def test_at_night_what_serves_itself_is_open(district: Town) -> None:
    before = district.clock.now()
    try:
        district.clock.advance(timedelta(hours=12))
        page = (await district.browser().get("/halls/nancun")).text
        assert "现在不开放" in page
        assert re.search(r"人工服务\d+-\d+ 周[一-日] 09:00开始", page)
        assert "自助服务现在可用" in (await district.browser().get("/halls/station")).text
    finally:
        district.clock.advance(before - district.clock.now())
    assert Workdays().worked(before.date())


async def test_each_page_asks_the_database_once_for_places(district: Town) -> None:
    """For kiosks twice: which serve, and which suspensions are announced."""
    browser = district.browser()
    await browser.token()
    for path, fields, asked in (
        ("/halls", None, {"query halls": 1, "query kiosks": 2}),
        ("/halls", {"lat": "22.9405", "lng": "113.3660"}, {"query halls": 1, "query kiosks": 2}),
        ("/halls/station", None, {"query halls": 2, "query guides": 1, "query kiosks": 2}),
    ):
        async with watched(district) as calls:
            page = await (browser.post(path, fields) if fields else browser.get(path))
            assert page.status == 200
        assert calls == asked
