"""Pushes to the service, as WeChat's: signed, encrypted, 5 s to answer, three attempts in all, 5 s apart."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Any, Literal
from urllib.parse import urlencode

from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest

from simulator.config import SimulatorConfig
from simulator.wechat.envelope import BadReply, Envelope

Outcome = Literal["replied", "silent", "no_answer", "bad_reply"]


@dataclass
class Push:
    """One message or event, what was sent of it, and what came back.

    `attempts`: `{at, milliseconds, status}` each, with `error` where there was no answer of 200.
    """

    number: int
    at: datetime
    person: str
    elements: Mapping[str, str | int]
    attempts: list[dict[str, Any]] = field(default_factory=list)
    outcome: Outcome | None = None
    reply: dict[str, Any] | None = None
    fault: str = ""

    def document(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "person": self.person,
            "message": dict(self.elements),
            "attempts": self.attempts,
            "outcome": self.outcome,
            "reply": self.reply,
            "fault": self.fault,
        }


class Callbacks:
    """`url` can be set at any time."""

    def __init__(self, config: SimulatorConfig, clock: Callable[[], datetime]) -> None:
        self.config, self.clock, self.url = config, clock, config.callback_url
        self.envelope = Envelope(config)
        self.http = AsyncHTTPClient(force_instance=True, max_clients=200)
        self.log: list[Push] = []

    async def check(self) -> bool:
        """The GET check of the console: whether the service echoes what only WeChat could have asked."""
        query = self.envelope.signed(self._timestamp()) | {"echostr": "4218317295832"}
        request = HTTPRequest(f"{self.url}?{urlencode(query)}", request_timeout=self.config.callback_seconds)
        try:
            response = await self.http.fetch(request, raise_error=False)
        except (HTTPError, OSError):
            return False
        return response.code == 200 and response.body == query["echostr"].encode()

    async def push(self, person: str, openid: str, elements: Mapping[str, str | int]) -> Push:
        """Send one message until it is answered, three times at most."""
        common: dict[str, str | int] = {
            "ToUserName": self.config.account,
            "FromUserName": openid,
            "CreateTime": int(self.clock().timestamp()),
        }
        push = Push(len(self.log) + 1, self.clock(), person, common | dict(elements))
        self.log.append(push)
        for left in reversed(range(self.config.callback_attempts)):
            over = perf_counter() + self.config.callback_seconds
            body = await self._attempt(push, openid)
            if body is not None:
                self._read(push, body, openid)
                return push
            if left:
                await asyncio.sleep(max(0, over - perf_counter()))
        push.outcome = "no_answer"
        return push

    async def again(self, number: int) -> Push | None:
        """Send a message that was answered once more, as WeChat may; None if there is no such number."""
        push = next((one for one in self.log if one.number == number), None)
        if push is not None:
            openid = str(push.elements["FromUserName"])
            if (body := await self._attempt(push, openid)) is not None:
                self._read(push, body, openid)
        return push

    def clear(self) -> None:
        self.log.clear()

    def close(self) -> None:
        self.http.close()

    async def _attempt(self, push: Push, openid: str) -> bytes | None:
        """The body of an answer of 200, else None."""
        query, body = self.envelope.seal(push.elements, openid, self._timestamp())
        seconds = self.config.callback_seconds
        request = HTTPRequest(
            f"{self.url}?{query}",
            method="POST",
            headers={"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0", "Pragma": "no-cache"},
            body=body,
            connect_timeout=seconds,
            request_timeout=seconds,
            follow_redirects=False,
        )
        start, attempt = perf_counter(), {"at": self.clock().isoformat(), "status": 0}
        push.attempts.append(attempt)
        try:
            async with asyncio.timeout(seconds):
                response = await self.http.fetch(request, raise_error=False)
        except (HTTPError, OSError, TimeoutError) as error:
            attempt["error"] = type(error).__name__
            return None
        finally:
            attempt["milliseconds"] = round((perf_counter() - start) * 1000)
        attempt["status"] = response.code
        if response.code == 200:
            return response.body
        attempt["error"] = "no answer in time" if response.code == 599 else f"HTTP {response.code}"
        return None

    def _read(self, push: Push, body: bytes, openid: str) -> None:
        try:
            push.reply = self.envelope.open(body, openid)
        except BadReply as error:
            push.outcome, push.fault = "bad_reply", str(error)
        else:
            push.outcome = "silent" if push.reply is None else "replied"

    def _timestamp(self) -> str:
        return str(int(self.clock().timestamp()))
