"""What staff and the person do with a rectification, and where it goes when it is late (article 17)."""

from dataclasses import dataclass

from pymongo.errors import DuplicateKeyError

from models import typed
from models.errors import BadInput, Conflict, Refused
from models.events import Cause, Event, Plan
from models.people import Applicants, Party
from models.schedule import Due, Overtaken, held
from models.staff import Member, Scope, check_scope, district_wide, reaches
from models.store import Document, entry
from models.voices.document import GivenReview, Mark
from models.voices.involved import Involved
from models.voices.rectifications import (
    CONTACT_DUE,
    FURTHER,
    HIGHER,
    RATED,
    STEPS,
    UNFIXED,
    Escalated,
    Rectification,
    RectificationMovedOn,
    Rectifications,
    State,
    Through,
    Verb,
)
from models.voices.reviews import Reviews
from models.voices.rules import LONGEST, LevelInvalid, WordsTooLong, is_bad
from models.voices.tags import LEVELS


class WordsMissing(BadInput):
    code = "words_missing"
    message = "请写明情况"
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
        """What a bad review, or a bad follow-up, plans; one that is open already stays as it is."""
        review = await self.reviews.get(due.about)
        level = next((one for one in levels_of(review) if is_bad(one)), None)
        if level is None or Mark.SET_ASIDE in review["marks"]:
            return False
        told = {"level": level, "department": review["department"], "item": review["item"]}
        event = due.event("rectification.opened", by, told, self.rectifications.plans_of(due.at))
        try:
            await self.rectifications.open(review, level, due.at, event)
        except DuplicateKeyError:
            return False
        return True

    async def take(self, ref: str, verb: Verb, member: Member, words: str, by: Cause) -> Rectification:
        """Take the next step, in words.

        Raises:
            NotFound: `rectification_not_found`, also where the member does not reach it.
            Forbidden: `scope_missing`.
            Refused: `handled_it`, `management_calls`.
            BadInput: `words_missing`, `words_too_long`.
            Conflict: `rectification_moved_on`.
        """
        found, step = await self._handled(ref, member, by, personal=STEPS[verb].personal), STEPS[verb]
        sealed = self.rectifications.seal(found["_id"], verb.value, written(words))
        event = Event(step.event, found["_id"], by)
        return await self.rectifications.change(
            found["_id"],
            expects={"state": step.before.value, "through": found["through"].value},
            sets={
                "state": step.after.value,
                "due_at": found["fix_due"] if step.after is State.CONTACTED else None,
                f"done.{verb.value}": {"at": by.at, "actor": by.actor, "words": sealed},
            },
            update={"$push": {"timeline": entry(event)}},
            event=event,
            otherwise=RectificationMovedOn,
        )

    async def reveal(self, ref: str, member: Member, reason: str, by: Cause) -> Contact:
        """Name and phone of the person, on record with the reason, while there is something to talk about.

        Raises:
            see `take`.
        """
        found = await self._handled(ref, member, by, personal=True)
        if found["state"] is State.CLOSED:
            raise RectificationMovedOn
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
        if found is None or found["escalated"] not in HIGHER or not is_late(found, due):
            return False
        return await held(self._raise(found, due, by), self.rectifications.missing)

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

    async def _raise(self, found: Rectification, due: Due, by: Cause) -> Rectification:
        """
        Raises:
            Overtaken: it was done, or taken higher, meanwhile.
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
            otherwise=Overtaken,
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


def levels_of(review: GivenReview) -> list[int]:
    """That of the review, and that of the follow-up."""
    again = review["again"]
    return [review["level"], *([again["level"]] if again else [])]


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
