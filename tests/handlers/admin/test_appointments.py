"""The appointments of a day, as staff record them (articles 5, 9)."""

import re
from urllib.parse import urlencode

import pytest

from tests.house.browser import Fields
from tests.house.office import Office, booked, late_on


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
    queue = (await (await office.desk("window")).get("/admin/applications?q=12345")).text
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
    assert re.findall(r'name="ending" value="(\w+)"', page)[:4] == [
        "served",
        "no_show",
        "given_up",
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
    assert '<details class="bare" open>' in page.split(f'id="{key}"')[1].split("</tr>")[0]
    other = await desk.get("/admin/appointments?code=12345")
    assert (other.status, "这不是预约码" in other.text) == (400, True)
    nobodys = await desk.get(f"/admin/appointments?code=/appointments/{'0' * 32}")
    assert nobodys.status == 404
    await citizen.post(f"/appointments/{key}/cancel")


@pytest.mark.article("9.refusal")
@pytest.mark.parametrize("ending", ["refused", "cancelled", "rejected", ""])
async def test_booked_applicant_cannot_be_refused(office: Office, ending: str) -> None:
    key, _, citizen = await booked(office)
    desk = await office.desk("window")
    assert (await desk.post(f"/admin/appointments/{key}/ending", {"ending": ending})).status == 400
    assert (await office.town.services.appointments.get(key))["state"] == "booked"
    await citizen.post(f"/appointments/{key}/cancel")


@pytest.mark.article("9.refusal")
async def test_missing_material_is_one_of_the_guide(office: Office) -> None:
    key, day, _ = await booked(office)
    path = f"/admin/appointments/{key}/ending"
    with late_on(office, day):
        desk = await office.desk("window")
        for material in ("", "lease", "household"):  # none; not required; not in the guide
            refused = await desk.post(path, {"ending": "missing_material", "material": material})
            assert refused.status == 422, material
            assert "须指明办事指南规定的一项必备材料" in refused.text
            assert re.search(r'value="missing_material" required checked', refused.text)
        done = await desk.post(path, {"ending": "missing_material", "material": "permit"})
        assert done.location == f"/admin/appointments?hall=district&day={day}"
        assert "缺少必备材料：居住证原件照片" in (await desk.get(done.location)).text


@pytest.mark.article("9.record")
async def test_other_endings(office: Office) -> None:
    desk = await office.desk("township")
    for ending, words in (("served", "已办理"), ("given_up", "本人放弃")):
        key, day, _ = await booked(office)
        early = await desk.post(f"/admin/appointments/{key}/ending", {"ending": ending})
        assert (early.status, "预约当天才能记录结果" in early.text) == (422, True)
        # the list sends the chosen material along with every ending
        sent: Fields = {"ending": ending, "material": "permit"}
        with late_on(office, day):
            done = await (await office.desk("township")).post(f"/admin/appointments/{key}/ending", sent)
        assert words in (await desk.get(done.location)).text
        assert (await office.town.services.appointments.get(key))["material"] is None
        late = await desk.post(f"/admin/appointments/{key}/ending", {"ending": "no_show"})
        assert late.status in (409, 422)
    key, _, citizen = await booked(office)
    early = await desk.post(f"/admin/appointments/{key}/ending", {"ending": "no_show"})
    assert early.status == 422
    assert "预约时间未到" in early.text
    await citizen.post(f"/appointments/{key}/cancel")
    again = await desk.post(f"/admin/appointments/{key}/ending", {"ending": "served"})
    assert again.status == 409


@pytest.mark.article("5.duties", "9.record")
async def test_a_hall_is_recorded_by_its_own_members(office: Office) -> None:
    key, day, citizen = await booked(office)
    desk = await office.desk("elsewhere")
    page = (await desk.get(f"/admin/appointments?hall=district&day={day}")).text
    assert key not in page
    assert 'value="district"' not in page
    scanned = await desk.get(f"/admin/appointments?code=/appointments/{key}")
    assert (scanned.status, "该预约在番禺区政务服务中心办理" in scanned.text) == (403, True)
    with late_on(office, day):
        desk = await office.desk("elsewhere")
        ended = await desk.post(f"/admin/appointments/{key}/ending", {"ending": "served"})
    assert (ended.status, "该预约在番禺区政务服务中心办理" in ended.text) == (403, True)
    assert (await office.town.services.appointments.get(key))["state"] == "booked"
    await citizen.post(f"/appointments/{key}/cancel")


async def test_ending_needs_the_scope(office: Office) -> None:
    key, _, citizen = await booked(office)
    for username in ("approver", "digital"):
        desk = await office.desk(username)
        answer = await desk.post(f"/admin/appointments/{key}/ending", {"ending": "served"})
        assert answer.status == 403
    await citizen.post(f"/appointments/{key}/cancel")
