"""From the guide to the result and the review, through the pages (articles 7, 10 to 14, 17)."""

import asyncio
import re
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from models.events import Cause, Channel
from models.store import Document
from tests.files import a_pdf
from tests.handlers.guides import USCC
from tests.handlers.visitor import HALL, Browser, Fields, Town, rich_guide

ITEM = rich_guide().item
BOOKED = "2026-11-27T02:00:00+00:00"
ANSWERS: Fields = {
    "name": "王小明",
    "phone": "13800138000",
    "address": "番禺区市桥街繁华路1号",
    "housing": "rent",
    "landlord": "李四",
}
CLERK: Document = {"_id": "clerk", "roles": ["approver", "window"], "department": USCC}


def photo(*, blank: bool = False) -> bytes:
    """A page of writing, as a camera would take it."""
    image = Image.new("RGB", (900, 700), "#d8d8d0")
    draw = ImageDraw.Draw(image)
    for line in range(0 if blank else 30):
        draw.text((20, 20 + 22 * line), f"residence permit {line} " * 6, fill="#111")
    out = BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


async def draft(citizen: Browser, answers: Fields | None = None) -> str:
    """The path of a begun application whose form is filled."""
    begun = await citizen.post("/applications", {"item": ITEM})
    assert begun.status == 303, begun.text
    path = begun.location.removesuffix("/form")
    filled = await citizen.post(f"{path}/form", answers or ANSWERS)
    assert filled.status == 303, filled.text
    return path


async def submitted(citizen: Browser, **place: str) -> str:
    path = await draft(citizen)
    assert (await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())).status == 303
    where: Fields = {"how": "window", "hall": "district", "promise": "yes"}
    done = await citizen.post(f"{path}/confirm", {**where, **place})
    assert (done.status, done.location) == (303, f"{path}/receipt"), done.text
    return path


async def serial_of(town: Town, path: str) -> str:
    return str((await town.services.applications.get(path.split("/")[2]))["serial"])


def clerk_cause(town: Town) -> Cause:
    return Cause("staff:clerk", town.clock.now(), Channel.WINDOW, "request-clerk")


@pytest.mark.article(11)
async def test_receipt_has_every_field(town: Town) -> None:
    citizen = await town.citizen("王小明")
    path = await submitted(citizen)
    page = (await citizen.get(f"{path}/receipt")).text
    found = await town.services.applications.get(path.split("/")[2])
    for text in (
        found["serial"],
        "王**",
        found["masked_number"],
        "居住证签注",
        "广州市公安局番禺区分局",
        "居住证原件照片：已提交",
        "全流程网办",
        HALL.name,
        "2026-12-01",  # five working days after Tuesday 24 November
        "受理后 10 个工作日内办结",
    ):
        assert text in page, text
    picture = await citizen.get(f"{path}/receipt.png")
    assert picture.content.startswith(b"\x89PNG")


@pytest.mark.article(11)
async def test_courier_address_is_on_the_receipt_and_asked_for(town: Town) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())
    page = await citizen.post(f"{path}/confirm", {"how": "courier", "address": "短", "promise": "yes"})
    assert page.status == 400
    assert "请填写收件人、电话和详细地址" in page.text
    address = "王小明 13800138000 番禺区市桥街1号"
    await citizen.post(f"{path}/confirm", {"how": "courier", "address": address, "promise": "yes"})
    assert f"快递到付：{address}" in (await citizen.get(f"{path}/receipt")).text
    kept = await town.services.applications.get(path.split("/")[2])
    assert address not in str(kept)


@pytest.mark.article(11)
async def test_scanning_the_receipt(town: Town) -> None:
    citizen = await town.citizen("王小明")
    serial = await serial_of(town, await submitted(citizen))
    stranger = town.browser()
    page = await stranger.get(f"/verify/{serial}")
    assert page.status == 200
    assert "回执真实" in page.text
    assert "目前状态：已提交，待受理" in page.text
    assert "王**" in page.text
    assert "王小明" not in page.text
    assert "13800138000" not in page.text
    forged = serial[:-1] + ("A" if serial[-1] != "A" else "B")
    for number in (forged, "20261124XXXXXXXXXXX"):
        false = await stranger.get(f"/verify/{number}")
        assert false.status == 404
        assert "查无此回执" in false.text
        assert "不是番禺智慧政务出具的" in false.text


