"""Times of halls, seen by anybody; a place taken, and a visit moved, through the pages (article 9)."""

import asyncio
import re
from datetime import datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from models.people import ApplicantKind
from tests.handlers.citizen.test_roles import agent
from tests.house.browser import Browser, Page
from tests.house.guides import plain_guide, rich_guide
from tests.house.people import new_number, new_phone
from tests.house.places import WHOLE_DAY, hall
from tests.house.town import Town

ITEM = rich_guide().item
"""Of the one hall of every town."""
BUSY = rich_guide(item=plain_guide(81).item, name="居住证换领", places=["district", "dashi"])
"""Of two halls."""
FOR_BODIES = rich_guide(item=plain_guide(82).item, audience=[ApplicantKind.ENTERPRISE])
DASHI = hall(
    "dashi",
    name="<i>大石</i>政务服务中心",
    location={"coordinates": [113.31, 23.01]},
    windows={
        "weekday_hours": WHOLE_DAY,
        "by_date": {"2026-11-27": [], "2026-11-30": [["09:00", "09:30"]]},
        "capacity": {"general": 2},
    },
)
NINE = "2026-11-30T01:00:00+00:00"
"""The one slot of the Monday at Dashi, nine in the morning in Panyu; other times are an hour apart."""
KEPT = "原来的预约仍然保留"


@pytest.fixture
async def two_halls(town: Town) -> Town:
    await town.services.halls.put(DASHI, town.by())
    await town.publish(BUSY)
    return town


async def booked(citizen: Browser, start: str, item: str = BUSY.item, place: str = "dashi") -> str:
    done = await citizen.post("/appointments", {"item": item, "hall": place, "start": start})
    assert done.status == 303, done.text
    return done.location


async def moved(citizen: Browser, visit: str, start: str, seen: int = 0, place: str = "dashi") -> Page:
    return await citizen.post(f"{visit}/move", {"hall": place, "start": start, "seen": str(seen)})


def day_of(page: Page, day: str) -> str:
    """What stands on a day's button, with its tag."""
    found = re.search(
        rf'<a class="day[^>]*>\s*<span>[^<]*</span>\s*<strong>{day}</strong>.*?</a>', page.text, re.S
    )
    return found[0] if found else ""


@pytest.mark.article("7.first", "9.booking")
async def test_who_is_not_bound_sees_the_times_and_comes_back_to_the_chosen_one(town: Town) -> None:
    visitor = town.browser()
    assert (await visitor.get("/appointments/new")).status == 200
    page = await visitor.get(f"/appointments/new?item={ITEM}&hall=district&day=2026-12-01")
    assert page.status == 200
    assert "余 1" in page.text
    assert 'action="/appointments/new/slot"' in page.text
    assert "登录、实名认证" in page.text
    assert 'name="role"' not in page.text
    lead_to = f"form-action 'self' {town.services.site.sign_in_origin};"  # browsers hold redirects to it too
    assert lead_to in page.headers["Content-Security-Policy"]
    asked = {"item": ITEM, "hall": "district", "start": "2026-12-01T02:00:00+00:00"}
    chosen = f"/appointments/new/slot?{urlencode(asked)}"
    out = await visitor.get(chosen)
    assert parse_qs(urlsplit(out.location).query)["next"] == [chosen]
    assert (await visitor.sign_in("openid-looks", to=chosen)).location == chosen
    to_binding = await visitor.get(chosen)
    assert urlsplit(to_binding.location).path == "/binding"
    assert parse_qs(urlsplit(to_binding.location).query)["next"] == [chosen]
    bound = await visitor.bind("何大文", new_number(), new_phone(), next=chosen)
    assert bound.location == chosen
    back = await visitor.get(chosen)
    assert re.search(r'value="2026-12-01T02:00:00\+00:00" required checked', back.text)
    assert "还没有约上" in back.text
    assert re.search(r"本人\s+何\*\*", back.text)
    made = await visitor.post("/appointments", {**asked, "role": back.hidden("role")})
    assert "2026-12-01 10:00–10:30" in (await visitor.get(made.location)).text
    late = await (await town.citizen()).get(chosen)
    assert late.status == 409
    assert "该时段已约满" in late.text
    assert "10:30–11:00" in late.text


