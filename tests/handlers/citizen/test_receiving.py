"""How a result is received, and whether, when and where one comes: said and taken through the pages."""

import re

import pytest

from models.applications import How, offered
from models.guides import Guide
from tests.house.applying import draft, key_of
from tests.house.browser import Browser, Fields
from tests.house.guides import plain_guide
from tests.house.kiosks import at_kiosk
from tests.house.places import HALL, hall
from tests.house.town import Town

ADDRESS = "王小明 13800138000 番禺区市桥街1号"
EVERY_WAY: Fields = {"hall": "district", "address": ADDRESS, "promise": "yes"}
PAPER = {"code": "form", "name": "签名的申请表", "kinds": ["paper"]}


ONLINE = plain_guide(31, name="敬老卡", materials=[])
NOTICE = plain_guide(32, name="参保登记", materials=[], deliverable_in=["electronic"])
PRINTED = plain_guide(
    33,
    name="教师资格认定",
    materials=[PAPER],
    handling="form_generation",
    visits=1,
    places=["district", "wanbo"],
)
SEALED = plain_guide(34, name="社团登记", materials=[PAPER], handling="pre_acceptance", visits=1)
AT_ONCE = plain_guide(
    35,
    name="结婚登记",
    materials=[],
    handling="form_generation",
    visits=1,
    deliverable_in=["paper"],
    time_limit={"on_the_spot": True, "acceptance": 1},
)
GUIDES = (ONLINE, NOTICE, PRINTED, SEALED, AT_ONCE)


@pytest.fixture(autouse=True)
async def furnished(town: Town) -> None:
    await town.publish(*GUIDES)
    await town.stores.halls.put(hall("wanbo", name="万博大厅"), town.by())


async def filled(town: Town, guide: Guide) -> tuple[Browser, str]:
    citizen = await town.citizen()
    return citizen, await draft(citizen, {"address": "市桥街1号"}, guide.item)


async def handed_in(town: Town, guide: Guide, how: str = "") -> tuple[Browser, str]:
    citizen, path = await filled(town, guide)
    done = await citizen.post(f"{path}/confirm", EVERY_WAY | ({"how": how} if how else {}))
    assert done.location == f"{path}/receipt", done.text
    return citizen, path


@pytest.mark.article("16.result")
@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
async def test_the_form_offers_what_is_taken(town: Town, guide: Guide) -> None:
    citizen, path = await filled(town, guide)
    page = (await citizen.get(f"{path}/confirm")).text
    shown = re.findall(r'name="how" value="(\w+)"', page)
    assert shown == list(offered(guide))
    if len(shown) > 1:
        assert re.search(rf'value="{shown[0]}" checked', page)
    for how in set(How) - set(offered(guide)):
        refused = await citizen.post(f"{path}/confirm", EVERY_WAY | {"how": how})
        assert refused.status == 400
        assert "这个事项的结果不能这样领取" in refused.text
    taken = await citizen.post(f"{path}/confirm", EVERY_WAY)
    assert taken.location == f"{path}/receipt"


@pytest.mark.article("11.contents", "12.1", "12.3")
@pytest.mark.parametrize(
    ("guide", "how", "said"),
    [
        (ONLINE, "electronic", ["网上办理，无需到场", "网上下载电子结果"]),
        (ONLINE, "courier", ["网上办理，无需到场", "快递到付", ADDRESS]),
        (ONLINE, "window", ["到场1次", "办结后按通知带证件到窗口领取结果", HALL.name]),
        (NOTICE, "electronic", ["网上办理，无需到场"]),
        (PRINTED, "electronic", ["到场1次", "打印表单，签名或盖章", "任选一处", "万博大厅"]),
        (PRINTED, "window", ["到场2次", "1. 打印表单", "2. 办结后", "领取地点"]),
        (SEALED, "window", ["到场1次", "审批通过后按通知", "同时领取结果", HALL.name]),
        (AT_ONCE, "window", ["到场1次", "当场领取结果", HALL.address]),
    ],
)
async def test_receipt_and_progress_say_whether_when_and_where_one_comes(
    town: Town, guide: Guide, how: str, said: list[str]
) -> None:
    citizen, path = await handed_in(town, guide, how)
    receipt, own = (await citizen.get(f"{path}/receipt")).text, (await citizen.get(path)).text
    for text in said:
        assert text in receipt, text
    comes = "到场1次" in said or "到场2次" in said
    for page in (receipt, own):
        assert ("无需到场" in page) == (not comes)


