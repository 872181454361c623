"""Pages: cookies, language, large text, templates; of citizens and of staff."""

from datetime import date, datetime
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any, cast
from urllib.parse import quote, urlencode, urlsplit

import tornado.locale
from tornado.routing import PathMatches

from handlers.web.base import BaseHandler, Nowhere, PageExpired, answers, safe_next
from handlers.web.bundle import address_of
from handlers.web.clocks import explained
from handlers.web.hours import hours_said
from handlers.web.protection import HOST, Cookie, cookie_name
from handlers.web.sentences import filled
from handlers.web.visitor import Auth, NotSignedIn, Visitor
from models.clocks import Clock
from models.database_trouble import DatabaseUnavailable
from models.errors import DomainError, Unauthenticated
from models.events import Channel
from models.materials.store import KeptFile
from models.people import OtherRole
from models.places import Hall
from models.workdays import local, local_date


class HtmlHandler(BaseHandler):
    """Pages: cookies, language, large text, templates. The browser keeps none, so going back asks again."""

    on_page: dict[str, Any]
    """What the page is made from, for its parts."""

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    @property
    def return_to(self) -> str:
        """The page to come back to: this page, or the page whose form was sent; if the browser does not name
        it, the form's own address, or what is nearest above it."""
        if self.request.method == "GET":
            return str(self.request.uri)
        sent_from = urlsplit(self.request.headers.get("Referer", ""))
        if sent_from.netloc in (urlsplit(self.services.site.base_url).netloc, self.request.host):
            return self.nearest(sent_from._replace(scheme="", netloc="", fragment="").geturl())
        return self.nearest(self.request.path)

    def nearest(self, page: str) -> str:
        """A page of this site that can be asked for: `page`, or where that is no such one, as an address to
        which only forms are sent, what is nearest above it."""
        page = safe_next(page)
        path = urlsplit(page).path
        while path != "/" and not self.opens(path):
            page = path = path.rpartition("/")[0] or "/"
        return page

    def opens(self, path: str) -> bool:
        """Whether something answers a GET of this path."""
        for rule in self.application.wildcard_router.rules:
            if isinstance(rule.matcher, PathMatches) and rule.matcher.regex.match(path):
                return answers(rule.target, "GET")
        return False

    @property
    def from_own_page(self) -> bool:
        """Whether the browser says that a page of this site sent the request."""
        headers = self.request.headers
        return (
            headers.get("Sec-Fetch-Site") == "same-origin"
            or headers.get("Origin") == self.services.site.origin
        )

    def send_file(self, kept: KeptFile, content: bytes) -> None:
        """Send an uploaded file. Its content is a stranger's: it has its checked type, may run nothing,
        and is shown in place only if it is a picture.
        """
        shown = "inline" if kept["media_type"].startswith("image/") else "attachment"
        self.set_header("Content-Type", kept["media_type"])
        policy = f"sandbox; default-src 'none'; frame-ancestors {self.framed_by}"
        self.set_header("Content-Security-Policy", policy)
        self.set_header("Cache-Control", "private, no-store")
        self.set_header("Content-Disposition", f"{shown}; filename*=UTF-8''{quote(kept['name'], safe='')}")
        self.finish(content)

    def cookie(self, cookie: Cookie) -> str:
        return cookie_name(self.services.site, cookie)

    def keep_cookie(self, cookie: Cookie, value: str, *, days: float | None = None) -> None:
        """Set a cookie; the page that this request is answered with knows it already."""
        cast(SimpleCookie, self.cookies).load({self.cookie(cookie): value})
        self.set_cookie(
            self.cookie(cookie),
            value,
            expires_days=days,
            httponly=True,
            secure=self.services.site.secure,
            samesite="Lax",
            path="/",
        )

    def drop_cookie(self, cookie: Cookie) -> None:
        """Under either name: a browser may have one from before the site was on https."""
        self.clear_cookie(cookie, path="/", httponly=True, secure=self.services.site.secure, samesite="Lax")
        self.clear_cookie(f"{HOST}{cookie}", path="/", httponly=True, secure=True, samesite="Lax")

    def get_user_locale(self) -> tornado.locale.Locale | None:
        chosen = self.get_cookie(self.cookie(Cookie.LANGUAGE))
        account = getattr(self, "account", None)
        code = chosen or (account or {}).get("language")
        return tornado.locale.get(code) if code else None

    @property
    def elder(self) -> bool:
        """Large text: the visitor's own preference."""
        chosen = self.get_cookie(self.cookie(Cookie.ELDER))
        return chosen == "1" if chosen else bool((getattr(self, "account", None) or {}).get("elder"))

    def show(self, template: str, **values: Any) -> None:
        """Render a page; `error` (a DomainError) among the values also sets the status."""
        error = values.get("error")
        if isinstance(error, DomainError):
            self.set_error_status(error)
        self.on_page = {"error": None, "given": {}, **values}
        self.render(template, **self.on_page)

    def given(self) -> dict[str, list[str]]:
        """What was filled in, to be shown again; a password never is."""
        hidden = ("_xsrf", "password", "current", "again")
        return {
            name: self.get_body_arguments(name) for name in self.request.body_arguments if name not in hidden
        }

    def get_template_namespace(self) -> dict[str, Any]:
        names: dict[str, Any] = super().get_template_namespace()
        return names | {
            "site": self.services.site,
            "elder": self.elder,
            "language": self.locale.code,
            "now": self.now,
            "text": self.text,
            "local": local,
            "day_due": self.day_due,
            "explained": self.explained,
            "counted": self.counted,
            "hours_of": self.hours_of,
            "expected_mark": self.expected_mark,
            "return_to": self.return_to,
            "request_id": self.request_id,
            "account": getattr(self, "account", None),
            "party": getattr(self, "party", None),
            "paired": "pairing" in (getattr(self, "session", None) or {}),
        }

    def expected_mark(self, day: date) -> str:
        """「预计」 before a computed day that the published calendar does not reach, else nothing."""
        return "" if self.services.calendar.certain(day) else f"{self.locale.translate('预计')} "

    def day_due(self, moment: datetime, pattern: str = "%Y-%m-%d") -> str:
        """A deadline in words."""
        return self.expected_mark(local_date(moment)) + local(moment, pattern)

    def hours_of(self, hall: Hall) -> str:
        """When a place is open, in the visitor's language."""
        return hours_said(hall.hours, self.locale.translate)

    def counted(self, text: str, count: int) -> str:
        """A sentence with one number in it, `{count}`."""
        return filled(self.locale, text, count=count)

    def explained(self, clock: Clock) -> str:
        """From when, how long, which pauses, until when."""
        return explained(clock, self.locale, self.services.calendar.certain)

    def static_url(self, path: str, include_host: bool | None = None, **kwargs: Any) -> str:  # noqa: ARG002
        return address_of(path)

    def see_other(self, path: str) -> None:
        """Redirect, after a change, to the page that shows it."""
        self.redirect(path, status=HTTPStatus.SEE_OTHER)


