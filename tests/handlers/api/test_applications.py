"""Applications through the JSON API: whole, once, within the guide, and told with reasons."""

import json
from datetime import datetime, timedelta

import pytest

from models.applications import ServedPaper
from models.guides import Guide
from models.schedule import Due
from tests.files import a_pdf
from tests.house.api import Service, a_photo
from tests.house.guides import USCC, api_guide

SECOND, THIRD, FOURTH, FIFTH, SIXTH = (f"{USCC}{number:013}" for number in range(2, 7))


@pytest.mark.article("11.receipt", "12.3", "12.guided", "14.truth", "16.result")
async def test_submission_is_once_and_whole(api: Service) -> None:
    client = await api.citizen("chen")
    draft = (await client.post("/applications", {"item": SECOND})).json["id"]
    assert (await client.post("/applications", {"item": SECOND})).json["id"] == draft
    assert (await client.get(f"/applications/{draft}/receipt")).code == "receipt_not_found"
    incomplete = await client.submit(draft)
    assert incomplete.code == "form_invalid"
    assert set(incomplete.json["error"]["fields"]) == {"address", "housing"}
    draft_answers = (await client.get(f"/applications/{draft}")).json["answers"]
    answers = draft_answers | {"address": "桥南街2号", "housing": "own"}
    await client.put(f"/applications/{draft}/answers", {"answers": answers})
    assert (await client.submit(draft)).code == "materials_missing"
    await client.upload(draft, "permit", a_photo())
    assert (await client.submit(draft, promise=False)).code == "promise_required"
    assert (await client.submit(draft, hall="elsewhere")).code == "hall_required"
    assert (await client.submit(draft, how="courier", address="家")).code == "address_required"
    sent = await client.submit(draft, how="courier", address="番禺区桥南街福愉东路2号 陈建国 13900010001")
    assert sent.json["place"] == "网上办理，无需到场；快递到付：番禺区桥南街福愉东路2号 陈建国 13900010001"
    assert (await client.submit(draft)).code == "already_submitted"
    assert (await client.put(f"/applications/{draft}/answers", {"answers": {}})).code == "already_submitted"
    assert (await client.delete(f"/applications/{draft}/materials/permit")).code == "already_submitted"
    withdrawn = await client.post(f"/applications/{draft}/withdrawal")
    assert withdrawn.json["state"] == "withdrawn"
    assert (await client.post(f"/applications/{draft}/withdrawal")).code == "application_moved_on"


@pytest.mark.article("14.beyond", "14.legible")
async def test_materials_of_the_guide_alone_and_legible(api: Service) -> None:
    client = await api.citizen("wang")
    draft = (await client.post("/applications", {"item": THIRD})).json["id"]
    assert (await client.upload(draft, "lease", a_photo())).code == "material_not_asked"
    assert (await client.upload(draft, "diploma", a_photo())).code == "material_not_asked"
    unclear = await client.upload(draft, "permit", a_photo("fog"))
    assert unclear.code == "material_unclear"
    assert "重新拍摄" in unclear.json["error"]["message"]
    assert (await client.upload(draft, "permit", b"MZ not a picture")).code == "material_kind_not_accepted"
    assert (await client.upload(draft, "permit", a_photo()[:5000])).code == "material_damaged"
    assert (await client.upload(draft, "permit", b"")).code == "file_missing"
    await client.upload(draft, "permit", a_photo())
    before = (await api.services.applications.get(draft))["materials"][0]["file"]
    shown = (await client.get(f"/applications/{draft}")).json["materials"][0]
    assert shown["file_name"] == "居住证原件照片.jpg"

    pdf = a_pdf()
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    body = part + pdf + b"\r\n--x--\r\n"
    at = f"/applications/{draft}/materials/permit"
    multipart = "multipart/form-data; boundary=x"
    replaced = await client.put(at, body, Content_Type=multipart)
    assert replaced.json["materials"][0]["file_name"] == "居住证原件照片.pdf"
    kept = await client.get(at)
    assert (kept.content, kept.headers["Content-Type"]) == (pdf, "application/pdf")
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert (await api.services.materials.get(before))["dropped_at"]
    empty = await client.put(at, b"--x--\r\n", Content_Type=multipart)
    assert empty.code == "file_missing"
    assert (await client.delete(at)).json["lacking"] == ["permit"]
    assert (await client.get(at)).code == "file_not_found"


@pytest.mark.article("12.limits", "11.contents")
@pytest.mark.parametrize("expected", [True, False])
async def test_past_the_published_calendar_a_date_is_told_as_expected(
    api: Service, monkeypatch: pytest.MonkeyPatch, expected: bool
) -> None:
    client = await api.citizen("wang")
    key = await client.begin(FOURTH)
    draft = (await client.get(f"/applications/{key}")).json
    assert (draft["acceptance_due"], draft["acceptance_expected"]) == (None, False)
    monkeypatch.setattr(api.services.calendar, "through", 2025 if expected else 2099)
    receipt = (await client.submit(key)).json
    assert receipt["deadline_expected"] is expected
    seen = (await client.get(f"/progress/{receipt['serial']}")).json
    assert seen["deadline_expected"] is expected
    found = (await client.get(f"/applications/{key}")).json
    assert (found["acceptance_expected"], found["decision_expected"]) == (expected, False)
    booking = (await client.get(f"/halls/district/slots?item={FOURTH}")).json
    assert booking["expected"] == (booking["days"] if expected else [])
    assert (await client.post(f"/applications/{key}/withdrawal")).status == 200