@pytest.mark.article(13)
async def test_progress_by_serial_without_sign_in(town: Town) -> None:
    citizen = await town.citizen("王小明")
    serial = await serial_of(town, await submitted(citizen))
    stranger = town.browser()
    for typed in (serial, f" {serial.lower()} ", f"{serial[:8]}-{serial[8:]}"):
        page = await stranger.post("/progress", {"serial": typed})
        assert "已提交，待受理" in page.text
        assert "王**" in page.text
        assert "王小明" not in page.text
    assert "已提交，待受理" in (await stranger.get(f"/progress?serial={serial}")).text
    wrong = await stranger.post("/progress", {"serial": "2026112400"})
    assert wrong.status == 400
    assert 'value="2026112400"' in wrong.text
    assert "请核对回执后重新输入" in wrong.text


@pytest.mark.article(7)
async def test_applying_needs_binding(town: Town) -> None:
    visitor = town.browser()
    assert (await visitor.get(f"/applications/new?item={ITEM}")).location.startswith("/sign-in?next=")
    await visitor.sign_in("openid-applies")
    assert (await visitor.get(f"/applications/new?item={ITEM}")).location.startswith("/binding?next=")
    assert (await visitor.post("/applications", {"item": ITEM})).status == 403


@pytest.mark.article(7)
async def test_somebody_elses_is_not_found(town: Town) -> None:
    citizen, other = await town.citizen(), await town.citizen()
    path = await submitted(citizen)
    found = await town.services.applications.get(path.split("/")[2])
    file = found["materials"][0]["file"]
    assert (await citizen.get(f"{path}/files/{file}")).status == 200
    pages = ("", "/form", "/materials", "/confirm", "/receipt", "/receipt.png", "/supplement", "/review")
    for page in (*pages, f"/files/{file}"):
        assert (await other.get(path + page)).status == 404, page
    for action in ("/form", "/draft", "/confirm", "/withdraw", "/supplement", "/materials/permit/remove"):
        answer = await other.post(path + action, {"promise": "yes", "how": "electronic"})
        assert answer.status == 404, action
    assert (await other.upload(f"{path}/materials/permit", "x.jpg", photo())).status == 404
    own = await submitted(other)
    assert (await other.get(f"{own}/files/{file}")).status == 404


async def test_form_is_prefilled_and_keeps_what_was_written(town: Town) -> None:
    citizen = await town.citizen("王小明")
    path = (await citizen.post("/applications", {"item": ITEM})).location
    assert 'value="王小明"' in (await citizen.get(path)).text
    page = await citizen.post(path, ANSWERS | {"address": "", "phone": "12"})
    assert page.status == 400
    assert re.search(r'id="address-error">请填写此项', page.text)
    assert re.search(r'id="phone-error">手机号码有误', page.text)
    assert "有2处需要修改" in page.text
    assert 'value="12"' in page.text
    assert re.search(r'value="rent" checked', page.text)
    again = await citizen.post("/applications", {"item": ITEM})
    assert again.location == path  # the same draft, on whatever device
    assert 'value="李四"' in (await citizen.get(path)).text


@pytest.mark.article(12)
async def test_question_is_asked_only_where_it_applies(town: Town) -> None:
    citizen = await town.citizen()
    path = (await citizen.post("/applications", {"item": ITEM})).location
    rents = await citizen.post(path, ANSWERS | {"landlord": ""})
    assert "landlord-error" in rents.text
    owns = await citizen.post(path, ANSWERS | {"housing": "own"})
    assert owns.status == 303
    assert "李四" not in (await citizen.get(owns.location.replace("materials", "confirm"))).text


async def test_draft_saves_itself(town: Town) -> None:
    citizen = await town.citizen()
    path = (await citizen.post("/applications", {"item": ITEM})).location.removesuffix("/form")
    saved = await citizen.post(f"{path}/draft", {"address": "写了一半"}, X_Requested_With="fetch")
    assert re.fullmatch(r"\d\d:\d\d", saved.json["saved_at"])
    assert "写了一半" in (await citizen.get(f"{path}/form")).text


