"""What every page of one application begins with."""

from handlers.pages import CitizenPage
from models.applications import State
from models.items import Form, Guide
from models.store import Document

Given = dict[str, str | list[str]]


class ApplicationPage(CitizenPage):
    async def load(self, key: str) -> tuple[Document, Guide]:
        """The party's own application, and the very version of the guide under which it was begun."""
        found = await self.services.applications.find(key, self.bound_party())
        return found, await self.services.guides.version(found["guide"])

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


def is_draft(document: Document) -> bool:
    return bool(document["state"] == State.DRAFT)
