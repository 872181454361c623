"""Whose a 办件 is, and the notes of staff, in the panel; and that no door of the applicant's shows them."""

import re

import pytest

from tests.house.office import Office

SECRET = "疑似伪造请同事核对"


async def test_it_is_taken_and_handed_over_with_a_word(office: Office) -> None:
    path, _ = await office.handed_in()
    desk, other = await office.desk("approver"), await office.desk("both")
    page = (await desk.get(path)).text
    assert "无人承办" in page
    assert (await desk.post(f"{path}/take")).status == 303
    page = (await desk.get(path)).text
    assert "本件已由您承办。" in page
    assert "承办人：<strong>approver的姓名</strong>" in page
    assert "确定承办人：approver的姓名" in page
    late = await other.post(f"{path}/take")
    assert (late.status, "该办件现由approver的姓名承办" in late.text) == (409, True)
    beside = (await other.get(path)).text
    assert "本件由approver的姓名承办。您也可以办理" in beside
    assert f"{path}/hand_over" not in beside
    empty = await desk.post(f"{path}/hand_over", {"to": "both", "reason": " "})
    assert (empty.status, 'value="both" selected' in empty.text) == (422, True)
    assert (await desk.post(f"{path}/hand_over", {"to": "both", "reason": "外出培训"})).status == 303
    row = (await desk.get("/admin/applications?show=submitted")).text
    serial = (await office.application(path))["serial"]
    assert "both的姓名" in row[row.index(serial) :].split("</tr>")[0]
    assert "外出培训" in (await other.get(path)).text


@pytest.mark.article("5.duties")
async def test_who_supervises_assigns_to_those_who_can_handle_it(office: Office) -> None:
    path, _ = await office.handed_in()
    desk = await office.desk("management")
    page = (await desk.get(path)).text
    form = page[page.index(f"{path}/assign") :].split("</form>")[0]
    offered = set(re.findall(r'<option value="(\w+)"', form))
    assert {"approver", "both", "window"} <= offered
    assert not offered & {"civil", "management", "digital", "centre", "unplaced"}
    assert (await desk.post(f"{path}/assign", {"holder": "", "to": "window"})).status == 303
    stale = await desk.post(f"{path}/assign", {"holder": "", "to": "both"})
    assert (stale.status, "现由window的姓名承办" in stale.text) == (409, True)
    clerk = await office.desk("approver")
    assert f"{path}/assign" not in (await clerk.get(path)).text
    assert (await clerk.post(f"{path}/assign", {"holder": "window", "to": "both"})).status == 403
    mine = (await (await office.desk("window")).get("/admin/applications?show=open&holder=me")).text
    assert path in mine
    assert path not in (await clerk.get("/admin/applications?show=open&holder=me")).text


async def test_no_door_of_the_applicants_shows_what_is_internal(office: Office) -> None:
    path, citizen = await office.handed_in()
    desk = await office.desk("approver")
    endless = await desk.post(f"{path}/note", {"reason": "备" * 1001})
    assert (endless.status, "内容最多1000个字" in endless.text) == (400, True)
    empty = await desk.post(f"{path}/note", {"reason": " "})
    assert (empty.status, "请填写备注内容" in empty.text) == (422, True)
    assert (await desk.post(f"{path}/note", {"reason": SECRET})).status == 303
    assert (await desk.post(f"{path}/take")).status == 303
    assert SECRET in (await (await office.desk("window")).get(path)).text
    for page in await office.applicants_pages(path, citizen):
        for secret in (SECRET, "approver", "internal", "found_by", "assigned"):
            assert secret not in page.text, (secret, page.text)


async def test_nobody_else_notes(office: Office) -> None:
    path, citizen = await office.handed_in()
    for stranger in (await office.desk("civil"), await office.desk("digital"), citizen):
        assert (await stranger.post(f"{path}/note", {"reason": SECRET})).status in (401, 403, 404)
    assert (await office.application(path)).get("internal", []) == []
