"""Stylesheets, scripts and pictures as they are sent, and what pages are made of."""

import re
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from handlers.web import ui
from handlers.web.base import PageNotFound
from handlers.web.bundle import STATIC, Asset, bundle
from handlers.web.html import HtmlHandler
from models.errors import DomainError

KEPT = "public, max-age=31536000, immutable"
ASKED_FOR_ANEW = "no-cache"
BEYOND = {"kiosk/keeper.js": "/kiosk"}
"""Service workers, and the pages that they see to."""
UNPACKS = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")
"""In Accept-Encoding; a weight of nought is a refusal."""
RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
"""One part of a file; who asks for any other is given the whole."""


class Assets(HtmlHandler):
    """GET /static/{release}/{name}: an asset, which the browser keeps for good. Under another release, or
    under none, it is what is there now, and the browser asks each time whether it still is.
    """

    needs_database = False

    async def get(self, release: str | None, name: str) -> None:
        asset = bundle().assets.get(name)
        if asset is None:
            raise PageNotFound
        self.set_header("Content-Type", asset.media_type)
        self.set_header("Cache-Control", KEPT if release == bundle().release else ASKED_FOR_ANEW)
        self.set_header("Accept-Ranges", "bytes")
        if name in BEYOND:
            self.set_header("Service-Worker-Allowed", BEYOND[name])
        content = self.packed(asset) or asset.content
        etag = f'"{sha256(content).hexdigest()[:32]}"'
        self.set_header("Etag", etag)
        if self.check_etag_header():
            self.set_status(HTTPStatus.NOT_MODIFIED)
            self.finish()
        else:
            self.finish(self.part(content, etag))

    async def head(self, release: str | None, name: str) -> None:
        await self.get(release, name)

    def write_domain_error(self, error: DomainError) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(self.text(error))

    def packed(self, asset: Asset) -> bytes | None:
        """The asset packed, if the browser unpacks it; parts are asked for of files as they are."""
        if not asset.packed:
            return None
        self.set_header("Vary", "Accept-Encoding")
        accepted = self.request.headers.get("Accept-Encoding", "").lower()
        if "Range" in self.request.headers or not UNPACKS.search(accepted):
            return None
        self.set_header("Content-Encoding", "gzip")
        return asset.packed

    def part(self, content: bytes, etag: str) -> bytes:
        """What is asked for of the content: usually all."""
        asked = RANGE.fullmatch(self.request.headers.get("Range", ""))
        if not asked or self.request.headers.get("If-Range", etag) != etag:
            return content
        first, end = int(asked[1]), min(int(asked[2] or len(content)) + 1, len(content))
        if first >= end:
            return content
        self.set_status(HTTPStatus.PARTIAL_CONTENT)
        self.set_header("Content-Range", f"bytes {first}-{end - 1}/{len(content)}")
        return content[first:end]


ROUTES = [(r"/static/(?:([0-9a-f]{16})/)?(.+)", Assets)]

SETTINGS: dict[str, Any] = {"template_path": str(STATIC.parent / "templates"), "ui_modules": ui}
"""What pages are made of, for the application."""
