"""Whatever is sent, the fault is never ours: no operation and no form answers 5xx to any input."""

import inspect
import json
import re
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import BaseModel
from tornado.httpclient import AsyncHTTPClient
from tornado.testing import bind_unused_port
from tornado.web import RequestHandler

from handlers import api as doors
from handlers.api.contract import Endpoint, Media, Operation
from models.events import Cause, Channel
from models.guides import ITEM_CODE
from models.staff import proof_of
from models.staff.scopes import Role
from tests.house.api import Service
from tests.house.guides import USCC
from tests.house.server import serving
from tests.house.staff import Post
from tests.house.town import citizen_app

ITEM = f"{USCC}{1:013}"
NOBODYS = "0" * 32
GOOD: dict[str, Any] = {
    "item": ITEM,
    "hall": "district",
    "start": "2026-12-01T01:00:00Z",
    "kind": "resident_id",
    "name": "王小明",
    "number": "11010519491231002X",
    "phone": "13800138000",
    "consent": True,
    "how": "courier",
    "address": "广州市番禺区桥南街1号",
    "promise": False,
    "credential_kind": "uscc",
    "credential": "enterprise:uscc",
    "level": 5,
    "tags": [],
}
"""What is right for a field of this name; "x" for any other."""

JSON = [
    *(b"null", b"NaN", b"9" * 5000, b'"\\u0000{0}{field}"', b'"\\ud800"', b'"\xed\xa0\x80"', b'["own"]'),
    *(b'[["\\ud800"]]', b'{"$gt": ""}', '"\u202e\u0663１３８"'.encode()),
    *(b'"0001-01-01T00:00:00+14:00"', b'"9999-12-31T23:59:59-14:00"'),
]
BODIES = [b"", b"\xff\xfe", b"[" * 50_000, b'{"a":' * 20_000, b'{"\\ud800": 1}', b'{"\\u0000": 1}', *JSON[:3]]
FORM = ["%00%7B0%7D", "%ED%A0%80", "9" * 5000, "0001-01-01", "9999-12-31", "0001-01-01T00:00:00%2B14:00"]
MULTIPART = "multipart/form-data; boundary=x"
UPLOADS = [
    (kind, f"--x\r\nContent-Disposition: form-data; {head}\r\n\r\nabc\r\n--x--\r\n".encode("latin-1"))
    for kind, head in (
        (MULTIPART, 'name="file"; filename="\xed\xa0\x80"'),
        (MULTIPART, "name=\"file\"; filename*=utf-8''%ff%00%ED%A0%80"),
        (MULTIPART, 'name="\xff"'),
        ("multipart/form-data; boundary=", 'name="file"; filename="a"'),
        ("\xff", 'name="file"; filename="a"'),
    )
]
FILE_NAMES = ["%ff", "%00", "%ED%A0%80", "../../etc/passwd", "a" * 5000, "%0d%0aX: y", "\xff"]
IF_MATCHES = ["", "*", '"', '"0"', f'"{"9" * 5000}"', 'W/"1", "2"', '"-1"', "\xff"]
COSTLY = ("/admin/sign-in",)
"""Each try costs the hash of a password."""
QUESTIONS = ("name", "phone", "address", "housing", "number")
LAST = (
    "/confirm",
    "/submission",
    "/withdraw",
    "/withdrawal",
    "/me/unbind",
    "/binding",
    "/session",
    "/kiosk/end",
    "/sign-out",
)
"""After which there is less to try, in this order."""


@dataclass
class Fuzz:
    """Somebody signed in everywhere, who sends anything."""

    api: Service
    token: str
    ids: dict[str, str]
    pages: str
    cookies: str
    routes: list[tuple[str, type[RequestHandler]]]
    faults: list[str] = field(default_factory=list)
    sent: int = 0

    async def send(self, method: str, url: str, body: bytes | None, **headers: str) -> None:
        self.sent += 1
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await AsyncHTTPClient().fetch(
            url, method=method, body=body, headers=given, raise_error=False, follow_redirects=False,
            allow_nonstandard_methods=True,
        )  # fmt: skip
        if answer.code >= 500:
            self.faults.append(f"{answer.code} {method} {url[:150]} {(body or b'')[:150]!r} {given}")

    async def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> None:
        await self.send(
            method, f"{self.api.url}/api/v1{path}", body, Authorization=f"Bearer {self.token}", **headers
        )

    async def hand_in(self, path: str, body: bytes, kind: str = "application/x-www-form-urlencoded") -> None:
        """`X-XSRFToken` stands for the field, so that it need not be inside what cannot be read."""
        token = self.cookies.partition("_xsrf=")[2]
        await self.send(
            "POST", self.pages + path, body, Cookie=self.cookies, X_XSRFToken=token, Content_Type=kind
        )


