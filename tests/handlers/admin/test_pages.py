"""Lists of the panel that are longer than a page: on, back again, and to what a scanner has found."""

import re

import pytest

from handlers.admin import lists
from models.outgoing.deliveries import Plan, Via
from tests.house.browser import Browser
from tests.house.office import Office, booked, late_on


async def walked(desk: Browser, address: str, key: str) -> list[list[str]]:
    """What each page of a list shows, found by the pattern `key`; the way back shows the same."""
    there, last = await _walk(desk, (await desk.get(address)).text, "下一页", key)
    back, _ = await _walk(desk, last, "上一页", key)
    assert back == there[::-1]
    return there


async def _walk(desk: Browser, page: str, way: str, key: str) -> tuple[list[list[str]], str]:
    """By links of one name, until a page has none: what the pages show, and the last one."""
    seen = [re.findall(key, page)]
    while leads := re.search(rf'href="([^"]*)"[^>]*>{way}', page):
        page = (await desk.get(leads[1].replace("&amp;", "&"))).text
        seen.append(re.findall(key, page))
    return seen, page


async def test_a_day_goes_on_page_by_page(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "ROWS_A_PAGE", 1)
    made = [await booked(office, name) for name in ("甲某", "乙某", "丙某")]
    keys, day = {key for key, *_ in made}, made[0][1]
    address = f"/admin/appointments?show=open&hall=district&day={day}"
    with late_on(office, day):
        desk = await office.desk("centre")
        pages = await walked(desk, address, r'<tr id="(\w+)"')
        assert [len(page) for page in pages] == [1, 1, 1]
        assert {key for page in pages for key in page} == keys
        first = (await desk.get(address)).text
        assert re.search(r"待记录\s*<span class=\"filters__count\">3<", first)
        assert f"show=ended&amp;day={day}&amp;hall=district" in first
        for key in keys:
            found = await desk.get(f"/admin/appointments?code=/appointments/{key}")
            assert f'<tr id="{key}"' in (await desk.get(found.location.partition("#")[0])).text
    for key, _, citizen in made:
        await citizen.post(f"/appointments/{key}/cancel")


async def test_what_could_not_be_sent_goes_on_page_by_page(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "ROWS_A_PAGE", 2)
    deliveries, now = office.town.services.deliveries, office.town.clock.now()
    events = [f"{number:032x}" for number in range(5)]
    for event in events:
        await deliveries.plan({"id": event, "request": "r"}, [Plan(Via.SMS, "receipt", "somebody")], now)
        claimed = await deliveries.claim(now)
        assert claimed
        await deliveries.failed_for_good(claimed, "x", now)
    desk = await office.desk("digital")
    shown = await walked(desk, "/admin/deliveries", r'name="delivery" value="(\w{32}):')
    assert [len(page) for page in shown] == [2, 2, 1]
    assert sorted(key for page in shown for key in page) == events
    assert (await desk.get("/admin/deliveries?after=nonsense")).status == 400
