"""Acting for an enterprise (article 7)."""

from contextlib import suppress
from datetime import timedelta

import pytest

from models.counters import Use
from models.errors import BadInput, Conflict, DomainError, Forbidden, TooMany
from models.people.agencies import is_confirmed, is_waiting
from models.people.binding import BODIES, REGISTER
from models.people.credentials import ApplicantKind, CredentialKind, check_credential
from models.workdays import local_date
from tests.house.clock import START, Clock, MakeCause
from tests.house.house import House
from tests.house.people import BOSS, ELDER, WEIMEI


@pytest.mark.article("7.agent")
async def test_an_agent_acts_only_after_the_representative_confirmed(house: House, cause: MakeCause) -> None:
    agent = await house.bind("a1", cause())
    boss = await house.bind("a2", cause(), BOSS, "13900000002")
    agency = await house.for_weimei(agent, cause())
    assert is_waiting(agency)
    assert not is_confirmed(agency)
    with pytest.raises(Forbidden):
        await house.stores.binding.acting(agent, agency["body"])
    with pytest.raises(Conflict):
        await house.stores.agencies.decide(agency["_id"], agent, confirmed=True, by=cause())
    assert [a["_id"] for a in await house.stores.agencies.of_representative(boss)] == [agency["_id"]]
    await house.stores.agencies.decide(agency["_id"], boss, confirmed=True, by=cause())
    assert (await house.stores.binding.acting(agent, agency["body"]))["_id"] == agency["body"]
    await house.stores.agencies.end(agency["_id"], boss, cause())
    with pytest.raises(Forbidden):
        await house.stores.binding.acting(agent, agency["body"])


async def test_a_representative_needs_nobody_else(house: House, cause: MakeCause) -> None:
    boss = await house.bind("a2", cause(), BOSS, "13900000002")
    agency = await house.for_weimei(boss, cause())
    assert agency["state"] == "confirmed"


@pytest.mark.article("7.agent")
async def test_who_asks_does_not_respell_the_body_for_others(house: House, cause: MakeCause) -> None:
    """Names are the same in any case, so that anybody could have it written their way on all papers."""
    first, second, third = [(await house.applicant()).agent for _ in range(3)]
    applicants = house.stores.applicants
    for agent, name in ((first, "番禺Weimei食品有限公司"), (second, "番禺WEIMEI食品有限公司")):
        body = (await house.for_weimei(agent, cause(), name=name))["body"]
        assert applicants.name(await applicants.get(body)) == "番禺Weimei食品有限公司"
    await house.for_weimei(third, cause(), name="番禺味美食品有限公司")  # it is called so now
    assert applicants.name(await applicants.get(body)) == "番禺味美食品有限公司"


@pytest.mark.article("7.agent")
async def test_a_former_representative_decides_nothing_more(
    house: House, cause: MakeCause, clock: Clock
) -> None:
    agent = await house.bind("a1", cause())
    boss = await house.bind("a2", cause(), BOSS, "13900000002")
    agency = await house.for_weimei(agent, cause())
    await house.stores.agencies.decide(agency["_id"], boss, confirmed=True, by=cause())
    house.register.representative = ELDER  # the agent is the new one
    clock.advance(timedelta(days=1))
    await house.for_weimei(agent, cause())
    kept = await house.stores.agencies.get(agency["_id"])
    assert [event["name"] for event in kept["events"]][-2:] == ["agency.ended", "agency.confirmed"]
    house.register.representative = (BOSS[0], "440113197201051914")
    body = await house.stores.applicants.register_body(
        ApplicantKind.ENTERPRISE,
        check_credential(ApplicantKind.ENTERPRISE, CredentialKind.USCC, WEIMEI[1], local_date(START)),
        name="番禺味美食品有限公司",
        representative=house.stores.applicants.number_index("440113197201051914"),
        by=cause(),
    )
    with pytest.raises(Forbidden):
        await house.stores.binding.acting(agent, body["_id"])
    await house.stores.agencies.end_former(body, cause())
    await house.stores.agencies.end_former(body, cause())
    assert await house.stores.agencies.of_person(agent["_id"]) == []


@pytest.mark.article("7.enterprise", "7.organization")
async def test_a_body_is_of_the_kind_that_its_code_says(house: House, cause: MakeCause) -> None:
    agent = await house.bind("a1", cause())
    for wrong in (
        {"applicant_kind": ApplicantKind.ORGANIZATION},
        {"number": "12440113455307621C"},  # of the 机构编制 office
    ):
        with pytest.raises(BadInput) as refused:
            await house.for_weimei(agent, cause(), **wrong)
        assert refused.value.code == "applicant_kind_wrong"


async def test_a_representative_is_not_asked_without_end(
    house: House, cause: MakeCause, clock: Clock
) -> None:
    agent = await house.bind("a1", cause())
    for _ in range(3):
        agency = await house.for_weimei(agent, cause())
        await house.stores.agencies.end(agency["_id"], agent, cause())
    with pytest.raises(TooMany) as refused:
        await house.for_weimei(agent, cause())
    assert refused.value.code == "agency_day_limit"
    clock.advance(timedelta(days=1))
    assert (await house.for_weimei(agent, cause()))["state"] == "requested"


async def test_what_was_asked_for_is_not_asked_of_the_register_again(house: House, cause: MakeCause) -> None:
    agent = await house.bind("a1", cause())
    await house.for_weimei(agent, cause())
    house.register.asked = 0
    for _ in range(20):
        with pytest.raises(Conflict) as refused:
            await house.for_weimei(agent, cause())
        assert refused.value.code == "agency_exists"
    assert house.register.asked == 0


async def test_the_register_is_not_asked_without_end(house: House, cause: MakeCause) -> None:
    """Neither about bodies nor about persons, whatever name is tried; a question that it does not answer is
    not counted."""
    agent = await house.bind("a1", cause())
    house.register.asked, house.register.down = 0, True
    for number in range(20):
        house.register.down = number < 3
        with suppress(DomainError):
            await house.for_weimei(agent, cause(), name=f"第{number}家公司")
    assert house.register.asked == REGISTER.most + 3
    with pytest.raises(TooMany) as refused:
        await house.for_weimei(agent, cause(), name="又一家公司")
    assert refused.value.code == "register_day_limit"

    house.register.asked = 0
    await house.stores.counters.take([Use(REGISTER, "a2")] * REGISTER.most, cause().at)
    code = await house.ask_code("13900000002", "a2", cause())
    with pytest.raises(TooMany):
        await house.enter("a2", cause(), code, BOSS, phone="13900000002")
    assert house.register.asked == 0


async def test_one_person_asks_for_ten_bodies_a_day(house: House, cause: MakeCause) -> None:
    """Whichever they are: the representatives of all of them hear of it."""
    agent, other = [(await house.applicant()).agent for _ in range(2)]
    for _ in range(BODIES.most):
        await house.stores.counters.take([Use(BODIES, agent["_id"])], cause().at)
    with pytest.raises(TooMany) as refused:
        await house.for_weimei(agent, cause())
    assert refused.value.code == "agency_day_limit"
    assert await house.stores.agencies.documents.count_documents({}) == 0
    await house.for_weimei(other, cause())
