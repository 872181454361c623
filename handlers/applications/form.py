"""智能引导 form filling: sections, conditional questions, and a draft that keeps itself."""

from handlers.applications.page import ApplicationPage, is_draft
from handlers.base import local
from handlers.pages import DOCUMENT_ID
from handlers.visitor import bound
from models.applications import check_answers
from models.errors import InvalidForm
from models.workdays import local_date


class FormPage(ApplicationPage):
    """GET and POST /applications/{id}/form"""

    @bound
    async def get(self, key: str) -> None:
        found, guide = await self.load(key)
        if not is_draft(found):
            return self.redirect(f"/applications/{key}")
        return self.show("applications/form.html", application=found, guide=guide, given=self.shown(found))

    @bound
    async def post(self, key: str) -> None:
        found, guide = await self.load(key)
        given = self.answered(guide.form)
        try:
            await self.services.applications.save(key, self.bound_party(), guide, given, self.by_party())
            check_answers(guide.form, given, complete=True, today=local_date(self.now))
        except InvalidForm as error:
            labels = self.labels_of(guide.form)
            return self.again("applications/form.html", error, application=found, guide=guide, labels=labels)
        return self.see_other(f"/applications/{key}/materials")


class DraftHandler(ApplicationPage):
    """POST /applications/{id}/draft: what the page's script keeps while somebody writes."""

    @bound
    async def post(self, key: str) -> None:
        _, guide = await self.load(key)
        given = self.answered(guide.form)
        await self.services.applications.save(key, self.bound_party(), guide, given, self.by_party())
        if not self.by_script:
            return self.see_other(f"/applications/{key}")
        return self.tell({"saved_at": local(self.now, "%H:%M")})


ROUTES = [
    (rf"/applications/{DOCUMENT_ID}/form", FormPage),
    (rf"/applications/{DOCUMENT_ID}/draft", DraftHandler),
]
