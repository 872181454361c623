"""A simulator on a free port, and a service behind it that is made of wechatpy alone."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.web import Application, RequestHandler
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import TextReply
from wechatpy.utils import check_signature

from simulator import Running, SimulatorConfig, start
from tests.house.clock import Clock
from tests.house.server import serving

CONFIG = SimulatorConfig(
    wechat_appid="wx0123456789abcdef",
    wechat_secret="secret-of-the-account",
    wechat_token="token-of-the-tests",
    wechat_aes_key="k" * 42 + "A",
    miniprogram_appid="wxfedcba9876543210",
    miniprogram_secret="secret-of-the-miniprogram",
    aliyun_key_id="LTAItest",
    aliyun_key_secret="secret-of-aliyun",
    government_app_id="panyu-test",
    government_secret="secret-of-the-government",
    port=0,
    callback_seconds=0.4,
    report_seconds=0.01,
)


@dataclass
class Service:
    """What WeChat calls: `answer` makes the reply to a message of wechatpy's."""

    url: str = ""
    encrypted: bool = True
    heard: list[Any] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    answer: Callable[[Any], Any] = lambda message: TextReply(content="收到", message=message).render()
    crypto: WeChatCrypto = field(
        default_factory=lambda: WeChatCrypto(CONFIG.wechat_token, CONFIG.wechat_aes_key, CONFIG.wechat_appid)
    )

    async def reply(self, query: dict[str, str], body: bytes) -> bytes:
        check_signature(CONFIG.wechat_token, query["signature"], query["timestamp"], query["nonce"])
        if self.encrypted:
            assert query["encrypt_type"] == "aes"
            body = self.crypto.decrypt_message(
                body, query["msg_signature"], query["timestamp"], query["nonce"]
            )
        message = parse_message(body)
        self.heard.append(message)
        self.requests.append(query)
        words = self.answer(message)
        if asyncio.iscoroutine(words):
            words = await words
        if words and self.encrypted and isinstance(words, str):
            words = self.crypto.encrypt_message(words, query["nonce"], query["timestamp"])
        return words if isinstance(words, bytes) else (words or "").encode()


class _Callback(RequestHandler):
    def get(self) -> None:
        query = {name: self.get_query_argument(name) for name in self.request.query_arguments}
        check_signature(CONFIG.wechat_token, query["signature"], query["timestamp"], query["nonce"])
        self.write(query["echostr"])

    async def post(self) -> None:
        query = {name: self.get_query_argument(name) for name in self.request.query_arguments}
        self.write(await self.application.settings["service"].reply(query, self.request.body))


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    async with serving(Application([("/wechat/callback", _Callback)], service=service)) as service.url:
        yield service


@dataclass
class Peer:
    """The simulator, over HTTP."""

    running: Running
    service: Service
    clock: Clock
    http: AsyncHTTPClient = field(default_factory=lambda: AsyncHTTPClient(force_instance=True))

    @property
    def url(self) -> str:
        return self.running.url

    async def fetch(self, path: str, body: Any = None, **options: Any) -> HTTPResponse:
        """GET, or POST where there is a body: bytes as they are, the rest as JSON."""
        headers = options.pop("headers", {})
        if body is not None and not isinstance(body, bytes):
            body, headers = json.dumps(body), {"Content-Type": "application/json", **headers}
        return await self.http.fetch(
            self.url + path,
            method=options.pop("method", "GET" if body is None else "POST"),
            body=body,
            headers=headers,
            raise_error=False,
            follow_redirects=False,
            **options,
        )

    async def call(self, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        """The JSON of an answer."""
        address = f"{path}?{urlencode(query)}" if query else path
        found: dict[str, Any] = json.loads((await self.fetch(address, body)).body)
        return found

    async def token(self) -> str:
        answer = await self.call("/cgi-bin/stable_token", account(force_refresh=False))
        return str(answer["access_token"])

    async def api(self, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        """A call with a good token."""
        return await self.call(f"/cgi-bin/{path}", body, access_token=await self.token(), **query)

    async def do(self, person: str, deed: str, **asked: Any) -> dict[str, Any]:
        return await self.call(f"/control/people/{person}/{deed}", asked)

    async def listed(self, name: str, **query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.call(f"/control/{name}", **query))["items"]
        return found

    async def openid(self, person: str) -> str:
        return str((await self.call(f"/control/people/{person}"))["openid"])

    async def chat(self, person: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.call(f"/control/people/{person}"))["chat"]
        return found


def account(**more: Any) -> dict[str, Any]:
    return {
        "grant_type": "client_credential",
        "appid": CONFIG.wechat_appid,
        "secret": CONFIG.wechat_secret,
        **more,
    }


@pytest.fixture
async def peer(service: Service, clock: Clock) -> AsyncIterator[Peer]:
    running = await start(CONFIG, clock.now)
    peer = Peer(running, service, clock)
    await peer.call("/control/callback", {"url": f"{service.url}/wechat/callback"})
    yield peer
    peer.http.close()
    await running.close()
