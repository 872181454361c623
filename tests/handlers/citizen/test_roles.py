"""Acting for a body in one tab and for oneself in another: what belongs to the other role says so, and leads
there and back (article 7).
"""

import re
from uuid import uuid4

import pytest

from tests.files import photo
from tests.house.applying import ANSWERS, ITEM, draft
from tests.house.browser import Browser, Fields
from tests.house.people import BOSS, new_number, new_phone
from tests.house.town import Town

SWITCHED = "请切换身份后继续"


async def agent(town: Town) -> tuple[Browser, str]:
    """The browser of a person who may act for a body, and the body's id; just now for themselves."""
    openid = f"openid-agent-{uuid4().hex[:8]}"
    browser = town.browser()
    await browser.sign_in(openid)
    assert (await browser.bind("钱七", new_number(), new_phone())).status == 303
    account = await town.services.accounts.documents.find_one({"openid": openid})
    person = await town.services.applicants.find_by_account(account["_id"])
    assert person
    body = await town.body()
    boss = await town.services.applicants.find_by_number_index(town.services.applicants.number_index(BOSS[1]))
    chief = boss or (await town.applicant(BOSS[0], number=BOSS[1])).agent
    agency = await town.services.agencies.request(person, body, town.by())
    await town.services.agencies.decide(agency["_id"], chief, confirmed=True, by=town.by())
    return browser, body["_id"]


@pytest.mark.article("7.agent")
async def test_what_was_begun_for_oneself_is_not_lost_while_acting_for_a_body(town: Town) -> None:
    citizen, body = await agent(town)
    path = await draft(citizen)
    assert (await citizen.post("/acting", {"body": body})).status == 303
    saved = await citizen.post(f"{path}/form", {**ANSWERS, "address": "番禺区桥南街9号"})
    assert saved.status == 409
    assert "“本人”" in saved.text
    assert SWITCHED in saved.text
    assert f'data-page="{path}/form"' in saved.text
    assert "番禺区桥南街9号" in saved.text
    assert saved.hidden("body") == ""
    on = await citizen.post("/acting", {"body": "", "next": saved.hidden("next")})
    assert on.location == f"{path}/form"
    assert (await citizen.get(on.location)).status == 200


@pytest.mark.article("7.agent")
async def test_every_page_of_it_says_so(town: Town) -> None:
    citizen, body = await agent(town)
    path = await draft(citizen)
    await citizen.post("/acting", {"body": body})
    for page in ("", "/form", "/materials", "/confirm", "/receipt"):
        shown = await citizen.get(f"{path}{page}")
        assert (shown.status, shown.hidden("next")) == (409, f"{path}{page}"), page
    told = await citizen.post(f"{path}/draft", ANSWERS, X_Requested_With="fetch")
    assert (told.status, told.json["code"]) == (409, "other_role")
    upload = await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())
    assert SWITCHED in upload.text


@pytest.mark.article("7.agent")
async def test_what_is_a_strangers_is_not_there(town: Town) -> None:
    """Nobody learns what another has, nor who they are; also an agent who has left."""
    citizen, body = await agent(town)
    stranger = await town.citizen()
    path = await draft(citizen)
    assert (await stranger.get(path)).status == 404
    booked = await town.booking(await town.applicant())
    assert (await citizen.get(f"/appointments/{booked['_id']}")).status == 404
    key = path.split("/")[2]
    whose = {"person": (await town.services.applications.get(key))["applicant"], "body": body}
    await town.services.applications.documents.update_one({"_id": key}, {"$set": {"applicant": body}})
    shown = await citizen.get(path)
    assert (shown.status, shown.hidden("body")) == (409, body)
    await town.services.agencies.documents.update_one(whose, {"$set": {"state": "ended"}})
    assert (await citizen.get(path)).status == 404
    late = await citizen.post("/acting", {"body": body})
    assert late.status == 403
    assert "您现在以本人身份办事" in late.text


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example"])
async def test_switching_leads_nowhere_else(town: Town, to: str) -> None:
    citizen = await town.citizen()
    assert (await citizen.post("/acting", {"body": "", "next": to})).location == "/"


@pytest.mark.article("7.agent")
async def test_nothing_is_begun_for_another_than_the_page_said(town: Town) -> None:
    """The page was opened for oneself; the role was changed in another tab before its form was sent."""
    citizen, body = await agent(town)
    start = f"/applications/new?item={ITEM}"
    booking = f"/appointments/new?item={ITEM}&hall=district&day=2026-11-25"
    opened = [await citizen.get(page) for page in (start, booking)]
    roles = {page.hidden("role") for page in opened}
    assert len(roles) == 1
    await citizen.post("/acting", {"body": body})
    free = re.search(r'name="start" value="([^"]+)" required>', opened[1].text)
    assert free
    role: Fields = {"role": roles.pop()}
    booked = await citizen.post(
        "/appointments",
        {**role, "item": ITEM, "hall": "district", "start": free[1]},
        Referer=f"{town.url}{booking}",
    )
    begun = await citizen.post("/applications", {**role, "item": ITEM}, Referer=f"{town.url}{start}")
    for page, back in ((booked, booking), (begun, start)):
        assert page.status == 409
        assert SWITCHED in page.text
        assert page.hidden("next") == back.replace("&", "&amp;")
    booked_for = {"applicant": {"$in": [body, role["role"]]}}
    assert not await town.services.appointments.documents.count_documents(booked_for)
    assert not await town.services.applications.documents.count_documents({"agent": role["role"]})
    invented = await citizen.post("/applications", {"role": "f" * 32, "item": ITEM})
    assert invented.status == 403
