"""What staff and the person do with a rectification, and where it goes when it is late (article 17)."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from models import typed
from models.errors import BadInput, Conflict, Refused
from models.events import Cause, Event, Plan
from models.people import Applicants, Party
from models.schedule import Due, Overtaken, held
from models.staff import Member, Scope, check_scope, district_wide, reaches
from models.store import ChangedMeanwhile, Document, entry
from models.voices.document import GivenReview, Mark, Opinion
from models.voices.involved import HandledIt, Involved
from models.voices.rectifications import (
    CONTACT_DUE,
    FIX_DUE,
    FURTHER,
    Rectification,
    RectificationMovedOn,
    Rectifications,
)
from models.voices.reviews import Reviews
from models.voices.rules import LONGEST, LevelInvalid, WordsTooLong, is_bad
from models.voices.stages import (
    HIGHER,
    RATED,
    STEPS,
    UNFIXED,
    Escalated,
    State,
    Through,
    Verb,
)
from models.voices.tags import LEVELS
from models.workdays import beginning


class WordsMissing(BadInput):
    code = "words_missing"
    message = "请写明情况"
    field = "words"


class ReplyNamesNumber(BadInput):
    code = "reply_names_number"
    message = "公开回复中不能有手机号码或身份证号码，请改写"
    field = "words"


class ManagementCalls(Refused):
    code = "management_calls"
    message = "本人希望由政务管理科联系，部门不联系本人"


class NotFixedYet(Refused):
    code = "not_fixed_yet"
    message = "整改完成后才能评价整改结果"


class AlreadyRated(Conflict):
    code = "already_rated"
    message = "您已评价过整改结果，谢谢"


class TooLateToWish(Refused):
    code = "too_late_to_wish"
    message = "部门已与您联系过，如有需要请拨打服务电话"


@dataclass(frozen=True)
class Contact:
    """How the person who gave the review is reached."""

    name: str
    phone: str


@dataclass(frozen=True)
class Rectifying:
    rectifications: Rectifications
    reviews: Reviews
    applicants: Applicants
    involved: Involved

    async def open(self, due: Due, by: Cause) -> bool:
        """What a bad review, or a bad follow-up, plans. A follow-up to what was said to be fixed opens it
        anew; what is not fixed yet goes on as it is."""
        review = await self.reviews.get(due.about)
        said = opinion_at(review, due.at)
        if not is_bad(said["level"]) or Mark.SET_ASIDE in review["marks"]:
            return False
        level, plans = said["level"], self.rectifications.plans_of(due.at)
        told = {"level": level, "department": review["department"], "item": review["item"]}
        event = due.event("rectification.opened", by, told, plans)
        try:
            await self.rectifications.open(review, level, due.at, event)
        except DuplicateKeyError:
            event = due.event("rectification.reopened", by, told, plans)
            again = self.rectifications.reopen(review["_id"], level, due.at, event)
            return await held(again, self.rectifications.missing)
        return True

    async def take(self, ref: str, verb: Verb, member: Member, words: str, by: Cause) -> Rectification:
        """Take the next step, in words.

        Raises:
            NotFound: `rectification_not_found`, also where the member does not reach it.
            Forbidden: `scope_missing`.
            Refused: `handled_it`, `management_calls`.
            BadInput: `words_missing`, `words_too_long`; `reply_names_number`, of what everybody reads.
            Conflict: `rectification_moved_on`.
        """
        found, step = await self._handled(ref, member, by, personal=STEPS[verb].personal), STEPS[verb]
        words = written(words)
        if verb is Verb.CLOSE and typed.names_number(words):
            raise ReplyNamesNumber
        sealed = self.rectifications.seal(found["_id"], verb.value, words)
        event = Event(step.event, found["_id"], by)
        return await self.rectifications.change(
            found["_id"],
            expects={"state": step.before.value, "through": found["through"].value},
            sets={
                "state": step.after.value,
                "due_at": found["fix_due"] if step.after is State.CONTACTED else None,
                f"done.{verb.value}": {"at": by.at, "actor": by.actor, "words": sealed},
                **({"replied": beginning(by.at)} if step.after is State.CLOSED else {}),
            },
            update={"$push": {"timeline": entry(event)}},
            event=event,
            otherwise=RectificationMovedOn,
        )

    async def reads_calls(self, found: Rectification, member: Member, by: Cause) -> bool:
        """Whether a member may read what is noted of the calls with the person: who may make them."""
        if reaches(member, Scope.RECTIFICATIONS_HANDLE, found["department"] or ""):
            with suppress(HandledIt):
                await self.involved.check(found["_id"], by)
                return True
        return False

    async def reveal(self, ref: str, member: Member, reason: str, by: Cause) -> Contact:
        """Name and phone of the person, on record with the reason, while there is something to talk about.

        Raises:
            see `take`.
        """
        found = await self._handled(ref, member, by, personal=True)
        event = Event("rectification.contact_revealed", found["_id"], by, {"reason": written(reason)})
        await self.rectifications.change(
            found["_id"],
            expects={"through": found["through"].value, "state": {"$ne": State.CLOSED.value}},
            event=event,
            otherwise=RectificationMovedOn,
        )
        person = await self.applicants.get(found["agent"])
        return Contact(self.applicants.name(person), self.applicants.phone(person) or "")

    async def wish(self, matter: str, party: Party, by: Cause) -> Rectification:
        """The person wishes that service management calls, and not the department.

        Raises:
            NotFound: `rectification_not_found`.
            Refused: `too_late_to_wish`.
        """
        await self.reviews.own(matter, party)
        event = Event("rectification.redirected", matter, by)
        return await self.rectifications.change(
            matter,
            expects={"state": State.OPEN.value},
            sets={"through": Through.MANAGEMENT.value},
            update={"$push": {"timeline": entry(event)}},
            event=event,
            otherwise=TooLateToWish,
        )

    async def rate(self, matter: str, party: Party, level: int, words: str, by: Cause) -> Rectification:
        """The person says, once, how the fix is. One who is not content takes it to service management.

        Raises:
            NotFound: `review_not_found`, `rectification_not_found`.
            BadInput: `level_invalid`, `words_too_long`.
            Refused: `not_fixed_yet`.
            Conflict: `already_rated`.
        """
        await self.reviews.own(matter, party)
        found, words = await self.rectifications.get(matter), typed.words(words)
        if level not in LEVELS:
            raise LevelInvalid
        if len(words) > LONGEST:
            raise WordsTooLong(limit=LONGEST)
        if found["state"] not in RATED:
            raise NotFixedYet
        sealed = self.rectifications.seal(matter, "rating", words)
        event = Event("rectification.rated", matter, by, {"level": level})
        sets: Document = {"rating": {"level": level, "words": sealed, "at": by.at}}
        if is_bad(level):
            sets |= {"escalated": Escalated.MANAGEMENT.value}
        return await self.rectifications.change(
            matter,
            expects={"rating": None},
            sets=sets,
            update={"$push": {"timeline": entry(event)}},
            event=event,
            otherwise=AlreadyRated,
        )

    async def escalate(self, due: Due, by: Cause) -> bool:
        """What is late goes to the supervisor, and a working day later to service management."""
        found = await self.rectifications.find(due.about)
        if found is None or found["escalated"] not in HIGHER:
            return False
        if not self._expects(found, due) or not is_late(found, due):
            return False
        await self._raise(found, due, by)
        return True

    async def end(self, due: Due, by: Cause) -> bool:
        """Nothing is to be rectified where the review was set aside."""
        event = due.event("rectification.ended", by)
        change = self.rectifications.change(
            due.about,
            expects={"state": {"$ne": State.CLOSED.value}},
            sets={"state": State.CLOSED.value, "due_at": None, "escalated": Escalated.NO.value},
            update={"$push": {"timeline": entry(event)}},
            event=event,
            otherwise=Overtaken,
        )
        return await held(change, self.rectifications.missing)

    def _expects(self, found: Rectification, due: Due) -> bool:
        """Whether a plan is of the limits that run now, not of those before a follow-up opened it anew."""
        limits = {CONTACT_DUE: [found["contact_due"]], FIX_DUE: [found["fix_due"]]}
        calendar = self.rectifications.calendar
        further = [calendar.deadline(at, 1) for at in (found["contact_due"], found["fix_due"])]
        return due.at in limits.get(due.what, further)

    async def _raise(self, found: Rectification, due: Due, by: Cause) -> Rectification:
        """
        Raises:
            Conflict: `changed_meanwhile`.
        """
        to, state = HIGHER[found["escalated"]], found["state"].value
        calendar = self.rectifications.calendar
        further = (Plan(FURTHER, calendar.deadline(due.at, 1)),) if to is Escalated.SUPERVISOR else ()
        event = due.event("rectification.escalated", by, {"to": to.value}, further)
        return await self.rectifications.change(
            found["_id"],
            expects={"state": state, "escalated": found["escalated"].value},
            sets={"escalated": to.value, "escalated_in": state},
            update={"$push": {"timeline": entry(event)}},
            event=event,
            otherwise=ChangedMeanwhile,
        )

    async def _handled(self, ref: str, member: Member, by: Cause, *, personal: bool) -> Rectification:
        """A rectification that a member may work on; of a `personal` step, talk to the person too.

        Raises:
            see `take`.
        """
        check_scope(member, Scope.RECTIFICATIONS_HANDLE)
        found = await self.rectifications.get_by_ref(ref)
        if not reaches(member, Scope.RECTIFICATIONS_HANDLE, found["department"] or ""):
            raise self.rectifications.missing
        await self.involved.check(found["_id"], by)
        everywhere = district_wide(member, Scope.RECTIFICATIONS_HANDLE)
        if personal and found["through"] is Through.MANAGEMENT and not everywhere:
            raise ManagementCalls
        return found


def opinion_at(review: GivenReview, at: datetime) -> Opinion:
    """The follow-up, if it was given at that moment, else the review."""
    again = review["again"]
    return again if again and again["at"] == at else review


def may_rate(found: Rectification | None, review: GivenReview) -> bool:
    """Whether its person can say how the fix is: once, where the review counts."""
    if found is None or Mark.SET_ASIDE in review["marks"]:
        return False
    return found["state"] in RATED and not found["rating"]


def is_late(found: Rectification, due: Due) -> bool:
    """Whether what a plan looks for has not been done: the contact, the fix, or what was late a day ago."""
    if due.what == FURTHER:
        return found["state"] is found["escalated_in"]
    return found["state"] is State.OPEN if due.what == CONTACT_DUE else found["state"].value in UNFIXED


def written(words: str) -> str:
    """
    Raises:
        BadInput: `words_missing`, `words_too_long`.
    """
    words = typed.words(words)
    if not words:
        raise WordsMissing
    if len(words) > LONGEST:
        raise WordsTooLong(limit=LONGEST)
    return words
