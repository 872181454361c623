"""Applications from the panel's door: what staff see, may do, and are refused (articles 10, 12, 14, 15)."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from models.applications import CaseHandling, State
from tests.files import photo
from tests.house.applying import ITEM
from tests.house.browser import Fields
from tests.house.guides import plain_guide, rich_guide
from tests.house.office import PDF, Office, conclude
from tests.house.places import HALL

APPROVED = {"decision": "approved", "reason": ""}
DENIED = {"decision": "denied", "reason": "未居住满半年"}


async def test_masked_until_revealed(office: Office) -> None:
    where = {"how": "courier", "address": "王小明 13800138000 番禺区市桥街1号"}
    path, _ = await office.handed_in("王小明", **where)
    desk, found = await office.desk("window"), await office.application(path)
    number = office.town.services.applicants.number(
        await office.town.services.applicants.get(found["applicant"])
    )
    page = (await desk.get(path)).text
    assert found["masked_number"] in page
    for secret in (number, "王小明", "13800138000", "市桥街1号", "繁华路1号", "李四"):
        assert secret not in page, secret
    refused = await desk.post(f"{path}/reveal", {"reason": " "})
    assert refused.status == 400
    assert number not in refused.text
    assert "请填写查看完整信息的理由" in refused.text
    shown = await desk.post(f"{path}/reveal", {"reason": "核对证件号码"})
    for secret in (number, "王小明", "13800138000", "市桥街1号", "繁华路1号", "李四"):
        assert secret in shown.text, secret
    assert shown.headers["Cache-Control"] == "no-store"
    applicant = await office.town.services.applicants.get(found["applicant"])
    event = applicant["events"][-1]
    assert (event["name"], event["actor"]) == ("applicant.revealed", "staff:window")
    assert event["data"]["application"] == found["_id"]
    reason = event["data"]["reason"]
    assert (
        office.town.services.privacy.opened(reason, f"applicant:{applicant['_id']}:reason") == "核对证件号码"
    )


@pytest.mark.article("16.result")
async def test_staff_see_how_the_result_is_received_and_whether_one_comes(office: Office) -> None:
    address = "王小明 13800138000 番禺区市桥街1号"
    path, _ = await office.handed_in("王小明", how="courier", address=address)
    desk = await office.desk("window")
    page = (await desk.get(path)).text
    assert "<dt>结果送达</dt><dd>快递到付：地址见完整信息</dd>" in page
    assert "<dt>到场</dt><dd>网上办理，无需到场</dd>" in page
    shown = await desk.post(f"{path}/reveal", {"reason": "寄出结果"})
    assert f"<dt>结果送达</dt><dd>快递到付：{address}</dd>" in shown.text
    elsewhere, _ = await office.handed_in("王小明", how="window")
    page = (await desk.get(elsewhere)).text
    assert f"<dt>结果送达</dt><dd>到窗口领取：{HALL.name}</dd>" in page
    assert "<dt>到场</dt><dd>办结后到窗口领取</dd>" in page


@pytest.mark.article("12.print")
async def test_the_window_prints_a_generated_form_on_record(office: Office) -> None:
    town = office.town
    found = await town.application(
        State.GENERATED, guide=plain_guide(51, handling="form_generation", visits=1)
    )
    path, desk = f"/admin/applications/{found['_id']}", await office.desk("window")
    assert f'action="{path}/print' in (await desk.get(path)).text
    paper = await desk.post(f"{path}/print")
    for said in (
        str(found["serial"]),
        "申请人 陈建国",
        "番禺区市桥街繁华路1号",
        "申请人签名",
        "本次打印已记录在案",
    ):
        assert said in paper.text, said
    event = (await town.services.applicants.get(found["applicant"]))["events"][-1]
    assert (event["name"], event["actor"]) == ("applicant.revealed", "staff:window")
    assert event["data"]["application"] == found["_id"]
    reason = town.services.privacy.opened(event["data"]["reason"], f"applicant:{found['applicant']}:reason")
    assert reason == "窗口打印申请表"
    online, _ = await office.handed_in()
    assert f'action="{online}/print' not in (await desk.get(online)).text
    assert (await desk.post(f"{online}/print")).location == online


async def test_timeline_says_whether_a_person_or_the_system_did_it(office: Office) -> None:
    path, _ = await office.handed_in()
    found = await office.application(path)
    line = {**found["timeline"][-1], "actor": "system", "what": "application.accepted_by_silence"}
    await office.town.services.applications.documents.update_one(
        {"_id": found["_id"]}, {"$push": {"timeline": line}}
    )
    page = (await (await office.desk("approver")).get(path)).text
    assert re.search(r"视为受理</strong><br>\s*<span[^>]*>[^<]* · 系统</span>", page)
    assert re.search(r"已提交申请</strong><br>\s*<span[^>]*>[^<]* · 申请人</span>", page)


@pytest.mark.article("12.3", "12.limits", "10.added")
async def test_accepting(office: Office) -> None:
    path, citizen = await office.handed_in()
    desk = await office.desk("approver")
    page = (await desk.get(path)).text
    assert "予以受理" in page
    assert "<legend>办结</legend>" not in page  # not yet
    done = await desk.post(f"{path}/accept")
    assert (done.status, done.location) == (303, path)
    page = (await desk.get(path)).text
    for text in ("已受理，办理中", "办结期限", "<legend>办结</legend>", "<summary>退件</summary>"):
        assert text in page, text
    assert "已受理" in (await citizen.get(path.removeprefix("/admin"))).text
    late = await desk.post(f"{path}/accept")
    assert late.status == 409
    assert "已受理，办理中" in late.text
    assert "刷新" not in late.text  # it shows the application as it is


@pytest.mark.article("4.beyond", "14.beyond", "12.supplement")
async def test_supplement_stays_within_the_guide(office: Office) -> None:
    path, citizen = await office.handed_in()
    desk = await office.desk("approver")
    page = (await desk.get(path)).text
    assert 'value="permit"' in page
    assert 'value="lease"' not in page  # only the window asks for it
    for beyond in ({"materials": "household"}, {"materials": "lease"}, {"fields": "income"}):
        refused = await desk.post(f"{path}/request_supplement", {**beyond, "reason": "请补户口本"})
        assert refused.status == 422
        assert "不得要求提交办事指南以外的材料" in refused.text
        assert "请补户口本</textarea>" in refused.text
    assert await office.state(path) == "submitted"
    asked: Fields = {"materials": "permit", "fields": "address", "reason": "缺背面，地址不全"}
    assert (await desk.post(f"{path}/request_supplement", asked)).status == 303
    page = (await desk.get(path)).text
    for text in ("待补齐补正", "居住证原件照片、现住址", "缺背面，地址不全", "等待申请人"):
        assert text in page, text
    assert "予以受理" not in page
    assert "缺背面，地址不全" in (await citizen.get(path.removeprefix("/admin"))).text


@pytest.mark.article("12.supplement")
async def test_supplement_says_what_and_why(office: Office) -> None:
    path, _ = await office.handed_in()
    desk = await office.desk("approver")
    nothing = await desk.post(f"{path}/request_supplement", {"reason": "请补齐"})
    assert nothing.status == 422
    assert "请选择需要补齐补正的材料或信息" in nothing.text
    unreasoned = await desk.post(f"{path}/request_supplement", {"materials": "permit", "reason": " "})
    assert unreasoned.status == 422
    assert re.search(r'value="permit" checked', unreasoned.text)


@pytest.mark.article("12.supplement")
async def test_supplement_is_asked_once(office: Office) -> None:
    path, citizen = await office.handed_in()
    desk, own = await office.desk("approver"), path.removeprefix("/admin")
    asked: Fields = {"materials": "permit", "reason": "缺背面"}
    assert (await desk.post(f"{path}/request_supplement", asked)).status == 303
    await citizen.upload(f"{own}/materials/permit", "b.jpg", photo())
    assert (await citizen.post(f"{own}/supplement")).status == 303
    assert await office.state(path) == "submitted"
    again = await desk.post(f"{path}/request_supplement", {"fields": "address", "reason": "地址不全"})
    assert again.status == 422
    assert "须一次性告知" in again.text
    assert "答复时间" in again.text
    assert typed_in(again.text) == ["地址不全"]
    page = (await desk.get(path)).text
    assert "请由主管人员提出" in page
    assert "request_supplement" not in page


@pytest.mark.article("12.non_acceptance")
async def test_non_acceptance_needs_reason_and_basis(office: Office) -> None:
    path, _ = await office.handed_in()
    desk = await office.desk("window")
    for lacking in ({"reason": "不在番禺居住", "basis": ""}, {"reason": "", "basis": "条例第九条"}):
        refused = await desk.post(f"{path}/not_accept", {**lacking})
        assert refused.status == 422
        assert max(lacking.values()) in refused.text
    assert await office.state(path) == "submitted"
    full = {"reason": "不在番禺居住", "basis": "居住证暂行条例第九条"}
    assert (await desk.post(f"{path}/not_accept", {**full, "step": "confirm"})).status == 303
    page = (await desk.get(path)).text
    for text in ("不予受理", *full.values(), "办件已结束"):
        assert text in page, text


@pytest.mark.article("12.return")
async def test_returning_needs_a_reason(office: Office) -> None:
    path = await office.accepted()
    desk = await office.desk("approver")
    assert (await desk.post(f"{path}/return", {"reason": ""})).status == 422
    assert (await desk.post(f"{path}/return", {"reason": "申请人已迁出", "step": "confirm"})).status == 303
    assert await office.state(path) == "returned"
    assert "申请人已迁出" in (await desk.get(path)).text


@pytest.mark.article("15.electronic")
async def test_no_conclusion_without_the_electronic_result(office: Office) -> None:
    path = await office.accepted()
    desk = await office.desk("approver")
    refused = await conclude(desk, path, APPROVED | {"reason": "符合条件"})
    assert refused.status == 422
    assert "须先上传电子化的办理结果：居住证签注凭证" in refused.text
    assert "符合条件</textarea>" in refused.text
    for content in (photo(), b"%PDF-1.4 cut short", b"MZ program"):
        assert (await conclude(desk, path, APPROVED, ("凭证.pdf", content))).status == 400
    assert await office.state(path) == "accepted"
    done = await conclude(desk, path, APPROVED, ("凭证.pdf", PDF))
    assert (done.status, done.location) == (303, path)
    found = await office.application(path)
    assert found["result"]["decision"] == "approved"
    file = await desk.get(f"{path}/files/{found['result']['deliverable']}")
    assert file.content == PDF
    late = await conclude(desk, path, APPROVED, ("凭证.pdf", PDF))
    assert late.status == 409


@pytest.mark.article("12.denial")
async def test_denial_needs_a_reason_and_no_result(office: Office) -> None:
    path = await office.accepted()
    desk = await office.desk("approver")
    form = (await desk.get(path)).text
    for words in (
        "<dt>事项类型</dt><dd>其他</dd>",
        "同意办理",
        "不予办理（须说明理由）",
        "不予办理：可上传决定书",
    ):
        assert words in form, words
    assert (await conclude(desk, path, {"decision": "denied", "reason": ""})).status == 422
    undecided = await conclude(desk, path, {"decision": "perhaps", "reason": "x"})
    assert undecided.status == 422
    assert (await conclude(desk, path, DENIED)).status == 303
    assert (await office.application(path))["result"]["deliverable"] is None
    page = (await desk.get(path)).text
    assert "<dd>不予办理</dd>" in page
    assert "未居住满半年" in page
    assert '<strong class="status">不予办理' in page
    for closed in ("applications?show=closed", "applications.csv?show=closed"):
        assert "不予办理" in (await desk.get(f"/admin/{closed}")).text


@pytest.mark.article("12.denial", "15.electronic")
async def test_the_document_of_a_denial_reaches_the_applicant(office: Office) -> None:
    path = await office.accepted()
    desk = await office.desk("approver")
    assert "PDF，不超过20MB" in (await desk.get(path)).text
    assert (await conclude(desk, path, DENIED, ("决定书.pdf", PDF))).status == 303
    result = (await office.application(path))["result"]
    assert (result["decision"], result["file_name"]) == ("denied", "决定书.pdf")
    assert (await desk.get(f"{path}/files/{result['deliverable']}")).content == PDF


@pytest.mark.parametrize("before", [True, False])
async def test_failed_conclusion_leaves_a_file_only_if_it_was_written(
    office: Office, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    path = await office.accepted()
    real = CaseHandling.conclude

    async def fails(*given: Any) -> None:
        if not before:
            await real(*given)
        raise OSError("the connection was lost")

    monkeypatch.setattr(CaseHandling, "conclude", fails)
    desk = await office.desk("approver")
    assert (await conclude(desk, path, APPROVED, ("凭证.pdf", PDF))).status == 500
    result = {"application": path.split("/")[3], "code": "result", "dropped_at": None}
    assert await office.town.services.materials.documents.count_documents(result) == (0 if before else 1)


async def test_refused_conclusion_leaves_no_file(office: Office) -> None:
    path = await office.accepted()
    window, key = await office.desk("window"), path.split("/")[3]
    refused = await conclude(window, path, APPROVED, ("凭证.pdf", PDF))
    assert refused.status == 403
    assert "您的岗位没有此项权限" in refused.text
    kept = office.town.services.materials.documents
    assert await kept.count_documents({"application": key, "code": "result"}) == 0


def typed_in(page: str) -> list[str]:
    """What the page gives back of what was typed, to be copied."""
    return re.findall(r"<textarea[^>]* readonly>([^<]*)</textarea>", page)


async def test_second_on_one_file_keeps_what_was_written(office: Office) -> None:
    path, _ = await office.handed_in()
    first, second = await office.desk("approver"), await office.desk("both")
    assert (await first.post(f"{path}/accept")).status == 303
    late = await second.post(f"{path}/not_accept", {"reason": "不在番禺居住", "basis": "条例第九条"})
    assert late.status == 409
    assert "您刚才填写的内容（未提交）" in late.text
    assert typed_in(late.text) == ["不在番禺居住", "条例第九条"]
    assert (await first.post(f"{path}/return", {"reason": "申请人已迁出", "step": "confirm"})).status == 303
    late = await conclude(second, path, DENIED, ("决定书.pdf", PDF))
    assert late.status == 409
    assert sorted(typed_in(late.text)) == sorted(["不予办理", "未居住满半年"])


async def test_a_form_of_a_page_that_is_out_of_date_does_nothing(office: Office) -> None:
    """Though the application has come back into the state that the page showed."""
    path = await office.accepted()
    first, second = await office.desk("approver"), await office.desk("both")
    seen = re.search(r'name="version" value="([0-9]+)"', (await second.get(path)).text)
    assert seen
    paused = await first.post(f"{path}/pause", {"procedure": "hearing", "reason": "请于周五参加"})
    assert paused.status == 303
    assert (await first.post(f"{path}/resume")).status == 303
    late = await second.post(f"{path}/return", {"reason": "申请人已迁出", "version": seen[1]})
    assert late.status == 409
    assert "申请人已迁出" in late.text
    assert await office.state(path) == "accepted"


async def test_session_over_while_writing(office: Office) -> None:
    path, _ = await office.handed_in()
    desk = await office.desk("window")
    await desk.get(path)
    del desk.cookies["staff"]
    written = {"reason": "不在番禺居住", "basis": "<条例第九条>"}
    over = await desk.post(f"{path}/not_accept?show=submitted", {**written})
    assert over.status == 401
    assert typed_in(over.text) == ["不在番禺居住", "&lt;条例第九条&gt;"]
    assert f'href="/admin/sign-in?{urlencode({"next": f"{path}?show=submitted"})}"' in over.text
    for action, page in (
        ("/admin/verify", "/admin/verify"),
        ("/admin/deliveries/retry", "/admin/deliveries"),
        (f"{path}/reveal", path),
    ):
        over = await desk.post(action, {"reason": "x", "password": "secret"})
        assert f'"/admin/sign-in?{urlencode({"next": page})}"' in over.text
        assert "secret" not in over.text


async def test_address_of_an_action_leads_to_its_form(office: Office) -> None:
    path, _ = await office.handed_in()
    desk = await office.desk("both")
    for action in ("accept", "request_supplement", "not_accept", "return", "conclude", "reveal", "print"):
        assert (await desk.get(f"{path}/{action}?show=open")).location == f"{path}?show=open", action
    assert (await desk.get("/admin/deliveries/retry")).location == "/admin/deliveries"
    assert (await desk.get("/admin/sign-out")).location == "/admin"
    assert (await desk.get("/admin")).status == 200  # still signed in


@pytest.mark.article("14.kept")
async def test_files_are_shown_safely(office: Office) -> None:
    path, _ = await office.handed_in()
    other, _ = await office.handed_in()
    desk = await office.desk("window")
    file = (await office.application(path))["materials"][0]["file"]
    page = (await desk.get(path)).text
    assert f'<img class="preview" src="{path}/files/{file}"' in page
    shown = await desk.get(f"{path}/files/{file}")
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert "no-store" in shown.headers["Cache-Control"]
    assert (await desk.get(f"{other}/files/{file}")).status == 404
    event = (await office.town.services.materials.get(file))["events"][-1]
    assert (event["name"], event["actor"]) == ("material.viewed", "staff:window")


@pytest.mark.article("14.kept")
async def test_file_that_a_supplement_replaced_stays_in_sight(office: Office) -> None:
    path, citizen = await office.handed_in()
    desk, own = await office.desk("approver"), path.removeprefix("/admin")
    old = (await office.application(path))["materials"][0]["file"]
    await desk.post(f"{path}/request_supplement", {"materials": "permit", "reason": "缺背面"})
    assert "补正前的文件" not in (await desk.get(path)).text
    await citizen.upload(f"{own}/materials/permit", "b.jpg", photo())
    await citizen.post(f"{own}/supplement")
    assert f'<a href="{path}?file={old}#viewer"' in (await desk.get(path)).text.split("补正前的文件")[1]
    assert (await desk.get(f"{path}/files/{old}")).status == 200


async def test_the_guide_it_was_accepted_under(office: Office) -> None:
    path, _ = await office.handed_in()
    desk = await office.desk("window")
    page = (await desk.get(path)).text
    assert "适用第1版" in page
    assert "现行版</a>" in page
    for text in ("办事指南（第1版）", "在番禺区居住满半年", "租赁合同", "只在窗口办理时需要"):
        assert text in page, text
    changed = rich_guide(version=2, conditions=["居住满一年"])
    await office.town.publish(changed)
    page = (await desk.get(path)).text
    assert "现行版（第2版）</a>" in page
    assert "居住满一年" not in page


@pytest.mark.article("10.department")
async def test_other_department_sees_and_does_nothing(office: Office) -> None:
    path = await office.accepted()
    found, civil = await office.application(path), await office.desk("civil")
    file = found["materials"][0]["file"]
    for page in (path, f"{path}/files/{file}"):
        answer = await civil.get(page)
        assert answer.status == 404, page
        assert "没有找到该办件" in answer.text
        assert found["serial"] not in answer.text
    for action in ("accept", "request_supplement", "not_accept", "return", "reveal"):
        refused = await civil.post(f"{path}/{action}", {"reason": "x", "basis": "x", "materials": "permit"})
        assert refused.status == 404, action
    assert (await conclude(civil, path, APPROVED, ("凭证.pdf", PDF))).status == 404
    assert await office.state(path) == "accepted"
    assert found["serial"] not in (await civil.get("/admin/applications")).text
    for text in (found["serial"], "王小明"):
        searched = await civil.post("/admin/applications/search", {"q": text})
        assert "没有找到" in (await civil.get(searched.location)).text


async def test_drafts_are_nobodys_business(office: Office) -> None:
    citizen = await office.town.citizen()
    draft = (await citizen.post("/applications", {"item": ITEM})).location.removesuffix("/form")
    assert (await (await office.desk("both")).get(f"/admin{draft}")).status == 404


async def test_reading_is_not_deciding(office: Office) -> None:
    path = await office.accepted()
    for username in ("window", "management"):
        desk = await office.desk(username)
        page = await desk.get(path)
        assert page.status == 200
        assert "您的岗位不能办理这一步" in page.text
        assert (await desk.post(f"{path}/return", {"reason": "x"})).status == 403
    assert await office.state(path) == "accepted"


@pytest.mark.article("7.identity")
async def test_an_application_in_another_name_than_its_applicants_is_marked(office: Office) -> None:
    path, _ = await office.handed_in()
    desk, found = await office.desk("approver"), await office.application(path)
    asked = (await desk.get(path)).text
    assert "身份信息不一致" not in asked
    assert 'name="fields" value="address"' in asked
    assert 'name="fields" value="name"' not in asked
    refused = await desk.post(f"{path}/request_supplement", {"fields": "name", "reason": "请核对"})
    assert refused.status == 422
    assert "“姓名”来自实名认证" in refused.text
    await office.town.renamed(found["applicant"], "李四")
    for page in (await desk.get(path), await desk.post(f"{path}/reveal", {"reason": "核实身份"})):
        assert "申请中填写的“姓名”与申请人现在的实名认证信息不同" in page.text
