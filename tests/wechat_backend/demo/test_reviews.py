"""The reviews that the demo begins with, on whatever day it begins."""

from collections import Counter
from datetime import datetime

import pytest

from models.voices import DisputeState, GivenReview, Kind, Mark, WordsState
from models.voices.stages import State
from tests.wechat_backend.demo.test_cases import DAYS, Demo, demo  # noqa: F401 - the fixture
from wechat_backend.demo import reviews


async def made(demo: Demo, at: datetime) -> dict[str, GivenReview]:  # noqa: F811
    """Anew at a time; by the words that tell the bad ones apart, and the rest by their matters."""
    demo.clock.set(at)
    kept = ["departments", "halls", "guides", "staff", "uncivil"]
    for store in demo.stores.all():
        if store.collection not in kept:
            await store.documents.delete_many({})
    items = {guide["name"]: guide["item"] async for guide in demo.stores.guides.documents.find()}
    assert await reviews.make_once(demo.stores, items, at)
    assert not await reviews.make_once(demo.stores, items, at)
    found = [demo.stores.reviews.shaped(one) async for one in demo.stores.reviews.documents.find()]
    return {one["words"] or one["_id"]: one for one in found}


@pytest.mark.parametrize("day", DAYS)
async def test_some_dozens_spread_and_each_bad_one_where_it_is(demo: Demo, day: str) -> None:  # noqa: F811
    found = await made(demo, DAYS[day])
    assert len(found) >= 36
    assert len({one["department"] for one in found.values()}) >= 5
    assert len({one["day"] for one in found.values()}) >= 15
    assert all(one["at"] < DAYS[day] for one in found.values())
    assert set(Counter(one["level"] for one in found.values())) == {1, 2, 3, 4, 5}
    bad = {one: found[one.words] for one in reviews.BAD}
    assert bad[reviews.HELD]["words_state"] is WordsState.HELD
    states = {}
    for one, review in bad.items():
        case = await demo.stores.rectifications.get(review["_id"])
        states[one] = case["state"]
    assert states[reviews.UNDER_WAY] is State.CONTACTED
    assert states[reviews.RECTIFIED] is State.CLOSED
    disputes = {one: bad[one]["dispute"] for one in (reviews.ASKED, reviews.ASIDE)}
    assert [one and one["state"] for one in disputes.values()] == [DisputeState.ASKED, DisputeState.SET_ASIDE]
    assert bad[reviews.ASIDE]["marks"] == [Mark.BAD, Mark.SET_ASIDE]
    page = await demo.stores.replies.page(Kind.SERVICE, "", 10)
    assert [one.replies[0].words for one in page.rows] == [reviews.DONE[list(reviews.DONE)[-1]]]
