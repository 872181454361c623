"""Reading everything once more, saying how to receive the result, and handing it in (article 11)."""

from typing import Any

from pydantic import BaseModel

from handlers.web.answers import with_parts
from handlers.web.cases.difference import changes, seen_of
from handlers.web.cases.page import CasePage, hide_numbers
from handlers.web.visitor import bound
from models.applications import DraftChanged, How, OwnCase, Place, State, lacking, offered
from models.errors import Conflict, DomainError, InvalidForm
from models.people import Wording, agreed_now
from models.workdays import local_date


class ConfirmForm(BaseModel):
    how: How | None = None
    hall: str = ""
    address: str = ""
    promise: str = ""
    electronic: Wording | None = None


class ConfirmPage(CasePage):
    """GET and POST /applications/{id}/confirm"""

    @bound
    async def get(self, key: str) -> None:
        case = await self.load(key)
        if case.state is not State.DRAFT:
            return self.redirect(f"{self.root}/{key}")
        return self.show_case("confirm.html", case, **await self.values(case))

    @bound
    async def post(self, key: str) -> None:
        case, filled = await self.load(key), self.form(ConfirmForm)
        place = Place(filled.how or offered(case.guide)[0], filled.hall, filled.address)
        try:
            await self.services.filing.submit(
                case, self.version(), place, self.by_party(), promised=filled.promise == "yes"
            )
        except DomainError as error:
            return await self.refuse(key, error)
        if filled.electronic:
            party = self.bound_party()
            await self.services.electronic_service.agree(party.id, filled.electronic, self.by_party())
        return self.see_other(f"{self.root}/{key}/receipt")

    async def refuse(self, key: str, error: DomainError) -> None:
        """The page again, with what has changed since it was shown; a promise for what was shown before is
        not kept.
        """
        case = await self.load(key)
        values = await self.values(case)
        if isinstance(error, Conflict) and case.application["serial"]:
            if values["changes"]:
                raise error
            return self.see_other(f"{self.root}/{key}/receipt")  # tapped twice
        given = self.given()
        if isinstance(error, DraftChanged) or values["changes"]:
            given.pop("promise", None)
        errors = self.errors_of(error)
        return self.show_case("confirm.html", case, error=error, given=given, errors=errors, **values)

    async def values(self, case: OwnCase) -> dict[str, Any]:
        found, guide, filing = case.application, case.guide, self.services.filing
        answers = hide_numbers(guide.form, filing.present_answers(case))
        seen = seen_of(guide, answers, found)
        try:
            filing.check_complete(case, local_date(self.now))
            unfinished: dict[str, str] = {}
        except InvalidForm as error:
            unfinished = {
                self.locale.translate(q.label): self.text(error.faults[q.name])
                for q in guide.form.questions()
                if q.name in error.faults
            }
        kept = {m["code"]: m for m in found["materials"] if m["file"]}
        return {
            "asks_electronic": not agreed_now(self.bound_party().applicant),
            "seen": seen.model_dump_json(),
            "changes": changes(guide, self.get_body_argument("seen", ""), seen),
            "sections": with_parts(guide, answers, self.locale.translate),
            "names": await self.names(found),
            "unfinished": unfinished,
            "kept": kept,
            "lacking": lacking(guide, found),
            "halls": await self.services.halls.those(guide.places),
        }
