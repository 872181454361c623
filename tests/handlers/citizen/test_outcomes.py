"""From the receipt to the result and the review, through the pages (articles 11, 13, 17)."""

import re

import pytest

from models.guides import TYPES, ItemType
from tests.files import photo
from tests.house.applying import ITEM, concluded, draft, key_of, serial_of, submitted
from tests.house.guides import USCC, rich_guide
from tests.house.places import HALL
from tests.house.town import Town


def squeezed(page: str) -> str:
    return re.sub(r">\s+<", "><", page)


@pytest.mark.article("11.contents", "11.forms")
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
        "自2026年11月24日起5个工作日，到12月1日",
        "受理后 10 个工作日内办结",
    ):
        assert str(text) in page, text
    picture = await citizen.get(f"{path}/receipt.png")
    assert picture.content.startswith(b"\x89PNG")


@pytest.mark.article("11.contents", "16.result")
async def test_courier_address_is_on_the_receipt_and_asked_for(town: Town) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())
    page = await citizen.post(f"{path}/confirm", {"how": "courier", "address": "短", "promise": "yes"})
    assert page.status == 400
    assert "请填写收件人、电话和详细地址" in page.text
    address = "王小明 13800138000 番禺区市桥街1号"
    await citizen.post(f"{path}/confirm", {"how": "courier", "address": address, "promise": "yes"})
    receipt = (await citizen.get(f"{path}/receipt")).text
    assert f"<dt>结果领取</dt><dd>快递到付</dd><dt>邮寄地址</dt><dd>{address}</dd>" in squeezed(receipt)
    kept = await town.services.applications.get(path.split("/")[2])
    assert address not in str(kept)


@pytest.mark.article("11.genuine")
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


@pytest.mark.article("13.serial")
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


@pytest.mark.article("13.serial", "13.pushed")
async def test_what_comes_next_and_until_when(town: Town) -> None:
    """On one's own page and for who has the number; nothing comes after the end."""
    citizen = await town.citizen("王小明")
    path = await submitted(citizen)
    serial = await serial_of(town, path)
    for page in (await citizen.get(path), await town.browser().get(f"/progress?serial={serial}")):
        assert "接下来：部门告诉您是否受理，缺什么会一次说清" in page.text
        assert "最迟 2026-12-01" in page.text
    await town.staff.accept(key_of(path))
    assert "接下来：部门审查后作出决定" in (await citizen.get(path)).text
    await town.staff.return_(key_of(path), "不符合条件")
    assert "接下来" not in (await citizen.get(path)).text


