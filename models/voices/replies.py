"""Public replies: what a bad review was about, and what was done, for everybody; never who gave it."""

from dataclasses import dataclass
from datetime import datetime

from models.paging import EPOCH, Order, Page, page_in
from models.store import Document
from models.voices.document import READABLE, GivenReview, Kind, Mark, Opinion, WordsState
from models.voices.rectifications import Done, Rectification, Rectifications
from models.voices.reviews import Reviews
from models.voices.stages import Verb
from models.workdays import beginning

BY_REPLY = Order("replied", latest_first=True, key="ref")


OF_KIND: dict[Kind, Document] = {
    Kind.SERVICE: {"_id": {"$regex": "^a"}},  # of an application or an appointment
    Kind.GUIDE: {"_id": {"$regex": "^guide:"}},
}


@dataclass(frozen=True)
class SaidInPublic:
    """`words` are "" where none were written or others may not read them, which `state` tells."""

    level: int
    tags: list[str]
    tags_version: str
    words: str
    state: WordsState


@dataclass(frozen=True)
class Answered:
    """A reply, and the beginning of the day on which it was given."""

    day: datetime
    words: str


@dataclass(frozen=True)
class PublicReply:
    """`day` is the beginning of that of the review; `opinions` are the review and its follow-up, `replies`
    the latest first."""

    day: datetime
    item: str
    item_name: str
    department: str
    kind: Kind
    opinions: list[SaidInPublic]
    replies: list[Answered]
    set_aside: bool


@dataclass(frozen=True)
class Replies:
    rectifications: Rectifications
    reviews: Reviews

    async def page(
        self, kind: Kind, item: str, limit: int, *, after: str = "", before: str = ""
    ) -> Page[PublicReply]:
        """Those to reviews of services, or of guides; of one item, or with "" of all. The latest first.

        Raises:
            PageUnknown
        """
        query = {**OF_KIND[kind], "replied": {"$gt": EPOCH}} | ({"item": item} if item else {})
        found = await page_in(self.rectifications, query, BY_REPLY, limit, after=after, before=before)
        reviews = await self.reviews.those([one["_id"] for one in found.rows])
        rows = [public(one, reviews[one["_id"]], kind) for one in found.rows]
        return Page(rows, found.previous, found.next)


def public(case: Rectification, review: GivenReview, kind: Kind) -> PublicReply:
    """What everybody may read of a rectification that has been replied to."""
    rounds = [*(one["done"] for one in case["earlier"]), case["done"]]
    again = review["again"]
    return PublicReply(
        day=review["day"],
        item=review["item"] or "",
        item_name=review["item_name"] or "",
        department=review["department"] or "",
        kind=kind,
        opinions=[said_in_public(one) for one in (review, *([again] if again else []))],
        replies=[answered(done[Verb.CLOSE]) for done in reversed(rounds) if Verb.CLOSE in done],
        set_aside=Mark.SET_ASIDE in review["marks"],
    )


def said_in_public(opinion: Opinion) -> SaidInPublic:
    return SaidInPublic(
        level=opinion["level"],
        tags=opinion["tags"],
        tags_version=opinion["tags_version"],
        words=opinion["words"] if opinion["words_state"] in READABLE else "",
        state=opinion["words_state"],
    )


def answered(done: Done) -> Answered:
    return Answered(beginning(done["at"]), done["words"])
