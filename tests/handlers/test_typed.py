"""What is pasted, scanned or typed on another keyboard is understood at every door of the pages."""

from urllib.parse import quote

import pytest

from tests.handlers.admin.test_queue import lines, search
from tests.house.applying import ANSWERS, ITEM, draft, key_of, serial_of, submitted
from tests.house.browser import CODE_PAUSE, Fields
from tests.house.kiosks import at_kiosk
from tests.house.office import Office, booked
from tests.house.people import new_number, new_phone
from tests.house.town import Town

HIDDEN = "\u202d{}\u202c"
SENTENCE = "您的申请已提交，申请流水号：{}，请查收。"


def wide(text: str) -> str:
    return text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


@pytest.mark.article("7.registration")
async def test_binding_with_what_was_pasted(town: Town) -> None:
    visitor, phone, number = town.browser(), new_phone(), new_number()
    await visitor.sign_in("openid-pasted")
    town.clock.advance(CODE_PAUSE)
    pasted = HIDDEN.format(f"+86 {phone[:3]}\u2011{phone[3:7]}\u2013{phone[7:]}")
    assert (await visitor.post("/binding/code", {"phone": pasted})).status == 200
    codes = town.services.phone_codes
    sent = codes.secret(await codes.get(codes.privacy.index(phone, "phone")))[1]
    page = await visitor.post(
        "/binding",
        {
            "kind": "resident_id",
            "name": "古丽\u200b • 艾山",
            "number": f"身份证号：{wide(number)}",
            "phone": f"(0086){phone}",
            "code": f"【番禺智慧政务】验证码{sent}，5分钟内有效。",
            "consent": "yes",
        },
    )
    assert page.status == 303, page.text
    found = await town.services.applicants.find_by_account(
        (await town.services.accounts.documents.find_one({"openid": "openid-pasted"}))["_id"]
    )
    applicants = town.services.applicants
    assert found
    assert (applicants.name(found), applicants.number(found)) == ("古丽·艾山", number)
    assert applicants.phone(found) == phone


@pytest.mark.article("7.registration")
async def test_the_window_knows_a_name_however_it_was_typed(office: Office) -> None:
    desk, phone = await office.desk("window"), new_phone()
    asked: Fields = {"kind": "passport", "number": "E7654321", "phone": phone}
    for name in ("O'BRIEN John Test", "O\u2019Brien John  Test", "o\u02bcbrien JOHN\u00a0test"):
        page = await desk.post("/admin/verify", asked | {"name": name})
        assert page.status == 303, page.text
    other = await desk.post("/admin/verify", asked | {"name": "O'Brien Joan Test"})
    assert other.status == 409
    unseen = await desk.post("/admin/verify", asked | {"name": "O'Brien John Test", "phone": "\u202d\u202c"})
    assert unseen.status == 303


@pytest.mark.article("11.serial", "13.serial")
async def test_a_serial_number_is_understood_at_every_door(office: Office) -> None:
    town = office.town
    path = await submitted(await town.citizen())
    serial = await serial_of(town, path)
    anybody, kiosk, desk = town.browser(), await at_kiosk(town), await office.desk("approver")
    for typed in (HIDDEN.format(serial), SENTENCE.format(serial), wide(serial.lower()), f"流水号：{serial}"):
        sent = quote(typed)
        for page in (
            await anybody.get(f"/progress?serial={sent}"),
            await anybody.post("/progress", {"serial": typed}),
            await anybody.get(f"/verify/{sent}"),
            await kiosk.post("/kiosk/progress", {"serial": typed}),
        ):
            assert (page.status, "居住证签注" in page.text) == (200, True), typed
        assert lines(await search(desk, typed)) == [key_of(path)], typed
    page = await anybody.get("/progress?serial=%E2%80%AD")
    assert page.status == 200
    assert "没有找到这个流水号" not in page.text


@pytest.mark.article("9.record")
async def test_an_appointment_is_scanned_on_a_chinese_keyboard(office: Office) -> None:
    key, day, _ = await booked(office)
    desk = await office.desk("window")
    address = f"https://panyu.test/appointments/{key}"
    for typed in (address, address.upper(), wide(address), address.replace("/", "、").replace(":", "：")):
        led = await desk.get(f"/admin/appointments?code={quote(typed)}")
        assert f"day={day}" in led.location, typed


@pytest.mark.parametrize("page", ["/guides", "/kiosk/guides", "/appointments/new"])
async def test_guides_are_found_by_what_was_pasted(town: Town, page: str) -> None:
    visitor = await town.citizen()
    for typed in ("居住证", "居 住\u3000证", "居\u200b住\u202d证", "ｊｚｚ"):
        assert "居住证签注" in (await visitor.get(f"{page}?q={quote(typed)}")).text, typed


@pytest.mark.article("12.guided")
async def test_a_form_keeps_the_normal_form_of_its_answers(town: Town) -> None:
    citizen = await town.citizen()
    given = ANSWERS | {
        "address": "番禺区\u200b市桥街　繁华路１号",
        "landlord": "古丽 ・ 艾山",
        "phone": HIDDEN.format("+86 138-0013-8000"),
    }
    path = await draft(citizen, given)
    applications = town.services.applications
    answers = applications.answers(await applications.get(path.split("/")[2]))
    assert (answers["address"], answers["landlord"]) == ("番禺区市桥街 繁华路1号", "古丽·艾山")
    assert answers["phone"] == "13800138000"
    blank = await citizen.post(f"{path}/form", ANSWERS | {"landlord": "\u200b\u202d \u3164"})
    assert blank.status == 400, ITEM
    assert "请填写此项" in blank.text


@pytest.mark.article("12.supplement")
async def test_a_reason_that_nobody_sees_is_none_and_its_lines_stay(office: Office) -> None:
    path, _ = await office.handed_in()
    desk = await office.desk("approver")
    asked: Fields = {"materials": "permit", "reason": "\u200b\u202d\u3164"}
    assert (await desk.post(f"{path}/request_supplement", asked)).status == 422
    asked["reason"] = " 第一：不清楚\u200b\r\n\r\n第二　ＡＢ "
    assert (await desk.post(f"{path}/request_supplement", asked)).status == 303
    [supplement] = (await office.application(path))["supplements"]
    assert supplement["reason"] == "第一：不清楚\n\n第二 AB"