async def test_a_draft_keeps_what_is_too_long_and_says_so(api: Service) -> None:
    client = await api.citizen("wang")
    key = await client.begin(FOURTH)
    draft = (await client.get(f"/applications/{key}")).json
    long = "番禺区" * 400
    kept = await client.put(f"/applications/{key}/answers", {"answers": draft["answers"] | {"address": long}})
    assert kept.json["answers"]["address"] == long
    assert kept.json["unfinished"] == {"address": "最多填写200字"}
    refused = await client.submit(key)
    assert (refused.status, refused.json["error"]["fields"]) == (400, kept.json["unfinished"])
    assert (await client.delete(f"/applications/{key}")).status == 204


async def test_unknown_answers_of_a_supplement_are_refused(api: Service) -> None:
    client = await api.citizen("wang")
    key = await client.begin(FOURTH)
    await client.submit(key)
    await api.staff.request_supplement(key, [], ["address"], "地址不全")
    asked = {"answers": {"address": "桥南街3号", "adress": "桥南街3号"}}
    refused = await client.post(f"/applications/{key}/supplement", asked)
    assert (refused.code, set(refused.json["error"]["fields"])) == ("form_invalid", {"adress"})
    assert (await client.post(f"/applications/{key}/withdrawal")).status == 200


@pytest.mark.article("12.answer", "7.identity")
async def test_supplement_is_what_was_asked_for(api: Service) -> None:
    client = await api.citizen("wang")
    key = await client.begin(FOURTH)
    await client.submit(key)
    await api.staff.request_supplement(key, ["permit"], ["address"], "照片缺一角；地址不全")
    found = (await client.get(f"/applications/{key}")).json
    assert found["supplements"][0]["materials"] == ["permit"]
    assert "approver" not in json.dumps(found)
    at = f"/applications/{key}/supplement"
    answers = {"answers": {"address": "桥南街3号2座501", "name": "别人"}}
    assert (await client.post(at, answers)).code == "materials_missing"
    await client.upload(key, "permit", a_photo())
    answered = (await client.post(at, answers)).json
    assert answered["state"] == "submitted"
    assert answered["answers"]["address"] == "桥南街3号2座501"
    assert answered["answers"]["name"] == api.person("wang").name
    assert (await client.post(at, answers)).code == "already_submitted"


@pytest.mark.article("12.answer")
async def test_a_supplement_answered_by_nothing_names_what_is_open(api: Service) -> None:
    client = await api.citizen("wang")
    plain = api_guide(item=f"{USCC}{76:013}", name="要核对的事").model_dump(mode="json")
    partner = {"name": "partner", "label": "对方证件号码", "kind": "credential", "required": False}
    plain["form"]["sections"][1]["questions"].append(partner)
    guide = Guide.model_validate(plain)
    await api.publish(guide)
    key = await client.begin(guide.item)
    answers = (await client.get(f"/applications/{key}")).json["answers"] | {"partner": "11010519491231002X"}
    await client.put(f"/applications/{key}/answers", {"answers": answers})
    await client.submit(key)
    await api.staff.request_supplement(key, [], ["partner", "address"], "请核对")
    at = f"/applications/{key}/supplement"
    silent = await client.post(at, {"answers": {}})
    assert (silent.code, set(silent.json["error"]["fields"])) == ("form_invalid", {"partner", "address"})
    shown = (await client.get(f"/applications/{key}")).json["answers"]
    assert "*" in shown["partner"]
    same = {name: shown[name] for name in ("partner", "address")}
    answered = (await client.post(at, {"answers": same})).json
    assert (answered["state"], answered["answers"]) == ("submitted", shown)


@pytest.mark.article("10.guide")
async def test_an_item_is_begun_here_only_if_its_guide_says_so(api: Service) -> None:
    client = await api.citizen("wang")
    elsewhere = api_guide(item=f"{USCC}{77:013}", name="只在微信办理的事", channels=["h5"])
    await api.publish(elsewhere)
    assert (await client.post("/applications", {"item": elsewhere.item})).code == "channel_not_offered"


async def test_ones_own_come_in_pages(api: Service) -> None:
    client = await api.citizen("wang")
    whole = [each["id"] for each in (await client.get("/applications?limit=100")).json["applications"]]
    assert len(whole) > 1
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        answer = (await client.get(f"/applications?limit=1&after={after}")).json
        seen += [each["id"] for each in answer["applications"]]
        after = answer["next"]
    assert seen == whole
    assert (await client.get("/applications?after=nowhere")).code == "page_unknown"


