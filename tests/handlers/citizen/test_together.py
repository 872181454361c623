"""Several matters in one visit, through the pages (article 9): planned, booked, moved, cancelled together."""

import asyncio
import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from icalendar import Calendar

from models.appointments import State
from models.people import ApplicantKind
from tests.handlers.citizen.test_roles import agent
from tests.house.browser import Browser, Page
from tests.house.guides import plain_guide, rich_guide
from tests.house.people import new_number, new_phone
from tests.house.places import WHOLE_DAY, hall
from tests.house.town import Town

FIRST, SECOND, THIRD = (
    rich_guide(item=plain_guide(90 + number).item, name=name, places=["dashi"])
    for number, name in enumerate(("居住证换领", "户口簿补发", "敬老卡申领"))
)
BODIES = rich_guide(item=plain_guide(93).item, name="营业执照换发", places=["dashi"], audience=["enterprise"])
ELSEWHERE = rich_guide(item=plain_guide(94).item, name="别处才办的事", places=["district"])
DASHI = hall(
    "dashi", name="大石政务服务中心", windows={"weekday_hours": WHOLE_DAY, "capacity": {"general": 2}}
)
TIMES = [
    f"2026-11-{day}T0{hour}:00+00:00" for day in (25, 26, 27) for hour in ("1:00", "1:30", "2:00", "2:30")
]
"""Slots from nine to half past ten in Panyu, of three days."""
AFTERNOON = [f"2026-11-{at}+00:00" for at in ("25T06:30", "26T07:00", "26T07:30")]
"""Where nobody else books."""
MONDAY = ["2026-11-30T01:00:00+00:00", "2026-11-30T01:30:00+00:00"]


@pytest.fixture
async def dashi(town: Town) -> Town:
    await town.services.halls.put(DASHI, town.by())
    await town.publish(FIRST, SECOND, THIRD, BODIES, ELSEWHERE)
    return town


def at(start: str, *also: str, step: str = "slot") -> str:
    asked = {"item": FIRST.item, "hall": "dashi", "start": start, "also": also}
    return f"/appointments/new/{step}?{urlencode(asked, doseq=True)}"


def shown(page: Page) -> dict[str, str | list[str]]:
    """The form of the plan, as a browser sends it."""
    form = page.text.split('<form method="post" action="/appointments">')[1].split("</form>")[0]
    found = re.findall(r'name="(role|hall|item|start|also|also_start)" value="([^"]*)"', form)
    return {name: [value for each, value in found if each == name] for name, _ in found}


def lines(page: Page) -> list[str]:
    """Times and names of the plan, or of the visit."""
    found = re.findall(r'<ol class="matters">(.*?)</ol>', page.text, re.S)
    texts = re.findall(r"<li>(.*?)</li>", found[0], re.S) if found else []
    return [" ".join(unescape(re.sub("<[^>]+>", " ", text)).split()) for text in texts]


async def booked(citizen: Browser, start: str, *also: str) -> str:
    done = await citizen.post("/appointments", shown(await citizen.get(at(start, *also))))
    assert done.status == 303, done.text
    return done.location


async def states(town: Town, visit: str) -> list[tuple[str, State, str]]:
    one = await town.services.appointments.get(visit.split("/")[2])
    each = await town.services.appointments.of_visit(one["visit"], one["applicant"])
    return [(one["item"], one["state"], one["start"].isoformat()) for one in each]


@pytest.mark.article("9.booking")
async def test_a_visit_is_planned_without_script_and_booked_as_shown(dashi: Town) -> None:
    citizen = await dashi.citizen("王小明")
    day = await citizen.get(f"/appointments/new?item={FIRST.item}&hall=dashi&day=2026-11-25")
    assert 'formaction="/appointments/new/also"' in day.text
    chosen = {"item": FIRST.item, "hall": "dashi", "start": TIMES[0]}
    more = await citizen.get((await citizen.post("/appointments/new/also", chosen)).location)
    assert [one.name in more.text for one in (SECOND, THIRD, BODIES, ELSEWHERE)] == [True, True, False, False]
    found = await citizen.get(f"{at(TIMES[0], step='also')}&{urlencode({'q': '敬老'})}")
    assert at(TIMES[0], THIRD.item) in unescape(found.text)
    assert at(TIMES[0], SECOND.item) not in unescape(found.text)
    plan = await citizen.get(at(TIMES[0], SECOND.item, THIRD.item))
    assert lines(plan) == [
        "09:00–09:30 居住证换领 去掉 居住证换领",
        "09:30–10:00 户口簿补发 去掉 户口簿补发",
        "10:00–10:30 敬老卡申领 去掉 敬老卡申领",
    ]
    assert "再加一个事项" not in plan.text  # three a day at most
    links = [unescape(one) for one in re.findall(r'class="button" href="([^"]*slot[^"]*)"', plan.text)]
    assert links[1] == at(TIMES[0], THIRD.item)
    assert lines(await citizen.get(links[0]))[0].startswith("09:30–10:00 户口簿补发")
    two = await citizen.get(links[1])
    assert [line[:11] for line in lines(two)] == ["09:00–09:30", "09:30–10:00"]
    sent = await asyncio.gather(*(citizen.post("/appointments", shown(two)) for _ in range(2)))  # two tabs
    [visit] = {one.location for one in sent}
    assert [one.status for one in sent] == [303, 303]
    assert [item for item, *_ in await states(dashi, visit)] == [FIRST.item, THIRD.item]
    other_tab = await citizen.post(
        "/appointments", {**shown(plan), "start": MONDAY[0], "also_start": TIMES[5:7]}
    )
    assert other_tab.status == 400  # two days
    again = await citizen.get(at(TIMES[4], SECOND.item))
    booked_already = await citizen.post("/appointments", shown(again))
    assert (booked_already.status, "您已预约“居住证换领”" in booked_already.text) == (409, True)


