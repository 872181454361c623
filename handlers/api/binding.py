"""Real-name binding (article 7): the same rules as on the page."""

from pydantic import Field

from handlers.api.contract import Answer, Asked, Auth, Endpoint, Resource, operation
from handlers.api.me import Me, me
from handlers.binding import CONSENT_FIRST
from models.credentials import CredentialKind
from models.phone_codes import APART


class PhoneCodeRequest(Asked):
    phone: str = Field(max_length=20)


class PhoneCodeSent(Answer):
    seconds: int = Field(description="until another can be asked for")


class BindingRequest(Asked):
    kind: CredentialKind
    name: str = Field(max_length=200)
    number: str = Field(max_length=50)
    phone: str = Field(max_length=20)
    code: str = Field(max_length=10, description="the six digits sent by SMS")
    consent: bool = Field(description="to the use of sensitive personal data for this purpose")


class PhoneCodesResource(Resource):
    @operation(
        "Send a code by SMS",
        auth=Auth.ACCOUNT,
        asks=PhoneCodeRequest,
        answers=PhoneCodeSent,
        status=202,
        errors={400: ("phone_invalid",), 429: ("phone_code_too_soon", "phone_code_day_limit")},
    )
    async def post(self, asked: PhoneCodeRequest) -> PhoneCodeSent:
        await self.services.phone_codes.request(asked.phone, self.by_account())
        return PhoneCodeSent(seconds=int(APART.total_seconds()))


class BindingResource(Resource):
    @operation(
        "Bind one's real name to the account",
        auth=Auth.ACCOUNT,
        asks=BindingRequest,
        answers=Me,
        status=201,
        errors={
            400: (
                "consent_required",
                "name_invalid",
                "credential_kind_not_accepted",
                "credential_number_invalid",
                "phone_invalid",
                "phone_code_wrong",
            ),
            409: ("account_bound", "binding_raced"),
            422: ("identity_mismatch", "identity_no_record", "phone_differs"),
            503: ("verifier_unavailable",),
        },
    )
    async def post(self, asked: BindingRequest) -> Me:
        if not asked.consent:
            raise CONSENT_FIRST
        account = self.signed_in_account()
        await self.services.binding.person(
            account["_id"],
            kind=asked.kind,
            name=asked.name,
            number=asked.number,
            phone=asked.phone,
            code=asked.code,
            by=self.by_account(),
        )
        return await me(self.services, account)

    @operation("Unbind; what was applied for stays", auth=Auth.APPLICANT, errors={409: ("not_bound",)})
    async def delete(self) -> None:
        account, person = self.signed_in_account()["_id"], self.bound_party().agent["_id"]
        await self.services.applicants.unbind(person, account, self.by_account())
        await self.services.accounts.act_for(account, None, self.by_account())


ENDPOINTS = [
    Endpoint("/phone-codes", PhoneCodesResource),
    Endpoint("/binding", BindingResource),
]
