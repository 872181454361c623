"""From the guide to the application handed in, through the pages (articles 7, 12, 24)."""

import re

import pytest

from tests.files import photo
from tests.house.applying import ANSWERS, ITEM, concluded, draft, serial_of, submitted
from tests.house.guides import USCC, rich_guide
from tests.house.places import HALL
from tests.house.town import Town

BOOKED = "2026-11-27T02:00:00+00:00"


@pytest.mark.article("7.first")
async def test_applying_needs_binding(town: Town) -> None:
    visitor = town.browser()
    assert (await visitor.get(f"/applications/new?item={ITEM}")).location.startswith("/sign-in?next=")
    await visitor.sign_in("openid-applies")
    assert (await visitor.get(f"/applications/new?item={ITEM}")).location.startswith("/binding?next=")
    assert (await visitor.post("/applications", {"item": ITEM})).status == 403


@pytest.mark.article("7.own")
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
    shown = (await citizen.get(path)).text
    assert "<dt>姓名</dt><dd>王小明</dd>" in shown
    assert 'name="name"' not in shown
    assert 'name="phone" value="1' in shown
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


@pytest.mark.article("12.guided")
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


@pytest.mark.article("10.guide")
async def test_an_item_is_begun_here_only_if_its_guide_says_so(town: Town) -> None:
    citizen, visitor = await town.citizen(), town.browser()
    elsewhere = rich_guide(item=f"{USCC}{77:013}", name="只在窗口办理的事", channels=["window"])
    await town.publish(elsewhere)
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


async def test_the_owner_sees_a_sealed_address_again(town: Town) -> None:
    citizen = await town.citizen()
    question = {"name": "address", "label": "住址", "kind": "address"}
    form = {"sections": [{"title": "本人", "questions": [question]}]}
    guide = rich_guide(item=f"{USCC}{78:013}", name="住址保密的事", form=form)
    await town.publish(guide)
    page = (await citizen.post("/applications", {"item": guide.item})).location
    await citizen.post(page, {"address": "番禺区繁华路1号"})
    path = page.removesuffix("/form")
    assert "繁华路" not in str(await town.services.applications.get(path.split("/")[2]))
    for shown in (page, f"{path}/confirm"):
        assert "番禺区繁华路1号" in (await citizen.get(shown)).text


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


@pytest.mark.article("10.twice")
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
    await citizen.post(f"{path}/withdraw")
    await draft(citizen)
    assert "接着填写草稿" in (await citizen.get(start)).text


@pytest.mark.article("12.draft")
async def test_a_draft_can_be_deleted_with_its_files(town: Town) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())
    key = path.split("/")[2]
    assert "确定删除吗" in (await citizen.get(f"{path}/form")).text
    assert (await (await town.citizen()).post(f"{path}/delete")).status == 404
    for _ in range(2):  # again: its answer was lost
        assert (await citizen.post(f"{path}/delete")).location == "/applications"
    assert (await (await town.citizen()).post(f"{path}/delete")).status == 404
    assert path not in (await citizen.get("/applications")).text
    assert (await citizen.get(path)).status == 404
    kept = await town.services.applications.documents.find_one({"_id": key})
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
    assert f'href="/sign-in?next={path.replace("/", "%2F")}%2Fform"' in lost.text
    assert (await citizen.post(f"{path}/draft", ANSWERS, X_Requested_With="fetch")).status == 401
