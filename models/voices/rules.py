"""What can be reviewed, and what a review must say (article 17)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from models.errors import BadInput, Conflict, NotFound, Refused
from models.guides import Guide
from models.people import Party
from models.voices.tags import BAD, LEVELS, TagList


class NotFinished(Refused):
    code = "not_finished"
    message = "办结（或预约办理完毕）后才能评价"


class LevelInvalid(BadInput):
    code = "level_invalid"
    message = "请选择满意程度"
    field = "level"


class TagsInvalid(BadInput):
    code = "tags_invalid"
    message = "所选评价标签与满意程度不符"
    field = "tags"


class WordsTooLong(BadInput):
    code = "words_too_long"
    message = "评价内容最多{limit}字"
    field = "words"


class BadReviewNeedsReason(Refused):
    code = "reason_required"
    message = "不满意的评价请同时说明原因：选择标签或填写文字"


class NotYours(Refused):
    code = "not_yours"
    message = "只能评价本人办理的事项"


class AlreadyReviewed(Conflict):
    code = "already_reviewed"
    message = "您已评价过，谢谢"


class AlreadyFollowedUp(Conflict):
    code = "already_followed_up"
    message = "您已追评过，谢谢"


class ReviewNotFound(NotFound):
    code = "review_not_found"
    message = "尚未评价"


LONGEST = 500
REVIEWABLE = {"application": "concluded", "appointment": "served", "guide": "published"}
"""What can be reviewed, and the state in which it is finished."""
ASKED_FOR = timedelta(days=7)
"""So long after a matter is finished, a number alone in the chat is taken for its level."""


def can_review(kind: str, state: str) -> bool:
    """Whether an application, appointment or guide in this state is finished, so that it can be reviewed."""
    return REVIEWABLE.get(kind) == state


def check_reviewable(kind: str, state: str) -> None:
    """
    Raises:
        Refused: `not_finished`.
    """
    if not can_review(kind, state):
        raise NotFinished


def is_bad(level: int) -> bool:
    """Whether a level is a 差评, which needs a reason and is answered (article 17)."""
    return level in BAD


def check_review(level: int, tags: list[str], words: str, known: TagList) -> None:
    """What a review says under the list of tags that is in force when it is given.

    Raises:
        BadInput: `level_invalid`, `tags_invalid`, `words_too_long`.
        Refused: `reason_required`, a bad review without tags or words (article 17).
    """
    if level not in LEVELS:
        raise LevelInvalid
    if not set(tags) <= known.tags[level].keys():
        raise TagsInvalid
    if len(words) > LONGEST:
        raise WordsTooLong(limit=LONGEST)
    if is_bad(level) and not tags and not words:
        raise BadReviewNeedsReason


def guide_matter(guide: Guide, party: Party) -> Mapping[str, Any]:
    """A published guide as one applicant reviews it, apart from any service; each version is one matter."""
    return {
        "_id": f"{guide.item}:{guide.version}:{party.id}",
        "applicant": party.id,
        "state": "published",
        "item": guide.item,
        "item_name": guide.name,
        "department": guide.department,
        "guide": guide.key,
    }
