"""A client of the API that holds every answer against what is declared, and the service that it talks to."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import tornado.locale
from PIL import Image
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from handlers import api
from handlers.api import ENDPOINTS
from handlers.api.contract import Failure, Operation
from handlers.web.request_limits import ANY, BoundedApplication
from handlers.web.services import Services
from simulator import Running, start
from simulator.people import Person
from tests.files import a_pdf
from tests.house.clock import Clock
from tests.house.guides import USCC, api_guide
from tests.house.house import House
from tests.house.inspected import Remembers
from tests.house.server import serving
from tests.house.settings import environment, settings_of
from tests.house.town import ROOT
from wechat_backend.app import build_services
from wechat_backend.demo.peer import simulator_of
from wechat_backend.gateways import Gateways
from wechat_backend.wiring import privacy_of

ANYWHERE = {(404, "not_found"), (405, "method_not_allowed"), (413, "too_large")}
"""What an address answers that no operation declares."""


@dataclass
class Reply:
    status: int
    headers: Any
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


class Service(House):
    """The API over a real database, with the simulator outside.

    `secrets` are what no answer may hold, but the export of its owner.
    """

    def __init__(self, services: Services, url: str, simulator: Running, clock: Clock) -> None:
        super().__init__(services)
        self.services, self.url, self.simulator, self.clock = services, url, simulator, clock
        self.secrets: set[str] = set()

    async def version(self, path: str) -> dict[str, str]:
        """The header of somebody who has just seen what there is."""
        of = re.fullmatch(r"/applications/([0-9a-f]{32})/(answers|submission|supplement)", path)
        if not of:
            return {}
        found = await self.services.applications.documents.find_one({"_id": of[1]})
        return {"If_Match": f'"{(found or {"version": 1})["version"]}"'}

    def client(self, token: str = "") -> "Client":
        return Client(self, token)

    def person(self, key: str) -> Person:
        found = self.simulator.simulator.people.person(key)
        assert found
        return found

    def login_code(self, key: str) -> str:
        """What `wx.login` gives on this person's phone."""
        return self.simulator.simulator.wechat.signins.code(key, "miniprogram")

    async def sign_in(self, key: str) -> "Client":
        ids = self.simulator.simulator.wechat.ids
        self.secrets |= {ids.openid(key), ids.miniprogram_openid(key), ids.unionid(key)}
        self.secrets |= {credential.number for credential in self.person(key).credentials}
        opened = await self.client().post("/session", {"code": self.login_code(key)})
        assert opened.status == 201, opened.json
        return self.client(opened.json["token"])

    async def citizen(self, key: str) -> "Client":
        """This person, signed in and bound."""
        client = await self.sign_in(key)
        if not (await client.get("/me")).json["bound"]:
            bound = await client.bind(self.person(key))
            assert bound.status == 201, bound.json
        return client

    async def conclude(self, application: str) -> bytes:
        """Accept and approve, with a result; its content."""
        await self.staff.accept(application)
        content = a_pdf("result")
        result = await self.staff.result(application, content)
        await self.staff.conclude(application, "approved", "", result)
        return content


