"""Who one is, for whom one acts, and one's own data (PIPL articles 45 and 47)."""

from datetime import datetime
from typing import Any

from pydantic import Field

from handlers.api.contract import Answer, Asked, Endpoint, Resource, Said, operation
from handlers.web.services import Services
from handlers.web.visitor import Auth
from models.errors import Forbidden
from models.events import Channel
from models.own_data import own_data
from models.people import (
    CURRENT_WORDING,
    WORDINGS,
    Account,
    Applicant,
    ApplicantKind,
    CredentialKind,
    Language,
    Wording,
    agreed_now,
)


class Identity(Answer):
    """A person (name masked) or a body (name as registered)."""

    id: str
    kind: ApplicantKind
    name: str
    credential_kind: CredentialKind
    credential_label: Said
    credential_masked: str
    phone_masked: str | None


class Me(Answer):
    bound: bool
    person: Identity | None
    acting: Identity | None = Field(description="the body acted for; null for oneself")
    language: Language | None
    elder: bool


class Acting(Asked):
    body: str | None = Field(description="id of a body that has confirmed its agent; null for oneself")


class Preferences(Asked):
    language: Language | None = None
    elder: bool | None = Field(None, description="large text")


class Export(Answer):
    """All that is kept, in the clear. No other answer holds whole numbers."""

    exported_at: datetime
    identity: dict[str, Any]
    electronic_service: list[dict[str, Any]]
    agencies: list[dict[str, Any]]
    applications: list[dict[str, Any]]
    appointments: list[dict[str, Any]]
    asked_for_reviews: list[dict[str, Any]]
    reviews: list[dict[str, Any]]
    rectifications: list[dict[str, Any]]
    blacklist: list[dict[str, Any]]


class Agreement(Answer):
    agreed: bool = Field(description="false: taken back")
    wording: Wording
    at: datetime
    channel: Channel = Field(description="the door through which it was said")


class ElectronicService(Answer):
    """Whether papers may be served by WeChat and SMS; of oneself, or of the body acted for."""

    agreed: bool
    wording: Wording = Field(description="the words of now, to be shown whole and named when one agrees")
    words: list[Said]
    history: list[Agreement] = Field(description="the latest first")


class Agreeing(Asked):
    wording: Wording = Field(description="of the words that were shown")


class MeResource(Resource):
    @operation("Who is signed in", auth=Auth.ACCOUNT, answers=Me)
    async def get(self) -> Me:
        return await me(self.services, self.signed_in_account())


class ExportResource(Resource):
    @operation("All data kept of oneself", auth=Auth.APPLICANT, answers=Export)
    async def get(self) -> Export:
        return Export(**await own_data(self.services, self.bound_party().agent, self.now))


class ElectronicServiceResource(Resource):
    @operation(
        "Whether papers may be served by WeChat and SMS", auth=Auth.APPLICANT, answers=ElectronicService
    )
    async def get(self) -> ElectronicService:
        return self.told(self.bound_party().applicant)

    @operation(
        "Agree to electronic service",
        auth=Auth.APPLICANT,
        asks=Agreeing,
        answers=ElectronicService,
    )
    async def put(self, asked: Agreeing) -> ElectronicService:
        agreeing = self.services.electronic_service
        return self.told(await agreeing.agree(self.bound_party().id, asked.wording, self.by_party()))

    @operation(
        "Take the agreement back; what was served stays served",
        auth=Auth.APPLICANT,
        answers=ElectronicService,
    )
    async def delete(self) -> ElectronicService:
        return self.told(
            await self.services.electronic_service.revoke(self.bound_party().id, self.by_party())
        )

    def told(self, applicant: Applicant) -> ElectronicService:
        kept = self.services.electronic_service.export(applicant)
        return ElectronicService(
            agreed=agreed_now(applicant),
            wording=CURRENT_WORDING,
            words=list(WORDINGS[CURRENT_WORDING]),
            history=[
                Agreement(
                    agreed=one["agreed"],
                    wording=Wording(one["wording"]),
                    at=one["at"],
                    channel=one["channel"],
                )
                for one in kept
            ],
        )


class ActingResource(Resource):
    @operation(
        "Act for a body, or for oneself again",
        auth=Auth.APPLICANT,
        asks=Acting,
        answers=Me,
    )
    async def put(self, asked: Acting) -> Me:
        account = self.signed_in_account()
        if asked.body is not None:
            await self.services.binding.acting(self.bound_party().agent, asked.body)
        acting = await self.services.accounts.act_for(account["_id"], asked.body, self.by_account())
        return await me(self.services, acting)


class PreferencesResource(Resource):
    @operation("Change language or text size", auth=Auth.ACCOUNT, asks=Preferences, answers=Me)
    async def patch(self, asked: Preferences) -> Me:
        account, chosen = self.signed_in_account(), asked.model_dump(exclude_none=True)
        if chosen:
            account = await self.services.accounts.prefer(account["_id"], self.by_account(), **chosen)
            self.account = account  # answered in the language that was chosen
        return await me(self.services, account)


async def me(services: Services, account: Account) -> Me:
    person = await services.applicants.find_by_account(account["_id"])
    body = await _body(services, person, account.get("acting")) if person else None
    return Me(
        bound=person is not None,
        person=identity(person, person["masked_name"]) if person else None,
        acting=identity(body, services.applicants.name(body)) if body else None,
        language=account.get("language"),
        elder=bool(account.get("elder")),
    )


def identity(applicant: Applicant, name: str) -> Identity:
    return Identity(
        id=applicant["_id"],
        kind=applicant["kind"],
        name=name,
        credential_kind=applicant["credential"]["kind"],
        credential_label=applicant["credential"]["label"],
        credential_masked=applicant["credential"]["masked"],
        phone_masked=applicant.get("masked_phone"),
    )


async def _body(services: Services, person: Applicant, acting: str | None) -> Applicant | None:
    if not acting:
        return None
    try:
        return await services.binding.acting(person, acting)
    except Forbidden:  # ended meanwhile
        return None


ENDPOINTS = [
    Endpoint("/me", MeResource),
    Endpoint("/me/export", ExportResource),
    Endpoint("/me/electronic-service", ElectronicServiceResource),
    Endpoint("/me/acting", ActingResource),
    Endpoint("/me/preferences", PreferencesResource),
]
