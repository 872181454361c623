"""What cannot be taken back is asked once more, and what is done is said (articles 12, 15)."""

import re

import pytest

from tests.house.browser import Fields, Page
from tests.house.office import PDF, Office, booked, conclude, late_on
from tests.house.people import new_number

DENIED = {"decision": "denied", "reason": "未居住满半年"}
APPROVED = {"decision": "approved", "reason": ""}


def sent_on(page: Page) -> Fields:
    """The hidden fields of the page that asks once more."""
    form = page.text.split('class="inline" method="post"')[1]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


async def test_no_decision_is_chosen_beforehand(office: Office) -> None:
    """An untouched form is no decision: neither the browser nor the server takes it."""
    path = await office.accepted()
    desk = await office.desk("approver")
    page = (await desk.get(path)).text
    radios = re.findall(r'<input type="radio" name="decision"[^>]*>', page)
    assert len(radios) == 2
    assert all("required" in radio and "checked" not in radio for radio in radios)
    for undecided in ({"reason": "x"}, {"decision": "", "reason": "x"}):
        refused = await conclude(desk, path, undecided, ("凭证.pdf", PDF))
        assert (refused.status, "请选择" in refused.text) == (422, True)
    assert await office.state(path) == "accepted"


@pytest.mark.parametrize(
    ("action", "accepted", "fields", "said"),
    [
        ("not_accept", False, {"reason": "不在番禺居住", "basis": "条例第九条"}, "不予受理"),
        ("return", True, {"reason": "申请人已迁出"}, "已退件"),
        ("conclude", True, DENIED, "已办结：不予办理"),
    ],
)
async def test_what_ends_a_case_is_asked_once_more(
    office: Office, action: str, accepted: bool, fields: dict[str, str], said: str
) -> None:
    path = await office.accepted() if accepted else (await office.handed_in())[0]
    desk, before = await office.desk("approver"), await office.state(path)
    asked = await desk.post(f"{path}/{action}?show=open", {**fields})
    assert asked.status == 200
    assert "请再核对一次" in asked.text
    assert "不能撤回" in asked.text
    assert await office.state(path) == before
    shown = asked.text.split("<main")[1].split("<form")[0]
    for text in (*fields.values(), (await office.application(path))["serial"], "居住证签注"):
        assert {"denied": "不予办理"}.get(text, text) in shown
    hidden = sent_on(asked)
    assert hidden.items() >= fields.items()
    again = await desk.post(f"{path}/{action}?show=open", {**hidden, "step": "edit"})
    assert again.status == 200
    assert await office.state(path) == before
    for text in fields.values():
        assert text in again.text.split('id="actions"')[1]
    done = await desk.post(f"{path}/{action}?show=open", {**hidden, "step": "confirm"})
    assert (done.status, done.location) == (303, f"{path}?show=open")
    assert said in (await desk.get(done.location)).text.split('class="good"')[1].split("</p>")[0]
    assert 'class="good"' not in (await desk.get(done.location)).text  # said once


async def test_what_is_wrong_is_said_before_the_member_is_asked(office: Office) -> None:
    path = await office.accepted()
    desk = await office.desk("approver")
    for fields, status in (({"decision": "denied", "reason": ""}, 422), (APPROVED, 422)):
        refused = await conclude(desk, path, {**fields, "step": ""})
        assert (refused.status, "请再核对一次" in refused.text) == (status, False)
    assert (await desk.post(f"{path}/return", {"reason": " "})).status == 422
    assert (await (await office.desk("civil")).post(f"{path}/return", {"reason": "x"})).status == 404


