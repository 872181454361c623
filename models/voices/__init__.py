"""What people say of the service: reviews (article 17)."""

from models.voices.reviews import LEVELS, TAGS, GivenReview, Reviews, check_reviewable

__all__ = ["LEVELS", "TAGS", "GivenReview", "Reviews", "check_reviewable"]
