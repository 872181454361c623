"""A member's own account: password, authenticator, and where they are signed in (article 5)."""

from base64 import b64encode
from urllib.parse import urlencode

from handlers.admin.absences import of_account
from handlers.admin.panel import FormAction, PersonalPage, destination
from handlers.web.qr import qr_png
from handlers.web.staff import CONFIRM_AT, needs
from models.errors import BadInput, DomainError
from models.sessions import opened_at
from models.staff import Member, needs_second_factor


class PasswordsDiffer(BadInput):
    code = "passwords_differ"
    message = "两次填写的新密码不一致"
    field = "again"


class AccountPage(PersonalPage):
    """GET /admin/account"""

    @needs()
    async def get(self) -> None:
        member = self.signed_in_member()
        self.show(
            "admin/account.html",
            phone=self.services.staff_phones.masked(member),
            following=await self.following(member),
            sessions=await self.sessions_of(member),
            here=self.open_session_of()["_id"],
            opened_at=opened_at,
            required=needs_second_factor(member),
            **await of_account(self),
        )

    async def following(self, member: Member) -> bool:
        """Whether the member's own WeChat follows the account, without which nothing reaches it."""
        openid = self.services.staff_wechats.openid(member)
        account = await self.services.accounts.find(openid) if openid else None
        return bool(account and account.get("following"))


class EndSessionHandler(FormAction, PersonalPage):
    """POST /admin/account/session: end one of one's own sessions."""

    def form_page(self) -> str:
        return "/admin/account"

    @needs()
    async def post(self) -> None:
        username = self.signed_in_member()["_id"]
        await self.services.employment.note_session_ended(username, self.by_member())
        await self.services.sessions.end(f"staff:{username}", self.get_body_argument("session", ""))
        self.see_other("/admin/account", said="已结束这次登录。")


class PasswordPage(PersonalPage):
    """GET and POST /admin/password"""

    @needs(owing=True)
    async def get(self) -> None:
        self.show("admin/password.html")

    @needs(owing=True)
    async def post(self) -> None:
        member, session = self.signed_in_member(), self.open_session_of()
        current, password = (self.get_body_argument(name, "") for name in ("current", "password"))
        try:
            if password != self.get_body_argument("again", ""):
                raise PasswordsDiffer
            changed = await self.services.staff_door.change_password(
                member, session, current, password, self.by_member()
            )
        except DomainError as error:
            return self.show("admin/password.html", error=error)
        await self.open_session(changed, session.get("confirmed_at"))
        return self.see_other("/admin", said="密码已修改，其他地方的登录已全部退出。")


class SecondFactorPage(PersonalPage):
    """GET and POST /admin/second-factor: a member's authenticator."""

    @needs(owing=True)
    async def get(self) -> None:
        self.page()

    @needs(owing=True)
    async def post(self) -> None:
        """The code that proves the authenticator; the recovery codes are shown once."""
        try:
            codes = await self.services.second_factors.finish(
                self.signed_in_member(), self.get_body_argument("code", ""), self.by_member()
            )
        except DomainError as error:
            return self.page(error)
        await self.go_on_confirmed()
        return self.show("admin/recovery_codes.html", codes=codes, heading="验证器已绑定")

    def page(self, error: DomainError | None = None) -> None:
        member, second_factors = self.signed_in_member(), self.services.second_factors
        secret = second_factors.secret(member)
        picture = b64encode(qr_png(second_factors.address(member))).decode() if secret else ""
        self.show(
            "admin/second_factor.html",
            error=error,
            secret=" ".join(secret[begin : begin + 4] for begin in range(0, len(secret), 4)),
            picture=picture,
            required=needs_second_factor(member),
        )


class BeginSecondFactorHandler(FormAction, PersonalPage):
    """POST /admin/second-factor/begin: show a new authenticator's QR."""

    def form_page(self) -> str:
        return "/admin/second-factor"

    @needs(owing=True)
    async def post(self) -> None:
        await self.services.second_factors.begin(self.signed_in_member(), self.by_member())
        self.see_other("/admin/second-factor")


class RecoveryCodesHandler(FormAction, PersonalPage):
    """POST /admin/account/recovery-codes: new ones, which are shown once."""

    def form_page(self) -> str:
        return "/admin/account"

    @needs(fresh=True)
    async def post(self) -> None:
        codes = await self.services.second_factors.renew(self.signed_in_member(), self.by_member())
        self.show("admin/recovery_codes.html", codes=codes, heading="新的恢复码")


class ConfirmPage(PersonalPage):
    """GET and POST /admin/confirm: a code is asked for again, before what decides on people."""

    @needs()
    async def get(self) -> None:
        self.show("admin/confirm_identity.html", next=destination(self.get_query_argument("next", "")))

    @needs()
    async def post(self) -> None:
        to, session = destination(self.get_body_argument("next", "")), self.open_session_of()
        try:
            await self.services.staff_door.confirm(
                self.signed_in_member(), session, self.get_body_argument("code", ""), self.by_member()
            )
        except DomainError as error:
            return self.show("admin/confirm_identity.html", error=error, next=to)
        await self.go_on_confirmed()
        return self.see_other(to)

    def form_page(self) -> str:
        return f"{CONFIRM_AT}?{urlencode({'next': destination(self.get_body_argument('next', ''))})}"


ROUTES = [
    (r"/admin/account", AccountPage),
    (r"/admin/account/session", EndSessionHandler),
    (r"/admin/account/recovery-codes", RecoveryCodesHandler),
    (r"/admin/password", PasswordPage),
    (r"/admin/second-factor", SecondFactorPage),
    (r"/admin/second-factor/begin", BeginSecondFactorHandler),
    (CONFIRM_AT, ConfirmPage),
]
