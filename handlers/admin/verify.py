"""Verifying a credential at a window, for people whom no register knows (article 7)."""

from pydantic import BaseModel

from handlers.admin.panel import PanelPage
from handlers.web.staff import needs
from models.errors import DomainError
from models.people import PERSONAL, CredentialKind
from models.staff import Scope


class VerifyForm(BaseModel):
    kind: CredentialKind = CredentialKind.RESIDENT_ID
    name: str = ""
    number: str = ""
    phone: str = ""


class VerifyPage(PanelPage):
    """GET and POST /admin/verify"""

    @needs(Scope.APPLICANTS_VERIFY)
    async def get(self) -> None:
        self.show("admin/verify.html", kinds=PERSONAL)

    @needs(Scope.APPLICANTS_VERIFY)
    async def post(self) -> None:
        filled, by = self.form(VerifyForm), self.by_member()
        try:
            done = await self.services.window.verify(
                self.signed_in_member(),
                kind=filled.kind,
                name=filled.name,
                number=filled.number,
                phone=filled.phone,
                by=by,
            )
        except DomainError as error:
            return self.show("admin/verify.html", kinds=PERSONAL, error=error, given=self.given())
        said = f"已核验：{done['masked_name']}（{done['credential']['masked']}）。"
        return self.see_other("/admin/verify", said)


ROUTES = [(r"/admin/verify", VerifyPage)]
