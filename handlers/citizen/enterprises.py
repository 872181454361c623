"""Bodies for which a person acts as 经办人, and what a legal representative confirms (article 7)."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from handlers.web.base import safe_next
from handlers.web.pages import CitizenPage
from handlers.web.visitor import bound
from models.errors import BadInput, DomainError
from models.people import RULES, Agency, ApplicantKind, CredentialKind, is_confirmed, is_waiting


class CredentialNotChosen(BadInput):
    code = "credential_kind_not_accepted"
    message = "请选择单位类型和证件种类"
    field = "credential"


AGENCY = r"([0-9a-f]{32}:[0-9a-f]{32})"
CREDENTIALS: dict[str, tuple[ApplicantKind, CredentialKind]] = {
    f"{kind}:{credential}": (kind, credential)
    for credential in (
        CredentialKind.USCC,
        CredentialKind.REGISTRATION_NUMBER,
        CredentialKind.LEGAL_PERSON_CERTIFICATE,
    )
    for kind in (ApplicantKind.ENTERPRISE, ApplicantKind.ORGANIZATION)
    if kind in RULES[credential].kinds
}


class BodyForm(BaseModel):
    credential: str = ""
    name: str = ""
    number: str = ""


class EnterprisesPage(CitizenPage):
    """GET and POST /enterprises"""

    @bound
    async def get(self) -> None:
        self.show("citizen/enterprises.html", **await self.lists())

    @bound
    async def post(self) -> None:
        try:
            await self.ask(self.form(BodyForm))
        except DomainError as error:
            return self.again("citizen/enterprises.html", error, **await self.lists())
        return self.see_other("/enterprises")

    async def ask(self, filled: BodyForm) -> None:
        if filled.credential not in CREDENTIALS:
            raise CredentialNotChosen
        kind, credential = CREDENTIALS[filled.credential]
        await self.services.binding.body(
            self.bound_party().agent,
            applicant_kind=kind,
            kind=credential,
            name=filled.name,
            number=filled.number,
            by=self.by_party(),
        )

    async def lists(self) -> dict[str, Any]:
        person = self.bound_party().agent
        return {
            "credentials": CREDENTIALS,
            "rules": RULES,
            "is_waiting": is_waiting,
            "is_confirmed": is_confirmed,
            "agencies": await self.named(await self.services.agencies.of_person(person["_id"])),
            "represented": await self.services.binding.asking(person),
        }

    async def named(self, agencies: Sequence[Agency]) -> list[dict[str, object]]:
        """Each agency with the name of its body, which registers publish."""
        applicants = self.services.applicants
        return [{**a, "name": applicants.name(await applicants.get(a["body"]))} for a in agencies]


class DecisionHandler(CitizenPage):
    """POST /enterprises/{agency}/confirm, decline, end"""

    @bound
    async def post(self, agency: str, decision: str) -> None:
        agencies, person, by = self.services.agencies, self.bound_party().agent, self.by_party()
        if decision == "end":
            await agencies.end(agency, person, by)
        else:
            await agencies.decide(agency, person, confirmed=decision == "confirm", by=by)
        self.see_other("/enterprises")


class ActingHandler(CitizenPage):
    """POST /acting: for oneself (no body) or for a body that confirmed the agent; then `next`."""

    @bound
    async def post(self) -> None:
        body = self.get_body_argument("body", "") or None
        if body:
            await self.services.binding.acting(self.bound_party().agent, body)
        await self.services.accounts.act_for(self.signed_in_account()["_id"], body, self.by_account())
        self.see_other(safe_next(self.get_body_argument("next", "/me")))


ROUTES = [
    (r"/enterprises", EnterprisesPage),
    (rf"/enterprises/{AGENCY}/(confirm|decline|end)", DecisionHandler),
    (r"/acting", ActingHandler),
]
