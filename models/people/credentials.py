"""Credentials of persons and bodies (article 7), and which numbers each kind can have."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from models.errors import BadInput
from models.typed import HAN, number


class CredentialKindNotAccepted(BadInput):
    code = "credential_kind_not_accepted"
    message = "该类服务对象不能使用此种证件"
    field = "credential_kind"


class ApplicantKindWrong(BadInput):
    code = "applicant_kind_wrong"
    message = "该统一社会信用代码不属于所选的单位类型，请重新选择"
    field = "number"


class CredentialNumberInvalid(BadInput):
    """A number that its kind of credential cannot have; each fault says what is wrong with it."""

    code = "credential_number_invalid"
    field = "number"


class NumberMissing(CredentialNumberInvalid):
    message = "请填写{number}"


class NumberLength(CredentialNumberInvalid):
    message = "{number}应为{length}位，您填了{count}位"


class NumberLengthBetween(CredentialNumberInvalid):
    message = "{number}应为{least}至{most}位，您填了{count}位"


class NumberCharacters(CredentialNumberInvalid):
    message = "{number}应由{characters}组成"


class NumberOfAnotherKind(CredentialNumberInvalid):
    message = "这不是{number}，请核对证件种类和号码"


class NumberBirthday(CredentialNumberInvalid):
    message = "{number}里的出生日期（第7至14位）有误"


class NumberCheckDigit(CredentialNumberInvalid):
    message = "{number}填得不对，请逐位核对有没有填错的数字"


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


@dataclass(frozen=True)
class Demand:
    """What a number must meet, and the fault of one that does not."""

    met: Callable[[str, date], bool]
    fault: type[CredentialNumberInvalid]
    values: Mapping[str, Any] = field(default_factory=dict)


def _long(length: int) -> Demand:
    return Demand(lambda number, _: len(number) == length, NumberLength, {"length": length})


def _between(least: int, most: int) -> Demand:
    values = {"least": least, "most": most}
    return Demand(lambda number, _: least <= len(number) <= most, NumberLengthBetween, values)


def _made_of(pattern: str, characters: str) -> Demand:
    compiled = re.compile(pattern)
    return Demand(
        lambda number, _: compiled.fullmatch(number) is not None,
        NumberCharacters,
        {"characters": characters},
    )


def _begins(pattern: str) -> Demand:
    return Demand(lambda number, _: re.match(pattern, number) is not None, NumberOfAnotherKind)


def _gb11643(number: str, _: date) -> bool:
    """The check digit of GB 11643-1999 over 17 digits."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=False)) % 11] == number[17]


def _born(number: str, today: date) -> bool:
    """Whether digits 7 to 14 are a real date that is not in the future."""
    try:
        return date(1900, 1, 1) <= date(int(number[6:10]), int(number[10:12]), int(number[12:14])) <= today
    except ValueError:
        return False


Demands = tuple[Demand, ...]
"""In the order in which they are checked: each may rely on those before it."""


def _citizen(prefix: str) -> Demands:
    return (
        _long(18),
        _made_of("[0-9]{17}[0-9X]", "数字（最后一位可以是X）"),
        _begins(prefix),
        Demand(_born, NumberBirthday),
        Demand(_gb11643, NumberCheckDigit),
    )


RESIDENT, PERMIT, FOREIGN = _citizen("[1-6]"), _citizen("8[123]"), _citizen("9")
SECURED = _citizen("[1-68]")
FOREIGN_BEFORE_2023 = (
    _long(15),
    _made_of("[A-Z]{3}[0-9]{12}", "3个字母和12个数字"),
)
CARD = (_between(8, 12), _made_of("[0-9A-Z]+", "数字和字母"))
PASSPORT = (
    _between(5, 9),
    _made_of("[0-9A-Z]+", "数字和字母"),
    _made_of(".*[0-9].*", "数字和字母（至少一个数字）"),
)
"""ICAO 9303: up to 9 letters and digits, with at least one digit."""
REGISTRATION = (
    _long(15),
    _made_of("[0-9]+", "数字"),
    Demand(lambda number, _: bool(mod_11_10.is_valid(number)), NumberCheckDigit),
)
"""15 digits closed by ISO 7064 MOD 11,10 (GS 15-2006)."""
USCC = (
    _long(18),
    _made_of("[0-9A-HJ-NP-RTUWXY]+", "数字和字母（没有I、O、S、V、Z）"),
    Demand(lambda number, _: bool(uscc.is_valid(number)), NumberCheckDigit),
)
"""18 characters with the check character of GB 32100-2015."""
CERTIFICATE = (
    _between(6, 18),
    _made_of(rf"[0-9A-Z{HAN}-]+", "数字、字母、汉字和短横"),
)
"""Numbers from before the USCC: digits, letters, 第…号 and hyphens."""


