"""Real-name binding (article 7): the same rules as on the page."""

from pydantic import Field

from handlers.api.contract import Answer, Asked, Endpoint, Resource, operation
from handlers.api.me import Me, me
from handlers.web.visitor import Auth
from models.outgoing.sms import SmsUsedUp
from models.people import CredentialKind, Wording
from models.people.applicants import AccountBound, BindingRaced, NotBoundToAccount, PhoneDiffers
from models.people.binding import ConsentRequired, IdentityMismatch, IdentityNoRecord, NameInvalid
from models.people.credentials import CredentialKindNotAccepted, CredentialNumberInvalid
from models.people.phone_codes import (
    APART,
    PhoneCodeAccountLimit,
    PhoneCodeAddressLimit,
    PhoneCodeDayLimit,
    PhoneCodeHourLimit,
    PhoneCodesPaused,
    PhoneCodeTooSoon,
    PhoneCodeWrong,
    PhoneInvalid,
)
from models.people.verification import NameMalformed, NumberMalformed, VerifierUnavailable


class PhoneCodeRequest(Asked):
    phone: str = Field(max_length=100)


class PhoneCodeSent(Answer):
    seconds: int = Field(description="until another can be asked for")


class BindingRequest(Asked):
    kind: CredentialKind
    name: str = Field(max_length=200)
    number: str = Field(max_length=100)
    phone: str = Field(max_length=100)
    code: str = Field(max_length=200, description="the six digits sent by SMS")
    consent: bool = Field(description="to the use of sensitive personal data for this purpose")
    electronic_service: Wording | None = Field(
        None, description="the words of electronic service that the person agrees to; null: not asked, or no"
    )


class PhoneCodesResource(Resource):
    @operation(
        "Send a code by SMS",
        auth=Auth.ACCOUNT,
        asks=PhoneCodeRequest,
        answers=PhoneCodeSent,
        status=202,
        errors=(
            PhoneInvalid,
            PhoneCodeTooSoon,
            PhoneCodeHourLimit,
            PhoneCodeDayLimit,
            PhoneCodeAccountLimit,
            PhoneCodeAddressLimit,
            SmsUsedUp,
            PhoneCodesPaused,
        ),
    )
    async def post(self, asked: PhoneCodeRequest) -> PhoneCodeSent:
        await self.services.phone_codes.request(
            asked.phone, account=self.signed_in_account()["_id"], address=self.address, by=self.by_account()
        )
        return PhoneCodeSent(seconds=int(APART.total_seconds()))


class BindingResource(Resource):
    @operation(
        "Bind one's real name to the account",
        auth=Auth.ACCOUNT,
        asks=BindingRequest,
        answers=Me,
        status=201,
        errors=(
            ConsentRequired,
            NameInvalid,
            CredentialKindNotAccepted,
            CredentialNumberInvalid,
            NameMalformed,
            NumberMalformed,
            PhoneInvalid,
            PhoneCodeWrong,
            AccountBound,
            BindingRaced,
            IdentityMismatch,
            IdentityNoRecord,
            PhoneDiffers,
            VerifierUnavailable,
        ),
    )
    async def post(self, asked: BindingRequest) -> Me:
        account = self.signed_in_account()
        applicant = await self.services.binding.person(
            account["_id"],
            kind=asked.kind,
            name=asked.name,
            number=asked.number,
            phone=asked.phone,
            code=asked.code,
            consent=asked.consent,
            by=self.by_account(),
        )
        if asked.electronic_service:
            await self.services.electronic_service.agree(
                applicant["_id"], asked.electronic_service, self.cause(f"applicant:{applicant['_id']}")
            )
        return await me(self.services, account)

    @operation("Unbind; what was applied for stays", auth=Auth.APPLICANT, errors=(NotBoundToAccount,))
    async def delete(self) -> None:
        account, person = self.signed_in_account()["_id"], self.bound_party().agent["_id"]
        await self.services.applicants.unbind(person, account, self.by_account())
        await self.services.accounts.act_for(account, None, self.by_account())


ENDPOINTS = [
    Endpoint("/phone-codes", PhoneCodesResource),
    Endpoint("/binding", BindingResource),
]