@pytest.mark.article("12.1", "12.print")
@pytest.mark.parametrize("guide", [PRINTED, AT_ONCE], ids=["printed", "at once"])
async def test_a_generated_form_leads_on_to_printing_and_booking(town: Town, guide: Guide) -> None:
    citizen, path = await handed_in(town, guide)
    for page in (path, f"{path}/receipt"):
        text = (await citizen.get(page)).text
        assert f'href="/appointments/new?item={guide.item}' in text
        assert f'href="{path}/print"' in text
        assert "窗口收件后开始受理" in text
    assert "还没有提交给部门" in text
    paper = (await citizen.get(f"{path}/print")).text
    serial = (await town.services.applications.get(key_of(path)))["serial"]
    for said in (
        guide.name,
        str(serial),
        "住址",
        "市桥街1号",
        "申请人 王小明",
        "申请人签名",
        'src="data:image/png;base64,',
    ):
        assert said in paper, said
    await town.staff.receive(key_of(path))
    assert f'href="{path}/print"' not in (await citizen.get(path)).text


@pytest.mark.article("12.1")
async def test_a_generated_form_is_not_called_submitted(town: Town) -> None:
    """It was filled in at that time; it is handed in at a window, later."""
    for guide, said, unsaid in ((PRINTED, "填表时间", "提交时间"), (ONLINE, "提交时间", "填表时间")):
        citizen, path = await handed_in(town, guide)
        serial = (await town.services.applications.get(key_of(path)))["serial"]
        for page in (
            await citizen.get(path),
            await citizen.get(f"{path}/receipt"),
            await citizen.get(f"/verify/{serial}"),
            await (await at_kiosk(town)).post("/kiosk/progress", {"serial": str(serial)}),
        ):
            assert said in page.text
            assert unsaid not in page.text


@pytest.mark.article("12.1")
async def test_who_generates_a_form_knows_what_to_upload_and_what_to_bring(town: Town) -> None:
    for guide, brings, with_paper in (
        (PRINTED, True, "到窗口提交表单时一起带上"),
        (SEALED, False, "到窗口签字盖章时一起交"),
    ):
        citizen, path = await filled(town, guide)
        uploads = (await citizen.get(f"{path}/materials")).text
        assert ("也可以不上传" in uploads) == brings
        assert with_paper in uploads
        assert "寄送" not in uploads
        assert ("和打印的表单一起带到窗口" in (await citizen.get(f"{path}/confirm")).text) == brings


@pytest.mark.article("12.print")
async def test_what_needs_no_paper_is_not_printed(town: Town) -> None:
    citizen, path = await handed_in(town, ONLINE)
    assert (await citizen.get(f"{path}/print")).location == path
    fresh, begun = await filled(town, PRINTED)
    assert (await fresh.get(f"{begun}/print")).location == begun
    assert (await fresh.get(f"{path}/print")).status == 404


@pytest.mark.article("11.contents")
async def test_who_must_come_is_told_so_once_it_is_approved(town: Town) -> None:
    for guide, how, said in (
        (SEALED, "window", "请带证件和回执到窗口签字盖章，领取结果"),
        (PRINTED, "window", "还没领取的，请带证件和回执到窗口领取"),
    ):
        citizen, path = await handed_in(town, guide, how)
        if guide is PRINTED:
            await town.staff.receive(key_of(path))
        await town.staff.accept(key_of(path))
        assert said not in (await citizen.get(path)).text
        await town.staff.approve(key_of(path))
        page = (await citizen.get(path)).text
        assert said in page
        assert f'href="/appointments/new?item={guide.item}&amp;hall=district"' in page
        serial = (await town.services.applications.get(key_of(path)))["serial"]
        assert said in (await town.browser().post("/progress", {"serial": str(serial)})).text


@pytest.mark.article("13.serial")
async def test_by_serial_number_the_deadline_is_that_of_the_running_clock(town: Town) -> None:
    _, path = await handed_in(town, ONLINE)
    serial = str((await town.services.applications.get(key_of(path)))["serial"])

    async def shown() -> str:
        pages = [
            await (await at_kiosk(town)).post(page, {"serial": serial})
            for page in ("/progress", "/kiosk/progress")
        ]
        told = [re.findall(r"最迟 ([\d-]+)", page.text) for page in pages]
        assert told[0] == told[1]
        return "".join(told[0])

    assert await shown() == "2026-12-01"
    await town.staff.accept(key_of(path))
    assert await shown() == "2026-12-22"  # twenty working days
    await town.staff.pause(key_of(path))
    assert await shown() == ""
    await town.staff.resume(key_of(path))
    await town.staff.approve(key_of(path))
    assert await shown() == ""


async def test_one_working_day_is_one_in_english(town: Town) -> None:
    citizen, path = await handed_in(town, AT_ONCE)
    await citizen.post("/settings", {"language": "en", "next": path})
    receipt = (await citizen.get(f"{path}/receipt")).text
    assert "Within 1 working day after the window has the signed form" in receipt
    assert "1 visit: print the form" in receipt
