"""What every page of one application begins with, at whichever door."""

import re
from typing import Any, ClassVar

from handlers.web.pages import CitizenPage
from handlers.web.request_limits import LARGEST_FORM
from models.applications import OwnCase, Receipt, offered, progress, visit_now, what_next
from models.guides import Form
from models.people import mask_number

Given = dict[str, str | list[str]]


class CasePages(CitizenPage):
    """Pages of applications at one door: its templates, and the address under which they are."""

    templates: ClassVar = "citizen/applications"
    root: ClassVar = "/applications"

    def get_template_namespace(self) -> dict[str, Any]:
        return super().get_template_namespace() | {"root": self.root}

    def template(self, name: str) -> str:
        return f"{self.templates}/{name}"


class CasePage(CasePages):
    largest_body = LARGEST_FORM

    def get_template_namespace(self) -> dict[str, Any]:
        return super().get_template_namespace() | {
            "known_of": self.known_of,
            "progress": progress,
            "what_next": what_next,
        }

    async def load(self, key: str) -> OwnCase:
        """The party's own application, with the version of the guide under which it was begun."""
        return await self.services.filing.case(key, self.bound_party())

    def show_case(self, name: str, case: OwnCase, **values: Any) -> None:
        self.show(self.template(name), **self.about(case), **values)

    def about(self, case: OwnCase) -> dict[str, Any]:
        """The case as templates know it."""
        return {
            "base_path": f"{self.root}/{case.key}",
            "case": case,
            "application": case.application,
            "guide": case.guide,
            "ways": offered(case.guide),
            "visit": visit_now(case),
        }

    async def receipt(self, case: OwnCase) -> Receipt:
        return await self.services.filing.receipt(case, self.services.site.base_url)

    def version(self) -> int:
        """The version that the page showed; 0, which is no version, if the page does not say."""
        sent = self.get_body_argument("version", "")
        return int(sent) if re.fullmatch("[0-9]{1,9}", sent, re.ASCII) else 0

    def answered(self, form: Form) -> Given:
        """The answers as the browser sent them: a list where several can be chosen."""
        given: Given = {}
        for question in form.questions():
            values = self.get_body_arguments(question.name)
            if question.kind == "choices":
                given[question.name] = values
            elif values:
                given[question.name] = values[-1]
        return given

    def labels_of(self, form: Form) -> dict[str, str]:
        return {question.name: question.label for question in form.questions()}

    def shown(self, case: OwnCase) -> dict[str, list[str]]:
        """Kept answers in the shape in which a form shows them again."""
        answers = self.services.applications.answers(case.application)
        return {
            name: [str(v) for v in value] if isinstance(value, list) else [str(value)]
            for name, value in answers.items()
        }

    def known_of(self, case: OwnCase) -> dict[str, str]:
        """What the binding answers, by question, as its owner may see it on a screen."""
        return hide_numbers(case.guide.form, self.services.filing.known(case))


def hide_numbers(form: Form, answers: dict[str, Any]) -> dict[str, Any]:
    """Answers with the number of one's own credential shown in part."""
    own = {q.name for q in form.questions() if q.prefill == "credential_number"}
    return {name: mask_number(value) if name in own else value for name, value in answers.items()}
