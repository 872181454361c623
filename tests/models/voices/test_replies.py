"""Public replies: what everybody may read of a bad review and its rectification (article 17)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.people import Party
from models.staff import Member
from models.voices import GivenReview, Kind, Replies, Said
from models.voices.stages import STEPS
from models.workdays import local
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.reviewed import POSTS, bad_review, bad_review_of_guide, due


@pytest.fixture
def replies(house: House) -> Replies:
    return house.stores.replies


@pytest.fixture
async def rectifier(house: House) -> Member:
    return await house.member("rectifier", POSTS["rectifier"])


async def replied(house: House, review: GivenReview, member: Member, *, last: bool = True) -> None:
    """To the public reply, or to the step before it."""
    await house.stores.rectifying.open(due(review), house.by())
    by = house.by_staff("rectifier")
    for verb in list(STEPS)[: len(STEPS) if last else -1]:
        await house.stores.rectifying.take(review["ref"], verb, member, f"{verb}的情况", by)


async def shown(replies: Replies, kind: Kind = Kind.SERVICE, item: str = "") -> list[Any]:
    return (await replies.page(kind, item, 10)).rows


@pytest.mark.article("17.rectification", "17.contact")
async def test_what_is_shown_tells_neither_who_nor_when_nor_what_was_noted(
    house: House, replies: Replies, party: Party, rectifier: Member
) -> None:
    review = await bad_review(house, party)
    await replied(house, review, rectifier, last=False)
    assert await shown(replies) == []
    by = house.by_staff("rectifier")
    await house.stores.rectifying.take(review["ref"], list(STEPS)[-1], rectifier, "已改，谢谢指正", by)
    [one] = await shown(replies)
    [opinion] = one.opinions
    assert (one.item, opinion.level, opinion.tags, opinion.words) == (review["item"], 1, ["108"], "等了一天")
    assert [reply.words for reply in one.replies] == ["已改，谢谢指正"]
    assert {local(at, "%H:%M") for at in (one.day, one.replies[0].day)} == {"00:00"}
    for secret in (party.id, review["ref"], review["_id"], "contact的情况", "call_back的情况", "rectifier"):
        assert secret not in repr(one)


async def test_services_and_guides_apart_and_each_item_by_itself(
    house: House, replies: Replies, party: Party, rectifier: Member
) -> None:
    await replied(house, await bad_review(house, party), rectifier)
    guide = plain_guide(7)
    await house.publish(guide)
    await replied(house, await bad_review_of_guide(house, party, guide), rectifier)
    assert [one.item for one in await shown(replies)] == [plain_guide().item]
    assert [one.item for one in await shown(replies, Kind.GUIDE)] == [guide.item]
    assert await shown(replies, Kind.SERVICE, guide.item) == []
    assert len(await shown(replies, Kind.GUIDE, guide.item)) == 1


@pytest.mark.parametrize("show", [None, True, False])
async def test_words_that_are_held_or_withheld_are_not_shown(
    house: House, replies: Replies, party: Party, rectifier: Member, show: bool | None
) -> None:
    await house.stores.uncivil.learn(["等了"], house.by())
    review = await bad_review(house, party)
    await replied(house, review, rectifier)
    if show is not None:
        decide, by = house.stores.moderation.decide, house.by_staff("management")
        member = await house.member("management")
        await decide(review["ref"], Said.FIRST, member, "辱骂", by, shown=show)
    [one] = await shown(replies)
    assert one.opinions[0].words == ("等了一天" if show else "")
    assert "辱骂" not in repr(one)


@pytest.mark.article("17.dispute")
async def test_one_that_is_set_aside_keeps_its_place_and_says_so(
    house: House, replies: Replies, party: Party, rectifier: Member
) -> None:
    review = await bad_review(house, party)
    await replied(house, review, rectifier)
    supervisor = await house.member("supervisor", POSTS["supervisor"])
    management, disputes = await house.member("management"), house.stores.disputes
    await disputes.raise_(review["ref"], supervisor, "评错", "记录", house.by_staff("supervisor"))
    by = house.by_staff("management")
    await disputes.ask(review["ref"], management, by)
    await disputes.word(review["_id"], party, "没有评错", house.by(f"applicant:{party.id}"))
    await disputes.decide(review["ref"], management, "属实", by, set_aside=True)
    [one] = await shown(replies)
    assert one.set_aside


async def test_a_reply_stays_while_a_follow_up_is_seen_to_and_the_next_one_stands_above_it(
    house: House, replies: Replies, party: Party, rectifier: Member
) -> None:
    review = await bad_review(house, party)
    await replied(house, review, rectifier)
    by = replace(house.by(f"applicant:{party.id}"), at=review["at"] + timedelta(days=2))
    again = await house.stores.reviews.follow_up(review["_id"], party, 2, ["214"], "", by)
    assert await house.stores.rectifying.open(due(again, at=by.at), house.by())
    [one] = await shown(replies)
    assert ([opinion.level for opinion in one.opinions], len(one.replies)) == ([1, 2], 1)
    for verb in STEPS:
        await house.stores.rectifying.take(review["ref"], verb, rectifier, f"再次{verb}", house.by_staff())
    [one] = await shown(replies)
    assert [reply.words for reply in one.replies] == ["再次close", "close的情况"]


async def test_page_by_page_the_latest_first(
    house: House, replies: Replies, party: Party, rectifier: Member
) -> None:
    for _ in range(3):
        await replied(house, await bad_review(house, await house.applicant()), rectifier)
    first = await replies.page(Kind.SERVICE, "", 2)
    second = await replies.page(Kind.SERVICE, "", 2, after=first.next)
    assert (len(first.rows), len(second.rows), second.next) == (2, 1, "")
    assert (await replies.page(Kind.SERVICE, "", 2, before=second.previous)).rows == first.rows