@pytest.mark.article("9.place")
async def test_days_say_what_is_left_and_closed_ones_are_not_shown(two_halls: Town) -> None:
    path = f"/appointments/new?item={BUSY.item}&hall=dashi"
    visitor = two_halls.browser()
    before = await visitor.get(path)
    assert "余 2" in day_of(before, "11-30")
    assert "余 28" in day_of(before, "12-1")
    assert not day_of(before, "11-27")
    for _ in range(2):
        await booked(await two_halls.citizen(), NINE)
    full = day_of(await visitor.get(path), "11-30")
    assert "约满" in full
    assert "href" not in full
    assert "余 1" in day_of(await visitor.get(f"/appointments/new?item={ITEM}"), "11-30")  # the other hall


async def test_one_hall_is_not_asked_for_and_of_several_the_nearest_come_first(two_halls: Town) -> None:
    visitor = two_halls.browser()
    one = (await visitor.get(f"/appointments/new?item={ITEM}")).text
    assert "第3步" in one
    assert "这个事项只在这个大厅办，不用选" in one
    path = f"/appointments/new?item={BUSY.item}"
    both = (await visitor.get(path)).text
    assert "第2步" in both
    assert "data-near" in both
    assert "&lt;i&gt;大石" in both
    assert "<i>" not in both
    for lat, lng, first in (("23.01", "113.31", "dashi"), ("22.937", "113.384", "district")):
        here = await visitor.post("/appointments/new", {"item": BUSY.item, "lat": lat, "lng": lng})
        assert re.findall(r"hall=(\w+)", here.text)[0] == first
        assert "步行约" in here.text
        assert f"{lat},{lng}" not in here.text
    wrong = await visitor.post("/appointments/new", {"item": BUSY.item, "lat": "400", "lng": "1"})
    assert wrong.status == 400
    assert "hall=dashi" in wrong.text


@pytest.mark.article("9.booking")
async def test_a_visit_is_moved_with_old_and_new_side_by_side(two_halls: Town) -> None:
    citizen, old, new = await two_halls.citizen(), "2026-12-01T02:00:00+00:00", "2026-12-02T03:00:00+00:00"
    visit = await booked(citizen, old)
    shown = (await citizen.get(visit)).text
    number = (await two_halls.services.appointments.get(visit.split("/")[2]))["number"]
    assert f'called__number">{number}<' in shown
    assert f'called__number">{number}<' in (await citizen.get("/appointments")).text
    for link in ("move", "ticket.png", "visit.ics"):
        assert f'href="{visit}/{link}"' in shown
    days = await citizen.get(f"{visit}/move")
    assert f"{visit}/move?hall=dashi&amp;day=2026-12-02" in days.text
    assert "您现在约的" in (await citizen.get(f"{visit}/move?day=2026-12-01")).text
    halls = await citizen.post(f"{visit}/move/halls", {"lat": "22.937", "lng": "113.384"})
    assert re.findall(r"hall=(\w+)", halls.text) == ["district", "dashi"]
    asked = urlencode({"hall": "district", "start": new})
    both = await citizen.get(f"{visit}/move?{asked}")
    text = " ".join(re.sub("<[^>]+>", " ", both.text).split())
    assert "原来的 12-1 周二 10:00–10:30 <i>大石</i>".replace("<", "&lt;").replace(">", "&gt;") in text
    assert "改成 12-2 周三 11:00–11:30 番禺区政务服务中心" in text
    form = {name: both.hidden(name) for name in ("hall", "start", "seen")}
    at_once = await asyncio.gather(*(citizen.post(f"{visit}/move", form) for _ in range(2)))  # tapped twice
    for done in (*at_once, await citizen.post(f"{visit}/move", form)):
        assert (done.status, done.location) == (303, visit)
    page = (await citizen.get(visit)).text
    assert "2026-12-02 11:00–11:30" in page
    assert "已改到这个时间" in page
    assert page.count("已改期") == 1
    assert (await two_halls.services.appointments.get(visit.split("/")[2]))["moves"] == 1


