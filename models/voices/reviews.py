"""好差评: one review for each matter, five levels, and a reason with a bad one (articles 17 and 23.7)."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any, ClassVar
from uuid import uuid4

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models import typed
from models.events import Cause, Channel, Event, Plan
from models.paging import Order, Page, count_in, page_in
from models.people import Party
from models.privacy import Privacy
from models.staff import Member, Scope, check_within, reaches
from models.store import Database, Document, Store, part
from models.uncivil import UncivilWords
from models.voices import rules
from models.voices.document import DisputeState, GivenReview, Mark, Opinion, WordsState
from models.voices.platforms import Invitation
from models.voices.rectifications import END, RECTIFY
from models.workdays import local_date, local_moment

KEPT_BACK = frozenset({"applicant", "agent", "ref", "day", "marks"})
OF_OFFICE = {"all": "of_office", "marked": "marked_of_office"}
"""Index of all departments → that of one."""
LATEST = Order("day", latest_first=True, key="ref")
"""By the day and a number that tells nothing, so that a list tells neither when nor by whom."""


class Reviews(Store[GivenReview]):
    collection = "reviews"
    missing = rules.ReviewNotFound
    tells = (
        "review.given",
        "review.followed_up",
        "review.words_shown",
        "review.words_withheld",
        "review.disputed",
        "review.word_asked",
        "review.word_given",
        "review.upheld",
        "review.set_aside",
    )
    plans = (RECTIFY, END)
    indexes: ClassVar = [
        IndexModel([("applicant", ASCENDING), ("at", DESCENDING)]),
        IndexModel("ref", unique=True, name="ref"),
        IndexModel([("day", DESCENDING), ("ref", DESCENDING)], name="all"),
        IndexModel([("marks", ASCENDING), ("day", DESCENDING), ("ref", DESCENDING)], name="marked"),
        IndexModel([("department", ASCENDING), ("day", DESCENDING), ("ref", DESCENDING)], name="of_office"),
        IndexModel(
            [("department", ASCENDING), ("marks", ASCENDING), ("day", DESCENDING), ("ref", DESCENDING)],
            name="marked_of_office",
        ),
    ]

    def __init__(self, database: Database, privacy: Privacy, uncivil: UncivilWords) -> None:
        super().__init__(database)
        self.privacy, self.uncivil = privacy, uncivil

    def shaped(self, document: Document) -> GivenReview:
        again, dispute = document["again"], document["dispute"]
        return super().shaped(
            {
                **document,
                **self._opinion(document, document["_id"], "words"),
                "again": self._opinion(again, document["_id"], "again") if again else None,
                "dispute": self._dispute(dispute, document["_id"]) if dispute else None,
                "marks": [Mark(mark) for mark in document["marks"]],
            }
        )

    def seal(self, matter: str, what: str, text: str) -> Document:
        """What people wrote, as a review keeps it; `what` is its place there."""
        return {**self.privacy.sealed(text, f"review:{matter}:{what}")}

    def opened(self, matter: str, what: str, kept: Any) -> str:
        text: str = self.privacy.opened(kept, f"review:{matter}:{what}")
        return text

    async def give(
        self,
        matter: str,
        party: Party,
        level: int,
        tags: list[str],
        words: str,
        by: Cause,
        about: Mapping[str, Any],
        invitation: Invitation | None = None,
    ) -> GivenReview:
        """Review a matter, once; `about` is the application or appointment itself, or `guide_matter`.

        Raises:
            BadInput, Refused: see `rules.check_review` and `rules.check_reviewable`; `not_yours`.
            Conflict: `already_reviewed`.
        """
        kind, _, key = matter.partition(":")
        if about["_id"] != key or about["applicant"] != party.id:
            raise rules.NotYours
        rules.check_reviewable(kind, about["state"])
        named = {name: about.get(name) for name in ("item", "item_name", "department", "serial", "hall")}
        said = await self._said(matter, "words", level, tags, words, by, invitation)
        review = {
            "_id": matter,
            "ref": uuid4().hex,
            "day": local_moment(local_date(by.at), time()),
            "applicant": party.id,
            "agent": party.agent["_id"],
            **said,
            "again": None,
            "dispute": None,
            "marks": list(_marks(said)),
            **named,
        }
        try:
            return await self.add(review, _told("review.given", review, said, by))
        except DuplicateKeyError:
            raise rules.AlreadyReviewed from None

    async def follow_up(
        self, matter: str, party: Party, level: int, tags: list[str], words: str, by: Cause
    ) -> GivenReview:
        """追评: say once more how it is, after the first review; both are kept.

        Raises:
            NotFound: `review_not_found`.
            BadInput, Refused: see `rules.check_review`.
            Conflict: `already_followed_up`.
        """
        found = await self.own(matter, party)
        said = await self._said(matter, "again", level, tags, words, by)
        return await self.change(
            matter,
            expects={"again": None},
            sets={"again": said},
            update={"$addToSet": {"marks": {"$each": list(_marks(said))}}},
            event=_told("review.followed_up", found, said, by),
            otherwise=rules.AlreadyFollowedUp,
        )

    async def own(self, matter: str, party: Party) -> GivenReview:
        """A review of one's own.

        Raises:
            NotFound: `review_not_found`, also where it is another's.
        """
        found = await self._first({"_id": matter, "applicant": party.id})
        if found is None:
            raise self.missing
        return found

    async def find(self, matter: str) -> GivenReview | None:
        """The review of a matter, if it has been reviewed."""
        return await self._first({"_id": matter})

    async def get_by_ref(self, ref: str) -> GivenReview:
        """A review as staff know it.

        Raises:
            NotFound: `review_not_found`.
        """
        found = await self._first({"ref": ref})
        if found is None:
            raise self.missing
        return found

    async def of_applicant(self, applicant: str) -> list[GivenReview]:
        """The latest first."""
        found = self.documents.find({"applicant": applicant}, {"events": 0}).sort("at", DESCENDING)
        return await self._each(found)

    async def seen(self, ref: str, member: Member) -> GivenReview:
        """A review that a member may read.

        Raises:
            NotFound: `review_not_found`.
        """
        found = await self.get_by_ref(ref)
        if not reaches(member, Scope.REVIEWS_READ, found["department"] or ""):
            raise self.missing
        return found

    async def page(
        self, member: Member, mark: Mark | None, limit: int, *, after: str = "", before: str = ""
    ) -> Page[GivenReview]:
        """Those that a member may read; with a mark, or all. The latest first.

        Raises:
            PageUnknown
        """
        return await page_in(self, _query(member, mark), LATEST, limit, after=after, before=before)

    async def count(self, member: Member, mark: Mark | None) -> int:
        query = _query(member, mark)
        index = "marked" if mark else "all"
        return await count_in(self, query, OF_OFFICE[index] if "department" in query else index)

    async def export(self, applicant: str) -> list[Document]:
        """All of an applicant's own."""
        return [_own(one) for one in await self.of_applicant(applicant)]

    async def _said(
        self,
        matter: str,
        what: str,
        level: int,
        tags: list[str],
        words: str,
        by: Cause,
        invitation: Invitation | None = None,
    ) -> Document:
        """An opinion as it is kept. Uncivil words are held for a moderator."""
        words = typed.words(words)
        rules.check_review(level, tags, words)
        uncivil = bool(words) and bool((await self.uncivil.filter()).found_in(words))
        return {
            "level": level,
            "tags": tags,
            "words": self.seal(matter, what, words),
            "words_state": (WordsState.HELD if uncivil else WordsState.SHOWN).value,
            "reason": self.seal(matter, f"{what}:reason", ""),
            "at": by.at,
            "channel": by.channel.value,
            **({"invitation": invitation.value} if invitation else {}),
        }

    def _opinion(self, kept: Document, matter: str, what: str) -> Opinion:
        opened: Any = {name: kept[name] for name in Opinion.__annotations__ if name in kept}
        opened |= {
            "words": self.opened(matter, what, kept["words"]),
            "words_state": WordsState(kept["words_state"]),
            "reason": self.opened(matter, f"{what}:reason", kept["reason"]),
            "channel": Channel(kept["channel"]),
        }
        if "invitation" in kept:
            opened["invitation"] = Invitation(kept["invitation"])
        said: Opinion = opened
        return said

    def _dispute(self, kept: Document, matter: str) -> Document:
        texts = ("grounds", "evidence", "word", "reason")
        opened = {name: self.opened(matter, f"dispute:{name}", kept[name]) for name in texts}
        return {**kept, **opened, "state": DisputeState(kept["state"])}


def _own(review: GivenReview) -> Document:
    """As its person is given it: without who of the staff did what."""
    own = part(review, KEPT_BACK)
    if dispute := review["dispute"]:
        own["dispute"] = {name: value for name, value in dispute.items() if name != "people"}
    return own


def _marks(said: Document) -> Iterable[str]:
    if rules.is_bad(said["level"]):
        yield Mark.BAD.value
    if said["words_state"] == WordsState.HELD:
        yield Mark.HELD.value


def _told(name: str, review: Mapping[str, Any], said: Document, by: Cause) -> Event:
    """What is counted of an opinion; a bad one is rectified."""
    counted = {name: review[name] for name in ("department", "item", "hall")}
    plans = (Plan(RECTIFY, by.at),) if rules.is_bad(said["level"]) else ()
    told = {"level": said["level"], "tags": said["tags"], **counted}
    return Event(name, review["_id"], by, told, plans=plans)


def _query(member: Member, mark: Mark | None) -> Document:
    return check_within(member, Scope.REVIEWS_READ) | ({"marks": mark.value} if mark else {})
