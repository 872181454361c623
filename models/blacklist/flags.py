"""Flags: what a person of service management is to look at. A flag is never a decision (article 28)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, BinaryIO, ClassVar, NamedTuple, NotRequired, TypedDict
from uuid import uuid4

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.applications import Applications
from models.blacklist.document import Attached, Kind
from models.blacklist.evidence import CODE, HANDED_IN, Reference
from models.blacklist.rules import (
    EvidenceOfAnother,
    EvidenceRequired,
    FactsRequired,
    ReasonRequired,
    written,
)
from models.errors import Conflict, NotFound
from models.events import Cause, Event
from models.materials.store import Materials
from models.paging import Order, Page, count_in, page_in
from models.people import Applicants
from models.privacy import Privacy
from models.staff import Member, Scope, check_district, check_scope, reaches
from models.store import Database, Document, Record, Store

RAISED, DISMISSED, TAKEN = "flag.raised", "flag.dismissed", "flag.taken"


class FlagNotFound(NotFound):
    code = "flag_not_found"
    message = "没有找到该线索"


class FlagClosed(Conflict):
    code = "flag_closed"
    message = "这条线索刚刚已由其他同事处理，请刷新后查看"


class Reason(StrEnum):
    """Why somebody is to be looked at."""

    SAME_ITEM = "same_item"  # raised by the system: the same item very often
    UNCIVIL_WORDS = "uncivil_words"  # raised by the system: in a form
    REVIEWS_SET_ASIDE = "reviews_set_aside"  # raised by the system: very many
    FALSE_MATERIALS = "false_materials"  # by a department, with its finding
    SEEN = "seen"  # by a clerk, who saw it

    @property
    def kind(self) -> Kind:
        """Of which kind the records are that give rise to it."""
        return "review" if self is Reason.REVIEWS_SET_ASIDE else "application"


class FlagState(StrEnum):
    OPEN = "open"
    DISMISSED = "dismissed"
    TAKEN = "taken"  # to a decision, whether or not that is confirmed


class Often(NamedTuple):
    """More than `times` within `days`, for what happens on `since` or later."""

    since: date
    times: int
    days: int


SAME_ITEM = (Often(date(2020, 1, 1), 8, 30),)
"""Submissions, withdrawals and refused repeats of one item by one applicant. A change is a further entry."""
SET_ASIDE = (Often(date(2020, 1, 1), 3, 180),)
"""Reviews of one person that were set aside, by when that was decided. A change is a further entry."""


class Closed(TypedDict):
    by: str
    at: datetime
    reason: str


class Flag(Record):
    """`applicant` is who is to be looked at, `about` the records that gave rise to it (of the kind that its
    reason says), `files` what the member who raised it handed in. `words` and the reason of `closed` are
    sealed where they are stored. `key` says what it is one of at a time, while it is open; `ban` is the
    decision to which it was taken."""

    applicant: str
    masked_name: str
    reason: Reason
    raised_by: str
    at: datetime
    about: list[str]
    files: NotRequired[list[Attached]]
    words: str
    state: FlagState
    subject: str
    key: NotRequired[str]
    closed: Closed | None
    ban: str | None


@dataclass(frozen=True)
class Wanted:
    """Which flags a list has: those in `states`, raised for one reason or for any."""

    states: tuple[FlagState, ...]
    reason: Reason | None = None

    def query(self) -> Document:
        asked: Document = {"state": {"$in": [state.value for state in self.states]}}
        return asked | ({"reason": self.reason.value} if self.reason else {})

    @property
    def order(self) -> Order:
        return Order("at", latest_first=FlagState.OPEN not in self.states)


class Flags(Store[Flag]):
    """One queue for all; whoever raises it, a person decides what comes of it."""

    collection = "flags"
    missing = FlagNotFound
    tells = (RAISED, DISMISSED, TAKEN)
    indexes: ClassVar = [
        IndexModel("key", unique=True, partialFilterExpression={"key": {"$exists": True}}),
        IndexModel(
            [("state", ASCENDING), ("at", ASCENDING), ("_id", ASCENDING), ("reason", ASCENDING)],
            name="listed",
        ),
        IndexModel([("subject", ASCENDING), ("at", DESCENDING)], name="subject"),
        IndexModel([("applicant", ASCENDING), ("at", DESCENDING)], name="applicant"),
    ]

    def __init__(
        self,
        database: Database,
        privacy: Privacy,
        applicants: Applicants,
        applications: Applications,
        materials: Materials,
    ) -> None:
        super().__init__(database)
        self.privacy, self.applicants = privacy, applicants
        self.applications, self.materials = applications, materials

    def shaped(self, document: Document) -> Flag:
        key, closed = document["_id"], document["closed"]
        return super().shaped(
            {
                **document,
                "reason": Reason(document["reason"]),
                "state": FlagState(document["state"]),
                "words": self._opened(key, document["words"]),
                "closed": closed and {**closed, "reason": self._opened(key, closed["reason"])},
            }
        )

    def sealed(self, key: str, words: str) -> Any:
        """What was written in a flag, as it is kept."""
        return self.privacy.sealed(words, f"flag:{key}:words")

    def _opened(self, key: str, kept: Any) -> Any:
        return self.privacy.opened(kept, f"flag:{key}:words")

    async def raise_by_system(
        self, key: str, applicant: str, reason: Reason, subject: str, about: list[str], words: str, by: Cause
    ) -> bool:
        """Raise the flag `key`, once; False if it was, or if one on the same `subject` is open."""
        try:
            await self._raise(key, applicant, reason, subject, about, words, by)
        except DuplicateKeyError:
            return False
        return True

    async def raise_by_member(
        self,
        member: Member,
        applicant: str,
        reason: Reason,
        about: Sequence[str],
        words: str,
        by: Cause,
        file: BinaryIO | None = None,
    ) -> Flag:
        """A department flags false materials with its finding, a clerk what they saw; a `file` that shows it
        is kept as `Materials.keep` takes it. Who reaches one department alone flags what is in its
        applications.

        Raises:
            Forbidden: `scope_missing`, also of a department's member who names no application.
            NotFound: there is no such applicant or application, or it is another department's.
            BadInput: `facts_required`; the file cannot be taken.
            Refused: `evidence_required`, false materials without the application in which they are;
                `evidence_of_another`, an application of another applicant.
        """
        check_scope(member, Scope.BLACKLIST_FLAG)
        for one in about:
            await self._check_about(member, applicant, one)
        words = written(words, FactsRequired)
        if reason is Reason.FALSE_MATERIALS and not about:
            raise EvidenceRequired
        if not about:
            check_district(member, Scope.BLACKLIST_FLAG)
        key = uuid4().hex
        kept = await self.materials.keep(applicant, key, CODE, HANDED_IN, file, by) if file else None
        files = [Attached(file=kept["_id"], name=kept["name"])] if kept else []
        return await self._raise(key, applicant, reason, f"{applicant}:{key}", list(about), words, by, files)

    async def _check_about(self, member: Member, applicant: str, application: str) -> None:
        found = await self.applications.get(application)
        if not reaches(member, Scope.BLACKLIST_FLAG, found["department"]):
            raise self.applications.missing
        if applicant not in (found["applicant"], found["agent"]):
            raise EvidenceOfAnother

    async def _raise(
        self,
        key: str,
        applicant: str,
        reason: Reason,
        subject: str,
        about: list[str],
        words: str,
        by: Cause,
        files: Sequence[Attached] = (),
    ) -> Flag:
        person = await self.applicants.get(applicant)
        flag = {
            "_id": key,
            "applicant": applicant,
            "masked_name": person["masked_name"],
            "reason": reason.value,
            "raised_by": by.actor,
            "at": by.at,
            "about": about,
            "files": list(files),
            "words": self.sealed(key, words),
            "state": FlagState.OPEN.value,
            "subject": subject,
            "key": subject,
            "closed": None,
            "ban": None,
        }
        return await self.add(flag, Event(RAISED, key, by, {"reason": reason.value}))

    async def dismiss(self, key: str, member: Member, reason: str, by: Cause) -> Flag:
        """Nothing is to be done.

        Raises:
            Forbidden: `scope_missing`.
            BadInput: `reason_required`.
            Conflict: `flag_closed`.
        """
        check_district(member, Scope.BLACKLIST_DECIDE)
        words = written(reason, ReasonRequired)
        return await self._close(key, FlagState.DISMISSED, Event(DISMISSED, key, by), by, words)

    async def take(self, key: str, ban: str, by: Cause, session: Any) -> Flag:
        """It is taken to a decision, in the transaction that proposes it.

        Raises:
            Conflict: `flag_closed`.
        """
        event = Event(TAKEN, key, by, {"ban": ban})
        return await self._close(key, FlagState.TAKEN, event, by, "", {"ban": ban}, session)

    async def _close(
        self,
        key: str,
        state: FlagState,
        event: Event,
        by: Cause,
        words: str,
        sets: Document | None = None,
        session: Any = None,
    ) -> Flag:
        closed = {"by": by.actor, "at": by.at, "reason": self.sealed(key, words)}
        return await self.change(
            key,
            expects={"state": FlagState.OPEN.value},
            sets={"state": state.value, "closed": closed, **(sets or {})},
            update={"$unset": {"key": ""}},
            event=event,
            otherwise=FlagClosed,
            session=session,
        )

    async def seen(self, key: str, member: Member) -> Flag:
        """A flag, for those who decide.

        Raises:
            NotFound: `flag_not_found`.
            Forbidden: `scope_missing`.
        """
        check_district(member, Scope.BLACKLIST_DECIDE)
        return await self.get(key)

    async def page(
        self, member: Member, wanted: Wanted, limit: int, *, after: str = "", before: str = ""
    ) -> Page[Flag]:
        """The queue, for those who decide: what is open from the earliest on, what is closed from the latest.

        Raises:
            PageUnknown: `after` or `before` is no place of a list.
            Forbidden: `scope_missing`.
        """
        check_district(member, Scope.BLACKLIST_DECIDE)
        return await page_in(self, wanted.query(), wanted.order, limit, after=after, before=before)

    async def count(self, member: Member, wanted: Wanted) -> int:
        """Counted no further than `paging.ENOUGH` and one."""
        check_district(member, Scope.BLACKLIST_DECIDE)
        return await count_in(self, wanted.query())

    async def of_applicants(self, applicants: Sequence[str]) -> list[Flag]:
        """For those who decide; no other role finds a person by their flags."""
        query = {"applicant": {"$in": list(applicants)}}
        return await self._each(self.documents.find(query, {"events": 0}).sort("at", DESCENDING))

    async def files_held(self, keys: Iterable[str]) -> set[str]:
        """Ids of the files that were handed in with any of these flags."""
        found = self.documents.find({"_id": {"$in": sorted(keys)}}, {"files": 1})
        return {each["file"] async for one in found for each in one.get("files", ())}

    async def last_closed(self, subject: str) -> datetime | None:
        """When the last flag on a subject was dealt with: what happened before has been looked at."""
        query = {"subject": subject, "closed": {"$ne": None}}
        found = await self.documents.find_one(query, {"closed.at": 1}, sort=[("at", DESCENDING)])
        return found["closed"]["at"] if found else None


def rests_on(flag: Flag) -> list[Reference]:
    """What may be evidence of a decision that comes of a flag: its files, and what it is about."""
    files = [Reference("file", one["file"]) for one in flag.get("files", ())]
    return [*files, *(Reference(flag["reason"].kind, one) for one in flag["about"])]
