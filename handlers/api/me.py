"""Who one is, for whom one acts, and one's own data (PIPL articles 45 and 47)."""

from datetime import datetime
from typing import Any

from pydantic import Field

from handlers.api.contract import Answer, Asked, Endpoint, Resource, Said, operation
from handlers.web.services import Services
from handlers.web.visitor import Auth
from models.errors import Forbidden
from models.own_data import own_data
from models.people import Account, Applicant, ApplicantKind, CredentialKind, Language


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
    agencies: list[dict[str, Any]]
    applications: list[dict[str, Any]]
    appointments: list[dict[str, Any]]
    reviews: list[dict[str, Any]]
    rectifications: list[dict[str, Any]]
    blacklist: list[dict[str, Any]]


class MeResource(Resource):
    @operation("Who is signed in", auth=Auth.ACCOUNT, answers=Me)
    async def get(self) -> Me:
        return await me(self.services, self.signed_in_account())


class ExportResource(Resource):
    @operation("All data kept of oneself", auth=Auth.APPLICANT, answers=Export)
    async def get(self) -> Export:
        return Export(**await own_data(self.services, self.bound_party().agent, self.now))


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
    Endpoint("/me/acting", ActingResource),
    Endpoint("/me/preferences", PreferencesResource),
]
