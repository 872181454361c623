"""A person is asked for a review once, and gives it by a link that is good for that alone (article 17)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.applications import State
from models.appointments import Appointment, Ending, Matter
from models.appointments import State as Booked
from models.people import Party
from models.schedule import Due
from models.voices import Asked, Asking, Invitation
from models.voices.invitations import MISSES, LinkOver, LinkTries, LinkUnknown, LinkUsed, ReviewedOtherwise
from models.voices.rules import ASKED_FOR, NotFinished
from tests.house.clock import Clock
from tests.house.guides import plain_guide
from tests.house.house import House, said
from tests.house.people import BOSS
from tests.house.places import MORNING, with_windows
from tests.models.appointments.test_booking import NINE

ADDRESS = "198.51.100.7"
MORNINGS = with_windows(2, MORNING)


@pytest.fixture
def asking(house: House) -> Asking:
    return house.stores.asking


@pytest.fixture
async def visit(house: House, party: Party) -> Appointment:
    return await house.served(await house.booking(party))


def plan_of(about: Any, kind: str = "appointment") -> Due:
    """What was planned where it was finished, as a worker looks at it."""
    [event] = [event for event in about["events"] if event["name"].endswith((".served", ".concluded"))]
    [plan] = [plan for plan in event["plans"] if plan["what"] == f"{kind}.ask_review"]
    return Due(f"{event['id']}:{plan['what']}", plan["what"], about["_id"], plan["at"], 1, "lease")


async def asked(house: House, visit: Appointment) -> tuple[Asked, str]:
    """That of a visit, and its token."""
    assert await house.stores.asking.ask(plan_of(visit), house.by())
    matter = f"appointment:{visit['_id']}"
    return await house.stores.invitations.get(matter), house.stores.invitations.token(matter)


@pytest.mark.article("17.asked")
async def test_who_was_served_is_asked_once(house: House, asking: Asking, visit: Appointment) -> None:
    kept, token = await asked(house, visit)
    assert (kept["agent"], kept["until"] - kept["at"]) == (visit["applicant"], ASKED_FOR)
    assert not await asking.ask(plan_of(visit), house.by())
    assert token not in str(kept)
    assert len(token) == 32


@pytest.mark.article("17.asked")
async def test_who_had_an_application_concluded_is_asked(house: House, asking: Asking, party: Party) -> None:
    done = await house.application(State.CONCLUDED, party=party)
    assert await asking.ask(plan_of(done, "application"), house.by())
    assert (await house.stores.invitations.get(f"application:{done['_id']}"))["agent"] == party.id


@pytest.mark.article("17.asked")
async def test_of_a_visit_of_several_matters_people_are_asked_once_when_it_is_over(
    house: House, asking: Asking, party: Party, clock: Clock
) -> None:
    """By the first that is left, of all that were served; the link of each leads on to the next."""
    stores, guides = house.stores, [plain_guide(number) for number in range(1, 4)]
    await house.furnish(*guides, hall=MORNINGS)
    starts = [NINE + timedelta(minutes=30 * number) for number in range(3)]
    matters = [Matter(*one) for one in zip(guides, starts, strict=True)]
    made = await stores.several.book(party, matters, MORNINGS, stores.calendar, house.by())
    clock.set(starts[2])
    member = await house.member("centre")
    first_two = made[:2]
    for one in first_two:
        by = house.by_staff("centre")
        await stores.endings.record(one["_id"], member, Ending.SERVED, by, seen=Booked.BOOKED)
    plans = [plan_of(await stores.appointments.get(one["_id"])) for one in first_two]
    clock.set(plans[0].at)
    assert await asking.ask(plans[0], house.by())
    assert await stores.invitations.documents.count_documents({}) == 0, "the third is still to come"
    waits: Any = await stores.appointments.documents.find_one({"_id": made[0]["_id"]})
    [later] = [plan for event in waits["events"][-1:] for plan in event["plans"]]
    assert later == {"what": "appointment.ask_review", "at": made[2]["end"] + timedelta(hours=1)}
    clock.set(later["at"])
    await asyncio.gather(*(asking.ask(plan, house.by()) for plan in plans))
    keys = [f"appointment:{one['_id']}" for one in first_two]
    kept = {one["_id"]: one["events"][0]["data"] async for one in stores.invitations.documents.find({})}
    assert kept == {keys[0]: {"together": keys}, keys[1]: {"with": keys[0]}}
    token = stores.invitations.token(keys[0])
    await asking.answer(token, ADDRESS, 4, [], "", house.by("nobody"))
    following = await asking.next_of(token, clock.now())
    assert following
    assert following["_id"] == keys[1]
    assert await asking.next_of(token, following["until"] + timedelta(seconds=1)) is None
    await asking.answer(stores.invitations.token(keys[1]), ADDRESS, 4, [], "", house.by("nobody"))
    assert await asking.next_of(token, clock.now()) is None


async def test_who_has_reviewed_is_not_asked(
    house: House, asking: Asking, party: Party, visit: Appointment
) -> None:
    await house.review(party, "appointment", visit)
    assert not await asking.ask(plan_of(visit), house.by())


async def test_what_was_corrected_meanwhile_is_not_asked_about(
    house: House, asking: Asking, visit: Appointment
) -> None:
    await house.recorded(visit, Ending.NO_SHOW, minutes=30)
    assert not await asking.ask(plan_of(visit), house.by())


async def test_of_a_body_its_agent_is_asked_and_nobody_who_acts_no_more(house: House, asking: Asking) -> None:
    boss = await house.applicant(*BOSS[:1], number=BOSS[1])
    agent, body = await house.applicant(), await house.body()
    agency = await house.confirmed(agent, body, boss)
    acting = Party(body, agent.agent, agent.account)
    done = await house.application(
        State.CONCLUDED, party=acting, guide=plain_guide(3, audience=["enterprise"])
    )
    assert await asking.ask(plan_of(done, "application"), house.by())
    matter = f"application:{done['_id']}"
    assert (await house.stores.invitations.get(matter))["agent"] == agent.id
    token = house.stores.invitations.token(matter)
    assert (await asking.open(token, ADDRESS, house.stores.clock())).party.agent["_id"] == agent.id
    await house.stores.agencies.end(agency["_id"], agent.agent, house.by())
    with pytest.raises(LinkUnknown):
        await asking.open(token, ADDRESS, house.stores.clock())


@pytest.mark.article("17.asked")
async def test_the_link_gives_that_one_review_in_the_persons_name_and_counts_as_sms(
    house: House, asking: Asking, visit: Appointment
) -> None:
    kept, token = await asked(house, visit)
    for _ in range(3):  # looking uses nothing up
        await asking.open(token, ADDRESS, house.stores.clock())
    given = await asking.answer(token, ADDRESS, 4, [], "很快", house.by("nobody"))
    assert (given["_id"], given["agent"], given["invitation"]) == (
        kept["_id"],
        visit["applicant"],
        Invitation.SMS,
    )
    events = await house.stores.reviews.documents.find_one({"_id": kept["_id"]}, {"events": 1})
    assert events["events"][0]["actor"] == f"applicant:{visit['applicant']}"
    with pytest.raises(LinkUsed):
        await asking.answer(token, ADDRESS, 1, ["108"], "", house.by())
    assert (await house.stores.reviews.get(kept["_id"]))["level"] == 4


async def test_a_refused_review_leaves_the_link_good(
    house: House, asking: Asking, visit: Appointment
) -> None:
    _, token = await asked(house, visit)
    assert await said(asking.answer(token, ADDRESS, 1, [], " ", house.by())) == "reason_required"
    assert await said(asking.answer(token, ADDRESS, 1, ["108"], "", house.by())) == "done"


async def test_who_reviewed_in_another_way_is_told(
    house: House, asking: Asking, party: Party, visit: Appointment
) -> None:
    _, token = await asked(house, visit)
    await house.review(party, "appointment", visit)
    with pytest.raises(ReviewedOtherwise):
        await asking.open(token, ADDRESS, house.stores.clock())


async def test_a_link_is_over_a_week_later_and_good_until_then(
    house: House, asking: Asking, visit: Appointment
) -> None:
    kept, token = await asked(house, visit)
    await asking.open(token, ADDRESS, kept["until"])
    with pytest.raises(LinkOver):
        await asking.open(token, ADDRESS, kept["until"] + timedelta(seconds=1))


async def test_what_is_finished_no_more_is_not_reviewed_by_a_link(
    house: House, asking: Asking, visit: Appointment
) -> None:
    _, token = await asked(house, visit)
    await house.recorded(visit, Ending.NO_SHOW, minutes=30)
    with pytest.raises(NotFinished):
        await asking.open(token, ADDRESS, house.stores.clock())


async def test_links_that_there_are_not_can_be_opened_so_often(
    house: House, asking: Asking, visit: Appointment
) -> None:
    _, token = await asked(house, visit)
    now = house.stores.clock()
    for number in range(MISSES.most):
        assert await said(asking.open(f"{number:032x}", ADDRESS, now)) == "review_link_unknown"
    with pytest.raises(LinkTries):
        await asking.open("f" * 32, ADDRESS, now)
    await asking.open(token, ADDRESS, now)
    assert await said(asking.open("f" * 32, "203.0.113.9", now)) == "review_link_unknown"


@pytest.mark.article("17.asked")
async def test_the_link_at_once_and_beside_another_door_leaves_one(
    house: House, asking: Asking, party: Party, visit: Appointment
) -> None:
    kept, token = await asked(house, visit)
    link = [said(asking.answer(token, ADDRESS, 5, [], "", house.by())) for _ in range(5)]
    other = [said(house.review(party, "appointment", visit)) for _ in range(5)]
    results = await asyncio.gather(*link, *other)
    assert results.count("done") == 1
    by_link = "invitation" in await house.stores.reviews.get(kept["_id"])
    told = "review_link_used" if by_link else "reviewed_otherwise"
    assert set(results[:5]) - {"done"} == {told}
    assert set(results[5:]) - {"done"} == {"already_reviewed"}


async def test_its_person_is_given_what_was_asked_and_no_link(house: House, visit: Appointment) -> None:
    kept, _ = await asked(house, visit)
    [own] = await house.stores.invitations.export(visit["applicant"])
    assert own == {"item_name": kept["item_name"], "at": kept["at"], "until": kept["until"]}
