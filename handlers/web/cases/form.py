"""智能引导 form filling: sections, conditional questions, and a draft that is saved by itself."""

from handlers.web.cases.difference import rows_of
from handlers.web.cases.page import CasePage, Given
from handlers.web.visitor import bound
from models.applications import OwnCase, State
from models.errors import Conflict, InvalidForm
from models.guides import check_answers
from models.workdays import local, local_date

KEPT = "kept"
"""Value of `use-<question>` where what is kept was chosen instead of what was written."""


class FormPage(CasePage):
    """GET and POST /applications/{id}/form"""

    @bound
    async def get(self, key: str) -> None:
        case = await self.load(key)
        if case.state is not State.DRAFT:
            return self.redirect(f"{self.root}/{key}")
        return self.show_case("form.html", case, given=self.shown(case))

    @bound
    async def post(self, key: str) -> None:
        case = await self.load(key)
        given, filing = self.chosen(case), self.services.filing
        try:
            case = await filing.save(case, given, self.version(), self.by_party())
            filing.check_complete(case, local_date(self.now))
        except InvalidForm as error:
            return self.show_case(
                "form.html",
                case,
                error=error,
                errors=self.errors_of(error),
                given=listed(given),
                labels=self.labels_of(case.guide.form),
            )
        except Conflict as error:
            return await self.compare(key, given, error)
        return self.see_other(f"{self.root}/{key}/materials")

    def chosen(self, case: OwnCase) -> Given:
        """The answers as they were written; where the applicant chose the kept one, that one."""
        given, kept = self.answered(case.guide.form), self.shown(case)
        for question in case.guide.form.questions():
            if self.get_body_argument(f"use-{question.name}", "") == KEPT:
                values = kept.get(question.name, [])
                given[question.name] = values if question.kind == "choices" else "".join(values)
        return given

    async def compare(self, key: str, given: Given, error: Conflict) -> None:
        """What was written beside what is kept now, to choose from; nothing of either is lost."""
        case = await self.load(key)
        form, known = case.guide.form, self.services.filing.known(case)
        written = check_answers(form, given, known, complete=False, today=local_date(self.now))
        kept = self.services.applications.answers(case.application)
        self.show_case(
            "changed.html",
            case,
            error=error,
            draft=case.state is State.DRAFT,
            rows=rows_of(form, written, kept, self.locale.translate),
            written=listed(given),
        )


def listed(given: Given) -> dict[str, list[str]]:
    """Values in the shape in which forms show them again."""
    return {name: [value] if isinstance(value, str) else value for name, value in given.items()}


class DraftHandler(CasePage):
    """POST /applications/{id}/draft: what the page's script keeps while the applicant writes."""

    @bound
    async def post(self, key: str) -> None:
        case = await self.load(key)
        given = self.answered(case.guide.form)
        kept = await self.services.filing.save(case, given, self.version(), self.by_party())
        if not self.by_script:
            return self.see_other(f"{self.root}/{key}")
        return self.tell({"saved_at": local(self.now, "%H:%M"), "version": kept.application["version"]})
