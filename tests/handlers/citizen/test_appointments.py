"""Booking a visit, step by step, through the pages (articles 7 and 9)."""

import re
from datetime import datetime
from typing import cast

import pytest
from icalendar import Calendar

from handlers.citizen.appointments import in_turn
from models.appointments import Appointment, State
from tests.house.browser import Browser
from tests.house.guides import plain_guide, rich_guide
from tests.house.people import new_number, new_phone
from tests.house.scanned import read_qr
from tests.house.town import Town

ITEM = rich_guide().item
DAY = "/appointments/new?item={item}&hall=district&day=2026-11-25"
TEN = "2026-11-25T02:00:00+00:00"
"""Ten in the morning in Panyu."""


async def book(citizen: Browser, start: str) -> str:
    done = await citizen.post("/appointments", {"item": ITEM, "hall": "district", "start": start})
    assert done.status == 303, done.text
    return done.location


@pytest.mark.article("9.booking")
async def test_step_by_step(town: Town) -> None:
    citizen = await town.citizen()
    assert f"/appointments/new?item={ITEM}" in (await citizen.get("/appointments/new?q=jzz")).text
    assert "hall=district" in (await citizen.get(f"/appointments/new?item={ITEM}")).text
    days = (await citizen.get(f"/appointments/new?item={ITEM}&hall=district")).text
    assert "day=2026-11-25" in days
    assert "day=2026-11-28" not in days  # a Saturday
    times = (await citizen.get(DAY.format(item=ITEM))).text
    assert "10:00–10:30" in times
    assert "12:00–12:30" not in times
    assert "余 1" in times
    visit = await book(citizen, TEN)
    page = await citizen.get(visit)
    assert "已预约" in page.text
    assert "2026-11-25 10:00–10:30" in page.text
    assert "居住证原件照片" in page.text
    assert "居住证签注" in (await citizen.get("/appointments")).text
    twice = await citizen.post("/appointments", {"item": ITEM, "hall": "district", "start": TEN})
    assert (twice.status, twice.location) == (303, visit)
    other = await citizen.post(
        "/appointments", {"item": ITEM, "hall": "district", "start": "2026-11-25T03:00:00+00:00"}
    )
    assert other.status == 409
    assert 'class="button" href="/appointments"' in other.text


async def test_who_books_for_what_needs_no_visit_is_told_so(town: Town) -> None:
    """From the first step after the item on, with the way to do it from home; who wants to come still may."""
    at_home = plain_guide(77)
    await town.publish(at_home)
    citizen = await town.citizen()
    said = "可以全程在网上办，不用来大厅"
    page = (await citizen.get(f"/appointments/new?item={at_home.item}")).text
    assert said in page
    assert f"/guides/{at_home.item}" in page
    visit = rich_guide().model_copy(update={"visits": 1, "item": plain_guide(78).item})
    await town.publish(visit)
    assert said not in (await citizen.get(f"/appointments/new?item={visit.item}")).text


@pytest.mark.article("9.place")
async def test_full_slot_offers_the_others(town: Town) -> None:
    await book(await town.citizen(), "2026-11-25T03:00:00+00:00")
    late = await town.citizen()
    page = await late.post(
        "/appointments", {"item": ITEM, "hall": "district", "start": "2026-11-25T03:00:00+00:00"}
    )
    assert page.status == 409
    assert "该时段已约满，请选择其他时段" in page.text
    assert re.search(r'value="2026-11-25T03:00:00\+00:00"[^>]*disabled', page.text)
    assert "13:00–13:30" in page.text


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_a_start_out_of_all_reckoning_is_no_input(town: Town, start: str) -> None:
    citizen = await town.citizen()
    asked = await citizen.post("/appointments", {"item": ITEM, "hall": "district", "start": start})
    assert asked.status == 400


async def test_cancelling_asks_and_frees(town: Town) -> None:
    citizen = await town.citizen()
    path = await book(citizen, "2026-11-26T02:00:00+00:00")
    assert "确定取消" in (await citizen.get(path)).text
    assert (await citizen.post(f"{path}/cancel")).location == path
    page = (await citizen.get(path)).text
    assert "已取消" in page
    assert "重新预约" in page
    assert (await citizen.post(f"{path}/cancel")).location == path  # tapped twice
    await book(citizen, "2026-11-26T02:00:00+00:00")


@pytest.mark.article("9.abandon")
async def test_what_has_begun_offers_no_cancelling(town: Town) -> None:
    citizen = await town.citizen()
    path, before = await book(citizen, "2026-11-24T06:00:00+00:00"), town.clock.now()
    town.clock.set(datetime.fromisoformat("2026-11-24T06:00:00+00:00"))
    try:
        page = (await citizen.get(path)).text
        assert "已预约" in page
        assert "取消预约" not in page
        assert f"{path}/cancel" not in page
        refused = await citizen.post(f"{path}/cancel")
        assert (refused.status, "预约时间已到，不能取消" in refused.text) == (422, True)
    finally:
        town.clock.set(before)


