"""Real-name checks (article 7). Satisfies `models.people.verification.Verifier`.

Aliyun Cloudauth (2019-03-07) knows 身份证 and 港澳台居民居住证; the sharing platform knows the rest.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from models.errors import DomainError
from models.people import BodyVerdict, CredentialKind, Verdict
from models.people.verification import NameMalformed, NumberMalformed, VerifierUnavailable
from wechat_backend.gateways.aliyun import AliyunGateway
from wechat_backend.gateways.base import GatewayError, Remedy
from wechat_backend.gateways.government import Government
from wechat_backend.settings import Settings

CLOUDAUTH = frozenset({CredentialKind.RESIDENT_ID, CredentialKind.HMT_RESIDENCE_PERMIT})
MALFORMED = "401"
"""参数非法: since every number that we send has passed our own checks, it is the name."""
BIZ_CODES = {"1": Verdict.MATCH, "2": Verdict.MISMATCH, "3": Verdict.NO_RECORD}


class RealName(AliyunGateway):
    provider = "realname"
    remedies: ClassVar[Mapping[str, Remedy]] = {"401": Remedy.GIVE_UP, "404": Remedy.GIVE_UP}

    def __init__(self, url: str, key_id: str, key_secret: str, government: Government) -> None:
        super().__init__(url, key_id, key_secret, "2019-03-07")
        self.government = government

    @classmethod
    def of(cls, settings: Settings, government: Government) -> "RealName":
        secret = settings.aliyun_key_secret.get_secret_value()
        return cls(settings.aliyun_realname_url, settings.aliyun_key_id, secret, government)

    async def person(self, kind: CredentialKind, name: str, number: str) -> Verdict:
        """Whether a person's name and number belong together; see `models.people.verification.Verifier`."""
        try:
            if kind in CLOUDAUTH:
                return await self._cloudauth(name, number)
            return _verdict(await self.government.verify_person(kind, name, number))
        except GatewayError as error:
            raise _meaning(error) from error

    async def body(self, kind: CredentialKind, name: str, number: str) -> BodyVerdict:
        """The same for an enterprise or organization, with its legal representative."""
        try:
            answer = await self.government.verify_body(kind, name, number)
        except GatewayError as error:
            raise _meaning(error) from error
        if (verdict := _verdict(answer)) is not Verdict.MATCH:
            return BodyVerdict(verdict)
        representative: Mapping[str, str] = answer.get("legal_representative") or {}
        return BodyVerdict(verdict, representative.get("name", ""), representative.get("number", ""))

    async def _cloudauth(self, name: str, number: str) -> Verdict:
        async with self.watched("id2meta"):
            answer = await self.act(
                "Id2MetaVerify", {"ParamType": "normal", "IdentifyNum": number, "UserName": name}
            )
            if (code := str(answer.get("Code"))) != "200":
                raise GatewayError(
                    self.provider, code, self.remedies.get(code, Remedy.RETRY), malformed=code == MALFORMED
                )
            result = answer.get("ResultObject") or {}
            code = str(result.get("BizCode"))
            if code not in BIZ_CODES:
                raise self.error(f"biz_{code}")
        return BIZ_CODES[code]


def _meaning(error: GatewayError) -> DomainError:
    """What a failure means for the person who asked."""
    if not error.malformed:
        return VerifierUnavailable()
    return NumberMalformed() if "number" in error.code else NameMalformed()


def _verdict(answer: Mapping[str, Any]) -> Verdict:
    try:
        return Verdict(answer.get("result", ""))
    except ValueError:
        raise VerifierUnavailable from None
