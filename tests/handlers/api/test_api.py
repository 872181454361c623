"""One citizen's whole way through the JSON API, and the regulation's rules at this door."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from handlers.web.qr import qr_png
from models.appointments import Ending
from models.people import mask_phone
from models.people.credentials import ApplicantKind, CredentialKind
from models.workdays import local_date
from simulator.faults import Fault
from tests.house.api import Client, Service, a_photo
from tests.house.guides import CARD, DEPARTMENT, USCC
from tests.house.places import HALL

FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH = (f"{USCC}{number:013}" for number in range(1, 7))
NOBODYS = "0" * 32


async def free_slots(client: Client, item: str = FIRST) -> list[dict[str, Any]]:
    """On the second day that can be booked, which is always whole."""
    days = (await client.get(f"/halls/district/slots?item={item}")).json["days"]
    found = (await client.get(f"/halls/district/slots?item={item}&day={days[1]}")).json
    assert found["day"] == days[1]
    return list(found["slots"])


@pytest.mark.article(
    "7.first",
    "7.identity",
    "9.booking",
    "11.contents",
    "12.3",
    "13.serial",
    "13.page",
    "13.results",
    "17.review",
    "17.reason",
)
async def test_from_sign_in_to_review(api: Service) -> None:
    client, li = await api.sign_in("li"), api.person("li")
    assert (await client.get("/me")).json["bound"] is False
    assert (await client.post("/applications", {"item": FIRST})).code == "not_bound"
    bound = await client.bind(li)
    assert bound.json["person"]["name"] == "李**"
    assert bound.json["person"]["credential_masked"] == "4401**********2415"
    reopened = await api.client().post("/session", {"code": api.login_code("li")})
    assert reopened.json["bound"] is True

    slot = (await free_slots(client))[0]
    booking = {"item": FIRST, "hall": "district", "start": slot["start"]}
    booked = await client.post("/appointments", booking)
    assert (booked.status, booked.json["status"]) == (201, "已预约")

    draft = (await client.post("/applications", {"item": FIRST})).json
    assert (draft["state"], draft["serial"], draft["lacking"]) == ("draft", None, ["permit"])
    assert draft["answers"] == {"name": li.name, "phone": li.phone, "number": "4401**********2415"}
    assert set(draft["unfinished"]) == {"address", "housing"}
    at = f"/applications/{draft['id']}"
    answers = {**draft["answers"], "address": "桥南街1号", "housing": "rent", "landlord": "何生"}
    assert (await client.put(f"{at}/answers", {"answers": answers})).json["answers"] == answers
    uploaded = await client.upload(draft["id"], "permit", a_photo())
    assert uploaded.json["materials"] == [
        {"code": "permit", "name": "居住证原件照片", "file_name": "居住证原件照片.jpg", "state": "submitted"}
    ]

    receipt = await client.submit(draft["id"])
    assert receipt.status == 201
    serial = receipt.json["serial"]
    due = api.services.calendar.deadline(api.clock.now(), 5)
    assert receipt.json == {
        "serial": serial,
        "applicant": "李**",
        "credential": "4401**********2415",
        "item": "居住证签注1",
        "department": DEPARTMENT.name,
        "materials": [{"name": "居住证原件照片", "state": "submitted"}],
        "handling": "fully_online",
        "place": f"领取地点：{HALL.name}",
        "stops": [
            {
                "visit": "collect",
                "halls": [
                    {"code": HALL.code, "name": HALL.name, "address": HALL.address, "phone": HALL.phone}
                ],
            }
        ],
        "deadline": due.isoformat().replace("+00:00", "Z"),
        "deadline_expected": not api.services.calendar.certain(local_date(due)),
        "submitted_at": receipt.json["submitted_at"],
        "verify_url": f"https://panyu.test/verify/{serial}",
    }
    assert (await client.get(f"{at}/receipt")).json == receipt.json
    assert (await client.get(f"{at}/receipt.png")).content == qr_png(receipt.json["verify_url"])
    stored = await api.services.applications.get(draft["id"])
    assert api.services.applications.answers(stored)["number"] == li.credentials[0].number

    assert (await client.post(f"{at}/review", {"level": 5})).code == "not_finished"
    result = await api.conclude(draft["id"])
    found = (await client.get(at)).json
    assert (found["state"], found["status"]) == ("concluded", "已办结")
    assert found["result"] == {
        "decision": "approved",
        "decision_text": "同意办理",
        "reason": "",
        "file_name": "凭证.pdf",
    }
    assert {line["who"] for line in found["timeline"]} == {"applicant", "staff"}
    assert (await client.get(f"{at}/deliverable")).content == result

    seen = (await api.client().get(f"/progress/{serial}")).json
    assert (seen["applicant"], seen["status"], seen["decision"]) == ("李**", "已办结", "approved")

    assert (await client.get(f"{at}/review")).code == "review_not_found"
    assert (await client.post(f"{at}/review", {"level": 1})).code == "reason_required"
    assert (await client.post(f"{at}/review", {"level": 1, "tags": ["510"]})).code == "tags_invalid"
    given = await client.post(f"{at}/review", {"level": 2, "words": "等了很久"})
    said = {"level": 2, "label": "不满意", "tags": [], "words": "等了很久"}
    assert given.json.items() >= (said | {"words_state": "shown", "reason": "", "again": None}).items()
    assert (await client.get(f"{at}/review")).json == given.json
    assert (await client.post(f"{at}/review", {"level": 5})).code == "already_reviewed"
    again = await client.post(f"{at}/review/again", {"level": 5})
    assert (again.json["level"], again.json["again"]["level"]) == (2, 5)
    assert (await client.post(f"{at}/review/again", {"level": 5})).code == "already_followed_up"


@pytest.mark.article("7.first", "24.published", "24.contents")
async def test_guides_are_for_everybody(api: Service) -> None:
    anybody = api.client()
    found = (await anybody.get("/guides?q=jzzqz&audience=person&limit=4")).json
    assert [guide["item"] for guide in found["guides"]] == [FIRST, SECOND, THIRD, FOURTH]
    rest = (await anybody.get(f"/guides?q=jzzqz&limit=4&after={found['next']}")).json
    assert ([guide["item"] for guide in rest["guides"]], rest["next"]) == ([FIFTH, SIXTH], None)
    assert (await anybody.get(f"/guides?topic=婚姻&department={USCC}".encode().decode("latin-1"))).json == {
        "guides": [],
        "referrals": [],
        "whole": True,
        "next": None,
    }
    guide = (await anybody.get(f"/guides/{FIRST}")).json
    named = {"name", "department_details", "conditions", "time_limit", "fees", "materials"}
    assert named | {"window_steps", "online_steps", "consult_phone", "complaint_phone"} <= guide.keys()
    assert guide["materials"][0]["sample_file"] == "certificate.svg"
    assert guide["department_details"]["name"] == DEPARTMENT.name
    assert [hall["code"] for hall in guide["halls"]] == ["district"]
    assert (await anybody.get(f"/guides/{'9' * 31}")).code == "guide_not_found"
    assert (await anybody.get("/topics")).json["topics"] == ["户籍"]
    assert (await anybody.get("/departments")).json["departments"][0]["code"] == USCC
    assert (await anybody.get("/guides?after=nothing")).code == "page_unknown"


async def test_what_others_do_is_a_referral(api: Service) -> None:
    await api.refer(CARD)
    anybody = api.client()
    found = (await anybody.get(f"/guides?q={quote('办社保卡')}")).json
    assert (found["guides"], found["whole"]) == ([], True)
    assert [found["referrals"][0][field] for field in ("name", "who", "where", "phone")] == [
        CARD.name,
        CARD.who,
        CARD.where,
        CARD.phone,
    ]
    near = (await anybody.get(f"/guides?q={quote('居注证')}&limit=1")).json
    assert near["guides"]
    assert not near["whole"]
    page = (await anybody.get(f"/guides?q=zheng&limit=1&after={near['guides'][0]['item']}")).json
    assert page["referrals"] == []


async def test_halls_by_kind_and_item(api: Service) -> None:
    anybody = api.client()
    assert [hall["code"] for hall in (await anybody.get("/halls")).json["halls"]] == ["district"]
    assert (await anybody.get("/halls?kind=station")).json["halls"] == []
    assert len((await anybody.get(f"/halls?item={FIRST}&kind=centre")).json["halls"]) == 1
    assert (await anybody.get(f"/halls/nowhere/slots?item={FIRST}")).code == "hall_not_found"
    past = await anybody.get(f"/halls/district/slots?item={FIRST}&day=2020-01-02")
    assert past.json["slots"] == []


@pytest.mark.article("9.place", "9.abandon")
async def test_a_full_slot_cannot_be_booked(api: Service) -> None:
    wang, chen = await api.citizen("wang"), await api.citizen("chen")
    slots = await free_slots(wang, SECOND)
    booking = {"item": SECOND, "hall": "district", "start": slots[3]["start"]}
    mine = (await wang.post("/appointments", booking)).json
    assert (await free_slots(wang, SECOND))[3]["left"] == 0
    assert (await chen.post("/appointments", booking)).code == "slot_full"
    later = booking | {"start": slots[4]["start"]}
    assert (await wang.post("/appointments", later)).code == "already_booked"
    unknown = booking | {"start": "2020-01-02T01:00:00Z"}
    assert (await chen.post("/appointments", unknown)).code == "slot_unknown"

    at = f"/appointments/{mine['id']}"
    assert (await wang.get(at)).json == mine
    assert (await wang.post(f"{at}/cancellation")).json["state"] == "cancelled"
    assert (await wang.post(f"{at}/cancellation")).code == "appointment_ended"
    hers = (await chen.post("/appointments", booking)).json
    before = api.clock.now()
    api.clock.set(datetime.fromisoformat(hers["start"]))
    late = await chen.post(f"/appointments/{hers['id']}/cancellation")
    api.clock.set(before)
    assert (late.status, late.code) == (422, "appointment_begun")


@pytest.mark.article("9.booking")
async def test_an_item_for_enterprises_only_is_not_booked_by_a_person(api: Service) -> None:
    guide = await api.services.guides.published(FIRST)
    item, audience = f"{USCC}{77:013}", [ApplicantKind.ENTERPRISE]
    only = guide.model_copy(update={"item": item, "audience": audience})
    await api.publish(only)
    zhang = await api.citizen("smith")
    slot = (await free_slots(zhang, item))[2]
    booking = {"item": item, "hall": "district", "start": slot["start"]}
    assert (await zhang.post("/appointments", booking)).code == "not_for_applicant"


@pytest.mark.article("9.booking")
async def test_three_bookings_a_day(api: Service) -> None:
    wu = await api.citizen("wu")
    slots = await free_slots(wu, FIRST)
    items = (THIRD, FOURTH, FIFTH, SIXTH)
    replies = [
        await wu.post("/appointments", {"item": item, "hall": "district", "start": slot["start"]})
        for item, slot in zip(items, slots[-4:], strict=True)
    ]
    assert [reply.status for reply in replies] == [201, 201, 201, 422]
    assert replies[3].code == "too_many_bookings"
    first = (await wu.get("/appointments?limit=2")).json
    rest = (await wu.get(f"/appointments?limit=2&after={first['next']}")).json
    assert [len(part["appointments"]) for part in (first, rest)] == [2, 1]
    assert rest["next"] is None


@pytest.mark.article("17.review", "17.reason")
async def test_a_served_appointment_is_reviewed(api: Service) -> None:
    he = await api.citizen("he")
    slot = (await free_slots(he, SIXTH))[1]
    booked = (
        await he.post("/appointments", {"item": SIXTH, "hall": "district", "start": slot["start"]})
    ).json
    at = f"/appointments/{booked['id']}/review"
    assert (await he.post(at, {"level": 4})).code == "not_finished"
    appointment = await api.services.appointments.get(booked["id"])
    await api.served(appointment)
    levels = {each["level"]: each["tags"] for each in (await he.get("/review-levels")).json["levels"]}
    tag = next(iter(levels[1]))
    assert (await he.post(at, {"level": 1, "words": "  "})).code == "reason_required"
    assert (await he.post(at, {"level": 1, "tags": [tag]})).json["label"] == "非常不满意"


@pytest.mark.article("9.objection", "9.abandon")
async def test_what_staff_record_is_answered(api: Service) -> None:
    he = await api.citizen("liang")
    slot = (await free_slots(he, THIRD))[2]
    booking = {"item": THIRD, "hall": "district", "start": slot["start"]}
    mine = (await he.post("/appointments", booking)).json
    at, staff = f"/appointments/{mine['id']}", await api.member("centre")
    assert (mine["asked_to_give_up"], mine["can_object"], mine["objection"]) == (False, False, None)
    assert (await he.post(f"{at}/giving-up", {"confirmed": True})).code == "nothing_to_confirm"
    by = replace(api.by_staff("centre"), at=datetime.fromisoformat(mine["start"]))
    await api.services.endings.propose(mine["id"], staff, by)
    assert (await he.get(at)).json["asked_to_give_up"] is True
    denied = await he.post(f"{at}/giving-up", {"confirmed": False})
    assert (denied.status, denied.json["state"], denied.json["asked_to_give_up"]) == (200, "booked", False)
    objection = {"seen": "missing_material", "words": "我带了居住证"}
    assert (await he.post(f"{at}/objection", objection)).code == "nothing_to_object"
    booked = await api.services.appointments.get(mine["id"])
    await api.recorded(booked, Ending.MISSING_MATERIAL, "permit")
    shown = (await he.get(at)).json
    assert (shown["missing_material"], shown["can_object"]) == ("permit", True)
    assert (await he.post(f"{at}/objection", {**objection, "words": " "})).code == "words_required"
    made = await he.post(f"{at}/objection", objection)
    assert (made.status, made.json["objection"]["state"], made.json["can_object"]) == (201, "open", False)
    again = await he.post(f"{at}/objection", objection)
    assert (again.status, again.code) == (409, "nothing_to_object")


@pytest.mark.article("7.own")
async def test_other_peoples_things_are_not_found(api: Service) -> None:
    owner, stranger = await api.citizen("wang"), await api.citizen("smith")
    key = await owner.begin(FIRST)
    slot = (await free_slots(owner, FIFTH))[6]
    booking = {"item": FIFTH, "hall": "district", "start": slot["start"]}
    booked = (await owner.post("/appointments", booking)).json["id"]
    body = {"answers": {}, "submission": {"how": "electronic", "promise": True}, "review": {"level": 5}}
    for at, paths in (
        (
            f"/applications/{key}",
            ("", "/receipt", "/receipt.png", "/deliverable", "/review", "/materials/permit"),
        ),
        (f"/appointments/{booked}", ("", "/review")),
    ):
        for path in paths:
            assert (await stranger.get(at + path)).status == 404, path
    sent = [
        await stranger.put(f"/applications/{key}/answers", {"answers": {}}),
        await stranger.upload(key, "permit", a_photo()),
        await stranger.delete(f"/applications/{key}/materials/permit"),
        await stranger.post(f"/applications/{key}/submission", body["submission"]),
        await stranger.post(f"/applications/{key}/supplement", {"answers": {}}),
        await stranger.post(f"/applications/{key}/withdrawal"),
        await stranger.post(f"/applications/{key}/review", body["review"]),
        await stranger.post(f"/appointments/{booked}/cancellation"),
        await stranger.post(f"/appointments/{booked}/review", body["review"]),
    ]
    assert {reply.code for reply in sent} == {"application_not_found", "appointment_not_found"}
    assert (await owner.get(f"/applications/{NOBODYS}")).code == "application_not_found"
    assert (await stranger.get("/applications")).json == {"applications": [], "next": None}


@pytest.mark.article("7.agent")
async def test_an_agent_acts_once_the_representative_has_confirmed(api: Service) -> None:
    wang, liang, smith = [await api.citizen(key) for key in ("wang", "liang", "smith")]
    [body] = [each for each in api.simulator.simulator.people.bodies if each.id == "weimei"]
    number = body.credentials[0].number
    api.secrets.add(number)
    asked = {"credential_kind": CredentialKind.USCC, "name": body.name, "number": number}
    agency = (await wang.post("/enterprises", asked)).json
    assert (agency["state"], agency["agent_name"], agency["body"]["name"]) == ("requested", "王*", body.name)
    assert (await wang.post("/enterprises", asked)).code == "agency_exists"
    assert (await wang.put("/me/acting", {"body": agency["body"]["id"]})).code == "not_agent"
    at = f"/enterprises/{agency['id']}"
    assert {(await smith.post(f"{at}/{each}")).code for each in ("confirmation", "refusal", "end")} == {
        "agency_not_found"
    }
    assert (await wang.post(f"{at}/confirmation")).code == "agency_not_waiting"
    [waiting] = (await liang.get("/enterprises")).json["represented"]
    assert (await liang.post(f"{at.replace(':', '%3A')}/confirmation")).json["state"] == "confirmed"
    assert waiting["id"] == agency["id"]
    assert (waiting["agent_name"], waiting["agent_phone"]) == (
        api.person("wang").name,
        mask_phone(api.person("wang").phone),
    )
    assert waiting["since"] == agency["since"]
    assert agency["agent_phone"] is None

    acting = (await wang.put("/me/acting", {"body": agency["body"]["id"]})).json["acting"]
    assert (acting["name"], acting["kind"]) == (body.name, "enterprise")
    key = (await wang.post("/applications", {"item": SECOND})).json["id"]
    assert [each["id"] for each in (await wang.get("/applications")).json["applications"]] == [key]
    await wang.put("/me/acting", {"body": None})
    other = await wang.get(f"/applications/{key}")
    assert (other.status, other.code) == (409, "other_role")
    role = {"body": agency["body"]["id"], "name": body.name, "kind": "enterprise"}
    assert other.json["error"]["acting"] == [role]
    await wang.put("/me/acting", {"body": agency["body"]["id"]})
    assert (await wang.get(f"/applications/{key}")).json["id"] == key
    await liang.post(f"{at}/end")
    assert (await wang.get("/me")).json["acting"] is None
    assert (await wang.put(f"/applications/{key}/answers", {"answers": {}})).code == "not_agent"
    assert (await wang.get(f"/applications/{key}")).code == "application_not_found"
    assert (await wang.post("/enterprises", asked | {"name": "别的公司"})).code == "identity_mismatch"
    wrong = asked | {"number": "91440113MA59K2XT4N"}
    assert (await wang.post("/enterprises", wrong)).code == "credential_number_invalid"


@pytest.mark.article("7.registration")
async def test_binding_is_refused_with_its_reason(api: Service) -> None:
    client, person = await api.sign_in("nguyen"), api.person("nguyen")
    assert (await client.bind(person, consent=False)).code == "consent_required"
    assert (await client.post("/phone-codes", {"phone": person.phone})).code == "phone_code_too_soon"
    again = await client.post("/phone-codes", {"phone": person.phone})
    assert int(again.headers["Retry-After"]) > 0
    assert (await client.post("/phone-codes", {"phone": "12345"})).code == "phone_invalid"
    codes = api.services.phone_codes
    code = codes.secret(await codes.get(codes.privacy.index(person.phone, "phone")))[1]
    asked: dict[str, Any] = {
        "kind": person.credentials[0].kind,
        "name": person.name,
        "number": person.credentials[0].number,
        "phone": person.phone,
        "code": code,
        "consent": True,
    }
    for changes, code in (
        ({"code": "x"}, "phone_code_wrong"),
        ({"number": "123"}, "credential_number_invalid"),
        ({"kind": "uscc"}, "credential_kind_not_accepted"),
        ({"name": "<b>"}, "name_invalid"),
        ({"name": "王小二"}, "identity_mismatch"),
    ):
        assert (await client.post("/binding", asked | changes)).code == code
    assert (await client.get("/me")).json["bound"] is False
    assert (await client.post("/binding", asked)).status == 201


@pytest.mark.article("7.registration")
async def test_binding_understands_what_was_pasted(api: Service) -> None:
    client, person = await api.sign_in("smith"), api.person("smith")
    api.clock.advance(timedelta(minutes=2))
    phone = f"\u202d+86 {person.phone[:3]}-{person.phone[3:7]}-{person.phone[7:]}\u202c"
    assert (await client.post("/phone-codes", {"phone": phone})).status == 202
    codes = api.services.phone_codes
    code = codes.secret(await codes.get(codes.privacy.index(person.phone, "phone")))[1]
    asked: dict[str, Any] = {
        "kind": "passport",
        "name": "SMITH\u200b",
        "number": f"Passport No.: {person.credentials[0].number.lower()}",
        "phone": f"(0086){person.phone}",
        "code": f"验证码{code}，5分钟内有效",
        "consent": True,
    }
    order = Fault(operation="sharing/persons/verify", errcode="field_invalid: number")
    api.simulator.simulator.faults.order(order)
    malformed = await client.post("/binding", asked)
    assert (malformed.status, malformed.code) == (400, "number_malformed")
    assert malformed.json["error"]["field"] == "number"
    assert (await client.post("/binding", asked)).code == "identity_mismatch"
    bound = await client.post("/binding", asked | {"name": " JOHN\u00a0 smith\u202c"})
    assert bound.status == 201, bound.json


@pytest.mark.article("7.person")
@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("zh-CN", "身份证号应为18位，您填了16位"),
        ("en", "ID card number must have 18 characters; you entered 16"),
    ],
)
async def test_a_wrong_number_is_told_what_is_wrong(api: Service, language: str, message: str) -> None:
    client = await api.sign_in("wu")
    asked = {"kind": "resident_id", "name": "吴秀英", "number": "4401131956083048", "phone": "13900010008"}
    sent = asked | {"code": "000000", "consent": True}
    answer = await client.send("POST", "/binding", sent, {"Accept-Language": language})
    assert answer.json["error"] == {
        "code": "credential_number_invalid",
        "message": message,
        "field": "number",
    }


async def test_own_data_preferences_and_leaving(api: Service) -> None:
    client, person = await api.citizen("nguyen"), api.person("nguyen")
    changed = (await client.patch("/me/preferences", {"elder": True, "language": "en"})).json
    assert (changed["elder"], changed["language"]) == (True, "en")
    assert (await client.get("/me")).json == changed
    draft = (await client.post("/applications", {"item": FIRST})).json["id"]
    export = (await client.get("/me/export")).json
    assert export["identity"]["credential_number"] == person.credentials[0].number
    assert export["applications"][0]["answers"]["name"] == person.name
    assert "sealed" not in json.dumps(export)
    assert (await client.delete("/binding")).status == 204
    assert (await client.get(f"/applications/{draft}")).code == "not_bound"
    assert (await client.delete("/session")).status == 204
    assert (await client.get("/me")).code == "not_signed_in"


async def test_a_login_code_works_once(api: Service) -> None:
    code = api.login_code("liang")
    first = await api.client().post("/session", {"code": code})
    assert first.status == 201
    again = await api.client().post("/session", {"code": code})
    assert (again.status, again.code) == (401, "sign_in_code_invalid")
    assert again.headers["WWW-Authenticate"] == "Bearer"
