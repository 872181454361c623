"""智能引导 form filling: sections, conditional questions, and a draft that keeps itself."""

from handlers.citizen.applications.difference import rows_of
from handlers.citizen.applications.page import ApplicationPage, Given, is_draft
from handlers.web.pages import DOCUMENT_ID
from handlers.web.visitor import bound
from models.errors import Conflict, InvalidForm
from models.guides import Guide
from models.guides.form.answers import check_answers
from models.store import Document
from models.workdays import local, local_date

KEPT = "kept"
"""Value of `use-<question>` where what is kept was chosen instead of what was written."""


class FormPage(ApplicationPage):
    """GET and POST /applications/{id}/form"""

    @bound
    async def get(self, key: str) -> None:
        found, guide = await self.load(key)
        if not is_draft(found):
            return self.redirect(f"/applications/{key}")
        return self.show(
            "citizen/applications/form.html", application=found, guide=guide, given=self.shown(found)
        )

    @bound
    async def post(self, key: str) -> None:
        found, guide = await self.load(key)
        given, party = self.chosen(found, guide), self.bound_party()
        applications = self.services.applications
        try:
            found = await applications.save(key, party, guide, given, self.version(), self.by_party())
            applications.check_complete(found, party, guide, local_date(self.now))
        except InvalidForm as error:
            return self.show(
                "citizen/applications/form.html",
                error=error,
                errors=self.errors_of(error),
                given=listed(given),
                application=found,
                guide=guide,
                labels=self.labels_of(guide.form),
            )
        except Conflict as error:
            return await self.compare(key, given, error)
        return self.see_other(f"/applications/{key}/materials")

    def chosen(self, found: Document, guide: Guide) -> Given:
        """What was written, or in its place what is kept, where that was chosen."""
        given, kept = self.answered(guide.form), self.shown(found)
        for question in guide.form.questions():
            if self.get_body_argument(f"use-{question.name}", "") == KEPT:
                values = kept.get(question.name, [])
                given[question.name] = values if question.kind == "choices" else "".join(values)
        return given

    async def compare(self, key: str, given: Given, error: Conflict) -> None:
        """What was written beside what is kept now, to choose from; nothing of either is lost."""
        found, guide = await self.load(key)
        applications, party, form = self.services.applications, self.bound_party(), guide.form
        known, today = applications.known(party, guide), local_date(self.now)
        written = check_answers(form, given, known, complete=False, today=today)
        self.show(
            "citizen/applications/changed.html",
            error=error,
            application=found,
            guide=guide,
            draft=is_draft(found),
            rows=rows_of(form, written, applications.answers(found), self.locale.translate),
            written=listed(given),
        )


def listed(given: Given) -> dict[str, list[str]]:
    """As forms show values again."""
    return {name: [value] if isinstance(value, str) else value for name, value in given.items()}


class DraftHandler(ApplicationPage):
    """POST /applications/{id}/draft: what the page's script keeps while somebody writes."""

    @bound
    async def post(self, key: str) -> None:
        _, guide = await self.load(key)
        given = self.answered(guide.form)
        kept = await self.services.applications.save(
            key, self.bound_party(), guide, given, self.version(), self.by_party()
        )
        if not self.by_script:
            return self.see_other(f"/applications/{key}")
        return self.tell({"saved_at": local(self.now, "%H:%M"), "version": kept["version"]})


ROUTES = [
    (rf"/applications/{DOCUMENT_ID}/form", FormPage),
    (rf"/applications/{DOCUMENT_ID}/draft", DraftHandler),
]
