"""Signing in to the panel with a user name and a password, and out again."""

from urllib.parse import urlencode

from handlers.admin.panel import FormAction, PanelPage, destination
from handlers.web.protection import Cookie
from handlers.web.visitor import Auth, declared
from models.errors import DomainError
from models.staff.devices import KEPT as DEVICE_KEPT


class SignInPage(PanelPage):
    """GET and POST /admin/sign-in"""

    @declared(Auth.ANYONE)
    async def get(self) -> None:
        to = destination(self.get_query_argument("next", ""))
        if self.member:
            return self.redirect(to)
        return self.show("admin/sign_in.html", next=to)

    @declared(Auth.ANYONE)
    async def post(self) -> None:
        username = self.get_body_argument("username", "")
        to = destination(self.get_body_argument("next", ""))
        try:
            done = await self.services.staff_door.sign_in(
                username,
                self.get_body_argument("password", ""),
                code=self.get_body_argument("code", ""),
                address=self.address,
                device=self.get_cookie(self.cookie(Cookie.DEVICE)) or "",
                by=self.cause(f"staff:{username[:64]}"),
            )
        except DomainError as error:
            return self.show("admin/sign_in.html", error=error, given=self.given(), next=to)
        if before := self.get_cookie(self.cookie(Cookie.STAFF)):
            await self.services.sessions.close(before)
        await self.open_session(done.member, self.now if done.confirmed else None)
        self.keep_cookie(Cookie.DEVICE, done.device, days=DEVICE_KEPT.days)
        return self.see_other(to)

    def form_page(self) -> str:
        return f"/admin/sign-in?{urlencode({'next': destination(self.get_body_argument('next', ''))})}"


class SignOutHandler(FormAction):
    """POST /admin/sign-out"""

    def form_page(self) -> str:
        return "/admin"

    @declared(Auth.ANYONE)
    async def post(self) -> None:
        if token := self.get_cookie(self.cookie(Cookie.STAFF)):
            await self.services.sessions.close(token)
        self.drop_cookie(Cookie.STAFF)
        self.see_other("/admin/sign-in", said="您已退出登录。")


ROUTES = [(r"/admin/sign-in", SignInPage), (r"/admin/sign-out", SignOutHandler)]
