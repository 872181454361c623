"""The facts of notices about a review, and about its rectification, which has the same id."""

from dataclasses import dataclass

from models.events import KeptEvent
from models.outgoing import Delivery
from models.stores import Stores
from models.workdays import local
from wechat_backend.worker.facts.letter import Facts, Gathered
from wechat_backend.worker.facts.recipients import TIME, reach


@dataclass(frozen=True)
class ReviewFacts(Facts):
    """`time` is that of the event."""

    item: str
    time: str


async def about_review(stores: Stores, _delivery: Delivery, event: KeptEvent) -> Gathered:
    review = await stores.reviews.get(event["about"])
    facts = ReviewFacts(item=review["item_name"] or "办事指南", time=local(event["at"], TIME))
    return Gathered(facts, **await reach(stores, review))
