"""What every handler shares: who asks, in which language, and how an error becomes an answer."""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar, get_origin
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import structlog
import tornado.locale
from prometheus_client import Histogram
from pydantic import BaseModel, ValidationError
from tornado.web import HTTPError, RequestHandler

from handlers.protection import content_security_policy, cookie_name
from handlers.services import Services
from models.errors import BadInput, DomainError, Forbidden, InvalidForm, TooMany, Unauthenticated
from models.events import Cause, Channel
from models.parties import Party
from models.staff import check_scope
from models.store import Document
from models.workdays import PANYU

log = structlog.get_logger()
SECONDS = Histogram("panyu_request_seconds", "Time to answer a request", ["handler", "method", "status"])
REQUEST_ID = re.compile("[0-9A-Za-z_-]{8,64}")
SAFE = frozenset({"GET", "HEAD"})
SIGN_IN_FIRST = Unauthenticated("not_signed_in", "请先登录")
BIND_FIRST = Forbidden("not_bound", "请先完成实名认证")

Method = Callable[..., Awaitable[None]]
Schema = TypeVar("Schema", bound=BaseModel)


class BaseHandler(RequestHandler):
    """Request id, clock, security headers, errors."""

    channel: ClassVar[Channel] = Channel.WECHAT
    request_id: str

    @property
    def services(self) -> Services:
        services: Services = self.settings["services"]
        return services

    def begin(self) -> None:
        """Once a request, before anything can be refused: its id and its time."""
        self.request_id = uuid4().hex
        self.now: datetime = self.services.clock()

    async def prepare(self) -> None:
        structlog.contextvars.bind_contextvars(request=self.request_id)
        theirs = self.request.headers.get("X-Request-Id", "")
        if REQUEST_ID.fullmatch(theirs):
            structlog.contextvars.bind_contextvars(outside_request=theirs)

    def cause(self, actor: str = "system") -> Cause:
        """Who and when, for the stores; `actor` is `account:<id>`, `applicant:<id>` or `staff:<name>`."""
        return Cause(actor, self.now, self.channel, self.request_id)

    def set_default_headers(self) -> None:
        if not hasattr(self, "request_id"):
            self.begin()
        self.set_header("X-Request-Id", self.request_id)
        self.clear_header("Server")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        self.set_header("Permissions-Policy", "camera=(), microphone=(), payment=()")
        self.set_header(
            "Content-Security-Policy", content_security_policy(self.services.site.frame_ancestors)
        )
        if self.services.site.secure:
            self.set_header("Strict-Transport-Security", "max-age=31536000; includeSubDomains")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        if not isinstance(error, DomainError):
            error = _as_domain_error(status_code, error)
        self.set_status(error.status)
        if isinstance(error, TooMany):
            self.set_header("Retry-After", str(error.retry_after))
        self.write_domain_error(error)

    def write_domain_error(self, error: DomainError) -> None:
        raise NotImplementedError(f"{type(self).__name__} says how it shows {error.code}")

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if not isinstance(value, DomainError | HTTPError):
            log.error("request_failed", handler=type(self).__name__, exc_info=(typ, value, tb))

    def on_finish(self) -> None:
        method = self.request.method if self.request.method in self.SUPPORTED_METHODS else "other"
        SECONDS.labels(type(self).__name__, method, self.get_status()).observe(self.request.request_time())

    def get_browser_locale(self, default: str = "zh_CN") -> tornado.locale.Locale:
        """Chinese, unless Accept-Language asks for a language that we have."""
        return super().get_browser_locale(default)

    def text(self, error: DomainError) -> str:
        """The error's sentence in the visitor's language, with the words that fill it."""
        translate = self.locale.translate
        values = {
            name: translate(value) if isinstance(value, str) and value else value
            for name, value in error.values.items()
        }
        return str(translate(error.message)).format(**values)

    def form(self, schema: type[Schema]) -> Schema:
        """The submitted form as `schema`.

        Raises:
            BadInput: `input_invalid`, naming the first field at fault.
        """
        given: dict[str, Any] = {}
        for name, field in schema.model_fields.items():
            values = self.get_body_arguments(field.alias or name)
            if values:
                many = get_origin(field.annotation) in (list, set, frozenset)
                given[field.alias or name] = values if many else values[-1]
        return parse(schema, given)

    def query(self, schema: type[Schema]) -> Schema:
        """The query string as `schema`."""
        names = {field.alias or name for name, field in schema.model_fields.items()}
        return parse(schema, {n: v for n in names if (v := self.get_query_argument(n, "")) != ""})


