"""The form of an item (智能引导): sections of questions, some of which depend on earlier answers."""

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(Part):
    value: str
    label: str


class Condition(Part):
    """Shows a question only when the answer to `question` is one of `values`."""

    question: str
    values: list[str] = Field(min_length=1)


class Question(Part):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    kind: Literal["text", "long_text", "number", "date", "choice", "choices", "phone", "credential", "yes_no"]
    required: bool = True
    help: str = ""
    options: list[Option] = []
    when: Condition | None = None
    prefill: Literal["name", "credential_number", "phone"] | None = None
    sensitive: bool = False
    max_length: int = 200
    minimum: float | None = None
    maximum: float | None = None
    latest: Literal["today"] | None = Field(None, description="of a date that lies in the past")

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Question":
        if (self.kind in ("choice", "choices")) != bool(self.options):
            raise ValueError(f"{self.name}: options go with choice and choices")
        if self.latest and self.kind != "date":
            raise ValueError(f"{self.name}: only a date has a latest")
        return self


class Section(Part):
    title: str
    questions: list[Question] = Field(min_length=1)


class Form(Part):
    sections: list[Section] = Field(min_length=1)

    def questions(self) -> Iterable[Question]:
        for section in self.sections:
            yield from section.questions

    @model_validator(mode="after")
    def _conditions_look_back(self) -> "Form":
        seen: dict[str, Question] = {}
        for question in self.questions():
            if question.name in seen:
                raise ValueError(f"{question.name}: asked twice")
            if question.when:
                asked = seen.get(question.when.question)
                choices = {option.value for option in asked.options} if asked else set()
                known = choices | ({"yes", "no"} if asked and asked.kind == "yes_no" else set())
                if not known.issuperset(question.when.values):
                    raise ValueError(f"{question.name}: depends on an answer that is not asked for before it")
            seen[question.name] = question
        return self
