"""The appointments of a day, as staff record them (articles 5, 9)."""

import re
from urllib.parse import urlencode

import pytest

from tests.house.applying import ITEM
from tests.house.browser import Browser, Fields
from tests.house.guides import plain_guide, rich_guide
from tests.house.office import Office, booked, late_on
from tests.house.places import HALL


def row_of(key: str, page: str) -> str:
    """What the list shows of one appointment."""
    return page.split(f'id="{key}"')[1].split("</tr>", maxsplit=1)[0]


@pytest.mark.article("9.record")
async def test_nothing_is_recorded_before_the_day(office: Office) -> None:
    key, day, citizen = await booked(office)
    page = (await (await office.desk("centre")).get(f"/admin/appointments?hall=district&day={day}")).text
    assert key in page
    assert 'name="ending"' not in page
    assert "预约日期未到" in page
    with late_on(office, day):
        page = (await (await office.desk("centre")).get(f"/admin/appointments?hall=district&day={day}")).text
        assert 'name="ending"' in page
        assert "预约日期未到" not in page
    await citizen.post(f"/appointments/{key}/cancel")


async def test_the_scan_field_has_the_focus(office: Office) -> None:
    """Also beside an error, which it is described by: the next scan needs no mouse."""
    desk = await office.desk("centre")
    for address in ("/admin/appointments", "/admin/appointments?code=12345"):
        page = (await desk.get(address)).text
        assert re.findall(r"<(\w+)[^>]*autofocus", page) == ["input"]
        assert re.search(r'name="code"[^>]*autofocus', page)
    assert 'aria-describedby="fault"' in page
    assert re.search(r'id="fault" role="alert"', page)
    queue = (await (await office.desk("window")).get("/admin/applications")).text
    assert re.search(r'name="q"[^>]*autofocus', queue)


@pytest.mark.article("9.record", "9.refusal")
async def test_the_days_list(office: Office) -> None:
    key, day, _ = await booked(office, "张三丰")
    with late_on(office, day):
        desk = await office.desk("centre")
        page = (await desk.get(f"/admin/appointments?hall=district&day={day}")).text
    assert key in page
    assert "张**" in page
    assert "张三丰" not in page
    assert re.findall(r'name="ending" value="(\w+)"', row_of(key, page)) == [
        "served",
        "no_show",
        "missing_material",
    ]
    assert "这一天没有预约" in (await desk.get("/admin/appointments?hall=district&day=2026-01-01")).text
    assert (await desk.get("/admin/appointments?day=someday")).status == 400
    assert (await desk.get("/admin/appointments?hall=nowhere")).status == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "tomorrow"])
async def test_a_day_out_of_all_reckoning_is_no_input(office: Office, day: str) -> None:
    desk = await office.desk("window")
    assert (await desk.get(f"/admin/appointments?day={day}")).status == 400


async def test_scanning_the_code_of_an_appointment_opens_it(office: Office) -> None:
    key, day, citizen = await booked(office)
    desk = await office.desk("centre")
    code = f"{office.town.url}/appointments/{key}"
    found = await desk.get(f"/admin/appointments?{urlencode({'code': code})}")
    assert found.location == f"/admin/appointments?hall=district&day={day}&open={key}#{key}"
    assert (await desk.get(f"/admin/appointments/{key}/ending")).location.endswith(
        f"?code=/appointments/{key}"
    )
    with late_on(office, day):
        page = (await (await office.desk("centre")).get(found.location)).text
    assert '<details class="bare" open>' in row_of(key, page)
    other = await desk.get("/admin/appointments?code=12345")
    assert (other.status, "这不是预约码" in other.text) == (400, True)
    number = (await office.town.services.appointments.get(key))["number"]
    for said in (number, "".join(chr(ord(one) + 0xFEE0) for one in number)):  # also in full width
        by_number = await desk.get(f"/admin/appointments?{urlencode({'code': said, 'day': day})}")
        assert by_number.location == found.location
    assert re.search(rf">\s*{number}\s*<", page)
    for asked in (
        {"code": number},
        {"code": f"{(int(number) + 1) % 10_000:04}", "day": day},
    ):  # today has none
        nobody = await desk.get(f"/admin/appointments?{urlencode(asked)}")
        assert (nobody.status, "这一天没有这个预约号" in nobody.text) == (400, True)
    elsewhere = await (await office.desk("elsewhere")).get(f"/admin/appointments?code={number}&day={day}")
    assert (elsewhere.status, key in elsewhere.text) == (400, False)
    nobodys = await desk.get(f"/admin/appointments?code=/appointments/{'0' * 32}")
    assert nobodys.status == 404
    await citizen.post(f"/appointments/{key}/cancel")