class PageHandler(HtmlHandler, Visitor):
    """A citizen's page."""

    session_cookie = Cookie.SESSION
    """In which the browser has the token of who is signed in."""

    @property
    def channel(self) -> Channel:
        """WeChat's browser names itself, on phones and on computers."""
        in_wechat = "MicroMessenger" in self.request.headers.get("User-Agent", "")
        return Channel.H5 if in_wechat else Channel.WEB

    async def token(self) -> str | None:
        return self.get_cookie(self.cookie(self.session_cookie))

    def turn_away(self, error: DomainError, page: str) -> None:
        if self.request.method != "GET":
            raise error
        self.redirect(f"{page}?{urlencode({'next': self.request.uri})}")

    def write_domain_error(self, error: DomainError) -> None:
        given, sign_in = self.typed(error), self.must_sign_in(error)
        if isinstance(error, PageExpired) and sign_in:
            error = NotSignedIn()
        self.show("citizen/error.html", error=error, given=given, sign_in=sign_in)

    def must_sign_in(self, error: DomainError) -> bool:
        """Whether signing in is the way on: also from an expired page, if the session went with it, as in a
        browser that was closed."""
        if isinstance(error, PageExpired) and not self.get_cookie(self.cookie(Cookie.SESSION)):
            method = getattr(self, str(self.request.method).lower())
            return getattr(method, "who", Auth.ANYONE) in (Auth.ACCOUNT, Auth.APPLICANT)
        return isinstance(error, Unauthenticated)

    def typed(self, error: DomainError) -> dict[str, list[str]] | None:
        """The form that could not be taken for want of a database, a session, a good token or the right role,
        so that it need not be filled in again; None if it holds a file, which cannot be put into a page.

        A form with a bad token is shown only if it came from a page of ours: sending it again is one touch.
        """
        sent = self.request.headers.get("Content-Type", "")
        wanting = isinstance(error, DatabaseUnavailable | Unauthenticated | OtherRole)
        expired = isinstance(error, PageExpired) and self.from_own_page
        form = sent.startswith("application/x-www-form-urlencoded")
        return self.given() if form and (wanting or expired) else None


class NotFoundPage(Nowhere, PageHandler):
    """Any path that no route knows."""
