"""A whole journey through every door, and then a search of all that the service keeps and says.

No number, phone or address, and no name of a person, can be read in it.
"""

import logging
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from handlers.web.qr import qr_png
from models.guides import Guide
from tests.files import a_pdf, photo
from tests.house.browser import Browser, Fields
from tests.house.clock import Clock
from tests.house.guides import CARD, api_guide, plain_guide
from tests.house.kiosks import at_kiosk
from tests.house.office import conclude, staffed
from tests.house.people import WEIMEI, new_number
from tests.house.whole import Whole, in_the_clear, opened

NUMBER, OTHERS, AT_WINDOW = new_number(), new_number("19550505"), new_number("19600606")
BOSS_NUMBER = new_number("19710101")
PRIVATE = {
    "name": "欧阳海燕",
    "agent's name": "司徒美玲",
    "name at the window": "诸葛长青",
    "name of the landlord": "何伟民",
    "name of the representative": "上官文博",
    "number": NUMBER,
    "agent's number": OTHERS,
    "number at the window": AT_WINDOW,
    "number of the representative": BOSS_NUMBER,
    "number of the body": WEIMEI[1],
    "phone": "13800138001",
    "agent's phone": "13900139002",
    "phone at the window": "13700137003",
    "new phone": "13600136004",
    "phone of the representative": "13500135005",
    "phone of a member": "13400134006",
    "address": "清河东路88号606房",
    "postal address": "紫坭村大街12号",
}
TOLD = f"请打{PRIVATE['phone']}找{PRIVATE['name of the landlord']}，证件{PRIVATE['number']}"
"""What people write where they can write what they like."""
ANSWERS: Fields = {
    "phone": PRIVATE["phone"],
    "address": f"番禺区市桥街道{PRIVATE['address']}",
    "housing": "rent",
    "landlord": PRIVATE["name of the landlord"],
    "relation": PRIVATE["name"],
    "remark": TOLD,
}
WORKING = "openid-of-a-member"
"""Of the WeChat that a member of the staff binds; accounts are known by it."""
FILE = f"{PRIVATE['name']}身份证{PRIVATE['number']}"


def guide() -> Guide:
    plain = api_guide().model_dump(mode="json")
    plain["form"]["sections"][0]["questions"] += [
        {"name": "relation", "label": "与出租人关系", "kind": "text"},
        {"name": "remark", "label": "其他说明", "kind": "long_text"},
    ]
    return Guide.model_validate(plain)


def on_paper() -> Guide:
    """The same, whose form is printed and brought."""
    changes: Fields = {"item": plain_guide(2).item, "handling": "form_generation"}
    return Guide.model_validate(guide().model_dump(mode="json") | changes | {"visits": 1})


@pytest.fixture
async def whole(mongo_uri: str, database: Any, clock: Clock) -> AsyncIterator[Whole]:
    async with opened(mongo_uri, database, clock) as whole:
        await whole.town.furnish(guide())
        await whole.town.publish(on_paper())
        await staffed(whole.town)
        yield whole


async def signed_in(whole: Whole, whose: str, number: str, phone: str) -> Browser:
    browser = whole.town.browser()
    await whole.say(f"openid-{number[-6:]}", "你好")
    await browser.sign_in(f"openid-{number[-6:]}")
    wrong = await browser.bind(PRIVATE[whose], f"{number[:-1]}?", PRIVATE[phone])
    assert wrong.status == 400
    bound = await browser.bind(PRIVATE[whose], number, PRIVATE[phone])
    assert bound.status == 303, bound.text
    return browser


async def handed_in(citizen: Browser, guide: Guide, how: Fields) -> str:
    """The path of an application: begun, filled, with files of telling names, handed in."""
    begun = await citizen.post("/applications", {"item": guide.item})
    path = begun.location.removesuffix("/form")
    assert (await citizen.post(f"{path}/draft", ANSWERS, X_Requested_With="fetch")).status == 200
    assert (await citizen.post(f"{path}/form", ANSWERS)).status == 303
    for name, content in ((f"{FILE}.jpg", photo()), (f"{FILE}.pdf", a_pdf(NUMBER))):
        assert (await citizen.upload(f"{path}/materials/permit", name, content)).status == 303
    done = await citizen.post(f"{path}/confirm", {"promise": "yes", **how})
    assert done.location == f"{path}/receipt", done.text
    assert (await citizen.get(done.location)).status == 200
    return path


async def dropped(citizen: Browser) -> None:
    """A draft with its file, taken away again."""
    begun = await citizen.post("/applications", {"item": guide().item})
    path = begun.location.removesuffix("/form")
    await citizen.post(f"{path}/form", ANSWERS)
    assert (await citizen.upload(f"{path}/materials/permit", f"{FILE}.jpg", photo())).status == 303
    assert (await citizen.post(f"{path}/delete")).status == 303


