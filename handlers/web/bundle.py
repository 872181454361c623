"""What pages are dressed with: each door's stylesheet, joined of its parts, and all other files of `static/`.

They are read once, packed once, and are at addresses with the digest of them all, `/static/<digest>/…`. So a
browser keeps what it has without asking, another release has other addresses, and the modules that a module
imports, by relative addresses, are of its own release.
"""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path

STATIC = Path(__file__).parents[2] / "static"
SHEETS = {
    "citizen": (
        *("vendor/weui.min", "shared/tokens", "base", "frame", "card", "button", "list", "notice", "form"),
        *("look", "apply", "booking", "review", "places", "shared/map"),
        *("shared/paper", "shared/chart", "figures", "pairing"),
    ),
    "kiosk": (
        "shared/tokens",
        "base",
        "frame",
        "list",
        "guide",
        "form",
        "pad",
        "leaving",
        "places",
        "stopped",
        "pairing",
        "shared/map",
    ),
    "admin": (
        *("shared/tokens", "base", "frame", "standing_in", "list", "queue"),
        *(
            "detail",
            "viewer",
            "form",
            "shared/paper",
            "shared/chart",
            "figures",
            "shared/map",
            "board",
            "times",
            "calendar",
            "halls",
        ),
    ),
}
"""The parts of each door's stylesheet, in their order; one that is not the door's alone is named with its
folder. WeUI is cut to what the citizens' pages use (`scripts/_setup.py`)."""
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
WORTH_PACKING = 0.9
"""What gzip leaves of a file: pictures and the like are as small as they get."""


@dataclass(frozen=True)
class Asset:
    """`packed` is the content as gzip has it, where that is smaller."""

    media_type: str
    content: bytes
    packed: bytes | None


@dataclass(frozen=True)
class Bundle:
    """`release` is the digest of all assets, which are known by the ends of their addresses."""

    release: str
    assets: Mapping[str, Asset]


@cache
def bundle() -> Bundle:
    """
    Raises:
        FileNotFoundError: WeUI is not there: the checkout is not set up.
    """
    contents = dict(_contents())
    digest = sha256(b"\0".join(name.encode() + b"\0" + content for name, content in contents.items()))
    return Bundle(digest.hexdigest()[:16], {name: _asset(name, one) for name, one in contents.items()})


def address_of(name: str) -> str:
    """Where an asset is in this release.

    Raises:
        KeyError: there is none of this name.
    """
    if name not in bundle().assets:
        raise KeyError(name)
    return f"/static/{bundle().release}/{name}"


def stylesheet(door: str) -> bytes:
    parts = (name if "/" in name else f"{door}/{name}" for name in SHEETS[door])
    return b"\n".join((STATIC / f"{part}.css").read_bytes() for part in parts)


def _contents() -> Iterator[tuple[str, bytes]]:
    for door in SHEETS:
        yield f"{door}.css", stylesheet(door)
    for path in sorted(STATIC.rglob("*")):
        name = path.relative_to(STATIC).as_posix()
        if path.is_file() and path.suffix != ".css" and not name.startswith("vendor/"):
            yield name, path.read_bytes()


def _asset(name: str, content: bytes) -> Asset:
    media_type = TYPES.get(Path(name).suffix) or guess_type(name)[0] or "application/octet-stream"
    packed = gzip.compress(content, 9, mtime=0)
    return Asset(media_type, content, packed if len(packed) < WORTH_PACKING * len(content) else None)
