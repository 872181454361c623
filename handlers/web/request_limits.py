"""Limits the size of requests: a body is compared with its handler's `largest_body` while it arrives.

The rest of a body that is too large is read and thrown away, since a client sends its whole body before it
reads the answer, which `handlers.web.base` gives.
"""

from collections.abc import Awaitable
from typing import Any

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPHeaders, HTTPMessageDelegate, HTTPServerRequest
from tornado.web import Application, RequestHandler

from handlers.web.routing import RouteIndex

LARGEST = 64 * 1024
"""Bytes that a handler takes if it does not say otherwise."""
LARGEST_FORM = 256 * 1024
"""With the answers of an application: some ten thousand characters, each as nine in a form."""
ANY = 1 << 62
"""For the server, which is to leave the judgement to this module."""
MOST_DISCARDED = 64 * 1024 * 1024
"""A client that sends more is answered at once, and may not see the answer."""
MOST_VALUES = 2000
"""In one JSON body; a comma parts any two."""


class BoundedApplication(Application):
    """Gives no handler a larger body than it takes; finds the handler among many at once."""

    def __init__(self, handlers: list[Any], **settings: Any) -> None:
        super().__init__(handlers, **settings)
        self.index = RouteIndex(self.wildcard_router.rules)

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> Any:
        for rule in self.index.candidates(request.path):
            arguments = rule.matcher.match(request)
            if arguments is not None:
                return self.get_handler_delegate(request, rule.target, rule.target_kwargs, **arguments)
        return super().find_handler(request, **kwargs)

    def get_handler_delegate(  # type: ignore[override]
        self, request: HTTPServerRequest, target_class: type[RequestHandler], *args: Any, **kwargs: Any
    ) -> HTTPMessageDelegate:
        inner = super().get_handler_delegate(request, target_class, *args, **kwargs)
        return _Body(inner, request, target_class)


class _Body(HTTPMessageDelegate):
    """One body on its way to a handler, which gets it whole, or piece by piece if it streams."""

    def __init__(
        self, inner: HTTPMessageDelegate, request: HTTPServerRequest, target: type[RequestHandler]
    ) -> None:
        self.inner, self.request = inner, request
        self.largest = getattr(target, "largest_body", LARGEST)
        self.seconds = getattr(target, "body_seconds", None)
        self.arrived, self.ended = 0, False

    async def headers_received(self, start_line: Any, headers: HTTPHeaders) -> None:
        declared = headers.get("Content-Length", "")
        length = int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 19 else 0
        if self.seconds is not None and isinstance(self.request.connection, HTTP1Connection):
            self.request.connection.set_body_timeout(self.seconds)
        self._count(length)
        if (waiting := self.inner.headers_received(start_line, headers)) is not None:
            await waiting
        if length > MOST_DISCARDED:
            self.finish()

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        self.arrived += len(chunk)
        self._count(self.arrived)
        if self.arrived > MOST_DISCARDED:
            self.finish()
        if self.ended or too_large(self.request):
            return None
        return self.inner.data_received(chunk)

    def finish(self) -> None:
        if not self.ended:
            self.ended = True
            self.inner.finish()

    def on_connection_close(self) -> None:
        self.inner.on_connection_close()

    def _count(self, length: int) -> None:
        if length > self.largest:
            setattr(self.request, "too_large", self.largest)  # noqa: B010 - Tornado's class has no place for it


def too_large(request: HTTPServerRequest) -> int:
    """How many bytes the request might have brought, if it brought more; else 0."""
    return int(getattr(request, "too_large", 0))
