"""被评价部门有异议: within a limit, with grounds; the person is asked for a word; service management decides.

A dispute is a part of its review, so that both change in one write. A review that is set aside keeps its
place and says so; it does not count. None is deleted (article 17).
"""

from dataclasses import dataclass
from datetime import datetime

from models import typed
from models.clocks import clock
from models.errors import BadInput, Conflict, Refused
from models.events import Cause, Event, Plan
from models.law import Term, in_force
from models.people import Party
from models.staff import Member, Scope, check_scope, reaches
from models.store import Document
from models.voices.document import DisputeState, GivenReview, Mark
from models.voices.involved import Involved
from models.voices.moderation import ReasonMissing
from models.voices.rectifications import END
from models.voices.reviews import LOOK, NEXT_REVISION, Reviews
from models.voices.rules import LONGEST, WordsTooLong
from models.workdays import Workdays, local_date


class GroundsMissing(BadInput):
    code = "grounds_missing"
    message = "请写明异议的理由和依据"
    field = "grounds"


class DisputeTooLate(Refused):
    code = "dispute_too_late"
    message = "提出异议的期限已过（收到评价后{days}个工作日内）"


class AlreadyDisputed(Conflict):
    code = "already_disputed"
    message = "这条评价已提出过异议"


class DisputeMovedOn(Conflict):
    code = "dispute_moved_on"
    message = "这条异议已有人处理，请刷新后查看"


class WordAwaited(Refused):
    code = "word_awaited"
    message = "须先征询评价人意见，待其答复或期限届满后再作决定"


class WordNotAsked(Conflict):
    code = "word_not_asked"
    message = "现在没有需要您说明的异议"


class RaisedIt(Refused):
    code = "raised_it"
    message = "提出异议的人不能作决定，须由其他同事处理"


