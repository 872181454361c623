"""What a suspension does to people, found out before and told to those whom it concerns (article 21)."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.appointments import Appointment, Matter
from models.appointments import State as Visit
from models.appointments.document import GOES_ON, STOPS
from models.events import Cause
from models.kiosks import TELL, State, Wanted
from models.schedule import Due
from tests.house.clock import START
from tests.house.guides import plain_guide
from tests.house.house import House, said
from tests.house.kiosks import GUIDE, Kiosked, a_letter
from tests.house.places import HALL, WHOLE_DAY, hall

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST = START + timedelta(days=7)
"""Tuesday 1 December 2026, five working days after the house's; the next is the last that can be booked."""
NO_WINDOW: dict[str, Any] = {"weekday_hours": WHOLE_DAY, "capacity": {"other": 1}}


@pytest.fixture
async def kiosk(kiosks: Kiosked) -> str:
    return (await kiosks.in_service())["_id"]


async def booked(house: House, start: datetime = FIRST) -> Appointment:
    """By somebody new, at a window of the hall, which has one for the item at first."""
    party = await house.applicant()
    appointments, calendar = house.stores.appointments, house.stores.calendar
    found = await appointments.free(HALL, GUIDE.group, start.date(), calendar, by(house))
    slot = next(one for one in found if one.start >= start and one.left)
    return await appointments.book(
        party, GUIDE, HALL, slot.start, calendar, house.by(f"applicant:{party.id}")
    )


def by(house: House) -> Cause:
    return house.by("system")


async def without_window(house: House) -> None:
    """The hall closes its window for the item: what was booked is for the kiosk."""
    await house.stores.halls.put(hall(windows=NO_WINDOW), by(house))


def wanted(days: float = 1, **changes: Any) -> Wanted:
    start = FIRST - 2 * HOUR
    return replace(Wanted(start, start + days * DAY, "系统升级"), **changes)


async def told(house: House, visit: Appointment) -> list[str]:
    found = await house.stores.appointments.documents.find_one({"_id": visit["_id"]})
    return [event["name"] for event in found["events"] if "kiosk" in event["name"]]


async def settle(house: House, kiosk: str) -> bool:
    due = Due(f"x:{TELL}", TELL, kiosk, house.stores.clock(), 1, "lease")
    return await house.stores.telling.settle(due, by(house))


@pytest.mark.article("21.4")
async def test_visits_for_what_only_this_kiosk_offers(house: House, kiosks: Kiosked, kiosk: str) -> None:
    """Those in its time, not before or after; none where a window or another kiosk serves the item."""
    inside, after = await booked(house), await booked(house, FIRST + DAY)
    foresee, contact = kiosks.stores.suspending.foresee, kiosks.who("contact")
    assert (await foresee(kiosk, wanted(), *contact)).consequences.visits == ()
    await without_window(house)
    seen = await foresee(kiosk, wanted(), *contact)
    assert [one["_id"] for one in seen.consequences.visits] == [inside["_id"]]
    assert seen.consequences.only_here == (GUIDE.name,)
    assert [(one.day, one.item, one.count) for one in seen.consequences.by_day] == [
        (inside["start"].date(), GUIDE.name, 1)
    ]
    assert (seen.asked.period.number, seen.asked.earliest.isoformat(), len(seen.days)) == (2, "2026-11-26", 2)
    weeks = await foresee(kiosk, wanted(days=15), *contact)
    assert [one["_id"] for one in weeks.consequences.visits] == [inside["_id"], after["_id"]]
    other = (await kiosks.in_service())["_id"]
    assert (await foresee(kiosk, wanted(), *contact)).consequences.visits == ()
    await kiosks.planned(other, wanted())
    assert len((await foresee(kiosk, wanted(), *contact)).consequences.visits) == 1
    await kiosks.stores.suspending.call_off(other, *contact)
    await kiosks.fault(other)
    assert len((await foresee(kiosk, wanted(), *contact)).consequences.visits) == 1


@pytest.mark.article("21.4")
async def test_what_was_confirmed_is_what_is_saved(house: House, kiosks: Kiosked, kiosk: str) -> None:
    await booked(house)
    await booked(house)
    await without_window(house)
    suspending, contact = kiosks.stores.suspending, kiosks.who("contact")
    mark = (await suspending.foresee(kiosk, wanted(), *contact)).consequences.mark
    visit = (await suspending.foresee(kiosk, wanted(), *contact)).consequences.visits[0]
    await house.stores.appointments.cancel(
        visit["_id"], await house.party_of(visit), house.by(f"applicant:{visit['applicant']}")
    )
    assert await said(suspending.plan(kiosk, wanted(seen=mark), *contact)) == "consequences_changed"
    assert (await kiosks.get(kiosk))["suspension"] is None
    mark = (await suspending.foresee(kiosk, wanted(), *contact)).consequences.mark
    await suspending.plan(kiosk, wanted(seen=mark), *contact)
    kept = await house.stores.kiosks.documents.find_one({"_id": kiosk})
    assert kept["events"][-1]["data"]["visits"] == 1
    assert await said(suspending.foresee(kiosk, wanted(), *contact)) == "kiosk_not_in_service"


