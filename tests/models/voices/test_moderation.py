"""Uncivil words of a review are held for a moderator; the level counts meanwhile (article 17)."""

import asyncio

import pytest

from models.errors import Forbidden
from models.people import Party
from models.voices import GivenReview, Mark, Said, Sought, WordsState
from models.voices.involved import HandledIt
from models.voices.moderation import AlreadyModerated, ReasonMissing
from tests.house.house import House

UNCIVIL = "这帮王 八*蛋，等了一天"


@pytest.fixture
async def review(house: House, party: Party) -> GivenReview:
    """With uncivil words, of a visit that `centre` recorded."""
    await house.stores.uncivil.learn(["王八蛋"], house.by())
    visit = await house.served(await house.booking(party))
    return await house.stores.reviews.give(
        f"appointment:{visit['_id']}", party, 1, [], UNCIVIL, house.by(), visit
    )


@pytest.mark.article("17.contact")
async def test_a_number_of_a_person_is_held_too(house: House, party: Party) -> None:
    """The words of a bad review stand beside its public reply."""
    visit = await house.served(await house.booking(party))
    given = await house.stores.reviews.give(
        f"appointment:{visit['_id']}", party, 1, [], "打我电话 139 1234 5678", house.by(), visit
    )
    assert (given["words_state"], given["marks"]) == (WordsState.HELD, [Mark.BAD, Mark.HELD])


async def test_the_words_are_kept_and_the_level_counts(house: House, review: GivenReview) -> None:
    assert (review["words_state"], review["words"], review["level"]) == (WordsState.HELD, UNCIVIL, 1)
    assert review["marks"] == [Mark.BAD, Mark.HELD]
    assert await house.stores.reviews.count(await house.member("management"), Sought(Mark.BAD)) == 1


@pytest.mark.parametrize(("shown", "state"), [(True, WordsState.SHOWN_AFTER), (False, WordsState.WITHHELD)])
async def test_a_moderator_shows_or_withholds_them(
    house: House, review: GivenReview, shown: bool, state: WordsState
) -> None:
    decided = await house.stores.moderation.decide(
        review["ref"],
        Said.FIRST,
        await house.member("management"),
        "辱骂",
        house.by_staff("management"),
        shown=shown,
    )
    assert (decided["words_state"], decided["words"], decided["level"]) == (state, UNCIVIL, 1)
    assert decided["reason"] == "辱骂"
    assert decided["marks"] == [Mark.BAD]


async def test_two_moderators_at_once_make_one_decision(house: House, review: GivenReview) -> None:
    member = await house.member("management")
    results = await asyncio.gather(
        *(
            house.stores.moderation.decide(
                review["ref"],
                Said.FIRST,
                member,
                "辱骂",
                house.by_staff(f"officer{number}"),
                shown=bool(number % 2),
            )
            for number in range(6)
        ),
        return_exceptions=True,
    )
    assert {type(result) for result in results} == {dict, AlreadyModerated}
    assert sum(isinstance(result, dict) for result in results) == 1


async def test_the_follow_up_is_decided_on_its_own(house: House, party: Party, review: GivenReview) -> None:
    await house.stores.reviews.follow_up(review["_id"], party, 2, [], UNCIVIL, house.by())
    member, by = await house.member("management"), house.by_staff("management")
    first = await house.stores.moderation.decide(review["ref"], Said.FIRST, member, "", by, shown=True)
    assert Mark.HELD in first["marks"]
    again = await house.stores.moderation.decide(review["ref"], Said.AGAIN, member, "辱骂", by, shown=False)
    assert again["again"]
    assert (again["words_state"], again["again"]["words_state"]) == (
        WordsState.SHOWN_AFTER,
        WordsState.WITHHELD,
    )
    assert Mark.HELD not in again["marks"]


async def test_by_whom_it_is_not_decided(house: House, review: GivenReview) -> None:
    decide, management = house.stores.moderation.decide, await house.member("management")
    ref, by = review["ref"], house.by_staff("management")
    with pytest.raises(Forbidden):
        await decide(ref, Said.FIRST, await house.member("approver"), "辱骂", house.by_staff(), shown=False)
    with pytest.raises(ReasonMissing):
        await decide(ref, Said.FIRST, management, " ", by, shown=False)
    with pytest.raises(HandledIt):
        await decide(ref, Said.FIRST, management, "辱骂", house.by_staff("centre"), shown=False)
    assert (await house.stores.reviews.get(review["_id"]))["words_state"] is WordsState.HELD


async def test_words_that_are_civil_are_shown_at_once(house: House, party: Party) -> None:
    await house.stores.uncivil.learn(["王八蛋"], house.by())
    visit = await house.served(await house.booking(party))
    given = await house.review(party, "appointment", visit)
    assert given["words_state"] is WordsState.SHOWN
    member, by = await house.member("management"), house.by_staff("management")
    with pytest.raises(AlreadyModerated):
        await house.stores.moderation.decide(given["ref"], Said.FIRST, member, "x", by, shown=False)
