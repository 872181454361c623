"""What every handler shares: request id, clock, headers, input, and how an error becomes an answer."""

import re
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar, get_origin
from uuid import uuid4

import structlog
import tornado.locale
from prometheus_client import Histogram
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from tornado.web import HTTPError, RequestHandler

from handlers.web.protection import NOBODY, content_security_policy
from handlers.web.request_limits import LARGEST, too_large
from handlers.web.sentences import filled
from handlers.web.services import Services
from models.database_trouble import DatabaseUnavailable, is_trouble
from models.errors import BadInput, DomainError, Forbidden, NotFound, TooMany, Unavailable
from models.events import Cause, Channel


class InputInvalid(BadInput):
    code = "input_invalid"
    message = "填写内容有误或缺少：{field}"


class BadRequest(BadInput):
    code = "bad_request"
    message = "请求有误，请返回重试"


class PageExpired(Forbidden):
    """The form's token against forgery is missing or of another session."""

    code = "page_expired"
    message = "页面已过期，请再提交一次"


class PageNotFound(NotFound):
    code = "not_found"
    message = "没有找到您要的页面"


class MethodNotAllowed(DomainError):
    status = 405
    code = "method_not_allowed"
    message = "不支持这种操作"


class TooLarge(DomainError):
    status = 413
    code = "too_large"
    message = "提交的内容超过{limit}，请减少后再提交"


class InternalError(DomainError):
    status = 500
    code = "internal_error"
    message = "系统繁忙，请稍后再试"


log = structlog.get_logger()
SECONDS = Histogram("panyu_request_seconds", "Time to answer a request", ["handler", "method", "status"])
REQUEST_ID = re.compile("[0-9A-Za-z_-]{8,64}")

Schema = TypeVar("Schema", bound=BaseModel)


SAFE = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""


class BaseHandler(RequestHandler):
    """Request id, clock, security headers, errors."""

    needs_database = True
    largest_body: ClassVar[int] = LARGEST
    """Bytes of a request's body; see `handlers.web.request_limits`."""
    body_seconds: ClassVar[float | None] = None
    """For the whole body to arrive, where it is not the server's own time."""
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
        if limit := too_large(self.request):
            raise TooLarge(limit=in_words(limit))
        theirs = self.request.headers.get("X-Request-Id", "")
        if REQUEST_ID.fullmatch(theirs):
            structlog.contextvars.bind_contextvars(outside_request=theirs)
        if self.needs_database and self.services.database.lost:
            raise DatabaseUnavailable

    @property
    def framed_by(self) -> str:
        """Who may show the page in a frame, as a CSP source list."""
        return self.services.site.frame_ancestors

    @property
    def forms_lead_to(self) -> str:
        """Origins besides our own to which a form may lead, as a CSP source list."""
        return ""

    @property
    def channel(self) -> Channel:
        """Through which door the request comes."""
        raise NotImplementedError(f"{type(self).__name__} says which door it is")

    @property
    def address(self) -> str:
        """From where the request comes; it is counted, and kept nowhere in the clear."""
        return str(self.request.remote_ip)

    def cause(self, actor: str = "system") -> Cause:
        """Who and when, for the stores; `actor` is `account:<id>`, `applicant:<id>` or `staff:<name>`."""
        return Cause(actor, self.now, self.channel, self.request_id)

    def shown_version(self) -> str:
        """The version of what is described (guides, departments, places) that is shown; the answer names it.
        To be asked for before anything of it is read; "" while the process does not know it."""
        version = self.services.shown.version
        if version:
            self.set_header("Shown-Version", version)
        return version

    def set_default_headers(self) -> None:
        if not hasattr(self, "request_id"):
            self.begin()
        self.set_header("X-Request-Id", self.request_id)
        self.clear_header("Server")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        self.set_header("Permissions-Policy", "camera=(), microphone=(), payment=()")
        policy = content_security_policy(self.framed_by, self.forms_lead_to)
        self.set_header("Content-Security-Policy", policy)
        if self.framed_by == NOBODY:  # for browsers that do not know frame-ancestors
            self.set_header("X-Frame-Options", "DENY")
        if self.services.site.secure:
            self.set_header("Strict-Transport-Security", "max-age=31536000; includeSubDomains")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        if limit := too_large(self.request):  # any other fault comes of the body that was cut short
            error = TooLarge(limit=in_words(limit))
        if not isinstance(error, DomainError):
            self.services.database.note(error)
            error = _as_domain_error(status_code, error)
        self.set_error_status(error)
        self.write_domain_error(error)

    def set_error_status(self, error: DomainError) -> None:
        self.set_status(error.status)
        if isinstance(error, TooMany | Unavailable):
            self.set_header("Retry-After", str(error.retry_after))
        if isinstance(error, MethodNotAllowed):
            self.set_header("Allow", ", ".join(self.methods()))

    @classmethod
    def methods(cls) -> list[str]:
        """Those that this address answers."""
        return sorted(method for method in cls.SUPPORTED_METHODS if answers(cls, method))

    def write_domain_error(self, error: DomainError) -> None:
        raise NotImplementedError(f"{type(self).__name__} says how it shows {error.code}")

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if is_trouble(value):
            log.warning("database_trouble", handler=type(self).__name__, error=type(value).__name__)
        elif not isinstance(value, DomainError | HTTPError):
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
        return filled(self.locale, error.message, **values)

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
        """The query string as `schema`; a field that is a list may be there several times."""
        fields = {field.alias or name: field for name, field in schema.model_fields.items()}
        found = {
            name: self.get_query_arguments(name)
            if get_origin(field.annotation) is list
            else self.get_query_argument(name, "")
            for name, field in fields.items()
        }
        return parse(schema, {name: value for name, value in found.items() if value not in ("", [])})


def answers(handler: type[RequestHandler], method: str) -> bool:
    """Whether a handler has something to say to this method."""
    return getattr(handler, method.lower()) is not getattr(RequestHandler, method.lower())


class Nowhere(BaseHandler):
    """An address that no route knows; inherited before the handler that shows the errors of a part of the
    site."""

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
        raise misfilled(error) from None


def misfilled(error: ValidationError) -> InputInvalid:
    """It names the first field at fault, or the whole `body` where that is of another kind."""
    return InputInvalid(field=".".join(str(part) for part in first_fault(error)["loc"]) or "body")


def first_fault(error: ValidationError) -> ErrorDetails:
    """The first fault; there may be as many as there were values, and pydantic makes all of them or none."""
    return error.errors(include_url=False, include_context=False, include_input=False)[0]


def in_words(size: int) -> str:
    """A number of bytes, for people."""
    return f"{size // 1024**2} MB" if size >= 1024**2 else f"{size // 1024} KB"


def safe_next(path: str) -> str:
    """A path on this site; anything else becomes the home page (no open redirects, and no controls, which no
    header holds)."""
    return path if re.fullmatch(r"/(?![/\\])[^\s\\\x00-\x1f\x7f]*", path) else "/"


HTTP_ERRORS: Mapping[int, type[DomainError]] = {
    error.status: error for error in (BadRequest, PageExpired, PageNotFound, MethodNotAllowed)
}
"""The errors for what Tornado itself refuses, by status."""


def _as_domain_error(status: int, error: BaseException | None) -> DomainError:
    if is_trouble(error):
        return DatabaseUnavailable()
    known = HTTP_ERRORS.get(status) if isinstance(error, HTTPError) else None
    return (known or InternalError)()
