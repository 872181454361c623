"""A member's own phone: entered, shown to be theirs by a code, changed, removed."""

from handlers.admin.panel import FormAction, PersonalPage
from handlers.web.staff import needs
from models.errors import DomainError

PAGE = "/admin/account/phone"


class PhonePage(PersonalPage):
    """GET and POST /admin/account/phone"""

    @needs()
    async def get(self) -> None:
        self.page()

    @needs()
    async def post(self) -> None:
        phone, code = (self.get_body_argument(name, "") for name in ("phone", "code"))
        member, by = self.signed_in_member(), self.by_member()
        try:
            kept = await self.services.staff_phones.keep(member, phone, code, by)
        except DomainError as error:
            return self.page(error, sent=True)
        masked = self.services.staff_phones.masked(kept)
        return self.see_other("/admin/account", said=f"已验证手机{masked}。")

    def page(self, error: DomainError | None = None, *, sent: bool = False) -> None:
        """`sent`: a code is on its way to the phone that was entered."""
        self.show(
            "admin/account/phone_form.html",
            error=error,
            sent=sent,
            phone=self.get_body_argument("phone", ""),
            masked=self.services.staff_phones.masked(self.signed_in_member()),
        )


class PhoneCodeHandler(FormAction, PhonePage):
    """POST /admin/account/phone/code: send a code."""

    def form_page(self) -> str:
        return PAGE

    @needs()
    async def post(self) -> None:
        phone = self.get_body_argument("phone", "")
        try:
            await self.services.staff_phones.ask(
                self.signed_in_member(), phone, address=self.address, by=self.by_member()
            )
        except DomainError as error:
            return self.page(error, sent=bool(self.get_body_argument("again", "")))
        return self.page(sent=True)


class RemovePhoneHandler(FormAction, PersonalPage):
    """POST /admin/account/phone/remove"""

    def form_page(self) -> str:
        return "/admin/account"

    @needs()
    async def post(self) -> None:
        await self.services.staff_phones.remove(self.signed_in_member(), self.by_member())
        self.see_other("/admin/account", said="已删除手机号码。")


ROUTES = [
    (PAGE, PhonePage),
    (f"{PAGE}/code", PhoneCodeHandler),
    (f"{PAGE}/remove", RemovePhoneHandler),
]