@pytest.fixture
async def fuzz(api: Service, request: pytest.FixtureRequest) -> AsyncIterator[Fuzz]:
    """As the person named by the parameter."""
    by = Cause("system", api.clock.now(), Channel.H5, "request-fuzz")
    client = await api.citizen(request.param)
    days = (await client.get(f"/halls/district/slots?item={ITEM}")).json["days"]
    slots = (await client.get(f"/halls/district/slots?item={ITEM}&day={days[1]}")).json["slots"]
    booked = await client.post(
        "/appointments", {"item": ITEM, "hall": "district", "start": slots[0]["start"]}
    )
    ids = {"application": await client.begin(ITEM), "appointment": booked.json["id"]}
    ids["visit"] = booked.json["visit"]
    session = await api.services.sessions.find(client.token, "account", by)
    assert session
    bound = bind_unused_port()
    url = f"http://127.0.0.1:{bound[1]}"
    services = replace(api.services, site=replace(api.services.site, base_url=url))
    member = await api.member(request.param, Post(tuple(Role), USCC))
    sessions = {
        "session": await services.sessions.open(session["subject"], by),
        "staff": await services.sessions.open(
            f"staff:{request.param}", by, proof_of(member["password_hash"])
        ),
    }
    xsrf = "2|01020304|00000000000000000000000000000000|1764000000"
    cookies = "; ".join([*(f"{name}={value}" for name, value in sessions.items()), f"_xsrf={xsrf}"])
    application = citizen_app(services)
    rules: list[Any] = application.wildcard_router.rules
    routes = [(rule.matcher.regex.pattern.removesuffix("$"), rule.target) for rule in rules]
    async with serving(application, bound):
        yield Fuzz(api, client.token, ids, url, cookies, routes)


def bodies(asks: type[BaseModel]) -> Iterator[bytes]:
    """One field wild at a time, then the whole."""
    good = {name: json.dumps(GOOD.get(name, "x")).encode() for name in asks.model_fields}
    for name in good:
        for value in JSON:
            wild = _answers(value) if name == "answers" else value
            yield b"{%s}" % b",".join(b'"%s":%s' % (n.encode(), v) for n, v in (good | {name: wild}).items())
    yield from BODIES


def _answers(value: bytes) -> bytes:
    names = ("name", "phone", "address", "housing", "number", "\\ud800" if value == b"null" else "a.b")
    return b"{%s}" % b",".join(b'"%s":%s' % (name.encode(), value) for name in names)


def rank(path: str) -> int:
    return next((place for place, end in enumerate(LAST, 1) if path.endswith(end)), 0)


async def try_operation(fuzz: Fuzz, endpoint: Endpoint, method: str, declared: Operation) -> None:
    parts = {"item": ITEM, "hall": "district", "agency": f"{NOBODYS}:{NOBODYS}", "code": "permit"}
    parts |= dict.fromkeys(("command", "decision"), NOBODYS)
    path, verb = endpoint.path.format(**parts, serial="2026", **fuzz.ids), method.upper()
    if isinstance(declared.asks, Media):
        for kind, body in UPLOADS:
            await fuzz.call(verb, path, body, Content_Type=kind)
        for name in FILE_NAMES:
            await fuzz.call(verb, path, b"%PDF-", Content_Type="application/pdf", X_File_Name=name)
    elif method == "get":
        names = list(declared.asks.model_fields) if declared.asks else []
        right = "&".join(f"{name}={GOOD[name]}" for name in names if name in GOOD)
        for query in [f"{name}={value}" for name in [*names, "%ff"] for value in FORM]:
            await fuzz.call("GET", f"{path}?{right}&{query}")
    elif declared.asks:
        for body in bodies(declared.asks):
            await fuzz.call(verb, path, body, **await fuzz.api.version(path))
        for wild in IF_MATCHES if declared.if_match else ():
            await fuzz.call(verb, path, body, If_Match=wild)
    else:
        await fuzz.call(verb, path, b"\xff")


