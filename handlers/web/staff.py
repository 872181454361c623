"""A page of the panel: which member of staff asks, and whether they may."""

from collections.abc import Callable, Mapping
from functools import wraps
from urllib.parse import urlencode

from handlers.web.html import HtmlHandler
from handlers.web.protection import NOBODY, Cookie
from handlers.web.visitor import Auth, Method, NotSignedIn, declared
from models.events import Cause, Channel
from models.sessions import Session
from models.staff import Member, NotFresh, Owed, Scope, check_scope, is_fresh, owed

OWED_AT: Mapping[Owed, str] = {
    Owed.ANOTHER_PASSWORD: "/admin/password",
    Owed.SECOND_FACTOR: "/admin/second-factor",
}
"""The page on which a member does what must be done first."""
CONFIRM_AT = "/admin/confirm"


class StaffHandler(HtmlHandler):
    """A page of the panel; `self.member` is the staff member, where signed in."""

    channel = Channel.WINDOW
    member: Member | None = None
    session: Session | None = None
    framed_by = NOBODY

    async def prepare(self) -> None:
        await super().prepare()
        token = self.get_cookie(self.cookie(Cookie.STAFF))
        if token:
            self.session = await self.services.sessions.find(token, "staff", self.cause())
        if self.session:
            self.member = await self.services.staff.of_session(self.session)

    def by_member(self) -> Cause:
        if self.member is None:
            raise NotSignedIn
        return self.cause(f"staff:{self.member['_id']}")


def needs(scope: Scope | None = None, *, owing: bool = False) -> Callable[[Method], Method]:
    """Only for staff who are signed in and whose roles carry `scope`, and who owe nothing, unless they may
    come here `owing`. A scope that needs a second factor is used with a fresh code alone."""

    def decorate(method: Method) -> Method:
        @declared(scope or Auth.MEMBER)
        @wraps(method)
        async def guarded(self: StaffHandler, *args: str) -> None:
            if self.member is None or self.session is None:
                if self.request.method != "GET":
                    raise NotSignedIn
                return self.redirect(f"/admin/sign-in?{urlencode({'next': self.request.uri})}")
            if scope:
                check_scope(self.member, scope)
            if not owing and (first := owed(self.member)):
                return self.see_other(OWED_AT[first])
            if scope and scope.needs_second_factor and not is_fresh(self.session, self.now):
                if self.request.method != "GET":
                    raise NotFresh
                return self.redirect(f"{CONFIRM_AT}?{urlencode({'next': self.request.uri})}")
            return await method(self, *args)

        return guarded

    return decorate
