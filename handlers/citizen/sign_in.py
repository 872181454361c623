"""Signing in through WeChat (OAuth, silent), and out again."""

import secrets
from hmac import compare_digest
from urllib.parse import quote, unquote, urlencode

from handlers.web.base import safe_next
from handlers.web.pages import CitizenPage
from models.errors import Forbidden, Unauthenticated


class SignInExpired(Forbidden):
    code = "sign_in_expired"
    message = "登录已过期，请重新登录"


class SignInCancelled(Unauthenticated):
    code = "sign_in_cancelled"
    message = "您没有同意登录，如需办理请重新登录"


SIGN_IN_DAYS = 1 / 144
"""In days."""


class SignInHandler(CitizenPage):
    """GET /sign-in?next=: to WeChat, which sends the visitor back with a code.

    `state` is in a cookie of this browser, too, so that nobody can sign others in as themselves.
    """

    async def get(self) -> None:
        state = secrets.token_urlsafe(24)
        destination = safe_next(self.get_query_argument("next", "/"))
        self.keep_cookie("arrival", f"{state}.{quote(destination, safe='')}", days=SIGN_IN_DAYS)
        site = self.services.site
        asked = {
            "appid": site.wechat_appid,
            "redirect_uri": f"{site.base_url}/sign-in/wechat",
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        self.redirect(f"{site.oauth_url}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect")


class ArrivalHandler(CitizenPage):
    """GET /sign-in/wechat?code=&state=: back from WeChat."""

    return_to = "/"

    async def get(self) -> None:
        state, _, destination = (self.get_cookie(self.cookie("arrival")) or "").partition(".")
        self.return_to = safe_next(unquote(destination))
        given = self.get_query_argument("state", "")
        self.drop_cookie("arrival")
        if not state or not compare_digest(state.encode(), given.encode()):
            raise SignInExpired
        code = self.get_query_argument("code", "")
        if not code:
            raise SignInCancelled
        user = await self.services.identity.exchange(code)
        account = await self.services.accounts.arrive(user, self.cause())
        await self.services.binding.keep_bound(account, self.cause(f"account:{account['_id']}"))
        if before := await self.token():
            await self.services.sessions.close(before)
        subject = f"account:{account['_id']}"
        self.keep_cookie("session", await self.services.sessions.open(subject, self.cause(subject)))
        self.redirect(self.return_to)


class SignOutHandler(CitizenPage):
    """POST /sign-out"""

    async def post(self) -> None:
        if token := await self.token():
            await self.services.sessions.close(token)
        self.drop_cookie("session")
        self.see_other("/")


ROUTES = [
    (r"/sign-in", SignInHandler),
    (r"/sign-in/wechat", ArrivalHandler),
    (r"/sign-out", SignOutHandler),
]
