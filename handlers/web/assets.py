"""Stylesheets and scripts: what the browser may keep, and the parts of a stylesheet sent as one.

A stylesheet is written in short parts, over tokens that all doors share, and sent whole: a first visit waits
for one answer instead of ten.
"""

from functools import cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tornado.web import HTTPError, StaticFileHandler

from handlers.web import ui
from handlers.web.html import HtmlHandler

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
YEAR = 365 * 24 * 3600
SHEETS = {
    "citizen": (
        *("base", "frame", "card", "button", "list", "notice", "form", "look"),
        *("apply", "booking", "review", "shared/paper"),
    ),
    "kiosk": ("base", "frame", "list", "guide", "pad", "leaving"),
    "admin": ("base", "frame", "list", "detail", "form", "shared/paper"),
}
"""The parts of each door's stylesheet, in their order; `shared/tokens.css` comes before them. A part that two
doors have is named with its folder."""


@cache
def stylesheet(door: str) -> bytes:
    parts = ["shared/tokens", *(name if "/" in name else f"{door}/{name}" for name in SHEETS[door])]
    return "\n".join((STATIC / f"{part}.css").read_text("utf-8") for part in parts).encode()


@cache
def address_of(door: str) -> str:
    """Where a door's stylesheet is; another content has another address."""
    return f"/styles/{door}.css?v={sha256(stylesheet(door)).hexdigest()[:16]}"


class Stylesheet(HtmlHandler):
    """GET /styles/{door}.css"""

    needs_database = False

    async def get(self, door: str) -> None:
        self.set_header("Content-Type", "text/css; charset=utf-8")
        self.set_header("Cache-Control", f"max-age={YEAR}")
        self.finish(stylesheet(door))


class Assets(StaticFileHandler):
    """A file of `static/`. A browser asks again for a file whose address has no version: a module that
    another one imports must be of the same release. A name that no file can have gives 404.
    """

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        if "\0" in absolute_path:
            raise HTTPError(HTTPStatus.NOT_FOUND)
        return super().validate_absolute_path(root, absolute_path)

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002 (Tornado names it)
        if "v" not in self.request.arguments:
            self.set_header("Cache-Control", "no-cache")


ROUTES = [(rf"/styles/({'|'.join(SHEETS)})\.css", Stylesheet)]

SETTINGS: dict[str, Any] = {
    "template_path": str(ROOT / "templates"),
    "static_path": str(STATIC),
    "static_handler_class": Assets,
    "ui_modules": ui,
    "ui_methods": {"stylesheet": lambda _handler, door: address_of(door)},
}
"""What pages are made of, for the application."""
