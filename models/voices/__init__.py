"""What people say of the service: reviews (article 17)."""

from models.voices.platforms import Invitation, platform
from models.voices.reviews import LEVELS, TAGS, GivenReview, Reviews, can_review, check_reviewable, is_bad

__all__ = [
    "LEVELS",
    "TAGS",
    "GivenReview",
    "Invitation",
    "Reviews",
    "can_review",
    "check_reviewable",
    "is_bad",
    "platform",
]