@pytest.mark.article("21.4", "21.announced")
async def test_those_who_have_booked_are_told_once_and_keep_their_visit(
    house: House, kiosks: Kiosked, kiosk: str
) -> None:
    visit, after = await booked(house), await booked(house, FIRST + DAY)
    await without_window(house)
    planned = await kiosks.planned(kiosk, wanted())
    assert await asyncio.gather(*(settle(house, kiosk) for _ in range(3))) == [True] * 3
    assert await settle(house, kiosk)
    assert (await told(house, visit), await told(house, after)) == ([STOPS], [])
    found = await house.stores.appointments.get(visit["_id"])
    assert found["state"] is Visit.BOOKED
    assert planned["suspension"]
    assert (found["pause"]["reason"], found["pause"]["end"]) == ("系统升级", planned["suspension"]["end"])
    late = await house.stores.appointments.documents.find_one({"_id": visit["_id"]})
    assert late["events"][-1]["data"]["until"] == "2026-12-02 08:00"


@pytest.mark.article("21.4", "21.announced")
async def test_of_several_matters_of_a_visit_people_are_told_at_once(
    house: House, kiosks: Kiosked, kiosk: str
) -> None:
    """By the event of the first that is still booked; of one that was told alone before, by the other's."""
    second, stores = plain_guide(33, channels=["h5", "kiosk", "window"]), house.stores
    await house.publish(second)
    items = [GUIDE.item, second.item]
    await stores.kiosks.documents.update_one({"_id": kiosk}, {"$set": {"items": items}})
    party, day = await house.applicant(), FIRST.date()
    slots = await stores.appointments.free(HALL, GUIDE.group, day, stores.calendar, by(house))
    starts = [one.start for one in slots if one.start >= FIRST][:2]
    matters = [Matter(*one) for one in zip((GUIDE, second), starts, strict=True)]
    visit = await stores.several.book(party, matters, HALL, stores.calendar, house.by())
    keys = [one["_id"] for one in visit]
    await without_window(house)
    await kiosks.planned(kiosk, wanted())
    assert await asyncio.gather(*(settle(house, kiosk) for _ in range(3))) == [True] * 3
    suspending, contact = kiosks.stores.suspending, kiosks.who("contact")
    await suspending.call_off(kiosk, *contact)
    for _ in range(2):
        await settle(house, kiosk)
    for key in keys:
        found = await stores.appointments.documents.find_one({"_id": key})
        said = [(one["name"], one["data"]["together"]) for one in found["events"] if "kiosk" in one["name"]]
        assert said == [(STOPS, keys), (GOES_ON, keys)]
    await stores.appointments.cancel(keys[0], party, house.by(f"applicant:{party.id}"))
    await kiosks.planned(kiosk, wanted())
    await settle(house, kiosk)
    assert await told(house, visit[0]) == [STOPS, GOES_ON]
    found = await stores.appointments.documents.find_one({"_id": keys[1]})
    assert (found["events"][-1]["name"], "together" in found["events"][-1]["data"]) == (STOPS, False)


@pytest.mark.article("21.4", "21.announced")
async def test_the_same_are_told_when_it_is_called_off(house: House, kiosks: Kiosked, kiosk: str) -> None:
    """Also where a worker comes late to both; and anew, where it is announced for another time."""
    visit = await booked(house)
    await without_window(house)
    await kiosks.planned(kiosk, wanted())
    await settle(house, kiosk)
    suspending, contact = kiosks.stores.suspending, kiosks.who("contact")
    await suspending.call_off(kiosk, *contact)
    await settle(house, kiosk)
    await settle(house, kiosk)
    assert await told(house, visit) == [STOPS, GOES_ON]
    assert "pause" not in await house.stores.appointments.get(visit["_id"])
    kiosks.set(house.stores.clock() + HOUR)
    await kiosks.planned(kiosk, wanted(days=2))
    await suspending.call_off(kiosk, *contact)
    await settle(house, kiosk)
    assert await told(house, visit) == [STOPS, GOES_ON]
    kiosks.set(house.stores.clock() + HOUR)
    await kiosks.planned(kiosk, wanted(days=2))
    await settle(house, kiosk)
    assert await told(house, visit) == [STOPS, GOES_ON, STOPS]


@pytest.mark.article("21.5")
async def test_those_who_have_booked_are_told_when_it_leaves(
    house: House, kiosks: Kiosked, kiosk: str
) -> None:
    """Who has booked after the agreed day; nobody is told that a retired one serves."""
    before, after = await booked(house), await booked(house, FIRST + DAY)
    await without_window(house)
    await kiosks.withdrawn(kiosk)
    day = (FIRST + DAY).date()
    retiring, digital = kiosks.stores.retiring, kiosks.who("digital")
    seen = await retiring.foresee(kiosk, day, *digital)
    assert [one["_id"] for one in seen.visits] == [after["_id"]]
    assert await said(retiring.agree(kiosk, day, *digital, seen="other")) == "consequences_changed"
    await retiring.agree(kiosk, day, *digital, seen=seen.mark)
    await settle(house, kiosk)
    assert (await told(house, before), await told(house, after)) == ([], [STOPS])
    kiosks.set(FIRST + DAY)
    assert await kiosks.fire("retirement") == [True]
    assert (await kiosks.get(kiosk))["state"] is State.RETIRED
    assert not await settle(house, kiosk)
    assert await told(house, after) == [STOPS]


@pytest.mark.article("21.4")
async def test_one_that_is_removed_is_missed_for_good(house: House, kiosks: Kiosked, kiosk: str) -> None:
    visit = await booked(house)
    await without_window(house)
    with a_letter() as letter:
        await kiosks.planned(kiosk, wanted(days=15, letter=letter))
    await settle(house, kiosk)
    assert (await house.stores.appointments.get(visit["_id"]))["pause"]["end"] is None
