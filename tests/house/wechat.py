"""WeChat, calling us over real HTTP, and a database that can be made to hang."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha1
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from xml.sax.saxutils import escape

import tornado.locale
import xmltodict
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from handlers.chat import callback
from handlers.web.request_limits import BoundedApplication
from handlers.web.services import Services
from handlers.web.site import Site
from tests.house.clock import Clock
from tests.house.database import fresh_database
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.outside import Register, SignIns
from tests.house.server import serving
from tests.house.stores import stores_over

APPID, TOKEN = "wx0123456789abcdef", "token-of-the-tests"
KEY, OLD_KEY, FOREIGN_KEY = ("k" * 42 + "A", "o" * 42 + "A", "f" * 42 + "A")
USER = "openid-of-wang"
ACCOUNT = "gh_panyu"


class Gate:
    """A wire to MongoDB that can be held: bytes wait in it until it is let go."""

    def __init__(self, port: int) -> None:
        self.target, self.open = port, asyncio.Event()
        self.open.set()
        self.tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        self.open.set()
        self.server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pump(source, sink))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                await self.open.wait()
                sink.write(data)
                await sink.drain()
        finally:
            sink.close()


class Peer(House):
    """WeChat, calling us."""

    def __init__(self, services: Services, url: str, clock: Clock, gate: Gate) -> None:
        super().__init__(services)
        self.services, self.url, self.clock, self.gate = services, url, clock, gate
        self.http = AsyncHTTPClient(force_instance=True)

    async def publish_guides(self) -> None:
        """Two, with names of which one search finds both."""
        await self.furnish(plain_guide(), plain_guide(2, name="居住证首次申领", visits=1))

    def query(self, *more: str, **changes: str) -> dict[str, str]:
        given = {"timestamp": str(int(self.clock.now().timestamp())), "nonce": uuid4().hex[:10]} | changes
        given.setdefault("signature", signature(given["timestamp"], given["nonce"]))
        return given

    async def send(self, query: dict[str, str], body: str | bytes | None = None) -> HTTPResponse:
        return await self.http.fetch(
            f"{self.url}?{urlencode(query)}",
            method="GET" if body is None else "POST",
            body=body,
            raise_error=False,
            request_timeout=10,
        )

    async def say(self, xml: str) -> str:
        """Send in plain; the text of the reply, "" where there is none."""
        response = await self.send(self.query(), xml)
        assert response.code == 200
        sender = re.search("<FromUserName>(.*?)</FromUserName>", xml)
        return content(response.body.decode(), sender[1] if sender else USER)


def signature(*parts: str, token: str = TOKEN) -> str:
    return sha1("".join(sorted((token, *parts))).encode(), usedforsecurity=False).hexdigest()


def message(text: str, **changes: str) -> str:
    return xml({"MsgType": "text", "Content": text, "MsgId": uuid4().int % 10**16, **changes})


def event(name: str, key: str = "", **changes: str) -> str:
    return xml({"MsgType": "event", "Event": name, "EventKey": key, **changes})


def xml(elements: dict[str, Any]) -> str:
    common = {"ToUserName": ACCOUNT, "FromUserName": USER, "CreateTime": 1764000000}
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in (common | elements).items())
    return f"<xml>{inner}</xml>"


def content(reply: str, user: str = USER) -> str:
    if reply == "success":
        return ""
    parsed = xmltodict.parse(reply)["xml"]
    assert (parsed["FromUserName"], parsed["MsgType"]) == (ACCOUNT, "text")
    assert parsed["ToUserName"] == user
    return str(parsed["Content"])


@asynccontextmanager
async def answering(mongo_uri: str) -> AsyncIterator[Peer]:
    """The callback over a database whose wire can be held."""
    found = re.search(r"127\.0\.0\.1:(\d+)", mongo_uri)
    assert found
    gate, clock = Gate(int(found[1])), Clock()
    uri = f"mongodb://127.0.0.1:{await gate.start()}/?directConnection=true"
    site = Site("https://panyu.test", "020-12345", APPID, "https://open.weixin.test")
    keys = {"appid": APPID, "token": TOKEN, "aes_keys": [KEY, OLD_KEY]}
    tornado.locale.load_gettext_translations(str(Path(__file__).parents[2] / "locale"), "panyu")
    tornado.locale.set_default_locale("zh_CN")
    async with fresh_database(uri) as database:
        stores = stores_over(database, clock.now, Register())
        services = Services.over(stores, site=site, identity=SignIns())
        await services.prepare()
        application = BoundedApplication(callback.routes(keys), services=services, xsrf_cookies=True)
        async with serving(application) as url:
            yield Peer(services, f"{url}/wechat/callback", clock, gate)
    await gate.stop()
