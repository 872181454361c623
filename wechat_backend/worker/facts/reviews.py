"""The facts of notices about a review, its rectification, which has the same id, and asking for one."""

from dataclasses import dataclass

from models.events import KeptEvent
from models.outgoing import Delivery
from models.stores import Stores
from models.voices import where_and_when
from models.workdays import local
from wechat_backend.worker.facts.appointments import items
from wechat_backend.worker.facts.letter import Facts, Gathered
from wechat_backend.worker.facts.recipients import TIME, reach
from wechat_backend.worker.sender import Overtaken


@dataclass(frozen=True)
class ReviewFacts(Facts):
    """`time` is that of the event."""

    item: str
    time: str


async def about_review(stores: Stores, _delivery: Delivery, event: KeptEvent) -> Gathered:
    review = await stores.reviews.get(event["about"])
    facts = ReviewFacts(item=review["item_name"] or "办事指南", time=local(event["at"], TIME))
    return Gathered(facts, **await reach(stores, review))


@dataclass(frozen=True)
class InvitationFacts(Facts):
    """`item` names all matters of a visit; `place` is the hall or the department, `time` when the first was
    finished; `link` ends the address at which its review is given without signing in."""

    item: str
    place: str
    time: str
    link: str


async def about_invitation(stores: Stores, _delivery: Delivery, event: KeptEvent) -> Gathered:
    """
    Raises:
        Overtaken: `told_with_visit`; `reviewed`, meanwhile or by another way; `link_over`.
    """
    if "with" in event["data"]:
        raise Overtaken("told_with_visit")
    matters: list[str] = event["data"].get("together", [event["about"]])
    left = [one for one in matters if not await stores.reviews.find(one)]
    if not left:
        raise Overtaken("reviewed")
    each = [await stores.invitations.get(one) for one in left]
    asked = each[0]
    if stores.clock() > asked["until"]:
        raise Overtaken("link_over")
    place, at = where_and_when(asked["_id"], await stores.asking.about(asked["_id"]))
    facts = InvitationFacts(
        item=items([one["item_name"] for one in each]),
        place=place,
        time=local(at, TIME),
        link=stores.invitations.token(asked["_id"]),
    )
    return Gathered(facts, **await reach(stores, asked))
