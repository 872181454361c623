"""A visitor's browser, small: cookies, forms, uploads; and the site that it visits, over real HTTP."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import tornado.locale
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application

from handlers.routes import PAGES
from handlers.web import assets
from handlers.web.html import NotFoundPage
from handlers.web.protection import form_tokens
from handlers.web.request_limits import ANY, BoundedApplication
from handlers.web.services import Services
from handlers.web.site import Site
from models.errors import Unauthenticated
from models.events import Cause, Channel
from models.guides import Department, Guide
from models.guides.publishing import Publishing
from models.people.credentials import CredentialKind
from models.people.verification import BodyVerdict, PlatformUser, Verdict
from models.places import Hall
from models.privacy import Privacy
from models.store import Database
from models.stores import assemble
from models.workdays import Workdays
from tests.conftest import ROOMY, Clock
from tests.handlers.guides import USCC, a_guide


class CodeInvalid(Unauthenticated):
    code = "code_invalid"
    message = "登录已失效，请重新登录"


ROOT = Path(__file__).parents[2]
PHONE = "13800138000"
A_WHILE = timedelta(seconds=61)
SERIALS = count(1)
Fields = dict[str, str | list[str]]


class Codes:
    """WeChat's codes: `openid` of whoever agreed, each good once."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}

    def agree(self, openid: str) -> str:
        code = uuid4().hex
        self.codes[code] = openid
        return code

    async def exchange(self, code: str) -> PlatformUser:
        if code not in self.codes:
            raise CodeInvalid
        return PlatformUser(self.codes.pop(code))

    miniprogram_session = exchange


class Register:
    """Knows everybody, except for the number that it is told to doubt."""

    doubted = ""

    async def person(self, kind: CredentialKind, name: str, number: str) -> Verdict:
        return Verdict.MISMATCH if number == self.doubted else Verdict.MATCH

    async def body(self, kind: CredentialKind, name: str, number: str) -> BodyVerdict:
        return BodyVerdict(Verdict.MATCH, "赵六", REPRESENTATIVE)


