"""差评整改: what a bad review sets going, from the contact to the public reply (article 17).

A rectification has the `_id` of its review. It is opened by the plan that the review makes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypedDict

from pymongo import ASCENDING, DESCENDING, IndexModel

from models.clocks import clock
from models.errors import Conflict, NotFound
from models.events import Event, Plan
from models.law import Term, in_force
from models.paging import EPOCH, Order, Page, count_in, page_in
from models.privacy import Privacy
from models.schedule import Overtaken
from models.staff import Member, Scope, check_within, reaches
from models.store import ChangedMeanwhile, Database, Document, Line, Record, Store, entry, part
from models.voices.document import GivenReview
from models.voices.stages import OPEN_STATES, STEPS, UNFIXED, Escalated, State, Through, Verb
from models.workdays import Workdays, local_date


class RectificationNotFound(NotFound):
    code = "rectification_not_found"
    message = "没有找到该差评的整改记录"


class RectificationMovedOn(Conflict):
    code = "rectification_moved_on"
    message = "整改已进入其他环节，请刷新后查看"


RECTIFY, END = "rectification.open", "rectification.end"
"""What a review plans: that a rectification is opened, and that it ends since the review is set aside."""
CONTACT_DUE, FIX_DUE, FURTHER = "rectification.contact", "rectification.fix", "rectification.further"
"""What a rectification plans."""
OPENED: Document = {"day": {"$gt": EPOCH}}
"""All of them, in words by which an index is read from its first field on, and no document besides."""
BY_DUE, BY_OPENING = Order("due_at", key="ref"), Order("day", latest_first=True, key="ref")


class Done(TypedDict):
    """One step that was taken; `words` are kept sealed."""

    at: datetime
    actor: str
    words: str


class Rating(TypedDict):
    """What the person says of the fix; `words` are kept sealed."""

    level: int
    words: str
    at: datetime


class Round(TypedDict):
    """What was done before a bad follow-up opened the rectification anew; as in `Rectification`."""

    level: int
    opened_at: datetime
    contact_due: datetime
    fix_due: datetime
    done: dict[Verb, Done]
    rating: Rating | None


class Rectification(Record):
    """`day` and `ref` are those of the review. `level` is that of the opinion that was given at `opened_at`;
    `earlier` is what came before a bad follow-up, `replied` the
    beginning of the day of the last public reply. `due_at` is when the next step is due, None once it is
    fixed; `escalated_in` the state in which it was late last; `done` the steps that were taken, by verb."""

    ref: str
    day: datetime
    applicant: str
    agent: str
    department: str | None
    item: str | None
    item_name: str | None
    hall: str | None
    level: int
    state: State
    through: Through
    opened_at: datetime
    contact_due: datetime
    fix_due: datetime
    due_at: datetime | None
    escalated: Escalated
    escalated_in: State | None
    done: dict[Verb, Done]
    rating: Rating | None
    earlier: list[Round]
    replied: datetime | None
    timeline: list[Line]


@dataclass(frozen=True)
class Wanted:
    """Which are listed: in these states, overdue or escalated ones alone."""

    states: tuple[State, ...] = ()
    overdue_at: datetime | None = None
    escalated: tuple[Escalated, ...] = ()

    def query(self) -> Document:
        query: Document = {}
        if self.states:
            query["state"] = {"$in": [state.value for state in self.states]}
        if self.overdue_at:
            query["due_at"] = {"$lt": self.overdue_at}
        if self.escalated:
            query["escalated"] = {"$in": [one.value for one in self.escalated]}
        return query


class Rectifications(Store[Rectification]):
    collection = "rectifications"
    missing = RectificationNotFound
    tells = (
        "rectification.opened",
        "rectification.reopened",
        *(step.event for step in STEPS.values()),
        "rectification.redirected",
        "rectification.contact_revealed",
        "rectification.rated",
        "rectification.escalated",
        "rectification.ended",
    )
    plans = (CONTACT_DUE, FIX_DUE, FURTHER)
    indexes: ClassVar = [
        IndexModel("ref", unique=True, name="ref"),
        *(
            IndexModel(
                [*first, ("replied", DESCENDING), ("ref", DESCENDING), ("_id", ASCENDING)],
                name=f"{name}replied",
                partialFilterExpression={"replied": {"$gt": EPOCH}},
            )
            for name, first in (("", []), ("item_", [("item", ASCENDING)]))
        ),
        *(
            IndexModel([*where, *order, ("state", ASCENDING), ("escalated", ASCENDING)], name=f"{who}{name}")
            for who, where in (("office_", [("department", ASCENDING)]), ("", []))
            for name, order in (
                ("due", [("due_at", ASCENDING), ("ref", ASCENDING)]),
                ("day", [("day", ASCENDING), ("ref", ASCENDING), ("due_at", ASCENDING)]),
            )
        ),
    ]

    def __init__(self, database: Database, privacy: Privacy, calendar: Workdays) -> None:
        super().__init__(database)
        self.privacy, self.calendar = privacy, calendar

    def shaped(self, document: Document) -> Rectification:
        late_in = document["escalated_in"]
        return super().shaped(
            {
                **document,
                **self._said(document["_id"], document),
                "earlier": [{**one, **self._said(document["_id"], one)} for one in document["earlier"]],
                "state": State(document["state"]),
                "through": Through(document["through"]),
                "escalated": Escalated(document["escalated"]),
                "escalated_in": State(late_in) if late_in else None,
            }
        )

    def _said(self, key: str, kept: Document) -> Document:
        """What staff and the person wrote in one round, opened."""
        rating = kept["rating"]
        return {
            "done": {
                Verb(verb): {**one, "words": self.opened(key, verb, one["words"])}
                for verb, one in kept["done"].items()
            },
            "rating": {**rating, "words": self.opened(key, "rating", rating["words"])} if rating else None,
        }

    def seal(self, key: str, what: str, text: str) -> Document:
        return {**self.privacy.sealed(text, f"rectification:{key}:{what}")}

    def opened(self, key: str, what: str, kept: Any) -> str:
        text: str = self.privacy.opened(kept, f"rectification:{key}:{what}")
        return text

    async def open(self, review: GivenReview, level: int, at: datetime, event: Event) -> Rectification:
        """Begin with a bad review that was given `at` a moment, from which both limits run.

        Raises:
            pymongo.errors.DuplicateKeyError: it is open already.
        """
        names = ("_id", "ref", "day", "applicant", "agent", "department", "item", "item_name", "hall")
        copied: Mapping[str, Any] = review
        opened = {
            **{name: copied[name] for name in names},
            **self._begun(level, at),
            "through": Through.DEPARTMENT.value,
            "earlier": [],
            "replied": None,
            "timeline": [entry(event)],
        }
        return await self.add(opened, event)

    async def reopen(self, matter: str, level: int, at: datetime, event: Event) -> Rectification:
        """Begin anew with a bad follow-up that was given `at` a moment: both limits run again, and what was
        done before is kept. What is not fixed yet goes on as it is.

        Raises:
            NotFound: `rectification_not_found`.
            Overtaken: it is not fixed yet, or was opened by this follow-up already.
            Conflict: `changed_meanwhile`, a step was taken at the same instant: to be tried again.
        """
        found: Document | None = await self.documents.find_one({"_id": matter})
        if found is None:
            raise self.missing
        if found["state"] in UNFIXED or found["opened_at"] >= at:
            raise Overtaken
        before = {name: found[name] for name in Round.__annotations__}
        return await self.change(
            matter,
            expects={name: found[name] for name in ("state", "done", "rating")},
            sets=self._begun(level, at),
            update={"$push": {"earlier": before, "timeline": entry(event)}},
            event=event,
            otherwise=ChangedMeanwhile,
        )

    def _begun(self, level: int, at: datetime) -> Document:
        contact, fix = (self.due(term, at) for term in (Term.CONTACT, Term.RECTIFICATION))
        return {
            "level": level,
            "state": State.OPEN.value,
            "opened_at": at,
            "contact_due": contact,
            "fix_due": fix,
            "due_at": contact,
            "escalated": Escalated.NO.value,
            "escalated_in": None,
            "done": {},
            "rating": None,
        }

    def due(self, term: Term, at: datetime) -> datetime:
        """The end of the last day of a period that begins `at` a moment."""
        period = in_force(term, local_date(at))
        end = clock(at, period.number, period.unit, self.calendar, period=period)["due"]
        assert end
        return end

    def plans_of(self, at: datetime) -> tuple[Plan, ...]:
        """Looks at the ends of both limits."""
        return (
            Plan(CONTACT_DUE, self.due(Term.CONTACT, at)),
            Plan(FIX_DUE, self.due(Term.RECTIFICATION, at)),
        )

    async def get_by_ref(self, ref: str) -> Rectification:
        """
        Raises:
            NotFound: `rectification_not_found`.
        """
        found = await self._first({"ref": ref})
        if found is None:
            raise self.missing
        return found

    async def find(self, matter: str) -> Rectification | None:
        return await self._first({"_id": matter})

    async def seen(self, ref: str, member: Member) -> Rectification:
        """One that a member may read.

        Raises:
            NotFound: `rectification_not_found`.
        """
        found = await self.get_by_ref(ref)
        if not reaches(member, Scope.REVIEWS_READ, found["department"] or ""):
            raise self.missing
        return found

    async def page(
        self, member: Member, wanted: Wanted, limit: int, *, after: str = "", before: str = ""
    ) -> Page[Rectification]:
        """Those that a member may read: what is due first; of what is not due, the latest.

        Raises:
            PageUnknown
        """
        query, order = check_within(member, Scope.REVIEWS_READ) | wanted.query(), BY_DUE
        if not (wanted.overdue_at or wanted.states == OPEN_STATES):
            query, order = query | OPENED, BY_OPENING
        return await page_in(self, query, order, limit, after=after, before=before)

    async def count(self, member: Member, wanted: Wanted) -> int:
        query = check_within(member, Scope.REVIEWS_READ) | wanted.query() | OPENED
        return await count_in(self, query, "office_day" if "department" in query else "day")

    async def of_applicant(self, applicant: str) -> dict[str, Rectification]:
        """All that come of an applicant's own reviews, by matter."""
        found = self.documents.find({"applicant": applicant}, {"events": 0})
        return {one["_id"]: one for one in await self._each(found)}

    async def export(self, applicant: str) -> list[Document]:
        """All that come of an applicant's own reviews, as far as the applicant sees it."""
        found = self.documents.find({"applicant": applicant}, {"events": 0}).sort("day", ASCENDING)
        return [own(one) for one in await self._each(found)]


KEPT_BACK = frozenset(
    {
        "applicant",
        "agent",
        "ref",
        "day",
        "replied",
        "escalated",
        "escalated_in",
        "done",
        "contact_due",
        "fix_due",
    }
)


def own(found: Rectification) -> Document:
    """As its person sees it: what was done and replied, not what staff noted of the calls."""
    earlier = [
        {
            "level": one["level"],
            "opened_at": one["opened_at"],
            "rating": one["rating"],
            "done": told(one["done"]),
        }
        for one in found["earlier"]
    ]
    return part(found, KEPT_BACK) | {"done": told(found["done"]), "earlier": earlier}


def told(done: Mapping[Verb, Done]) -> Document:
    """What the person is told of the steps that were taken."""
    return {
        verb.value: {"at": one["at"], "words": one["words"]}
        for verb, one in done.items()
        if not STEPS[verb].personal
    }