async def test_the_file_of_the_result_waits_for_the_answer(office: Office) -> None:
    path, key = await office.accepted(), None
    desk = await office.desk("approver")
    materials = office.town.services.materials.documents
    query = {"application": path.split("/")[3], "code": "result", "dropped_at": None}
    asked = await conclude(desk, path, {**APPROVED, "step": ""}, ("凭证.pdf", PDF))
    assert asked.status == 200
    assert await materials.count_documents(query) == 1
    hidden = sent_on(asked)
    key = hidden["kept"]
    assert (await desk.post(f"{path}/conclude", {**hidden, "step": "edit"})).status == 200
    assert await materials.count_documents(query) == 0
    dropped = await desk.post(f"{path}/conclude", {**hidden, "step": "confirm"})
    assert dropped.status == 404
    assert await office.state(path) == "accepted"
    asked = await conclude(desk, path, {**APPROVED, "step": ""}, ("凭证.pdf", PDF))
    hidden = sent_on(asked)
    assert hidden["kept"] != key
    done = await desk.post(f"{path}/conclude", {**hidden, "step": "confirm"})
    assert done.status == 303
    result = (await office.application(path))["result"]
    assert (result["decision"], result["deliverable"]) == ("approved", hidden["kept"])
    assert (await desk.get(f"{path}/files/{hidden['kept']}")).content == PDF


async def test_no_other_file_becomes_the_result(office: Office) -> None:
    """Neither a material of the same case nor another case's result."""
    path, other = await office.accepted(), await office.accepted()
    desk = await office.desk("approver")
    asked = await conclude(desk, other, {**APPROVED, "step": ""}, ("凭证.pdf", PDF))
    material = (await office.application(path))["materials"][0]["file"]
    for kept in (sent_on(asked)["kept"], material, "0" * 32):
        refused = await desk.post(f"{path}/conclude", {**APPROVED, "kept": kept, "step": "confirm"})
        assert refused.status == 404, kept
    assert await office.state(path) == "accepted"


async def test_asked_of_a_page_that_is_out_of_date(office: Office) -> None:
    path = await office.accepted()
    first, second = await office.desk("approver"), await office.desk("both")
    version = str((await office.application(path))["version"])
    asked = await second.post(f"{path}/return", {"reason": "申请人已迁出", "version": version})
    paused = await first.post(f"{path}/pause", {"procedure": "hearing", "reason": "请于周五参加"})
    assert paused.status == 303
    assert (await first.post(f"{path}/resume")).status == 303
    late = await second.post(f"{path}/return", {**sent_on(asked), "step": "confirm"})
    assert late.status == 409
    assert await office.state(path) == "accepted"


async def test_every_action_says_that_it_is_done(office: Office) -> None:
    path, _ = await office.handed_in()
    desk = await office.desk("both")

    async def said(address: str, fields: Fields) -> str:
        done = await desk.post(address, fields)
        assert done.status == 303, address
        page = (await desk.get(done.location)).text
        return page.split('<p class="good" role="status">')[1].split("</p>")[0]

    asked: Fields = {"fields": "address", "reason": "地址不全"}
    accepted, _ = await office.handed_in()
    assert "补正通知已发出" in await said(f"{path}/request_supplement", asked)
    assert "已受理" in await said(f"{accepted}/accept", {})
    assert "停止计算" in await said(f"{accepted}/pause", {"procedure": "hearing", "reason": "周五"})
    assert "恢复计算" in await said(f"{accepted}/resume", {})
    verified: Fields = {"kind": "resident_id", "name": "欧阳老", "number": new_number()}
    assert "已核验：欧**" in await said("/admin/verify", verified)
    key, day, _ = await booked(office)
    with late_on(office, day):
        desk = await office.desk("both")
        assert "已记录：张*，已办理" in await said(
            f"/admin/appointments/{key}/ending", {"ending": "served", "seen": "booked"}
        )
    assert "已退出" in await said("/admin/sign-out", {})


@pytest.mark.parametrize("cookie", ["x", "****", "%00", "//8=", '"><script>'])
async def test_a_word_that_we_did_not_say(office: Office, cookie: str) -> None:
    desk = await office.desk("window")
    desk.cookies["said"] = cookie
    page = await desk.get("/admin/verify")
    assert page.status == 200
    assert 'class="good"' not in page.text
    assert "<script>" not in page.text
