"""What people and bodies prove themselves with (article 7), and whether a number can be one at all."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from models.errors import BadInput
from models.typed import half_width


class CredentialKindNotAccepted(BadInput):
    code = "credential_kind_not_accepted"
    message = "该类服务对象不能使用此种证件"
    field = "credential_kind"


class CredentialNumberInvalid(BadInput):
    code = "credential_number_invalid"
    message = "{label}有误，请核对后重新填写"
    field = "number"


class ApplicantKindWrong(BadInput):
    code = "applicant_kind_wrong"
    message = "该统一社会信用代码不属于所选的单位类型，请重新选择"
    field = "number"


class ApplicantKind(StrEnum):
    """服务对象: a person, an enterprise (farmers' cooperatives and resident offices too), another body."""

    PERSON = "person"
    ENTERPRISE = "enterprise"
    ORGANIZATION = "organization"


class CredentialKind(StrEnum):
    RESIDENT_ID = "resident_id"  # 身份证
    HMT_RESIDENCE_PERMIT = "hmt_residence_permit"  # 港澳台居民居住证
    FOREIGN_PERMANENT_RESIDENT_ID = "foreign_permanent_resident_id"  # 外国人永久居留身份证
    SOCIAL_SECURITY = "social_security"  # 社保号
    PASSPORT = "passport"  # 外国护照
    REGISTRATION_NUMBER = "registration_number"  # 工商注册号
    USCC = "uscc"  # 统一社会信用代码
    LEGAL_PERSON_CERTIFICATE = "legal_person_certificate"  # 法人证


def _gb11643(number: str) -> bool:
    """The check digit of GB 11643-1999 over 17 digits."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=False)) % 11] == number[17]


def _born(number: str, today: date) -> bool:
    """Whether digits 7 to 14 are a real date that is not in the future."""
    try:
        return date(1900, 1, 1) <= date(int(number[6:10]), int(number[10:12]), int(number[12:14])) <= today
    except ValueError:
        return False


def _citizen_number(prefix: str) -> Callable[[str, date], bool]:
    pattern = re.compile(prefix + "[0-9]+[0-9X]")
    return lambda number, today: (
        len(number) == 18
        and pattern.fullmatch(number) is not None
        and _gb11643(number)
        and _born(number, today)
    )


def _foreign_permanent_resident(number: str, today: date) -> bool:
    """18 digits from 9 on (cards of 2023), or 3 letters and 12 digits (earlier cards)."""
    old = re.fullmatch("[A-Z]{3}[0-9]{12}", number) is not None
    return old or _citizen_number("9")(number, today)


def _social_security(number: str, today: date) -> bool:
    """The citizen's own number, or the 8 to 12 characters printed on a social security card."""
    return _citizen_number("[1-68]")(number, today) or re.fullmatch(r"[A-Z0-9]{8,12}", number) is not None


def _passport(number: str, _: date) -> bool:
    """ICAO 9303: up to 9 letters and digits, with at least one digit."""
    return re.fullmatch("(?=.*[0-9])[A-Z0-9]{5,9}", number) is not None


def _registration_number(number: str, _: date) -> bool:
    """15 digits closed by ISO 7064 MOD 11,10 (GS 15-2006)."""
    return re.fullmatch("[0-9]{15}", number) is not None and bool(mod_11_10.is_valid(number))


def _uscc(number: str, _: date) -> bool:
    """18 characters with the check character of GB 32100-2015."""
    return re.fullmatch("[0-9A-Z]{18}", number) is not None and bool(uscc.is_valid(number))


def _legal_person_certificate(number: str, today: date) -> bool:
    """A USCC, or an older certificate number: digits, letters, 第…号 and dashes."""
    if len(number) == 18:
        return _uscc(number, today)
    return re.fullmatch(r"[0-9A-Z\u4e00-\u9fff-]{6,17}", number) is not None


@dataclass(frozen=True)
class Rule:
    """Who may use a credential, what it is called, and what its number looks like."""

    kinds: frozenset[ApplicantKind]
    label: str
    valid: Callable[[str, date], bool]


PERSON = frozenset({ApplicantKind.PERSON})
ENTERPRISE = frozenset({ApplicantKind.ENTERPRISE})
ORGANIZATION = frozenset({ApplicantKind.ORGANIZATION})

RULES: dict[CredentialKind, Rule] = {
    CredentialKind.RESIDENT_ID: Rule(PERSON, "居民身份证", _citizen_number("[1-6]")),
    CredentialKind.HMT_RESIDENCE_PERMIT: Rule(PERSON, "港澳台居民居住证", _citizen_number("8[123]")),
    CredentialKind.FOREIGN_PERMANENT_RESIDENT_ID: Rule(
        PERSON, "外国人永久居留身份证", _foreign_permanent_resident
    ),
    CredentialKind.SOCIAL_SECURITY: Rule(PERSON, "社保号", _social_security),
    CredentialKind.PASSPORT: Rule(PERSON, "外国护照", _passport),
    CredentialKind.REGISTRATION_NUMBER: Rule(ENTERPRISE, "工商注册号", _registration_number),
    CredentialKind.USCC: Rule(ENTERPRISE | ORGANIZATION, "统一社会信用代码", _uscc),
    CredentialKind.LEGAL_PERSON_CERTIFICATE: Rule(ORGANIZATION, "法人证", _legal_person_certificate),
}


SHARED: dict[CredentialKind, str] = {
    CredentialKind.SOCIAL_SECURITY: CredentialKind.RESIDENT_ID.value,
    CredentialKind.HMT_RESIDENCE_PERMIT: CredentialKind.RESIDENT_ID.value,
    CredentialKind.LEGAL_PERSON_CERTIFICATE: CredentialKind.USCC.value,
}
"""Kinds whose numbers of 18 characters are those of another kind."""

REGISTERED_BUSINESS = "9"
"""First character of a USCC that the market regulator gave (GB 32100): businesses, and nobody else."""


@dataclass(frozen=True)
class Credential:
    """A number that passed its own checks; whether it is this person's is the verifier's business."""

    kind: CredentialKind
    number: str

    @property
    def register(self) -> str:
        """What numbers it is one of: the same number is the same person or body, whatever card it is on."""
        if len(self.number) == 18 and self.kind in SHARED:
            return SHARED[self.kind]
        return self.kind.value


def normal_number(text: str) -> str:
    """Upper case, half width, no spaces."""
    return "".join(half_width(text).split()).upper()


def check_credential(applicant: ApplicantKind, kind: CredentialKind, number: str, today: date) -> Credential:
    """The credential, its number in its normal form.

    Raises:
        BadInput: `credential_kind_not_accepted`, `credential_number_invalid` or `applicant_kind_wrong`.
    """
    rule = RULES[kind]
    if applicant not in rule.kinds:
        raise CredentialKindNotAccepted
    normal = normal_number(number)
    if not rule.valid(normal, today):
        raise CredentialNumberInvalid(label=rule.label)
    credential = Credential(kind, normal)
    if credential.register == CredentialKind.USCC and (
        (normal[0] == REGISTERED_BUSINESS) != (applicant is ApplicantKind.ENTERPRISE)
    ):
        raise ApplicantKindWrong
    return credential
