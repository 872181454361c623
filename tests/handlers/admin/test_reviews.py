"""好差评 in the panel, and on its person's own page: a bad review's whole life (article 17)."""

import re
from datetime import timedelta

import pytest

from models.voices import END
from tests.files import photo
from tests.house.applying import concluded, serial_of
from tests.house.browser import Browser, Fields
from tests.house.office import Office
from tests.house.reviewed import POSTS, due


async def given(office: Office, **said: str) -> tuple[str, str, Browser]:
    """A bad review of an application that was concluded: its matter, its number, and its person."""
    citizen = await office.town.citizen("欧阳小明")
    path = await concluded(office.town, citizen)
    fields = {"level": "1", "tags": "108", "words": "等了一天"} | said
    assert (await citizen.post(f"{path}/review", fields)).status == 303
    matter = f"application:{path.rpartition('/')[2]}"
    review = await office.town.stores.reviews.get(matter)
    assert await office.town.stores.rectifying.open(due(review), office.town.by())
    return matter, review["ref"], citizen


@pytest.fixture
async def staff(office: Office) -> Office:
    """With a supervisor of the department, and one who rectifies."""
    for username in ("supervisor", "rectifier"):
        if not await office.town.stores.staff.documents.find_one({"_id": username}):
            await office.town.member(username, POSTS[username])
    return office


@pytest.mark.article("17.contact")
async def test_nothing_tells_who_gave_it(staff: Office) -> None:
    matter, ref, _ = await given(staff)
    key = matter.partition(":")[2]
    serial = await serial_of(staff.town, f"/applications/{key}")
    found = await staff.town.stores.applications.get(key)
    for username in ("supervisor", "rectifier"):
        desk = await staff.desk(username)
        for page in (
            "/admin/reviews",
            f"/admin/reviews/{ref}",
            "/admin/rectifications",
            f"/admin/rectifications/{ref}",
        ):
            text = (await desk.get(page)).text
            assert ref in text
            for secret in (key, serial, found["applicant"], found["masked_name"], "欧阳"):
                assert secret not in text, (page, secret)


@pytest.mark.article("17.rectification")
async def test_from_a_bad_review_to_the_rating_of_the_fix(staff: Office) -> None:
    matter, ref, citizen = await given(staff)
    own, path = f"/reviews/{matter}", f"/admin/rectifications/{ref}"
    assert 'href="/reviews"' in (await citizen.get("/me")).text
    assert "前与您联系" in (await citizen.get(own)).text
    desk = await staff.desk("rectifier")
    assert "已联系本人" in (await desk.get(path)).text
    assert (await desk.post(f"{path}/reveal", {"words": " "})).status == 400
    contact = await desk.post(f"{path}/reveal", {"words": "首次联系"})
    assert "欧阳小明" in contact.text
    assert "已记录在案" in contact.text
    assert (await desk.post(f"{path}/fix", {"words": "x"})).status == 409
    for verb, words in (("contact", "电话已联系"), ("fix", "已补全指南")):
        assert (await desk.post(f"{path}/{verb}", {"words": words})).location == path
    page = (await citizen.get(own)).text
    assert "已补全指南" in page
    assert "电话已联系" not in page
    assert "已整改，等您评价" in (await citizen.get("/reviews")).text
    assert (await citizen.post(f"{own}/rate", {})).status == 400
    assert (await citizen.post(f"{own}/rate", {"level": "5"})).location == own
    assert (await citizen.post(f"{own}/rate", {"level": "1"})).status == 409
    listed = (await citizen.get("/reviews")).text
    assert own in listed
    assert "等您评价" not in listed
    for verb, words in (("call_back", "满意"), ("close", "感谢指正，指南已改")):
        assert (await desk.post(f"{path}/{verb}", {"words": words})).location == path
    assert "感谢指正，指南已改" in (await citizen.get(own)).text
    assert "查看本人联系方式" not in (await desk.get(path)).text


@pytest.mark.article("17.contact")
async def test_who_wishes_it_is_called_by_service_management(staff: Office) -> None:
    matter, ref, citizen = await given(staff)
    own, path = f"/reviews/{matter}", f"/admin/rectifications/{ref}"
    assert (await citizen.post(f"{own}/wish")).location == own
    assert "不由被评价的部门联系" in (await citizen.get(own)).text
    desk = await staff.desk("rectifier")
    assert "部门不联系本人" in (await desk.get(path)).text
    assert (await desk.post(f"{path}/reveal", {"words": "x"})).status == 422
    assert (
        await (await staff.desk("management")).post(f"{path}/contact", {"words": "已联系"})
    ).location == path


@pytest.mark.article("17.dispute")
async def test_a_dispute_is_heard_and_decided_and_both_see_it(staff: Office) -> None:
    matter, ref, citizen = await given(staff)
    own, path = f"/reviews/{matter}", f"/admin/reviews/{ref}"
    supervisor, management = await staff.desk("supervisor"), await staff.desk("management")
    assert (await supervisor.post(f"{path}/dispute", {"grounds": "评错了"})).status == 400
    fields = {"grounds": "评错部门", "evidence": "叫号记录"}
    assert (await supervisor.post(f"{path}/dispute", fields)).location == path
    assert ref in (await management.get("/admin/reviews?show=disputed")).text
    assert (await management.post(f"{path}/decide", {"decision": "set_aside", "reason": "x"})).status == 422
    assert (await management.post(f"{path}/ask")).location == path
    assert "部门对这条评价有异议" in (await citizen.get(own)).text
    assert "部门有异议，等您说明" in (await citizen.get("/reviews")).text
    assert (await citizen.post(f"{own}/word", {"words": "我评的就是这个部门"})).location == own
    assert "我评的就是这个部门" in (await management.get(path)).text
    decided = {"decision": "set_aside", "reason": "记录显示由其他部门办理"}
    assert (await management.post(f"{path}/decide", decided)).location == path
    assert (await management.post(f"{path}/decide", decided)).status == 409
    assert "等您说明" not in (await citizen.get("/reviews")).text
    for page in ((await citizen.get(own)).text, (await supervisor.get(path)).text):
        assert "记录显示由其他部门办理" in page
    assert "不计入统计" in (await citizen.get(own)).text
    assert ref in (await supervisor.get("/admin/reviews")).text
    review = await staff.town.stores.reviews.get(matter)
    assert await staff.town.stores.rectifying.end(due(review, END), staff.town.by())


