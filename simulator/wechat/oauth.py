"""Sign-in: codes for the account's pages and for the mini-program, and what they are changed into."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from simulator.errors import PlatformError

Scope = Literal["snsapi_base", "snsapi_userinfo", "miniprogram"]

CODE_LIFE = timedelta(minutes=5)
TOKEN_LIFE = timedelta(seconds=7200)


@dataclass
class Code:
    person: str
    scope: Scope
    expires_at: datetime
    snapshot: bool = False
    used: bool = False


@dataclass(frozen=True)
class Grant:
    """A page's access token for one person; not the account's own."""

    person: str
    scope: Scope
    expires_at: datetime


class SignIns:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.codes: dict[str, Code] = {}
        self.grants: dict[str, Grant] = {}

    def code(self, person: str, scope: Scope, snapshot: bool = False) -> str:
        value = "0" + secrets.token_hex(16)[1:]
        self.codes[value] = Code(person, scope, self.clock() + CODE_LIFE, snapshot)
        return value

    def redeem(self, value: str, miniprogram: bool) -> Code:
        """Use a code up.

        Raises:
            PlatformError: 41008 missing, 40029 unknown, 40163 used, 42003 expired.
        """
        if not value:
            raise PlatformError(41008)
        code = self.codes.get(value)
        if code is None or (code.scope == "miniprogram") is not miniprogram:
            raise PlatformError(40029)
        if code.used:
            raise PlatformError(40163)
        if code.expires_at <= self.clock():
            raise PlatformError(40029 if miniprogram else 42003)
        code.used = True
        return code

    def grant(self, code: Code) -> str:
        token = f"OAUTH_{secrets.token_hex(48)}"
        self.grants[token] = Grant(code.person, code.scope, self.clock() + TOKEN_LIFE)
        return token

    def granted(self, token: str) -> Grant:
        """
        Raises:
            PlatformError: 41001, 40001, 42001, or 48001 for a silent sign-in.
        """
        if not token:
            raise PlatformError(41001)
        grant = self.grants.get(token)
        if grant is None:
            raise PlatformError(40001)
        if grant.expires_at <= self.clock():
            raise PlatformError(42001)
        if grant.scope != "snsapi_userinfo":
            raise PlatformError(48001)
        return grant
