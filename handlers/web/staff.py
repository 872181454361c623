"""A page of the panel: which member of staff asks, for whom they act, and whether they may."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import ClassVar
from urllib.parse import urlencode

from tornado.escape import xhtml_escape

from handlers.web.html import HtmlHandler
from handlers.web.protection import NOBODY, Cookie
from handlers.web.visitor import Auth, Method, NotSignedIn, declared
from models.errors import Conflict
from models.events import Cause, Channel
from models.sessions import Session
from models.staff import Member, NotFresh, Owed, Scope, check_scope, is_fresh, owed
from models.workdays import local_date

OWED_AT: Mapping[Owed, str] = {
    Owed.ANOTHER_PASSWORD: "/admin/password",
    Owed.SECOND_FACTOR: "/admin/second-factor",
}
"""The page on which a member does what must be done first."""
CONFIRM_AT = "/admin/confirm"
ACTS_AS = "acts_as"
"""The field of each form of the panel that says as whom its page was shown."""


class ActsAsAnother(Conflict):
    """The form was shown to a member who acted as another one than now."""

    code = "acts_as_another"
    message = "您现在的办理身份与打开本页时不同（代理已结束或已切换），本次操作没有执行，请重新打开页面再办理"


class StaffHandler(HtmlHandler):
    """A page of the panel; `self.person` is the member who is signed in, and `self.member` the one whose
    rights they use: their own, or those of the `absent` member for whom they act."""

    channel = Channel.WINDOW
    personal: ClassVar[bool] = False
    """Whether the page is about what is the person's own: there nobody acts for another."""
    person: Member | None = None
    absent: Member | None = None
    member: Member | None = None
    session: Session | None = None
    framed_by = NOBODY

    async def prepare(self) -> None:
        await super().prepare()
        token = self.get_cookie(self.cookie(Cookie.STAFF))
        if token:
            self.session = await self.services.sessions.find(token, "staff", self.cause())
        if self.session is None:
            return
        self.person = await self.services.staff.of_session(self.session)
        if self.person and (username := self.session.get("acting_for", "")):
            today = local_date(self.now)
            self.absent = await self.services.absences.absent(self.person, username, today)
        self.member = self.person if self.personal else self.absent or self.person

    def by_member(self) -> Cause:
        if self.person is None or self.member is None:
            raise NotSignedIn
        by = self.cause(f"staff:{self.person['_id']}")
        acts = self.member is not self.person
        return replace(by, on_behalf_of=f"staff:{self.member['_id']}") if acts else by

    def xsrf_form_html(self) -> str:
        """The hidden fields of every form: its token, and as whom it is shown."""
        shown_to = xhtml_escape(self.member["_id"]) if self.member else ""
        field = f'<input type="hidden" name="{ACTS_AS}" value="{shown_to}"/>' if shown_to else ""
        return super().xsrf_form_html() + field

    def stopped_acting(self, session: Session) -> str:
        """The member for whom one acted until the absence was over; "" for none."""
        return "" if self.absent else session.get("acting_for", "")

    def check_acts_as(self, person: Member, member: Member, session: Session) -> None:
        """A form does what it says as the member to whom it was shown, or nothing; one that does not say it
        is the person's own.

        Raises:
            ActsAsAnother
        """
        shown_to = self.get_body_argument(ACTS_AS, person["_id"])
        if not self.personal and (self.stopped_acting(session) or shown_to != member["_id"]):
            raise ActsAsAnother

    async def end_acting(self, session: Session) -> None:
        """A page that is opened after the absence is the person's own again."""
        if self.person and (username := self.stopped_acting(session)):
            await self.services.sessions.act_for(session["_id"], "")
            await self.services.absences.end_acting(self.person, username, self.by_member())


def needs(
    scope: Scope | None = None, *, owing: bool = False, fresh: bool = False, unread: bool = False
) -> Callable[[Method], Method]:
    """Only for staff who are signed in and whose roles carry `scope`, and who owe nothing, unless they may
    come here `owing`. A scope that needs a second factor, and what is marked `fresh`, is used with a fresh
    code of one's own alone. Where the form is `unread`, nothing may be done yet: as whom it was shown is not
    known."""

    def decorate(method: Method) -> Method:
        @declared(scope or Auth.MEMBER)
        @wraps(method)
        async def guarded(self: StaffHandler, *args: str) -> None:
            safe = self.request.method == "GET"
            if self.member is None or self.person is None or self.session is None:
                if not safe:
                    raise NotSignedIn
                return self.redirect(f"/admin/sign-in?{urlencode({'next': self.request.uri})}")
            if safe:
                await self.end_acting(self.session)
            elif not unread:
                self.check_acts_as(self.person, self.member, self.session)
            if scope:
                check_scope(self.member, scope)
            if not owing and (first := owed(self.person, self.member)):
                return self.see_other(OWED_AT[first])
            asks = fresh or (scope is not None and scope.needs_second_factor)
            if asks and not is_fresh(self.session, self.now):
                if not safe:
                    raise NotFresh
                return self.redirect(f"{CONFIRM_AT}?{urlencode({'next': self.request.uri})}")
            return await method(self, *args)

        return guarded

    return decorate
