"""好差评: one for each matter, and a reason with a bad one (article 17)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from models.errors import BadInput, Refused
from models.store import Database, Document
from models.voices.reviews import LEVELS, TAGS, AlreadyReviewed, Reviews, can_review, is_bad
from tests.conftest import MakeCause
from tests.models.standing_in import a_party

PARTY = a_party()
DONE: Document = {"_id": "k", "applicant": "p1", "state": "concluded", "item": "i", "department": "d"}


@pytest.fixture
async def reviews(any_database: Database) -> AsyncIterator[Reviews]:
    store = Reviews(any_database)
    await store.prepare()
    yield store
    await store.documents.delete_many({})


@pytest.mark.article(17)
@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("words", ["", "  \n "])
async def test_a_bad_review_without_a_reason_is_refused(
    reviews: Reviews, cause: MakeCause, level: int, words: str
) -> None:
    with pytest.raises(Refused) as refused:
        await reviews.give("application:k", PARTY, level, [], words, cause(), DONE)
    assert refused.value.code == "reason_required"
    assert await reviews.find("application:k") is None


@pytest.mark.article(17)
@pytest.mark.parametrize("level", LEVELS)
async def test_each_level_with_one_of_its_tags(reviews: Reviews, cause: MakeCause, level: int) -> None:
    tag = next(iter(TAGS[level]))
    given = await reviews.give("application:k", PARTY, level, [tag], "", cause(), DONE)
    assert (given["level"], given["tags"], given["department"]) == (level, [tag], "d")


async def test_a_tag_of_another_level_is_refused(reviews: Reviews, cause: MakeCause) -> None:
    with pytest.raises(BadInput):
        await reviews.give("application:k", PARTY, 5, ["108"], "", cause(), DONE)


@pytest.mark.article(17)
async def test_twenty_reviews_of_one_matter_at_once_leave_one(reviews: Reviews, cause: MakeCause) -> None:
    results = await asyncio.gather(
        *(reviews.give("application:k", PARTY, 5, [], "好", cause(), DONE) for _ in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, dict) for result in results) == 1
    assert {type(result) for result in results} == {dict, AlreadyReviewed}


@pytest.mark.article(17)
@pytest.mark.parametrize(
    "about", [{**DONE, "state": "accepted"}, {**DONE, "applicant": "p2"}, {**DONE, "_id": "other"}]
)
async def test_only_ones_own_finished_matter(reviews: Reviews, cause: MakeCause, about: Document) -> None:
    with pytest.raises(Refused):
        await reviews.give("application:k", PARTY, 5, [], "", cause(), about)


@pytest.mark.article(17)
def test_what_is_finished_can_be_reviewed() -> None:
    assert can_review("application", "concluded")
    assert can_review("appointment", "served")
    assert not can_review("application", "withdrawn")
    assert not can_review("appointment", "no_show")


@pytest.mark.article(17)
def test_two_of_five_levels_are_bad() -> None:
    assert [level for level in LEVELS if is_bad(level)] == [2, 1]
