"""好差评: one review for each matter, five levels, and a reason with a bad one (articles 17 and 23.7)."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models import typed
from models.errors import Conflict
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
from models.voices.sought import Sought, indexes
from models.voices.tags import tags_on
from models.workdays import beginning, local_date, local_moment

KEPT_BACK = frozenset({"applicant", "agent", "ref", "day", "marks", "revision"})
OF_OFFICE = {"all": "of_office", "marked": "marked_of_office"}
"""Index of all departments → that of one."""
TABLE_ORDER = [("day", DESCENDING), ("ref", DESCENDING)]
LATEST = Order("day", latest_first=True, key="ref")
"""By the day and a number that tells nothing, so that a list tells neither when nor by whom."""
LOOK = "review.look"
"""Each that is set aside plans that the blacklist's watch looks at it."""
ASIDE: Document = {"dispute.state": DisputeState.SET_ASIDE.value}

NEXT_REVISION: Document = {"revision": 1}
"""What `$inc` takes with a change of which 好差评 is told."""


class ReviewMovedOn(Conflict):
    code = "review_moved_on"
    message = "这条评价刚刚有了新的变化，请刷新后再操作"


class Reviews(Store[GivenReview]):
    collection = "reviews"
    missing = rules.ReviewNotFound
    tells = (
        "review.given",
        "review.followed_up",
        "review.words_shown",
        "review.words_withheld",
        "review.disputed",
        "review.evidence_added",
        "review.word_asked",
        "review.word_given",
        "review.upheld",
        "review.set_aside",
        "review.told_again",
    )
    plans = (RECTIFY, END, LOOK)
    indexes: ClassVar = [
        IndexModel([("applicant", ASCENDING), ("at", DESCENDING)]),
        IndexModel("ref", unique=True, name="ref"),
        *indexes(),
        IndexModel("again.at", name="followed_up", sparse=True),
        IndexModel("serial", name="serial"),
        IndexModel(
            [("agent", ASCENDING), ("dispute.decided_at", ASCENDING)],
            name="set_aside",
            partialFilterExpression=ASIDE,
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
            "revision": 1,
            "day": beginning(by.at),
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
            update={"$addToSet": {"marks": {"$each": list(_marks(said))}}, "$inc": NEXT_REVISION},
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

    async def those(self, matters: Collection[str]) -> dict[str, GivenReview]:
        """The reviews of these matters, by matter."""
        found = self.documents.find({"_id": {"$in": sorted(matters)}}, {"events": 0})
        return {one["_id"]: one for one in await self._each(found)}

    async def get_by_ref(self, ref: str) -> GivenReview:
        """A review as staff know it.

        Raises:
            NotFound: `review_not_found`.
        """
        found = await self._first({"ref": ref})
        if found is None:
            raise self.missing
        return found

    async def tell_again(self, review: GivenReview, known: int, by: Cause) -> GivenReview:
        """好差评 is told once more how a review is, as a revision later than the one it was `known` to have.

        Raises:
            Conflict: `review_moved_on`, the review has changed: that is told anyway.
        """
        revision = review["revision"]
        return await self.change(
            review["_id"],
            expects={"revision": revision},
            sets={"revision": max(revision, known) + 1},
            event=Event("review.told_again", review["_id"], by),
            otherwise=ReviewMovedOn,
        )

    async def said_on(self, day: date) -> list[GivenReview]:
        """The reviews that were given or followed up on a day."""
        begins, ends = (local_moment(each, time()) for each in (day, day + timedelta(days=1)))
        followed_up = {"again.at": {"$gte": begins, "$lt": ends}}
        return await self._each(self.documents.find({"$or": [{"day": begins}, followed_up]}))

    async def of_project(self, number: str) -> GivenReview | None:
        """The review that 好差评 knows by this `projectNo` (`project_of`)."""
        names = ({"serial": number}, {"_id": f"appointment:{number}"}, {"ref": number})
        return await self._first({"$or": list(names)})

    async def first_day(self) -> date | None:
        """The day on which the first review was given."""
        found: Document | None = await self.documents.find_one({}, {"day": 1}, sort=[("day", ASCENDING)])
        return local_date(found["day"]) if found else None

    async def of_applicant(self, applicant: str) -> list[GivenReview]:
        """The latest first."""
        found = self.documents.find({"applicant": applicant}, {"events": 0}).sort("at", DESCENDING)
        return await self._each(found)

    async def set_aside(self, agent: str, after: datetime, until: datetime) -> list[str]:
        """Ids of those that a person wrote, for whomever, and that were set aside after one moment and until
        another; the earliest decided first."""
        found = self.documents.find(set_aside_query(agent, after, until), {"_id": 1})
        return [one["_id"] async for one in found.sort("dispute.decided_at", ASCENDING)]

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
        self, member: Member, sought: Sought, limit: int, *, after: str = "", before: str = ""
    ) -> Page[GivenReview]:
        """Those that a member may read, the latest first.

        Raises:
            PageUnknown
        """
        return await page_in(self, _query(member, sought), LATEST, limit, after=after, before=before)

    async def count(self, member: Member, sought: Sought) -> int:
        """How many; of all, or all with a mark, in an index alone."""
        query, whole = _query(member, sought), sought == Sought(sought.mark)
        index = "marked" if sought.mark else "all"
        hint = (OF_OFFICE[index] if "department" in query else index) if whole else None
        return await count_in(self, query, hint)

    async def listed(self, member: Member, sought: Sought, most: int) -> AsyncIterator[GivenReview]:
        """The first of those that a member may read, one after the other."""
        found = self.documents.find(_query(member, sought), {"events": 0}).sort(TABLE_ORDER).limit(most)
        async for one in found:
            yield self.shaped(one)

    async def files_held(self, matters: Iterable[str]) -> set[str]:
        """Ids of the files that disputes of these reviews hold."""
        query = {"_id": {"$in": sorted(matters)}, "dispute.files": {"$exists": True}}
        found = self.documents.find(query, {"dispute.files": 1})
        return {each["file"] async for one in found for each in one["dispute"]["files"]}

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
        """An opinion as it is kept. Uncivil words, and a number of a person, are held for a moderator."""
        words = typed.words(words)
        known = tags_on(local_date(by.at))
        rules.check_review(level, tags, words, known)
        held = bool(words) and (
            typed.names_number(words) or bool((await self.uncivil.filter()).found_in(words))
        )
        return {
            "level": level,
            "tags": [*dict.fromkeys(tags)],
            "tags_version": known.version,
            "words": self.seal(matter, what, words),
            "words_state": (WordsState.HELD if held else WordsState.SHOWN).value,
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


def project_of(review: GivenReview) -> str:
    """`projectNo`, by which 好差评 knows what was reviewed: the serial of an application, the id of an
    appointment, and of a guide, which is about no matter, the review's own `ref`."""
    kind, _, document = review["_id"].partition(":")
    return {"application": review["serial"] or document, "appointment": document}.get(kind, review["ref"])


def set_aside_query(agent: str, after: datetime, until: datetime) -> Document:
    return {"agent": agent, **ASIDE, "dispute.decided_at": {"$gt": after, "$lte": until}}


def _own(review: GivenReview) -> Document:
    """As its person is given it: without who of the staff did what, and the department's files."""
    own = part(review, KEPT_BACK)
    if dispute := review["dispute"]:
        own["dispute"] = {name: value for name, value in dispute.items() if name not in ("people", "files")}
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


def _query(member: Member, sought: Sought) -> Document:
    return check_within(member, Scope.REVIEWS_READ) | sought.query