@pytest.mark.parametrize("fuzz", ["wang"], indirect=True)
async def test_no_operation_breaks(fuzz: Fuzz) -> None:
    operations = [(each, m, declared) for each in doors.ENDPOINTS for m, declared in each.operations()]
    for endpoint, method, declared in sorted(operations, key=lambda each: rank(each[0].path)):
        await try_operation(fuzz, endpoint, method, declared)
        for name in re.findall(r"\{(\w+)\}", endpoint.path):
            for wild in ("%00", "%ED%A0%80"):
                path = endpoint.path.replace(f"{{{name}}}", wild)
                await fuzz.call(method.upper(), re.sub(r"\{\w+\}", NOBODYS, path), b"{}")
    assert fuzz.sent > 500
    assert fuzz.faults == []


PARAMETERS = {
    r"([0-9a-f]{32}:[0-9a-f]{32})": f"{NOBODYS}:{NOBODYS}",
    f"({ITEM_CODE})": ITEM,
    r"([a-z0-9_]+)": "permit",
    r"([\w-]{1,64})": "2026",
    "/?": "",
    r"\.": ".",
}
"""What to put in place of a part of a route's pattern."""


def address(fuzz: Fuzz, pattern: str) -> str:
    """A page's address with its parameters filled in, and the first of each choice."""
    for part, value in PARAMETERS.items():
        pattern = pattern.replace(part, value)
    pattern = re.sub(r"\(([a-z_]+)\|[a-z_|]+\)", r"\1", pattern)
    booked = "/appointments/" in pattern or "/visits/" in pattern
    return pattern.replace("([0-9a-f]{32})", fuzz.ids["appointment" if booked else "application"])


def names_in(handler: type[RequestHandler]) -> list[str]:
    """The fields that the handler reads, by schema or one by one."""
    module = sys.modules[handler.__module__]
    own = [each for each in handler.__mro__ if each.__module__ == module.__name__]
    source = "".join(inspect.getsource(each) for each in own)
    read = re.findall(r'get_(?:body|query)_arguments?\("(\w+)"', source)
    schemas = [getattr(module, name) for name in re.findall(r"self\.(?:form|query)\((\w+)\)", source)]
    return sorted({*read, *(name for schema in schemas for name in schema.model_fields)})


def fields_of(handler: type[RequestHandler], path: str) -> dict[str, str]:
    names = [*names_in(handler), *(QUESTIONS if path.endswith(("/form", "/draft", "/supplement")) else ())]
    return {name: quote(str(GOOD.get(name, "x"))) for name in names}


async def try_page(fuzz: Fuzz, handler: type[RequestHandler], path: str) -> None:
    """One field wild at a time, each in two of the ways, and files where none are expected."""
    fields, wild = fields_of(handler, path), FORM[:2] if path in COSTLY else FORM
    some = [(name, value) for at, name in enumerate(fields) for value in (wild * 2)[at % len(wild) :][:2]]
    if handler.post is RequestHandler.post:
        for query in [f"{name}={value}" for name, value in some] or [""]:
            await fuzz.send("GET", f"{fuzz.pages}{path}?{query}", None, Cookie=fuzz.cookies)
    else:
        await fuzz.send("GET", fuzz.pages + path, None, Cookie=fuzz.cookies)
        for changed in [{name: value} for name, value in some] or [{}]:
            body = "&".join(f"{name}={value}" for name, value in (fields | changed).items())
            await fuzz.hand_in(path, body.encode())
        for kind, content in UPLOADS:
            await fuzz.hand_in(path, content, kind)


@pytest.mark.parametrize("fuzz", ["liang"], indirect=True)
async def test_no_page_or_form_breaks(fuzz: Fuzz) -> None:
    pages = [(address(fuzz, pattern), handler) for pattern, handler in fuzz.routes]
    for path, handler in sorted(pages, key=lambda page: rank(page[0])):
        await try_page(fuzz, handler, path)
    assert fuzz.sent > 500
    assert fuzz.faults == []
