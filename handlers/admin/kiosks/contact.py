"""保障联络: the one contact of a department, named by those who answer for it (article 21, item 7)."""

from handlers.admin.panel import PanelPage
from handlers.web.staff import needs
from models.errors import DomainError
from models.kiosks import CannotBeContact
from models.staff import Role, Scope


class ContactPage(PanelPage):
    """GET and POST /admin/kiosk-contact"""

    @needs(Scope.KIOSKS_CONTACT)
    async def get(self) -> None:
        await self.page()

    @needs(Scope.KIOSKS_CONTACT)
    async def post(self) -> None:
        member = self.signed_in_member()
        username, department = self.get_body_argument("member", ""), member["department"] or ""
        try:
            if not department:
                raise CannotBeContact
            await self.services.contacts.name(department, username, member, self.by_member())
        except DomainError as error:
            return await self.page(error)
        return self.see_other("/admin/kiosk-contact", said="业务联络人已指定。")

    async def page(self, error: DomainError | None = None) -> None:
        department = self.signed_in_member()["department"]
        found = await self.services.contacts.find(department) if department else None
        members = await self.services.staff.present(department) if department else []
        who = await self.called({f"staff:{found['member']}", found["named_by"]} if found else set())
        self.show(
            "admin/kiosks/contact.html",
            contact=found,
            who=who,
            able=[one for one in members if Role.CONTACT in one["roles"]],
            error=error,
            given=self.given() if error else {},
        )


ROUTES = [("/admin/kiosk-contact", ContactPage)]
