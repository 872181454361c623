"""When a rectification begins, who has to keep away from it, and what staff and the person are shown of it
(article 17)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from models.applications import State as Stage
from models.errors import Forbidden
from models.own_data import own_data
from models.people import Party
from models.schedule import Due
from models.staff import Member, Role
from models.voices import CONTACT_DUE, END, FIX_DUE, FURTHER, GivenReview, Rectification, Said
from models.voices.disputes import AlreadyDisputed, DisputeMovedOn, WordNotAsked
from models.voices.involved import HandledIt
from models.voices.rectifications import RectificationMovedOn, RectificationNotFound, Wanted
from models.voices.rectifying import ManagementCalls
from models.voices.rules import LONGEST, LevelInvalid, ReviewNotFound, WordsTooLong
from models.voices.stages import Escalated, Verb
from models.workdays import PANYU, local
from tests.house.barred import BEGUN, cast_of
from tests.house.guides import OTHER, plain_guide
from tests.house.house import House
from tests.house.reviewed import POSTS, bad_review, bad_review_of_guide, due, rectification
from tests.house.staff import Post

GROUNDS = ("本人当日未到窗口", "叫号系统记录")


@pytest.fixture
async def rectifier(house: House) -> Member:
    return await house.member("rectifier", POSTS["rectifier"])


@pytest.fixture
async def management(house: House) -> Member:
    return await house.member("management")


@pytest.fixture
async def supervisor(house: House) -> Member:
    return await house.member("supervisor", POSTS["supervisor"])


async def of_application(house: House, party: Party) -> GivenReview:
    """A bad review of what the `approver` handled."""
    done = await house.application(Stage.CONCLUDED, party=party)
    by = house.by(f"applicant:{party.id}")
    return await house.stores.reviews.give(f"application:{done['_id']}", party, 1, ["115"], "", by, done)


@pytest.mark.article("17.rectification")
async def test_a_bad_review_plans_a_case_which_plans_a_look_at_the_end_of_both_limits(
    house: House, party: Party
) -> None:
    """Given on Tuesday 24 November 2026."""
    found = await rectification(house, party)
    stored: Any = await house.stores.rectifications.documents.find_one({"_id": found["_id"]})
    plans = {plan["what"]: local(plan["at"]) for plan in stored["events"][0]["plans"]}
    assert plans == {CONTACT_DUE: "2026-11-25 23:59", FIX_DUE: "2026-12-15 23:59"}
    review: Any = await house.stores.reviews.documents.find_one({"_id": found["_id"]})
    [given] = review["events"]
    assert [plan["what"] for plan in given["plans"]] == ["rectification.open"]
    assert given["data"] == {
        "level": 1,
        "tags": ["108"],
        **{name: review[name] for name in ("department", "item", "hall")},
    }


@pytest.mark.article("17.rectification")
async def test_a_bad_follow_up_opens_a_case_too(house: House, party: Party) -> None:
    visit = await house.served(await house.booking(party))
    good = await house.review(party, "appointment", visit)
    assert not await house.stores.rectifying.open(due(good), house.by())
    bad = await house.stores.reviews.follow_up(good["_id"], party, 2, ["214"], "", house.by())
    assert await house.stores.rectifying.open(due(bad), house.by())
    assert (await house.stores.rectifications.get(good["_id"]))["level"] == 2


@pytest.mark.article("17.dispute", "17.rectification")
async def test_what_was_set_aside_before_opens_none(
    house: House, party: Party, supervisor: Member, management: Member
) -> None:
    review, officer = await bad_review(house, party), house.by_staff("management")
    disputes = house.stores.disputes
    await disputes.raise_(review["ref"], supervisor, *GROUNDS, house.by_staff("supervisor"))
    with pytest.raises(WordNotAsked):
        await disputes.word(review["_id"], party, "我去了", house.by())
    with pytest.raises(Forbidden):
        await disputes.ask(review["ref"], supervisor, house.by_staff("supervisor"))
    asked = await disputes.ask(review["ref"], management, officer)
    assert asked["dispute"]
    assert asked["dispute"]["word_until"]
    assert local(asked["dispute"]["word_until"]) == "2026-12-01 23:59"  # five working days
    with pytest.raises(DisputeMovedOn):
        await disputes.ask(review["ref"], management, officer)
    with pytest.raises(WordsTooLong):
        await disputes.word(review["_id"], party, "我" * (LONGEST + 1), house.by())
    await disputes.word(review["_id"], party, "记错了", house.by())
    with pytest.raises(Forbidden):
        await disputes.decide(review["ref"], supervisor, "理由", house.by_staff("supervisor"), set_aside=True)
    await disputes.decide(review["ref"], management, "评错部门", officer, set_aside=True)
    assert not await house.stores.rectifying.open(due(review), house.by())
    with pytest.raises(AlreadyDisputed):
        await disputes.raise_(review["ref"], supervisor, *GROUNDS, house.by_staff("supervisor"))


@pytest.mark.article("17.dispute")
async def test_what_is_upheld_goes_on_to_be_rectified(
    house: House, party: Party, supervisor: Member, management: Member
) -> None:
    review, officer = await bad_review(house, party), house.by_staff("management")
    disputes = house.stores.disputes
    await disputes.raise_(review["ref"], supervisor, *GROUNDS, house.by_staff("supervisor"))
    await disputes.ask(review["ref"], management, officer)
    await disputes.word(review["_id"], party, "我有取号单", house.by())
    await disputes.decide(review["ref"], management, "有取号单为证", officer, set_aside=False)
    stored: Any = await house.stores.reviews.documents.find_one({"_id": review["_id"]})
    assert stored["events"][-1]["name"] == "review.upheld"
    assert "plans" not in stored["events"][-1]
    assert await house.stores.rectifying.open(due(review), house.by())


@pytest.mark.article("17.dispute")
async def test_the_time_for_a_word_is_never_too_short(
    house: House, party: Party, supervisor: Member, management: Member
) -> None:
    """Asked on 28 December 2026; 1 January 2027 is off, and the holidays of 2027 are not announced yet, so
    that the fifth weekday, 5 January, may be too early."""
    review = await bad_review(house, party)
    disputes = house.stores.disputes
    await disputes.raise_(review["ref"], supervisor, *GROUNDS, house.by_staff("supervisor"))
    later = replace(house.by_staff("management"), at=datetime(2026, 12, 28, 10, tzinfo=PANYU))
    asked = await disputes.ask(review["ref"], management, later)
    assert asked["dispute"]
    assert asked["dispute"]["word_until"]
    assert asked["dispute"]["word_until"] > datetime(2027, 1, 5, 23, 59, 59, tzinfo=PANYU)


@pytest.mark.article("17.dispute")
async def test_the_time_to_dispute_begins_anew_with_a_follow_up(
    house: House, party: Party, supervisor: Member
) -> None:
    """Reviewed on 24 November 2026, followed up on 1 December; ten working days after that is 15 December."""
    review = await bad_review(house, party)
    again = replace(house.by(), at=datetime(2026, 12, 1, 10, tzinfo=PANYU))
    found = await house.stores.reviews.follow_up(review["_id"], party, 1, [], "还是没改", again)
    assert local(house.stores.disputes.until(review)) == "2026-12-08 23:59"
    assert local(house.stores.disputes.until(found)) == "2026-12-15 23:59"
    last = replace(house.by_staff("supervisor"), at=house.stores.disputes.until(found))
    for words in (("长" * (LONGEST + 1), "记录"), ("理由", "长" * (LONGEST + 1))):
        with pytest.raises(WordsTooLong):
            await house.stores.disputes.raise_(review["ref"], supervisor, *words, last)
    raised = await house.stores.disputes.raise_(review["ref"], supervisor, *GROUNDS, last)
    assert raised["dispute"]


@pytest.mark.article("17.dispute")
async def test_nobody_decides_for_whom_it_was_raised(
    house: House, party: Party, supervisor: Member, management: Member
) -> None:
    """A substitute raised it for an absent one, who may not decide afterwards; nor may the substitute."""
    review = await bad_review(house, party)
    for_wang = replace(house.by_staff("zhou"), on_behalf_of="staff:wang")
    raised = await house.stores.disputes.raise_(review["ref"], supervisor, *GROUNDS, for_wang)
    assert raised["dispute"]
    assert raised["dispute"]["people"] == ["staff:zhou", "staff:wang"]


@pytest.mark.article("17.rectification")
async def test_nothing_is_taken_higher_than_management_and_nothing_once_it_ends(
    house: House, party: Party
) -> None:
    found = await rectification(house, party)
    rectifying, store = house.stores.rectifying, house.stores.rectifications
    for what, to, plans in ((CONTACT_DUE, Escalated.SUPERVISOR, 1), (FURTHER, Escalated.MANAGEMENT, 0)):
        assert await rectifying.escalate(due_of(house, found, what), house.by())
        stored: Any = await store.documents.find_one({"_id": found["_id"]})
        assert (stored["escalated"], len(stored["events"][-1].get("plans", []))) == (to, plans)
    assert not await rectifying.escalate(due_of(house, found, FIX_DUE), house.by())
    assert await rectifying.end(due_of(house, found, END), house.by())
    ended = await store.get(found["_id"])
    assert (ended["escalated"], ended["due_at"]) == (Escalated.NO, None)
    assert not await rectifying.end(due_of(house, found, END), house.by())
    assert not await rectifying.escalate(due_of(house, found, FIX_DUE), house.by())


def due_of(house: House, found: Rectification, what: str) -> Due:
    """At the moment for which it is planned."""
    contact, fix = found["contact_due"], found["fix_due"]
    further = house.stores.calendar.deadline(contact, 1)
    at = {CONTACT_DUE: contact, FURTHER: further, FIX_DUE: fix, END: fix}[what]
    return Due(f"{found['_id']}:{what}", what, found["_id"], at, 1, "lease")


@pytest.mark.article("17.contact")
async def test_who_handled_an_application_keeps_away_from_its_review(
    house: House, party: Party, rectifier: Member, management: Member, supervisor: Member
) -> None:
    review, approver = await of_application(house, party), house.by_staff("approver")
    assert await house.stores.rectifying.open(due(review), house.by())
    with pytest.raises(HandledIt):
        await house.stores.rectifying.reveal(review["ref"], rectifier, "联系", approver)
    with pytest.raises(HandledIt):
        await house.stores.moderation.decide(
            review["ref"], Said.FIRST, management, "辱骂", approver, shown=False
        )
    await house.stores.disputes.raise_(review["ref"], supervisor, *GROUNDS, approver)
    await house.stores.disputes.ask(review["ref"], management, house.by_staff("management"))
    await house.stores.disputes.word(review["_id"], party, "属实", house.by())
    with pytest.raises(HandledIt):
        await house.stores.disputes.decide(review["ref"], management, "理由", approver, set_aside=True)


async def test_of_a_guide_nobody_is_kept_away(house: House, party: Party, management: Member) -> None:
    review = await bad_review_of_guide(house, party, plain_guide())
    assert await house.stores.rectifying.open(due(review), house.by())
    taken = await house.stores.rectifying.take(
        review["ref"], Verb.CONTACT, management, "已联系", house.by_staff("approver")
    )
    assert taken["done"]


@pytest.mark.article("17.contact")
async def test_of_a_body_the_contact_is_the_person_who_acted(house: House, rectifier: Member) -> None:
    cast = await cast_of(house)
    agent = cast.parties["a colleague, for the body"]
    done = await house.application(Stage.CONCLUDED, party=agent, guide=BEGUN)
    by = house.by(f"applicant:{agent.agent['_id']}")
    matter = f"application:{done['_id']}"
    review = await house.stores.reviews.give(matter, agent, 1, ["115"], "", by, done)
    assert await house.stores.rectifying.open(due(review), house.by())
    shown = await house.stores.rectifying.reveal(
        review["ref"], rectifier, "联系", house.by_staff("rectifier")
    )
    applicants = house.stores.applicants
    assert (shown.name, shown.phone) == (applicants.name(agent.agent), applicants.phone(agent.agent))


@pytest.mark.article("17.contact")
async def test_another_department_reads_lists_and_handles_nothing(
    house: House, party: Party, rectifier: Member
) -> None:
    found: Rectification = await rectification(house, party)
    other = await house.member("other", Post((Role.CONTACT, Role.SUPERVISOR), OTHER))
    store = house.stores.rectifications
    assert (await store.seen(found["ref"], rectifier))["_id"] == found["_id"]
    with pytest.raises(RectificationNotFound):
        await store.seen(found["ref"], other)
    for wanted in (Wanted(), Wanted(overdue_at=found["fix_due"])):
        assert [one["_id"] for one in (await store.page(rectifier, wanted, 5)).rows] == [found["_id"]]
        assert (await store.page(other, wanted, 5)).rows == []
    with pytest.raises(RectificationNotFound):
        await house.stores.rectifying.take(found["ref"], Verb.CONTACT, other, "x", house.by_staff("other"))
    chief = await house.member("approver")
    with pytest.raises(Forbidden):
        await house.stores.rectifying.take(found["ref"], Verb.CONTACT, chief, "x", house.by_staff())


@pytest.mark.article("17.contact")
async def test_a_call_back_is_the_managements_too_where_the_person_wished_so(
    house: House, party: Party, rectifier: Member, management: Member
) -> None:
    found = await rectification(house, party)
    rectifying, by, officer = (
        house.stores.rectifying,
        house.by_staff("rectifier"),
        house.by_staff("management"),
    )
    await rectifying.wish(found["_id"], party, house.by())
    await rectifying.take(found["ref"], Verb.CONTACT, management, "已联系", officer)
    await rectifying.take(found["ref"], Verb.FIX, rectifier, "已改", by)
    with pytest.raises(ManagementCalls):
        await rectifying.take(found["ref"], Verb.CALL_BACK, rectifier, "x", by)
    await rectifying.take(found["ref"], Verb.CALL_BACK, management, "满意", officer)
    await rectifying.take(found["ref"], Verb.CLOSE, rectifier, "已公开回复", by)
    for done in (Verb.CLOSE, Verb.CONTACT):
        with pytest.raises(RectificationMovedOn):
            await rectifying.take(found["ref"], done, management, "x", officer)
    with pytest.raises(WordsTooLong):
        await rectifying.take(found["ref"], Verb.FIX, rectifier, "改" * (LONGEST + 1), by)
    rated = await rectifying.rate(found["_id"], party, 5, "", house.by())  # also when it is closed
    assert rated["rating"]


@pytest.mark.article("17.rectification")
async def test_a_rating_is_the_persons_own_and_one_of_five_levels(
    house: House, party: Party, rectifier: Member
) -> None:
    found = await rectification(house, party)
    rectifying, by = house.stores.rectifying, house.by_staff("rectifier")
    for verb in (Verb.CONTACT, Verb.FIX):
        await rectifying.take(found["ref"], verb, rectifier, "情况", by)
    with pytest.raises(ReviewNotFound):
        await rectifying.rate(found["_id"], await house.applicant("李四"), 5, "", house.by())
    for level in (0, 6):
        with pytest.raises(LevelInvalid):
            await rectifying.rate(found["_id"], party, level, "", house.by())
    with pytest.raises(WordsTooLong):
        await rectifying.rate(found["_id"], party, 5, "好" * (LONGEST + 1), house.by())


async def test_who_gave_a_review_is_given_it_without_members_and_marks(
    house: House, party: Party, supervisor: Member, management: Member
) -> None:
    review = await bad_review(house, party)
    await house.stores.rectifying.open(due(review), house.by())
    await house.stores.disputes.raise_(review["ref"], supervisor, *GROUNDS, house.by_staff("supervisor"))
    told = await own_data(house.stores, party.agent, house.stores.clock())
    [own] = told["reviews"]
    assert own["dispute"]["grounds"] == GROUNDS[0]
    for name in ("ref", "marks", "agent", "applicant", "day"):
        assert name not in own
    assert "people" not in own["dispute"]
    assert review["ref"] not in str(told)
    assert "supervisor" not in str(told["reviews"])