@pytest.mark.article("9.booking", "9.place")
async def test_what_cannot_be_moved_is_said_and_the_old_place_is_kept(two_halls: Town) -> None:
    town, citizen, old = two_halls, await two_halls.citizen(), "2026-12-01T06:00:00+00:00"
    visit = await booked(citizen, old)
    full = "2026-12-01T07:00:00+00:00"
    for _ in range(2):
        await booked(await town.citizen(), full)
    for start, place, seen, status, said in (
        (full, "dashi", 0, 409, "该时段已约满"),
        (old, "dashi", 0, 409, "您已经约在这个时间"),
        ("2026-12-01T04:00:00+00:00", "dashi", 0, 400, "该大厅在所选时间不办理此事项"),  # at noon
        ("2026-12-02T06:00:00+00:00", "dashi", 1, 409, "请刷新后再操作"),  # another page moved it
    ):
        page = await moved(citizen, visit, start, seen, place)
        assert (page.status, said in page.text) == (status, True), said
        assert f"{KEPT}：2026-12-01 14:00" in page.text
        assert "14:30–15:00" in page.text or "2026-12-02" in start
    renewed = await moved(citizen, visit, full)
    assert re.search(r'value="2026-12-01T07:00:00\+00:00"[^>]*disabled', renewed.text)
    for offer in (full, "2026-12-01T04:00:00+00:00"):
        page = await citizen.get(f"{visit}/move?{urlencode({'hall': 'dashi', 'start': offer})}")
        assert page.status in (400, 409)
        assert "确认改期" not in page.text
    assert (await moved(citizen, visit, full, 0, "nowhere")).status == 404
    assert (
        await citizen.post(f"{visit}/move", {"hall": "dashi", "start": "soon", "seen": "0"})
    ).status == 400
    other = await town.citizen()
    for path in (f"{visit}/move", f"{visit}/move/halls"):
        assert (await other.get(path)).status == 404
    assert (await moved(other, visit, "2026-12-02T06:00:00+00:00")).status == 404
    assert "2026-12-01 14:00–14:30" in (await citizen.get(visit)).text
    await citizen.post(f"{visit}/cancel")
    for page in (await citizen.get(f"{visit}/move"), await moved(citizen, visit, full)):
        assert (page.status, "该预约已结束或已取消" in page.text) == (409, True)
        assert "重新预约" in page.text


@pytest.mark.article("9.abandon")
async def test_what_has_begun_is_not_moved(two_halls: Town) -> None:
    town, citizen, start = two_halls, await two_halls.citizen(), "2026-11-24T06:00:00+00:00"
    visit, before = await booked(citizen, start), town.clock.now()
    town.clock.set(datetime.fromisoformat(start))
    try:
        assert f"{visit}/move" not in (await citizen.get(visit)).text
        for page in (
            await citizen.get(f"{visit}/move"),
            await moved(citizen, visit, "2026-12-02T06:00:00+00:00"),
        ):
            assert (page.status, "预约时间已到，不能改期" in page.text) == (422, True)
    finally:
        town.clock.set(before)


@pytest.mark.article("7.agent")
async def test_the_page_says_for_whom_and_lets_one_change_it(two_halls: Town) -> None:
    town = two_halls
    await town.publish(FOR_BODIES, rich_guide(item=plain_guide(83).item, audience=list(ApplicantKind)))
    citizen, body = await agent(town)
    path = f"/appointments/new?item={plain_guide(83).item}&hall=district&day=2026-12-02"
    own = await citizen.get(path)
    assert "换一个身份预约" in own.text
    assert f'name="body" value="{body}"' in own.text
    assert (await citizen.post("/acting", {"body": body, "next": path})).location == path
    for_body = await citizen.get(path)
    assert for_body.hidden("role") == body
    assert "为本人预约" in for_body.text
    stranger = f"/appointments/new?item={FOR_BODIES.item}"
    assert "登录后要以单位的身份预约" in (await town.browser().get(stranger)).text
    refused = await (await town.citizen()).get(stranger)
    assert (refused.status, "绑定单位" in refused.text) == (422, True)


async def test_a_visit_of_before_has_no_number(two_halls: Town) -> None:
    citizen = await two_halls.citizen()
    visit = await booked(citizen, "2026-12-02T08:00:00+00:00")
    key = visit.split("/")[2]
    await two_halls.services.appointments.documents.update_one({"_id": key}, {"$set": {"number": ""}})
    for path in (visit, "/appointments"):
        assert "预约号" not in (await citizen.get(path)).text
    assert "到大厅后向工作人员出示此码" in (await citizen.get(visit)).text
