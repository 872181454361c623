"""Bodies for which a person acts as 经办人, and what a legal representative decides (article 7)."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from handlers.api.contract import Answer, Asked, Endpoint, Resource, operation
from handlers.api.me import Identity, identity
from handlers.web.visitor import Auth
from models.people import Agencies, AgencyState, ApplicantKind, CredentialKind
from models.people import Agency as KeptAgency
from models.people.agencies import AgencyDayLimit, AgencyEnded, AgencyExists, AgencyNotFound, AgencyNotWaiting
from models.people.applicants import BindingRaced
from models.people.binding import Asking, IdentityMismatch, IdentityNoRecord, NameInvalid
from models.people.credentials import ApplicantKindWrong, CredentialKindNotAccepted, CredentialNumberInvalid
from models.people.verification import NameMalformed, NumberMalformed, VerifierUnavailable


class AgencyRequest(Asked):
    applicant_kind: Literal[ApplicantKind.ENTERPRISE, ApplicantKind.ORGANIZATION] = ApplicantKind.ENTERPRISE
    credential_kind: CredentialKind
    name: str = Field(max_length=200)
    number: str = Field(max_length=100)


class Agency(Answer):
    id: str
    body: Identity
    agent_name: str = Field(description="masked; whole for the legal representative")
    agent_phone: str | None = Field(description="masked; told to the legal representative alone")
    since: datetime = Field(description="when it was asked for")
    state: AgencyState


class AgencyList(Answer):
    agencies: list[Agency] = Field(description="those in which one is the agent")
    represented: list[Agency] = Field(description="those that one decides on as legal representative")


class AgencyResource(Resource):
    async def shown(self, agency: KeptAgency) -> Agency:
        """As its agent sees it."""
        applicants = self.services.applicants
        body = await applicants.get(agency["body"])
        return Agency(
            id=agency["_id"],
            body=identity(body, applicants.name(body)),
            agent_name=agency["agent_name"],
            agent_phone=None,
            since=agency["asked"][-1],
            state=agency["state"],
        )

    async def shown_to_asked(self, asking: Asking) -> Agency:
        """As the legal representative sees it."""
        whom = {"agent_name": asking.name, "agent_phone": asking.masked_phone}
        return (await self.shown(asking.agency)).model_copy(update=whom)

    async def check_concerned(self, key: str) -> None:
        """The agency, for its agent or its legal representative; for anybody else it is not found.

        Raises:
            NotFound: `agency_not_found`.
        """
        person, agency = self.bound_party().agent, await self.services.agencies.get(key)
        representative = person["credential"]["number_index"]
        if person["_id"] != agency["person"] and representative != agency["representative"]:
            raise Agencies.missing


class EnterprisesResource(AgencyResource):
    @operation("Bodies that one acts for or represents", auth=Auth.APPLICANT, answers=AgencyList)
    async def get(self) -> AgencyList:
        agencies, person = self.services.agencies, self.bound_party().agent
        return AgencyList(
            agencies=[await self.shown(a) for a in await agencies.of_person(person["_id"])],
            represented=[await self.shown_to_asked(a) for a in await self.services.binding.asking(person)],
        )

    @operation(
        "Ask to act for a body; its legal representative confirms",
        auth=Auth.APPLICANT,
        asks=AgencyRequest,
        answers=Agency,
        status=201,
        errors=(
            NameInvalid,
            CredentialKindNotAccepted,
            CredentialNumberInvalid,
            NameMalformed,
            NumberMalformed,
            ApplicantKindWrong,
            AgencyExists,
            BindingRaced,
            IdentityMismatch,
            IdentityNoRecord,
            AgencyDayLimit,
            VerifierUnavailable,
        ),
    )
    async def post(self, asked: AgencyRequest) -> Agency:
        agency = await self.services.binding.body(
            self.bound_party().agent,
            applicant_kind=asked.applicant_kind,
            kind=asked.credential_kind,
            name=asked.name,
            number=asked.number,
            by=self.by_party(),
        )
        return await self.shown(agency)


class ConfirmationResource(AgencyResource):
    confirmed = True

    @operation(
        "Decide as legal representative",
        auth=Auth.APPLICANT,
        answers=Agency,
        errors=(AgencyNotFound, AgencyNotWaiting),
    )
    async def post(self, key: str) -> Agency:
        await self.check_concerned(key)
        decided = await self.services.agencies.decide(
            key, self.bound_party().agent, confirmed=self.confirmed, by=self.by_party()
        )
        return await self.shown_to_asked(await self.services.binding.asking_of(decided))


class RefusalResource(ConfirmationResource):
    confirmed = False


class EndResource(AgencyResource):
    @operation(
        "Give it up as agent, or take it back as representative",
        auth=Auth.APPLICANT,
        answers=Agency,
        errors=(AgencyNotFound, AgencyEnded),
    )
    async def post(self, key: str) -> Agency:
        await self.check_concerned(key)
        return await self.shown(
            await self.services.agencies.end(key, self.bound_party().agent, self.by_party())
        )


ENDPOINTS = [
    Endpoint("/enterprises", EnterprisesResource),
    Endpoint("/enterprises/{agency}/confirmation", ConfirmationResource),
    Endpoint("/enterprises/{agency}/refusal", RefusalResource),
    Endpoint("/enterprises/{agency}/end", EndResource),
]
