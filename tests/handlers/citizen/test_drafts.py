"""Two pages of one draft, and one's own identity in a form (articles 7, 11, 12), through the pages."""

import asyncio
import json
import re

import pytest
from pymongo.errors import AutoReconnect

from models.applications import State
from models.guides import Guide
from tests.files import photo
from tests.house.applying import ANSWERS, ITEM, draft, key_of, submitted
from tests.house.browser import Browser, Fields, Page
from tests.house.guides import USCC, rich_guide
from tests.house.town import Town

HANDING_IN: Fields = {"how": "electronic", "promise": "yes"}


def fields(page: Page, *names: str) -> Fields:
    """Hidden fields as a browser would send them with the page's form."""
    found = {name: re.findall(rf'name="{name}" value="([^"]*)"', page.text)[-1:] for name in names}
    unescaped = {name: value[0].replace("&quot;", '"') for name, value in found.items() if value}
    return dict(unescaped)


async def kept(town: Town, path: str) -> dict[str, object]:
    found = await town.services.applications.get(path.split("/")[2])
    return {"state": found["state"], **town.services.applications.answers(found)}


async def ready(town: Town) -> tuple[Browser, str]:
    """A draft of which nothing is missing."""
    citizen = await town.citizen("王小明")
    path = await draft(citizen)
    await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())
    return citizen, path


@pytest.mark.article("7.identity")
async def test_nobody_elses_name_is_handed_in(town: Town) -> None:
    citizen, path = await ready(town)
    forged: Fields = ANSWERS | {"name": "李四", "number": "11010519491231002X"}
    assert (await citizen.post(f"{path}/form", forged)).status == 303
    await citizen.post(f"{path}/draft", forged, X_Requested_With="fetch")
    page = await citizen.get(f"{path}/confirm")
    await citizen.post(f"{path}/confirm", HANDING_IN | fields(page, "version", "seen"))
    found = await kept(town, path)
    assert (found["state"], found["name"]) == (State.SUBMITTED, "王小明")


@pytest.mark.article("11.receipt")
async def test_what_another_page_saved_is_not_handed_in_with_this_promise(town: Town) -> None:
    citizen, path = await ready(town)
    confirming = await citizen.get(f"{path}/confirm")
    other = ANSWERS | {"address": "番禺区桥南街2号", "housing": "own"}
    assert (await citizen.post(f"{path}/draft", other, X_Requested_With="fetch")).status == 200
    await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())
    sent = fields(confirming, "version", "seen")
    stale = await citizen.post(f"{path}/confirm", HANDING_IN | sent)
    assert (stale.status, (await kept(town, path))["state"]) == (409, State.DRAFT)
    changes = stale.text.split("这些内容与您刚才核对的不同")[1].split("</section>")[0]
    for text in ("番禺区市桥街繁华路1号", "番禺区桥南街2号", "租赁", "自有", "李四", "居住证原件照片"):
        assert text in changes, text
    assert "checked" not in stale.text.split('id="promise"')[1].split(">")[0]
    assert ">姓名<" not in changes
    done = await citizen.post(f"{path}/confirm", HANDING_IN | fields(stale, "version", "seen"))
    assert done.location == f"{path}/receipt"
    assert (await kept(town, path))["address"] == "番禺区桥南街2号"


async def test_a_second_tap_is_no_change_but_another_page_is(town: Town) -> None:
    citizen, path = await ready(town)
    one = await citizen.get(f"{path}/confirm")
    sent = HANDING_IN | fields(one, "version", "seen")
    answers = await asyncio.gather(*(citizen.post(f"{path}/confirm", sent) for _ in range(4)))
    assert {(answer.status, answer.location) for answer in answers} == {(303, f"{path}/receipt")}
    seen = json.loads(str(sent["seen"]))
    seen["answers"]["address"] = "番禺区桥南街2号"
    other = await citizen.post(f"{path}/confirm", sent | {"seen": json.dumps(seen)})
    assert other.status == 409
    for odd in ("", "[]", "{", '{"answers": 1}'):
        assert (await citizen.post(f"{path}/confirm", sent | {"seen": odd})).status == 303