@dataclass(frozen=True)
class Rule:
    """Who may use a credential, what it and its number are called, and what its number must meet, which
    may depend on the number itself.
    """

    kinds: frozenset[ApplicantKind]
    label: str
    number: str
    demands: Callable[[str], Demands]

    def fault(self, number: str, today: date) -> CredentialNumberInvalid | None:
        """What is wrong with a number in its normal form."""
        if not number:
            return NumberMissing(number=self.number)
        for demand in self.demands(number):
            if not demand.met(number, today):
                return demand.fault(number=self.number, count=len(number), **demand.values)
        return None


def _always(demands: Demands) -> Callable[[str], Demands]:
    return lambda _: demands


PERSON = frozenset({ApplicantKind.PERSON})
ENTERPRISE = frozenset({ApplicantKind.ENTERPRISE})
ORGANIZATION = frozenset({ApplicantKind.ORGANIZATION})

RULES: dict[CredentialKind, Rule] = {
    CredentialKind.RESIDENT_ID: Rule(PERSON, "居民身份证", "身份证号", _always(RESIDENT)),
    CredentialKind.HMT_RESIDENCE_PERMIT: Rule(PERSON, "港澳台居民居住证", "居住证号", _always(PERMIT)),
    CredentialKind.FOREIGN_PERMANENT_RESIDENT_ID: Rule(
        PERSON,
        "外国人永久居留身份证",
        "永久居留身份证号",
        lambda number: FOREIGN if number[0].isdecimal() else FOREIGN_BEFORE_2023,
    ),
    CredentialKind.SOCIAL_SECURITY: Rule(
        PERSON,
        "社保号",
        "社保号",
        lambda number: SECURED if len(number) > 12 else CARD,
    ),
    CredentialKind.PASSPORT: Rule(PERSON, "外国护照", "护照号", _always(PASSPORT)),
    CredentialKind.REGISTRATION_NUMBER: Rule(ENTERPRISE, "工商注册号", "工商注册号", _always(REGISTRATION)),
    CredentialKind.USCC: Rule(
        ENTERPRISE | ORGANIZATION, "统一社会信用代码", "统一社会信用代码", _always(USCC)
    ),
    CredentialKind.LEGAL_PERSON_CERTIFICATE: Rule(
        ORGANIZATION, "法人证", "法人证号", lambda number: USCC if len(number) == 18 else CERTIFICATE
    ),
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
    """A number that passed its own checks; the verifier says whether it is this person's."""

    kind: CredentialKind
    number: str

    @property
    def register(self) -> str:
        """The register that the number is of: one number of it is one person or body, on any card."""
        if len(self.number) == 18 and self.kind in SHARED:
            return SHARED[self.kind]
        return self.kind.value


def normal_number(kind: CredentialKind, text: str) -> str:
    """The number in its normal form; hyphens and Chinese characters stay in those of certificates from
    before the USCC alone."""
    found = number(text)
    compact = re.sub(rf"[\W_{HAN}]", "", found)
    written = kind is CredentialKind.LEGAL_PERSON_CERTIFICATE and len(compact) != 18
    return found if written else compact


def check_credential(applicant: ApplicantKind, kind: CredentialKind, text: str, today: date) -> Credential:
    """The credential, its number in its normal form.

    Raises:
        BadInput: `credential_kind_not_accepted`, `credential_number_invalid` or `applicant_kind_wrong`.
    """
    rule = RULES[kind]
    if applicant not in rule.kinds:
        asked = "kind" if applicant is ApplicantKind.PERSON else "credential_kind"
        raise CredentialKindNotAccepted(field=asked)
    normal = normal_number(kind, text)
    if fault := rule.fault(normal, today):
        raise fault
    credential = Credential(kind, normal)
    if credential.register == CredentialKind.USCC and (
        (normal[0] == REGISTERED_BUSINESS) != (applicant is ApplicantKind.ENTERPRISE)
    ):
        raise ApplicantKindWrong
    return credential


PERSONAL = {kind: rule.label for kind, rule in RULES.items() if ApplicantKind.PERSON in rule.kinds}
