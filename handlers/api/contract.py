"""How an endpoint is declared. One declaration drives it and describes it, so that they cannot differ.

    class AppointmentsResource(Resource):
        @operation("Book a slot", auth=Auth.APPLICANT, asks=Booking, answers=Appointment, status=201,
                   errors=[SlotFull])
        async def post(self, asked: Booking) -> Appointment: ...

    ENDPOINTS = [Endpoint("/appointments", AppointmentsResource)]

What is asked (the query of a GET, else the JSON body) follows the arguments of the path; the version that
`If-Match` names, where the operation is for one version only (`if_match`), is the last argument.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial, wraps
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

import tornado.locale
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SerializationInfo,
    WithJsonSchema,
)

from handlers.web.base import SAFE, BadRequest, InputInvalid, Nowhere, PageNotFound, TooLarge
from handlers.web.devices import of_device
from handlers.web.hours import Say, hours_said
from handlers.web.jsonapi import ApiHandler, JsonInvalid, PreconditionRequired, TooManyValues
from handlers.web.names import english_names
from handlers.web.uploads import FileMissing, UploadsBusy
from handlers.web.visitor import Auth, Method, NotBound, NotSignedIn, bound, signed_in
from models.applications import DraftChanged
from models.database_trouble import DatabaseUnavailable
from models.errors import DomainError, Unauthenticated
from models.guides import ITEM_CODE
from models.kiosks import DeviceClockStale, DeviceRefused, DeviceUnsigned, KeyRevoked, SignatureInvalid
from models.people import ApplicantKind, NotTheirs, OtherRole
from models.people.binding import NotAgent
from models.places import Week
from models.store import PageUnknown
from models.workdays import local_date

PREFIX = "/api/v1"
IF_MATCH = r'(?:W/)?"([0-9]{1,9})"'
METHODS = ("get", "post", "put", "patch", "delete")
HEX = "[0-9a-f]{32}"
PARAMETERS = {
    "item": ITEM_CODE,
    "hall": "[a-z0-9-]{1,64}",
    "agency": f"{HEX}(?::|%3[Aa]){HEX}",
    "appointment": HEX,
    "visit": HEX,
    "application": HEX,
    "decision": HEX,
    "command": HEX,
    "code": "[a-z0-9_]{1,64}",
    "serial": "[^/?#]{1,600}",
}
"""What each part of a path looks like."""

T = TypeVar("T")


class Asked(BaseModel):
    """What a client sends; a name that we do not know is an error, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """What a client gets: these fields and no others, whatever the document holds.

    One that is validated from an object of `models/` copies the fields that it names.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


def _in_language(text: str, info: SerializationInfo) -> str:
    return str(info.context["translate"](text)) if text and info.context else text


Said = Annotated[str, PlainSerializer(_in_language, return_type=str)]
"""Words of ours or of a guide, kept in Chinese; who asks for English gets it where it is known."""


def _in_words(hours: Any) -> Callable[[Say], str]:
    return partial(hours_said, hours) if isinstance(hours, Week) else lambda _say: str(hours)


def _hours_in_language(said: Callable[[Say], str], info: SerializationInfo) -> str:
    return said(info.context["translate"] if info.context else str)


SaidHours = Annotated[
    Callable[[Say], str],
    BeforeValidator(_in_words),
    PlainSerializer(_hours_in_language, return_type=str),
    WithJsonSchema({"type": "string"}),
]
"""When a place is open in a usual week: a client reads it in words of the language that was asked for."""


class Versioned(Answer):
    """What changes by versions; `ETag` is the version in quotes."""

    version: int = Field(description="grows with every change; `If-Match` asks for it, in quotes")


Expected = Annotated[
    bool,
    Field(description="「预计」: the published calendar does not reach that date yet; it may move"),
]


class PageQuery(Asked):
    limit: int = Field(20, ge=1, le=100)
    after: str = Field("", max_length=64, description="`next` of the page before")


class ActAs(Answer):
    body: str | None = Field(description="what `PUT /me/acting` takes; null for oneself")
    name: str = Field(description="a body's as registered, one's own masked")
    kind: ApplicantKind


class Fault(Answer):
    code: str = Field(description="stable, for programs")
    message: str = Field(description="for people, in the language asked for")
    field: str | None = Field(None, description="the part of the request at fault")
    fields: dict[str, str] | None = Field(None, description="what is wrong with each answer of a form")
    version: int | None = Field(None, description="of `draft_changed`: that of what is kept now")
    application: str | None = Field(None, description="of `already_under_way`: id of the one there is")
    serial: str | None = Field(None, description="of `already_under_way`: that of the one there is")
    until: datetime | None = Field(
        None, description="of `blacklisted`: the moment from which one may apply online again"
    )
    acting: list[ActAs] | None = Field(
        None,
        description="by `PUT /me/acting`; of `not_for_applicant`: for whom else the person may do it, of"
        " `other_role`: whose it is",
    )


class Failure(Answer):
    """Every answer that is not 2xx."""

    error: Fault
    request: str = Field(description="id of the request, to quote when asking for help")


@dataclass(frozen=True)
class Media:
    """A body that is a file, of one of these media types."""

    types: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)


Declared = Callable[[Callable[..., Awaitable[Any]]], Method]
"""What declares a method of a resource, as its decorator."""


@dataclass(frozen=True)
class File:
    content: bytes
    media_type: str
    name: str = ""


def _unguarded(method: Method) -> Method:
    return method


GUARDS: Mapping[Auth, Callable[[Method], Method]] = {
    Auth.ANYONE: _unguarded,
    Auth.ACCOUNT: signed_in,
    Auth.APPLICANT: bound,
    Auth.DEVICE: of_device,
}


AUTH_ERRORS: Mapping[Auth, Sequence[type[DomainError]]] = {
    Auth.ANYONE: (),
    Auth.ACCOUNT: (NotSignedIn,),
    Auth.APPLICANT: (NotSignedIn, NotBound),
    Auth.DEVICE: (DeviceUnsigned, DeviceClockStale, SignatureInvalid, KeyRevoked),
}


BODY_ERRORS = (InputInvalid, JsonInvalid, TooManyValues)
FILE_ERRORS = (BadRequest, FileMissing, UploadsBusy)


@dataclass(frozen=True)
class Operation:
    """`errors` are those besides the ones that follow from `auth` and `asks`, and those of every
    operation."""

    summary: str
    auth: Auth
    asks: type[BaseModel] | Media | None
    answers: type[BaseModel] | Media | None
    status: int
    errors: Sequence[type[DomainError]]
    if_match: bool

    def all_errors(self, method: str, path: str) -> dict[int, list[str]]:
        """Status → codes, in order; `path` is that of its endpoint."""
        kinds: list[type[DomainError]] = [*self.errors, *AUTH_ERRORS[self.auth], DatabaseUnavailable]
        if "{" in path:  # a part that does not look as `PARAMETERS` says
            kinds.append(PageNotFound)
        if method != "get":
            kinds.append(TooLarge)
        if self.auth is Auth.APPLICANT and method != "get":
            kinds.append(NotAgent)
        if any(issubclass(kind, NotTheirs) for kind in self.errors):
            kinds.append(OtherRole)
        if isinstance(self.asks, type):
            kinds += (InputInvalid,) if method == "get" else BODY_ERRORS
        if isinstance(self.asks, Media):
            kinds += FILE_ERRORS
        if self.if_match:
            kinds += [DraftChanged, PreconditionRequired]
        found: dict[int, list[str]] = {}
        for kind in kinds:
            codes = found.setdefault(kind.status, [])
            if kind.code not in codes:
                codes.append(kind.code)
        return dict(sorted(found.items()))


class Resource(ApiHandler):
    """One address of the API; `endpoints` are all of them."""

    def initialize(self, endpoints: "Sequence[Endpoint]") -> None:
        self.endpoints = endpoints

    def get_user_locale(self) -> tornado.locale.Locale | None:
        """The account's own language; without one, Accept-Language decides."""
        code = self.account.get("language") if self.account else None
        return tornado.locale.get(code) if code else None

    async def head(self, *args: str) -> None:
        """What GET answers, without its body."""
        if answering := self.get(*args):
            await answering

    @classmethod
    def methods(cls) -> list[str]:
        found = super().methods()
        return found if "GET" in found else [method for method in found if method != "HEAD"]

    def write_domain_error(self, error: DomainError) -> None:
        if isinstance(error, Unauthenticated):
            self.set_header("WWW-Authenticate", "Device" if isinstance(error, DeviceRefused) else "Bearer")
        if isinstance(error, DraftChanged):
            self.tag(error.version)
        super().write_domain_error(error)

    async def names(self, *documents: Mapping[str, Any]) -> dict[str, str]:
        """In English the names of the guides of these documents and of all halls and departments, by code."""
        return await english_names(self.services, *documents) if self.locale.code == "en" else {}

    def expects(self, due: datetime | None) -> bool:
        """Whether a deadline is only `Expected`."""
        return due is not None and not self.services.calendar.certain(local_date(due))

    def asked(self, schema: type[BaseModel]) -> BaseModel:
        if self.request.method not in SAFE:
            return self.body(schema)
        unknown = sorted(set(self.request.query_arguments) - set(schema.model_fields))
        if unknown:
            raise InputInvalid(field=unknown[0])
        return self.query(schema)

    def version_asked(self) -> int:
        """The version that the request is for.

        Raises:
            PreconditionRequired: `If-Match` names none.
        """
        named = re.fullmatch(IF_MATCH, self.request.headers.get("If-Match", "").strip(), re.ASCII)
        if not named:
            raise PreconditionRequired
        return int(named[1])

    def tag(self, version: int) -> None:
        self.set_header("ETag", f'"{version}"')

    def compute_etag(self) -> str | None:
        """The `ETag` of a body without a version: a hash of it."""
        return None if "ETag" in self._headers else super().compute_etag()

    def answer(self, value: BaseModel | File | None, declared: Operation) -> None:
        if isinstance(value, File):
            return self.send(value, declared.status)
        if value is None:
            self.set_status(declared.status)
            self.clear_header("Content-Type")
            self.finish()
            return None
        if not (isinstance(declared.answers, type) and isinstance(value, declared.answers)):
            raise TypeError(
                f"{type(self).__name__} answers {type(value).__name__}, which it does not declare"
            )
        if isinstance(value, Versioned):
            self.tag(value.version)
        return self.reply(value, declared.status)

    def send(self, file: File, status: int) -> None:
        """Send a file. It may be a stranger's: it has its checked type, and may run nothing."""
        self.set_status(status)
        self.set_header("Content-Type", file.media_type)
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
        self.set_header("Cache-Control", "private, no-store")
        if file.name:
            name = quote(file.name, safe="")
            self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{name}")
        self.finish(file.content)


