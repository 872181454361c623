"""Applications from the panel's door: what staff see, may do, and are refused (articles 10, 12, 14, 15)."""

import re
from datetime import timedelta

import pytest

from handlers.admin import applications as panel
from tests.handlers.office import ITEM, PDF, Office, conclude, staffed
from tests.handlers.test_application_pages import photo
from tests.handlers.visitor import Fields, Town

APPROVED = {"decision": "approved", "reason": ""}


@pytest.fixture(scope="module")
async def office(town: Town) -> Office:
    return await staffed(town)


@pytest.mark.article(10)
async def test_queue_shows_what_waits_with_its_light(office: Office) -> None:
    path, _ = await office.handed_in("王小明")
    serial = (await office.application(path))["serial"]
    desk = await office.desk("approver")
    page = (await desk.get("/admin/applications")).text
    row = page[page.index(serial) :].split("</tr>")[0]
    for text in ("居住证签注", "王**", "已提交，待受理", "light_green", "剩5个工作日"):
        assert text in row, text
    assert "王小明" not in page
    for days, colour, words in (
        (3, "yellow", "剩2个工作日"),
        (7, "yellow", "今天到期"),
        (8, "red", "已超期"),
    ):
        office.town.clock.advance(timedelta(days=days))
        row = (await desk_page(office)).split(serial)[1].split("</tr>")[0]
        office.town.clock.advance(-timedelta(days=days))
        assert f"light_{colour}" in row
        assert words in row


async def desk_page(office: Office) -> str:
    return (await (await office.desk("approver")).get("/admin/applications")).text


async def test_queue_filters_and_finds(office: Office) -> None:
    path, _ = await office.handed_in()
    serial = (await office.application(path))["serial"]
    desk = await office.desk("approver")
    assert serial in (await desk.get("/admin/applications?show=submitted")).text
    for show in ("supplement", "accepted", "closed"):
        assert serial not in (await desk.get(f"/admin/applications?show={show}")).text, show
    for typed in (serial, serial.lower(), f"{serial[:8]}-{serial[8:]}", f"{office.town.url}/verify/{serial}"):
        found = (await desk.get(f"/admin/applications?show=closed&q={typed}")).text
        assert found.count("<tr>") == 2, typed
    nothing = await desk.get("/admin/applications?q=2026112400000000000")
    assert "没有找到这个流水号" in nothing.text


@pytest.mark.parametrize("show", ["open", "supplement", "closed"])
async def test_queue_goes_on_page_by_page(office: Office, monkeypatch: pytest.MonkeyPatch, show: str) -> None:
    desk = await office.desk("approver")
    for _ in range(3):
        path, citizen = await office.handed_in()
        if show == "supplement":
            asked: Fields = {"materials": "permit", "reason": "缺背面"}
            assert (await desk.post(f"{path}/request_supplement", asked)).status == 303
        if show == "closed":
            await citizen.post(f"{path.removeprefix('/admin')}/withdraw")
    monkeypatch.setattr(panel, "A_PAGE", 2)
    seen: list[str] = []
    address = f"/admin/applications?show={show}"
    while address:
        page = (await desk.get(address)).text
        rows = re.findall(r'href="/admin/applications/([0-9a-f]{32})"', page)
        assert 0 < len(rows) <= 2
        seen += rows
        link = re.search(r'href="([^"]*after=[^"]*)">下一页', page)
        address = link[1].replace("&amp;", "&") if link else ""
    assert len(seen) == len(set(seen)) >= 3


async def test_masked_until_revealed(office: Office) -> None:
    where = {"how": "courier", "address": "王小明 13800138000 番禺区市桥街1号"}
    path, _ = await office.handed_in("王小明", **where)
    desk, found = await office.desk("window"), await office.application(path)
    number = office.town.services.applicants.number(
        await office.town.services.applicants.get(found["applicant"])
    )
    page = (await desk.get(path)).text
    assert found["masked_number"] in page
    for secret in (number, "王小明", "13800138000", "市桥街1号"):
        assert secret not in page, secret
    refused = await desk.post(f"{path}/reveal", {"reason": " "})
    assert refused.status == 400
    assert number not in refused.text
    assert "请填写查看完整信息的理由" in refused.text
    shown = await desk.post(f"{path}/reveal", {"reason": "核对证件号码"})
    for secret in (number, "王小明", "13800138000", "市桥街1号"):
        assert secret in shown.text, secret
    assert shown.headers["Cache-Control"] == "no-store"
    applicant = await office.town.services.applicants.get(found["applicant"])
    event = applicant["events"][-1]
    assert (event["name"], event["actor"], event["data"]["reason"]) == (
        "applicant.revealed",
        "staff:window",
        "核对证件号码",
    )


