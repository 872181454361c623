"""WeChat's callback over real HTTP: who may call it, what it survives, and that each message is answered once."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from xml.sax.saxutils import escape

import pytest
import xmltodict
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from wechatpy.crypto import WeChatCrypto

from handlers import wechat
from handlers.services import Services, Site, assemble
from models.privacy import Privacy
from models.workdays import Workdays
from tests.conftest import Clock
from tests.data import a_guide
from wechat_backend.database import connect

APPID, TOKEN = "wx0123456789abcdef", "token-of-the-tests"
KEY, OLD_KEY, FOREIGN_KEY = ("k" * 42 + "A", "o" * 42 + "A", "f" * 42 + "A")
USER = "openid-of-wang"
ACCOUNT = "gh_panyu"
FAST = 3.0


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


@dataclass
class Peer:
    """WeChat, calling us."""

    url: str
    services: Services
    clock: Clock
    gate: Gate
    http: AsyncHTTPClient = field(default_factory=lambda: AsyncHTTPClient(force_instance=True))

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
        return content(response.body.decode())


def signature(*parts: str) -> str:
    return sha1("".join(sorted((TOKEN, *parts))).encode()).hexdigest()


def message(text: str, **changes: str) -> str:
    return xml({"MsgType": "text", "Content": text, "MsgId": uuid4().int % 10**16, **changes})


def event(name: str, key: str = "", **changes: str) -> str:
    return xml({"MsgType": "event", "Event": name, "EventKey": key, **changes})


def xml(elements: dict[str, Any]) -> str:
    common = {"ToUserName": ACCOUNT, "FromUserName": USER, "CreateTime": 1764000000}
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in (common | elements).items())
    return f"<xml>{inner}</xml>"


def content(reply: str) -> str:
    if reply == "success":
        return ""
    parsed = xmltodict.parse(reply)["xml"]
    assert (parsed["ToUserName"], parsed["FromUserName"], parsed["MsgType"]) == (USER, ACCOUNT, "text")
    return str(parsed["Content"])


@pytest.fixture
async def peer(mongo_uri: str, privacy: Privacy, clock: Clock) -> AsyncIterator[Peer]:
    found = re.search(r"127\.0\.0\.1:(\d+)", mongo_uri)
    assert found
    gate = Gate(int(found[1]))
    name = f"test_{uuid4().hex[:12]}"
    database = await connect(f"mongodb://127.0.0.1:{await gate.start()}/?directConnection=true", name)
    site = Site("https://panyu.test", "020-12345", APPID, "https://open.weixin.test")
    nobody: Any = None
    services = assemble(
        database,
        clock=clock.now,
        calendar=Workdays(),
        privacy=privacy,
        site=site,
        identity=nobody,
        verifier=nobody,
    )
    await services.prepare()
    keys = {"appid": APPID, "token": TOKEN, "aes_keys": [KEY, OLD_KEY]}
    server = HTTPServer(Application(wechat.routes(keys), services=services, xsrf_cookies=True))
    socket, port = bind_unused_port()
    server.add_socket(socket)
    yield Peer(f"http://127.0.0.1:{port}/wechat/callback", services, clock, gate)
    server.stop()
    await server.close_all_connections()
    await database.drop()
    await database.close()
    await gate.stop()
