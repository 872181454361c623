"""People for tests that ask no register: as the store reads them, but never bound."""

from typing import Any, cast

from models.materials.store import KeptFile
from models.people.applicants import Applicant
from models.people.credentials import ApplicantKind, CredentialKind
from models.people.parties import Party
from models.staff import Member, Role
from tests.conftest import START


def an_applicant(key: str = "p1", **more: Any) -> Applicant:
    """`more` are fields that are to be other than Chen's."""
    person: dict[str, Any] = {
        "_id": key,
        "kind": ApplicantKind.PERSON,
        "name": "",
        "number": "",
        "credential": {
            "kind": CredentialKind.RESIDENT_ID,
            "label": "居民身份证",
            "index": f"credential-{key}",
            "number_index": f"number-{key}",
            "masked": "4401**********0036",
        },
        "masked_name": "陈**",
        "account": "a1",
        "verified": {"at": START, "by": "register"},
    }
    return cast(Applicant, person | more)


def a_party(key: str = "p1", account: str = "a1", **more: Any) -> Party:
    """A person at the screen who acts for nobody else."""
    person = an_applicant(key, account=account, **more)
    return Party(person, person, account)


def a_member(key: str, *roles: Role, department: str | None = None, **more: Any) -> Member:
    """Somebody of the staff, of all departments if none is given."""
    member = {"_id": key, "name": key, "password_hash": "", "department": department, "roles": list(roles)}
    return cast(Member, member | more)


def a_file(key: str, **more: Any) -> KeptFile:
    """A file that was kept; no bytes are there."""
    kept: dict[str, Any] = {
        "_id": key,
        "applicant": "p1",
        "application": "",
        "code": "",
        "name": "document.pdf",
        "media_type": "application/pdf",
        "size": 1,
        "sha256": "",
        "key": "",
        "at": START,
    }
    return cast(KeptFile, kept | more)
