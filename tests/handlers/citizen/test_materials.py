"""Files, supplements and what is to follow, through the pages (articles 4, 12, 14)."""

import asyncio
import re
from urllib.parse import quote

import pytest

from tests.files import photo
from tests.house.applying import ANSWERS, draft, key_of, submitted
from tests.house.guides import rich_guide
from tests.house.town import Town


@pytest.mark.article("14.legible", "14.beyond")
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


@pytest.mark.article("24.contents")
async def test_where_one_uploads_sample_and_empty_form_are_at_hand(town: Town) -> None:
    citizen = await town.citizen()
    page = (await citizen.get(f"{await draft(citizen)}/materials")).text
    card = page.split('id="permit"')[1].split("</section>")[0]
    assert "看样本" in card
    assert "空白表格" in card
    for file in ("certificate.svg", "commitment_blank.svg"):
        [path] = re.findall(rf'"(/static/[^"]*papers/{file}[^"]*)"', card)
        assert (await citizen.get(path)).headers["Content-Type"] == "image/svg+xml"


@pytest.mark.article("14.kept")
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


@pytest.mark.article("12.answer")
async def test_a_supplement_shows_what_is_still_unanswered(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    await town.staff.request_supplement(key_of(path), [], ["address", "housing"], "请核对住址")
    silent = await citizen.post(f"{path}/supplement", {"address": "番禺区市桥街2号"})
    assert silent.status == 400
    assert "housing-error" in silent.text
    done = await citizen.post(f"{path}/supplement", {"address": "番禺区市桥街2号", "housing": "rent"})
    assert done.location == path


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
    assert quote("居住证原件照片.jpg") in file.headers["Content-Disposition"]
    assert (await citizen.post(f"{path}/materials/permit/remove")).status == 303
    assert (await citizen.get(link[0])).status == 404


@pytest.mark.article("12.answer")
async def test_supplement_asks_for_exactly_what_is_missing(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    await town.staff.request_supplement(key_of(path), ["permit"], ["address"], "证件照片缺背面")
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


@pytest.mark.article("4.5")
async def test_what_was_to_follow_is_handed_in_later(town: Town) -> None:
    guide = rich_guide(item="11440113007512308F00000000000TR", trust_first=True)
    await town.publish(guide)
    citizen = await town.citizen()
    path = (await citizen.post("/applications", {"item": guide.item})).location.removesuffix("/form")
    await citizen.post(f"{path}/form", ANSWERS)
    await citizen.post(f"{path}/confirm", {"how": "electronic", "promise": "yes"})
    assert "容后补交" in (await citizen.get(f"{path}/receipt")).text
    await town.staff.accept(key_of(path))
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


@pytest.mark.article("14.kept")
async def test_a_refused_file_is_not_kept(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    late = await citizen.upload(f"{path}/materials/permit", "late.jpg", photo())
    assert late.status == 409
    kept = town.services.materials.documents.find({"application": path.split("/")[2]})
    assert [one["name"] for one in await kept.to_list() if "dropped_at" not in one] == ["居住证原件照片.jpg"]