@dataclass
class Client:
    service: Service
    token: str = ""

    async def get(self, path: str, **headers: str) -> Reply:
        return await self.send("GET", path, None, headers)

    async def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        return await self.send("POST", path, body, await self.service.version(path) | headers)

    async def put(self, path: str, body: Any = None, **headers: str) -> Reply:
        return await self.send("PUT", path, body, await self.service.version(path) | headers)

    async def patch(self, path: str, body: Any) -> Reply:
        return await self.send("PATCH", path, body)

    async def delete(self, path: str) -> Reply:
        return await self.send("DELETE", path, None)

    async def send(self, method: str, path: str, body: Any, headers: dict[str, str] | None = None) -> Reply:
        """Bytes go as they are, anything else as JSON; `_` in the names of headers means `-`."""
        sent = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        answer: HTTPResponse = await AsyncHTTPClient().fetch(
            f"{self.service.url}/api/v1{path}",
            method=method,
            headers=sent,
            body=b"" if body is None and method in ("POST", "PUT", "PATCH") else body,
            raise_error=False,
            request_timeout=20,
        )
        reply = Reply(answer.code, answer.headers, answer.body)
        if method != "HEAD":
            check_as_declared(method, path, reply)
        self.check_discreet(path, reply)
        return reply

    def check_discreet(self, path: str, reply: Reply) -> None:
        if path != "/me/export":
            told = [secret for secret in self.service.secrets if secret.encode() in reply.content]
            assert not told, f"{path} tells a secret"

    async def bind(self, person: Person, **changes: Any) -> Reply:
        """Ask for a code, read it, hand it in."""
        await self.post("/phone-codes", {"phone": person.phone})
        codes = self.service.services.phone_codes
        sent = await codes.get(codes.privacy.index(person.phone, "phone"))
        asked = {
            "kind": person.credentials[0].kind,
            "name": person.name,
            "number": person.credentials[0].number,
            "phone": person.phone,
            "code": codes.secret(sent)[1],
            "consent": True,
        }
        return await self.post("/binding", asked | changes)

    async def begin(self, item: str) -> str:
        """A draft with its answers and its material; its id."""
        draft = (await self.post("/applications", {"item": item})).json
        answers = {**draft["answers"], "address": "桥南街1号", "housing": "own"}
        kept = await self.put(f"/applications/{draft['id']}/answers", {"answers": answers})
        assert kept.json["unfinished"] == {}
        uploaded = await self.upload(draft["id"], "permit", a_photo())
        assert uploaded.json["lacking"] == []
        return str(draft["id"])

    async def upload(self, application: str, code: str, content: bytes) -> Reply:
        path = f"/applications/{application}/materials/{code}"
        return await self.put(path, content, Content_Type="image/jpeg")

    async def submit(self, application: str, **changes: Any) -> Reply:
        asked = {"how": "window", "hall": "district", "promise": True}
        return await self.post(f"/applications/{application}/submission", asked | changes)


def declared(method: str, path: str) -> tuple[Operation | None, str]:
    """The operation with the path of its endpoint, if there is one at this address."""
    address = "/api/v1" + path.partition("?")[0]
    for endpoint in ENDPOINTS:
        if re.fullmatch(endpoint.pattern, address):
            return dict(endpoint.operations()).get(method.lower()), endpoint.path
    return None, ""


def check_as_declared(method: str, path: str, reply: Reply) -> None:
    operation, endpoint = declared(method, path)
    if reply.status >= 300:
        failure = Failure.model_validate_json(reply.content)
        assert failure.request == reply.headers["X-Request-Id"]
        codes = operation.all_errors(method.lower(), endpoint).get(reply.status, []) if operation else []
        known = failure.error.code in codes or (reply.status, failure.error.code) in ANYWHERE
        assert known, f"{method} {path} does not declare {reply.status} {failure.error.code}"
        return
    assert operation
    assert reply.status == operation.status
    kind = reply.headers.get("Content-Type", "").partition(";")[0]
    if operation.answers is None:
        assert (reply.content, kind) == (b"", "")
    elif isinstance(operation.answers, type):
        assert kind == "application/json"
        operation.answers.model_validate_json(reply.content)
    else:
        assert kind in operation.answers.types


def a_photo(mode: str = "sharp") -> bytes:
    """A JPEG in which something can be seen, or only fog."""
    noise = Image.effect_noise((800, 640), 90)
    out = BytesIO()
    (noise if mode == "sharp" else Image.new("L", noise.size, 128)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


@asynccontextmanager
async def opened_api(mongo_uri: str, database: Any) -> AsyncIterator[Service]:
    """With one hall and six guides, until its server is stopped."""
    clock = Clock()
    clock.set(datetime.now(UTC).replace(microsecond=0))
    quiet = settings_of(environment("http://127.0.0.1:1", mongo_uri, database.name))
    simulator = await start(simulator_of(quiet, port=0), clock.now)
    settings = settings_of(environment(simulator.url, mongo_uri, database.name))
    gateways = Gateways(settings, database, privacy_of(settings), clock.now)
    services = build_services(settings, database, gateways, clock.now)
    services.materials.inspector = Remembers()
    await services.prepare()
    tornado.locale.load_gettext_translations(str(ROOT / "locale"), "panyu")
    tornado.locale.set_default_locale("zh_CN")
    application = BoundedApplication(api.ROUTES, services=services, xsrf_cookies=True)
    async with serving(application, max_body_size=ANY) as url:
        service = Service(services, url, simulator, clock)
        numbered = ((f"{USCC}{n:013}", f"居住证签注{n}") for n in range(1, 7))
        await service.furnish(*(api_guide(item=item, name=name) for item, name in numbered))
        yield service
    gateways.close()
    await simulator.close()