@pytest.mark.article("9.booking", "9.place")
async def test_a_place_lost_meanwhile_books_none_and_the_plan_comes_anew(dashi: Town) -> None:
    citizen = await dashi.citizen()
    plan = shown(await citizen.get(at(TIMES[4], SECOND.item)))
    for _ in range(2):
        other = await dashi.citizen()
        taken = {"item": THIRD.item, "hall": "dashi", "start": TIMES[5]}
        assert (await other.post("/appointments", taken)).status == 303
    lost = await citizen.post("/appointments", plan)
    assert (lost.status, "“户口簿补发”在该时段已约满" in lost.text) == (409, True)
    assert [line[:11] for line in lines(lost)] == ["09:00–09:30", "10:00–10:30"]
    assert "还没有预约" in (await citizen.get("/appointments")).text
    uneven = await citizen.post("/appointments", {**plan, "also_start": []})
    assert uneven.status == 400
    assert (await citizen.post("/appointments", shown(lost))).status == 303
    late = await (await dashi.citizen()).get(at("2026-11-26T09:00:00+00:00", SECOND.item))
    assert late.status == 400  # no such slot
    twice = await citizen.get(at(TIMES[8], FIRST.item))
    assert (twice.status, "只能约一次" in twice.text) == (400, True)


@pytest.mark.article("9.place")
async def test_what_does_not_fit_that_day_is_named_and_the_wish_is_kept(dashi: Town) -> None:
    citizen, last = await dashi.citizen(), "2026-11-25T08:30:00+00:00"
    page = await citizen.get(at(last, SECOND.item))
    assert (page.status, "当天没有能接着办“户口簿补发”的时段" in page.text) == (409, True)
    assert lines(page) == ["居住证换领 去掉 居住证换领", "户口簿补发 去掉 户口簿补发"]
    assert f'name="also" value="{SECOND.item}"' in page.text
    assert f"also={SECOND.item}&amp;hall=dashi&amp;day=2026-12-02" in page.text
    nothing = await citizen.get(at(last, step="also"))
    assert "没有能接着办的其他事项" in nothing.text


@pytest.mark.article("7.first", "9.booking")
async def test_who_is_bound_on_the_way_comes_back_to_the_whole_plan(dashi: Town) -> None:
    visitor, plan = dashi.browser(), at(TIMES[8], SECOND.item)
    out = await visitor.get(plan)
    assert parse_qs(urlsplit(out.location).query)["next"] == [plan]
    assert (await visitor.sign_in("openid-two-things", to=plan)).location == plan
    assert parse_qs(urlsplit((await visitor.get(plan)).location).query)["next"] == [plan]
    assert (await visitor.bind("何大文", new_number(), new_phone(), next=plan)).location == plan
    assert len(lines(await visitor.get(plan))) == 2