@pytest.mark.article(10)
async def test_accepting(office: Office) -> None:
    path, citizen = await office.handed_in()
    desk = await office.desk("approver")
    page = (await desk.get(path)).text
    assert "予以受理" in page
    assert "确认办结" not in page  # not yet
    done = await desk.post(f"{path}/accept")
    assert (done.status, done.location) == (303, path)
    page = (await desk.get(path)).text
    for text in ("已受理，办理中", "办结期限", "确认办结", "确认退件"):
        assert text in page, text
    assert "已受理" in (await citizen.get(path.removeprefix("/admin"))).text
    late = await desk.post(f"{path}/accept")
    assert late.status == 409
    assert "已受理，办理中" in late.text


@pytest.mark.article(14)
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


@pytest.mark.article(12)
async def test_supplement_says_what_and_why(office: Office) -> None:
    path, _ = await office.handed_in()
    desk = await office.desk("approver")
    nothing = await desk.post(f"{path}/request_supplement", {"reason": "请补齐"})
    assert nothing.status == 422
    assert "请选择需要补齐补正的材料或信息" in nothing.text
    unreasoned = await desk.post(f"{path}/request_supplement", {"materials": "permit", "reason": " "})
    assert unreasoned.status == 422
    assert re.search(r'value="permit" checked', unreasoned.text)


@pytest.mark.article(12)
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


@pytest.mark.article(12)
async def test_non_acceptance_needs_reason_and_basis(office: Office) -> None:
    path, _ = await office.handed_in()
    desk = await office.desk("window")
    for lacking in ({"reason": "不在番禺居住", "basis": ""}, {"reason": "", "basis": "条例第九条"}):
        refused = await desk.post(f"{path}/not_accept", {**lacking})
        assert refused.status == 422
        assert max(lacking.values()) in refused.text
    assert await office.state(path) == "submitted"
    full = {"reason": "不在番禺居住", "basis": "居住证暂行条例第九条"}
    assert (await desk.post(f"{path}/not_accept", {**full})).status == 303
    page = (await desk.get(path)).text
    for text in ("不予受理", *full.values(), "办件已结束"):
        assert text in page, text


@pytest.mark.article(12)
async def test_returning_needs_a_reason(office: Office) -> None:
    path = await office.accepted()
    desk = await office.desk("approver")
    assert (await desk.post(f"{path}/return", {"reason": ""})).status == 422
    assert (await desk.post(f"{path}/return", {"reason": "申请人已迁出"})).status == 303
    assert await office.state(path) == "returned"
    assert "申请人已迁出" in (await desk.get(path)).text


@pytest.mark.article(15)
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


@pytest.mark.article(15)
async def test_denial_needs_a_reason_and_no_result(office: Office) -> None:
    path = await office.accepted()
    desk = await office.desk("approver")
    assert (await conclude(desk, path, {"decision": "denied", "reason": ""})).status == 422
    undecided = await conclude(desk, path, {"decision": "perhaps", "reason": "x"})
    assert undecided.status == 422
    denied = {"decision": "denied", "reason": "未居住满半年"}
    assert (await conclude(desk, path, denied, ("凭证.pdf", PDF))).status == 303
    found = await office.application(path)
    assert found["result"]["deliverable"] is None
    page = (await desk.get(path)).text
    assert "不予许可" in page
    assert "未居住满半年" in page


async def test_refused_conclusion_leaves_no_file(office: Office) -> None:
    path = await office.accepted()
    window, key = await office.desk("window"), path.split("/")[3]
    refused = await conclude(window, path, APPROVED, ("凭证.pdf", PDF))
    assert refused.status == 403
    assert "您的岗位没有此项权限" in refused.text
    kept = office.town.services.materials.documents
    assert await kept.count_documents({"application": key, "code": "result"}) == 0


@pytest.mark.article(14)
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
    assert shown.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert "no-store" in shown.headers["Cache-Control"]
    assert (await desk.get(f"{other}/files/{file}")).status == 404


@pytest.mark.article(6)
async def test_other_department_sees_and_does_nothing(office: Office) -> None:
    path = await office.accepted()
    found, civil = await office.application(path), await office.desk("civil")
    file = found["materials"][0]["file"]
    for page in (path, f"{path}/files/{file}"):
        answer = await civil.get(page)
        assert answer.status == 403, page
        assert "由其他部门办理" in answer.text
        assert found["serial"] not in answer.text
    for action in ("accept", "request_supplement", "not_accept", "return", "reveal"):
        refused = await civil.post(f"{path}/{action}", {"reason": "x", "basis": "x", "materials": "permit"})
        assert refused.status == 403, action
    assert (await conclude(civil, path, APPROVED, ("凭证.pdf", PDF))).status == 403
    assert await office.state(path) == "accepted"
    assert found["serial"] not in (await civil.get("/admin/applications")).text
    searched = await civil.get(f"/admin/applications?q={found['serial']}")
    assert "没有找到这个流水号" in searched.text


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