async def book(citizen: Browser) -> str:
    page = (await citizen.get(f"/appointments/new?item={guide().item}&hall=district")).text
    day = re.findall(r"day=([0-9-]{10})", page)[-1]
    page = (await citizen.get(f"/appointments/new?item={guide().item}&hall=district&day={day}")).text
    for start in re.findall(r'name="start" value="([^"]+)"', page):
        made = await citizen.post("/appointments", {"item": guide().item, "hall": "district", "start": start})
        if made.status == 303:
            return made.location
    raise AssertionError(page)


async def staff_ask_look_and_conclude(whole: Whole, path: str, citizen: Browser) -> None:
    desk = await whole.office.desk("approver")
    case = f"/admin{path}"
    assert (await desk.get(case)).status == 200
    assert (await desk.post(f"{case}/reveal", {"reason": TOLD})).status == 200
    asked: Fields = {"materials": "permit", "fields": "landlord", "reason": TOLD}
    assert (await desk.post(f"{case}/request_supplement", asked)).status == 303
    await whole.work()
    await citizen.upload(f"{path}/materials/permit", f"{FILE}.jpg", photo())
    assert (await citizen.post(f"{path}/supplement", ANSWERS)).location == path
    assert (await desk.post(f"{case}/accept")).status == 303
    decided = await conclude(desk, case, {"decision": "denied", "reason": TOLD}, (f"{FILE}.pdf", a_pdf()))
    assert decided.status == 303, decided.text
    given = await citizen.post(f"{path}/review", {"level": "1", "tags": "108", "words": TOLD})
    assert given.status in (200, 303), given.text
    for query in (TOLD, NUMBER, PRIVATE["name"]):
        await desk.get(f"/admin/applications?q={query}".encode().decode("latin-1"))


async def by_the_api(whole: Whole) -> None:
    """The agent's mini-program, for the body; then what anybody types at a kiosk and in the chat."""
    code = whole.town.sign_ins.agree(f"openid-{OTHERS[-6:]}")
    session = await whole.client().post("/session", {"code": code})
    client = whole.client(session.json["token"])
    draft = (await client.post("/applications", {"item": guide().item})).json
    answers = {**draft["answers"], **ANSWERS}
    kept = await client.put(f"/applications/{draft['id']}/answers", {"answers": answers})
    assert kept.json["unfinished"] == {}
    named = {"Content_Type": "image/jpeg", "X_File_Name": f"{NUMBER}.jpg"}
    await client.put(f"/applications/{draft['id']}/materials/permit", photo(), **named)
    courier = {"how": "courier", "address": f"{PRIVATE['postal address']}", "promise": True}
    handed = await client.post(f"/applications/{draft['id']}/submission", courier)
    assert handed.status == 201, handed.json
    serial = handed.json["serial"]
    for path in ("/me", "/me/export", f"/applications/{draft['id']}", f"/progress/{serial}"):
        assert (await client.get(path)).status == 200
    kiosk = await at_kiosk(whole.town)
    for typed in (serial, NUMBER, PRIVATE["name"]):
        await kiosk.post("/kiosk/progress", {"serial": typed})
        await kiosk.get(f"/kiosk/guides?q={typed}".encode().decode("latin-1"))
        await kiosk.get(f"/verify/{typed}".encode().decode("latin-1"))
        assert NUMBER not in await whole.say("openid-of-nobody", typed)
    await whole.say("openid-of-nobody", TOLD)


async def acting_for_a_body(whole: Whole, agent: Browser, boss: Browser) -> str:
    """Where the agency is; it is confirmed by the representative, and the agent acts for the body."""
    asked: Fields = {"credential": "enterprise:uscc", "name": WEIMEI[0], "number": WEIMEI[1]}
    made = await agent.post("/enterprises", asked)
    assert made.status == 303, made.text
    agency = await whole.town.services.agencies.documents.find_one({})
    assert (await boss.post(f"/enterprises/{agency['_id']}/confirm")).status == 303
    assert (await agent.post("/acting", {"body": agency["body"]})).status == 303
    return f"/enterprises/{agency['_id']}"


async def at_a_window(whole: Whole) -> None:
    """Somebody is verified, and later has another phone."""
    desk = await whole.office.desk("window")
    for phone in ("phone at the window", "new phone"):
        seen = {"kind": "resident_id", "name": PRIVATE["name at the window"], "number": AT_WINDOW}
        done = await desk.post("/admin/verify", {**seen, "phone": PRIVATE[phone]})
        said = (await desk.get(done.location)).text
        assert "已核验：诸***" in said
        assert PRIVATE["name at the window"] not in said


