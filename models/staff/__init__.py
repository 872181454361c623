"""Members of staff: roles, sign-in, what each may see."""

from models.staff.devices import Devices
from models.staff.members import Staff
from models.staff.passwords import proof_of
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
from models.staff.sign_in import SignIn
from models.staff.tries import Tries

__all__ = [
    "Devices",
    "Member",
    "Reach",
    "Role",
    "Scope",
    "ScopeMissing",
    "SignIn",
    "Staff",
    "Tries",
    "check_scope",
    "district_wide",
    "proof_of",
    "reaches",
    "scopes_of",
    "serves",
]
