"""An application over real HTTP, on a free port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from socket import socket
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler


def unsaid(_handler: RequestHandler) -> None:
    """What is answered after its test stands in no log that the next test reads."""


@asynccontextmanager
async def serving(
    application: Application, bound: tuple[socket, int] | None = None, **options: Any
) -> AsyncIterator[str]:
    """Its address; `bound` is a socket and its port where the application had to know them beforehand."""
    listening, port = bound or bind_unused_port()
    server = HTTPServer(application, **options)
    server.add_socket(listening)
    yield f"http://127.0.0.1:{port}"
    application.settings["log_function"] = unsaid
    server.stop()
    await server.close_all_connections()
