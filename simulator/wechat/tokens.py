"""Access tokens as WeChat gives them out: by the legacy endpoint or the stable one, apart from each other.

The legacy endpoint invalidates what it gave before. `stable_token` gives the same token until five minutes
before its end, then a new one beside it; by force it invalidates the one before, 20 times a day at most, and
not within 30 s of the last time.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.errors import PlatformError

Clock = Callable[[], datetime]

LIFE = timedelta(seconds=7200)
EARLY = timedelta(minutes=5)
FORCED_A_DAY = 20
FORCED_APART = timedelta(seconds=30)
SHAPE = re.compile(r"SIM_[\w-]{128}")


@dataclass
class Issued:
    token: str
    expires_at: datetime
    valid: bool = True


class Tokens:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.issued: dict[str, Issued] = {}
        self.latest: dict[str, Issued] = {}
        self.forced: list[datetime] = []

    def legacy(self) -> tuple[str, int]:
        """A new token and its seconds; the one before is no longer valid."""
        if before := self.latest.get("legacy"):
            before.valid = False
        return self._answer(self._issue("legacy"))

    def stable(self, force: bool) -> tuple[str, int]:
        """
        Raises:
            PlatformError: 45009, forced too often.
        """
        now, latest = self.clock(), self.latest.get("stable")
        if latest and latest.valid and force and self._may_force(now):
            latest.valid = False
        if latest and latest.valid and latest.expires_at - now > EARLY:
            return self._answer(latest)
        return self._answer(self._issue("stable"))

    def check(self, token: str) -> None:
        """
        Raises:
            PlatformError: 41001, 40014, 40001 or 42001.
        """
        if not token:
            raise PlatformError(41001)
        if not SHAPE.fullmatch(token):
            raise PlatformError(40014)
        issued = self.issued.get(token)
        if issued is None or not issued.valid:
            raise PlatformError(40001)
        if issued.expires_at <= self.clock():
            raise PlatformError(42001)

    def expire(self) -> None:
        """All tokens have reached their end."""
        for issued in self.issued.values():
            issued.expires_at = min(issued.expires_at, self.clock())

    def invalidate(self) -> None:
        """All tokens are refused from now on, as after a change of the secret."""
        for issued in self.issued.values():
            issued.valid = False

    def _may_force(self, now: datetime) -> bool:
        self.forced = [at for at in self.forced if now - at < timedelta(days=1)]
        if self.forced and now - self.forced[-1] < FORCED_APART:
            return False
        if len(self.forced) >= FORCED_A_DAY:
            raise PlatformError(45009, "force_refresh")
        self.forced.append(now)
        return True

    def _issue(self, kind: str) -> Issued:
        issued = Issued(f"SIM_{secrets.token_hex(64)}", self.clock() + LIFE)
        self.issued[issued.token] = self.latest[kind] = issued
        return issued

    def _answer(self, issued: Issued) -> tuple[str, int]:
        return issued.token, int((issued.expires_at - self.clock()).total_seconds())
