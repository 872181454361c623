"""What is asked of outside systems: whether a name and a number belong together, which user a code stands
for, and whose an openid is (article 7).

The gateways answer; the rules get them as arguments.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from models.errors import BadInput, Unavailable
from models.people.credentials import CredentialKind


class VerifierUnavailable(Unavailable):
    code = "verifier_unavailable"
    message = "实名核验服务暂时无法使用，请稍后再试，或到窗口办理"


class NameMalformed(BadInput):
    """The register knows no such spelling: a slip of the person's."""

    code = "name_malformed"
    message = "登记系统不接受这样写的姓名（名称），请照证件逐字填写"
    field = "name"


class NumberMalformed(BadInput):
    code = "number_malformed"
    message = "登记系统不接受这样的证件号码，请照证件逐字填写"
    field = "number"


class Verdict(StrEnum):
    MATCH = "match"
    MISMATCH = "mismatch"
    NO_RECORD = "no_record"


@dataclass(frozen=True)
class BodyVerdict:
    """The verdict on an enterprise or organization and, on a match, its legal representative."""

    verdict: Verdict
    representative_name: str = ""
    representative_number: str = ""


class Verifier(Protocol):
    """Each raises `VerifierUnavailable` when the register does not answer, `NameMalformed` or
    `NumberMalformed` for a name or number that it does not accept.
    """

    async def person(self, kind: CredentialKind, name: str, number: str) -> Verdict: ...

    async def body(self, kind: CredentialKind, name: str, number: str) -> BodyVerdict: ...


@dataclass(frozen=True)
class PlatformUser:
    """A user of WeChat; `unionid` is the same in all our apps, and may be missing."""

    openid: str
    unionid: str | None = None


class Identity(Protocol):
    """Turns a single-use code into a user.

    Both raise `Unauthenticated` for a code that is used, expired or invented, `Unavailable` when the
    platform does not answer.
    """

    async def exchange(self, code: str) -> PlatformUser: ...

    async def miniprogram_session(self, code: str) -> PlatformUser: ...


class Followers(Protocol):
    """Tells whose an openid of the official account is."""

    async def unionid(self, openid: str) -> str | None:
        """None where the platform does not tell, for good.

        Raises:
            Unavailable: the platform does not answer.
        """
