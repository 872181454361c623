"""Numbers of credentials: whether one can be real, and new ones for invented people."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import StrEnum

from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PHONE = re.compile(r"1[3-9]\d{9}", re.ASCII)
FIRST_BIRTHDAY, BIRTHDAYS = date(1950, 1, 1), 20_000
"""The first birthday of invented people, and how many days follow: none is a child or much over 80."""


class Kind(StrEnum):
    """The kinds of credentials of docs/architecture.md, "Government systems"."""

    RESIDENT_ID = "resident_id"
    HMT_RESIDENCE_PERMIT = "hmt_residence_permit"
    FOREIGN_PERMANENT_RESIDENT_ID = "foreign_permanent_resident_id"
    SOCIAL_SECURITY = "social_security"
    PASSPORT = "passport"
    REGISTRATION_NUMBER = "registration_number"
    USCC = "uscc"
    LEGAL_PERSON_CERTIFICATE = "legal_person_certificate"


BODY_KINDS = frozenset({Kind.REGISTRATION_NUMBER, Kind.USCC, Kind.LEGAL_PERSON_CERTIFICATE})
PERSON_KINDS = frozenset(Kind) - BODY_KINDS


def check_digit(first: str) -> str:
    """The 18th character of a citizen's number (GB 11643), after its 17 digits."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(first, WEIGHTS, strict=True)) % 11]


def _citizen(number: str) -> bool:
    born = re.fullmatch(r"\d{6}(\d{4})(\d\d)(\d\d)\d{3}[\dX]", number, re.ASCII)
    if born is None or number[17] != check_digit(number[:17]):
        return False
    try:
        date(*map(int, born.groups()))
    except ValueError:
        return False
    return True


def _shaped(pattern: str, also: Callable[[str], object] = bool) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda number: compiled.fullmatch(number) is not None and bool(also(number))


POSSIBLE: Mapping[Kind, Callable[[str], bool]] = {
    Kind.RESIDENT_ID: _shaped("[1-6].{17}", _citizen),
    Kind.HMT_RESIDENCE_PERMIT: _shaped("8[123].{16}", _citizen),
    Kind.FOREIGN_PERMANENT_RESIDENT_ID: lambda number: bool(
        re.fullmatch(r"[A-Z]{3}\d{12}", number, re.ASCII) or (number.startswith("9") and _citizen(number))
    ),
    Kind.SOCIAL_SECURITY: lambda number: bool(re.fullmatch("[0-9A-Z]{8,12}", number)) or _citizen(number),
    Kind.PASSPORT: _shaped(r"(?=.*\d)[A-Z0-9]{5,9}"),
    Kind.REGISTRATION_NUMBER: _shaped(r"\d{15}", mod_11_10.is_valid),
    Kind.USCC: _shaped("[0-9A-Z]{18}", uscc.is_valid),
    Kind.LEGAL_PERSON_CERTIFICATE: lambda number: bool(
        uscc.is_valid(number) if len(number) == 18 else re.fullmatch(r"[0-9A-Z\u4e00-\u9fff-]{6,17}", number)
    ),
}
"""Whether a number of a kind passes the checks that real ones pass."""


def normal(number: str) -> str:
    return "".join(number.split()).upper()


def invented(n: int) -> tuple[str, str]:
    """The number and the phone of the `n`-th resident of a crowd."""
    birthday = FIRST_BIRTHDAY + timedelta(days=n % BIRTHDAYS)
    first = f"440113{birthday:%Y%m%d}{100 + n // BIRTHDAYS:03}"
    return first + check_digit(first), f"133{n:08}"
