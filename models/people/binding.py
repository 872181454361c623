"""Real-name binding (article 7), the same for all doors."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import datetime

from models import typed
from models.counters import Counters, Limit, Per, Use
from models.errors import BadInput, DomainError, Forbidden, NotFound, Refused, TooMany
from models.events import Cause
from models.people.accounts import Account
from models.people.agencies import Agencies, Agency, AgencyDayLimit
from models.people.applicants import Applicant, Applicants
from models.people.credentials import ApplicantKind, Credential, CredentialKind, check_credential
from models.people.parties import Acting, OtherRole, Party
from models.people.phone_codes import PhoneCodes, check_phone
from models.people.verification import Verdict, Verifier
from models.workdays import local_date


class IdentityMismatch(Refused):
    code = "identity_mismatch"
    message = "姓名（名称）与证件号码不一致，请核对后重新填写"


class IdentityNoRecord(Refused):
    code = "identity_no_record"
    message = "暂未查到该证件的登记信息，请携带证件原件到任一政务服务窗口核验后再绑定"


class RegisterDayLimit(TooMany):
    code = "register_day_limit"
    message = "今天核验次数已达上限，请明天再试，或携带证件原件到任一政务服务窗口核验"


class NotAgent(Forbidden):
    code = "not_agent"
    message = "您不是该单位已确认的经办人"


class ConsentRequired(BadInput):
    code = "consent_required"
    message = "请先阅读并勾选同意处理敏感个人信息"
    field = "consent"


class NameInvalid(BadInput):
    code = "name_invalid"
    message = "请填写证件上的姓名（名称）"
    field = "name"


@dataclass(frozen=True)
class Asking:
    """An agency as the legal representative of its body sees it: who acts or asks to act (the whole name, the
    phone masked), for which body, and when it was asked for."""

    agency: Agency
    body: Applicant
    name: str
    masked_phone: str | None
    since: datetime


BODIES = Limit("bodies_asked_for", 10, Per.DAY, AgencyDayLimit)
"""Requests of one person for all bodies together: the representative of each hears of it by WeChat or SMS."""
REGISTER = Limit("register_asked", 10, Per.DAY, RegisterDayLimit)
"""Questions of one account (for itself) or one person (for bodies) to the registers. Each is paid for, and
would tell a stranger which name goes with which number. A question that was not answered does not count."""


@dataclass(frozen=True)
class Binding:
    """The parts that binding needs; every door shares one of these."""

    applicants: Applicants
    agencies: Agencies
    phone_codes: PhoneCodes
    verifier: Verifier
    counters: Counters

    async def person(
        self,
        account: str,
        *,
        kind: CredentialKind,
        name: str,
        number: str,
        phone: str,
        code: str,
        consent: bool,
        by: Cause,
    ) -> Applicant:
        """Bind the person to the account; `consent` is to the use of sensitive personal data for this
        (PIPL article 29).

        Raises:
            BadInput: `consent_required`; or the number, the phone, the name or the code is wrong.
            Refused: `identity_mismatch`, `identity_no_record`, `phone_differs`.
            Conflict: `account_bound`, `binding_raced`.
            TooMany: `register_day_limit`.
            Unavailable: the register does not answer; nothing was changed.
        """
        if not consent:
            raise ConsentRequired
        name = check_name(name)
        credential = check_credential(ApplicantKind.PERSON, kind, number, local_date(by.at))
        phone = check_phone(phone)
        await self.phone_codes.check(phone, code, account=account, by=by)
        verified_by = await self._verify_person(credential, name, account, by)
        applicant = await self.applicants.bind(
            credential, name=name, phone=phone, account=account, verified_by=verified_by, by=by
        )
        await self.phone_codes.use_up(phone, account=account)
        return applicant

    async def body(
        self,
        agent: Applicant,
        *,
        applicant_kind: ApplicantKind,
        kind: CredentialKind,
        name: str,
        number: str,
        by: Cause,
    ) -> Agency:
        """Ask that a bound person may act for an enterprise or organization; returns the agency.

        Raises:
            BadInput, Refused, Unavailable: as for `person`.
            Conflict: `agency_exists`.
            TooMany: `agency_day_limit`, for this body or for all together; `register_day_limit`.
        """
        name = check_name(name)
        credential = check_credential(applicant_kind, kind, number, local_date(by.at))
        known = await self.applicants.find_by_credential(credential)
        if known and typed.same_name(self.applicants.name(known), name):
            await self.agencies.check_askable(agent, known, by)
        async with self._asking(agent["_id"], by):
            found = await self.verifier.body(credential.kind, name, credential.number)
        _accept(found.verdict)
        body = await self.applicants.register_body(
            applicant_kind,
            credential,
            name=name,
            representative=self.applicants.number_index(typed.number(found.representative_number)),
            by=by,
        )
        await self.agencies.end_former(body, by)
        async with self.counters.taken([Use(BODIES, agent["_id"])], by.at):
            return await self.agencies.request(agent, body, by)

    async def acting(self, person: Applicant, body: str) -> Applicant:
        """The body that a person may act for.

        Raises:
            Forbidden: `not_agent`, also where there is no such body.
        """
        try:
            found = await self.applicants.get(body)
        except NotFound:
            raise NotAgent from None
        if "representative" not in found or not await self.agencies.acts(person["_id"], found):
            raise NotAgent
        return found

    async def asking(self, representative: Applicant) -> list[Asking]:
        """What a legal representative has to confirm, or has confirmed."""
        found = await self.agencies.of_representative(representative)
        return [await self.asking_of(agency) for agency in found]

    async def asking_of(self, agency: Agency) -> Asking:
        """An agency as its legal representative sees it."""
        person = await self.applicants.get(agency["person"])
        return Asking(
            agency=agency,
            body=await self.applicants.get(agency["body"]),
            name=self.applicants.name(person),
            masked_phone=person.get("masked_phone"),
            since=agency["asked"][-1],
        )

    async def explained(self, person: Applicant, owner: str | None, otherwise: DomainError) -> DomainError:
        """Why the person may not have what is `owner`'s: it belongs to another role of theirs; or, if it is
        none of theirs, `otherwise`."""
        if owner == person["_id"]:
            return OtherRole(Acting(None, person["masked_name"], person["kind"]))
        try:
            body = await self.acting(person, owner or "")
        except NotAgent:
            return otherwise
        return OtherRole(Acting(body["_id"], self.applicants.name(body), body["kind"]))

    async def hears(self, applicant: str, agent: str) -> Applicant:
        """Who is told of what is an applicant's: the person; of a body the agent who did it, or its legal
        representative if that agency has ended.

        A body that has neither here is told itself, and has no account and no phone.
        """
        found = await self.applicants.get(applicant)
        if found["kind"] is ApplicantKind.PERSON:
            return found
        if await self.agencies.acts(agent, found):
            return await self.applicants.get(agent)
        return await self.applicants.find_by_number_index(found["representative"]) or found

    async def party(self, account: Account) -> Party | None:
        """For whom an account acts: its own person, or a body that the person is an agent of; None where no
        person is bound.

        Raises:
            Forbidden: `not_agent`, of the body any more.
        """
        person = await self.applicants.find_by_account(account["_id"])
        if person is None:
            return None
        body = account.get("acting")
        applicant = await self.acting(person, body) if body else person
        return Party(applicant, person, account["_id"])

    async def others(self, party: Party, audience: Sequence[ApplicantKind]) -> list[Acting]:
        """As whom else the person at the screen may act, of these kinds."""
        person, found = party.agent, list[Acting]()
        if party.for_body and person["kind"] in audience:
            found.append(Acting(None, person["masked_name"], person["kind"]))
        for agency in await self.agencies.of_person(person["_id"]):
            with suppress(NotAgent):
                body = await self.acting(person, agency["body"])
                if body["kind"] in audience and body["_id"] != party.id:
                    found.append(Acting(body["_id"], self.applicants.name(body), body["kind"]))
        return found

    async def keep_bound(self, account: Account, by: Cause) -> None:
        """Bind to this account the persons of the accounts that it has absorbed; safe to repeat."""
        for absorbed in account.get("absorbed", []):
            await self.applicants.move(absorbed, account["_id"], by)

    def _asking(self, subject: str, by: Cause) -> AbstractAsyncContextManager[None]:
        """Around a question to a register.

        Raises:
            TooMany: `register_day_limit`; the register is not asked.
        """
        return self.counters.taken([Use(REGISTER, subject)], by.at)

    async def _verify_person(self, credential: Credential, name: str, account: str, by: Cause) -> str:
        """Who verified the name: the member of staff who saw the document, or else the `register`, which
        is asked."""
        known = await self.applicants.find_by_credential(credential)
        seen = known is not None and known["verified"]["by"].startswith("staff:")
        if known and seen and typed.same_name(self.applicants.name(known), name):
            return known["verified"]["by"]
        async with self._asking(account, by):
            verdict = await self.verifier.person(credential.kind, name, credential.number)
        _accept(verdict)
        return "register"


def check_name(name: str) -> str:
    """
    Raises:
        BadInput: `name_invalid`.
    """
    normal = typed.name(name)
    legible = any(map(str.isalnum, normal)) and not any(char in "<>\\{}" or ord(char) < 32 for char in normal)
    if not legible or len(normal) > 100:
        raise NameInvalid
    return normal


def _accept(verdict: Verdict) -> None:
    if verdict is Verdict.MISMATCH:
        raise IdentityMismatch
    if verdict is Verdict.NO_RECORD:
        raise IdentityNoRecord
