"""督办 in the panel: the card of a case, the mark and the choice in the queue; and views of the queue."""

import re

import pytest

from tests.handlers.admin.test_queue import lines
from tests.house.office import Office

ASKED, ANSWERED = "为何迟迟未审，请说明", "材料核对中，明日办结"


@pytest.mark.article("5.duties")
async def test_a_nudge_is_on_top_of_what_waits_until_it_is_answered(office: Office) -> None:
    path, _ = await office.handed_in()
    key = path.split("/")[3]
    management, desk = await office.desk("management"), await office.desk("approver")
    assert f"{path}/nudge" not in (await desk.get(path)).text
    empty = await management.post(f"{path}/nudge", {"reason": " "})
    assert (empty.status, "请填写督办或答复的内容" in empty.text) == (422, True)
    assert (await management.post(f"{path}/nudge", {"reason": ASKED})).status == 303
    again = await management.post(f"{path}/nudge", {"reason": "还有"})
    assert (again.status, "正在督办，请等待答复" in again.text, "还有" in again.text) == (409, True, True)
    queue = (await desk.get("/admin/applications")).text
    card = queue[queue.index("督办，等您答复") :].split("</section>")[0]
    assert f"{path}?" in card or f"{path}#" in card
    assert '<span class="nudged">督办</span>' in queue[queue.index("<table>") :]
    assert lines((await desk.get("/admin/applications?show=all&nudged=open")).text) == [key]
    case = (await desk.get(path)).text
    assert ASKED in case
    assert "待答复" in case
    assert (await desk.post(f"{path}/answer_nudge", {"reason": ANSWERED})).status == 303
    seen = (await management.get(path)).text
    for text in (ASKED, ANSWERED, "当天答复", "再次督办"):
        assert text in seen
    assert "督办，等您答复" not in (await desk.get("/admin/applications")).text
    assert lines((await management.get("/admin/applications?show=all&nudged=answered")).text) == [key]
    late = await desk.post(f"{path}/answer_nudge", {"reason": "再答"})
    assert (late.status, "已有人答复" in late.text) == (409, True)


async def test_nobody_nudges_or_answers_whose_it_is_not(office: Office) -> None:
    path, citizen = await office.handed_in()
    for stranger, status in {"approver": 403, "window": 403, "digital": 403, "civil": 404}.items():
        refused = await (await office.desk(stranger)).post(f"{path}/nudge", {"reason": ASKED})
        assert refused.status == status, stranger
    management = await office.desk("management")
    assert (await management.post(f"{path}/nudge", {"reason": ASKED})).status == 303
    assert f"{path}/answer_nudge" not in (await management.get(path)).text
    for stranger, status in {"management": 403, "civil": 404}.items():
        refused = await (await office.desk(stranger)).post(f"{path}/answer_nudge", {"reason": "x"})
        assert refused.status == status, stranger
    assert (await citizen.post(f"{path}/answer_nudge", {"reason": "x"})).status == 401


async def test_no_door_of_the_applicants_shows_it(office: Office) -> None:
    path, citizen = await office.handed_in()
    management, desk = await office.desk("management"), await office.desk("approver")
    for browser, verb, words in ((management, "nudge", ASKED), (desk, "answer_nudge", ANSWERED)):
        assert (await browser.post(f"{path}/{verb}", {"reason": words})).status == 303
        for page in await office.applicants_pages(path, citizen):
            for secret in (ASKED, ANSWERED, "督办", "nudge"):
                assert secret not in page.text, (secret, page.text)


async def test_views_of_the_queue_are_kept_beside_its_filters(office: Office) -> None:
    await office.handed_in()
    desk = await office.desk("approver")
    asked = "?show=open&due=overdue"
    assert "存为常用条件" not in (await desk.get("/admin/applications")).text
    assert "存为常用条件" in (await desk.get(f"/admin/applications{asked}")).text
    empty = await desk.post(f"/admin/applications/views{asked}", {"name": " "})
    assert (empty.status, "请给这组条件起一个名称" in empty.text) == (400, True)
    assert (await desk.post(f"/admin/applications/views{asked}", {"name": "<b>超期"})).status == 303
    page = (await desk.get("/admin/applications")).text
    assert re.findall(r'<a href="([^"]*)">&lt;b&gt;超期</a>', page) == [
        "/admin/applications?show=open&amp;due=overdue"
    ]
    chosen = (await desk.get(f"/admin/applications{asked}")).text
    assert 'aria-current="page">&lt;b&gt;超期' in chosen
    assert "存为常用条件" not in chosen
    taken = await desk.post("/admin/applications/views?show=all&holder=me", {"name": "<b>超期"})
    assert (taken.status, "已有同名" in taken.text) == (409, True)
    assert "超期</a>" not in (await (await office.desk("both")).get("/admin/applications")).text
    assert (await desk.post("/admin/applications/views/remove", {"name": "<b>超期"})).status == 303
    assert "views__one" not in (await desk.get("/admin/applications")).text


async def test_what_was_searched_for_is_kept_in_no_view(office: Office) -> None:
    await office.handed_in("司马光")
    desk = await office.desk("approver")
    found = (await desk.post("/admin/applications/search", {"q": "司马光"})).location
    assert "存为常用条件" not in (await desk.get(f"{found}&holder=nobody")).text
    query = found.partition("?")[2]
    await desk.post(f"/admin/applications/views?{query}&holder=nobody", {"name": "那个人"})
    member = await office.town.services.staff.get("approver")
    assert [one["asked"] for one in member["views"] if one["name"] == "那个人"] == [
        {"show": "all", "holder": "nobody"}
    ]
