"""Names, numbers and phones of people and bodies that never were."""

from datetime import date, timedelta
from itertools import count

from models.people.credentials import ApplicantKind, Credential, CredentialKind, check_credential
from models.workdays import local_date
from tests.house.clock import START

_NUMBERS, _PHONES = count(1), count(1)


def new_number(birthday: str = "19900307") -> str:
    """A resident's number that nobody in the tests has had, with its check digit (GB 11643).

    After a thousand people the next are born a day later.
    """
    days, serial = divmod(next(_NUMBERS), 1000)
    born = date.fromisoformat(birthday) + timedelta(days)
    digits = f"440113{born:%Y%m%d}{serial:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


def new_phone() -> str:
    return f"138{next(_PHONES):08}"


def credential(
    number: str,
    kind: CredentialKind = CredentialKind.RESIDENT_ID,
    of: ApplicantKind = ApplicantKind.PERSON,
) -> Credential:
    """A credential as it is after the check that every door makes."""
    return check_credential(of, kind, number, local_date(START))


ELDER = ("陈建国", "11010519491231002X")
BOSS = ("梁志强", new_number("19700101"))
"""The representative of every body in the tests' register."""
PHONE = "13900000001"
WEIMEI = ("番禺味美食品有限公司", "91440113MA59K2XT4M")
HUALONG = ("番禺化龙贸易有限公司", "91440113MA59A1B2X7")
"""Another body."""
