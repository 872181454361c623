"""Who comes to a window with a credential: a member of staff sees it and verifies it (article 7)."""

from dataclasses import dataclass

from models import typed
from models.events import Cause
from models.people import (
    Applicant,
    ApplicantKind,
    Applicants,
    CredentialKind,
    check_credential,
    check_name,
    check_phone,
)
from models.staff import Member, Scope, check_district
from models.workdays import local_date


@dataclass(frozen=True)
class Window:
    """The comprehensive window, of the whole district."""

    applicants: Applicants

    async def verify(
        self, member: Member, *, kind: CredentialKind, name: str, number: str, phone: str, by: Cause
    ) -> Applicant:
        """Keep a person whose credential a member of staff has seen; `phone` may be empty.

        Raises:
            Forbidden: `scope_missing`.
            BadInput: the number, the phone or the name is wrong.
            Conflict: `already_verified`, under another name.
        """
        check_district(member, Scope.APPLICANTS_VERIFY)
        return await self.applicants.verify_at_window(
            ApplicantKind.PERSON,
            check_credential(ApplicantKind.PERSON, kind, number, local_date(by.at)),
            name=check_name(name),
            phone=check_phone(phone) if typed.narrow(phone).strip() else "",
            by=by,
        )
