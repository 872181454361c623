"""Staff: who they are, how they sign in, who is on duty."""

from dataclasses import dataclass

from models.people import PhoneCodes
from models.staff import (
    Absences,
    Devices,
    Directory,
    Duty,
    DutyHeads,
    Employment,
    Rosters,
    SecondFactors,
    SignIn,
    Staff,
    StaffPhones,
    StaffWechats,
    Tries,
    Views,
)
from models.stores.ground import Ground


@dataclass(frozen=True, kw_only=True)
class Members:
    staff: Staff
    employment: Employment
    absences: Absences
    staff_tries: Tries
    staff_devices: Devices
    staff_door: SignIn
    second_factors: SecondFactors
    staff_directory: Directory
    staff_phones: StaffPhones
    staff_wechats: StaffWechats
    rosters: Rosters
    duty_heads: DutyHeads
    duty: Duty
    views: Views


def members(on: Ground, phone_codes: PhoneCodes) -> Members:
    database, privacy = on.database, on.privacy
    staff, tries, devices = Staff(database), Tries(database, privacy), Devices(database)
    second_factors = SecondFactors(staff, privacy)
    rosters, duty_heads = Rosters(database), DutyHeads(database)
    return Members(
        staff=staff,
        employment=Employment(staff),
        absences=Absences(staff),
        staff_tries=tries,
        staff_devices=devices,
        staff_door=SignIn(staff, tries, devices, on.counters, second_factors),
        second_factors=second_factors,
        staff_directory=Directory(staff),
        staff_phones=StaffPhones(staff, phone_codes, privacy),
        staff_wechats=StaffWechats(staff, privacy),
        rosters=rosters,
        duty_heads=duty_heads,
        duty=Duty(rosters, duty_heads, staff),
        views=Views(staff),
    )
