"""Flags: what a person of service management is to look at. A flag is never a decision (article 28)."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, NotRequired, TypedDict
from uuid import uuid4

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.applications import Applications
from models.blacklist.officers import check_decides, check_flags
from models.blacklist.rules import EvidenceRequired, FactsRequired, ReasonRequired, written
from models.errors import Conflict, Forbidden, NotFound
from models.events import Cause, Event
from models.people import Applicants
from models.privacy import Privacy
from models.staff import Member, Scope, reaches
from models.store import Database, Document, Record, Store

RAISED, DISMISSED, TAKEN = "flag.raised", "flag.dismissed", "flag.taken"


class FlagNotFound(NotFound):
    code = "flag_not_found"
    message = "没有找到该线索"


class FlagClosed(Conflict):
    code = "flag_closed"
    message = "这条线索刚刚已由其他同事处理，请刷新后查看"


class NotYoursToFlag(Forbidden):
    code = "not_yours_to_flag"
    message = "只能对本部门的办件提出线索"


class Reason(StrEnum):
    """Why somebody is to be looked at."""

    SAME_ITEM = "same_item"  # raised by the system: the same item very often
    UNCIVIL_WORDS = "uncivil_words"  # raised by the system: in a form
    FALSE_MATERIALS = "false_materials"  # by a department, with its finding
    SEEN = "seen"  # by a clerk, who saw it


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


class Closed(TypedDict):
    by: str
    at: datetime
    reason: str


class Flag(Record):
    """`applicant` is who is to be looked at, `about` the applications that gave rise to it. `words` and the
    reason of `closed` are sealed where they are stored. `key` says what it is one of at a time, while it is
    open; `ban` is the decision to which it was taken."""

    applicant: str
    masked_name: str
    reason: Reason
    raised_by: str
    at: datetime
    about: list[str]
    words: str
    state: FlagState
    subject: str
    key: NotRequired[str]
    closed: Closed | None
    ban: str | None


class Flags(Store[Flag]):
    """One queue for all; whoever raises it, a person decides what comes of it."""

    collection = "flags"
    missing = FlagNotFound
    tells = (RAISED, DISMISSED, TAKEN)
    indexes: ClassVar = [
        IndexModel("key", unique=True, partialFilterExpression={"key": {"$exists": True}}),
        IndexModel([("state", ASCENDING), ("at", ASCENDING)], name="state"),
        IndexModel([("subject", ASCENDING), ("at", DESCENDING)], name="subject"),
        IndexModel([("applicant", ASCENDING), ("at", DESCENDING)], name="applicant"),
    ]

    def __init__(
        self, database: Database, privacy: Privacy, applicants: Applicants, applications: Applications
    ) -> None:
        super().__init__(database)
        self.privacy, self.applicants, self.applications = privacy, applicants, applications

    def shaped(self, document: Document) -> Flag:
        key, closed = document["_id"], document["closed"]
        return super().shaped(
            {
                **document,
                "reason": Reason(document["reason"]),
                "state": FlagState(document["state"]),
                "words": self.privacy.opened(document["words"], _context(key)),
                "closed": closed
                and {**closed, "reason": self.privacy.opened(closed["reason"], _context(key))},
            }
        )

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
        self, member: Member, applicant: str, reason: Reason, about: Sequence[str], words: str, by: Cause
    ) -> Flag:
        """A department flags false materials with its finding, a clerk what they saw.

        Raises:
            Forbidden: `scope_missing`; `not_yours_to_flag`, an application of another department.
            NotFound: there is no such applicant or application.
            BadInput: `facts_required`.
            Refused: `evidence_required`, false materials without the application in which they are.
        """
        check_flags(member)
        words = written(words, FactsRequired)
        if reason is Reason.FALSE_MATERIALS and not about:
            raise EvidenceRequired
        for one in about:
            found = await self.applications.get(one)
            theirs = applicant in (found["applicant"], found["agent"])
            if not theirs or not reaches(member, Scope.APPLICATIONS_READ, found["department"]):
                raise NotYoursToFlag
        key = uuid4().hex
        return await self._raise(key, applicant, reason, f"{applicant}:{key}", list(about), words, by)

    async def _raise(
        self, key: str, applicant: str, reason: Reason, subject: str, about: list[str], words: str, by: Cause
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
            "words": self.privacy.sealed(words, _context(key)),
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
        check_decides(member)
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
        closed = {"by": by.actor, "at": by.at, "reason": self.privacy.sealed(words, _context(key))}
        return await self.change(
            key,
            expects={"state": FlagState.OPEN.value},
            sets={"state": state.value, "closed": closed, **(sets or {})},
            update={"$unset": {"key": ""}},
            event=event,
            otherwise=FlagClosed,
            session=session,
        )

    async def open_ones(self, limit: int) -> list[Flag]:
        """The queue, the earliest first."""
        query = {"state": FlagState.OPEN.value}
        return await self._each(self.documents.find(query, {"events": 0}).sort("at", ASCENDING).limit(limit))

    async def of_applicant(self, applicant: str) -> list[Flag]:
        """For those who decide; no other role finds a person by their flags."""
        found = self.documents.find({"applicant": applicant}, {"events": 0}).sort("at", DESCENDING)
        return await self._each(found)

    async def last_closed(self, subject: str) -> datetime | None:
        """When the last flag on a subject was dealt with: what happened before has been looked at."""
        query = {"subject": subject, "closed": {"$ne": None}}
        found = await self.documents.find_one(query, {"closed.at": 1}, sort=[("at", DESCENDING)])
        return found["closed"]["at"] if found else None


def _context(key: str) -> str:
    return f"flag:{key}:words"