class Visitor(BaseHandler):
    """A handler that may know the account and for whom it acts."""

    account: Document | None = None
    party: Party | None = None

    async def token(self) -> str | None:
        raise NotImplementedError

    async def prepare(self) -> None:
        await super().prepare()
        token = await self.token()
        session = token and await self.services.sessions.find(token, "account", self.cause())
        if session:
            self.account = await self.services.accounts.get(session["subject"].removeprefix("account:"))

    def signed_in_account(self) -> Document:
        if self.account is None:
            raise SIGN_IN_FIRST
        return self.account

    def by_account(self) -> Cause:
        return self.cause(f"account:{self.signed_in_account()['_id']}")

    async def find_party(self) -> Party | None:
        """The applicant for whom the account acts: its own person, or a body it is an agent of."""
        account = self.signed_in_account()
        person = await self.services.applicants.of_account(account["_id"])
        if person is None:
            return None
        if not (body := account.get("acting")):
            return Party(person, person, account["_id"])
        return Party(await self.services.binding.acting(person, body), person, account["_id"])

    def bound_party(self) -> Party:
        if self.party is None:
            raise BIND_FIRST
        return self.party

    def by_party(self) -> Cause:
        return self.cause(f"applicant:{self.bound_party().agent['_id']}")

    def turn_away(self, error: DomainError, page: str) -> None:  # noqa: ARG002
        """Answer somebody who must first go to `page`; the default is the error itself."""
        raise error


def signed_in(method: Method) -> Method:
    """Only for a visitor whose account is known."""

    @wraps(method)
    async def guarded(self: Visitor, *args: str) -> None:
        if self.account is None:
            return self.turn_away(SIGN_IN_FIRST, "/sign-in")
        return await method(self, *args)

    return guarded


def bound(method: Method) -> Method:
    """Only for a visitor bound by the real name (article 7); `self.party` is set.

    Who is no longer an agent of the body acts for themselves from now on; what was to be done for the body
    is not done for them instead.
    """

    @wraps(method)
    async def guarded(self: Visitor, *args: str) -> None:
        if self.account is None:
            return self.turn_away(SIGN_IN_FIRST, "/sign-in")
        try:
            self.party = await self.find_party()
        except Forbidden:
            await self.services.accounts.act_for(self.account["_id"], None, self.by_account())
            self.account["acting"] = None
            if self.request.method not in SAFE:
                raise
            self.party = await self.find_party()
        if self.party is None:
            return self.turn_away(BIND_FIRST, "/binding")
        return await method(self, *args)

    return guarded


class HtmlHandler(BaseHandler):
    """Pages: cookies, language, large text, templates. The browser keeps none, so going back asks again."""

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    @property
    def here(self) -> str:
        """The page to come back to: this one, or the one whose form was sent."""
        if self.request.method == "GET":
            return str(self.request.uri)
        sent_from = urlsplit(self.request.headers.get("Referer", ""))
        return safe_next(sent_from._replace(scheme="", netloc="", fragment="").geturl())

    def cookie(self, name: str) -> str:
        return cookie_name(self.services.site, name)

    def keep_cookie(self, name: str, value: str, *, days: float | None = None) -> None:
        self.set_cookie(
            self.cookie(name),
            value,
            expires_days=days,
            httponly=True,
            secure=self.services.site.secure,
            samesite="Lax",
            path="/",
        )

    def drop_cookie(self, name: str) -> None:
        self.clear_cookie(
            self.cookie(name), path="/", httponly=True, secure=self.services.site.secure, samesite="Lax"
        )

    def get_user_locale(self) -> tornado.locale.Locale | None:
        chosen = self.get_cookie(self.cookie("language"))
        account = getattr(self, "account", None)
        code = chosen or (account or {}).get("language")
        return tornado.locale.get(code) if code else None

    @property
    def elder(self) -> bool:
        """Large text: the visitor's own preference."""
        chosen = self.get_cookie(self.cookie("elder"))
        return chosen == "1" if chosen else bool((getattr(self, "account", None) or {}).get("elder"))

    def show(self, template: str, **values: Any) -> None:
        """Render a page; `error` (a DomainError) among the values also sets the status."""
        error = values.get("error")
        if isinstance(error, DomainError):
            self.set_status(error.status)
        self.render(template, **{"error": None, "given": {}, **values})

    def get_template_namespace(self) -> dict[str, Any]:
        names: dict[str, Any] = super().get_template_namespace()
        return names | {
            "site": self.services.site,
            "elder": self.elder,
            "language": self.locale.code,
            "now": self.now,
            "text": self.text,
            "local": local,
            "here": self.here,
            "request_id": self.request_id,
            "account": getattr(self, "account", None),
            "party": getattr(self, "party", None),
        }

    def see_other(self, path: str) -> None:
        """After a change: go and look at it."""
        self.redirect(path, status=HTTPStatus.SEE_OTHER)

    def write_domain_error(self, error: DomainError) -> None:
        self.show("error.html", error=error)


