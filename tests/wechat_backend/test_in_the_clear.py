"""A whole journey through every door, and then a search of all that the service keeps and says.

No number, phone or address, and no name of a person, can be read in it.
"""

import logging
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from models.appointments import Ending
from models.guides import Guide
from tests.files import a_pdf, photo
from tests.house.browser import Browser, Fields
from tests.house.clock import Clock
from tests.house.guides import api_guide
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
FILE = f"{PRIVATE['name']}身份证{PRIVATE['number']}"


def guide() -> Guide:
    plain = api_guide().model_dump(mode="json")
    plain["form"]["sections"][0]["questions"] += [
        {"name": "relation", "label": "与出租人关系", "kind": "text"},
        {"name": "remark", "label": "其他说明", "kind": "long_text"},
    ]
    return Guide.model_validate(plain)


@pytest.fixture
async def whole(mongo_uri: str, database: Any, clock: Clock) -> AsyncIterator[Whole]:
    async with opened(mongo_uri, database, clock) as whole:
        await whole.town.furnish(guide())
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


async def handed_in(citizen: Browser, how: Fields) -> str:
    """The path of an application: begun, filled, with files of telling names, handed in."""
    begun = await citizen.post("/applications", {"item": guide().item})
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
    start = re.findall(r'name="start" value="([^"]+)"', page)[0]
    made = await citizen.post("/appointments", {"item": guide().item, "hall": "district", "start": start})
    assert made.status == 303
    return made.location


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
    kiosk = whole.town.browser()
    await kiosk.get("/kiosk")
    for typed in (serial, NUMBER, PRIVATE["name"]):
        await kiosk.post("/kiosk/progress", {"serial": typed})
        await kiosk.get(f"/kiosk/guides?q={typed}".encode().decode("latin-1"))
        await kiosk.get(f"/verify/{typed}".encode().decode("latin-1"))
        assert NUMBER not in await whole.say("openid-of-nobody", typed)
    await whole.say("openid-of-nobody", TOLD)


async def acting_for_a_body(whole: Whole, agent: Browser) -> str:
    """Where the agency is; it is confirmed by the representative, and the agent acts for the body."""
    boss = await signed_in(whole, "name of the representative", BOSS_NUMBER, "phone of the representative")
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
        assert done.status == 303
        assert PRIVATE["name at the window"] not in (await desk.get(done.location)).text


async def object_to_a_record(whole: Whole, citizen: Browser) -> None:
    """A visit is recorded as missed; the person objects, and an objection is decided."""
    path = await book(citizen)
    key = path.split("/")[2]
    await whole.town.recorded(await whole.town.services.appointments.get(key), Ending.NO_SHOW, minutes=15)
    assert (await citizen.post(f"{path}/objection", {"seen": "no_show", "words": TOLD})).status == 303
    desk = await whole.office.desk("management")
    decided = await desk.post(f"/admin/objections/{key}/decision", {"decision": "kept", "reason": TOLD})
    assert decided.status == 303


@pytest.mark.article("7.sealed", "14.kept")
async def test_nothing_private_can_be_read_anywhere(whole: Whole, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    whole.town.register.representative = (PRIVATE["name of the representative"], BOSS_NUMBER)
    citizen = await signed_in(whole, "name", NUMBER, "phone")
    agent = await signed_in(whole, "agent's name", OTHERS, "agent's phone")
    await dropped(citizen)
    path = await handed_in(citizen, {"how": "window", "hall": "district"})
    booked = await book(citizen)
    agency = await acting_for_a_body(whole, agent)
    await at_a_window(whole)
    await by_the_api(whole)
    await whole.work()
    before = await whole.everything()
    assert list(in_the_clear(before, PRIVATE)) == [], "while it runs"
    await staff_ask_look_and_conclude(whole, path, citizen)
    assert (await citizen.post(f"{booked}/cancel")).status == 303
    await object_to_a_record(whole, citizen)
    assert (await agent.post(f"{agency}/end")).status == 303
    assert (await citizen.get("/me/export")).status == 200
    assert (await citizen.post("/me/unbind")).status == 303
    await whole.work()

    everything = await whole.everything()
    everything["log of libraries"] = caplog.text
    assert set(everything) >= {
        *("accounts", "agencies", "applicants", "applications", "appointments", "counters", "deliveries"),
        *("events", "inbox", "materials", "phone_codes", "reviews", "sessions", "staff", "guides", "halls"),
        *("files.files", "files.chunks", "bytes of files", "log", "log of libraries", "figures"),
    }
    assert all(everything[name] not in ("", "[]") for name in ("applications", "reviews", "inbox", "log"))
    assert list(in_the_clear(everything, PRIVATE)) == []
    serials = [one["serial"] async for one in whole.database["applications"].find({"serial": {"$ne": None}})]
    assert len(serials) == 2
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