@dataclass
class Page:
    status: int
    headers: Any
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def location(self) -> str:
        return str(self.headers.get("Location", ""))

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    def hidden(self, name: str) -> str:
        """The value of a field of the last form that has it."""
        found = re.findall(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no field {name}"
        return str(found[-1])


@dataclass
class Town:
    """The running site, and what the tests play with."""

    url: str
    services: Services
    clock: Clock
    codes: Codes
    register: Register
    server: HTTPServer

    async def version(self, path: str) -> Fields:
        """The hidden field of a page that hands in what it showed."""
        of = re.fullmatch(r"/applications/([0-9a-f]{32})/(form|draft|confirm|supplement)", path)
        found = await self.services.applications.documents.find_one({"_id": of[1]}) if of else None
        return {"version": str(found["version"])} if found else {}

    def browser(self) -> "Browser":
        return Browser(self)

    async def citizen(self, name: str = "王小明") -> "Browser":
        """Somebody new, signed in and bound."""
        browser = self.browser()
        await browser.sign_in(f"openid-{uuid4().hex[:8]}")
        bound = await browser.bind(name, a_number(), a_phone())
        assert bound.status == 303, bound.text
        return browser


@dataclass
class Browser:
    town: Town
    cookies: dict[str, str] = field(default_factory=dict)
    set_cookies: list[str] = field(default_factory=list)

    async def get(self, path: str, **headers: str) -> Page:
        return await self.send(path, "GET", None, headers)

    async def post(self, path: str, fields: Fields | None = None, **headers: str) -> Page:
        """Hand in a form, with its hidden fields as a page opened just now has them."""
        hidden = {"_xsrf": await self.token(), **await self.town.version(path)}
        body = urlencode({**hidden, **(fields or {})}, doseq=True)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.send(path, "POST", body.encode(), headers | form)

    async def upload(self, path: str, name: str, content: bytes, **headers: str) -> Page:
        line = uuid4().hex
        begin = f"--{line}\r\nContent-Disposition: form-data; name="
        parts = [
            f'{begin}"_xsrf"\r\n\r\n{await self.token()}\r\n'.encode(),
            f'{begin}"file"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'.encode(),
            content,
            f"\r\n--{line}--\r\n".encode(),
        ]
        form = {"Content-Type": f"multipart/form-data; boundary={line}"}
        return await self.send(path, "POST", b"".join(parts), headers | form)

    async def token(self) -> str:
        if "_xsrf" not in self.cookies:
            await self.get("/progress")
        return self.cookies["_xsrf"]

    async def send(self, path: str, method: str, body: bytes | None, headers: dict[str, str]) -> Page:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer: HTTPResponse = await AsyncHTTPClient().fetch(
            self.town.url + path,
            method=method,
            body=body,
            headers={"Cookie": cookies, "Accept-Language": "zh-CN", **sent},
            follow_redirects=False,
            raise_error=False,
        )
        self.keep(answer.headers.get_list("Set-Cookie"))
        return Page(answer.code, answer.headers, answer.body)

    def keep(self, lines: list[str]) -> None:
        self.set_cookies += lines
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if not morsel.value:
                    del self.cookies[name]

    async def sign_in(self, openid: str, to: str = "/me") -> Page:
        """As WeChat does it: out with a state, back with it and a code."""
        left = await self.get(f"/sign-in?{urlencode({'next': to})}")
        state = parse_qs(urlsplit(left.location).query)["state"][0]
        return await self.get(f"/sign-in/wechat?code={self.town.codes.agree(openid)}&state={state}")

    async def bind(self, name: str, number: str, phone: str = PHONE, /, **changes: str) -> Page:
        """Ask for a code, read the SMS, hand in the form."""
        self.town.clock.advance(A_WHILE)
        await self.post("/binding/code", {"phone": phone})
        codes = self.town.services.phone_codes
        sent = await codes.get(codes.privacy.index(phone, "phone"))
        filled: Fields = {
            "kind": "resident_id",
            "name": name,
            "number": number,
            "phone": phone,
            "code": codes.secret(sent)[1],
            "consent": "yes",
        }
        return await self.post("/binding", {**filled, **changes})


def a_number(birthday: str = "19900307") -> str:
    """A resident's number that nobody in the tests has had, with its check digit (GB 11643)."""
    digits = f"440113{birthday}{next(SERIALS):03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


def a_phone() -> str:
    return f"138{next(SERIALS):08}"


REPRESENTATIVE = a_number("19820315")


def rich_guide(**changes: Any) -> Guide:
    """With sections, a question that depends on another, and one file to upload."""
    return a_guide(
        **{
            "name_en": "Endorsement of the residence permit",
            "keywords": ["流动人口", "居住证"],
            "deliverable": "居住证签注凭证",
            "time_limit": {"acceptance": 5, "decision": 10, "legal": 20},
            "fees": {"amount": "不收费", "basis": "粤发改价格〔2018〕1号"},
            "conditions": ["在番禺区居住满半年", "持有有效的广东省居住证"],
            "materials": [
                {
                    "code": "permit",
                    "name": "居住证原件照片",
                    "kinds": ["copy", "certificate"],
                    "sample": "/static/s.jpg",
                },
                {
                    "code": "lease",
                    "name": "租赁合同",
                    "kinds": ["copy"],
                    "required": False,
                    "asked": ["window"],
                },
            ],
            "window_steps": [{"name": "取号", "kind": "booking"}, {"name": "受理"}, {"name": "办结"}],
            "online_steps": [{"name": "网上申请"}, {"name": "办结"}],
            "form": {
                "sections": [
                    {
                        "title": "申请人信息",
                        "questions": [
                            {"name": "name", "label": "姓名", "kind": "text", "prefill": "name"},
                            {"name": "phone", "label": "联系电话", "kind": "phone", "prefill": "phone"},
                        ],
                    },
                    {
                        "title": "居住信息",
                        "questions": [
                            {"name": "address", "label": "现住址", "kind": "long_text", "help": "写到门牌号"},
                            {
                                "name": "housing",
                                "label": "住房类型",
                                "kind": "choice",
                                "options": [
                                    {"value": "own", "label": "自有"},
                                    {"value": "rent", "label": "租赁"},
                                ],
                            },
                            {
                                "name": "landlord",
                                "label": "出租人姓名",
                                "kind": "text",
                                "when": {"question": "housing", "values": ["rent"]},
                            },
                        ],
                    },
                ]
            },
            **changes,
        }
    )


HALL = Hall.model_validate(
    {
        "code": "district",
        "kind": "centre",
        "name": "番禺区政务服务中心",
        "name_en": "Panyu District Government Service Centre",
        "address": "番禺区市桥街清河东路319号",
        "township": "市桥街道",
        "location": {"coordinates": [113.384, 22.937]},
        "all_day": True,
        "hours": "周一至周五 9:00-12:00，13:00-17:00",
        "phone": "020-84601234",
        "windows": {
            "weekday_hours": [["09:00", "12:00"], ["13:00", "17:00"]],
            "capacity": {"general": 1},
        },
    }
)


async def build(database: Database, privacy: Privacy, clock: Clock) -> Town:
    """The citizen pages with one hall and one guide."""
    codes, register = Codes(), Register()
    socket, port = bind_unused_port()
    services = Services.over(
        assemble(
            database,
            clock=clock.now,
            calendar=Workdays(),
            privacy=privacy,
            verifier=register,
            sms_limits=ROOMY,
        ),
        site=Site(
            f"http://127.0.0.1:{port}", "020-12345", "wx0123456789abcdef", "https://open.weixin.qq.com"
        ),
        identity=codes,
    )
    await services.prepare()
    server = HTTPServer(citizen_app(services), max_body_size=ANY)
    server.add_socket(socket)
    return Town(services.site.base_url, services, clock, codes, register, server)


@asynccontextmanager
async def opened(database: Database, privacy: Privacy) -> AsyncIterator[Town]:
    """The town with what it has at first, until its server is stopped."""
    clock = Clock()
    town = await build(database, privacy, clock)
    await furnish(town, Cause("system", clock.now(), Channel.SYSTEM, "request-town"))
    yield town
    town.server.stop()
    await town.server.close_all_connections()


async def furnish(town: Town, by: Any) -> Guide:
    bureau = Department(
        code=USCC, name="广州市公安局番禺区分局", short="公安", phone="020-84601234", address="番禺区"
    )
    await town.services.departments.put(bureau, by)
    await town.services.halls.put(HALL, by)
    return await Publishing(town.services.guides).publish(rich_guide(), by)


def citizen_app(services: Services) -> Application:
    tornado.locale.load_gettext_translations(str(ROOT / "locale"), "panyu")
    tornado.locale.set_default_locale("zh_CN")
    return BoundedApplication(
        PAGES,
        services=services,
        default_handler_class=NotFoundPage,
        **assets.SETTINGS,
        **form_tokens(services.site),
    )
