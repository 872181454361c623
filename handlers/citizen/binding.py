"""Real-name binding of the person at the screen (article 7)."""

from pydantic import BaseModel

from handlers.citizen.preferences import Preferences, prefer
from handlers.web.base import safe_next
from handlers.web.pages import CitizenPage
from handlers.web.visitor import signed_in
from models.errors import DomainError
from models.people import PERSONAL, CredentialKind, Wording
from models.people.phone_codes import APART


class BindingForm(BaseModel):
    kind: CredentialKind = CredentialKind.RESIDENT_ID
    name: str = ""
    number: str = ""
    phone: str = ""
    code: str = ""
    consent: str = ""
    electronic: Wording | None = None
    next: str = "/me"


class BindingPage(CitizenPage):
    """GET and POST /binding"""

    @signed_in
    async def get(self) -> None:
        account = self.signed_in_account()["_id"]
        if await self.services.applicants.find_by_account(account):
            return self.redirect(safe_next(self.get_query_argument("next", "/me")))
        return self.page(next=safe_next(self.get_query_argument("next", "/me")))

    @signed_in
    async def post(self) -> None:
        filled = self.form(BindingForm)
        try:
            await self.bind(filled)
        except DomainError as error:
            return self.again(
                "citizen/binding.html", error, kinds=PERSONAL, sent=False, next=safe_next(filled.next)
            )
        return self.see_other(safe_next(filled.next))

    async def bind(self, filled: BindingForm) -> None:
        applicant = await self.services.binding.person(
            self.signed_in_account()["_id"],
            kind=filled.kind,
            name=filled.name,
            number=filled.number,
            phone=filled.phone,
            code=filled.code,
            consent=filled.consent == "yes",
            by=self.by_account(),
        )
        if filled.electronic:
            await self.services.electronic_service.agree(
                applicant["_id"], filled.electronic, self.cause(f"applicant:{applicant['_id']}")
            )

    def page(self, **values: object) -> None:
        self.show("citizen/binding.html", **{"kinds": PERSONAL, "sent": False, **values})


class CodeHandler(BindingPage):
    """POST /binding/code: a code by SMS; without a script the same page comes back with its input."""

    async def get(self) -> None:
        self.redirect("/binding")

    @signed_in
    async def post(self) -> None:
        filled = self.form(BindingForm)
        try:
            await self.services.phone_codes.request(
                filled.phone,
                account=self.signed_in_account()["_id"],
                address=self.address,
                by=self.by_account(),
            )
        except DomainError as error:
            return self.again(
                "citizen/binding.html", error, kinds=PERSONAL, sent=False, next=safe_next(filled.next)
            )
        if self.by_script:
            return self.tell({"seconds": int(APART.total_seconds())})
        return self.page(given=self.given(), sent=True, next=safe_next(filled.next))


class BindingPreferencesHandler(BindingPage):
    """POST /binding/preferences: another language or size of letters; the same page comes back with its
    input."""

    async def get(self) -> None:
        self.redirect("/binding")

    @signed_in
    async def post(self) -> None:
        chosen = self.form(Preferences)
        await prefer(self, chosen)
        self.page(given=self.given(), next=safe_next(chosen.next))


ROUTES = [
    (r"/binding", BindingPage),
    (r"/binding/code", CodeHandler),
    (r"/binding/preferences", BindingPreferencesHandler),
]
