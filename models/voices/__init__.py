"""What people say of the service: reviews (article 17)."""

from models.voices.disputes import Disputes, is_heard
from models.voices.document import (
    OPEN_DISPUTE,
    READABLE,
    DisputeState,
    GivenReview,
    Mark,
    Opinion,
    WordsState,
)
from models.voices.involved import Involved
from models.voices.moderation import Moderation, Said, held
from models.voices.platforms import Invitation, platform
from models.voices.rectifications import (
    CONTACT_DUE,
    END,
    FIX_DUE,
    FURTHER,
    RECTIFY,
    Rectification,
    Rectifications,
)
from models.voices.rectifying import Rectifying
from models.voices.reviews import Reviews
from models.voices.rules import can_review, check_reviewable, guide_matter, is_bad
from models.voices.tags import LEVELS, TAGS

__all__ = [
    "CONTACT_DUE",
    "END",
    "FIX_DUE",
    "FURTHER",
    "LEVELS",
    "OPEN_DISPUTE",
    "READABLE",
    "RECTIFY",
    "TAGS",
    "DisputeState",
    "Disputes",
    "GivenReview",
    "Invitation",
    "Involved",
    "Mark",
    "Moderation",
    "Opinion",
    "Rectification",
    "Rectifications",
    "Rectifying",
    "Reviews",
    "Said",
    "WordsState",
    "can_review",
    "check_reviewable",
    "guide_matter",
    "held",
    "is_bad",
    "is_heard",
    "platform",
]
