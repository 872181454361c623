"""The first page of a kiosk: what most people come for, and one's own things once one is signed in."""

import re
from datetime import timedelta

import pytest

from models.people import Party
from tests.handlers.citizen.test_roles import agent
from tests.house.applying import concluded, key_of, submitted
from tests.house.guides import plain_guide, rich_guide
from tests.house.kiosks import at_kiosk, person_at_kiosk, standing, token_of
from tests.house.town import Town

OWN = ("/kiosk/applications", "/kiosk/appointments", "/kiosk/reviews")
LARGE = 'class="elder"'


@pytest.mark.article("23.4")
async def test_most_used_guides_stand_on_the_first_page(town: Town) -> None:
    page = (await (await at_kiosk(town)).get("/kiosk")).text
    assert f'href="/kiosk/guides/{rich_guide().item}"' in page
    assert not any(f'href="{path}"' in page for path in OWN)
    await town.publish(*(plain_guide(900 + number) for number in range(8)))
    page = (await (await at_kiosk(town)).get("/kiosk")).text
    assert len(set(re.findall(r'href="/kiosk/guides/([0-9A-Z]{31})"', page))) == 6
    assert "/kiosk/end" not in page.split("</header>")[0]


@pytest.mark.article("23.7")
async def test_who_is_signed_in_finds_what_is_their_own(town: Town) -> None:
    phone = await town.citizen("欧阳小明")
    case = key_of(await concluded(town, phone))
    going_on = key_of(await submitted(phone))
    screen = await person_at_kiosk(town, phone)
    page = (await screen.get("/kiosk")).text
    assert all(f'href="{path}"' in page for path in OWN)
    head = page.split("</header>")[0]
    assert "欧***" in head
    assert "小明" not in page
    assert 'href="/kiosk/end"' in head
    assert "1 件等您评价" in page
    review = f"/kiosk/applications/{case}/review"
    waiting = (await screen.get("/kiosk/reviews")).text
    assert f'href="{review}"' in waiting
    assert going_on not in waiting, "it is not finished"
    assert (await screen.post(review, {"level": "5"})).status == 303
    assert "没有等待评价的事项" in (await screen.get("/kiosk")).text
    assert review not in (await screen.get("/kiosk/reviews")).text


@pytest.mark.article("23.7")
async def test_visits_and_applications_wait_for_a_review_the_latest_first(town: Town) -> None:
    phone = await town.citizen()
    key = key_of(await concluded(town, phone))
    case = await town.services.applications.get(key)
    person = await town.services.applicants.get(case["applicant"])
    visit = await town.served(await town.booking(Party(person, person, case["account"])))
    later = key_of(await concluded(town, phone))
    documents = town.services.applications.documents
    await documents.update_one({"_id": later}, {"$set": {"changed_at": visit["start"] + timedelta(hours=1)}})
    page = (await (await person_at_kiosk(town, phone)).get("/kiosk/reviews")).text
    assert re.findall(r'href="/kiosk/([a-z]+)/([0-9a-f]+)/review"', page) == [
        ("applications", later),
        ("appointments", visit["_id"]),
        ("applications", key),
    ]


@pytest.mark.article("23.3")
async def test_large_text_is_the_persons_and_ends_with_them(town: Town) -> None:
    phone = await town.citizen()
    await phone.post("/settings", {"elder": "1"})
    screen = await person_at_kiosk(town, phone)
    assert LARGE in (await screen.get("/kiosk")).text
    await screen.get("/kiosk/end")
    assert LARGE not in (await screen.get("/kiosk")).text
    await screen.post("/kiosk/settings", {"elder": "1", "next": "/kiosk/guides"})
    assert LARGE in (await screen.get("/kiosk/guides")).text
    await screen.get("/kiosk/end")
    assert LARGE not in (await screen.get("/kiosk/guides")).text


@pytest.mark.article("23.3")
async def test_a_session_lasts_while_it_is_in_use(town: Town) -> None:
    """And a quarter of an hour longer."""
    screen = await person_at_kiosk(town, await town.citizen())
    for minutes, signed_in in ((14, True), (14, True), (14, True), (15, False)):
        town.clock.advance(timedelta(minutes=minutes))
        screen.cookies["device_session"] = await token_of(town, await standing(town))
        assert ("kiosk/person.js" in (await screen.get("/kiosk/notes")).text) is signed_in


@pytest.mark.article("7.agent")
async def test_who_was_dismissed_meanwhile_is_nobodys_agent_at_a_kiosk(town: Town) -> None:
    phone, body = await agent(town)
    await phone.post("/acting", {"body": body})
    screen = await person_at_kiosk(town, phone)
    shown = await screen.get("/kiosk")
    assert "top__whose" in shown.text
    await town.services.agencies.documents.update_one({"body": body}, {"$set": {"state": "ended"}})
    shown = await screen.get("/kiosk")
    assert (shown.status, "top__whose" in shown.text) == (200, False)
