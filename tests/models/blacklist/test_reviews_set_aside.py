"""Many reviews that were set aside are flagged, for a person to look at (article 28, item 3)."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

import pytest

from models.blacklist import FlagReason, Flags, Ground, Reference, rests_on
from models.people import Party
from models.schedule import Due
from models.voices import LOOK, GivenReview
from models.voices.reviews import set_aside_query
from tests.house.barred import cast_of
from tests.house.clock import Clock
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.listing import FACTS, LI, Listing, open_flags
from tests.house.reviewed import POSTS, bad_review_of_guide, set_aside

MOST, DAYS = 3, 180
MOMENT = timedelta(milliseconds=1)


@pytest.fixture
def flags(house: House) -> Flags:
    return house.stores.flags


async def aside(house: House, party: Party, numbers: Iterable[int]) -> list[GivenReview]:
    """Reviews of guides with these numbers, set aside just now."""
    given = [await bad_review_of_guide(house, party, plain_guide(number)) for number in numbers]
    return [await set_aside(house, review, party) for review in given]


async def planned(house: House) -> dict[str, Due]:
    """The looks that were planned, by what they are about."""
    found = await house.stores.reviews.documents.find({}).to_list()
    dues = [
        Due(f"{event['id']}:{LOOK}", LOOK, one["_id"], plan["at"], 1, "lease")
        for one in found
        for event in one["events"]
        for plan in event.get("plans", ())
        if plan["what"] == LOOK
    ]
    return {due.about: due for due in dues}


async def look(house: House, reviews: Iterable[GivenReview]) -> None:
    """What a worker does with their plans."""
    dues = await planned(house)
    for review in reviews:
        assert await house.stores.watch.look_at_review(dues[review["_id"]], house.by())


@pytest.mark.article("28.3")
async def test_more_than_three_are_flagged_once(
    house: House, flags: Flags, party: Party, clock: Clock
) -> None:
    reviews = await aside(house, party, range(MOST))
    await look(house, reviews)
    assert await open_flags(flags) == []  # as many as may be
    reviews += await aside(house, party, [MOST])
    for _ in range(2):
        await look(house, reviews[-1:])
    [flag] = await open_flags(flags)
    assert (flag["reason"], flag["applicant"], flag["raised_by"]) == (
        FlagReason.REVIEWS_SET_ASIDE,
        party.id,
        "system",
    )
    assert sorted(flag["about"]) == sorted(one["_id"] for one in reviews)
    assert "180日内有4条评价" in flag["words"]
    clock.advance(timedelta(minutes=1))
    await look(house, await aside(house, party, [MOST + 1]))
    assert await open_flags(flags) == [flag]  # one is open at a time
    await house.stores.decisions.check(party, house.by())  # and blocks nothing


@pytest.mark.article("28.3")
@pytest.mark.parametrize(
    ("after", "flagged"),
    [
        (timedelta(days=DAYS) - MOMENT, True),
        (timedelta(days=DAYS), False),
        (timedelta(days=DAYS + 1), False),
    ],
)
async def test_within_180_days(
    house: House, flags: Flags, party: Party, clock: Clock, after: timedelta, *, flagged: bool
) -> None:
    """Counted by when each was set aside."""
    await aside(house, party, range(MOST))
    clock.advance(after)
    await look(house, await aside(house, party, [MOST]))
    assert bool(await open_flags(flags)) is flagged


@pytest.mark.article("28.3")
async def test_a_late_look_counts_what_there_was_at_its_moment(
    house: House, flags: Flags, party: Party, clock: Clock
) -> None:
    """The worker was away; no 180 days have more than three."""
    first = await aside(house, party, range(MOST))
    clock.advance(timedelta(days=DAYS))
    await aside(house, party, [MOST])
    await look(house, first)
    assert await open_flags(flags) == []


@pytest.mark.article("28.3")
async def test_another_persons_and_what_stands_do_not_count(house: House, flags: Flags, party: Party) -> None:
    reviews = await aside(house, party, range(MOST))
    await look(house, await aside(house, await house.applicant(), [5]))
    disputes, management = house.stores.disputes, await house.member("management")
    supervisor = await house.member("supervisor", POSTS["supervisor"])
    for number in (6, 7):  # one waits, one is upheld
        given = await bad_review_of_guide(house, party, plain_guide(number))
        by = house.by_staff("management")
        await disputes.raise_(given["ref"], supervisor, "未到窗口", "记录", house.by_staff("supervisor"))
        await disputes.ask(given["ref"], management, by)
        await disputes.word(given["_id"], party, "我到了", house.by(f"applicant:{party.id}"))
        if number == 7:
            await disputes.decide(given["ref"], management, "评价属实", by, set_aside=False)
    await look(house, reviews)
    assert await open_flags(flags) == []
    assert len(await planned(house)) == MOST + 1


@pytest.mark.article("28.3")
async def test_of_two_workers_at_once_one_raises_it(house: House, flags: Flags, party: Party) -> None:
    """By the same plan and by others."""
    await aside(house, party, range(MOST + 2))
    dues = list((await planned(house)).values())
    looks = [house.stores.watch.look_at_review(due, house.by()) for due in dues * 3]
    assert all(await asyncio.gather(*looks))
    assert len(await open_flags(flags)) == 1
    assert await flags.documents.count_documents({}) == 1


@pytest.mark.article("28.3")
async def test_what_was_looked_at_does_not_count_again(
    house: House, flags: Flags, party: Party, clock: Clock
) -> None:
    reviews = await aside(house, party, range(MOST + 1))
    await look(house, reviews)
    [flag] = await open_flags(flags)
    await flags.dismiss(flag["_id"], LI, "确有误会", Listing(house, party.id, ()).by(LI))
    await look(house, reviews)
    clock.advance(timedelta(minutes=1))
    again = await aside(house, party, range(10, 10 + MOST))
    await look(house, [*reviews, *again])
    assert await open_flags(flags) == []
    again += await aside(house, party, [20])
    await look(house, again)
    [second] = await open_flags(flags)
    assert sorted(second["about"]) == sorted(one["_id"] for one in again)


@pytest.mark.article("28.3")
async def test_who_wrote_for_a_body_is_looked_at(house: House, flags: Flags) -> None:
    """For whomever they acted."""
    cast = await cast_of(house)
    body, alone = [cast.parties[name] for name in ("the person, for the body", "the person")]
    reviews = [*await aside(house, body, range(2)), *await aside(house, alone, range(2, 4))]
    await look(house, reviews)
    [flag] = await open_flags(flags)
    assert flag["applicant"] == cast.person
    assert len(flag["about"]) == MOST + 1


@pytest.mark.article("28.3", "28.decision")
async def test_a_decision_rests_on_the_reviews(house: House, flags: Flags, party: Party) -> None:
    reviews = await aside(house, party, range(MOST + 1))
    await look(house, reviews)
    [flag] = await open_flags(flags)
    evidence = rests_on(flag)
    assert evidence == [Reference("review", key) for key in flag["about"]]
    by = Listing(house, party.id, ()).by(LI)
    ban = await house.stores.decisions.propose(
        party.id, LI, Ground.MALICE, FACTS, evidence, by, flag=flag["_id"]
    )
    assert [one["key"] for one in ban["evidence"]] == flag["about"]


async def test_they_are_counted_through_an_index(house: House, party: Party, clock: Clock) -> None:
    await aside(house, party, [1])
    await aside(house, await house.applicant(), range(2, 5))
    await bad_review_of_guide(house, party, plain_guide(6))
    query = set_aside_query(party.id, clock.now() - timedelta(days=1), clock.now())
    told = await house.stores.reviews.documents.find(query).explain()
    assert "'indexName': 'set_aside'" in str(told["queryPlanner"]["winningPlan"])
    stats = told["executionStats"]
    assert (stats["nReturned"], stats["totalDocsExamined"]) == (1, 1)


async def test_nothing_is_there_to_look_at(house: House, clock: Clock) -> None:
    due = Due(f"event:{LOOK}", LOOK, "application:none", clock.now(), 1, "lease")
    assert not await house.stores.watch.look_at_review(due, house.by())
