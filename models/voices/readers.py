"""Which reviews a member of the staff reads."""

from models.staff import Member, Scope, check_scope, district_wide
from models.store import Document


def within(member: Member) -> Document:
    """The query for what a member may read of reviews, and of their rectifications."""
    if district_wide(member, Scope.REVIEWS_READ):
        return {}
    check_scope(member, Scope.REVIEWS_READ)
    return {"department": member["department"] or ""}
