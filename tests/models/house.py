"""Who is bound to what, with a register that the test controls."""

from dataclasses import dataclass, field
from typing import Any

from models.errors import BadInput, Unavailable
from models.events import Cause
from models.people.accounts import Accounts
from models.people.agencies import Agencies, Agency
from models.people.applicants import Applicant, Applicants
from models.people.binding import Binding
from models.people.credentials import ApplicantKind, CredentialKind, check_credential
from models.people.phone_codes import PhoneCodes
from models.people.verification import BodyVerdict, Verdict
from models.workdays import local_date
from tests.conftest import ADDRESS, START


class RegisterDown(Unavailable):
    code = "register_down"
    message = "核验服务暂时不可用"


ELDER = ("陈建国", "11010519491231002X")
BOSS = ("梁志强", "44011319700101001X")
USCC = "91440113MA59K2XT4M"


@dataclass
class Register:
    """Knows names by their numbers; `down` makes it not answer."""

    people: dict[str, str] = field(default_factory=lambda: dict([ELDER[::-1]]))
    representative: tuple[str, str] = BOSS
    down: bool = False

    async def person(self, kind: CredentialKind, name: str, number: str) -> Verdict:
        if self.down:
            raise RegisterDown
        if number not in self.people:
            return Verdict.NO_RECORD
        return Verdict.MATCH if self.people[number] == name else Verdict.MISMATCH

    async def body(self, kind: CredentialKind, name: str, number: str) -> BodyVerdict:
        return BodyVerdict(Verdict.MATCH, *self.representative)


@dataclass
class House:
    accounts: Accounts
    applicants: Applicants
    agencies: Agencies
    codes: PhoneCodes
    register: Register
    binding: Binding

    async def bind(
        self, account: str, by: Cause, who: tuple[str, str] = ELDER, phone: str = "13900000001"
    ) -> Applicant:
        await self.codes.documents.delete_many({})
        await self.codes.request(phone, account=account, address=ADDRESS, by=by)
        return await self.enter(account, by, await self.code(), who, phone)

    async def code(self) -> str:
        """What the only message that was sent says."""
        return self.codes.secret(await self.codes.documents.find_one({}))[1]

    async def enter(
        self,
        account: str,
        by: Cause,
        code: str,
        who: tuple[str, str] = ELDER,
        phone: str = "13900000001",
        kind: CredentialKind = CredentialKind.RESIDENT_ID,
    ) -> Applicant:
        return await self.binding.person(
            account,
            kind=kind,
            name=who[0],
            number=who[1],
            phone=phone,
            code=code,
            consent=True,
            by=by,
        )

    async def for_weimei(self, agent: Applicant, by: Cause, **changes: Any) -> Agency:
        """Ask to act for an enterprise."""
        asked: dict[str, Any] = {
            "applicant_kind": ApplicantKind.ENTERPRISE,
            "kind": CredentialKind.USCC,
            "name": "番禺味美食品有限公司",
            "number": USCC,
        }
        return await self.binding.body(agent, by=by, **{**asked, **changes})


async def valid_boss(house: House) -> tuple[str, str]:
    """The representative with a number whose check digit is right."""
    for last in "0123456789X":
        try:
            number = BOSS[1][:17] + last
            check_credential(ApplicantKind.PERSON, CredentialKind.RESIDENT_ID, number, local_date(START))
        except BadInput:
            continue
        house.register.people[number] = BOSS[0]
        house.register.representative = (BOSS[0], number)
        return BOSS[0], number
    raise AssertionError