@pytest.mark.article("12.non_acceptance")
async def test_non_acceptance_tells_reason_and_basis(api: Service) -> None:
    client = await api.citizen("wang")
    key = await client.begin(FIFTH)
    await client.submit(key)
    await api.staff.not_accept(key, "不在受理范围", "行政许可法第三十二条")
    found = (await client.get(f"/applications/{key}")).json
    assert found["refusal"] == {"reason": "不在受理范围", "basis": "行政许可法第三十二条"}


async def test_what_is_internal_is_in_no_answer(api: Service) -> None:
    client = await api.citizen("li")
    key = await client.begin(FIFTH)
    serial = (await client.submit(key)).json["serial"]
    await api.staff.note(key, "疑似伪造")
    await api.staff.take(key)
    await api.staff.nudge(key, "请尽快审查")
    paths = (f"/applications/{key}", "/applications", f"/progress/{serial}", "/me/export")
    for path in (*paths, f"/applications/{key}/receipt"):
        told = json.dumps((await client.get(path)).json, ensure_ascii=False)
        assert serial in told, path
        for secret in ("疑似伪造", "请尽快审查", "approver", "internal", "assigned", "found_by", "nudge"):
            assert secret not in told, (path, secret)


@pytest.mark.article("11.serial", "11.genuine", "13.serial")
async def test_serial_numbers_show_little_and_verify(api: Service) -> None:
    client, anybody = await api.citizen("wang"), api.client()
    api.clock.advance(timedelta(seconds=1))
    key = await client.begin(SIXTH)
    serial = (await client.submit(key)).json["serial"]
    assert (await anybody.get(f"/progress/{serial.lower()}")).json["serial"] == serial
    verified = (await anybody.get(f"/verification/{serial}")).json
    assert (verified["genuine"], verified["progress"]["applicant"]) == (True, "王*")
    wrong = serial[:-1] + ("A" if serial[-1] != "A" else "B")
    assert (await anybody.get(f"/verification/{wrong}")).json == {"genuine": False, "progress": None}
    assert (await anybody.get(f"/progress/{wrong}")).code == "serial_invalid"
    assert (await anybody.get("/progress/20260101000000000000")).status in (400, 404)
    listed = (await client.get("/applications?limit=1")).json
    assert listed["applications"][0]["serial"] == serial
    assert listed["next"]


async def test_a_draft_can_be_deleted(api: Service) -> None:
    client = await api.citizen("chen")
    draft = (await client.post("/applications", {"item": SIXTH})).json["id"]
    assert (await client.delete(f"/applications/{draft}")).status == 204
    assert (await client.get(f"/applications/{draft}")).code == "application_not_found"
    assert draft not in json.dumps((await client.get("/applications")).json)
    assert (await client.post("/applications", {"item": SIXTH})).json["id"] != draft


@pytest.mark.parametrize(("signs_in", "channel"), [({}, "miniprogram"), ({"client": "app"}, "app")])
async def test_what_is_done_in_a_session_is_recorded_with_its_client(
    api: Service, signs_in: dict[str, str], channel: str
) -> None:
    await api.citizen("wang")
    opened = await api.client().post("/session", {"code": api.login_code("wang"), **signs_in})
    client = api.client(opened.json["token"])
    key = await client.begin(FIFTH)
    found = await api.services.applications.documents.find_one({"_id": key})
    assert [event["channel"] for event in found["events"]] == [channel] * len(found["events"])
    assert (await client.delete(f"/applications/{key}")).status == 204
    unknown = await api.client().post("/session", {"code": api.login_code("wang"), "client": "kiosk"})
    assert unknown.code == "input_invalid"


async def test_it_says_for_what_one_is_invited_to_the_hall(api: Service) -> None:
    client, by = await api.citizen("wang"), api.staff.house.by_staff("approver")
    key = await client.begin(FIFTH)
    assert (await client.submit(key)).json["serial"]
    await api.staff.accept(key)
    assert (await client.get(f"/applications/{key}")).json["invitations"] == []
    await api.stores.inviting.invite(await api.staff.at(key, "approver"), "original", by)
    [invited] = (await client.get(f"/applications/{key}")).json["invitations"]
    assert (invited["errand"], invited["name"]) == ("original", "核对原件")
    assert datetime.fromisoformat(invited["at"]) == by.at
    await api.stores.inviting.withdraw(await api.staff.at(key, "approver"), "original", by)
    assert (await client.get(f"/applications/{key}")).json["invitations"] == []


async def test_it_says_how_and_when_its_paper_was_served(api: Service) -> None:
    client = await api.citizen("li")
    key = await client.begin(SIXTH)
    assert (await client.submit(key)).status == 201
    assert (await client.get(f"/applications/{key}")).json["served"] is None
    at = api.clock.now()
    due = Due("plan:serving.effect", "serving.effect", key, at, 1, "lease")
    await api.stores.handling.served(key, ServedPaper(how="own_page", at=at), due, api.by())
    served = (await client.get(f"/applications/{key}")).json["served"]
    assert (served["how"], datetime.fromisoformat(served["at"])) == ("own_page", at)
