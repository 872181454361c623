"""Who a person is, and for whom they act (article 7)."""

from models.people.accounts import ASK_UNIONID, Account, Accounts, Language
from models.people.agencies import Agencies, Agency, AgencyState, is_confirmed, is_waiting
from models.people.applicants import Applicant, Applicants, RevealNeedsReason, shown_name
from models.people.binding import Binding, check_name
from models.people.correspondents import Correspondent, Correspondents
from models.people.credentials import (
    PERSONAL,
    RULES,
    ApplicantKind,
    CredentialKind,
    check_credential,
    normal_number,
)
from models.people.electronic import (
    CURRENT_WORDING,
    WORDINGS,
    ElectronicService,
    Wording,
    agreed_at,
    agreed_now,
)
from models.people.joining import Joining
from models.people.masks import (
    NAMES,
    mask_address,
    mask_number,
    mask_people,
    mask_person,
    mask_phone,
    mask_words,
)
from models.people.parties import Acting, NotTheirs, OtherRole, Party, party_known_by
from models.people.phone_codes import PhoneCodes, check_phone, national
from models.people.same import known_by
from models.people.verification import BodyVerdict, Followers, Identity, PlatformUser, Verdict, Verifier

__all__ = [
    "ASK_UNIONID",
    "CURRENT_WORDING",
    "NAMES",
    "PERSONAL",
    "RULES",
    "WORDINGS",
    "Account",
    "Accounts",
    "Acting",
    "Agencies",
    "Agency",
    "AgencyState",
    "Applicant",
    "ApplicantKind",
    "Applicants",
    "Binding",
    "BodyVerdict",
    "Correspondent",
    "Correspondents",
    "CredentialKind",
    "ElectronicService",
    "Followers",
    "Identity",
    "Joining",
    "Language",
    "NotTheirs",
    "OtherRole",
    "Party",
    "PhoneCodes",
    "PlatformUser",
    "RevealNeedsReason",
    "Verdict",
    "Verifier",
    "Wording",
    "agreed_at",
    "agreed_now",
    "check_credential",
    "check_name",
    "check_phone",
    "is_confirmed",
    "is_waiting",
    "known_by",
    "mask_address",
    "mask_number",
    "mask_people",
    "mask_person",
    "mask_phone",
    "mask_words",
    "national",
    "normal_number",
    "party_known_by",
    "shown_name",
]
