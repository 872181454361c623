"""A page of the panel: which member of staff asks, and whether they may."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from handlers.web.html import HtmlHandler
from handlers.web.protection import Cookie
from handlers.web.visitor import Auth, Method, NotSignedIn, declared
from models.events import Cause, Channel
from models.staff import Member, Scope, check_scope


class StaffHandler(HtmlHandler):
    """A page of the panel; `self.member` is the staff member, where signed in."""

    channel = Channel.WINDOW
    member: Member | None = None

    async def prepare(self) -> None:
        await super().prepare()
        token = self.get_cookie(self.cookie(Cookie.STAFF))
        session = token and await self.services.sessions.find(token, "staff", self.cause())
        if session:
            self.member = await self.services.staff.of_session(session)

    def by_member(self) -> Cause:
        if self.member is None:
            raise NotSignedIn
        return self.cause(f"staff:{self.member['_id']}")


def needs(scope: Scope | None = None) -> Callable[[Method], Method]:
    """Only for staff who are signed in and whose roles carry `scope`."""

    def decorate(method: Method) -> Method:
        @declared(scope or Auth.MEMBER)
        @wraps(method)
        async def guarded(self: StaffHandler, *args: str) -> None:
            if self.member is None:
                if self.request.method != "GET":
                    raise NotSignedIn
                return self.redirect(f"/admin/sign-in?{urlencode({'next': self.request.uri})}")
            if scope:
                check_scope(self.member, scope)
            return await method(self, *args)

        return guarded

    return decorate