@dataclass(frozen=True)
class Disputes:
    reviews: Reviews
    involved: Involved
    calendar: Workdays

    async def raise_(self, ref: str, member: Member, grounds: str, evidence: str, by: Cause) -> GivenReview:
        """The reviewed department disputes a review, once.

        Raises:
            NotFound: `review_not_found`, also where it is not of the department.
            Forbidden: `scope_missing`.
            BadInput: `grounds_missing`, `words_too_long`.
            Refused: `dispute_too_late`.
            Conflict: `already_disputed`.
        """
        check_scope(member, Scope.DISPUTES_RAISE)
        found = await self.reviews.get_by_ref(ref)
        if not reaches(member, Scope.DISPUTES_RAISE, found["department"] or ""):
            raise self.reviews.missing
        grounds, evidence = _grounds(grounds, evidence)
        if by.at > self.until(found):
            raise DisputeTooLate(days=in_force(Term.DISPUTE, local_date(latest(found))).number)
        matter = found["_id"]
        return await self.reviews.change(
            matter,
            expects={"dispute": None},
            sets={"dispute": self._raised(matter, grounds, evidence, by)},
            update={"$addToSet": {"marks": Mark.DISPUTED.value}},
            event=Event("review.disputed", matter, by, {"department": found["department"]}),
            otherwise=AlreadyDisputed,
        )

    def _raised(self, matter: str, grounds: str, evidence: str, by: Cause) -> Document:
        return {
            "state": DisputeState.RAISED.value,
            "grounds": self._sealed(matter, "grounds", grounds),
            "evidence": self._sealed(matter, "evidence", evidence),
            "files": [],
            "at": by.at,
            "people": [actor for actor in (by.actor, by.on_behalf_of) if actor],
            "word": self._sealed(matter, "word", ""),
            "word_until": None,
            "word_at": None,
            "reason": self._sealed(matter, "reason", ""),
            "decided_at": None,
        }

    async def ask(self, ref: str, member: Member, by: Cause) -> GivenReview:
        """Ask the person for a word.

        Raises:
            Forbidden: `scope_missing`.
            Conflict: `dispute_moved_on`.
        """
        check_scope(member, Scope.DISPUTES_DECIDE)
        matter = (await self.reviews.get_by_ref(ref))["_id"]
        return await self.reviews.change(
            matter,
            expects={"dispute.state": DisputeState.RAISED.value},
            sets={
                "dispute.state": DisputeState.ASKED.value,
                "dispute.word_until": self._end(Term.WORD, by.at, bars_a_person=True),
            },
            event=Event("review.word_asked", matter, by),
            otherwise=DisputeMovedOn,
        )

    async def word(self, matter: str, party: Party, words: str, by: Cause) -> GivenReview:
        """The person's word, once, until the dispute is decided.

        Raises:
            NotFound: `review_not_found`.
            BadInput: `reason_missing`, `words_too_long`.
            Conflict: `word_not_asked`.
        """
        await self.reviews.own(matter, party)
        return await self.reviews.change(
            matter,
            expects={"dispute.state": DisputeState.ASKED.value, "dispute.word_at": None},
            sets={
                "dispute.word": self._sealed(matter, "word", _written(words)),
                "dispute.word_at": by.at,
            },
            event=Event("review.word_given", matter, by),
            otherwise=WordNotAsked,
        )

    async def decide(
        self, ref: str, member: Member, reason: str, by: Cause, *, set_aside: bool
    ) -> GivenReview:
        """Uphold the review, or set it aside, with reasons that both are told.

        Raises:
            Forbidden: `scope_missing`.
            BadInput: `reason_missing`, `words_too_long`.
            Refused: `handled_it`, `raised_it`, `word_awaited`.
            Conflict: `dispute_moved_on`.
        """
        check_scope(member, Scope.DISPUTES_DECIDE)
        found, reason = await self.reviews.get_by_ref(ref), _written(reason)
        await self.involved.check(found["_id"], by)
        dispute, matter = found["dispute"], found["_id"]
        if dispute is None:
            raise DisputeMovedOn
        if any(map(by.is_by, dispute["people"])):
            raise RaisedIt
        if not is_heard(found, by.at):
            raise WordAwaited
        state = DisputeState.SET_ASIDE if set_aside else DisputeState.UPHELD
        sets: Document = {
            "dispute.state": state.value,
            "dispute.reason": self._sealed(matter, "reason", reason),
            "dispute.decided_at": by.at,
        }
        update: Document = {"$pull": {"marks": Mark.DISPUTED.value}}
        if set_aside:
            sets, update = sets | {"marks.$": Mark.SET_ASIDE.value}, {"$inc": NEXT_REVISION}
        told = {"department": found["department"], "item": found["item"], "hall": found["hall"]}
        event = Event(
            "review.set_aside" if set_aside else "review.upheld",
            matter,
            by,
            told | {"level": found["level"]},
            plans=(Plan(END, by.at), Plan(LOOK, by.at)) if set_aside else (),
        )
        return await self.reviews.change(
            matter,
            expects={"dispute.state": DisputeState.ASKED.value, "marks": Mark.DISPUTED.value},
            sets=sets,
            update=update,
            event=event,
            otherwise=DisputeMovedOn,
        )

    def until(self, review: GivenReview) -> datetime:
        """Until when the department may dispute it: of the review, or of its follow-up."""
        return self._end(Term.DISPUTE, latest(review))

    def _end(self, term: Term, at: datetime, *, bars_a_person: bool = False) -> datetime:
        period = in_force(term, local_date(at))
        running = clock(
            at, period.number, period.unit, self.calendar, period=period, bars_a_person=bars_a_person
        )
        assert running["due"]
        return running["due"]

    def _sealed(self, matter: str, what: str, text: str) -> Document:
        return self.reviews.seal(matter, f"dispute:{what}", text)


def latest(review: GivenReview) -> datetime:
    """When its person said something last."""
    again = review["again"]
    return again["at"] if again else review["at"]


def is_asked(review: GivenReview) -> bool:
    """Whether its person is asked for a word to the dispute."""
    dispute = review["dispute"]
    return bool(dispute and dispute["state"] is DisputeState.ASKED and dispute["word_at"] is None)


def is_heard(review: GivenReview, now: datetime) -> bool:
    """Whether the person has said a word to the dispute, or the time for it is over. One that was decided was
    heard."""
    dispute = review["dispute"]
    if dispute is None or dispute["word_until"] is None:
        return False
    return dispute["word_at"] is not None or now > dispute["word_until"]


def _grounds(grounds: str, evidence: str) -> tuple[str, str]:
    """Both in their normal form.

    Raises:
        BadInput: `grounds_missing`, `words_too_long`.
    """
    grounds, evidence = typed.words(grounds), typed.words(evidence)
    if not grounds or not evidence:
        raise GroundsMissing
    if max(len(grounds), len(evidence)) > LONGEST:
        raise WordsTooLong(limit=LONGEST)
    return grounds, evidence


def _written(words: str) -> str:
    words = typed.words(words)
    if not words:
        raise ReasonMissing
    if len(words) > LONGEST:
        raise WordsTooLong(limit=LONGEST)
    return words