@pytest.mark.article("12.draft")
async def test_what_was_typed_stands_beside_what_is_kept_and_is_chosen_from(town: Town) -> None:
    citizen, path = await ready(town)
    seen = fields(await citizen.get(f"{path}/form"), "version")
    mine: Fields = ANSWERS | {"address": "我刚写的地址1号", "landlord": "何生"}
    theirs = ANSWERS | {"address": "别处写的地址2号", "phone": "13800138999"}
    assert (await citizen.post(f"{path}/form", theirs)).status == 303
    page = await citizen.post(f"{path}/form", mine | seen)
    assert page.status == 409
    for text in ("我刚写的地址1号", "别处写的地址2号", "何生", "李四", "13800138000", "13800138999"):
        assert text in page.text, text
    assert set(re.findall(r'name="use-(\w+)"', page.text)) == {"address", "landlord", "phone"}
    assert (await kept(town, path))["address"] == "别处写的地址2号"
    chosen: Fields = {"use-address": "written", "use-landlord": "kept", "use-phone": "kept"}
    sent = fields(page, "version", *mine) | chosen
    assert (await citizen.post(f"{path}/form", sent)).location == f"{path}/materials"
    found = await kept(town, path)
    assert [found[name] for name in ("address", "landlord", "phone")] == [
        "我刚写的地址1号",
        "李四",
        "13800138999",
    ]
    late = await citizen.post(f"{path}/form", mine | seen)
    assert late.status == 409


