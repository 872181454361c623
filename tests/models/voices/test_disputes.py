"""被评价部门有异议: a limit, a word of the person, one decision; nothing is deleted (article 17)."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from models.errors import Forbidden
from models.events import Cause
from models.people import Party
from models.staff import Member, Role
from models.voices import END, DisputeState, GivenReview, Mark, Sought
from models.voices.disputes import (
    AlreadyDisputed,
    DisputeMovedOn,
    Disputes,
    DisputeTooLate,
    GroundsMissing,
    RaisedIt,
    WordAwaited,
    WordNotAsked,
)
from models.voices.involved import HandledIt
from models.voices.moderation import ReasonMissing
from models.voices.rules import ReviewNotFound
from models.voices.stages import State
from models.workdays import PANYU
from tests.house.guides import OTHER
from tests.house.house import House
from tests.house.reviewed import POSTS, bad_review, due
from tests.house.staff import Post

GROUNDS = ("本人当日未到窗口", "叫号系统记录")


@pytest.fixture
async def review(house: House, party: Party) -> GivenReview:
    return await bad_review(house, party)


@pytest.fixture
async def supervisor(house: House) -> Member:
    return await house.member("supervisor", POSTS["supervisor"])


@pytest.fixture
async def management(house: House) -> Member:
    return await house.member("management")


@pytest.fixture
def disputes(house: House) -> Disputes:
    return house.stores.disputes


@pytest.fixture
def officer(house: House) -> Cause:
    return house.by_staff("management")


@pytest.fixture
async def asked(
    house: House,
    disputes: Disputes,
    review: GivenReview,
    supervisor: Member,
    management: Member,
    officer: Cause,
) -> GivenReview:
    """Disputed, and the person is asked for a word."""
    await disputes.raise_(review["ref"], supervisor, *GROUNDS, house.by_staff("supervisor"))
    return await disputes.ask(review["ref"], management, officer)


@pytest.mark.article("17.dispute")
async def test_within_ten_working_days_with_grounds_and_evidence(
    house: House, disputes: Disputes, review: GivenReview, supervisor: Member
) -> None:
    """Given on Tuesday 24 November 2026; the tenth working day after is 8 December."""
    by = house.by_staff("supervisor")
    for lacking in (("", "记录"), ("理由", " ")):
        with pytest.raises(GroundsMissing):
            await disputes.raise_(review["ref"], supervisor, *lacking, by)
    late = replace(by, at=datetime(2026, 12, 9, 0, 0, tzinfo=PANYU))
    with pytest.raises(DisputeTooLate):
        await disputes.raise_(review["ref"], supervisor, *GROUNDS, late)
    in_time = replace(by, at=datetime(2026, 12, 8, 23, 59, tzinfo=PANYU))
    raised = await disputes.raise_(review["ref"], supervisor, *GROUNDS, in_time)
    assert raised["dispute"]
    assert (raised["dispute"]["grounds"], raised["dispute"]["evidence"]) == GROUNDS
    assert raised["marks"] == [Mark.BAD, Mark.DISPUTED]
    with pytest.raises(AlreadyDisputed):
        await disputes.raise_(review["ref"], supervisor, *GROUNDS, in_time)


async def test_by_the_reviewed_department_alone(
    house: House, disputes: Disputes, review: GivenReview
) -> None:
    other = await house.member("other", Post((Role.SUPERVISOR,), OTHER))
    with pytest.raises(ReviewNotFound):
        await disputes.raise_(review["ref"], other, *GROUNDS, house.by_staff("other"))
    with pytest.raises(Forbidden):
        await disputes.raise_(review["ref"], await house.member("approver"), *GROUNDS, house.by_staff())


@pytest.mark.article("17.dispute")
async def test_nothing_is_decided_before_the_person_was_heard(
    house: House,
    disputes: Disputes,
    review: GivenReview,
    party: Party,
    asked: GivenReview,
    management: Member,
    officer: Cause,
) -> None:
    with pytest.raises(WordAwaited):
        await disputes.decide(review["ref"], management, "理由", officer, set_aside=True)
    with pytest.raises(ReviewNotFound):
        await disputes.word(review["_id"], await house.applicant(), "x", house.by())
    with pytest.raises(ReasonMissing):
        await disputes.word(review["_id"], party, " ", house.by())
    said = await disputes.word(review["_id"], party, "我有取号单", house.by())
    assert said["dispute"]
    assert said["dispute"]["word"] == "我有取号单"
    with pytest.raises(WordNotAsked):
        await disputes.word(review["_id"], party, "再说", house.by())
    decided = await disputes.decide(review["ref"], management, "有取号单为证", officer, set_aside=False)
    assert decided["dispute"]
    assert (decided["dispute"]["state"], decided["marks"]) == (DisputeState.UPHELD, [Mark.BAD])
    assert asked["dispute"]


@pytest.mark.article("17.dispute")
async def test_after_the_time_for_a_word_it_is_decided_without(
    disputes: Disputes, review: GivenReview, asked: GivenReview, management: Member, officer: Cause
) -> None:
    assert asked["dispute"]
    until = asked["dispute"]["word_until"]
    assert until
    with pytest.raises(WordAwaited):
        await disputes.decide(review["ref"], management, "理由", replace(officer, at=until), set_aside=True)
    later = replace(officer, at=until.replace(microsecond=0).astimezone(PANYU).replace(day=until.day + 3))
    decided = await disputes.decide(review["ref"], management, "理由", later, set_aside=True)
    assert decided["marks"] == [Mark.BAD, Mark.SET_ASIDE]


@pytest.mark.article("17.dispute")
async def test_what_is_set_aside_keeps_its_place_and_ends_the_rectification(
    house: House,
    disputes: Disputes,
    review: GivenReview,
    party: Party,
    asked: GivenReview,
    management: Member,
    officer: Cause,
) -> None:
    await house.stores.rectifying.open(due(review), house.by())
    await disputes.word(review["_id"], party, "记错了", house.by())
    decided = await disputes.decide(review["ref"], management, "评错部门", officer, set_aside=True)
    assert (decided["level"], decided["words"]) == (review["level"], review["words"])
    page = await house.stores.reviews.page(management, Sought(), 5)
    assert [one["ref"] for one in page.rows] == [review["ref"]]
    kept = await house.stores.reviews.documents.find_one({"_id": review["_id"]})
    assert kept["events"][-1]["plans"][0]["what"] == END
    assert await house.stores.rectifying.end(due(review, END), house.by())
    found = await house.stores.rectifications.get(review["_id"])
    assert (found["state"], found["due_at"]) == (State.CLOSED, None)
    assert asked["dispute"]


@pytest.mark.article("17.dispute")
async def test_two_officers_at_once_make_one_decision(
    house: House,
    disputes: Disputes,
    review: GivenReview,
    party: Party,
    asked: GivenReview,
    management: Member,
) -> None:
    await disputes.word(review["_id"], party, "属实", house.by())
    officers = [house.by_staff(f"officer{number}") for number in range(8)]
    results = await asyncio.gather(
        *(
            disputes.decide(review["ref"], management, f"第{n}人", by, set_aside=bool(n % 2))
            for n, by in enumerate(officers)
        ),
        return_exceptions=True,
    )
    assert {type(result) for result in results} == {dict, DisputeMovedOn}
    [decided] = [result for result in results if isinstance(result, dict)]
    assert (await disputes.reviews.get(review["_id"]))["dispute"] == decided["dispute"]
    assert asked["dispute"]


@pytest.mark.article("17.dispute")
async def test_nobody_decides_on_what_they_handled_or_raised(
    house: House,
    disputes: Disputes,
    review: GivenReview,
    party: Party,
    asked: GivenReview,
    management: Member,
) -> None:
    await disputes.word(review["_id"], party, "属实", house.by())
    officer = house.by_staff("management")
    for by, refusal in (
        (house.by_staff("supervisor"), RaisedIt),
        (replace(officer, on_behalf_of="staff:supervisor"), RaisedIt),
        (house.by_staff("centre"), HandledIt),
    ):
        with pytest.raises(refusal):
            await disputes.decide(review["ref"], management, "理由", by, set_aside=True)
    with pytest.raises(ReasonMissing):
        await disputes.decide(review["ref"], management, "", officer, set_aside=True)
    assert asked["dispute"]
