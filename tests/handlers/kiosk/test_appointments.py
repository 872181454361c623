"""Booking a hall at a kiosk, and giving the visit back (articles 9 and 23.4)."""

import pytest

from tests.house.browser import Browser, Fields
from tests.house.clock import START
from tests.house.guides import plain_guide, rich_guide
from tests.house.kiosks import account_at_kiosk, person_at_kiosk
from tests.house.places import hall
from tests.house.town import Town

ITEM = rich_guide().item
NEW = f"/kiosk/appointments/new?item={ITEM}"


@pytest.fixture(autouse=True)
def at_ten(town: Town) -> None:
    town.clock.set(START)


@pytest.mark.article("9.booking")
async def test_who_has_signed_in_books_and_cancels_at_the_kiosk(town: Town) -> None:
    phone = await town.citizen()
    screen = await person_at_kiosk(town, phone)
    days = await screen.get(NEW)
    assert "余" in days.text, "an only hall needs no touch"
    times = await screen.get(f"{NEW}&hall=district&day=2026-11-27")
    start = times.text.split('name="start" value="')[1].split('"')[0]
    sent: dict[str, str | list[str]] = {"item": ITEM, "hall": "district", "start": start}
    booked = await screen.post("/kiosk/appointments", sent)
    assert booked.status == 303, booked.text
    again = await screen.post("/kiosk/appointments", sent)
    assert (again.status, again.location) == (303, booked.location), "the answer was lost: nothing is doubled"
    later = times.text.split('name="start" value="')[2].split('"')[0]
    other = await screen.post("/kiosk/appointments", sent | {"start": later})
    assert (other.status, "您已预约" in other.text) == (409, True), "it is not what was booked"
    key = booked.location.rpartition("/")[2]
    number = (await town.services.appointments.get(key))["number"]
    assert number in (await screen.get(booked.location)).text
    assert booked.location in (await screen.get("/kiosk/appointments")).text
    assert (await phone.get(f"/appointments/{key}")).status == 200
    for _ in range(2):  # the answer may be lost
        assert (await screen.post(f"{booked.location}/cancel")).status == 303
    assert (await town.services.appointments.get(key))["state"] == "cancelled"


async def booked(screen: Browser, day: str, which: int = 1) -> tuple[str, Fields]:
    """The visit, and what was sent for it."""
    start = (await screen.get(f"{NEW}&hall=district&day={day}")).text.split('name="start" value="')[which]
    sent: Fields = {"item": ITEM, "hall": "district", "start": start.split('"')[0]}
    made = await screen.post("/kiosk/appointments", sent)
    assert made.status == 303, made.text
    return made.location, sent


@pytest.mark.article("9.booking")
async def test_the_same_time_in_another_hall_is_not_what_was_booked(town: Town) -> None:
    await town.furnish(hall=hall("elsewhere"))
    screen = await person_at_kiosk(town, await town.citizen())
    _, sent = await booked(screen, "2026-11-30")
    assert (await screen.post("/kiosk/appointments", sent | {"hall": "elsewhere"})).status in (400, 409)


@pytest.mark.article("7.agent", "9.booking")
async def test_nothing_is_booked_for_another_than_the_screen_said(town: Town) -> None:
    screen = await person_at_kiosk(town, await town.citizen())
    sent: Fields = {"item": ITEM, "hall": "district", "start": "2026-11-30T09:30:00+08:00", "role": "f" * 32}
    assert (await screen.post("/kiosk/appointments", sent)).status == 403
    bodies = plain_guide(83, audience=["enterprise"])
    await town.publish(bodies)
    assert (await screen.get(NEW.replace(ITEM, bodies.item))).status == 422


@pytest.mark.article("9.booking")
async def test_a_visit_shows_what_can_be_done_with_it_now(town: Town) -> None:
    """Giving it back before it begins, a review once it is served, and its number as long as it is booked."""
    screen = await person_at_kiosk(town, await town.citizen())
    visit, _ = await booked(screen, "2026-12-01")
    key = visit.rpartition("/")[2]
    found = await town.services.appointments.get(key)
    town.clock.set(found["start"])
    screen = await account_at_kiosk(town, found["account"])
    begun = (await screen.get(visit)).text
    assert (found["number"] in begun, "确定取消" in begun, "评价这次服务" in begun) == (True, False, False)
    assert (await screen.post(f"{visit}/cancel")).status == 422
    await town.served(found)
    done = (await screen.get(visit)).text
    assert (found["number"] in done, "确定取消" in done, "评价这次服务" in done) == (False, False, True)
    assert (await screen.post(f"{visit}/cancel")).status == 409


@pytest.mark.article("7.own")
async def test_another_ones_visit_is_not_found_at_a_kiosk(town: Town) -> None:
    screen = await person_at_kiosk(town, await town.citizen())
    visit, _ = await booked(screen, "2026-11-27")
    other = await person_at_kiosk(town, await town.citizen())
    for path in (visit, f"{visit}/review"):
        assert (await other.get(path)).status == 404
    assert (await other.post(f"{visit}/cancel")).status == 404
