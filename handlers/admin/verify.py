"""Verifying a credential at a window, for people whom no register knows (article 7)."""

from pydantic import BaseModel

from handlers.admin.panel import PanelPage
from handlers.web.staff import needs
from models import typed
from models.errors import DomainError
from models.people.binding import check_name
from models.people.credentials import PERSONAL, ApplicantKind, CredentialKind, check_credential
from models.people.phone_codes import check_phone
from models.workdays import local_date


class VerifyForm(BaseModel):
    kind: CredentialKind = CredentialKind.RESIDENT_ID
    name: str = ""
    number: str = ""
    phone: str = ""


class VerifyPage(PanelPage):
    """GET and POST /admin/verify"""

    @needs("applicants:verify")
    async def get(self) -> None:
        self.show("admin/verify.html", kinds=PERSONAL, done=None)

    @needs("applicants:verify")
    async def post(self) -> None:
        filled, by = self.form(VerifyForm), self.by_member()
        try:
            credential = check_credential(
                ApplicantKind.PERSON, filled.kind, filled.number, local_date(self.now)
            )
            done = await self.services.applicants.verify_at_window(
                ApplicantKind.PERSON,
                credential,
                name=check_name(filled.name),
                phone=check_phone(filled.phone) if typed.narrow(filled.phone).strip() else "",
                by=by,
            )
        except DomainError as error:
            return self.show("admin/verify.html", kinds=PERSONAL, done=None, error=error, given=self.given())
        return self.show("admin/verify.html", kinds=PERSONAL, done=done)


ROUTES = [(r"/admin/verify", VerifyPage)]