@pytest.mark.article(14)
async def test_uploads_are_judged_on_the_spot(town: Town) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    for content, reason in ((b"<html>no picture</html>", "只接受照片"), (photo(blank=True), "照片模糊")):
        page = await citizen.upload(f"{path}/materials/permit", "permit.jpg", content)
        assert page.status == 400
        assert re.search(rf'id="error-permit" role="alert">{reason}', page.text)
        told = await citizen.upload(f"{path}/materials/permit", "p.jpg", content, X_Requested_With="fetch")
        assert reason in told.json["message"]
    assert (await citizen.upload(f"{path}/materials/lease", "l.jpg", photo())).status == 404
    assert (await citizen.post(f"{path}/materials/permit")).status == 400
    assert f'href="{path}/materials#permit"' in (await citizen.get(f"{path}/confirm")).text
    assert (await citizen.get(f"{path}/materials/permit")).location == f"{path}/materials"
    lacking = await citizen.post(f"{path}/confirm", {"how": "electronic", "promise": "yes"})
    assert lacking.status == 422
    assert "还缺少材料：居住证原件照片" in lacking.text


@pytest.mark.article(14)
async def test_what_cannot_be_handed_in_is_not_kept(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    materials = town.services.materials
    before = await materials.documents.count_documents({}), await materials.heads.count_documents({})
    late = await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())
    assert late.status == 409
    after = await materials.documents.count_documents({}), await materials.heads.count_documents({})
    assert after == before


async def test_of_files_uploaded_at_once_one_is_kept(town: Town) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    await citizen.upload(f"{path}/materials/permit", "first.jpg", photo())
    answers = await asyncio.gather(
        *(citizen.upload(f"{path}/materials/permit", f"{n}.jpg", photo()) for n in range(6))
    )
    assert {answer.status for answer in answers} <= {303, 409}
    materials, key = town.services.materials, path.split("/")[2]
    left = [m["_id"] async for m in materials.documents.find({"application": key, "dropped_at": None})]
    found = await town.services.applications.get(key)
    assert left == [found["materials"][0]["file"]]
    assert await materials.heads.count_documents({"_id": {"$in": left}}) == 1
    kept = [m["_id"] async for m in materials.documents.find({"application": key})]
    assert await materials.heads.count_documents({"_id": {"$in": kept}}) == 1


@pytest.mark.article(24)
async def test_an_item_is_begun_here_only_if_its_guide_says_so(town: Town) -> None:
    citizen, visitor = await town.citizen(), town.browser()
    elsewhere = rich_guide(item=f"{USCC}{77:013}", name="只在窗口办理的事", channels=["window"])
    await town.services.guides.publish(elsewhere, clerk_cause(town))
    for browser in (citizen, visitor):
        page = (await browser.get(f"/guides/{elsewhere.item}")).text
        assert "在线办理" not in page
        assert "预约大厅" in page
        assert "在线办理" in (await browser.get(f"/guides/{ITEM}")).text
    for answer in (
        await citizen.get(f"/applications/new?item={elsewhere.item}"),
        await citizen.post("/applications", {"item": elsewhere.item}),
    ):
        assert answer.status == 422
        assert "该事项不在此渠道办理" in answer.text


@pytest.mark.article(12)
async def test_a_supplement_shows_what_is_still_unanswered(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    key, guide = path.split("/")[2], await town.services.guides.published(ITEM)
    await town.services.applications.request_supplement(
        key, CLERK, guide, [], ["address", "housing"], "请核对住址", clerk_cause(town)
    )
    silent = await citizen.post(f"{path}/supplement", {"address": "番禺区市桥街2号"})
    assert silent.status == 400
    assert "housing-error" in silent.text
    done = await citizen.post(f"{path}/supplement", {"address": "番禺区市桥街2号", "housing": "rent"})
    assert done.location == path


async def test_the_owner_sees_a_sealed_address_again(town: Town) -> None:
    citizen = await town.citizen()
    question = {"name": "address", "label": "住址", "kind": "text", "sensitive": True}
    form = {"sections": [{"title": "本人", "questions": [question]}]}
    guide = rich_guide(item=f"{USCC}{78:013}", name="住址保密的事", form=form)
    await town.services.guides.publish(guide, clerk_cause(town))
    page = (await citizen.post("/applications", {"item": guide.item})).location
    await citizen.post(page, {"address": "番禺区繁华路1号"})
    path = page.removesuffix("/form")
    assert "繁华路" not in str(await town.services.applications.get(path.split("/")[2]))
    for shown in (page, f"{path}/confirm"):
        assert "番禺区繁华路1号" in (await citizen.get(shown)).text


async def test_files_are_shown_safely_and_can_be_removed(town: Town) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    kept = await citizen.upload(f"{path}/materials/permit", "我的证件.jpg", photo(), X_Requested_With="fetch")
    assert kept.json == {"kept": True}
    link = re.search(rf"{path}/files/[0-9a-f]{{32}}", (await citizen.get(f"{path}/materials")).text)
    assert link
    file = await citizen.get(link[0])
    assert file.headers["Content-Type"] == "image/jpeg"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Content-Security-Policy"].startswith("sandbox")
    assert "%E6%88%91" in file.headers["Content-Disposition"]
    assert (await citizen.post(f"{path}/materials/permit/remove")).status == 303
    assert (await citizen.get(link[0])).status == 404


async def test_submission_needs_the_promise_and_happens_once(town: Town) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())
    page = await citizen.post(f"{path}/confirm", {"how": "electronic"})
    assert page.status == 400
    assert "请勾选承诺后再提交" in page.text
    assert re.search(r'value="electronic" checked', page.text)
    done = await citizen.post(f"{path}/confirm", {"how": "electronic", "promise": "yes"})
    assert done.status == 303
    again = await citizen.post(f"{path}/confirm", {"how": "electronic", "promise": "yes"})
    assert (again.status, again.location) == (303, f"{path}/receipt")
    assert (await citizen.get(f"{path}/form")).location == path