async def test_somebody_elses_is_not_found(town: Town) -> None:
    path = await book(await town.citizen(), "2026-11-26T03:00:00+00:00")
    other = await town.citizen()
    for page in (path, *(f"{path}/{part}" for part in ("code.png", "ticket.png", "visit.ics", "review"))):
        assert (await other.get(page)).status == 404
    assert (await other.post(f"{path}/cancel")).status == 404


async def test_qr_is_for_its_owner(town: Town) -> None:
    citizen = await town.citizen()
    path = await book(citizen, "2026-11-26T06:00:00+00:00")
    picture = await citizen.get(f"{path}/code.png")
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")


def test_the_next_visit_comes_first() -> None:
    """Listed newest first; what is over comes after what one still goes to."""
    states = {"4": State.BOOKED, "3": State.CANCELLED, "2": State.BOOKED, "1": State.SERVED}
    turn = in_turn([cast(Appointment, {"_id": key, "state": state}) for key, state in states.items()])
    assert [one["_id"] for one in turn] == ["2", "4", "3", "1"]


@pytest.mark.article("9.booking")
async def test_what_one_takes_along(town: Town) -> None:
    """A picture and a calendar file, which a browser keeps until the visit is another."""
    citizen = await town.citizen("欧阳兰")
    path = await book(citizen, "2026-11-26T08:00:00+00:00")
    picture, file = [await citizen.get(f"{path}/{part}") for part in ("ticket.png", "visit.ics")]
    assert picture.headers["Content-Type"] == "image/png"
    assert await read_qr(picture.content) == f"{town.url}{path}"
    assert file.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "visit.ics" in file.headers["Content-Disposition"]
    [event] = Calendar.from_ical(file.content).events
    assert "TZOFFSETTO:+0800" in file.text  # a zone without an observance is refused by calendars
    assert event.start == datetime.fromisoformat("2026-11-26T08:00:00+00:00")
    assert "欧" not in file.text
    for kept in (picture, file):
        assert kept.headers["Cache-Control"] == "private, no-cache"
        assert kept.headers["Etag"]
    await citizen.post(f"{path}/cancel")
    refused = await citizen.get(f"{path}/ticket.png")
    assert (refused.status, "该预约已结束或已取消" in refused.text) == (409, True)
    [off] = Calendar.from_ical((await citizen.get(f"{path}/visit.ics")).content).events
    assert (off["uid"], off["status"]) == (event["uid"], "CANCELLED")


@pytest.mark.article("7.first")
async def test_booking_needs_binding(town: Town) -> None:
    visitor = town.browser()
    assert (
        await visitor.post("/appointments", {"item": ITEM, "hall": "district", "start": TEN})
    ).status == 401
    await visitor.sign_in("openid-no-name")
    page = await visitor.post("/appointments", {"item": ITEM, "hall": "district", "start": TEN})
    assert page.status == 403
    assert 'href="/binding?next=%2Fappointments"' in page.text


async def test_empty_list_leads_on(town: Town) -> None:
    page = (await (await town.citizen()).get("/appointments")).text
    assert "还没有预约" in page
    assert 'href="/appointments/new"' in page


async def day_is_over(town: Town, day: str) -> None:
    """Past midnight; the worker has looked at what was planned for it."""
    services = town.services
    town.clock.set(datetime.fromisoformat(f"{day}T16:00:00+00:00"))
    now = town.clock.now()
    await services.outbox.relay(
        [services.appointments], services.deliveries, services.schedule, lambda *_: (), now
    )
    while due := await services.schedule.claim(now):
        await services.schedule.done(due, await services.endings.close(due, town.by()), now)


@pytest.mark.article("9.unrecorded")
async def test_what_nobody_recorded_says_so_and_the_item_can_be_booked_again(town: Town) -> None:
    before, openid = town.clock.now(), "openid-unrecorded"
    citizen = town.browser()
    await citizen.sign_in(openid)
    assert (await citizen.bind("何小小", new_number(), new_phone())).status == 303
    path = await book(citizen, "2026-11-26T07:30:00+00:00")
    try:
        await day_is_over(town, "2026-11-26")
        await citizen.sign_in(openid)
        for page in (path, "/appointments"):
            assert "未记录结果" in (await citizen.get(page)).text, page
        shown = (await citizen.get(path)).text
        assert "当天没有记录结果" in shown
        for refused in ("确定取消", "提出异议", "评价这次服务"):
            assert refused not in shown, refused
        assert "重新预约" in shown
        assert (await citizen.get(await book(citizen, "2026-11-27T07:30:00+00:00"))).status == 200
    finally:
        town.clock.set(before)
