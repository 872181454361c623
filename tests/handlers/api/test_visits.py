"""A visit by the API: where and when there is room, moving it, and what its owner takes along."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from icalendar import Calendar
from PIL import Image

from handlers.web.tickets import DRAWER, _lines, ticket_png
from models.workdays import PANYU, local_date
from tests.house.api import Client, Reply, Service
from tests.house.guides import USCC
from tests.house.places import hall, with_windows
from tests.house.scanned import read_qr

FIRST, SECOND, THIRD, FOURTH = (f"{USCC}{number:013}" for number in range(1, 5))
NEXT = "branch"


@pytest.fixture(autouse=True)
async def set_back(api: Service) -> AsyncIterator[None]:
    """Each test finds the same time, and nobody who has booked."""
    before = api.clock.now()
    yield
    api.clock.set(before)
    await api.services.appointments.documents.delete_many({})


@pytest.fixture
async def two_halls(api: Service) -> Service:
    """Another hall, with two windows in the morning, that has the first two items."""
    await api.services.halls.put(with_windows(2, code=NEXT, name="大石政务服务中心", name_en=""), api.by())
    for item in (FIRST, SECOND):
        guide = await api.services.guides.published(item)
        if NEXT not in guide.places:
            changed = {"places": [*guide.places, NEXT], "version": guide.version + 1}
            await api.publish(guide.model_copy(update=changed))
    return api


async def times(api: Service, item: str, where: str = "district") -> list[datetime]:
    """When there is room on the last day that can be booked."""
    found = (await api.client().get(f"/halls/{where}/days?item={item}")).json["days"]
    slots = await api.client().get(f"/halls/{where}/slots?item={item}&day={found[-1]['day']}")
    return [datetime.fromisoformat(slot["start"]) for slot in slots.json["slots"] if slot["left"]]


async def booked(client: Client, item: str, start: datetime, where: str = "district") -> Any:
    asked = {"item": item, "hall": where, "start": start.isoformat()}
    made = await client.post("/appointments", asked)
    assert made.status == 201, made.json
    return made.json


async def moved(client: Client, visit: Any, start: datetime, **asked: str) -> Reply:
    return await client.post(f"/appointments/{visit['id']}/move", {"start": start.isoformat(), **asked})


def event_of(reply: Reply) -> Any:
    """The one event of a calendar file, read by the library."""
    [event] = Calendar.from_ical(reply.content).events
    return event


@pytest.mark.article("9.booking")
async def test_days_say_what_is_left(two_halls: Service) -> None:
    anybody = two_halls.client()
    asked = f"/halls/{NEXT}/days?item={SECOND}"
    days = (await anybody.get(asked)).json["days"]
    assert len(days) == 7
    assert days[-1]["left"] == 2 * 6  # two windows, and six slots of half an hour
    certain = two_halls.services.calendar.certain
    assert [one["expected"] for one in days] == [
        not certain(local_date(datetime.fromisoformat(f"{one['day']}T12:00+08:00"))) for one in days
    ]
    li = await two_halls.citizen("li")
    await booked(li, SECOND, (await times(two_halls, SECOND, NEXT))[0], NEXT)
    assert (await anybody.get(asked)).json["days"][-1] == days[-1] | {"left": 11}
    slots = (await anybody.get(f"/halls/{NEXT}/slots?item={SECOND}")).json
    assert slots["days"] == [one["day"] for one in days]
    assert (await anybody.get(f"/halls/{NEXT}/days?item={THIRD}")).json == {"days": []}
    assert (await anybody.get(f"/halls/nowhere/days?item={SECOND}")).code == "hall_not_found"


async def test_a_hall_that_is_closed_has_no_days(api: Service) -> None:
    closed = {"first": "2020-01-01", "last": "2099-12-31", "reason": "装修"}
    await api.services.halls.put(hall("shut", closures=[closed]), api.by())
    guide = await api.services.guides.published(FOURTH)
    await api.publish(guide.model_copy(update={"places": ["district", "shut"], "version": guide.version + 1}))
    assert (await api.client().get(f"/halls/shut/days?item={FOURTH}")).json == {"days": []}
    slots = (await api.client().get(f"/halls/shut/slots?item={FOURTH}")).json
    assert (slots["days"], slots["slots"]) == ([], [])


@pytest.mark.article("9.booking", "9.place")
async def test_moving(two_halls: Service) -> None:
    li, chen = await two_halls.citizen("li"), await two_halls.citizen("chen")
    first, second, third = (await times(two_halls, FIRST))[:3]
    visit = await booked(li, FIRST, first)
    assert (visit["moves"], visit["can_move"], visit["can_cancel"]) == (0, True, True)
    assert re.fullmatch("[0-9]{4}", visit["number"])
    hers = await booked(chen, SECOND, second)

    full = await moved(li, visit, second)
    assert (full.status, full.code) == (409, "slot_full")
    same = await moved(li, visit, first)
    assert (same.status, same.code) == (409, "slot_same")
    unknown = await moved(li, visit, third + timedelta(minutes=7))
    assert (unknown.status, unknown.json["error"]["field"]) == (400, "start")
    nowhere = await moved(li, visit, third, hall="nowhere")
    assert (nowhere.status, nowhere.code) == (404, "hall_not_found")
    assert (await li.get(f"/appointments/{visit['id']}")).json == visit

    there = (await moved(li, visit, third)).json
    assert (there["id"], there["hall"], there["moves"]) == (visit["id"], "district", 1)
    assert datetime.fromisoformat(there["start"]) == third
    assert there["timeline"][-1]["label"] == "已改期"
    assert (await moved(chen, hers, first)).status == 200  # the old place is free
    elsewhere = (await moved(li, visit, third, hall=NEXT)).json
    assert (elsewhere["hall"], elsewhere["moves"]) == (NEXT, 2)


@pytest.mark.article("9.booking", "9.abandon")
async def test_what_cannot_be_moved(two_halls: Service) -> None:
    li, chen = await two_halls.citizen("li"), await two_halls.citizen("chen")
    first, second = (await times(two_halls, FIRST))[:2]
    visit = await booked(li, FIRST, first)
    strange = await moved(chen, visit, second)
    assert (strange.status, strange.code) == (404, "appointment_not_found")
    assert (await two_halls.client().post(f"/appointments/{visit['id']}/move")).code == "not_signed_in"

    two_halls.clock.set(first)
    li = await two_halls.citizen("li")  # the session has expired
    late = await moved(li, visit, second)
    assert (late.status, late.code) == (422, "appointment_begun")
    shown = (await li.get(f"/appointments/{visit['id']}")).json
    assert (shown["can_move"], shown["can_cancel"]) == (False, False)

    two_halls.clock.set(first - timedelta(minutes=10))
    staff = await two_halls.member("centre")
    await two_halls.services.endings.arrive(visit["id"], staff, two_halls.by_staff("centre"))
    there = await moved(li, visit, second)
    assert (there.status, there.code) == (409, "arrival_recorded")
    assert (await li.post(f"/appointments/{visit['id']}/cancellation")).status == 200
    ended = await moved(li, visit, second)
    assert (ended.status, ended.code) == (409, "appointment_ended")


@pytest.mark.article("9.booking")
async def test_the_calendar_file_follows_the_visit(two_halls: Service) -> None:
    li = await two_halls.citizen("li")
    first, second = (await times(two_halls, FIRST))[:2]
    visit = await booked(li, FIRST, first)
    at = f"/appointments/{visit['id']}/calendar"
    assert visit["calendar_url"].endswith(f"/api/v1{at}")
    before = event_of(await li.get(at))
    assert (before.start, before.end) == (first, first + timedelta(minutes=30))
    assert before.start.tzinfo == PANYU
    assert (before["geo"].latitude, before["geo"].longitude) == (22.937, 113.384)
    assert before["summary"] == "到大厅办理：居住证签注1"
    assert before["location"] == "番禺区政务服务中心 番禺区市桥街清河东路319号"
    assert f"预约号：{visit['number']}\n请带上：居住证原件照片" in before["description"]
    assert (before["url"], before["sequence"], before["status"]) == (visit["check_in_url"], 0, "CONFIRMED")
    reminds = [alarm["trigger"].dt for alarm in before.walk("VALARM")]
    assert reminds == [timedelta(days=-1), timedelta(hours=-1)]

    number = (await moved(li, visit, second)).json["number"]
    english = event_of(await li.get(at, Accept_Language="en"))
    assert (english["uid"], english["sequence"], english.start) == (before["uid"], 1, second)
    assert f"Number: {number}" in english["description"]
    assert "Panyu District Government Service Centre" in english["location"]

    await li.post(f"/appointments/{visit['id']}/cancellation")
    off = event_of(await li.get(at))
    assert (off["uid"], off["sequence"], off["status"]) == (before["uid"], 2, "CANCELLED")
    assert not off.walk("VALARM")


@pytest.mark.article("9.booking")
async def test_the_ticket_leads_to_the_visit(two_halls: Service) -> None:
    li = await two_halls.citizen("li")
    first, second = (await times(two_halls, FIRST))[:2]
    visit = await booked(li, FIRST, first)
    at = f"/appointments/{visit['id']}/ticket"
    assert visit["ticket_url"].endswith(f"/api/v1{at}")
    chinese, english = await li.get(at), await li.get(at, Accept_Language="en")
    for picture in (chinese, english):
        assert await read_qr(picture.content) == visit["check_in_url"]
    assert chinese.content != english.content == (await li.get(at, Accept_Language="en")).content
    assert len(chinese.content) < 60_000
    assert Image.open(BytesIO(chinese.content)).width == 750
    await moved(li, visit, second)
    assert (await li.get(at)).content != chinese.content

    await li.post(f"/appointments/{visit['id']}/cancellation")
    ended = await li.get(at)
    assert (ended.status, ended.code) == (409, "appointment_ended")
    assert (await li.get(f"/appointments/{visit['id']}")).json["ticket_url"] is None


@pytest.mark.article("7.agent")
async def test_a_visit_of_an_enterprise(two_halls: Service) -> None:
    """Its agent takes it along and moves it while they act for it, and is told so when they do not."""
    wang, liang = await two_halls.citizen("wang"), await two_halls.citizen("liang")
    [body] = [one for one in two_halls.simulator.simulator.people.bodies if one.id == "weimei"]
    asked = {"credential_kind": "uscc", "name": body.name, "number": body.credentials[0].number}
    agency = (await wang.post("/enterprises", asked)).json
    await liang.post(f"/enterprises/{agency['id']}/confirmation")
    await wang.put("/me/acting", {"body": agency["body"]["id"]})
    first, second = (await times(two_halls, FIRST))[:2]
    visit = await booked(wang, FIRST, first)
    at = f"/appointments/{visit['id']}"
    picture, file = await wang.get(f"{at}/ticket"), await wang.get(f"{at}/calendar")
    assert (picture.status, file.status) == (200, 200)
    assert body.name not in file.content.decode()
    await wang.put("/me/acting", {"body": None})
    for refused in (await wang.get(f"{at}/ticket"), await moved(wang, visit, second)):
        assert (refused.status, refused.code) == (409, "other_role")
    whole = f"/visits/{visit['visit']}"
    matters = {"matters": [{"item": FIRST, "start": second.isoformat()}]}
    for refused in (
        await wang.get(whole),
        await wang.post(f"{whole}/move", matters),
        await wang.post(f"{whole}/cancellation", {"appointments": [visit["id"]]}),
    ):
        assert (refused.status, refused.code) == (409, "other_role")
    await wang.put("/me/acting", {"body": agency["body"]["id"]})
    assert (await moved(wang, visit, second)).json["moves"] == 1


async def test_tickets_wait_in_a_short_queue(two_halls: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    li = await two_halls.citizen("li")
    visit = await booked(li, FIRST, (await times(two_halls, FIRST))[0])
    at = f"/appointments/{visit['id']}/ticket"
    monkeypatch.setattr(DRAWER, "waiting", DRAWER.most)
    busy = await li.get(at)
    assert (busy.status, busy.code, busy.headers["Retry-After"]) == (429, "tickets_busy", "10")
    monkeypatch.setattr(DRAWER, "waiting", 0)
    ticket_png.cache_clear()
    assert (await li.get(at)).status == 200
    await li.get(at)
    assert (ticket_png.cache_info().hits, ticket_png.cache_info().misses) == (1, 1)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("居住证签注", ["居住证签注"]),
        ("居" * 100, ["居" * 19, "居" * 19, f"{'居' * 18}…"]),
        ("Residence permit for all who live here and there", None),
        ("W" * 500, None),
        ("", [""]),
    ],
    ids=["short", "Chinese", "English", "one word", "nothing"],
)
def test_a_value_has_three_lines_at_most(text: str, lines: list[str] | None) -> None:
    found = list(_lines(text))
    assert len(found) <= 3
    assert lines in (None, found)
    assert "".join(text.split()).startswith("".join(found).rstrip("…").replace(" ", ""))


async def test_what_others_booked_is_not_found(two_halls: Service) -> None:
    li, chen = await two_halls.citizen("li"), await two_halls.citizen("chen")
    visit = await booked(li, FIRST, (await times(two_halls, FIRST))[0])
    for part in ("calendar", "ticket"):
        refused = await chen.get(f"/appointments/{visit['id']}/{part}")
        assert (refused.status, refused.code) == (404, "appointment_not_found"), part


async def planned(client: Client, start: str, *also: str) -> list[dict[str, str]]:
    more = "".join(f"&also={item}" for item in also)
    asked = f"/appointments/plan?item={FIRST}&hall=district&start={start.replace('+', '%2B')}{more}"
    found = await client.get(asked)
    assert found.status == 200, found.json
    return [{"item": one["item"], "start": one["start"]} for one in found.json["matters"]]


@pytest.mark.article("9.booking", "9.place", "9.abandon")
async def test_a_visit_as_a_whole(two_halls: Service) -> None:
    li, chen = await two_halls.citizen("li"), await two_halls.citizen("chen")
    starts = (await times(two_halls, FIRST))[:3]
    first, second, third = (one.isoformat() for one in starts)
    one, *also = await planned(li, first, SECOND)
    booking = {**one, "hall": "district", "also": also}
    made = await li.post("/appointments", booking)
    assert (made.status, made.json["item"]) == (201, FIRST)
    at = f"/visits/{made.json['visit']}"
    whole = (await li.get(at)).json
    assert [each["item"] for each in whole["appointments"]] == [FIRST, SECOND]
    assert {each["visit"] for each in whole["appointments"]} == {made.json["visit"]} != {made.json["id"]}
    assert (await chen.get(at)).code == "appointment_not_found"
    both = {"appointments": [each["id"] for each in whole["appointments"]]}
    assert (await chen.post(f"{at}/cancellation", both)).code == "appointment_not_found"
    fewer = await li.post(f"{at}/cancellation", {"appointments": both["appointments"][:1]})
    assert (fewer.status, fewer.code) == (409, "visit_changed")
    assert (await li.post("/appointments", booking)).code == "already_booked"

    twice = await li.post("/appointments", {**one, "hall": "district", "also": [one]})
    assert (twice.status, twice.code) == (400, "item_twice")
    matters = [{"item": FIRST, "start": second}, {"item": SECOND, "start": third}]
    lacking = await li.post(f"{at}/move", {"matters": matters[:1]})
    assert (lacking.status, lacking.code) == (409, "visit_changed")
    moved = (await li.post(f"{at}/move", {"matters": matters})).json
    assert [datetime.fromisoformat(each["start"]) for each in moved["appointments"]] == starts[1:]
    cancelled = (await li.post(f"{at}/cancellation", both)).json
    assert [each["state"] for each in cancelled["appointments"]] == ["cancelled", "cancelled"]
    assert (await li.post(f"{at}/cancellation", both)).code == "appointment_ended"


async def visit_of_two(client: Client, service: Service) -> Any:
    first = (await times(service, FIRST))[0].isoformat()
    one, *also = await planned(client, first, SECOND)
    made = await client.post("/appointments", {**one, "hall": "district", "also": also})
    assert made.status == 201, made.json
    return made.json


@pytest.mark.article("9.place")
async def test_the_hall_of_a_visit_is_that_of_what_is_still_booked(two_halls: Service) -> None:
    """The first was cancelled, and the other moved elsewhere: a new time is one there."""
    li = await two_halls.citizen("li")
    made = await visit_of_two(li, two_halls)
    at = f"/visits/{made['visit']}"
    await li.post(f"/appointments/{made['id']}/cancellation")
    elsewhere = await times(two_halls, SECOND, NEXT)
    asked = {"matters": [{"item": SECOND, "start": elsewhere[0].isoformat()}]}
    assert (await li.post(f"{at}/move", {**asked, "hall": NEXT})).status == 200
    asked = {"matters": [{"item": SECOND, "start": elsewhere[1].isoformat()}]}
    moved = await li.post(f"{at}/move", asked)
    assert (moved.status, [one["hall"] for one in moved.json["appointments"]]) == (200, [NEXT])


async def test_what_does_not_fit_is_named(two_halls: Service) -> None:
    li = await two_halls.citizen("li")
    last = max(one for one in await times(two_halls, FIRST))
    full = f"/appointments/plan?item={FIRST}&hall=district&start={last.isoformat().replace('+', '%2B')}"
    refused = await li.get(f"{full}&also={SECOND}")
    assert (refused.status, refused.code) == (409, "visit_does_not_fit")
    assert (await li.get(f"{full}&also={FIRST}")).code == "item_twice"
    assert (await li.get(full)).status == 200
