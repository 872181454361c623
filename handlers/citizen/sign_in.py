"""Signing in through WeChat (OAuth, silent), and out again."""

import secrets
from urllib.parse import urlencode

from handlers.citizen.pc_sign_in import PcScreen
from handlers.web.base import safe_next
from handlers.web.pages import CitizenPage
from handlers.web.protection import Cookie
from models.errors import DomainError, Unauthenticated, Unavailable
from models.people import PlatformUser
from models.people.accounts import SignInCodeInvalid


class SignInExpired(Unauthenticated):
    """The visitor comes back from WeChat with a state that this browser does not have, or no longer."""

    code = "sign_in_expired"
    message = "登录没有完成，请重新登录"


class SignInCancelled(Unauthenticated):
    code = "sign_in_cancelled"
    message = "您没有同意登录，如需办理请重新登录"


SIGN_IN_DAYS = 1 / 144
"""In days."""
OPEN = 5
"""Sign-ins of one browser that can be under way at once, each in a tab; of more the latest are known."""


class Journey(CitizenPage):
    """Out to WeChat and back.

    Where the visitor wants to go, and whether this is the second try, stand in the addresses: they are there
    also when a page is fetched again, or the browser keeps no cookies. The states of the sign-ins that are
    under way stand in the cookie `arrival` of this browser, so that nobody can sign others in as themselves.
    """

    @property
    def return_to(self) -> str:
        asked = self.request.query_arguments.get("next", [b"/"])[-1]
        return safe_next(asked.decode(errors="replace"))

    @property
    def second_try(self) -> bool:
        return self.get_query_argument("again", "") == "1"

    def must_sign_in(self, error: DomainError) -> bool:
        """Also when WeChat did not answer: asking for this address again brings no new code."""
        return isinstance(error, Unavailable) or super().must_sign_in(error)

    def states(self) -> list[str]:
        return list(filter(None, (self.get_cookie(self.cookie(Cookie.ARRIVAL)) or "").split(".")))

    def keep_states(self, states: list[str]) -> None:
        if states:
            self.keep_cookie(Cookie.ARRIVAL, ".".join(states[-OPEN:]), days=SIGN_IN_DAYS)
        else:
            self.drop_cookie(Cookie.ARRIVAL)


class SignInHandler(Journey, PcScreen):
    """GET /sign-in?next=: to WeChat, which sends the visitor back with a code; at once to `next` for a
    visitor who is signed in. A PC without WeChat shows a code that a phone scans; `here=1` goes to WeChat
    from any browser."""

    async def get(self) -> None:
        if self.account:
            return self.redirect(self.return_to)
        if self.on_pc and not self.get_query_argument("here", ""):
            return await self.show_code(self.return_to)
        state = secrets.token_hex(16)
        self.keep_states([*self.states(), state])
        site = self.services.site
        on = {"next": self.return_to, **({"again": "1"} if self.second_try else {})}
        asked = {
            "appid": site.wechat_appid,
            "redirect_uri": f"{site.base_url}/sign-in/wechat?{urlencode(on)}",
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        return self.redirect(f"{site.oauth_url}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect")


class ArrivalHandler(Journey):
    """GET /sign-in/wechat?next=&code=&state=: back from WeChat.

    A browser fetches it again when its user goes back or reloads, and some fetch it twice. A visitor who is
    signed in goes on; for another, whose state or code is used, the sign-in begins anew, once.
    """

    async def get(self) -> None:
        if self.account:
            return self.redirect(self.return_to)
        try:
            user = await self.user()
        except (SignInExpired, SignInCodeInvalid):
            if self.second_try:
                raise
            return self.redirect(f"/sign-in?{urlencode({'next': self.return_to, 'again': '1'})}")
        await self.sign_in(user)
        return self.redirect(self.return_to)

    async def user(self) -> PlatformUser:
        """Whom the code stands for; the state is used up.

        Raises:
            SignInExpired, SignInCancelled
            Unauthenticated, Unavailable: see `models.people.verification.Identity`.
        """
        state, states = self.get_query_argument("state", ""), self.states()
        if state not in states:
            raise SignInExpired
        self.keep_states([one for one in states if one != state])
        if not (code := self.get_query_argument("code", "")):
            raise SignInCancelled
        return await self.services.identity.exchange(code)

    async def sign_in(self, user: PlatformUser) -> None:
        account = await self.services.accounts.arrive(user, self.cause())
        subject = f"account:{account['_id']}"
        await self.services.binding.keep_bound(account, self.cause(subject))
        self.keep_cookie(Cookie.SESSION, await self.services.sessions.open(subject, self.cause(subject)))


class SignOutHandler(CitizenPage):
    """POST /sign-out"""

    async def post(self) -> None:
        if token := await self.token():
            await self.services.paired.sign_out(token, self.cause())
        self.drop_cookie(Cookie.SESSION)
        self.see_other("/")


ROUTES = [
    (r"/sign-in", SignInHandler),
    (r"/sign-in/wechat", ArrivalHandler),
    (r"/sign-out", SignOutHandler),
]