async def tried_at_the_panel(whole: Whole) -> None:
    """What belongs into other fields is typed as user name and password, until the network is held up."""
    for name, word in ((NUMBER, PRIVATE["phone"]), (PRIVATE["name"], NUMBER), (PRIVATE["phone"], TOLD)):
        for _ in range(2):
            assert (await whole.office.sign_in(name, word)).status == 401
    assert (await whole.office.sign_in("centre")).status == 303


async def searched(whole: Whole, citizen: Browser) -> None:
    """What is private is typed into every search, beside what others do."""
    await whole.town.refer(CARD)
    desk = await whole.office.desk("approver")
    for words in (f"社保卡 {TOLD}", NUMBER, PRIVATE["name"]):
        typed = quote(words)
        for door in (
            "/guides?q=",
            "/appointments/new?q=",
            "/kiosk/guides?q=",
            "/sign-in?next=/guides%3Fq%3D",
        ):
            assert (await citizen.get(f"{door}{typed}")).status in (200, 302, 303), door
        assert (await whole.client().get(f"/guides?q={typed}")).status == 200
        assert (await citizen.get(f"/{typed}")).status == 404
        for door in ("/admin/applications.csv?q=", "/admin/appointments?code="):
            await desk.get(f"{door}{typed}")
        await whole.say("openid-of-nobody", words)
    assert CARD.name in (await citizen.get(f"/guides?q={quote('社保卡')}")).text


def drawn(scanned: list[str], text: str) -> bytes:
    scanned.append(urlsplit(text).path)
    return qr_png(text)


async def reached(whole: Whole, scanned: list[str]) -> None:
    """A member's phone and own WeChat are bound; the WeChat of a member who has no account elsewhere."""
    desk, phone = await whole.office.desk("window"), PRIVATE["phone of a member"]
    assert (await desk.post("/admin/account/phone/code", {"phone": phone})).status == 200
    await whole.work()
    sent = await whole.town.code_sent(phone)
    assert (await desk.post("/admin/account/phone", {"phone": phone, "code": sent})).status == 303
    await desk.post("/admin/account/wechat/begin")
    own = whole.town.browser()
    await own.sign_in(WORKING, to=scanned[-1])
    assert (await own.post(scanned[-1])).status == 303
    code = re.findall(r'role="status">([0-9]{4})<', (await own.get(scanned[-1])).text)[0]
    assert (await desk.post("/admin/account/wechat", {"code": code})).status == 303
    for page in ("/admin/account", "/admin/account/phone", "/admin/account/wechat"):
        shown = (await desk.get(page)).text
        assert phone not in shown
        assert WORKING not in shown
    await whole.work()


async def printed(whole: Whole, citizen: Browser) -> None:
    """A form on paper: printed by its applicant and at the window, taken in, held up, given back."""
    path = await handed_in(citizen, on_paper(), {"how": "window", "hall": "district"})
    assert PRIVATE["name"] in (await citizen.get(f"{path}/print")).text
    case, desk = f"/admin{path}", await whole.office.desk("both")
    assert PRIVATE["name"] in (await desk.post(f"{case}/print")).text
    for action, fields in (
        ("receive", {}),
        ("accept", {}),
        ("pause", {"procedure": "expert_review"}),
        ("resume", {}),
        ("return", {"step": "confirm"}),
    ):
        done = await desk.post(f"{case}/{action}", {"reason": TOLD, **fields})
        assert done.status == 303, (action, done.text)
    await whole.work()
    assert PRIVATE["phone"] in (await citizen.get(path)).text


async def ended_and_objected(whole: Whole, visits: dict[str, Browser]) -> None:
    """Staff record how visits ended; the people say by page, chat and API that it was otherwise."""
    services, clock = whole.town.services, whole.town.clock
    paths = {who: await book(citizen) for who, citizen in visits.items()}
    found = [await services.appointments.get(path.split("/")[2]) for path in paths.values()]
    clock.set(max(visit["start"] for visit in found) + timedelta(minutes=30))
    desk, management = await whole.office.desk("centre"), await whole.office.desk("management")
    for who, path in paths.items():
        await visits[who].sign_in(f"openid-{who}")
        assert (await desk.post(f"/admin{path}/giving-up")).status == 303
        await whole.work()
        assert (await visits[who].post(f"{path}/giving-up", {"confirmed": "no"})).status == 303
        record: Fields = {"ending": "missing_material", "material": "permit", "seen": "booked"}
        assert (await desk.post(f"/admin{path}/ending", record)).status == 303
        await whole.work()
    by_page, by_chat, by_api = paths
    told: Fields = {"seen": "missing_material", "words": TOLD}
    assert (await visits[by_page].post(f"{paths[by_page]}/objection", told)).status == 303
    assert "异议已收到" in await whole.say(f"openid-{by_chat}", f"我有异议：{TOLD}")
    code = whole.town.sign_ins.agree(f"openid-{by_api}")
    client = whole.client((await whole.client().post("/session", {"code": code})).json["token"])
    assert (await client.post(f"{paths[by_api]}/objection", told)).status == 201
    for who, path in paths.items():
        decision: Fields = {"decision": "upheld" if who == by_chat else "kept", "reason": TOLD}
        case = path.replace("/appointments", "/admin/objections")
        decided = await management.post(f"{case}/decision", decision)
        assert decided.status == 303, decided.text
        assert PRIVATE["phone"] in (await visits[who].get(path)).text
    await whole.work()
    assert (await management.get("/admin/objections?show=decided")).text.count(PRIVATE["phone"]) >= len(paths)


