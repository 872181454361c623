"""What every page of one application begins with."""

import re
from typing import Any

from handlers.web.bodies import LARGEST_FORM
from handlers.web.pages import CitizenPage
from models.applications import State
from models.guides import Form, Guide
from models.people.masks import mask_number
from models.store import Document

Given = dict[str, str | list[str]]


class ApplicationPage(CitizenPage):
    largest_body = LARGEST_FORM

    def get_template_namespace(self) -> dict[str, Any]:
        return super().get_template_namespace() | {"known_of": self.known_of}

    async def load(self, key: str) -> tuple[Document, Guide]:
        """The party's own application, and the very version of the guide under which it was begun."""
        found = await self.services.applications.find(key, self.bound_party())
        return found, await self.services.guides.version(found["guide"])

    def version(self) -> int:
        """The version that the sent page showed; 0, which none is, if it does not say."""
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

    def shown(self, document: Document) -> dict[str, list[str]]:
        """Kept answers in the shape in which a form shows them again."""
        answers = self.services.applications.answers(document)
        return {
            name: [str(v) for v in value] if isinstance(value, list) else [str(value)]
            for name, value in answers.items()
        }

    def known_of(self, guide: Guide) -> dict[str, str]:
        """What the binding answers, by question, as its owner may see it on a screen."""
        known = self.services.applications.known(self.bound_party(), guide)
        return hide_numbers(guide.form, known)


def hide_numbers(form: Form, answers: dict[str, Any]) -> dict[str, Any]:
    """Answers with the number of one's own credential shown in part."""
    own = {q.name for q in form.questions() if q.prefill == "credential_number"}
    return {name: mask_number(value) if name in own else value for name, value in answers.items()}


def is_draft(document: Document) -> bool:
    return bool(document["state"] == State.DRAFT)
