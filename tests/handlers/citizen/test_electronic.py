"""Electronic service is asked for at the binding, at a hand-in and on the own page; nothing depends on it."""

import pytest

from models.people import CURRENT_WORDING, Applicant
from tests.house.applying import draft, submitted
from tests.house.browser import Browser
from tests.house.people import new_number, new_phone
from tests.house.town import Town

AGREES = {"electronic": CURRENT_WORDING.value}
ADDRESS = "/me/electronic-service"


async def citizen_of(town: Town, openid: str, **ticked: str) -> Browser:
    visitor = town.browser()
    await visitor.sign_in(openid)
    assert "我同意电子送达" in (await visitor.get("/binding")).text
    assert (await visitor.bind("陈大文", new_number(), new_phone(), **ticked)).status == 303
    return visitor


async def person_of(town: Town, openid: str) -> Applicant:
    account = await town.services.accounts.documents.find_one({"openid": openid})
    found = await town.services.applicants.find_by_account(account["_id"])
    assert found
    return found


async def said_by(town: Town, openid: str) -> list[bool]:
    return [one["agreed"] for one in (await person_of(town, openid)).get("agreements", [])]


@pytest.mark.parametrize(("ticked", "said"), [({}, []), (AGREES, [True])])
async def test_the_binding_asks_and_does_not_demand(
    town: Town, ticked: dict[str, str], said: list[bool]
) -> None:
    openid = f"openid-binds-electronic-{len(said)}"
    await citizen_of(town, openid, **ticked)
    assert await said_by(town, openid) == said


@pytest.mark.parametrize(("ticked", "said"), [({}, []), (AGREES, [True])])
async def test_a_hand_in_asks_who_has_not_agreed(
    town: Town, ticked: dict[str, str], said: list[bool]
) -> None:
    openid = f"openid-hands-in-{len(said)}"
    citizen = await citizen_of(town, openid)
    await submitted(citizen, **ticked)
    assert await said_by(town, openid) == said


@pytest.mark.parametrize(("ticked", "asked"), [({}, True), (AGREES, False)])
async def test_who_has_agreed_is_not_asked_again(town: Town, ticked: dict[str, str], asked: bool) -> None:
    citizen = await citizen_of(town, f"openid-asked-{asked}", **ticked)
    page = await citizen.get(f"{await draft(citizen)}/confirm")
    assert ("我同意电子送达" in page.text) is asked


async def test_the_own_page_says_how_it_stands_and_takes_it_back(town: Town) -> None:
    openid = "openid-own-page"
    citizen = await citizen_of(town, openid)
    assert f'href="{ADDRESS}"' in (await citizen.get("/me")).text
    assert "未同意" in (await citizen.get(ADDRESS)).text
    assert (await citizen.post(ADDRESS, AGREES)).status == 303
    page = (await citizen.get(ADDRESS)).text
    assert ("已同意" in page, "撤回同意" in page) == (True, True)
    assert (await citizen.post(ADDRESS)).status == 303
    assert await said_by(town, openid) == [False, True]
    assert (await citizen.post(ADDRESS, {"electronic": "1999-01"})).status == 400
    citizen.cookies["language"] = "en"
    assert "Agree to electronic service" in (await citizen.get(ADDRESS)).text
