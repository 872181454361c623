"""Members of staff: roles, sign-in, what each may see."""

from models.staff.absences import (
    MOST_DAYS,
    Absences,
    Leave,
    NotStandingIn,
    ahead,
    away,
    can_stand_in,
)
from models.staff.devices import Devices
from models.staff.directory import Directory, Wanted
from models.staff.document import Absence, Member, Standing, View, administers, is_let_in, standing
from models.staff.duty import CENTRE, Duty, DutyHeads, Rosters, Section, section_of, township_section
from models.staff.employment import Employment
from models.staff.members import ACTOR, HAND_OVER, Staff
from models.staff.passwords import one_time_password, proof_of
from models.staff.phone import StaffPhones
from models.staff.posts import Post
from models.staff.reach import (
    ScopeMissing,
    check_district,
    check_scope,
    check_within,
    district_wide,
    reaches,
    reaches_of,
    scopes_of,
    serves,
    within,
)
from models.staff.scopes import Reach, Role, Scope
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
from models.staff.views import Views, views_of
from models.staff.wechat import StaffWechats, can_link

__all__ = [
    "ACTOR",
    "CENTRE",
    "HAND_OVER",
    "MOST_DAYS",
    "Absence",
    "Absences",
    "Devices",
    "Directory",
    "Duty",
    "DutyHeads",
    "Employment",
    "Leave",
    "Member",
    "NotFresh",
    "NotStandingIn",
    "Owed",
    "Post",
    "Reach",
    "Role",
    "Rosters",
    "Scope",
    "ScopeMissing",
    "SecondFactors",
    "Section",
    "SignIn",
    "Staff",
    "StaffPhones",
    "StaffWechats",
    "Standing",
    "Tries",
    "View",
    "Views",
    "Wanted",
    "administers",
    "ahead",
    "away",
    "can_link",
    "can_stand_in",
    "check_district",
    "check_scope",
    "check_within",
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
    "section_of",
    "serves",
    "standing",
    "township_section",
    "views_of",
    "within",
]