@pytest.mark.article("7.sealed", "14.kept")
async def test_nothing_private_can_be_read_anywhere(
    whole: Whole, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    scanned: list[str] = []
    monkeypatch.setattr("handlers.admin.wechat.qr_png", partial(drawn, scanned))
    whole.town.register.representative = (PRIVATE["name of the representative"], BOSS_NUMBER)
    citizen = await signed_in(whole, "name", NUMBER, "phone")
    agent = await signed_in(whole, "agent's name", OTHERS, "agent's phone")
    await dropped(citizen)
    path = await handed_in(citizen, guide(), {"how": "window", "hall": "district"})
    booked = await book(citizen)
    boss = await signed_in(whole, "name of the representative", BOSS_NUMBER, "phone of the representative")
    agency = await acting_for_a_body(whole, agent, boss)
    await at_a_window(whole)
    await tried_at_the_panel(whole)
    await reached(whole, scanned)
    await searched(whole, citizen)
    await by_the_api(whole)
    await printed(whole, citizen)
    await whole.work()
    before = await whole.everything()
    assert list(in_the_clear(before, PRIVATE)) == [], "while it runs"
    await staff_ask_look_and_conclude(whole, path, citizen)
    assert (await citizen.post(f"{booked}/cancel")).status == 303
    people = {NUMBER[-6:]: citizen, BOSS_NUMBER[-6:]: boss, OTHERS[-6:]: agent}
    await ended_and_objected(whole, people)
    assert (await agent.post(f"{agency}/end")).status == 303
    assert (await citizen.get("/me/export")).status == 200
    assert (await citizen.post("/me/unbind")).status == 303
    await whole.work()

    everything = await whole.everything()
    everything["log of libraries"] = caplog.text
    assert set(everything) >= {
        *("accounts", "agencies", "applicants", "applications", "appointments", "counters", "deliveries"),
        *("events", "inbox", "materials", "phone_codes", "reviews", "sessions", "staff", "guides", "halls"),
        *("referrals", "schedule", "staff_devices", "staff_tries", "uses"),
        *("files.files", "files.chunks", "bytes of files", "log", "log of libraries", "figures"),
    }
    assert all(everything[name] not in ("", "[]") for name in ("applications", "reviews", "inbox", "log"))
    assert list(in_the_clear(everything, PRIVATE)) == []
    tokens = {"token of a member's QR": scanned[-1].rpartition("/")[2]}
    assert list(in_the_clear(everything, tokens)) == []
    assert {name for name, content in everything.items() if WORKING in content} == {"accounts", "events"}
    of_members = await whole.database["events"].find({"name": {"$regex": "^staff"}}).to_list()
    assert WORKING not in str(of_members)
    serials = [one["serial"] async for one in whole.database["applications"].find({"serial": {"$ne": None}})]
    assert len(serials) == 3
    for said in ("log", "log of libraries", "figures"):
        assert not [serial for serial in serials if serial in everything[said]], said
        assert "openid" not in everything[said], said


@pytest.mark.parametrize("what", sorted(PRIVATE))
async def test_the_search_bites(whole: Whole, what: str) -> None:
    """Whatever is private is found wherever it is."""
    text = PRIVATE[what]
    await whole.database["applications"].insert_one({"_id": "a", "answers": {"x": [{"y": f"<{text}>"}]}})
    files: Any = whole.database.bucket("files")
    await files.upload_from_stream_with_id("f", f"{text}.jpg", f"PDF {text}".encode())
    whole.logged.append({"path": f"/verify/{text}"})
    found = set(in_the_clear(await whole.everything(), PRIVATE))
    assert {f"{place}: {what}" for place in ("applications", "files.files", "bytes of files", "log")} <= found
    await whole.database["applications"].delete_many({"_id": "a"})
    await files.delete("f")