class Unknown(Nowhere, Resource):
    """Any address under the prefix that is not declared."""


def operation(
    summary: str,
    *,
    auth: Auth = Auth.ANYONE,
    asks: type[BaseModel] | Media | None = None,
    answers: type[BaseModel] | Media | None = None,
    status: int | None = None,
    errors: Sequence[type[DomainError]] = (),
    if_match: bool = False,
) -> Declared:
    """Declare one method of a resource; without `answers` it replies 204."""
    declared = Operation(summary, auth, asks, answers, status or (200 if answers else 204), errors, if_match)

    def decorate(method: Callable[..., Awaitable[Any]]) -> Method:
        @wraps(method)
        async def answered(self: Resource, *args: str) -> None:
            asked = (self.asked(asks),) if isinstance(asks, type) else ()
            version = (self.version_asked(),) if if_match else ()
            self.answer(await method(self, *args, *asked, *version), declared)

        guarded = GUARDS[auth](answered)
        setattr(guarded, "operation", declared)  # noqa: B010 - a function has no such attribute to mypy
        return guarded

    return decorate


@dataclass(frozen=True)
class Endpoint:
    """`path` is below the prefix, with its parameters in braces."""

    path: str
    handler: type[Resource]

    @property
    def pattern(self) -> str:
        """The route's regular expression."""
        parts = re.split(r"\{(\w+)\}", PREFIX + self.path)
        return "".join(f"({PARAMETERS[part]})" if n % 2 else re.escape(part) for n, part in enumerate(parts))

    def operations(self) -> Iterator[tuple[str, Operation]]:
        for method in METHODS:
            declared = getattr(getattr(self.handler, method), "operation", None)
            if isinstance(declared, Operation):
                yield method, declared


def page(found: Sequence[T], key: Callable[[T], str], asked: PageQuery) -> tuple[Sequence[T], str | None]:
    """The part of `found` after the one named, and the key that the next page begins after, if any is left.

    Raises:
        BadInput: `page_unknown`.
    """
    keys = [key(each) for each in found]
    if asked.after and asked.after not in keys:
        raise PageUnknown
    begin = keys.index(asked.after) + 1 if asked.after else 0
    end = begin + asked.limit
    return found[begin:end], keys[end - 1] if end < len(found) else None
