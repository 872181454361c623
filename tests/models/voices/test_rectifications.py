"""差评整改: who may do what, in which order, by when, and where it goes when it is late (article 17)."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from models.errors import Forbidden
from models.events import Cause
from models.people import Party
from models.staff import Member, Role
from models.store import ChangedMeanwhile
from models.voices import CONTACT_DUE, FIX_DUE, FURTHER, Rectification
from models.voices.involved import HandledIt
from models.voices.rectifications import RectificationMovedOn, RectificationNotFound, Wanted
from models.voices.rectifying import (
    AlreadyRated,
    ManagementCalls,
    NotFixedYet,
    Rectifying,
    ReplyNamesNumber,
    TooLateToWish,
    WordsMissing,
)
from models.voices.rules import ReviewNotFound
from models.voices.stages import STEPS, Escalated, State, Through, Verb, next_step
from models.workdays import local
from tests.house.guides import OTHER
from tests.house.house import House, said
from tests.house.people import new_number
from tests.house.reviewed import POSTS, bad_review, due, rectification
from tests.house.staff import Post


@pytest.fixture
async def case(house: House, party: Party) -> Rectification:
    return await rectification(house, party)


@pytest.fixture
async def rectifier(house: House) -> Member:
    return await house.member("rectifier", POSTS["rectifier"])


@pytest.fixture
def rectifying(house: House) -> Rectifying:
    return house.stores.rectifying


@pytest.fixture
def by(house: House) -> Cause:
    return house.by_staff("rectifier")


async def brought_to(house: House, found: Rectification, member: Member, by: Cause, state: State) -> None:
    """By the steps before it."""
    for verb, step in STEPS.items():
        if step.before is state:
            return
        await house.stores.rectifying.take(found["ref"], verb, member, f"{verb}的情况", by)


@pytest.mark.article("17.rectification")
async def test_a_bad_review_alone_opens_one_case_once(house: House, party: Party) -> None:
    review = await bad_review(house, party)
    opened = await asyncio.gather(*(house.stores.rectifying.open(due(review), house.by()) for _ in range(6)))
    assert sum(opened) == 1
    found = await house.stores.rectifications.get(review["_id"])
    assert (found["ref"], found["department"], found["level"]) == (review["ref"], review["department"], 1)
    assert [event["name"] for event in review.get("events", [])] == []
    kept = await house.stores.reviews.documents.find_one({"_id": review["_id"]})
    assert [plan["what"] for plan in kept["events"][0]["plans"]] == ["rectification.open"]


async def test_a_good_review_plans_none(house: House, party: Party) -> None:
    visit = await house.served(await house.booking(party))
    given = await house.review(party, "appointment", visit)
    kept = await house.stores.reviews.documents.find_one({"_id": given["_id"]})
    assert "plans" not in kept["events"][0]
    assert not await house.stores.rectifying.open(due(given), house.by())


@pytest.mark.article("17.rectification")
async def test_contact_within_a_working_day_and_the_fix_within_fifteen(case: Rectification) -> None:
    """Opened on Tuesday 24 November 2026."""
    assert local(case["opened_at"], "%a %Y-%m-%d") == "Tue 2026-11-24"
    assert local(case["contact_due"]) == "2026-11-25 23:59"
    assert local(case["fix_due"]) == "2026-12-15 23:59"
    assert case["due_at"] == case["contact_due"]


@pytest.mark.article("17.rectification")
async def test_step_by_step_to_the_public_reply(
    house: House, case: Rectification, rectifying: Rectifying, rectifier: Member, by: Cause
) -> None:
    for number, verb in enumerate(STEPS):
        found = await house.stores.rectifications.get(case["_id"])
        assert next_step(found["state"]) is verb
        for other in set(STEPS) - {verb}:
            with pytest.raises(RectificationMovedOn):
                await rectifying.take(case["ref"], other, rectifier, "x", by)
        with pytest.raises(WordsMissing):
            await rectifying.take(case["ref"], verb, rectifier, "  ", by)
        taken = await rectifying.take(case["ref"], verb, rectifier, f"第{number}步", by)
        assert taken["done"][verb]["words"] == f"第{number}步"
        assert (taken["due_at"] is None) == (verb is not Verb.CONTACT)
    assert next_step(taken["state"]) is None


@pytest.mark.article("17.contact")
async def test_a_public_reply_names_nobodys_number(
    house: House, case: Rectification, rectifying: Rectifying, rectifier: Member, by: Cause
) -> None:
    await brought_to(house, case, rectifier, by, State.CALLED_BACK)
    for words in ("请找13912345678", "请找 １３９-1234-5678", f"{new_number()}已办好"):
        with pytest.raises(ReplyNamesNumber):
            await rectifying.take(case["ref"], Verb.CLOSE, rectifier, words, by)
    await rectifying.take(case["ref"], Verb.CLOSE, rectifier, "已整改，可拨打020-84612345", by)


@pytest.mark.article("17.contact")
async def test_what_is_noted_of_calls_is_for_those_who_may_make_them(
    house: House, case: Rectification, rectifying: Rectifying, rectifier: Member, by: Cause
) -> None:
    assert await rectifying.reads_calls(case, rectifier, by)
    assert not await rectifying.reads_calls(case, rectifier, house.by_staff("centre"))
    elsewhere = await house.member("elsewhere", Post((Role.SUPERVISOR,), OTHER))
    assert not await rectifying.reads_calls(case, elsewhere, house.by_staff("elsewhere"))


async def test_two_officers_at_once_take_one_step(
    case: Rectification, rectifying: Rectifying, rectifier: Member, by: Cause
) -> None:
    results = await asyncio.gather(
        *(rectifying.take(case["ref"], Verb.CONTACT, rectifier, str(n), by) for n in range(6)),
        return_exceptions=True,
    )
    assert {type(result) for result in results} == {dict, RectificationMovedOn}
    assert sum(isinstance(result, dict) for result in results) == 1


@pytest.mark.article("17.contact")
async def test_who_handled_it_neither_works_on_it_nor_sees_the_contact(
    case: Rectification, rectifying: Rectifying, rectifier: Member, house: House, by: Cause
) -> None:
    itself = house.by_staff("centre")
    standing_in = replace(by, on_behalf_of="staff:centre")
    for handled in (itself, standing_in):
        with pytest.raises(HandledIt):
            await rectifying.take(case["ref"], Verb.CONTACT, rectifier, "x", handled)
        with pytest.raises(HandledIt):
            await rectifying.reveal(case["ref"], rectifier, "联系", handled)


@pytest.mark.article("17.contact")
async def test_the_contact_is_seen_on_record_alone(
    case: Rectification, rectifying: Rectifying, rectifier: Member, house: House, party: Party, by: Cause
) -> None:
    with pytest.raises(WordsMissing):
        await rectifying.reveal(case["ref"], rectifier, "", by)
    contact = await rectifying.reveal(case["ref"], rectifier, "首次联系", by)
    assert contact.phone == house.stores.applicants.phone(party.applicant)
    kept = await house.stores.rectifications.documents.find_one({"_id": case["_id"]})
    event = kept["events"][-1]
    assert (event["name"], event["actor"]) == ("rectification.contact_revealed", "staff:rectifier")
    assert event["data"] == {"reason": "首次联系"}
    with pytest.raises(Forbidden):
        await rectifying.reveal(case["ref"], await house.member("approver"), "x", house.by_staff())
    other = await house.member("other", Post((Role.CONTACT,), OTHER))
    with pytest.raises(RectificationNotFound):
        await rectifying.reveal(case["ref"], other, "x", house.by_staff("other"))
    await brought_to(house, case, rectifier, by, State.CALLED_BACK)
    await rectifying.take(case["ref"], Verb.CLOSE, rectifier, "已改", by)
    with pytest.raises(RectificationMovedOn):
        await rectifying.reveal(case["ref"], rectifier, "再看", by)


@pytest.mark.article("17.contact")
async def test_if_the_person_wishes_service_management_calls(
    case: Rectification, rectifying: Rectifying, rectifier: Member, house: House, party: Party, by: Cause
) -> None:
    with pytest.raises(ReviewNotFound):
        await rectifying.wish(case["_id"], await house.applicant(), house.by())
    wished = await rectifying.wish(case["_id"], party, house.by())
    assert wished["through"] is Through.MANAGEMENT
    with pytest.raises(ManagementCalls):
        await rectifying.reveal(case["ref"], rectifier, "x", by)
    with pytest.raises(ManagementCalls):
        await rectifying.take(case["ref"], Verb.CONTACT, rectifier, "x", by)
    management, officer = await house.member("management"), house.by_staff("management")
    assert (await rectifying.reveal(case["ref"], management, "x", officer)).phone
    await rectifying.take(case["ref"], Verb.CONTACT, management, "已联系", officer)
    await rectifying.take(case["ref"], Verb.FIX, rectifier, "已改", by)  # the department's own work
    with pytest.raises(TooLateToWish):
        await rectifying.wish(case["_id"], party, house.by())


@pytest.mark.article("17.rectification")
@pytest.mark.parametrize(("level", "escalated"), [(5, Escalated.NO), (2, Escalated.MANAGEMENT)])
async def test_the_person_rates_the_fix_once(
    case: Rectification,
    rectifying: Rectifying,
    rectifier: Member,
    house: House,
    party: Party,
    by: Cause,
    level: int,
    escalated: Escalated,
) -> None:
    with pytest.raises(NotFixedYet):
        await rectifying.rate(case["_id"], party, level, "", house.by())
    await brought_to(house, case, rectifier, by, State.FIXED)
    results = await asyncio.gather(
        *(rectifying.rate(case["_id"], party, level, "看过了", house.by()) for _ in range(5)),
        return_exceptions=True,
    )
    assert {type(result) for result in results} == {dict, AlreadyRated}
    found = await house.stores.rectifications.get(case["_id"])
    assert found["rating"]
    assert (found["rating"]["level"], found["rating"]["words"]) == (level, "看过了")
    assert found["escalated"] is escalated


def look(case: Rectification, what: str, at: datetime) -> "due":  # type: ignore[valid-type]
    return due(case, what, at)  # type: ignore[arg-type]


@pytest.mark.article("17.rectification")
async def test_what_is_late_goes_up_step_by_step(
    case: Rectification, rectifying: Rectifying, house: House
) -> None:
    assert await rectifying.escalate(look(case, CONTACT_DUE, case["contact_due"]), house.by())
    found = await house.stores.rectifications.get(case["_id"])
    assert (found["escalated"], found["escalated_in"]) == (Escalated.SUPERVISOR, State.OPEN)
    kept = await house.stores.rectifications.documents.find_one({"_id": case["_id"]})
    [further] = kept["events"][-1]["plans"]
    assert (further["what"], local(further["at"])) == (FURTHER, "2026-11-26 23:59")
    assert await rectifying.escalate(look(case, FURTHER, further["at"]), house.by())
    found = await house.stores.rectifications.get(case["_id"])
    assert found["escalated"] is Escalated.MANAGEMENT
    assert not await rectifying.escalate(look(case, FIX_DUE, case["fix_due"]), house.by())


@pytest.mark.parametrize("what", [CONTACT_DUE, FIX_DUE, FURTHER])
async def test_what_was_done_in_time_goes_nowhere(
    case: Rectification, rectifying: Rectifying, rectifier: Member, house: House, by: Cause, what: str
) -> None:
    await brought_to(house, case, rectifier, by, State.FIXED)
    assert not await rectifying.escalate(look(case, what, case["fix_due"]), house.by())
    assert (await house.stores.rectifications.get(case["_id"]))["escalated"] is Escalated.NO


async def test_the_overdue_are_listed_the_longest_first(house: House, party: Party) -> None:
    first = await rectification(house, party)
    other = await rectification(house, await house.applicant("李四"), level=2)
    late = first["contact_due"] + timedelta(minutes=1)
    member = await house.member("contact", POSTS["rectifier"])
    page = await house.stores.rectifications.page(member, Wanted(overdue_at=late), 5)
    assert {one["ref"] for one in page.rows} == {first["ref"], other["ref"]}
    elsewhere = await house.member("other", Post((Role.CONTACT,), OTHER))
    assert await house.stores.rectifications.count(elsewhere, Wanted(overdue_at=late)) == 0
    management = await house.member("management")
    in_time = Wanted(overdue_at=first["contact_due"])
    assert await house.stores.rectifications.count(management, in_time) == 0


FURTHER_ON = timedelta(days=20)


async def followed_up(house: House, case: Rectification, party: Party, level: int = 2) -> "due":  # type: ignore[valid-type]
    """A follow-up twenty days after the review, and what it plans."""
    by = replace(house.by(f"applicant:{party.id}"), at=case["opened_at"] + FURTHER_ON)
    tags = ["214"] if level == 2 else []
    given = await house.stores.reviews.follow_up(case["_id"], party, level, tags, "", by)
    return due(given, at=by.at)


async def closed(house: House, case: Rectification, rectifier: Member, by: Cause) -> Rectification:
    for verb in STEPS:
        await house.stores.rectifying.take(case["ref"], verb, rectifier, f"{verb}的情况", by)
    return await house.stores.rectifications.get(case["_id"])


@pytest.mark.article("17.rectification")
async def test_a_bad_follow_up_opens_it_anew_with_both_limits(
    house: House, case: Rectification, party: Party, rectifying: Rectifying, rectifier: Member, by: Cause
) -> None:
    await closed(house, case, rectifier, by)
    await rectifying.rate(case["_id"], party, 4, "好", house.by())
    plan = await followed_up(house, case, party)
    opened = await asyncio.gather(
        *(rectifying.open(plan, house.by()) for _ in range(4)), return_exceptions=True
    )
    assert opened.count(True) == 1
    found = await house.stores.rectifications.get(case["_id"])
    assert (found["state"], found["level"], found["done"], found["rating"]) == (State.OPEN, 2, {}, None)
    assert local(found["opened_at"], "%a %Y-%m-%d") == "Mon 2026-12-14"
    assert local(found["contact_due"]) == "2026-12-15 23:59"
    assert local(found["fix_due"], "%Y-%m-%d") == "2027-01-05"
    [before] = found["earlier"]
    assert (before["level"], before["done"][Verb.CLOSE]["words"]) == (1, "close的情况")
    assert before["rating"]
    assert before["rating"]["words"] == "好"
    await closed(house, case, rectifier, by)
    assert not await rectifying.open(plan, house.by())
    assert not await rectifying.open(due(await house.stores.reviews.get(case["_id"])), house.by())
    assert (await house.stores.rectifications.get(case["_id"]))["state"] is State.CLOSED


@pytest.mark.parametrize("level", [2, 5])
async def test_what_is_not_fixed_yet_goes_on_and_a_good_follow_up_opens_nothing(
    house: House,
    case: Rectification,
    party: Party,
    rectifying: Rectifying,
    rectifier: Member,
    by: Cause,
    level: int,
) -> None:
    if level == 5:
        await closed(house, case, rectifier, by)
    before = await house.stores.rectifications.get(case["_id"])
    assert not await rectifying.open(await followed_up(house, case, party, level), house.by())
    assert (await house.stores.rectifications.get(case["_id"]))["state"] is before["state"]


async def test_what_was_planned_before_it_was_opened_anew_takes_it_nowhere(
    house: House, case: Rectification, party: Party, rectifying: Rectifying, rectifier: Member, by: Cause
) -> None:
    await closed(house, case, rectifier, by)
    assert await rectifying.open(await followed_up(house, case, party), house.by())
    again = await house.stores.rectifications.get(case["_id"])
    for what, name in ((CONTACT_DUE, "contact_due"), (FIX_DUE, "fix_due")):
        assert not await rectifying.escalate(look(case, what, case[name]), house.by())  # type: ignore[literal-required]
    assert await rectifying.escalate(look(again, CONTACT_DUE, again["contact_due"]), house.by())
    stale = house.stores.calendar.deadline(case["contact_due"], 1)
    assert not await rectifying.escalate(look(again, FURTHER, stale), house.by())
    further = house.stores.calendar.deadline(again["contact_due"], 1)
    assert await rectifying.escalate(look(again, FURTHER, further), house.by())


async def test_a_step_at_the_same_instant_is_lost_in_neither_round(
    house: House, case: Rectification, party: Party, rectifying: Rectifying, rectifier: Member, by: Cause
) -> None:
    """The last step and the opening at once; what came too early is tried again, as a worker does."""
    await brought_to(house, case, rectifier, by, State.CALLED_BACK)
    plan = await followed_up(house, case, party)

    async def opened() -> None:
        while True:
            with suppress(ChangedMeanwhile):
                assert await rectifying.open(plan, house.by())
                return

    taken, _ = await asyncio.gather(
        said(rectifying.take(case["ref"], Verb.CLOSE, rectifier, "已改", by)), opened()
    )
    found = await house.stores.rectifications.get(case["_id"])
    assert found["state"] is State.OPEN
    assert (Verb.CLOSE in found["earlier"][0]["done"]) == (taken == "done")
