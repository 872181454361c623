"""Reading everything once more, saying how to receive the result, and handing it in (article 11)."""

from typing import Any

from pydantic import BaseModel

from handlers.citizen.applications.difference import changes, seen_of
from handlers.citizen.applications.page import ApplicationPage, hide_numbers, is_draft
from handlers.web.answers import readable
from handlers.web.pages import DOCUMENT_ID
from handlers.web.visitor import bound
from models.applications import DraftChanged, How, chosen_place, lacking
from models.errors import Conflict, DomainError, InvalidForm
from models.guides import Guide
from models.store import Document
from models.workdays import local_date


class ConfirmForm(BaseModel):
    how: How = How.WINDOW
    hall: str = ""
    address: str = ""
    promise: str = ""


class ConfirmPage(ApplicationPage):
    """GET and POST /applications/{id}/confirm"""

    @bound
    async def get(self, key: str) -> None:
        found, guide = await self.load(key)
        if not is_draft(found):
            return self.redirect(f"/applications/{key}")
        return self.show("citizen/applications/confirm.html", **await self.values(found, guide))

    @bound
    async def post(self, key: str) -> None:
        _, guide = await self.load(key)
        filled, party = self.form(ConfirmForm), self.bound_party()
        try:
            place = await chosen_place(
                self.services.halls, guide, filled.how, hall=filled.hall, address=filled.address
            )
            await self.services.applications.submit(
                key,
                party,
                guide,
                self.version(),
                self.services.calendar,
                self.by_party(),
                place,
                promised=filled.promise == "yes",
            )
        except DomainError as error:
            return await self.refuse(key, error)
        return self.see_other(f"/applications/{key}/receipt")

    async def refuse(self, key: str, error: DomainError) -> None:
        """What there is now, and what of it has changed since it was confirmed; then the promise is for
        what was shown before, and is not kept.
        """
        found, guide = await self.load(key)
        values = await self.values(found, guide)
        if isinstance(error, Conflict) and found["serial"]:
            if values["changes"]:
                raise error
            return self.see_other(f"/applications/{key}/receipt")  # tapped twice
        given = self.given()
        if isinstance(error, DraftChanged) or values["changes"]:
            given.pop("promise", None)
        errors = self.errors_of(error)
        return self.show(
            "citizen/applications/confirm.html", error=error, given=given, errors=errors, **values
        )

    async def values(self, found: Document, guide: Guide) -> dict[str, Any]:
        applications, party = self.services.applications, self.bound_party()
        answers = hide_numbers(guide.form, applications.present_answers(found, party, guide))
        seen = seen_of(guide, answers, found)
        try:
            applications.check_complete(found, party, guide, local_date(self.now))
            unfinished: dict[str, str] = {}
        except InvalidForm as error:
            unfinished = {
                self.locale.translate(q.label): self.text(error.faults[q.name])
                for q in guide.form.questions()
                if q.name in error.faults
            }
        kept = {m["code"]: m for m in found["materials"] if m["file"]}
        return {
            "application": found,
            "guide": guide,
            "seen": seen.model_dump_json(),
            "changes": changes(guide, self.get_body_argument("seen", ""), seen),
            "sections": readable(guide, answers, self.locale.translate),
            "names": await self.names(found),
            "unfinished": unfinished,
            "kept": kept,
            "lacking": lacking(guide, found),
            "halls": await self.services.halls.those(guide.places),
        }


ROUTES = [(rf"/applications/{DOCUMENT_ID}/confirm", ConfirmPage)]