@pytest.mark.article("9.refusal")
@pytest.mark.parametrize("ending", ["refused", "cancelled", "rejected", "given_up", "unrecorded", ""])
async def test_booked_applicant_cannot_be_refused(office: Office, ending: str) -> None:
    key, _, citizen = await booked(office)
    desk = await office.desk("window")
    sent: Fields = {"ending": ending, "seen": "booked"}
    assert (await desk.post(f"/admin/appointments/{key}/ending", sent)).status == 400
    assert (await office.town.services.appointments.get(key))["state"] == "booked"
    await citizen.post(f"/appointments/{key}/cancel")


@pytest.mark.article("9.refusal")
async def test_missing_material_is_one_of_the_guide(office: Office) -> None:
    key, day, _ = await booked(office)
    path = f"/admin/appointments/{key}/ending"
    with late_on(office, day):
        desk = await office.desk("window")
        untouched = row_of(key, (await desk.get(f"/admin/appointments?hall=district&day={day}")).text)
        assert re.findall(r'<option value="(\w*)"( selected)?', untouched) == [("", ""), ("permit", "")]
        assert "checked" not in untouched
        chosen: Fields = {"ending": "missing_material", "seen": "booked"}
        for material in ("", "lease", "household"):  # none; not required; not in the guide
            refused = await desk.post(path, {**chosen, "material": material})
            assert refused.status == 422, material
            assert "须指明办事指南规定的一项必备材料" in refused.text
            assert re.search(r'value="missing_material" required checked', refused.text)
        done = await desk.post(path, {**chosen, "material": "permit"})
        assert done.location == f"/admin/appointments?hall=district&day={day}"
        assert "缺少必备材料：居住证原件照片" in (await desk.get(done.location)).text


@pytest.mark.article("9.record", "9.correction")
async def test_other_endings_and_their_correction(office: Office) -> None:
    desk = await office.desk("township")
    key, day, _ = await booked(office)
    path = f"/admin/appointments/{key}/ending"
    # the list sends the chosen material along with every ending
    served: Fields = {"ending": "served", "seen": "booked", "material": "permit"}
    early = await desk.post(path, served)
    assert (early.status, "预约时间未到" in early.text) == (422, True)
    early = await desk.post(path, {**served, "ending": "no_show"})
    assert (early.status, "预约时间过后15分钟" in early.text) == (422, True)
    with late_on(office, day):
        desk = await office.desk("township")
        done = await desk.post(path, {**served, "ending": "no_show"})
        page = row_of(key, (await desk.get(done.location)).text)
        assert "未到场" in page
        assert "确认更正" in page
        stale = await desk.post(path, served)
        assert (stale.status, "刚刚有其他人作了修改" in stale.text) == (409, True)
        await desk.post(path, {**served, "seen": "no_show"})
        assert "已办理" in row_of(key, (await desk.get(done.location)).text)
    assert (await office.town.services.appointments.get(key))["material"] is None
    key, _, citizen = await booked(office)
    await citizen.post(f"/appointments/{key}/cancel")
    again = await desk.post(f"/admin/appointments/{key}/ending", {**served, "seen": "cancelled"})
    assert (again.status, "该预约已结束或已取消" in again.text) == (409, True)


@pytest.mark.article("9.refusal", "9.abandon")
async def test_giving_up_goes_to_the_person_and_back(office: Office) -> None:
    key, day, citizen = await booked(office)
    path, mine = f"/admin/appointments/{key}/giving-up", f"/appointments/{key}"
    early = await (await office.desk("centre")).post(path)
    assert (early.status, "只能在预约当天记录" in early.text) == (422, True)
    assert "您要放弃这次预约吗" not in (await citizen.get(mine)).text
    with late_on(office, day):
        desk = await office.desk("centre")
        assert "本人要放弃，请其确认" in row_of(key, (await desk.get(list_of(day))).text)
        asked = await desk.post(path)
        row = row_of(key, (await desk.get(asked.location)).text)
        assert "已预约，待本人确认是否放弃" in row
        assert "本人要放弃，请其确认" not in row
        await come_back(office, key, citizen)
        assert "您要放弃这次预约吗" in (await citizen.get(mine)).text
        done = await citizen.post(f"{mine}/giving-up", {"confirmed": "yes"})
        assert done.location == mine
        assert "本人放弃" in (await citizen.get(mine)).text
        assert (
            await citizen.post(f"{mine}/giving-up", {"confirmed": "yes"})
        ).location == mine  # tapped twice
        assert (await citizen.post(f"{mine}/giving-up", {"confirmed": "no"})).status == 409
        assert "本人放弃" in row_of(key, (await desk.get(asked.location)).text)


