"""Uncivil words of a review: a moderator reads them, and shows them or withholds them with a reason."""

from dataclasses import dataclass
from enum import StrEnum

from models import typed
from models.errors import BadInput, Conflict
from models.events import Cause, Event
from models.staff import Member, Scope, check_scope
from models.store import Document
from models.voices.document import GivenReview, Mark, WordsState
from models.voices.involved import Involved
from models.voices.reviews import NEXT_REVISION, Reviews


class ReasonMissing(BadInput):
    code = "reason_missing"
    message = "请写明理由"
    field = "reason"


class AlreadyModerated(Conflict):
    code = "already_moderated"
    message = "这段文字已有人审核过，请刷新后查看"


class Said(StrEnum):
    """Which opinion of a review."""

    FIRST = "first"
    AGAIN = "again"


@dataclass(frozen=True)
class Moderation:
    reviews: Reviews
    involved: Involved

    async def decide(
        self, ref: str, which: Said, member: Member, reason: str, by: Cause, *, shown: bool
    ) -> GivenReview:
        """Show what was held, or withhold it from all but its person and moderators. The level counts on.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `review_not_found`.
            BadInput: `reason_missing`, of words that are withheld.
            Refused: `handled_it`.
            Conflict: `already_moderated`.
        """
        check_scope(member, Scope.REVIEWS_MODERATE)
        found = await self.reviews.get_by_ref(ref)
        await self.involved.check(found["_id"], by)
        reason = typed.words(reason)
        if not shown and not reason:
            raise ReasonMissing
        matter, held = found["_id"], WordsState.HELD.value
        path, what = ("", "words") if which is Said.FIRST else ("again.", "again")
        state = WordsState.SHOWN_AFTER if shown else WordsState.WITHHELD
        sets: Document = {
            f"{path}words_state": state.value,
            f"{path}reason": self.reviews.seal(matter, f"{what}:reason", reason),
        }
        expects: Document = {f"{path}words_state": held, **_other(found, which)}
        return await self.reviews.change(
            matter,
            expects=expects,
            sets=sets,
            update={"$inc": NEXT_REVISION}
            | ({} if _other_is_held(found, which) else {"$pull": {"marks": Mark.HELD.value}}),
            event=Event("review.words_shown" if shown else "review.words_withheld", matter, by),
            otherwise=AlreadyModerated,
        )

    async def edit_words(self, word: str, member: Member, reason: str, by: Cause, *, used: bool) -> bool:
        """Add a word to the list of uncivil ones, or strike it off; False if that changed nothing.

        Raises:
            Forbidden: `scope_missing`.
            BadInput: `reason_missing`, `word_invalid`.
            NotFound: `word_not_found`.
        """
        check_scope(member, Scope.REVIEWS_MODERATE)
        if not (reason := typed.words(reason)):
            raise ReasonMissing
        return await self.reviews.uncivil.use(word, by, reason, used=used)


def held(review: GivenReview) -> list[Said]:
    """The opinions whose words wait for a moderator."""
    parts = {Said.FIRST: review, Said.AGAIN: review["again"]}
    return [which for which, part in parts.items() if part and part["words_state"] is WordsState.HELD]


def _other_is_held(found: GivenReview, which: Said) -> bool:
    return any(each is not which for each in held(found))


def _other(found: GivenReview, which: Said) -> Document:
    """How the other opinion was when the mark was thought about."""
    if which is Said.AGAIN:
        return {"words_state": found["words_state"].value}
    again = found["again"]
    return {"again.words_state": again["words_state"].value} if again else {"again": None}