class PageHandler(HtmlHandler, Visitor):
    """A citizen's page."""

    async def token(self) -> str | None:
        return self.get_cookie(self.cookie("session"))

    def turn_away(self, error: DomainError, page: str) -> None:
        if self.request.method != "GET":
            raise error
        self.redirect(f"{page}?{urlencode({'next': self.request.uri})}")


class StaffHandler(HtmlHandler):
    """A page of the panel; `self.member` is the staff member, where signed in."""

    channel = Channel.WINDOW
    member: Document | None = None

    async def prepare(self) -> None:
        await super().prepare()
        token = self.get_cookie(self.cookie("staff"))
        session = token and await self.services.sessions.find(token, "staff", self.cause())
        if session:
            self.member = await self.services.staff.get(session["subject"].removeprefix("staff:"))

    def by_member(self) -> Cause:
        if self.member is None:
            raise SIGN_IN_FIRST
        return self.cause(f"staff:{self.member['_id']}")


def needs(scope: str | None = None) -> Callable[[Method], Method]:
    """Only for staff who are signed in and whose roles carry `scope`."""

    def decorate(method: Method) -> Method:
        @wraps(method)
        async def guarded(self: StaffHandler, *args: str) -> None:
            if self.member is None:
                if self.request.method != "GET":
                    raise SIGN_IN_FIRST
                return self.redirect(f"/admin/sign-in?{urlencode({'next': self.request.uri})}")
            if scope:
                check_scope(self.member, scope)
            return await method(self, *args)

        return guarded

    return decorate


class ApiHandler(Visitor):
    """JSON for the mini-program and other clients; a bearer token says who asks."""

    channel = Channel.MINIPROGRAM

    async def token(self) -> str | None:
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else None

    def check_xsrf_cookie(self) -> None:
        """No cookie signs anybody in here, so no other site can borrow one."""

    def body(self, schema: type[Schema]) -> Schema:
        """The JSON body as `schema`.

        Raises:
            BadInput: `json_invalid` or `input_invalid`.
        """
        try:
            return schema.model_validate_json(self.request.body or b"{}")
        except ValidationError as error:
            if error.errors()[0]["type"] == "json_invalid":
                raise BadInput("json_invalid", "请求内容不是有效的JSON") from None
            raise _misfilled(error) from None

    def reply(self, value: Any, status: int = HTTPStatus.OK) -> None:
        """`value` is a dict, or a pydantic model."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        if isinstance(value, BaseModel):
            self.finish(value.model_dump_json())
        else:
            self.finish(json.dumps(value, ensure_ascii=False, default=_jsonable))

    def write_domain_error(self, error: DomainError) -> None:
        details: dict[str, Any] = {"code": error.code, "message": self.text(error)}
        if isinstance(error, BadInput) and error.field:
            details["field"] = error.field
        if isinstance(error, InvalidForm):
            details["fields"] = {name: self.text(fault) for name, fault in error.faults.items()}
        self.reply({"error": details, "request": self.request_id}, error.status)


class NotFoundPage(PageHandler):
    """Any path that no route knows."""

    async def prepare(self) -> None:
        await super().prepare()
        raise HTTPError(HTTPStatus.NOT_FOUND)


def parse(schema: type[Schema], given: Any) -> Schema:
    """
    Raises:
        BadInput: `input_invalid`.
    """
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        raise _misfilled(error) from None


def _misfilled(error: ValidationError) -> BadInput:
    field = ".".join(str(part) for part in error.errors()[0]["loc"])
    return BadInput("input_invalid", "填写内容有误或缺少：{field}", field=field)


def local(moment: datetime, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """A stored time as people in Panyu write it."""
    return moment.astimezone(PANYU).strftime(pattern)


def safe_next(path: str) -> str:
    """A path on this site; anything else becomes the home page (no open redirects)."""
    return path if re.fullmatch(r"/(?![/\\])[^\s\\]*", path) else "/"


def _jsonable(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON")


HTTP_ERRORS = {
    400: ("bad_request", "请求有误，请返回重试"),
    403: ("page_expired", "页面已过期，请返回刷新后重试"),
    404: ("not_found", "没有找到您要的页面"),
    405: ("method_not_allowed", "不支持这种操作"),
    413: ("too_large", "提交的内容过大"),
}


def _as_domain_error(status: int, error: BaseException | None) -> DomainError:
    status = status if isinstance(error, HTTPError) else 500
    code, message = HTTP_ERRORS.get(status, ("internal_error", "系统繁忙，请稍后再试"))
    answer = DomainError(code, message)
    answer.status = status
    return answer