@pytest.mark.article("12.non_acceptance", "13.results")
async def test_refusal_comes_with_its_basis_and_ones_rights(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    await town.staff.not_accept(key_of(path), "不在番禺居住", "居住证暂行条例第九条")
    page = (await citizen.get(path)).text
    for text in (
        f'href="/guides/{ITEM}"',
        f"到窗口领取：{HALL.name}",
        "不予受理",
        "不在番禺居住",
        "居住证暂行条例第九条",
        "自收到之日起60日内申请行政复议",
        "6个月内提起行政诉讼",
    ):
        assert text in page
    english = (await citizen.get(path, Accept_Language="en")).text
    assert "within 60 days of receiving it, or bring an administrative action within 6 months." in english


@pytest.mark.article("13.results")
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


@pytest.mark.article("17.reason")
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
    assert "超过承诺的时间还没办好" in thanks
    assert "一窗受理一次办结" not in thanks  # a reason of another level
    assert "等了很久" in thanks
    for promise in ("回访", "回电", "联系您", "答复您"):
        assert promise not in page.text + thanks, promise  # nobody does it yet
    assert (await citizen.post(f"{path}/review", {"level": "5"})).status == 409


@pytest.mark.article("17.review")
async def test_one_follow_up_and_what_becomes_of_uncivil_words(town: Town) -> None:
    await town.stores.uncivil.learn(["王八蛋"], town.by())
    citizen = await town.citizen()
    path = await concluded(town, citizen)
    assert (await citizen.post(f"{path}/review", {"level": "4"})).status == 303
    assert "提交追评" in (await citizen.get(f"{path}/review")).text
    own = f"/reviews/application:{path.rpartition('/')[2]}"
    assert (await citizen.post(f"{own}/again", {"level": "1"})).status == 422
    done = await citizen.post(f"{own}/again", {"level": "1", "words": "王八蛋"})
    assert done.location == own
    page = squeezed((await citizen.get(own)).text)
    assert "我的追评" in page
    assert "正在等待审核" in page
    assert "满意程度已经计入" in page
    assert "提交追评" not in page
    assert (await citizen.post(f"{own}/again", {"level": "5"})).status == 409
    assert (await citizen.get(f"{own}/again")).location == own
    stranger = await (await town.citizen("李小红")).get(own)
    assert (stranger.status, stranger.location) == (302, f"/applications/{own.rpartition(':')[2]}/review")


@pytest.mark.article("17.guides")
async def test_a_guide_is_reviewed_apart_from_services(town: Town) -> None:
    citizen = await town.citizen()
    page = await citizen.get(f"/guides/{ITEM}")
    assert f'href="/guides/{ITEM}/review"' in page.text
    assert "您对这份办事指南满意吗" in (await citizen.get(f"/guides/{ITEM}/review")).text
    assert (await citizen.post(f"/guides/{ITEM}/review", {"level": "2"})).status == 422
    assert (await citizen.post(f"/guides/{ITEM}/review", {"level": "2", "tags": "208"})).status == 303
    assert "没说清要带什么" in (await citizen.get(f"/guides/{ITEM}/review")).text
    other = await town.citizen("李小红")
    assert "没说清要带什么" not in squeezed(
        (await other.get(f"/guides/{ITEM}/review")).text.partition("<form")[0]
    )
    assert (await town.browser().get(f"/guides/{ITEM}/review")).status == 302


@pytest.mark.article("17.review")
async def test_only_what_is_finished_can_be_reviewed(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    assert (await citizen.get(f"{path}/review")).status == 422
    assert (await citizen.post(f"{path}/review", {"level": "5"})).status == 422


@pytest.mark.article("13.results")
async def test_a_denied_application_does_not_look_like_success(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    await town.staff.accept(key_of(path))
    await town.staff.conclude(key_of(path), "denied", "不符合条件", None)
    serial = await serial_of(town, path)
    for page in (path, "/applications", f"/progress?serial={serial}", f"/verify/{serial}"):
        text = (await citizen.get(page)).text
        assert "不予办理" in text, page
        assert "warn" in text
    assert 'class="status status_warn"' in (await citizen.get(path)).text


@pytest.mark.article("12.denial", "13.results")
@pytest.mark.parametrize("kind", ItemType)
async def test_a_denial_is_worded_by_the_type_and_tells_ones_rights(town: Town, kind: ItemType) -> None:
    number = 101 + list(ItemType).index(kind)
    citizen, guide = await town.citizen(), rich_guide(item=f"{USCC}{number:013}", type=kind)
    await town.publish(guide)
    path = await submitted(citizen, item=guide.item)
    await town.staff.accept(key_of(path))
    await town.staff.conclude(key_of(path), "denied", "不符合条件", None)
    page = (await citizen.get(path)).text
    assert f"<h1>{TYPES[kind].denied}</h1>" in page
    assert ("申请行政复议" in page) is (kind is not ItemType.PUBLIC_SERVICE)
    for word in ("许可", "确认", "给付"):
        assert (f"不予{word}" in page) is (TYPES[kind].denied == f"不予{word}")


@pytest.mark.article("12.denial")
async def test_the_document_of_a_denial_is_not_called_the_certificate(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    await town.staff.accept(key_of(path))
    decision = await town.staff.result(key_of(path))
    await town.staff.conclude(key_of(path), "denied", "不符合条件", decision)
    page = (await citizen.get(path)).text
    assert "下载 决定书" in page
    assert f"下载 {rich_guide().deliverable}" not in page


@pytest.mark.article("12.return", "13.results")
async def test_a_returned_application_says_why_and_leads_on(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    await town.staff.accept(key_of(path))
    await town.staff.return_(key_of(path), "姓名与证件不符")
    page = (await citizen.get(path)).text
    assert re.search(r"退件原因</h2>\s*<p>姓名与证件不符", page)
    assert f'href="/guides/{ITEM}"' in page