@pytest.mark.article("9.record")
async def test_who_is_in_the_hall_is_recorded_and_cannot_be_absent(office: Office) -> None:
    key, day, _ = await booked(office)
    early = await (await office.desk("window")).post(f"/admin/appointments/{key}/arrival")
    assert (early.status, "预约时间前60分钟起" in early.text) == (422, True)
    with late_on(office, day):
        desk = await office.desk("window")
        assert "登记到场" in row_of(key, (await desk.get(list_of(day))).text)
        done = await desk.post(f"/admin/appointments/{key}/arrival")
        row = row_of(key, (await desk.get(done.location)).text)
        assert "已预约，已到大厅" in row
        assert 'value="no_show"' not in row


@pytest.mark.article("9.objection")
async def test_an_objection_is_listed_for_service_management_and_decided(office: Office) -> None:
    key, day, citizen = await booked(office)
    mine = f"/appointments/{key}"
    with late_on(office, day):
        desk, management = await office.desk("centre"), await office.desk("management")
        sent: Fields = {"ending": "no_show", "seen": "booked"}
        await desk.post(f"/admin/appointments/{key}/ending", sent)
        await come_back(office, key, citizen)
        assert "记录与事实不符？提出异议" in (await citizen.get(mine)).text
        empty = await citizen.post(f"{mine}/objection", {"seen": "no_show", "words": " "})
        assert (empty.status, "请写明实际情况" in empty.text) == (400, True)
        stale = await citizen.post(f"{mine}/objection", {"seen": "served", "words": "我来了"})
        assert stale.status == 409
        await citizen.post(f"{mine}/objection", {"seen": "no_show", "words": "我九点就到了"})
        assert "我九点就到了" in (await citizen.get(mine)).text
        row = row_of(key, (await desk.get(list_of(day))).text)
        assert "未到场，异议待处理" in row
        assert "确认更正" not in row
        waiting = row_of(key, (await management.get("/admin/objections")).text)
        assert "我九点就到了" in waiting
        assert "centre的姓名" in waiting
        assert "checked" not in waiting
        path = f"/admin/objections/{key}/decision"
        assert (await desk.post(path, {"decision": "kept", "reason": "x"})).status == 403
        assert (await management.post(path, {"reason": "没有选择"})).status == 400
        bare = await management.post(path, {"decision": "kept", "reason": ""})
        assert (bare.status, "维持原记录须说明理由" in bare.text) == (400, True)
        assert re.search(r'value="kept" required checked', row_of(key, bare.text))
        done = await management.post(path, {"decision": "upheld", "reason": "监控可见其到场"})
        assert done.location == "/admin/objections"
        after = (await management.get("/admin/objections")).text
        assert "已处理：张*，记录已撤销。" in after
        assert f'id="{key}"' not in after
        decided = row_of(key, (await management.get("/admin/objections?show=decided")).text)
        assert "异议成立：监控可见其到场" in decided
        page = (await citizen.get(mine)).text
        assert "记录已撤销" in page
        assert "监控可见其到场" in page
        assert (await management.post(path, {"decision": "kept", "reason": "再看"})).status == 409


@pytest.mark.article("9.objection")
async def test_what_was_set_aside_is_not_said_any_more(office: Office) -> None:
    """Neither the material that was said to lack; and service management decided, not the hall."""
    key, day, citizen = await booked(office)
    mine = f"/appointments/{key}"
    with late_on(office, day):
        desk, management = await office.desk("window"), await office.desk("management")
        lacked: Fields = {"ending": "missing_material", "seen": "booked", "material": "permit"}
        await desk.post(f"/admin/appointments/{key}/ending", lacked)
        await come_back(office, key, citizen)
        assert "缺少的材料" in (await citizen.get(mine)).text
        await citizen.post(f"{mine}/objection", {"seen": "missing_material", "words": "我带了"})
        await management.post(f"/admin/objections/{key}/decision", {"decision": "upheld", "reason": "属实"})
        page = (await citizen.get(mine)).text
    assert "缺少的材料" not in page
    decided = page.split('timeline__what">异议成立')[1].split("</li>")[0]
    assert "区政务管理部门" in decided
    assert HALL.name not in decided


