"""Parametric QR codes of the account (带参数二维码)."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import qrcode

from simulator.errors import PlatformError

ADDRESS = "http://weixin.qq.com/q/"
LONGEST = 2_592_000
DEFAULT = 60
"""Seconds that a temporary code lasts: at most, and by default."""
MOST_PERMANENT = 100_000

KINDS: Mapping[str, tuple[bool, type]] = {
    "QR_SCENE": (False, int),
    "QR_STR_SCENE": (False, str),
    "QR_LIMIT_SCENE": (True, int),
    "QR_LIMIT_STR_SCENE": (True, str),
}
"""action_name → permanent?, type of the scene."""


@dataclass(frozen=True)
class SceneCode:
    """`expires_at` is None for a permanent code."""

    key: str
    ticket: str
    scene: str
    expires_at: datetime | None

    @property
    def url(self) -> str:
        return ADDRESS + self.key


class SceneCodes:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.codes: dict[str, SceneCode] = {}

    def create(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to `qrcode/create`.

        Raises:
            PlatformError: 40052, 40053, 40097, 45029.
        """
        if asked.get("action_name") not in KINDS:
            raise PlatformError(40052)
        permanent, kind = KINDS[asked["action_name"]]
        scene = _scene(asked.get("action_info"), kind, permanent)
        seconds = None if permanent else _seconds(asked.get("expire_seconds", DEFAULT))
        if permanent and sum(code.expires_at is None for code in self.codes.values()) >= MOST_PERMANENT:
            raise PlatformError(45029)
        expires_at = None if seconds is None else self.clock() + timedelta(seconds=seconds)
        code = SceneCode(secrets.token_urlsafe(16), f"gQ{secrets.token_urlsafe(70)}", scene, expires_at)
        self.codes[code.key] = code
        lasts = {} if seconds is None else {"expire_seconds": seconds}
        return {"ticket": code.ticket, **lasts, "url": code.url}

    def of_text(self, text: str) -> SceneCode | None:
        """The code that says `text`, still valid or not."""
        return self.codes.get(text.removeprefix(ADDRESS)) if text.startswith(ADDRESS) else None

    def valid(self, code: SceneCode) -> bool:
        return code.expires_at is None or code.expires_at > self.clock()

    def picture(self, ticket: str) -> bytes | None:
        """A PNG, None for an unknown ticket."""
        for code in self.codes.values():
            if code.ticket == ticket:
                return picture(code.url)
        return None


def picture(text: str) -> bytes:
    file = BytesIO()
    qrcode.make(text, border=4, box_size=10).save(file)
    return file.getvalue()


def _scene(info: object, kind: type, permanent: bool) -> str:
    scene = info.get("scene") if isinstance(info, dict) else None
    if not isinstance(scene, dict):
        raise PlatformError(40053)
    value = scene.get("scene_id" if kind is int else "scene_str")
    if kind is str and isinstance(value, str) and 1 <= len(value) <= 64:
        return value
    most = MOST_PERMANENT if permanent else 2**32 - 1
    if kind is int and isinstance(value, int) and 1 <= value <= most:
        return str(value)
    raise PlatformError(40053)


def _seconds(asked: object) -> int:
    if not isinstance(asked, int) or not 1 <= asked <= LONGEST:
        raise PlatformError(40097, "expire_seconds")
    return asked