async def test_held_words_are_read_by_moderators_alone(staff: Office) -> None:
    await staff.town.stores.uncivil.learn(["王八蛋"], staff.town.by())
    matter, ref, citizen = await given(staff, words="一群王八蛋")
    path = f"/admin/reviews/{ref}"
    supervisor, management = await staff.desk("supervisor"), await staff.desk("management")
    for page in ("/admin/reviews", path, f"/admin/rectifications/{ref}"):
        text = (await supervisor.get(page)).text
        assert "王八蛋" not in text
        assert "文字待审核" in text
    assert "一群王八蛋" in (await management.get(path)).text
    withheld = {"which": "first", "decision": "withheld"}
    assert (await management.post(f"{path}/moderate", withheld)).status == 400
    assert (await management.post(f"{path}/moderate", withheld | {"reason": "辱骂"})).location == path
    assert "王八蛋" not in (await supervisor.get(path)).text
    page = (await citizen.get(f"/reviews/{matter}")).text
    assert re.search("不予公开，满意程度照常计入。理由：.*辱骂", page)


async def test_another_departments_is_not_there(staff: Office) -> None:
    _, ref, _ = await given(staff)
    management = await staff.desk("management")
    assert (await management.post(f"/admin/reviews/{ref}/dispute", {"grounds": "x"})).status == 403
    assert (await management.get(f"/admin/reviews/{'0' * 32}")).status == 404
    assert (await management.get(f"/admin/reviews/{ref}/decide")).location == f"/admin/reviews/{ref}"


@pytest.mark.article("17.dispute")
async def test_files_of_a_dispute_are_seen_by_who_raises_and_who_decides(staff: Office) -> None:
    matter, ref, citizen = await given(staff)
    path = f"/admin/reviews/{ref}"
    supervisor, management = await staff.desk("supervisor"), await staff.desk("management")
    assert (await supervisor.upload(f"{path}/evidence", "log.jpg", photo())).status == 409
    fields = {"grounds": "评错部门", "evidence": "叫号记录"}
    assert (await supervisor.post(f"{path}/dispute", fields)).location == path
    added = await supervisor.upload(f"{path}/evidence", "欧阳小明的叫号记录.jpg", photo())
    assert (added.status, added.location) == (303, path)
    refused = await supervisor.upload(f"{path}/evidence", "log.txt", b"text")
    assert (refused.status, "添加证据文件" in refused.text) == (400, True)
    for desk in (supervisor, management):
        page = (await desk.get(path)).text
        assert f'href="{path}/evidence/1"' in page
        assert "欧阳" not in page
        shown = await desk.get(f"{path}/evidence/1")
        assert (shown.status, shown.headers["Content-Type"]) == (200, "image/jpeg")
        assert (await desk.get(f"{path}/evidence/2")).status == 404
    rectifier = await staff.desk("rectifier")
    assert f'href="{path}/evidence/1"' not in (await rectifier.get(path)).text
    assert (await rectifier.get(f"{path}/evidence/1")).status == 403
    assert (await rectifier.upload(f"{path}/evidence", "a.jpg", photo())).status == 403
    assert (await management.post(f"{path}/ask")).location == path
    assert "1份，由区政务管理部门核对" in (await citizen.get(f"/reviews/{matter}")).text
    assert "添加证据文件" not in (await supervisor.get(path)).text
    assert (await supervisor.upload(f"{path}/evidence", "late.jpg", photo())).status == 409
    assert (await supervisor.get(f"{path}/evidence")).location == path


@pytest.mark.article("17.rectification")
async def test_a_bad_follow_up_begins_the_rectification_anew(staff: Office) -> None:
    matter, ref, citizen = await given(staff)
    own, path, town = f"/reviews/{matter}", f"/admin/rectifications/{ref}", staff.town
    desk = await staff.desk("rectifier")
    for verb in ("contact", "fix", "call_back", "close"):
        assert (await desk.post(f"{path}/{verb}", {"words": f"{verb}：已处理"})).location == path
    town.clock.advance(timedelta(minutes=1))
    said: Fields = {"level": "2", "tags": "214", "words": "还是一样"}
    assert (await citizen.post(f"{own}/again", said)).location == own
    review = await town.stores.reviews.get(matter)
    assert review["again"]
    assert await town.stores.rectifying.open(due(review, at=review["again"]["at"]), town.by())
    page = (await (await staff.desk("rectifier")).get(path)).text
    for words in ("待联系", "整改重新开始", "还是一样", "本人追评前的整改", "close：已处理"):
        assert words in page
    page = (await citizen.get(own)).text
    assert "部门重新整改" in page
    assert "close：已处理" in page
    assert "contact：已处理" not in page