async def come_back(office: Office, key: str, citizen: Browser) -> None:
    """The person signs in again: their session ended meanwhile."""
    services = office.town.services
    account = (await services.appointments.get(key))["account"]
    citizen.cookies["session"] = await services.sessions.open(f"account:{account}", office.town.by())


def list_of(day: str) -> str:
    return f"/admin/appointments?hall=district&day={day}"


@pytest.mark.article("5.duties", "9.record")
async def test_a_hall_is_recorded_by_its_own_members(office: Office) -> None:
    key, day, citizen = await booked(office)
    desk = await office.desk("elsewhere")
    page = (await desk.get(f"/admin/appointments?hall=district&day={day}")).text
    assert key not in page
    assert 'value="district"' not in page
    scanned = await desk.get(f"/admin/appointments?code=/appointments/{key}")
    assert (scanned.status, "该预约在番禺区政务服务中心办理" in scanned.text) == (403, True)
    opened = await desk.get(f"/admin/appointments?day={day}&open={key}")
    assert (opened.status, key in opened.text) == (403, False)
    with late_on(office, day):
        desk = await office.desk("elsewhere")
        ended = await desk.post(f"/admin/appointments/{key}/ending", {"ending": "served", "seen": "booked"})
    assert (ended.status, "该预约在番禺区政务服务中心办理" in ended.text) == (403, True)
    assert (await office.town.services.appointments.get(key))["state"] == "booked"
    await citizen.post(f"/appointments/{key}/cancel")


async def test_ending_needs_the_scope(office: Office) -> None:
    key, _, citizen = await booked(office)
    for username in ("approver", "digital"):
        desk = await office.desk(username)
        for act in ("ending", "arrival", "giving-up"):
            answer = await desk.post(
                f"/admin/appointments/{key}/{act}", {"ending": "served", "seen": "booked"}
            )
            assert answer.status == 403
    await citizen.post(f"/appointments/{key}/cancel")


@pytest.mark.article("9.record")
async def test_who_comes_for_two_matters_arrives_once(office: Office) -> None:
    """The day's list marks them, each leads to the other, and the arrival is recorded for both."""
    second = rich_guide(item=plain_guide(95).item, name="户口簿补发")
    await office.town.publish(second)
    citizen, day = await office.town.citizen("欧阳兰"), "2026-11-30"
    free = [f"{day}T06:00:00+00:00", f"{day}T06:30:00+00:00"]
    made = await citizen.post(
        "/appointments",
        {"item": ITEM, "hall": "district", "start": free[0], "also": second.item, "also_start": free[1]},
    )
    assert made.status == 303, made.text
    one = await office.town.services.appointments.get(made.location.split("/")[2])
    first, next_one = await office.town.services.appointments.of_visit(one["visit"], one["applicant"])
    with late_on(office, day):
        desk = await office.desk("centre")
        page = (await desk.get(list_of(day))).text
        row = row_of(first["_id"], page)
        assert "同一次到访2个事项" in row
        assert f"open={next_one['_id']}#{next_one['_id']}" in row
        assert "户口簿补发</a>：已预约" in row
        assert "同一次到访的2个事项都算到场" in row
        assert "其他事项都算到场，不能再记为未到场" in row
        assert page.count("同一次到访2个事项") == 2
        done = await desk.post(f"/admin/appointments/{next_one['_id']}/arrival")
        after = (await desk.get(done.location)).text
        assert "已到场，同一次到访的2个事项都算到场" in after
        for each in (first, next_one):
            assert "已预约，已到大厅" in row_of(each["_id"], after)
            assert 'value="no_show"' not in row_of(each["_id"], after)
        sent: Fields = {"ending": "served", "seen": "booked"}
        done = await desk.post(f"/admin/appointments/{first['_id']}/ending", sent)
        after = (await desk.get(done.location)).text
        assert "已办理，同一次到访的2个事项都算到场" in after
        row = row_of(next_one["_id"], after)
        assert "：已办理" in row
        assert "不能再记为未到场" not in row  # all are marked already