@pytest.mark.article("9.booking", "9.abandon")
async def test_a_visit_is_shown_taken_along_moved_and_cancelled_as_a_whole(dashi: Town) -> None:
    citizen = await dashi.citizen("欧阳兰")
    visit = await booked(citizen, MONDAY[0], SECOND.item)
    page = await citizen.get(visit)
    assert [line[:11] for line in lines(page)] == ["09:00–09:30", "09:30–10:00"]
    assert "同一次到访，2 个事项" in page.text
    assert "同一次到访，2 个事项" in (await citizen.get("/appointments")).text
    file = Calendar.from_ical((await citizen.get(f"{visit}/visit.ics")).content)
    assert [str(one["summary"])[-5:] for one in file.events] == ["居住证换领", "户口簿补发"]
    assert (await citizen.get(f"{visit}/ticket.png")).content.startswith(b"\x89PNG")
    await citizen.post("/settings", {"elder": "1"})
    asked = urlencode({"hall": "dashi", "start": TIMES[8]})
    both = await citizen.get(f"{visit}/visit/move?{asked}")
    form = {
        name: re.findall(rf'name="{name}" value="([^"]*)"', both.text)
        for name in ("hall", "item", "start", "seen")
    }
    assert form["start"] == TIMES[8:10]
    at_once = await asyncio.gather(*(citizen.post(f"{visit}/visit/move", form) for _ in range(2)))
    assert [(done.status, done.location) for done in at_once] == [(303, visit)] * 2
    assert [start for *_, start in await states(dashi, visit)] == TIMES[8:10]
    stale = await citizen.post(f"{visit}/visit/move", {**form, "start": MONDAY})
    assert (stale.status, "原来的预约都仍然保留" in stale.text) == (409, True)
    overlapping = await citizen.post(f"{visit}/move", {"hall": "dashi", "start": TIMES[9], "seen": "1"})
    assert (overlapping.status, "与同一次到访的另一事项时间重叠" in overlapping.text) == (400, True)
    other = await dashi.citizen()
    for path in ("move", "cancel"):
        assert (await other.post(f"{visit}/visit/{path}", form)).status == 404
    keys = re.findall(r'name="seen" value="([0-9a-f]{32})"', (await citizen.get(visit)).text)
    assert len(keys) == 2
    for _ in range(2):  # tapped twice
        assert (await citizen.post(f"{visit}/visit/cancel", {"seen": keys})).location == visit
    assert {state for _, state, _ in await states(dashi, visit)} == {State.CANCELLED}
    assert "全部" not in (await citizen.get(visit)).text


@pytest.mark.article("9.abandon")
async def test_one_matter_is_cancelled_or_leaves_by_itself(dashi: Town) -> None:
    citizen = await dashi.citizen()
    visit = await booked(citizen, TIMES[0], SECOND.item, THIRD.item)
    assert "只取消这个事项" in (await citizen.get(visit)).text
    page = await citizen.get(visit)
    keys = re.findall(r'name="seen" value="([0-9a-f]{32})"', page.text)
    await citizen.post(f"{visit}/cancel")
    for old in ({"seen": keys}, {}):  # of the page before: it is shown again
        shown_again = await citizen.post(f"{visit}/visit/cancel", old)
        assert (shown_again.status, "刚刚有变化" in shown_again.text) == (409, True)
        assert re.findall(r'name="seen" value="([0-9a-f]{32})"', shown_again.text) == keys[1:]
    kept = [(item, state) for item, state, _ in await states(dashi, visit)]
    assert kept[0] == (FIRST.item, State.CANCELLED)
    assert {state for _, state in kept[1:]} == {State.BOOKED}
    [second] = re.findall(r'href="(/appointments/[0-9a-f]{32})">查看', (await citizen.get(visit)).text)[:1]
    assert (
        await citizen.post(f"{second}/move", {"hall": "dashi", "start": TIMES[4], "seen": "0"})
    ).status == 303
    assert lines(await citizen.get(second)) == []
    assert len(await states(dashi, visit)) == 2


@pytest.mark.article("7.agent")
async def test_an_enterprise_does_several_things_too(dashi: Town) -> None:
    for_all = [
        one.model_copy(update={"audience": list(ApplicantKind), "version": 2}) for one in (FIRST, SECOND)
    ]
    await dashi.publish(*for_all)
    citizen, body = await agent(dashi)
    await citizen.post("/acting", {"body": body, "next": "/"})
    more = await citizen.get(at(TIMES[8], step="also"))
    assert [one.name in more.text for one in (SECOND, THIRD, BODIES)] == [True, False, True]
    plan = await citizen.get(at(TIMES[8], BODIES.item))
    assert shown(plan)["role"] == [body]
    refused = await citizen.get(at(TIMES[8], THIRD.item))
    assert refused.status == 422
    await citizen.post("/acting", {"body": "", "next": "/"})
    other_role = await citizen.post("/appointments", shown(plan))
    assert other_role.status in (403, 409)
    await citizen.post("/acting", {"body": body, "next": "/"})
    assert (await citizen.post("/appointments", shown(plan))).status == 303


async def test_what_was_cancelled_is_not_listed_with_what_went_to_another_day(dashi: Town) -> None:
    citizen = await dashi.citizen("王小明")
    visit = await booked(citizen, AFTERNOON[0], SECOND.item, THIRD.item)
    second = re.findall(r'href="(/appointments/[0-9a-f]{32})"', (await citizen.get(visit)).text)[0]
    await citizen.post(f"{visit}/cancel", {})
    moved: dict[str, str | list[str]] = {"hall": "dashi", "seen": "0", "start": AFTERNOON[1:]}
    moved["item"] = [SECOND.item, THIRD.item]
    assert (await citizen.post(f"{second}/visit/move", moved)).status == 303
    page = (await citizen.get("/appointments")).text
    assert "同一次到访，2 个事项" in page
    assert "3 个事项" not in page
