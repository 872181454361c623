"""Booking a hall at a kiosk, and giving the visit back (articles 9 and 23.4)."""

import pytest

from tests.house.guides import rich_guide
from tests.house.kiosks import person_at_kiosk
from tests.house.town import Town

ITEM = rich_guide().item
NEW = f"/kiosk/appointments/new?item={ITEM}"


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


@pytest.mark.article("7.own")
async def test_another_ones_visit_is_not_found_at_a_kiosk(town: Town) -> None:
    screen = await person_at_kiosk(town, await town.citizen())
    start = (await screen.get(f"{NEW}&hall=district&day=2026-11-27")).text.split('name="start" value="')[1]
    sent: dict[str, str | list[str]] = {"item": ITEM, "hall": "district", "start": start.split('"')[0]}
    visit = (await screen.post("/kiosk/appointments", sent)).location
    other = await person_at_kiosk(town, await town.citizen())
    for path in (visit, f"{visit}/review"):
        assert (await other.get(path)).status == 404
    assert (await other.post(f"{visit}/cancel")).status == 404
