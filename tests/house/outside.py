"""What is asked outside: the register of names, WeChat about its users, and the judging of a file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import BinaryIO
from uuid import uuid4

from models.errors import Unavailable
from models.materials.inspection.inspector import Inspector
from models.people.accounts import SignInCodeInvalid, WechatUnavailable
from models.people.credentials import CredentialKind
from models.people.verification import BodyVerdict, PlatformUser, Verdict
from tests.house.people import BOSS


@dataclass
class Openids:
    """Tells of the openids that a test has told it of; `down` makes it not answer."""

    unionids: dict[str, str] = field(default_factory=dict)
    down: bool = False

    async def unionid(self, openid: str) -> str | None:
        if self.down:
            raise WechatUnavailable
        return self.unionids.get(openid)


class RegisterDown(Unavailable):
    code = "register_down"
    message = "核验服务暂时不可用"


@dataclass
class Register:
    """Agrees to whatever name comes with a number, unless a test has told it what it knows.

    `names` are those that it knows by their numbers, `unknown` the numbers of which it has no record; every
    body has the one `representative` (name, number); `down` makes it not answer; `asked` counts what it was
    asked.
    """

    names: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    representative: tuple[str, str] = BOSS
    down: bool = False
    asked: int = 0

    async def person(self, kind: CredentialKind, name: str, number: str) -> Verdict:
        self.asked += 1
        if self.down:
            raise RegisterDown
        if number in self.unknown:
            return Verdict.NO_RECORD
        return Verdict.MATCH if self.names.get(number, name) == name else Verdict.MISMATCH

    async def body(self, kind: CredentialKind, name: str, number: str) -> BodyVerdict:
        self.asked += 1
        if self.down:
            raise RegisterDown
        return BodyVerdict(Verdict.MATCH, *self.representative)


class SignIns:
    """WeChat's codes: each stands for the openid of who agreed to sign in, and is good once."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}

    def agree(self, openid: str) -> str:
        code = uuid4().hex
        self.codes[code] = openid
        return code

    async def exchange(self, code: str) -> PlatformUser:
        if code not in self.codes:
            raise SignInCodeInvalid
        return PlatformUser(self.codes.pop(code))

    miniprogram_session = exchange


class TakesAll(Inspector):
    """Takes every file as it is, in no time, where a test is not about what files are."""

    @asynccontextmanager
    async def cleaned(self, file: BinaryIO, owner: str) -> AsyncIterator[tuple[BinaryIO, str]]:
        yield file, "application/pdf"
