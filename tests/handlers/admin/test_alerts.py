"""Alerts and rosters in the panel: read, taken on, filled in."""

from datetime import timedelta

import pytest

from models.kiosks import Fault, Trouble
from models.staff import Role
from models.staff.duty import MOST_HEADS
from models.workdays import local_date
from tests.house.browser import Fields
from tests.house.clock import START
from tests.house.kiosks import kiosked
from tests.house.office import Office
from tests.house.places import HALL
from tests.house.staff import Post

AT_CENTRE = Post((Role.SERVICE_CENTRE,), halls=(HALL.code,))
DAYS = {"section": "service_centre", "first": "2026-12-07", "last": "2026-12-08"}


@pytest.fixture
async def alerted(office: Office) -> str:
    """The page of a new alert, that nobody could be told of."""
    town = office.town
    town.clock.set(START)
    for store in (town.stores.alerts, town.stores.rosters, town.stores.duty_heads, town.stores.kiosks):
        await store.documents.delete_many({})
    key = (await (await kiosked(town)).in_service(name="敬老卡自助机"))["_id"]
    for username in ("ling", "ming"):
        if await town.stores.staff.find(username) is None:
            await town.reachable(username, AT_CENTRE)
    town.clock.advance(timedelta(minutes=30))
    trouble = Trouble(key, Fault.OFFLINE, town.clock.now() - timedelta(minutes=5))
    await town.stores.alerting.look([trouble], town.by())
    found = await town.stores.alerts.documents.find_one({})
    return f"/admin/alerts/{found['_id']}"


async def test_an_alert_is_read_and_taken_on_once(office: Office, alerted: str) -> None:
    desk = await office.desk("ling")
    page = await desk.get(alerted)
    for words in (
        HALL.name,
        "敬老卡自助机",
        "1台离线",
        "未恢复",
        "没有可以告知的人",
        "我来处理",
        f"tel:{HALL.phone}",
    ):
        assert words in page.text
    assert HALL.name in (await desk.get("/admin/alerts")).text
    assert (await desk.post(f"{alerted}/acknowledge")).location == alerted
    page = await desk.get(alerted)
    for words in ("处理中", "确认，开始处理", "ling的姓名"):
        assert words in page.text
    assert "我来处理" not in page.text
    late = await (await office.desk("digital")).post(f"{alerted}/acknowledge")
    assert (late.status, "该告警已有人确认" in late.text) == (409, True)
    assert "ling的姓名" in (await desk.get("/admin/alerts?show=acknowledged")).text


async def test_the_roster_is_filled_and_emptied(office: Office, alerted: str) -> None:
    desk = await office.desk("ling")
    assert "今天没有能收到告警的值班人员" in (await desk.get("/admin/duty")).text
    sent = await desk.post("/admin/duty/days", {**DAYS, "on_duty": "ling", "behind": "ming"})
    assert sent.location == "/admin/duty?section=service_centre&month=2026-12"
    page = (await desk.get(sent.location)).text
    assert (page.count("ling的姓名</td>"), page.count("空缺</span>")) == (2, 29)
    assert (await desk.post("/admin/duty/days", {**DAYS, "on_duty": "-"})).status == 303
    assert (await desk.get(sent.location)).text.count("空缺</span>") == 31
    heads: Fields = {"section": "service_centre", "heads": ["ming", "", "ling"]}
    assert (await desk.post("/admin/duty/heads", heads)).status == 303
    assert await office.town.stores.duty_heads.documents.find_one({}, {"heads": 1, "_id": 0}) == {
        "heads": ["ming", "ling"]
    }
    today = local_date(office.town.clock.now()).isoformat()
    assert f'value="{today}"' in (await desk.get("/admin/duty")).text
    assert "告警依次告知：ming的姓名、ling的姓名" in (await desk.get("/admin/duty")).text


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"on_duty": ""}, 400, "请选择本科室"),
        ({"on_duty": "centre"}, 422, "centre的姓名还没有验证手机"),
        ({"on_duty": "ling", "behind": "ling"}, 400, "须是两个人"),
        ({"on_duty": "ling", "last": "2027-01-01"}, 400, "同一个月"),
        ({"on_duty": "ling", "first": "nonsense"}, 400, ""),
        ({"on_duty": "ling", "section": "digital_affairs"}, 403, ""),
        ({"on_duty": "", "section": "digital_affairs"}, 403, ""),
        ({"on_duty": "ling", "section": "nowhere"}, 404, ""),
    ],
)
async def test_what_cannot_be_put_down_is_told(
    office: Office, alerted: str, changes: dict[str, str], status: int, words: str
) -> None:
    desk = await office.desk("ling")
    answer = await desk.post("/admin/duty/days", {**DAYS, **changes})
    assert (answer.status, words in answer.text) == (status, True)
    assert not await office.town.stores.rosters.documents.find_one({})


async def test_a_section_is_chosen_and_no_other_shown(office: Office, alerted: str) -> None:
    digital, township = await office.desk("digital"), await office.desk("township")
    page = (await digital.get("/admin/duty?section=service_centre&month=2026-12")).text
    assert "区政务服务中心 2026-12" in page
    assert "centre的姓名（未绑定手机或微信）" in page
    page = (await township.get("/admin/duty?section=service_centre&month=nonsense")).text
    assert f"{HALL.township} 2026-11" in page
    many: Fields = {"section": "service_centre", "heads": ["ling"] * MOST_HEADS + ["ming"]}
    assert (await digital.post("/admin/duty/heads", many)).status == 303  # each is named once
