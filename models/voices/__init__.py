"""What people say of the service: reviews (article 17)."""

from models.voices.platforms import Invitation, platform
from models.voices.reviews import LEVELS, TAGS, GivenReview, Reviews, check_reviewable

__all__ = ["LEVELS", "TAGS", "GivenReview", "Invitation", "Reviews", "check_reviewable", "platform"]
