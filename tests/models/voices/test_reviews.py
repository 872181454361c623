"""好差评: one for each matter, and a reason with a bad one (article 17)."""

import asyncio

import pytest

from models.applications import Application, State
from models.errors import BadInput, Forbidden, Refused
from models.events import Channel
from models.people.parties import Party
from models.staff import Role
from models.voices import LEVELS, Mark, Reviews, Sought, guide_matter, tags_on
from models.voices.rules import AlreadyFollowedUp, AlreadyReviewed, ReviewNotFound
from models.workdays import local
from tests.house.clock import START, MakeCause
from tests.house.guides import OTHER, plain_guide
from tests.house.house import House
from tests.house.staff import Post


@pytest.fixture
def reviews(house: House) -> Reviews:
    return house.stores.reviews


@pytest.fixture
async def done(house: House, party: Party) -> Application:
    return await house.application(State.CONCLUDED, party=party)


def matter(of: Application) -> str:
    return f"application:{of['_id']}"


@pytest.mark.article("17.reason")
@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("words", ["", "  \n "])
async def test_a_bad_review_without_a_reason_is_refused(
    reviews: Reviews, party: Party, done: Application, cause: MakeCause, level: int, words: str
) -> None:
    with pytest.raises(Refused) as refused:
        await reviews.give(matter(done), party, level, [], words, cause(), done)
    assert refused.value.code == "reason_required"
    assert await reviews.find(matter(done)) is None


@pytest.mark.article("17.review")
@pytest.mark.parametrize("level", LEVELS)
async def test_each_level_with_one_of_its_tags(
    reviews: Reviews, party: Party, done: Application, cause: MakeCause, level: int
) -> None:
    tag = next(iter(tags_on(START.date()).tags[level]))
    given = await reviews.give(matter(done), party, level, [tag], "", cause(), done)
    assert (given["level"], given["tags"], given["department"]) == (level, [tag], done["department"])


@pytest.mark.parametrize(
    ("code", "name", "words"),
    [
        ("108", "指南外新增条件", "要求了指南上没有的条件"),
        ("113", "多头跑", "要跑好几个部门"),
        ("214", "态度生硬", "态度生硬"),
    ],
)
def test_tags_are_said_plainly_and_keep_their_national_names(code: str, name: str, words: str) -> None:
    [tag] = [tags[code] for tags in tags_on(START.date()).tags.values() if code in tags]
    assert (tag.name, tag.words) == (name, words)


async def test_a_tag_that_is_said_many_times_counts_once(
    reviews: Reviews, party: Party, done: Application, cause: MakeCause
) -> None:
    given = await reviews.give(matter(done), party, 1, ["113", "108"] + ["113"] * 5000, "", cause(), done)
    assert given["tags"] == ["113", "108"]


async def test_a_tag_of_another_level_is_refused(
    reviews: Reviews, party: Party, done: Application, cause: MakeCause
) -> None:
    with pytest.raises(BadInput):
        await reviews.give(matter(done), party, 5, ["108"], "", cause(), done)


@pytest.mark.article("17.review")
async def test_twenty_reviews_of_one_matter_at_once_leave_one(
    reviews: Reviews, party: Party, done: Application, cause: MakeCause
) -> None:
    results = await asyncio.gather(
        *(reviews.give(matter(done), party, 5, [], "好", cause(), done) for _ in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, dict) for result in results) == 1
    assert {type(result) for result in results} == {dict, AlreadyReviewed}


@pytest.mark.article("17.review")
@pytest.mark.parametrize("wrong", ["unfinished", "another's", "said to be another's"])
async def test_only_ones_own_finished_matter(
    house: House, reviews: Reviews, party: Party, done: Application, cause: MakeCause, wrong: str
) -> None:
    named = about = done
    if wrong == "unfinished":
        named = about = await house.application(State.ACCEPTED, party=party, guide=plain_guide(2))
    elif wrong == "another's":
        named = about = await house.application(State.CONCLUDED)
    else:
        named = await house.application(State.CONCLUDED)
    with pytest.raises(Refused):
        await reviews.give(matter(named), party, 5, [], "", cause(), about)


@pytest.mark.article("17.review")
async def test_through_two_doors_at_once_leaves_one(
    reviews: Reviews, party: Party, done: Application, cause: MakeCause
) -> None:
    doors = [Channel.H5, Channel.CHAT, Channel.MINIPROGRAM, Channel.WEB]
    results = await asyncio.gather(
        *(reviews.give(matter(done), party, 4, [], "", cause(channel=door), done) for door in doors),
        return_exceptions=True,
    )
    [given] = [result for result in results if isinstance(result, dict)]
    assert (await reviews.get(matter(done)))["channel"] is given["channel"]


@pytest.mark.article("17.guides")
async def test_a_guide_is_reviewed_apart_from_services_once_a_version(
    reviews: Reviews, party: Party, cause: MakeCause
) -> None:
    guide = plain_guide()
    about = guide_matter(guide, party)
    key = f"guide:{about['_id']}"
    with pytest.raises(Refused):
        await reviews.give(key, party, 1, [], "", cause(), about)
    given = await reviews.give(key, party, 1, ["108"], "", cause(), about)
    assert (given["item"], given["department"], given["hall"]) == (guide.item, guide.department, None)
    with pytest.raises(AlreadyReviewed):
        await reviews.give(key, party, 5, [], "", cause(), about)


@pytest.mark.article("17.review")
async def test_one_follow_up_that_leaves_the_first_as_it_is(
    reviews: Reviews, party: Party, done: Application, cause: MakeCause
) -> None:
    with pytest.raises(ReviewNotFound):
        await reviews.follow_up(matter(done), party, 5, [], "", cause())
    await reviews.give(matter(done), party, 5, [], "很快", cause(), done)
    results = await asyncio.gather(
        *(reviews.follow_up(matter(done), party, 2, ["214"], "", cause()) for _ in range(8)),
        return_exceptions=True,
    )
    assert {type(result) for result in results} == {dict, AlreadyFollowedUp}
    kept = await reviews.get(matter(done))
    again = kept["again"]
    assert again
    assert (kept["level"], kept["words"], again["level"], again["tags"]) == (5, "很快", 2, ["214"])
    assert kept["marks"] == [Mark.BAD]


@pytest.mark.article("17.reason")
async def test_a_bad_follow_up_says_why_too(
    house: House, reviews: Reviews, party: Party, done: Application, cause: MakeCause
) -> None:
    await reviews.give(matter(done), party, 5, [], "", cause(), done)
    with pytest.raises(Refused):
        await reviews.follow_up(matter(done), party, 1, [], "  ", cause())
    with pytest.raises(ReviewNotFound):
        await reviews.follow_up(matter(done), await house.applicant(), 5, [], "", cause())
    assert (await reviews.get(matter(done)))["again"] is None


async def test_what_staff_list_tells_neither_who_nor_when(
    house: House, reviews: Reviews, party: Party, done: Application
) -> None:
    given = await house.review(party, "application", done)
    member = await house.member("management")
    page = await reviews.page(member, Sought(), 1)
    assert [one["ref"] for one in page.rows] == [given["ref"]]
    assert party.id not in given["ref"]
    assert local(given["day"], "%H:%M") == "00:00"
    with pytest.raises(Forbidden):
        await reviews.page(await house.member("approver"), Sought(), 5)
    elsewhere = await house.member("other", Post((Role.SUPERVISOR,), OTHER))
    assert (await reviews.page(elsewhere, Sought(), 5)).rows == []
    with pytest.raises(ReviewNotFound):
        await reviews.seen(given["ref"], elsewhere)