@pytest.mark.article(14)
async def test_supplement_asks_for_exactly_what_is_missing(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    key, guide = path.split("/")[2], await town.services.guides.published(ITEM)
    await town.services.applications.request_supplement(
        key, CLERK, guide, ["permit"], ["address"], "证件照片缺背面", clerk_cause(town)
    )
    standing = (await citizen.get(path)).text
    assert "待补齐补正" in standing
    assert "证件照片缺背面" in standing
    form = (await citizen.get(f"{path}/supplement")).text
    assert 'id="address"' in form
    assert 'id="housing"' not in form
    early = await citizen.post(f"{path}/supplement", {"address": "番禺区市桥街2号"})
    assert early.status == 422
    assert "番禺区市桥街2号" in early.text
    assert "原文件不合要求，请重新上传" in early.text
    assert "icon_good" not in early.text
    refused = await citizen.upload(f"{path}/materials/permit", "b.jpg", photo(blank=True))
    assert "番禺区市桥街繁华路1号" in refused.text
    assert (await citizen.upload(f"{path}/materials/permit", "b.jpg", photo())).location.startswith(
        f"{path}/supplement"
    )
    assert (await citizen.post(f"{path}/supplement", {"address": "番禺区市桥街2号"})).location == path
    assert "已补齐补正" in (await citizen.get(path)).text


async def test_withdrawing_asks_first(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    assert "确定撤回" in (await citizen.get(path)).text
    assert (await citizen.post(f"{path}/withdraw")).location == path
    page = (await citizen.get(path)).text
    assert "已撤回" in page
    assert "确定撤回" not in page
    assert f'href="/guides/{ITEM}"' in page
    assert (await citizen.post(f"{path}/withdraw")).location == path  # tapped twice
    assert (await citizen.post(f"{await concluded(town, citizen)}/withdraw")).status == 409


@pytest.mark.article(13)
async def test_refusal_comes_with_its_basis_and_ones_rights(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    await town.services.applications.not_accept(
        path.split("/")[2], CLERK, "不在番禺居住", "居住证暂行条例第九条", clerk_cause(town)
    )
    page = (await citizen.get(path)).text
    for text in (
        f'href="/guides/{ITEM}"',
        f"到窗口领取：{HALL.name}",
        "不予受理",
        "不在番禺居住",
        "居住证暂行条例第九条",
        "行政复议",
        "行政诉讼",
    ):
        assert text in page


async def concluded(town: Town, citizen: Browser, address: str = "") -> str:
    path = await submitted(citizen, **({"how": "courier", "address": address} if address else {}))
    key, guide, by = path.split("/")[2], await town.services.guides.published(ITEM), clerk_cause(town)
    applications = town.services.applications
    await applications.accept(key, CLERK, guide, town.services.calendar, by)
    applicant = (await applications.get(key))["applicant"]
    pdf = await town.services.materials.keep(applicant, key, "result", "凭证.pdf", a_pdf(), by)
    await applications.conclude(key, CLERK, guide, "approved", "", pdf, by)
    return path


@pytest.mark.article(13)
async def test_result_can_be_downloaded(town: Town) -> None:
    citizen = await town.citizen()
    path = await concluded(town, citizen)
    page = (await citizen.get(path)).text
    assert "已办结" in page
    link = re.search(rf"{path}/files/[0-9a-f]{{32}}", page)
    assert link
    file = await citizen.get(link[0])
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert (await (await town.citizen()).get(link[0])).status == 404


@pytest.mark.article(17)
async def test_bad_review_says_why(town: Town) -> None:
    citizen = await town.citizen()
    path = await concluded(town, citizen)
    page = await citizen.get(f"{path}/review")
    for level in ("非常满意", "满意", "基本满意", "不满意", "非常不满意"):
        assert level in page.text
    refused = await citizen.post(f"{path}/review", {"level": "2"})
    assert refused.status == 422
    assert "请同时说明原因" in refused.text
    assert re.search(r'value="2" required checked', refused.text)
    assert (await citizen.post(f"{path}/review", {"words": "好"})).status == 400
    done = await citizen.post(f"{path}/review", {"level": "2", "tags": ["209", "510"], "words": "等了很久"})
    assert done.status == 303
    thanks = (await citizen.get(done.location)).text
    assert "未在承诺时间办结" in thanks
    assert "一窗受理一次办结" not in thanks  # a reason of another level
    assert "等了很久" in thanks
    assert (await citizen.post(f"{path}/review", {"level": "5"})).status == 409


@pytest.mark.article(17)
async def test_only_what_is_finished_can_be_reviewed(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    assert (await citizen.get(f"{path}/review")).status == 422
    assert (await citizen.post(f"{path}/review", {"level": "5"})).status == 422


async def test_list_and_pages_in_english(town: Town) -> None:
    citizen = await town.citizen()
    assert "还没有办件" in (await citizen.get("/applications")).text
    path = await concluded(town, citizen)
    citizen.cookies["language"] = "en"
    assert "Concluded" in (await citizen.get("/applications")).text
    serial = await serial_of(town, path)
    await citizen.post("/appointments", {"item": ITEM, "hall": "district", "start": BOOKED})
    ways = ("/applications", "/appointments", f"/progress?serial={serial}", f"/verify/{serial}")
    for page in ways:
        assert rich_guide().name_en in (await citizen.get(page)).text
    assert HALL.name_en in (await citizen.get("/appointments")).text
    begun = await draft(citizen)
    guide = f"/guides/{ITEM}"
    own = ("", "/receipt", "/review")
    steps = ("/form", "/materials", "/confirm")
    others = (guide, "/halls", "/me", f"/appointments/new?item={ITEM}")
    for page in (*ways, *others, *(path + one for one in own), *(begun + one for one in steps)):
        text = (await citizen.get(page)).text
        for chinese in (
            r'<(\w+)[^>]* lang="zh(?:-CN)?">.*?</\1>',
            r'value="[^"]*"',
            r"<textarea.*?</textarea>",
        ):
            text = re.sub(chinese, "", text, flags=re.DOTALL)  # what was written so stays, and is marked
        assert not re.findall(r"[\u4e00-\u9fff，。：；、（）]+", text), page


@pytest.mark.article(4)
async def test_what_was_to_follow_is_handed_in_later(town: Town) -> None:
    guide = rich_guide(item="11440113007512300N00000000000TR", trust_first=True)
    await town.services.guides.put(guide, clerk_cause(town))
    citizen = await town.citizen()
    path = (await citizen.post("/applications", {"item": guide.item})).location.removesuffix("/form")
    await citizen.post(f"{path}/form", ANSWERS)
    await citizen.post(f"{path}/confirm", {"how": "electronic", "promise": "yes"})
    assert "容后补交" in (await citizen.get(f"{path}/receipt")).text
    await town.services.applications.accept(
        path.split("/")[2], CLERK, guide, town.services.calendar, clerk_cause(town)
    )
    assert "还有材料要补交" in (await citizen.get(path)).text
    assert "居住证原件照片" in (await citizen.get(f"{path}/materials")).text
    unclear = await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo(blank=True))
    assert (unclear.status, "照片模糊" in unclear.text, "补交材料" in unclear.text) == (400, True, True)
    handed_in = await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())
    assert (handed_in.status, handed_in.location) == (303, path)
    page = (await citizen.get(path)).text
    assert "还有材料要补交" not in page
    assert "补交材料" in page
    again = await citizen.upload(f"{path}/materials/permit", "other.jpg", photo())
    assert again.status == 409
    assert (await citizen.get(f"{path}/materials")).location == path


@pytest.mark.article(14)
async def test_a_refused_file_is_not_kept(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    late = await citizen.upload(f"{path}/materials/permit", "late.jpg", photo())
    assert late.status == 409
    kept = town.services.materials.documents.find({"application": path.split("/")[2]})
    assert [one["name"] for one in await kept.to_list() if "dropped_at" not in one] == ["permit.jpg"]


@pytest.mark.article(13)
async def test_a_denied_application_does_not_look_like_success(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    key, guide, by = path.split("/")[2], await town.services.guides.published(ITEM), clerk_cause(town)
    applications = town.services.applications
    await applications.accept(key, CLERK, guide, town.services.calendar, by)
    await applications.conclude(key, CLERK, guide, "denied", "不符合条件", None, by)
    serial = await serial_of(town, path)
    for page in (path, "/applications", f"/progress?serial={serial}", f"/verify/{serial}"):
        text = (await citizen.get(page)).text
        assert "已办结：不予许可" in text, page
        assert "warn" in text
    assert 'class="status status_warn"' in (await citizen.get(path)).text


@pytest.mark.article(15)
async def test_the_document_of_a_denial_is_not_called_the_certificate(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    key, guide, by = path.split("/")[2], await town.services.guides.published(ITEM), clerk_cause(town)
    applications = town.services.applications
    await applications.accept(key, CLERK, guide, town.services.calendar, by)
    applicant = (await applications.get(key))["applicant"]
    pdf = await town.services.materials.keep(applicant, key, "result", "决定.pdf", a_pdf(), by)
    await applications.conclude(key, CLERK, guide, "denied", "不符合条件", pdf, by)
    page = (await citizen.get(path)).text
    assert "下载 决定书" in page
    assert f"下载 {guide.deliverable}" not in page


@pytest.mark.article(13)
async def test_a_returned_application_says_why_and_leads_on(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    key, guide, by = path.split("/")[2], await town.services.guides.published(ITEM), clerk_cause(town)
    await town.services.applications.accept(key, CLERK, guide, town.services.calendar, by)
    await town.services.applications.return_(key, CLERK, "姓名与证件不符", by)
    page = (await citizen.get(path)).text
    assert re.search(r"退件原因</h2><p>姓名与证件不符", page)
    assert f'href="/guides/{ITEM}"' in page


@pytest.mark.article(12)
async def test_beginning_says_what_there_is_already(town: Town) -> None:
    citizen = await town.citizen()
    start = f"/applications/new?item={ITEM}"
    assert start in (await citizen.get(f"/guides/{ITEM}")).text
    page = (await citizen.get(start)).text
    assert "开始填写" in page
    assert (await citizen.get("/applications")).text.count("list__link") == 0
    path = await submitted(citizen)
    page = (await citizen.get(start)).text
    assert "您已有一件同样的申请正在办理" in page
    assert f'href="{path}"' in page
    assert "weui-btn_primary" not in page  # nothing invites to begin a second one
    await draft(citizen)
    assert "接着填写草稿" in (await citizen.get(start)).text


@pytest.mark.article(12)
async def test_a_draft_can_be_deleted_with_its_files(town: Town) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())
    key = path.split("/")[2]
    assert "确定删除吗" in (await citizen.get(f"{path}/form")).text
    assert (await (await town.citizen()).post(f"{path}/delete")).status == 404
    assert (await citizen.post(f"{path}/delete")).location == "/applications"
    assert path not in (await citizen.get("/applications")).text
    assert (await citizen.get(path)).status == 404
    kept = await town.services.applications.get(key)
    assert (kept["state"], kept["answers"]) == ("discarded", {})
    assert kept["events"][-1]["name"] == "application.discarded"
    assert not await town.services.materials.documents.count_documents(
        {"application": key, "dropped_at": None}
    )
    again = await draft(citizen)
    assert again != path
    assert (await citizen.post(f"{await submitted(citizen)}/delete")).status == 409


async def test_a_lost_session_promises_what_is_true(town: Town) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    citizen.cookies.pop("session")
    origin = f"{town.url}{path}"
    for page, promised in ((f"{path}/form", True), (f"{path}/confirm", False)):
        lost = await citizen.post(page, ANSWERS, Referer=f"{origin}{page.removeprefix(path)}")
        assert lost.status == 401
        assert f'href="/sign-in?next={page.replace("/", "%2F")}"' in lost.text
        assert f'name="next" value="{page}"' in lost.text
        assert ("已自动保存的内容不会丢失" in lost.text) is promised
    lost = await citizen.post(f"{path}/form", ANSWERS, Referer="https://evil.example//x")
    assert 'href="/sign-in?next=%2F"' in lost.text
    assert (await citizen.post(f"{path}/draft", ANSWERS, X_Requested_With="fetch")).status == 401
