"""Members of staff: roles, sign-in, what each may see."""

from models.staff.members import Staff
from models.staff.scopes import (
    Member,
    Reach,
    Role,
    Scope,
    ScopeMissing,
    check_scope,
    district_wide,
    reaches,
    scopes_of,
    serves,
)

__all__ = [
    "Member",
    "Reach",
    "Role",
    "Scope",
    "ScopeMissing",
    "Staff",
    "check_scope",
    "district_wide",
    "reaches",
    "scopes_of",
    "serves",
]
