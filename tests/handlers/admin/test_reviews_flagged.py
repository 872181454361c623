"""A flag for many reviews that were set aside, in the panel (article 28, item 3)."""

import re

import pytest

from models.people import Party
from models.schedule import Due
from models.staff import Role
from models.voices import LOOK, GivenReview
from tests.handlers.admin.test_blacklist import sent
from tests.house.barred import cast_of
from tests.house.guides import USCC, plain_guide
from tests.house.listing import FACTS
from tests.house.office import Office
from tests.house.reviewed import bad_review_of_guide, set_aside
from tests.house.staff import Post


async def flagged(office: Office, party: Party) -> tuple[str, list[GivenReview]]:
    """The id of the flag for four reviews that a person wrote; an officer is there to look at it."""
    town = office.town
    await town.member("li", Post((Role.SERVICE_MANAGEMENT,)))
    reviews = [
        await set_aside(town, await bad_review_of_guide(town, party, plain_guide(number)), party)
        for number in range(80, 84)
    ]
    due = Due(f"{party.id}:{LOOK}", LOOK, reviews[-1]["_id"], town.stores.clock(), 1, "lease")
    assert await town.stores.watch.look_at_review(due, town.by())
    [flag] = await town.stores.flags.of_applicants([party.agent["_id"]])
    return flag["_id"], reviews


async def proposed(office: Office, flag: str, reviews: list[GivenReview]) -> str:
    """The page of the decision that an officer proposes with the form of a flag, as it comes."""
    li, path = await office.desk("li"), f"/admin/new-ban?flag={flag}"
    ticked = re.findall(r'name="evidence" value="([^"]*)" checked', (await li.get(path)).text)
    assert sorted(ticked) == sorted(f"review:{one['_id']}" for one in reviews)
    answer = await sent(li, path, {"ground": "malice", "facts": FACTS, "evidence": ticked})
    assert answer.status == 303
    return answer.location


@pytest.mark.article("28.3")
async def test_from_reviews_that_were_set_aside_to_a_decision(office: Office) -> None:
    """Its page leads to each by what staff know it by, and the form has them as evidence."""
    party = await office.town.applicant("陈大文")
    flag, reviews = await flagged(office, party)
    li = await office.desk("li")
    queue = (await li.get("/admin/flags?reason=reviews_set_aside")).text
    assert "多条评价经异议核实不计入" in queue
    assert "4条评价" in queue
    page = (await li.get(f"/admin/flags/{flag}")).text
    assert "相关评价" in page
    assert "相关办件" not in page
    shown = re.findall(r'href="/admin/reviews/([0-9a-f]{32})"', page)
    assert sorted(shown) == sorted(one["ref"] for one in reviews)
    assert "guide:" not in page
    review = await li.get(f"/admin/reviews/{shown[0]}")
    assert review.status == 200
    for tells in ("陈大文", party.agent["masked_name"], party.id, flag):
        assert tells not in review.text
    decision = await proposed(office, flag, reviews)
    assert (await li.get(decision)).text.count("SHA-256") == 4
    assert "核对一致" in (await li.get(f"{decision}/evidence/1")).text


@pytest.mark.article("28.3")
async def test_reviews_that_an_agent_wrote_may_be_evidence(office: Office) -> None:
    """The flag is about who wrote them, the reviews are the body's."""
    party = (await cast_of(office.town)).parties["the person, for the body"]
    flag, reviews = await flagged(office, party)
    await proposed(office, flag, reviews)


@pytest.mark.article("28.3")
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SERVICE_MANAGEMENT])
async def test_nobody_else_is_led_from_a_person_to_reviews(office: Office, role: Role) -> None:
    flag, _ = await flagged(office, await office.town.applicant())
    await office.town.member("other", Post((role,), USCC))
    desk = await office.desk("other")
    for path in (f"/admin/flags/{flag}", f"/admin/new-ban?flag={flag}", "/admin/flags"):
        assert (await desk.get(path)).status == 403
