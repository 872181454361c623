"""What all gateways share: timing, counting and logging of each call, and one kind of error.

A gateway says only what to send and what an answer means; a table of its own maps the provider's codes
to what can be done about them. Nothing of a request or an answer but its code is ever logged.
"""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from time import perf_counter
from typing import Any, ClassVar

import structlog
from prometheus_client import Counter, Histogram
from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest

log = structlog.get_logger("panyu.gateways")

CALLS = Counter("panyu_gateway_calls", "Calls to outside systems", ["provider", "operation", "outcome"])
SECONDS = Histogram("panyu_gateway_seconds", "How long they took", ["provider", "operation"])

CONNECT_TIMEOUT = 3.0
REQUEST_TIMEOUT = 8.0
"""Seconds; the lease of a delivery (`models.outgoing.deliveries.LEASE`) is longer."""


Clock = Callable[[], datetime]
"""The time, aware, in UTC."""


class Remedy(StrEnum):
    """What can be done about a failure."""

    RETRY = "retry"  # soon
    WAIT = "wait"  # our quota or our standing there: later, and nothing else of this kind meanwhile
    FALL_BACK = "fall_back"  # this person cannot be reached this way
    GIVE_UP = "give_up"  # the same request will never work


class GatewayError(Exception):
    """An outside system did not do what it was asked; `code` is the provider's own or `no_answer`;
    `malformed`: it could not take what it was given for what it asks for.
    """

    def __init__(self, provider: str, code: str, remedy: Remedy, *, malformed: bool = False) -> None:
        super().__init__(f"{provider}: {code}")
        self.provider, self.code, self.remedy, self.malformed = provider, code, remedy, malformed

    @property
    def permanent(self) -> bool:
        return self.remedy is Remedy.GIVE_UP


class Gateway:
    """One provider. `remedies` maps its codes; a code that is not there is worth another try."""

    provider: ClassVar[str]
    remedies: ClassVar[Mapping[str, Remedy]] = {}

    def error(self, code: str) -> GatewayError:
        return GatewayError(self.provider, code, self.remedies.get(code, Remedy.RETRY))

    @asynccontextmanager
    async def watched(self, operation: str) -> AsyncIterator[None]:
        """Time, count and log what happens inside."""
        start, outcome = perf_counter(), "ok"
        try:
            yield
        except GatewayError as error:
            outcome = error.code
            raise
        except BaseException as error:
            outcome = type(error).__name__
            raise
        finally:
            seconds = perf_counter() - start
            CALLS.labels(self.provider, operation, outcome).inc()
            SECONDS.labels(self.provider, operation).observe(seconds)
            say = log.info if outcome == "ok" else log.warning
            say(
                "gateway_call",
                provider=self.provider,
                operation=operation,
                outcome=outcome,
                seconds=round(seconds, 3),
            )


class JsonGateway(Gateway):
    """A provider that speaks JSON over HTTP; `url` is where it lives, without a slash at the end."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.http = AsyncHTTPClient(force_instance=True, max_clients=64)

    def close(self) -> None:
        self.http.close()

    async def fetch(
        self, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """GET, or POST where there is a body; the status and the JSON object of the answer.

        Raises:
            GatewayError: `no_answer`, `http_5xx` or `not_json`.
        """
        request = HTTPRequest(
            self.url + path,
            method="GET" if body is None else "POST",
            headers={"Content-Type": "application/json; charset=utf-8", **(headers or {})},
            body=body,
            connect_timeout=CONNECT_TIMEOUT,
            request_timeout=REQUEST_TIMEOUT,
            follow_redirects=False,
        )
        try:
            response = await self.http.fetch(request, raise_error=False)
        except (HTTPError, OSError):
            raise self.error("no_answer") from None
        if response.code == 599:
            raise self.error("no_answer")
        if response.code >= 500:
            raise self.error(f"http_{response.code}")
        try:
            answer = json.loads(response.body)
        except ValueError:
            raise self.error("not_json") from None
        if not isinstance(answer, dict):
            raise self.error("not_json")
        return response.code, answer


def as_json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
