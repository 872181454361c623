"""The schedules of halls in the panel, without JavaScript (article 9)."""

import re
from datetime import time
from html import unescape
from typing import Any

import pytest

from models.appointments.document import State
from models.foreseen import ConsequencesChanged
from models.store import ChangedMeanwhile
from tests.house.browser import Page
from tests.house.office import Office, booked
from tests.house.places import HALL
from tests.house.schedules import EMPTY

AT = f"/admin/halls/{HALL.code}/schedule"
pytestmark = pytest.mark.article("9.time")


def filled(page: Page, **changes: Any) -> dict[str, Any]:
    """What the form of a page sends, but for what a test changes."""
    main = page.text.partition('<form class="s')[2].partition("</form>")[0]
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", main):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if said.get("type") != "checkbox" or " checked" in tag:
            fields.setdefault(said["name"], []).append(unescape(said.get("value", "")))
    for name, text in re.findall(r'<textarea name="(\w+)"[^>]*>([^<]*)', main):
        fields[name] = [unescape(text)]
    fields.pop("_xsrf")
    return {**fields, **changes}


def opened(opens: str, closes: str) -> dict[str, Any]:
    """From Monday to Friday."""
    return {
        f"day{day}_{end}": [time, ""]
        for day in range(1, 6)
        for end, time in (("from", opens), ("to", closes))
    }


def afternoons() -> dict[str, Any]:
    return opened("13:00", "17:00")


async def test_what_is_confirmed_is_saved_and_each_visit_is_decided_on(office: Office) -> None:
    desk = await office.desk("centre")
    key, _, citizen = await booked(office)
    shown = await desk.get(AT)
    confirm = await desk.post(AT, filled(shown, **afternoons()))
    assert "1个已有的预约不合新的时间安排" in confirm.text
    assert re.search(r"<li><span[^>]*>2026-11-\d\d \d\d:\d\d</span> \S+</li>", confirm.text)  # which one
    assert "窗口：周一至周五 13:00–17:00；自助服务区24小时开放" in confirm.text
    other, _, asked = await booked(office, "李四")
    again = await desk.post(AT, filled(confirm, step="confirm"))
    assert (again.status, ConsequencesChanged.message in again.text) == (409, True)
    edited = await desk.post(AT, filled(again, step="edit"))
    assert filled(edited)["day1_from"] == ["13:00", ""]
    saved = await desk.post(AT, filled(again, step="confirm"))
    assert (saved.status, saved.location) == (303, f"/admin/halls/{HALL.code}/unfit")
    listed = (await desk.get(saved.location)).text
    assert listed.count("不在办理时间内") == 2
    visitor = office.town.browser()
    visitor.cookies["language"] = "en"
    english = await visitor.get(f"/halls/{HALL.code}")
    assert "13:00–17:00; self-service area open 24 hours" in english.text
    late = await desk.post(AT, filled(shown, slot_minutes="60"))
    assert (late.status, ChangedMeanwhile.message in late.text) == (409, True)
    nothing = await desk.post(f"/admin/halls/{HALL.code}/unfit/keep")
    assert (nothing.status, "请先勾选预约" in nothing.text) == (400, True)
    assert "列出的2个全部选上" in listed
    for decision, given in (("keep", {"chosen": key}), ("ask", {"all": "1", "shown": other})):
        done = await desk.post(f"/admin/halls/{HALL.code}/unfit/{decision}", given)
        assert done.status == 303, done.text
    listed = (await desk.get("/admin/unfit")).text
    assert (key in listed, other in listed, "已请改约" in listed) == (False, True, True)
    assert "大厅时间调整，预约照常保留" in (await citizen.get(f"/appointments/{key}")).text
    assert "请改约其他时间</h2>" in (await asked.get(f"/appointments/{other}")).text
    assert "请您改约</span>" in (await asked.get("/appointments")).text
    for one in (key, other):
        assert (await office.town.services.appointments.get(one))["state"] is State.BOOKED


async def test_of_several_visits_it_is_said_what_became_of_each(office: Office) -> None:
    desk = await office.desk("centre")
    visits = [await booked(office, name) for name in ("李四", "王五", "赵六")]
    confirm = await desk.post(AT, filled(await desk.get(AT), **opened("06:00", "07:00")))
    assert (await desk.post(AT, filled(confirm, step="confirm"))).status == 303
    (gone, _, citizen), (other, _, second), (kept, _, _) = visits
    for one, who in ((gone, citizen), (other, second)):
        assert (await who.post(f"/appointments/{one}/cancel")).status == 303
    said = await desk.post(f"/admin/halls/{HALL.code}/unfit/keep", {"chosen": [gone, kept, other]})
    assert said.status == 409
    told = said.text.partition('id="fault"')[2].partition("</section>")[0]
    assert "1个预约照常保留" in told
    assert "以下2个预约没有处理" in told
    for one in (gone, other):
        name = (await office.town.services.appointments.get(one))["masked_name"]
        assert re.search(rf"{re.escape(name)}：该预约已结束或已取消", told)


async def test_rows_are_added_and_taken_away(office: Office) -> None:
    desk = await office.desk("centre")
    fields = filled(await desk.get(AT))
    fields |= {
        "window_name": ["综合", "企业开办", ""],
        "window_seats": ["1", "3", ""],
        "window1_groups": ["business"],
        "day6_from": ["10:00", ""],
        "day6_to": ["12:00", ""],
        "date_day": ["2026-12-31", ""],
        "date0_from": EMPTY,
        "date0_to": EMPTY,
        "closure_first": ["2027-01-04"],
        "closure_last": ["2027-01-05"],
        "closure_reason": ["线路检修"],
    }
    confirm = await desk.post(AT, fields)
    assert "新增办理" in confirm.text
    assert (await desk.post(AT, filled(confirm, step="confirm"))).status == 303
    hall = await office.town.services.halls.get(HALL.code)
    assert hall.windows
    assert [(one.name, one.seats) for one in hall.windows.windows] == [("综合", 1), ("企业开办", 3)]
    assert [one.reason for one in hall.closures] == ["线路检修"]
    assert hall.windows.by_weekday == {6: [(time(10), time(12))]}
    assert filled(await desk.get(AT))["day6_to"] == ["12:00", ""]
    assert (await desk.post(AT, filled(await desk.get(AT), window_gone="1"))).text.count("不再办理") == 1
    wrong = await desk.post(AT, filled(await desk.get(AT), day2_from=["12:00", ""], day2_to=["09:00", ""]))
    assert (wrong.status, "周二的时间请成对填写" in wrong.text) == (400, True)
    assert filled(wrong)["day2_from"] == ["12:00", ""]


async def test_the_list_of_halls(office: Office) -> None:
    listed = (await (await office.desk("centre")).get("/admin/halls")).text
    assert HALL.name in listed
    assert f'href="{AT}"' in listed
    assert "没有负责的大厅" in (await (await office.desk("unplaced")).get("/admin/halls")).text
