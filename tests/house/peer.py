"""A peer over real HTTP that answers as told and remembers what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tornado.httputil import HTTPServerRequest
from tornado.web import Application, RequestHandler

from tests.house.server import serving


@dataclass
class Call:
    path: str
    query: dict[str, str]
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


Answer = dict[str, Any] | tuple[int, bytes]


@dataclass
class Peer:
    """`answers` maps a path to what is answered: a dict, a (status, body), or a function of the call."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    answers: dict[str, Answer | Callable[[Call], Answer]] = field(default_factory=dict)
    delay: float = 0.0

    def to(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]


@asynccontextmanager
async def listening() -> AsyncIterator[Peer]:
    peer = Peer()
    async with serving(Application([(r".*", _Handler, {"peer": peer})])) as peer.url:
        yield peer


class _Handler(RequestHandler):
    def initialize(self, peer: Peer) -> None:
        self.peer = peer

    def check_xsrf_cookie(self) -> None:
        """Peers know no cookies."""

    async def get(self) -> None:
        call = _call(self.request)
        self.peer.calls.append(call)
        await asyncio.sleep(self.peer.delay)
        answer = self.peer.answers.get(call.path, (404, b"{}"))
        given = answer(call) if callable(answer) else answer
        status, body = (200, json.dumps(given).encode()) if isinstance(given, dict) else given
        self.set_status(status)
        self.finish(body)

    post = get


def _call(request: HTTPServerRequest) -> Call:
    parts = urlsplit(request.uri or "")
    return Call(
        parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), request.headers, request.body
    )
