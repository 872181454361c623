"""Members of staff: roles, sign-in, what each may see."""

from models.staff.devices import Devices
from models.staff.members import Staff, Standing, administers, is_let_in, standing
from models.staff.passwords import one_time_password, proof_of
from models.staff.posts import Post
from models.staff.scopes import (
    Member,
    Reach,
    Role,
    Scope,
    ScopeMissing,
    check_district,
    check_scope,
    district_wide,
    reaches,
    reaches_of,
    scopes_of,
    serves,
)
from models.staff.second_factor import (
    NotFresh,
    Owed,
    SecondFactors,
    is_fresh,
    needs_second_factor,
    owed,
)
from models.staff.sign_in import SignIn
from models.staff.tries import Tries

__all__ = [
    "Devices",
    "Member",
    "NotFresh",
    "Owed",
    "Post",
    "Reach",
    "Role",
    "Scope",
    "ScopeMissing",
    "SecondFactors",
    "SignIn",
    "Staff",
    "Standing",
    "Tries",
    "administers",
    "check_district",
    "check_scope",
    "district_wide",
    "is_fresh",
    "is_let_in",
    "needs_second_factor",
    "one_time_password",
    "owed",
    "proof_of",
    "reaches",
    "reaches_of",
    "scopes_of",
    "serves",
    "standing",
]
