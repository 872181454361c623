"""工作日历 in the panel: a year of twelve months, what a change would touch, and who may make one."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from models.appointments import State
from models.festivals import LAST_PUBLISHED_YEAR
from models.workdays import LiveWorkdays
from tests.house.browser import Browser, Fields
from tests.house.office import Office, booked

NEXT = LAST_PUBLISHED_YEAR + 1
PLAIN = next(day for n in range(7) if (day := date(NEXT, 3, 8) + timedelta(days=n)).weekday() < 5).isoformat()
OFF: Fields = {"first": PLAIN, "last": PLAIN, "kind": "off", "reason": "台风停工", "revision": "0"}
SURE: Fields = {"step": "confirm"}


@pytest.fixture
async def keeper(office: Office) -> AsyncIterator[Browser]:
    services = office.town.services
    yield await office.desk("management")
    await services.calendar_years.documents.delete_many({})
    services.calendar.tell({}, LiveWorkdays().through)


async def test_a_year_is_shown_as_twelve_months(keeper: Browser) -> None:
    page = (await keeper.get("/admin/calendar?year=2026")).text
    assert page.count('class="calendar__month"') == 12
    assert page.count('<li class="calendar__day ') == 365
    assert 'title="春节">17<span class="calendar__sign">休</span></li>' in page
    assert 'title="国庆节调休">10<span class="calendar__sign">班</span></li>' in page
    assert "15日至23日 春节</li>" in page
    assert 'aria-current="date">24</li>' in page
    assert "calendar__expected" not in page
    further = (await keeper.get(f"/admin/calendar?year={NEXT}")).text
    assert further.count('class="calendar__expected">预计') == 12
    assert "还没有填入：春节、清明节、" in further
    for nowhere in ("1999", "nonsense", f"{NEXT + 9}", ""):
        assert "<h1>工作日历 2026年</h1>" in (await keeper.get(f"/admin/calendar?year={nowhere}")).text


async def test_what_a_day_off_would_touch_is_shown_before_it_is_kept(office: Office, keeper: Browser) -> None:
    key, day, _ = await booked(office)
    services, off = office.town.services, {**OFF, "first": day, "last": day}
    asked = await keeper.post("/admin/calendar/days", off)
    assert asked.status == 200
    for said in (
        "由上班变为不上班",
        ">1个<",
        "这些预约继续有效",
        "列入“不合大厅时间的预约”",
        "已经告知申请人的期限不变",
    ):
        assert said in asked.text
    assert services.calendar.worked(date.fromisoformat(day))
    stale = await keeper.post("/admin/calendar/days", {**off, "revision": "7"})
    assert (stale.status, "刚刚有其他人作了修改" in stale.text) == (409, True)
    hall = await services.halls.get("district")
    assert hall.windows
    own = hall.windows.model_copy(update={"by_date": {date.fromisoformat(day): hall.windows.weekday_hours}})
    await services.halls.put(hall.model_copy(update={"windows": own}), office.town.by())
    assert "没有已约的预约受影响" in (await keeper.post("/admin/calendar/days", off)).text
    await services.halls.put(hall, office.town.by())
    back = (await keeper.post("/admin/calendar/days", {**off, "step": "edit"})).text
    assert 'name="reason" required maxlength="30" value="台风停工"' in back
    kept = await keeper.post("/admin/calendar/days", off | SURE)
    assert kept.location == f"/admin/calendar?year={day[:4]}"
    assert not services.calendar.worked(date.fromisoformat(day))
    page = (await keeper.get(kept.location)).text
    assert f"放假：{day}，台风停工" in page
    assert "management的姓名" in page
    assert (await services.appointments.get(key))["state"] is State.BOOKED
    again = await keeper.post("/admin/calendar/days", {**off, "reason": "另有原因"} | SURE)
    assert again.status == 409
    assert "刚刚有其他人作了修改" in again.text
    assert 'value="另有原因"' in again.text


@pytest.mark.parametrize(
    ("path", "fields", "status", "said"),
    [
        ("days", {"first": "2026-11-23", "last": "2026-11-23"}, 422, "已过去的日子不能修改"),
        ("days", {"last": "2026-11-25"}, 400, "结束日期不早于开始日期"),
        ("days", {"first": "nonsense"}, 400, "first"),
        ("days", {"kind": "nonsense"}, 400, "kind"),
        ("days", {**SURE, "reason": " "}, 400, "请写明原因或依据"),
        ("days", {**SURE, "kind": "published"}, 422, "没有需要修改的"),
        ("days", {**SURE, "revision": "7"}, 409, "刚刚有其他人作了修改"),
        ("confirm", {"year": str(NEXT)}, 422, "的放假安排还没有填完：春节"),
        ("confirm", {"year": str(LAST_PUBLISHED_YEAR)}, 422, "不需要确认"),
        ("confirm", {"year": "9" * 30}, 400, "请选择"),
        ("reopen", {"year": str(NEXT)}, 422, "没有需要修改的"),
    ],
)
async def test_what_is_refused_is_said_on_the_page(
    keeper: Browser, path: str, fields: Fields, status: int, said: str
) -> None:
    answer = await keeper.post(f"/admin/calendar/{path}", {**OFF, **fields})
    assert answer.status == status
    assert said in answer.text
    assert '<p class="fault" id="fault"' in answer.text


async def test_a_year_is_confirmed_and_taken_back(office: Office, keeper: Browser) -> None:
    calendar = office.town.services.calendar
    whole: Fields = {**OFF, "first": f"{NEXT}-01-01", "last": f"{NEXT}-12-31", "reason": "放假"}
    assert (await keeper.post("/admin/calendar/days", whole | SURE)).status == 303
    seen: Fields = {"year": str(NEXT), "revision": "1", "reason": "国办发明电〔2026〕9号"}
    assert (await keeper.post("/admin/calendar/confirm", seen)).location == f"/admin/calendar?year={NEXT}"
    assert calendar.through == NEXT
    page = (await keeper.get(f"/admin/calendar?year={NEXT}")).text
    assert "calendar__expected" not in page
    assert "确认全年安排已填完，国办发明电〔2026〕9号" in page
    assert (await keeper.post("/admin/calendar/reopen", {**seen, "revision": "2"})).status == 303
    assert calendar.through == LAST_PUBLISHED_YEAR