async def test_what_was_typed_is_shown_after_another_page_has_handed_it_in(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    page = await citizen.post(f"{path}/form", ANSWERS | {"address": "我刚写的地址1号"})
    assert page.status == 409
    assert "我刚写的地址1号" in page.text
    assert f'href="{path}"' in page.text
    assert "use-address" not in page.text


async def test_a_late_save_is_told_and_changes_nothing(town: Town) -> None:
    citizen = await town.citizen()
    path = (await citizen.post("/applications", {"item": ITEM})).location.removesuffix("/form")
    seen = fields(await citizen.get(f"{path}/form"), "version")
    first = await citizen.post(f"{path}/draft", ANSWERS | seen, X_Requested_With="fetch")
    late = await citizen.post(
        f"{path}/draft", ANSWERS | {"address": "更早写的"} | seen, X_Requested_With="fetch"
    )
    assert (late.status, (await kept(town, path))["address"]) == (409, ANSWERS["address"])
    assert late.json["code"] == "draft_changed"
    assert first.json["version"] == int(str(seen["version"])) + 1
    for odd in ("", "x", "-1", "9" * 400, "\u0663"):
        sent = ANSWERS | {"address": "更早写的", "version": odd}
        assert (await citizen.post(f"{path}/draft", sent, X_Requested_With="fetch")).status == 409
    assert (await kept(town, path))["address"] == ANSWERS["address"]
    again = await citizen.post(f"{path}/draft", ANSWERS | seen, X_Requested_With="fetch")
    assert again.json["version"] == first.json["version"]  # its answer was lost on the way


@pytest.mark.article("12.answer")
async def test_a_supplement_is_of_the_files_that_were_seen(town: Town) -> None:
    citizen = await town.citizen()
    path = await submitted(citizen)
    await town.staff.request_supplement(key_of(path), ["permit"], ["address"], "缺背面")
    await citizen.upload(f"{path}/materials/permit", "one.jpg", photo())
    page = await citizen.get(f"{path}/supplement")
    assert "以下信息来自实名认证" in page.text
    await citizen.upload(f"{path}/materials/permit", "two.jpg", photo())
    sent = {"address": "番禺区市桥街2号"} | fields(page, "version")
    stale = await citizen.post(f"{path}/supplement", sent)
    assert stale.status == 409
    for text in ("居住证原件照片.jpg", "番禺区市桥街2号", "刚在别处改过"):
        assert text in stale.text
    sent |= fields(stale, "version")
    assert (await citizen.post(f"{path}/supplement", sent)).location == path
    assert (await citizen.post(f"{path}/supplement", sent)).location == path, "the answer was lost"
    other = await citizen.post(f"{path}/supplement", sent | {"address": "番禺区市桥街3号"})
    assert other.status == 409, "it is not what was answered"


async def test_the_difference_is_told_in_english_too(town: Town) -> None:
    citizen, path = await ready(town)
    confirming = await citizen.get(f"{path}/confirm")
    seen = fields(await citizen.get(f"{path}/form"), "version")
    await citizen.post(f"{path}/form", ANSWERS | {"address": "2", "housing": "own"})
    citizen.cookies["language"] = "en"
    for page in (
        await citizen.post(f"{path}/form", ANSWERS | seen),
        await citizen.post(f"{path}/confirm", HANDING_IN | fields(confirming, "version", "seen")),
        await citizen.get(f"{path}/form"),
    ):
        text = re.sub(r'<(\w+)[^>]* lang="zh(?:-CN)?">.*?</\1>|value="[^"]*"', "", page.text, flags=re.DOTALL)
        text = re.sub("<textarea.*?</textarea>", "", text, flags=re.DOTALL)
        assert not re.findall(r"[\u4e00-\u9fff，。：；、（）]+", text)


@pytest.mark.article("12.draft")
async def test_what_was_chosen_is_what_the_form_goes_on_with(town: Town) -> None:
    """Answers of every shape, also where something is still missing, and where it changes once more."""
    guide = rich_guide(item=f"{USCC}{77:013}").model_dump(mode="json")
    ways = [{"value": "post", "label": "邮寄"}, {"value": "visit", "label": "到场"}]
    guide["form"]["sections"][1]["questions"] += [
        {"name": "area", "label": "面积", "kind": "number"},
        {"name": "ways", "label": "方式", "kind": "choices", "options": ways},
    ]
    published = Guide.model_validate(guide)
    await town.publish(published)
    citizen = await town.citizen()
    path = (await citizen.post("/applications", {"item": published.item})).location.removesuffix("/form")
    theirs = ANSWERS | {"area": "30.5", "ways": ["post", "visit"]}
    assert (await citizen.post(f"{path}/form", theirs)).status == 303
    mine: Fields = theirs | {"area": "31", "ways": ["post"], "use-area": "kept", "use-ways": "kept"}
    once_more = await citizen.post(f"{path}/form", mine | {"landlord": "何生", "version": "1"})
    assert (once_more.status, set(re.findall(r'name="use-(\w+)"', once_more.text))) == (409, {"landlord"})
    assert fields(once_more, "area")["area"] == "30.5"
    unfinished = await citizen.post(f"{path}/form", mine | {"landlord": ""})
    assert unfinished.status == 400
    assert 'value="30.5"' in unfinished.text
    assert re.findall(r'name="ways" value="(\w+)" checked', unfinished.text) == ["post", "visit"]
    assert (await citizen.post(f"{path}/form", theirs | {"area": "0"})).status == 303
    assert "<dt>面积</dt><dd>0</dd>" in (await citizen.get(f"{path}/confirm")).text  # none is an answer too


async def test_what_the_database_could_not_take_is_sent_again_from_where_it_was_told(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Going back would show an empty form."""
    citizen, path = await ready(town)
    written = ANSWERS | {"address": "番禺区桥南街“7”号"}

    async def cut_off(*_: object, **__: object) -> None:
        raise AutoReconnect("stepped down")

    with monkeypatch.context() as away:
        away.setattr(town.services.applications, "get", cut_off)
        refused = await citizen.post(f"{path}/form", written)
        uploaded = await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())
    assert refused.status == uploaded.status == 503
    assert f'action="{path}/form"' in refused.text
    assert "再提交一次</button>" not in uploaded.text  # a file cannot be put into a page
    again = fields(refused, "version", *ANSWERS, "address")
    assert again["address"] == "番禺区桥南街“7”号"
    assert (await citizen.post(f"{path}/form", again)).status == 303
    assert (await kept(town, path))["address"] == "番禺区桥南街“7”号"
